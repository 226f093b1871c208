"""Adapters of operate: what a running service writes about itself."""
