"""What the public project's validators ask of a file: labels in bold, sections, paths that exist."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headrace.packs.enterprise.exchange.model import Corpus, Found, Piece, error, warning


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a kind of file has to show: labels in bold, and sections by their exact or partial title.

    `seen` is how the file has to be named for the public validators to look at it.
    """

    fields: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    exact: bool = True
    seen: str = r".*"


FORMS: Mapping[str, Form] = {
    "signal": Form(
        fields=("Category", "Confidence", "Urgency", "Potential impact"),
        sections=("Source", "Observation", "Initial Assessment", "Recommended Disposition"),
    ),
    "mission-brief": Form(
        fields=("Status", "Mission ID"), sections=("Objective", "Scope", "Divisions Involved")
    ),
    "decision-record": Form(
        fields=("Decision ID", "Status"),
        sections=("Context", "Decision", "Alternatives Considered", "Consequences"),
        exact=False,
    ),
    "governance-exception": Form(
        fields=("Exception ID", "Risk", "Mitigation"), sections=("Summary", "Details"), exact=False
    ),
    "postmortem": Form(
        fields=("Incident ID", "Severity", "Status"),
        sections=("Timeline", "Root Cause", "Follow-Up"),
        exact=False,
    ),
    "release-contract": Form(
        fields=("Status", "Release ID", "Release Manager"),
        sections=("Release Summary", "Changes Included", "Rollback Plan"),
        seen=r".*release-contract.*",
    ),
    "technical-design": Form(
        fields=("Mission ID", "Status"),
        sections=("Context", "Observability Design", "Architecture Decisions"),
        exact=False,
        seen=r"technical-design.*",
    ),
}
"""Facts about the public project, in our own words; releases and designs are told by file name there."""


def _fields(corpus: Corpus, *, seen: bool) -> Found:
    for piece, form in _formed(corpus, seen=seen):
        for label in form.fields:
            if not re.search(rf"\*\*{re.escape(label)}[:*]", piece.source, re.IGNORECASE):
                where = next(
                    (p.line for p in piece.pairs if p.label == label.casefold()), piece.line
                )
                yield f"{piece.path} does not show **{label}:** in bold", (piece.at(where),)


def _sections(corpus: Corpus, *, seen: bool) -> Found:
    for piece, form in _formed(corpus, seen=seen):
        titles = [one.text.casefold() for one in piece.headings if one.level == 2]
        for title in form.sections:
            wanted = title.casefold()
            there = wanted in titles if form.exact else any(wanted in one for one in titles)
            if not there:
                yield f"{piece.path} has no section '## {title}'", (piece.at(piece.line),)


def _formed(corpus: Corpus, *, seen: bool) -> Iterator[tuple[Piece, Form]]:
    begun: set[str] = set()
    for piece in corpus.pieces:
        form = FORMS.get(piece.kind)
        if form is None or piece.path in begun:  # what is appended has no header of its own
            continue
        begun.add(piece.path)
        if bool(re.fullmatch(form.seen, piece.path.rpartition("/")[2])) is seen:
            yield piece, form


def field_missing(corpus: Corpus) -> Found:
    """Labels that the public validators ask for."""
    yield from _fields(corpus, seen=True)


def section_missing(corpus: Corpus) -> Found:
    """Sections that the public validators ask for."""
    yield from _sections(corpus, seen=True)


def unseen_field_missing(corpus: Corpus) -> Found:
    """Labels that they would ask for, if the file were named as they look for it."""
    yield from _fields(corpus, seen=False)


def unseen_section_missing(corpus: Corpus) -> Found:
    """Sections that they would ask for, if the file were named as they look for it."""
    yield from _sections(corpus, seen=False)


def path_dangling(corpus: Corpus) -> Found:
    """A work product names another that is not there."""
    there = _there(corpus)
    told: set[tuple[str, str]] = set()
    for one in corpus.promises:
        if one.in_artifact and one.path not in there and (one.path, one.place.file) not in told:
            told.add((one.path, one.place.file))
            yield f"{one.path} is named and not there", (one.place,)


def path_promised(corpus: Corpus) -> Found:
    """The prose says that a work product was made or filed, and it is not there."""
    there = _there(corpus)
    told: set[str] = set()
    for one in corpus.promises:
        if not one.in_artifact and one.path not in there and one.path not in told:
            told.add(one.path)
            yield f"{one.path} is said to be made, and its content is nowhere", (one.place,)


def _there(corpus: Corpus) -> frozenset[str]:
    return corpus.present | {piece.path for piece in corpus.pieces if piece.path}


RULES = (
    error(
        "field-missing",
        "a label that the public validators read is not written in bold",
        field_missing,
    ),
    error(
        "section-missing",
        "a section that the public validators ask for is missing",
        section_missing,
    ),
    error("path-dangling", "a work product names a path that is not there", path_dangling),
    warning("path-promised", "the prose promises a path whose content is nowhere", path_promised),
    warning(
        "unseen-field-missing",
        "a label is missing that the public validators would ask for under another name",
        unseen_field_missing,
    ),
    warning(
        "unseen-section-missing",
        "a section is missing that the public validators would ask for under another name",
        unseen_section_missing,
    ),
)
