"""What a seal costs: ``python -m tests.benchmarks.seals``."""
