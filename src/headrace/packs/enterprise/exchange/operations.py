"""What exchange offers to REST, CLI and MCP: reading what comes from outside, and the lint."""

from dataclasses import dataclass

from headrace.kernel.capability import Effect, Http, Operation, OperationKind, Permission
from headrace.kernel.context import Ctx
from headrace.packs.enterprise.exchange import own
from headrace.packs.enterprise.exchange.lint import lint
from headrace.packs.enterprise.exchange.model import Corpus, Finding
from headrace.packs.enterprise.exchange.reading import read_document
from headrace.packs.enterprise.exchange.rules import RULES

READ = "exchange:read"
PERMISSIONS = (Permission(name=READ, summary="Check documents and the record for contradictions"),)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document of prose with work products in it, such as a walk-through."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class LintQuery:
    """`context` limits it to one mission, such as `mission:bulk-data-export`."""

    context: str = ""


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


def check_document(_: Ctx, document: Document) -> Checked:
    """Read a document whole, prose included, and tell what in it is missing or contradicts itself.

    Work products stand in blocks of Markdown, each under its address ("**Artifact created:**
    `path`"). Nothing is taken in; `exchange rules` lists what is looked for.
    """
    return checked(read_document(document.name, document.text))


def check_record(ctx: Ctx, query: LintQuery) -> Checked:
    """Look for contradictions in the organisation's own record: effective versions, live values."""
    return checked(own.corpus(ctx, query.context))


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
