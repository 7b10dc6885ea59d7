"""Tickets: their codes, and issuing them."""
