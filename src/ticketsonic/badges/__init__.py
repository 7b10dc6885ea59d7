"""Badges: where each text stands on the page, and the page as PDF or PNG."""
