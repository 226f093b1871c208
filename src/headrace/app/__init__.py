"""The composition root: the only package that knows everything, and that nothing else imports."""

from headrace.app.house import CAPABILITIES, HOUSE, compose

__all__ = ["CAPABILITIES", "HOUSE", "compose"]
