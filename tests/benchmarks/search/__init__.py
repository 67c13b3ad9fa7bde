"""How quickly words are found among many pages, and what the index weighs: ``python -m tests.benchmarks.search``."""
