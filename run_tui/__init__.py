"""A full-screen terminal explorer for orchestrator runs."""

__version__ = "0.1.0"
