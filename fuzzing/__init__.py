"""The parsers of ticket codes under whatever may be held up to a scanner. `make fuzz` runs it."""
