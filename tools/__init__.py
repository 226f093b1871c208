"""What keeps the house in order: set-up, pins, the import law, copies, generated pages."""
