"""Reuse: finding what is stored, and using it again."""
