"""The print station: a page that a browser keeps open, and that prints what arrives (issue 5)."""
