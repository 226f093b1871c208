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
from headrace.packs.enterprise.types import TYPES
from packs.enterprise.exchange.public_project import (
    VALIDATORS,
    needs_validators,
    overlaid,
    validate,
)
from packs.enterprise.types.documents import DOCUMENTS, a_mission_brief

LAYOUTS = {one.name: one for one in TYPES}
PARTS = {
    "date": "2026-04-07",
    "week": "2026-W12",
    "mission": "bulk-data-export",
    "venture": "platform-product",
    "division": "core-services",
    "service": "export",
    "number": 1,
    "year": "2026",
}
SLUG = "bulk-data-export"


def hold(company, kind, content, **parts):
    """A document is effective in the record, as after an approval; its reference."""

    def make(ctx):
        layout = LAYOUTS[kind]
        draft = Draft(
            type=kind,
            slug=SLUG,
            context="organisation" if layout.context_kind == "organisation" else f"mission:{SLUG}",
            content=content,
            made=Made(by=company.people["vp-product"].principal, brain="human"),
            parts={k: v for k, v in (PARTS | parts).items() if f"{{{k}" in layout.path},
        )
        made = artifacts.propose(ctx, draft).ref
        artifacts.make_effective(ctx, [made], change=None, commit="0" * 40)
        return made

    return company.do(make)


def exported(company, **wanted):
    return {one["path"]: one["text"] for one in company.ask("exchange.export", **wanted)["items"]}


FORMED = ("signal", "mission-brief", "decision-record", "governance-exception", "postmortem")
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


@needs_validators
@pytest.mark.parametrize("renamed", [False, True], ids=["as named here", "as they look for"])
def test_the_export_passes_the_four_validators_of_the_public_project(company, tmp_path, renamed):
    company.file("Exports asked for", disposition="monitor")
    company.file("Imports asked for", disposition="defer")
    files = exported(company, renamed=renamed)

    folder = overlaid(tmp_path / "public", files)
    results = {one: validate(folder, one, files) for one in VALIDATORS}

    assert all(one.well for one in results.values()), [one.said for one in results.values()]
    assert len(results["schema"].of_ours) == 2
    assert results["cross_references"].checked == len(files)
