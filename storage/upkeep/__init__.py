"""Upkeep: what should be in the object store, which rows name it, and the whole catalogue as lines."""
