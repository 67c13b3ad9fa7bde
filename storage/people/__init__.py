"""Owners and their numbers over time; people with accounts."""
