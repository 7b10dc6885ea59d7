"""Accounts, their API keys, and the keys that sign their tickets."""
