"""Imported document: a work product of another organisation, word for word, as somebody handed it in.

Its path takes {slug}: "work/imported/work-signals-2026-03-01-onboarding-1f3a9c20.md". Nothing reads it
but people, the lint and the export: what it says of statuses, verdicts and approvals counts nowhere.
"""

import hashlib
from collections.abc import Mapping

from headrace.capabilities.artifacts.layout import ArtifactType, Code, slug
from headrace.packs.enterprise.types.parts import PROVENANCE, REVISIONS, text, yes_no

NAME = "imported-document"
LONGEST_SLUG = 100

TYPE = ArtifactType(
    name=NAME,
    title="Imported Document",
    summary="A work product from outside, word for word. Nothing that it says counts here.",
    path="work/imported/{slug}.md",
    fields=(
        text(
            "path", label="Original path", required=True, summary="Where it stood, and goes back."
        ),
        text("kind", label="Says it is", summary="The type that its path tells."),
        text(
            "claimed_status",
            label="Claims the status",
            summary="What it says of itself. Here it has the status of its own change request.",
        ),
        text(
            "fingerprint",
            label="SHA-256",
            required=True,
            pattern=r"[0-9a-f]{64}",
            summary="Of the text as it came, to tell whether what is kept is the same.",
        ),
        yes_no(
            "ends_with_newline",
            label="Ends with a new line",
            required=True,
            summary="Whether the file did, which no part of a document keeps.",
        ),
        *PROVENANCE,
    ),
    sections=(
        Code(
            name="text",
            title="Text",
            required=True,
            language="markdown",
            summary="Every line of it.",
        ),
        REVISIONS,
    ),
)


def slug_of(path: str) -> str:
    """The slug of what came from `path`: readable, and another one for each path."""
    digest = hashlib.sha256(path.encode()).hexdigest()[:8]
    return f"{slug(path.removesuffix('.md'))[:LONGEST_SLUG].strip('-')}-{digest}"


def fingerprint(words: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def original(content: Mapping[str, object]) -> tuple[str, str]:
    """Where it stood, and its text as a file."""
    fields, sections = content.get("fields"), content.get("sections")
    path = str(fields.get("path", "")) if isinstance(fields, Mapping) else ""
    newline = isinstance(fields, Mapping) and fields.get("ends_with_newline") is True
    code = sections.get("text") if isinstance(sections, Mapping) else None
    words = str(code.get("text", "")) if isinstance(code, Mapping) else ""
    return path, words + ("\n" if newline else "")
