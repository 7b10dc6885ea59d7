"""Orders: placing one, and showing one again."""
