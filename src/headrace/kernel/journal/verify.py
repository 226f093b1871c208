"""The audit: reads an organisation's journal back and names every row that is not as it was sealed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from headrace.kernel.ids import OrganisationId
from headrace.kernel.journal.digests import GENESIS, block_hash, event_digest
from headrace.kernel.journal.erasing import ERASED
from headrace.kernel.json import digest

_BLOCKS = sa.text(
    "SELECT number, positions, digests, previous, hash FROM journal_block "
    "WHERE organisation = :organisation ORDER BY number"
)
_LINEAGES = sa.text("SELECT lineage, last FROM journal_lineage WHERE organisation = :organisation")
_EVENTS = sa.text(
    "SELECT organisation, id, type, lineage, number, actor, cause, at, payload, payload_hash, "
    "digest, position FROM journal_event WHERE organisation = :organisation "
    "ORDER BY position NULLS LAST, recorded_at"
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One row that is not what was sealed."""

    row: str  # "event evt_01… at position 17", "block 3"
    what: str


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What an audit saw. `head` is the chain's newest hash: write it down elsewhere to anchor the past."""

    events: int
    blocks: int
    unsealed: int  # newest events, not yet in a block: checked by their own digests alone
    head: str
    erased: int  # payloads that were erased by a recorded decision
    faults: tuple[Fault, ...]

    @property
    def clean(self) -> bool:
        return not self.faults


def audit(db: sa.Connection, organisation: OrganisationId, *, anchor: str | None = None) -> Audit:
    """Check every event against its digest, its block and its lineage, and every block in the chain.

    `anchor` is a head that was written down before: the chain must still hold it.
    """
    blocks = db.execute(_BLOCKS, {"organisation": organisation}).mappings().all()
    events = db.execute(_EVENTS, {"organisation": organisation}).mappings().all()
    lineages = db.execute(_LINEAGES, {"organisation": organisation}).all()
    erased = _erased(events)
    sealed = {
        position: leaf
        for block in blocks
        for position, leaf in zip(block["positions"], block["digests"], strict=False)
    }
    faults = [
        *_chain(blocks),
        *_anchored(blocks, anchor),
        *_rows(events, sealed, erased),
        *_gone(events, sealed),
        *_numbers(events, {one.lineage: one.last for one in lineages}),
    ]
    return Audit(
        events=len(events),
        blocks=len(blocks),
        unsealed=sum(1 for event in events if event["position"] not in sealed),
        head=blocks[-1]["hash"] if blocks else GENESIS,
        erased=sum(1 for event in events if event["id"] in erased),
        faults=tuple(faults),
    )


Row = Mapping[str, object] | sa.RowMapping


def _chain(blocks: Sequence[sa.RowMapping]) -> Iterator[Fault]:
    previous = GENESIS
    for expected, block in enumerate(blocks, start=1):
        name = f"block {block['number']}"
        if block["number"] != expected:
            yield Fault(row=f"block {expected}", what="is missing from the chain")
            return
        if block["previous"] != previous:
            yield Fault(row=name, what="does not follow the block before it")
        whole = block_hash(block["previous"], block["number"], block["positions"], block["digests"])
        if whole != block["hash"]:
            yield Fault(row=name, what="was changed after it was sealed")
        previous = block["hash"]


def _anchored(blocks: Sequence[sa.RowMapping], anchor: str | None) -> Iterator[Fault]:
    if anchor is not None and anchor not in {GENESIS, *(block["hash"] for block in blocks)}:
        yield Fault(row=f"block of hash {anchor}", what="was written down and is not in the chain")


def _erased(events: Sequence[sa.RowMapping]) -> frozenset[str]:
    """The events whose payloads were erased by a recorded decision."""
    told = (event["payload"] for event in events if event["type"] == ERASED)
    return frozenset(str(one["event"]) for one in told if isinstance(one, Mapping))


def _rows(
    events: Sequence[sa.RowMapping], sealed: Mapping[int, str], erased: frozenset[str]
) -> Iterator[Fault]:
    for event in events:
        name = _name(event)
        if event["payload"] is None and event["id"] not in erased:
            yield Fault(row=name, what="its payload is gone, and nobody recorded an erasure")
        elif event["payload"] is not None and digest(event["payload"]) != event["payload_hash"]:
            yield Fault(row=name, what="its payload was changed")
        if event_digest(event) != event["digest"]:
            yield Fault(row=name, what="its columns were changed")
        leaf = sealed.get(event["position"])
        if leaf is not None and leaf != event["digest"]:
            yield Fault(row=name, what="is not the event that was sealed here")


def _gone(events: Sequence[sa.RowMapping], sealed: Mapping[int, str]) -> Iterator[Fault]:
    present = {event["position"] for event in events}
    newest = max(sealed, default=0)
    for position in sorted(set(sealed) - present):
        yield Fault(row=f"event at position {position}", what="was sealed and is gone")
    for event in events:
        position = event["position"]
        if position is not None and position <= newest and position not in sealed:
            yield Fault(row=_name(event), what="was put in among sealed events")


def _numbers(events: Sequence[sa.RowMapping], last: Mapping[str, int]) -> Iterator[Fault]:
    """Every lineage's events from 1 to where its counter stands: also a newest one that is gone."""
    seen: dict[str, list[int]] = {lineage: [] for lineage in last}
    for event in events:
        seen.setdefault(event["lineage"], []).append(event["number"])
    for lineage, numbers in sorted(seen.items()):
        newest, counted = max(numbers, default=0), last.get(lineage, 0)
        missing = sorted(set(range(1, max(newest, counted) + 1)) - set(numbers))
        if missing:
            gaps = ", ".join(str(number) for number in missing[:10])
            yield Fault(row=f"lineage {lineage}", what=f"lacks number {gaps}")
        if newest > counted:
            yield Fault(row=f"lineage {lineage}", what=f"was counted to {counted} and has {newest}")


def _name(event: sa.RowMapping) -> str:
    place = "not yet sequenced" if event["position"] is None else f"at position {event['position']}"
    return f"event {event['id']} {place}"
