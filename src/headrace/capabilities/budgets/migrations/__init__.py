"""Versions of the tables of budgets."""
