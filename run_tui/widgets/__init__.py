"""The parts of the screens: each shows one thing and asks nobody but the data it was given."""
