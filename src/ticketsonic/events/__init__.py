"""Events and their ticket types, their stock and their badge's settings."""
