"""The use cases: each gathers, lets the core decide, and applies."""
