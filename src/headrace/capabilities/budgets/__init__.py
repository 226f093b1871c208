"""Budgets: tokens and money, reserved before they are spent and counted when they are.

Words: a *scope* is whatever has a budget (the organisation, a mission, a stream, an agent); a *cap*
is the most it may use within a *period* (always, each month, week or day); a *term* is one such
month, week or day; a *reservation* holds an amount at every scope of a claim, or at none; an
*entry* of the ledger says what was really used. A scope without a cap is unlimited and counted all
the same. Room left is always the cap less what is spent and what is held.
"""
