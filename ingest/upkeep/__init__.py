"""Upkeep: what keeps the store whole over decades."""
