"""Check-in: what the door says to a ticket."""
