"""The composition root: the only package that knows everything, and that nothing else imports."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headrace.app.house import CAPABILITIES, HOUSE, compose

__all__ = ["CAPABILITIES", "HOUSE", "compose"]


def __getattr__(name: str) -> object:
    """The house, composed when somebody first asks for it: `headrace --help` does not."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from headrace.app import house

    return getattr(house, name)
