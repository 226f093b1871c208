"""Import: files of another organisation's record become unreviewed versions, word for word.

They are handed in as by a human brain, in one change request that a person decides. What a file says of
its own status, verdict or approval is noted and counts nowhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import content_hash, normal
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Made, Version
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import Proposal
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.json import Json
from headrace.packs.enterprise.exchange.model import Corpus, Piece
from headrace.packs.enterprise.types.imported_document import NAME, fingerprint, original, slug_of

CONTEXT = "organisation"
UNREVIEWED = "unreviewed"
"""The only standing that something imported has here, whatever it says of itself."""

_STATUS = re.compile(r"[^\W_][\w -]{0,40}")


class Outcome(StrEnum):
    """What becomes of a file."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left out"


@dataclass(frozen=True, kw_only=True)
class Line:
    """What becomes of one file, and why; `standing` is what counts here, whatever it `claims`."""

    path: str
    type: str
    outcome: Outcome
    claims: str
    standing: str
    artifact: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of each file, and the change request in which it waits for a person."""

    lines: tuple[Line, ...]
    change: str


class ImportRefused(Invalid):
    """A tree that holds what must not be read: every reason is told, and nothing is taken."""

    code = "exchange.import_refused"


def take(ctx: Ctx, corpus: Corpus, files: Mapping[str, str], origin: str) -> Taken:
    """Hand in every work product that is new or differs from what was handed in before.

    `files` are all that were offered, by path; `origin` says in words where they come from. A repeat
    changes nothing. Raises ImportRefused.
    """
    if corpus.refused and any(one.severity == "error" for one in corpus.refused):
        faults = tuple(one.message for one in corpus.refused if one.severity == "error")
        raise ImportRefused(f"Nothing was taken in: {'; '.join(faults)}", faults=faults)
    lines, versions = [], []
    kinds = {one.path: one for one in corpus.pieces if one.path and one.kind}
    for path in sorted(files):
        piece = kinds.get(path)
        if piece is None:
            lines.append(_left_out(path))
            continue
        line, version = _one(ctx, piece, files[path], origin)
        lines.append(line)
        versions += [version] if version is not None else []
    return Taken(lines=tuple(lines), change=_ask(ctx, versions, origin))


def _one(ctx: Ctx, piece: Piece, text: str, origin: str) -> tuple[Line, Version | None]:
    slug = slug_of(piece.path)
    declared = artifacts.layout(ctx, NAME)
    content = _content(piece, text)
    artifact = artifacts.find(ctx, ArtifactId(f"{NAME}/{slug}"))
    outcome = Outcome.NEW if artifact is None else Outcome.CHANGED
    if artifact is not None:
        head = artifacts.versions(ctx, artifact.id)[0]
        if head.content_hash == content_hash(declared, content):
            outcome = Outcome.UNCHANGED
    version = None
    if outcome is not Outcome.UNCHANGED:
        version = artifacts.propose(
            ctx,
            Draft(
                type=NAME,
                slug=slug,
                context=CONTEXT,
                content=content,
                made=Made(by=ctx.principal, brain="human"),
                note=f"imported from {origin}",
            ),
        )
    kept = original(normal(declared, content))[1] == text
    line = Line(
        path=piece.path,
        type=piece.kind,
        outcome=outcome,
        claims=claimed_status(piece),
        standing=UNREVIEWED,
        artifact=f"{NAME}/{slug}",
        why="" if kept else "kept without blank lines at its edges and without hidden characters",
    )
    return line, version


def _left_out(path: str) -> Line:
    return Line(
        path=path,
        type="",
        outcome=Outcome.LEFT_OUT,
        claims="",
        standing="",
        artifact="",
        why="no work product stands at such a path",
    )


def _content(piece: Piece, text: str) -> Mapping[str, Json]:
    words = text.replace("\r\n", "\n").replace("\r", "\n")
    title = piece.headings[0].text if piece.headings else piece.path
    fields: dict[str, Json] = {
        "path": piece.path,
        "kind": piece.kind,
        "claimed_status": claimed_status(piece),
        "fingerprint": fingerprint(text),
        "ends_with_newline": words.endswith("\n"),
    }
    sections: dict[str, Json] = {"text": {"language": "markdown", "text": words}}
    return {"title": title[:200], "fields": fields, "sections": sections, "extra": {}}


def claimed_status(piece: Piece) -> str:
    """What a file says of its own status, "" when it says nothing."""
    pair = piece.value("status")
    found = _STATUS.match(pair.value.strip("*_` ")) if pair else None
    return found[0].strip() if found else ""


def _ask(ctx: Ctx, versions: list[Version], origin: str) -> str:
    if not versions:
        return ""
    change = record.open_change(
        ctx,
        Proposal(
            title=f"Import of {len(versions)} documents",
            context=CONTEXT,
            members=tuple(one.ref for one in versions),
            body=f"From {origin}. Word for word; nothing that they say of themselves counts here.",
            author=ctx.principal,
        ),
    )
    return change.id
