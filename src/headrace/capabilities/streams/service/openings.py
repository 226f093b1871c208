"""Contexts: where a stream runs. They lie in one another and pin their stream's version."""

from collections.abc import Sequence

from headrace.capabilities.streams import store
from headrace.capabilities.streams.model import (
    Context,
    ContextId,
    ContextNotFound,
    ContextOpened,
    ContextState,
    StreamRefused,
)
from headrace.capabilities.streams.service import catalogue
from headrace.kernel.context import Ctx


def open_context(
    ctx: Ctx,
    *,
    stream: str,
    kind: str,
    slug: str,
    title: str,
    parent: ContextId | None = None,
    opened_by: str | None = None,
) -> Context:
    """Open a context of a stream's kind; the same one again when it is open already.

    The outermost kind of a stream has no slug: its id is the kind itself. Raises StreamUnknown,
    StreamRefused (no such kind), ContextNotFound (the parent). Records ContextOpened.
    """
    declared = catalogue.stream(ctx, stream)
    if kind not in declared.kinds:
        raise StreamRefused(
            f"{stream!r} has no context of kind {kind!r}; it has {', '.join(declared.kinds)}"
        )
    if parent is not None:
        context(ctx, parent)
    made = Context(
        id=ContextId(f"{kind}:{slug}" if slug else kind),
        kind=kind,
        parent=parent,
        title=title,
        stream=stream,
        stream_version=declared.version,
        state=ContextState.OPEN,
        opened_by=opened_by,
        opened_at=ctx.now,
        closed_at=None,
    )
    if not store.open_context(ctx.db, ctx.organisation, made):
        return context(ctx, made.id)
    ctx.record(ContextOpened(context=made.id, kind=kind, parent=parent, opened_by=opened_by))
    return made


def context(ctx: Ctx, id: ContextId) -> Context:
    """The context. Raises ContextNotFound."""
    found = ctx.once(store.context, id)
    if found is None:
        raise ContextNotFound(f"No context {id}; `headrace context list` names them", context=id)
    return found


def contexts(
    ctx: Ctx,
    *,
    kind: str | None = None,
    state: ContextState | None = None,
    ids: Sequence[ContextId] = (),
) -> Sequence[Context]:
    """Contexts, oldest first, of one kind or state where named; only `ids`, where any are."""
    return store.contexts(ctx.db, ctx.organisation, kind=kind, state=state, ids=ids)


def ancestors(ctx: Ctx, id: ContextId) -> tuple[ContextId, ...]:
    """The contexts around this one, nearest first."""
    return store.above(ctx.db, ctx.organisation, id)


def link_contexts(ctx: Ctx, one: ContextId, other: ContextId) -> None:
    """Let each of two contexts see the other's effective artifacts through linked selectors."""
    for context_id in (one, other):
        context(ctx, context_id)
    store.link(ctx.db, ctx.organisation, one, other)
    store.link(ctx.db, ctx.organisation, other, one)


def close_context(ctx: Ctx, id: ContextId, state: ContextState = ContextState.CLOSED) -> None:
    """Take no new runs here (pause, or for good). What runs goes on to its end."""
    context(ctx, id)
    closed_at = ctx.now if state is ContextState.CLOSED else None
    store.set_context_state(ctx.db, ctx.organisation, id, state, closed_at)


def resume_context(ctx: Ctx, id: ContextId) -> None:
    """Take runs again."""
    context(ctx, id)
    store.set_context_state(ctx.db, ctx.organisation, id, ContextState.OPEN, None)
