"""Printing badges: a job for each, the printers they go to, and what came of them."""
