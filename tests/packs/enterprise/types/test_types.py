"""The declarations themselves: names, places, statuses, help texts."""

import pytest

from headrace.capabilities.artifacts.layout import (
    Body,
    Each,
    Group,
    Phase,
    Table,
    path_for,
    path_parts,
    reference_for,
)
from headrace.packs.enterprise.types import TYPES

BY_NAME = {layout.name: layout for layout in TYPES}
PARTS = {
    "slug": "bulk-data-export",
    "mission": "bulk-data-export",
    "date": "2026-03-25",
    "week": "2026-W12",
    "year": "2026",
    "number": 15,
}

PATHS = {
    "signal": "work/signals/2026-03-25-bulk-data-export.md",
    "signal-triage": "work/signals/triage/bulk-data-export.md",
    "signal-digest": "work/signals/digests/2026-W12-digest.md",
    "opportunity-validation": "work/missions/bulk-data-export/VALIDATION.md",
    "mission-brief": "work/missions/bulk-data-export/BRIEF.md",
    "outcome-contract": "work/missions/bulk-data-export/OUTCOME-CONTRACT.md",
    "fleet-config": "org/2-orchestration/fleet-configs/bulk-data-export.md",
    "mission-status": "work/missions/bulk-data-export/STATUS.md",
    "mission-tasks": "work/missions/bulk-data-export/TASKS.md",
    "technical-design": "work/missions/bulk-data-export/TECHNICAL-DESIGN.md",
    "quality-evaluation": (
        "work/missions/bulk-data-export/evaluations/2026-03-25-bulk-data-export.md"
    ),
    "decision-record": "work/decisions/2026-03-25-bulk-data-export.md",
    "fleet-report": "work/missions/bulk-data-export/FLEET-REPORT.md",
    "asset-entry": "work/assets/bulk-data-export.md",
    "governance-exception": "work/decisions/EXC-2026-015-bulk-data-export.md",
    "rollout-evidence": "work/releases/evidence/2026-03-25-bulk-data-export.md",
    "release-contract": "work/releases/2026-03-25-bulk-data-export.md",
    "handover": "work/missions/bulk-data-export/handovers/bulk-data-export.md",
    "outcome-report": "work/missions/bulk-data-export/OUTCOME-REPORT.md",
    "postmortem": "work/retrospectives/2026-03-25-bulk-data-export.md",
    "runbook": "org/3-execution/divisions/runbooks/bulk-data-export.md",
    "health-report": "org/1-strategy/ventures/bulk-data-export/HEALTH-REPORT.md",
    "evolution-proposal": "org/0-steering/proposals/EVO-2026-015-bulk-data-export.md",
    "path-lock": "work/locks/bulk-data-export.md",
    "imported-document": "work/imported/bulk-data-export.md",
}

REFERENCES = {
    "mission-brief": "MISSION-2026-015",
    "decision-record": "DR-2026-015",
    "release-contract": "REL-2026-015",
    "asset-entry": "ASSET-2026-015",
    "governance-exception": "EXC-2026-015",
    "evolution-proposal": "EVO-2026-015",
}

STATUSES = {
    "mission-brief": "proposed approved planning active paused completed cancelled",
    "fleet-config": "proposed active paused completed",
    "technical-design": "draft in-review approved superseded",
    "decision-record": "proposed accepted deprecated superseded",
    "governance-exception": "proposed approved expired revoked",
    "release-contract": "draft approved deploying deployed rolled-back",
    "outcome-report": "draft reviewed accepted",
    "asset-entry": "draft review published archived deprecated",
    "postmortem": "draft reviewed accepted",
    "evolution-proposal": "draft under-review approved rejected implemented",
}

WITHOUT_APPROVAL = {
    "signal",
    "signal-triage",
    "mission-status",
    "mission-tasks",
    "quality-evaluation",
    "rollout-evidence",
    "handover",
    "path-lock",
}


def test_every_type_lies_where_the_lifecycle_puts_it():
    assert {layout.name: path_for(layout, **PARTS) for layout in TYPES} == PATHS


def test_no_path_could_be_that_of_another_type():
    owners = {
        path: [layout.name for layout in TYPES if path_parts(layout, path)]
        for path in PATHS.values()
    }
    assert {path: names for path, names in owners.items() if len(names) != 1} == {}


def test_types_that_people_cite_have_a_number():
    given = {
        layout.name: reference_for(layout, **PARTS) for layout in TYPES if layout.reference_shape
    }
    assert given == REFERENCES


@pytest.mark.parametrize(("name", "words"), STATUSES.items(), ids=STATUSES)
def test_a_status_is_one_of_the_lifecycles_and_projected(name, words):
    layout = BY_NAME[name]
    status = next(field for field in layout.fields if field.name == "status")
    assert (status.choices, status.projected) == (tuple(words.split()), True)
    assert set(layout.statuses) == set(status.choices)


def test_observations_computed_pages_and_locks_need_no_person():
    assert {layout.name for layout in TYPES if not layout.approval} == WITHOUT_APPROVAL


def test_what_was_observed_or_passed_on_is_never_edited():
    immutable = {layout.name for layout in TYPES if layout.immutable}
    assert immutable == {"signal", "quality-evaluation", "rollout-evidence", "handover"}


def test_what_belongs_to_a_mission_says_so():
    of_missions = {
        name
        for name, path in PATHS.items()
        if "missions/" in path or path.startswith("org/2-orchestration")
    }
    assert {layout.name for layout in TYPES if layout.context_kind == "mission"} == of_missions


@pytest.mark.parametrize("layout", TYPES, ids=[layout.name for layout in TYPES])
def test_every_type_can_be_approved_or_filed(layout):
    assert Phase.APPROVED in {layout.phase(status) for status in layout.statuses}


@pytest.mark.parametrize("layout", TYPES, ids=[layout.name for layout in TYPES])
def test_every_authored_part_has_a_help_text(layout):
    assert layout.summary
    assert list(_silent(layout, layout.name)) == []


def _silent(body: Body, place: str):
    for field in body.fields:
        if not field.projected and not field.summary.endswith((".", ".)")):
            yield f"{place}.{field.name}"
    for section in body.sections:
        at = f"{place}.{section.name}"
        if section.projected:
            continue
        if not section.summary:
            yield at
        if isinstance(section, Table):
            yield from (f"{at}.{c.name}" for c in section.columns if not c.summary)
        if isinstance(section, Group | Each):
            yield from _silent(section, at)


def test_no_two_types_share_a_name_or_a_title():
    for names in ([t.name for t in TYPES], [t.title for t in TYPES]):
        assert len(set(names)) == len(names)
