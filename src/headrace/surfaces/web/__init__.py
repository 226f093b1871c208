"""The console's first pages: rendered here, readable without JavaScript, a client of operations."""
