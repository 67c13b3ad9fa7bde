"""The crash campaign: the service as operating-system processes, and everything that may happen to them."""
