"""Benchmarks: what the product costs at a million events, each beside its yardstick; see `python -m tests.benchmarks`."""
