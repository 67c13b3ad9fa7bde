"""Searching: the index of words, and the queries over it."""
