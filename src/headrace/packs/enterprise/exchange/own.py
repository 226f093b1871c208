"""The organisation's own record as rules read it: each effective work product as its file."""

from collections.abc import Iterator

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Version
from headrace.capabilities.record import service as record
from headrace.kernel.context import Ctx
from headrace.packs.enterprise.exchange.model import Corpus
from headrace.packs.enterprise.exchange.reading import read_tree

PAGE = 200


def effective_versions(ctx: Ctx, context: str = "") -> Iterator[Version]:
    """Every effective version, of one context where it is named, by the id of its artifact."""
    after: str | None = None
    while True:
        found = artifacts.listing(
            ctx, context=context or None, effective_only=True, after=after, limit=PAGE
        )
        for one in found:
            version = artifacts.effective(ctx, one.id)
            if version is not None:
                yield version
        if len(found) < PAGE:
            return
        after = found[-1].id


def files(ctx: Ctx, context: str = "") -> dict[str, str]:
    """The file of each of them, with its live values, by path."""
    found = (record.document(ctx, one) for one in effective_versions(ctx, context))
    return {one.path: one.text for one in found}


def corpus(ctx: Ctx, context: str = "") -> Corpus:
    """Them as rules read them. Of one context, what lies in others counts as there."""
    own = files(ctx, context)
    there = frozenset(one.path for one in effective_versions(ctx)) if context else frozenset(own)
    return read_tree(own, there)
