"""Reuse: the lookup, grants, what was given to whom, and sheets that were scanned before."""
