"""Views: lists as somebody left them, kept for their owner alone. They decide nothing and tell no event."""

from collections.abc import Sequence

from headrace.capabilities.people.model import View, ViewRefused
from headrace.capabilities.people.service.gate import is_system
from headrace.capabilities.people.store import views as store
from headrace.kernel.context import Ctx

MOST = 100
"""Views of one person."""


def save_view(ctx: Ctx, name: str, address: str) -> View:
    """The view under this name from now on; the same again changes nothing.

    Raises ViewRefused for what leads out of the console, for the operator, and past the most.
    """
    if is_system(ctx):
        raise ViewRefused("The operator keeps no views; choose who you are, at /who")
    if not _is_own(address):
        raise ViewRefused("Only an address of the console is kept: it begins with one slash")
    known = store.views(ctx.db, ctx.organisation, ctx.principal)
    if len(known) >= MOST and name not in {one.name for one in known}:
        raise ViewRefused(f"{MOST} views are kept already; remove one first")
    made = View(name=name, address=address, saved_at=ctx.now)
    store.save_view(ctx.db, ctx.organisation, ctx.principal, made)
    return made


def views(ctx: Ctx) -> Sequence[View]:
    """One's own views, by name."""
    return store.views(ctx.db, ctx.organisation, ctx.principal)


def remove_view(ctx: Ctx, name: str) -> None:
    """Keep this view no longer; one that is not there is no fault."""
    store.remove_view(ctx.db, ctx.organisation, ctx.principal, name)


def _is_own(address: str) -> bool:
    return (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and address.isprintable()
        and " " not in address
    )
