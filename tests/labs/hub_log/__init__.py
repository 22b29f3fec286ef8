"""A stand-in for a Hub Log server, which cannot be had: its seven endpoints over seeded data, and what can go wrong."""
