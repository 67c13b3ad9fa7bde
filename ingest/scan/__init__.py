"""The scan: its pages as pictures, from what was decoded to the masters that are archived."""
