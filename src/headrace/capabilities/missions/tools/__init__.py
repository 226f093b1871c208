"""Adapters of missions: they speak to the world and know no rows."""
