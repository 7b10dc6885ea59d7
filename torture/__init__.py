"""Nothing lost: a sale under fault after fault, and the books checked after each. `make torture` runs it."""
