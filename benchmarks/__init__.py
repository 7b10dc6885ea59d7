"""`make bench`: the floors of this machine, what TicketSonic reaches on it, and how it grows.

Start at `__main__.py`; docs/performance.md is what a run writes.
"""
