"""How quickly words are found among a million pages, and what the index weighs: ``python -m tests.benchmarks.search``."""
