"""Benchmarks: what the product costs at a million events, beside yardsticks; see `python -m tests.benchmarks`."""
