"""The ground: mechanisms without organisation words. Everything stands on it; it knows nobody."""
