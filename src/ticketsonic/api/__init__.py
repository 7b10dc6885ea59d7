"""The REST API, v1: routes, and what every one of them has in common."""
