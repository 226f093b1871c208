"""What releases may do and what measurements say of them. Pure."""
