"""Tables of operate."""
