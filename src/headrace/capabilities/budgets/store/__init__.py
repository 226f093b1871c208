"""Rows of budgets; all its SQL: accounts and caps, reservations, the ledger."""
