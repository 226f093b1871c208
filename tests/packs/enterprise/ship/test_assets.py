"""Every deliverable of a merged stream is entered in the asset registry, and blocks what lacks it (AE-52)."""

import pytest

from headrace.capabilities.streams.model import RunState
from headrace.packs.enterprise.ship.deliverables import deliverables, gaps, kind_of, registered
from packs.enterprise.build.conftest import CONTEXT
from packs.enterprise.build.test_stream import begin

ENTRY = "work/assets/farewell.md"


def waiting(world) -> list[str]:
    return [item.asked for item in world.inbox("division-leads")]


def reasons(world) -> list[str]:
    return list(world.do(lambda ctx: tuple(gaps(ctx, CONTEXT))))


def test_what_a_merged_stream_delivered_is_proposed_with_owner_place_and_class(merged):
    run = merged.one("assets", "greeting")
    assert run.state is RunState.PROPOSED, run.reasons
    (ref,) = run.outputs
    change = merged.change(run)
    (asked,) = waiting(merged)
    assert "Asset registry: greeting" in asked
    (stream,) = merged.runs("implement")
    content = merged.do(version_of, ref).content["sections"]
    assert content["ownership"] == {
        "owner": "@tech-lead",
        "division": "Core Services",
        "mission": "MISSION-2026-015",
        "task": "TASK-001",
    }
    assert content["location"]["paths"] == ["customer-records:src/"]
    assert content["location"]["version"] == merged.change(stream).commit
    assert content["classification"] == {"level": "INTERNAL", "pii": False}
    (quality,) = content["quality"]
    assert quality["verdict"] == "PASS"
    assert quality["evaluation"].endswith("greeting-security-1.md")
    assert "People are greeted and let go" in content["description"]
    assert change.author == merged.change(stream).author


def version_of(ctx, ref):
    from headrace.capabilities.artifacts import service as artifacts

    return artifacts.get_version(ctx, ref)


def test_an_entry_that_nobody_approved_is_a_gap_that_names_it(merged):
    (gap,) = reasons(merged)
    assert "'Farewell' of stream greeting" in gap
    assert ENTRY in gap
    assert merged.one("assets", "greeting").change in gap


def test_a_division_lead_approves_the_entry_and_the_gap_is_gone(merged):
    merged.settle()

    assert reasons(merged) == []
    (one,) = merged.do(registered, CONTEXT)
    assert one.approved.phase.value == "approved"
    page = merged.read(ENTRY)
    assert "Status: published" in page or "published" in page
    assert "ASSET-2026-001" in page
    assert "a-division-leads" in page


def test_a_deliverable_without_any_entry_is_a_gap_before_its_stream_is_merged(small):
    begin(small)
    small.settle(lambda item: "approve" if "Fleet" in item.asked else None)

    (gap,) = reasons(small)
    assert "has no entry work/assets/bulk-data-export-greeting.md" in gap


def test_an_asset_that_is_in_nothing_merged_fails_with_its_name(small):
    fleet = """\
role: mission-orchestrator
task: fleet
turns:
  - calls:
      - tool: submit
        arguments:
          title: "{{ facts.mission }}"
          sections:
            streams:
              - name: greeting
                pool: coding-agent-fleet
                division: Core Services
                exclusive: true
                paths: [src/, tests/, docs/]
                policies: [security]
                assets:
                  - {asset: Manual, paths: [docs/]}
            tasks:
              - {task: Say goodbye, stream: greeting, criteria: ["{{ facts.criteria[0].id }}"]}
            monitoring: {quality_threshold: 0.8, escalation: Engineering Manager}
"""
    begin(small, fleet=fleet)
    small.settle()

    run = small.one("assets", "greeting")
    assert run.state is RunState.FAILED
    assert "'Manual' lies in docs/" in run.reasons[0]
    assert "'Manual' of stream greeting has no entry" in reasons(small)[0]


def test_streams_name_their_assets_or_are_one_themselves():
    fleet = {
        "sections": {
            "streams": [
                {"name": "api", "division": "Core", "paths": ["src/api/"]},
                {
                    "name": "docs",
                    "division": "Experience",
                    "paths": ["docs/api/", "docs/guide/"],
                    "assets": [
                        {"asset": "Reference", "paths": ["docs/api/"]},
                        {"asset": "Guide", "type": "how-to", "paths": ["docs/guide/"]},
                    ],
                },
            ]
        }
    }
    found = deliverables(fleet, "Export")
    assert [(one.name, one.kind, one.paths) for one in found] == [
        ("Export: api", "code", ("src/api/",)),
        ("Reference", "documentation", ("docs/api/",)),
        ("Guide", "how-to", ("docs/guide/",)),
    ]


@pytest.mark.parametrize(
    ("paths", "kind"),
    [
        (("docs/a/", "README.md"), "documentation"),
        (("src/a/", "docs/a/"), "code"),
        (("deploy/values.yaml",), "configuration"),
    ],
)
def test_the_kind_of_an_asset_is_read_from_its_paths(paths, kind):
    assert kind_of(paths) == kind
