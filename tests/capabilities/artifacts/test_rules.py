"""Which drafts become versions, and what counts as drift."""

from datetime import UTC, datetime

import pytest

from headrace.capabilities.artifacts import rules
from headrace.capabilities.artifacts.layout import Prose
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    ArtifactType,
    Draft,
    Made,
    VersionRef,
)
from headrace.kernel.errors import Refusal
from headrace.kernel.ids import PrincipalId

ID = ArtifactId("brief/export")
ON = VersionRef(ID, 1)
MADE = VersionRef(ArtifactId("design/export"), 1)


def a_type(**changes) -> ArtifactType:
    known = {
        "name": "brief",
        "title": "Brief",
        "path": "{slug}.md",
        "sections": (Prose(name="text"),),
    }
    return ArtifactType(**{**known, **changes})


def an_artifact(**changes) -> Artifact:
    known = {
        "id": ID,
        "type": "brief",
        "slug": "export",
        "context": "mission:export",
        "parts": {},
        "path": "export.md",
        "reference": None,
        "head": 3,
        "effective": 2,
        "created_at": datetime(2026, 3, 16, tzinfo=UTC),
        "archived": False,
    }
    return Artifact(**{**known, **changes})


def a_draft(brain: str = "model", **changes) -> Draft:
    known = {
        "type": "brief",
        "slug": "export",
        "context": "mission:export",
        "content": {},
        "made": Made(by=PrincipalId("prn_1"), brain=brain),
    }
    return Draft(**{**known, **changes})


def test_the_first_draft_is_version_one():
    assert rules.new_version(a_type(), None, None, a_draft()) == 1


@pytest.mark.parametrize(
    ("head_brain", "draft"),
    [
        pytest.param("model", a_draft(), id="an agent over an agent's head, without a base"),
        pytest.param("model", a_draft(base=3), id="made on the head"),
        pytest.param("human", a_draft(base=3), id="an agent that knew the person's head"),
        pytest.param("human", a_draft(brain="human"), id="a person over a person's head"),
    ],
)
def test_a_draft_that_keeps_what_is_there_takes_the_next_number(head_brain: str, draft: Draft):
    assert rules.new_version(a_type(), an_artifact(), head_brain, draft) == 4


@pytest.mark.parametrize(
    ("head_brain", "draft", "reason"),
    [
        pytest.param("model", a_draft(base=2), "version 3 is newest", id="the head has moved"),
        pytest.param("human", a_draft(), "a person wrote version 3", id="a person's head unseen"),
        pytest.param(
            "human", a_draft(brain="skill"), "a person wrote", id="a skill is no person either"
        ),
        pytest.param(
            "model", a_draft(context="mission:other"), "belongs to mission:export", id="elsewhere"
        ),
    ],
)
def test_a_draft_that_would_lose_something_is_refused(head_brain: str, draft: Draft, reason: str):
    found = rules.new_version(a_type(), an_artifact(), head_brain, draft)

    assert isinstance(found, Refusal)
    assert len(found.reasons) == 1
    assert reason in found.reasons[0]


def test_every_reason_is_given_at_once():
    draft = a_draft(context="mission:other", base=1)

    found = rules.new_version(a_type(immutable=True, approval=False), an_artifact(), "human", draft)

    assert isinstance(found, Refusal)
    assert len(found.reasons) == 3
    assert "supersedes it" in found.reasons[0]


@pytest.mark.parametrize(
    ("layout", "effective", "taken"),
    [
        pytest.param(a_type(immutable=True), None, True, id="not approved yet: may be mended"),
        pytest.param(a_type(immutable=True), 2, False, id="approved: never again"),
        pytest.param(
            a_type(immutable=True, approval=False), None, False, id="filed as it was handed in"
        ),
    ],
)
def test_an_immutable_type_is_closed_from_its_filing_on(layout, effective, taken: bool):
    found = rules.new_version(layout, an_artifact(effective=effective), "model", a_draft())

    assert (found == 4) is taken


THEN = {"title": "t", "sections.api": "a", "sections.api.owns": "o", "sections.ui": "u"}


@pytest.mark.parametrize(
    ("linked", "changes", "elements"),
    [
        pytest.param("", {"sections.ui": "new"}, ("sections.ui",), id="the whole was linked"),
        pytest.param("sections.api", {"sections.ui": "new"}, None, id="another element changed"),
        pytest.param(
            "sections.api", {"sections.api": "new"}, ("sections.api",), id="the element changed"
        ),
        pytest.param(
            "sections.api",
            {"sections.api.owns": "new"},
            ("sections.api.owns",),
            id="a part of the element changed",
        ),
        pytest.param(
            "sections.a", {"sections.api": "new"}, None, id="a name that only begins alike"
        ),
        pytest.param(
            "sections", {"sections.ui": "new"}, ("sections.ui",), id="the element's container"
        ),
        pytest.param("", {}, None, id="nothing changed but the number"),
    ],
)
def test_drift_is_told_when_what_was_linked_has_changed(linked, changes, elements):
    on = VersionRef(ON.artifact, 1, linked)

    found = rules.drift(MADE, on, THEN, (2, {**THEN, **changes}))

    assert (found.elements if found else None) == elements


def test_an_element_that_is_gone_counts_as_changed():
    now = {name: hash for name, hash in THEN.items() if name != "sections.ui"}

    found = rules.drift(MADE, VersionRef(ID, 1, "sections.ui"), THEN, (2, now))

    assert found is not None
    assert (found.now, found.elements) == (2, ("sections.ui",))


def test_the_version_it_was_made_on_is_no_drift():
    assert rules.drift(MADE, ON, THEN, (1, {})) is None
