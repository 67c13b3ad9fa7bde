"""The audit log: its chain, its segments in the object store, and what is read from it."""
