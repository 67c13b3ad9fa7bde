"""Benchmarks: what the sample batch costs and how well it is read. Run by ``make bench``; nothing here is asserted."""
