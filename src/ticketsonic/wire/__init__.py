"""The lenient JSON of API v1: what clients in the field send, read into what the engine means."""
