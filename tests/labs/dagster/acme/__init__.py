"""The jobs of Acme, a made-up shop's data platform: what the lab's Dagster server serves."""
