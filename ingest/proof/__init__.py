"""Proof: which seals papers get, and what shows later that they are genuine."""
