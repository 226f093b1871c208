"""What the front matter of a file says of its version, and what it does not say by halves."""

from datetime import UTC, datetime

import pytest

from headrace.capabilities.artifacts.model import (
    Artifact,
    Link,
    LinkKind,
    Made,
    Phase,
    Version,
    VersionRef,
)
from headrace.capabilities.record import provenance
from headrace.capabilities.record.markdown.front_matter import (
    read_front_matter,
    write_front_matter,
)

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
ARTIFACT = Artifact(
    id="brief/export",
    type="brief",
    slug="export",
    context="mission:export",
    parts={"mission": "export", "date": "2026-03-15", "number": 3},
    path="work/missions/export/BRIEF.md",
    reference="MISSION-2026-003",
    head=2,
    effective=1,
    created_at=NOON,
    archived=False,
)
VERSION = Version(
    ref=VersionRef("brief/export", 2),
    type="brief",
    context="mission:export",
    path=ARTIFACT.path,
    title="Export",
    content={},
    content_hash="ab" * 32,
    phase=Phase.IN_REVIEW,
    made=Made(by="prn_1", brain="model", run="run_1", recipe="cafe"),
    base=1,
    note="A note: with a colon",
    change="CR-7",
    commit=None,
    no_effect=False,
    created_at=NOON,
)
LINKS = (
    Link(target=VersionRef("signal/x", 1)),
    Link(kind=LinkKind.SUPERSEDES, target=VersionRef("brief/old", 3, "sections.scope")),
)


def written() -> str:
    return write_front_matter(provenance.front_matter(ARTIFACT, VERSION, LINKS, "strategist"))


def test_everything_comes_back_that_was_written():
    matter = read_front_matter(written().strip("-\n"))

    read = provenance.read(matter)

    assert read == provenance.Provenance(
        ref=VERSION.ref,
        type="brief",
        content_hash=VERSION.content_hash,
        context="mission:export",
        made_by="strategist",
        brain="model",
        change="CR-7",
        reference="MISSION-2026-003",
        run="run_1",
        recipe="cafe",
        note="A note: with a colon",
        parts={"mission": "export", "date": "2026-03-15", "number": 3},
        links=LINKS,
    )


def test_the_claim_of_a_file_is_read_without_a_parser():
    assert provenance.claimed(written() + "# Brief\n\nid: not/this\n") == ("brief/export", 2)


@pytest.mark.parametrize(
    "text",
    ["", "# Brief\n\nid: brief/x\n", "---\ntitle: x\n---\n", "id: brief/x\n---\n"],
    ids=["nothing", "below", "no id", "unopened"],
)
def test_a_file_without_a_claim_claims_nothing(text):
    assert provenance.claimed(text) is None


@pytest.mark.parametrize(
    "missing", ["id", "type", "version", "hash", "context", "made-by", "brain"]
)
def test_provenance_with_a_part_missing_is_none(missing):
    matter = provenance.front_matter(ARTIFACT, VERSION, LINKS, "strategist")

    assert provenance.read({k: v for k, v in matter.items() if k != missing}) is None


@pytest.mark.parametrize(
    "change",
    [{"hash": "sha256:xyz"}, {"version": "two"}, {"links": ["likes brief/x@1"]}, {"id": "brief"}],
    ids=["hash", "number", "link", "id"],
)
def test_provenance_that_cannot_be_true_is_none(change):
    matter = provenance.front_matter(ARTIFACT, VERSION, LINKS, "strategist")

    assert provenance.read(matter | change) is None
