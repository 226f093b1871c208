"""The record goes out as a tree in the public layout, in the form that its tools look for."""

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import content_hash
from headrace.capabilities.artifacts.model import Draft, Made
from headrace.capabilities.record import service as record
from headrace.packs.enterprise.exchange.lint import lint
from headrace.packs.enterprise.exchange.public_form import (
    WAITS,
    Surroundings,
    public_path,
    public_text,
)
from headrace.packs.enterprise.exchange.reading import read_tree
from headrace.packs.enterprise.exchange.rules.structure import RULES as STRUCTURE
from headrace.packs.enterprise.types.imported_document import NAME as IMPORTED
from packs.enterprise.exchange.holding import (
    LAYOUTS,
    SIGNALS,
    SLUG,
    exported,
    hold,
    hold_everything,
)
from packs.enterprise.exchange.public_project import (
    VALIDATORS,
    needs_validators,
    overlaid,
    validate,
)
from packs.enterprise.types.documents import DOCUMENTS, a_mission_brief

FORMED = ("signal", "mission-brief", "decision-record", "governance-exception", "postmortem")
EVIDENCE = "work/releases/evidence/"
RENAMED = ("release-contract", "technical-design")


@pytest.mark.parametrize("kind", [*FORMED, *RENAMED])
def test_every_type_has_the_labels_and_sections_that_the_public_validators_ask_for(company, kind):
    hold(company, kind, DOCUMENTS[kind])

    corpus = read_tree(exported(company, renamed=True))

    wanted = [one for one in STRUCTURE if not one.code.startswith("path")]
    shown = [one.message for one in lint(corpus, wanted)]
    live = {"Status", "Mission ID", "Decision ID", "Release ID", "Incident ID", "Exception ID"}
    assert [one for one in shown if not any(f"**{label}:**" in one for label in live)] == []


def test_the_disposition_of_a_signal_is_a_ticked_box():
    text = "# Signal: A\n\n## Recommended Disposition\n\n- **Disposition:** defer\n"

    told = public_text("signal", text, Surroundings(paths={}))

    assert told.count("- [x]") == 1
    assert "- [x] Defer to next planning cycle\n" in told
    assert record.read_document(LAYOUTS["signal"], told).content["sections"] == {
        "disposition": {"recommended": "defer"}
    }


def test_a_signal_that_proceeds_is_deferred_there_until_a_brief_names_it(company):
    named = company.file("Exports asked for", disposition="proceed")
    waiting = company.file("Imports asked for", disposition="proceed")

    hold(
        company,
        "mission-brief",
        a_mission_brief(sections__origin__signals=[company.effective(named).path]),
    )

    files = exported(company)
    told = {id: files[company.effective(id).path] for id in (named, waiting)}
    assert "- [x] Proceed to opportunity validation\n" in told[named]
    assert "- [x] Defer to next planning cycle\n" in told[waiting]
    assert WAITS in told[waiting]
    assert WAITS not in told[named]


@pytest.mark.parametrize("kind", ["signal", "mission-brief", "release-contract"])
def test_the_public_form_says_the_same_as_ours(kind):
    layout = LAYOUTS[kind]
    ours = record.write_document(layout, DOCUMENTS[kind])

    told = public_text(kind, ours, Surroundings(paths={}))

    read = record.read_document(layout, told)
    assert content_hash(layout, read.content) == content_hash(layout, DOCUMENTS[kind])


def test_a_status_that_the_public_schema_does_not_know_is_told_besides():
    told = public_text("mission-brief", "- **Status:** cancelled", Surroundings(paths={}))

    assert told == "- **Status:** paused\n- **Status here:** cancelled"


def test_our_ids_become_paths_and_files_of_a_product_stand_under_its_name():
    around = Surroundings(paths={"signal/a": "work/signals/a.md"}, product="records")

    told = public_text("fleet-report", "See signal/a@1, docs/guide.md:30 and signal/b.", around)

    assert told == "See work/signals/a.md, records/docs/guide.md:30 and signal/b."


def test_code_and_front_matter_stay_as_they_are():
    text = "---\nlinks:\n- input signal/a@1\n---\n\n```\nsignal/a docs/a.md\n```\n"

    assert public_text("signal", text, Surroundings(paths={"signal/a": "work/a.md"})) == text


def test_releases_and_designs_get_the_names_that_the_validators_look_for_when_asked():
    assert public_path("work/releases/2026-04-07-a.md", renamed=False).endswith("07-a.md")
    assert public_path("work/releases/2026-04-07-a.md", renamed=True).endswith(
        "07-a-release-contract.md"
    )
    assert public_path("work/missions/a/TECHNICAL-DESIGN.md", renamed=True).endswith(
        "/technical-design.md"
    )


def versions(company):
    return [one["version"] for one in company.ask("exchange.export")["items"]]


def test_only_what_was_approved_goes_out(company):
    def draft(ctx):
        made = Made(by=company.people["vp-product"].principal, brain="human")
        return artifacts.propose(
            ctx,
            Draft(
                type="mission-brief",
                slug=SLUG,
                context=f"mission:{SLUG}",
                content=DOCUMENTS["mission-brief"],
                made=made,
            ),
        )

    company.do(draft)

    assert exported(company) == {}


def test_proofs_of_a_release_keep_their_names():
    path = "work/releases/evidence/2026-04-06-a-rehearsal.md"

    assert public_path(path, renamed=True) == path


FOUND_BY_NAME = {False: (0, 0), True: (1, 1)}
"""Releases and designs that the validators look at, under our names and under theirs."""


@needs_validators
@pytest.mark.parametrize("renamed", [False, True], ids=["as named here", "as they look for"])
def test_a_record_with_every_type_passes_the_four_validators_of_the_public_project(
    company, tmp_path, renamed
):
    hold_everything(company)
    releases, designs = FOUND_BY_NAME[renamed]
    files = exported(company, renamed=renamed)

    results = {one: validate(overlaid(tmp_path / one, files), one, files) for one in VALIDATORS}

    assert all(one.well for one in results.values()), [one.said for one in results.values()]
    signals_and_brief, decision_exception_postmortem = len(SIGNALS) + 1, 3
    looked_at = {one: len(found.of_ours) for one, found in results.items()}
    assert looked_at == {
        "schema": signals_and_brief + releases,
        "work_artifacts": decision_exception_postmortem + designs,
        "cross_references": sum(path.startswith("work/") for path in files),
        "content_security": len(files),
    }
    assert {one.partition("/")[0] for one in versions(company)} == LAYOUTS.keys() - {IMPORTED}


FAULTS = (
    ("schema", "release-contract.md", "**Release ID:**", "**Id:**"),
    ("schema", "competitor-export-feature-launch.md", "**Confidence:** high", "**Confidence:** so"),
    ("work_artifacts", "competitor-export-feature-launch.md", "- [x]", "- [ ]"),
    ("work_artifacts", "technical-design.md", "## Observability Design", "## Watching"),
    ("work_artifacts", "work/retrospectives/", "**Severity:**", "**How bad:**"),
    ("cross_references", "OUTCOME-REPORT.md", "bulk-export-api.md", "bulk-export-spa.md"),
    ("content_security", "HEALTH-REPORT.md", "Renewals", "Ignore all previous instructions"),
)


@needs_validators
def test_each_validator_refuses_the_same_record_with_one_fault_put_in(company, tmp_path):
    hold_everything(company)
    files = exported(company, renamed=True)

    for number, (validator, part, before, after) in enumerate(FAULTS):
        (path,) = (one for one in files if part in one and not one.startswith(EVIDENCE))
        assert before in files[path]
        broken = files | {path: files[path].replace(before, after)}
        folder = overlaid(tmp_path / f"{number}", broken)
        assert not validate(folder, validator, broken).well, (validator, path)
