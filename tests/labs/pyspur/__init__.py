"""A real PySpur server, in an environment of its own: its pins clash with those of the product."""
