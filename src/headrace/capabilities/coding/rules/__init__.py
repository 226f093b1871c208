"""What coding decides by reading: pure functions over the texts of a change and of what it builds on."""
