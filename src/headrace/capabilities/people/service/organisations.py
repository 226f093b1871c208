"""Organisations: founded by the operator, found by slug."""

from collections.abc import Sequence

from headrace.capabilities.people import rules, store
from headrace.capabilities.people.model import (
    HandleTaken,
    Malformed,
    Organisation,
    OrganisationFounded,
    OrganisationNotFound,
)
from headrace.kernel.context import Ctx
from headrace.kernel.ids import OrganisationId


def found_organisation(ctx: Ctx, *, slug: str, name: str) -> Organisation:
    """Found the organisation of this unit of work, whose id the edge has made fresh.

    Raises Malformed (slug), HandleTaken. Records OrganisationFounded. Nobody is in it yet.
    """
    if not rules.is_handle(slug):
        raise Malformed(
            f"{slug!r} is no slug; use lower-case words and digits with hyphens", slug=slug
        )
    made = Organisation(id=ctx.organisation, slug=slug, name=name or slug, founded_at=ctx.now)
    if not store.found(ctx.db, made):
        raise HandleTaken(f"An organisation {slug!r} exists already; take another slug", slug=slug)
    ctx.record(OrganisationFounded(organisation=made.id, slug=slug))
    return made


def organisation(ctx: Ctx, id: OrganisationId) -> Organisation | None:
    """The organisation, or None when nobody has founded it."""
    return store.organisation(ctx.db, id)


def organisation_by_slug(ctx: Ctx, slug: str) -> Organisation:
    """The organisation. Raises OrganisationNotFound."""
    found = store.by_slug(ctx.db, slug)
    if found is None:
        raise OrganisationNotFound(f"No organisation {slug!r}", slug=slug)
    return found


def organisations(ctx: Ctx, *, after: str = "", limit: int = 50) -> Sequence[Organisation]:
    """Organisations by slug, those that follow `after`."""
    return store.organisations(ctx.db, after=after, limit=limit)
