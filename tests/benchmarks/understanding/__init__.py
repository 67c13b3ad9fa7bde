"""How well papers are understood: their types, their fields, and what goes to a person.

``python -m tests.benchmarks.understanding``; the tables stand in ``docs/understanding.md``.
"""
