"""The outline: the first page of help and the commands that are no operations, told without a house.

Composing the house takes longer than telling of it, so its nouns are written down (`make reference`).
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version

from cyclopts import App

Extra = App | Callable[..., object]
"""A command that is no operation, such as `up` or `doctor`; it may return its exit code."""


def root(extras: Mapping[str, Extra] | None = None) -> App:
    """The program without its nouns."""
    app = App(
        name="headrace",
        help="The operating system for organisations in which agents work and people decide.",
        help_format="plaintext",
        version=lambda: version("headrace"),
        suppress_keyboard_interrupt=False,  # its exit code is ours to give
    )
    for name, extra in (extras or {}).items():
        app.command(extra, name=name)
    return app


def outline(nouns: Mapping[str, str], extras: Mapping[str, Extra]) -> App:
    """The program with what is said of its nouns, which do nothing here."""
    app = root(extras)
    for name, told in nouns.items():
        app.command(App(name=name, help=told, help_format="plaintext"))
    return app


def suffices(words: Sequence[str], extras: Mapping[str, Extra]) -> bool:
    """Whether these words of a call need no house: no noun is among them."""
    named = next((word for word in words if not word.startswith("-")), None)
    return named in extras or not [
        word for word in words if word not in {"--help", "-h", "--version"}
    ]
