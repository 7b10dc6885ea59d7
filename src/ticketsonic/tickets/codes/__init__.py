"""Ticket codes, pure: a payload in, a signed text out, and back. Published with vectors in docs/ticket-codes.md."""
