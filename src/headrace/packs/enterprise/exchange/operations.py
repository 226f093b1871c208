"""What exchange offers to REST, CLI and MCP: reading what comes from outside, and the lint."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from headrace.kernel.capability import Effect, Http, Operation, OperationKind, Permission
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.inputs import Names
from headrace.packs.enterprise.exchange import exporting, importing, own
from headrace.packs.enterprise.exchange.lint import lint
from headrace.packs.enterprise.exchange.model import Corpus, Finding
from headrace.packs.enterprise.exchange.reading import read_document, read_tree
from headrace.packs.enterprise.exchange.rules import RULES

READ = "exchange:read"
TAKE_IN = "exchange:import"
PERMISSIONS = (
    Permission(name=READ, summary="Check documents and the record, and export the record"),
    Permission(name=TAKE_IN, summary="Take in work products of another organisation"),
)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document of prose with work products in it, such as a walk-through."""

    name: Annotated[str, Field(description="What to call it.", examples=["walk-through"])]
    text: Annotated[str, Field(description="All of it, in Markdown.")]


@dataclass(frozen=True, kw_only=True)
class LintQuery:
    """`context` limits it to one mission, such as `mission:bulk-data-export`."""

    context: Annotated[
        str, Names("context"), Field(description="One mission only; empty: everything.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class FindingShown:
    code: str
    severity: str
    message: str
    places: tuple[str, ...]  # file:line of everything that it speaks of


@dataclass(frozen=True, kw_only=True)
class PieceShown:
    path: str
    type: str  # "" where no type stands at such a path
    line: int


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was read, and what is wrong with it; `items` are findings."""

    pieces: tuple[PieceShown, ...]
    items: tuple[FindingShown, ...]


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class RuleShown:
    code: str
    severity: str
    summary: str


@dataclass(frozen=True, kw_only=True)
class RuleList:
    items: tuple[RuleShown, ...]


@dataclass(frozen=True, kw_only=True)
class OfferedFile:
    path: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Files of a tree in the public layout, or a document of prose with work products in it.

    `origin` says in words where they come from.
    """

    origin: Annotated[str, Field(description="Where they come from, in words.")]
    files: tuple[OfferedFile, ...] = ()
    document: Annotated[str, Field(description="Prose with work products in it.")] = ""


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """What became of each file (`taken`), the change request they wait in, and every finding."""

    taken: tuple[importing.Line, ...]
    change: str
    pieces: tuple[PieceShown, ...]
    items: tuple[FindingShown, ...]


@dataclass(frozen=True, kw_only=True)
class ExportWanted:
    """`renamed` gives releases and designs the names that the public validators look for."""

    context: Annotated[
        str, Names("context"), Field(description="One mission only; empty: everything.")
    ] = ""
    renamed: Annotated[
        bool,
        Field(
            description="Give releases and designs the names that the public validators look for."
        ),
    ] = False


@dataclass(frozen=True, kw_only=True)
class Exported:
    """The tree, file by file, and why versions were left out."""

    items: tuple[exporting.ExportedFile, ...]
    left_out: tuple[str, ...]


def check_document(_: Ctx, document: Document) -> Checked:
    """Read a document whole, prose included, and tell what in it is missing or contradicts itself.

    Work products stand in blocks of Markdown, each under its address ("**Artifact created:**
    `path`"). Nothing is taken in; `exchange rules` lists what is looked for.
    """
    return checked(read_document(document.name, document.text))


def check_record(ctx: Ctx, query: LintQuery) -> Checked:
    """Look for contradictions in the organisation's own record: effective versions, live values."""
    return checked(own.corpus(ctx, query.context))


def take_in(ctx: Ctx, offer: Offer) -> TakenIn:
    """Take in work products of another organisation, word for word, as unreviewed versions.

    They wait in one change request for a person. What they say of their own status, verdict or
    approval is noted and counts nowhere. What was taken in before and has not changed is passed
    over. `headrace import` reads a folder or a file of this machine.
    """
    if bool(offer.files) == bool(offer.document):
        raise Invalid("Offer either files or one document")
    files, corpus = _offered(offer)
    taken = importing.take(ctx, corpus, files, offer.origin)
    told = checked(corpus)
    return TakenIn(taken=taken.lines, change=taken.change, pieces=told.pieces, items=told.items)


def _offered(offer: Offer) -> tuple[dict[str, str], Corpus]:
    """The files by path, what is appended joined to its own, and all that was read."""
    if offer.files:
        files = {one.path: one.text for one in offer.files}
        if len(files) < len(offer.files):
            raise Invalid("Two of the files have the same path")
        return files, read_tree(files)
    corpus = read_document(offer.origin, offer.document)
    parts: dict[str, list[str]] = {}
    for one in corpus.pieces:
        if one.path:
            parts.setdefault(one.path, []).append(one.source)
    return {path: "\n\n".join(words) + "\n" for path, words in parts.items()}, corpus


def give_out(ctx: Ctx, wanted: ExportWanted) -> Exported:
    """Give out the record as files in the public layout, every effective work product one.

    What was imported stands where it came from, as it came. `headrace export` writes them to a folder.
    """
    found = exporting.export(ctx, context=wanted.context, renamed=wanted.renamed)
    return Exported(items=found.files, left_out=found.left_out)


def rules(_: Ctx, __: Nothing) -> RuleList:
    """List the kinds of faults that are looked for."""
    return RuleList(
        items=tuple(
            RuleShown(code=one.code, severity=one.severity, summary=one.summary) for one in RULES
        )
    )


def checked(corpus: Corpus) -> Checked:
    """What was read of work products, and every finding."""
    return Checked(
        pieces=tuple(
            PieceShown(path=one.path, type=one.kind, line=one.line)
            for one in corpus.pieces
            if one.path
        ),
        items=tuple(shown(one) for one in lint(corpus)),
    )


def shown(finding: Finding) -> FindingShown:
    """A finding as it is told."""
    return FindingShown(
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        places=tuple(map(str, finding.places)),
    )


_COLUMNS = ("severity", "code", "message", "places")

OPERATIONS = (
    Operation(
        name="exchange.check",
        permission=READ,
        input=Document,
        output=Checked,
        run=check_document,
        http=Http(method="POST", path="/exchange/check"),
        effect=Effect.NONE,
        columns=_COLUMNS,
    ),
    Operation(
        name="exchange.lint",
        permission=READ,
        input=LintQuery,
        output=Checked,
        run=check_record,
        http=Http(method="GET", path="/exchange/lint"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=_COLUMNS,
    ),
    Operation(
        name="exchange.import",
        permission=TAKE_IN,
        input=Offer,
        output=TakenIn,
        run=take_in,
        http=Http(method="POST", path="/exchange/import"),
        columns=_COLUMNS,
    ),
    Operation(
        name="exchange.export",
        permission=READ,
        input=ExportWanted,
        output=Exported,
        run=give_out,
        http=Http(method="GET", path="/exchange/export"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("path", "version"),
    ),
    Operation(
        name="exchange.rules",
        permission=READ,
        input=Nothing,
        output=RuleList,
        run=rules,
        http=Http(method="GET", path="/exchange/rules"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("code", "severity", "summary"),
    ),
)
