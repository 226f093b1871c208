"""What releases read of the world."""
