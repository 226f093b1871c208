"""Brains: what can answer for a role. Adapters to models, recordings and command line agents."""
