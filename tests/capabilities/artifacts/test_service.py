"""Versions, pointers, links and drift, against the database."""

import re
from datetime import timedelta

import pytest

from headrace.capabilities.artifacts import operations, service
from headrace.capabilities.artifacts.model import (
    ArtifactId,
    ArtifactNotFound,
    ContentRefused,
    HeadMoved,
    Immutable,
    NotMadeFrom,
    PathTaken,
    Phase,
    TypeUnknown,
    VersionRef,
)
from headrace.kernel.errors import Invalid
from racing import at_once

OTHER = "org_other"


def test_a_version_has_its_number_and_moves_the_head_as_soon_as_it_is_handed_in(works):
    first = works.propose()
    second = works.propose(text="Sharper.")

    artifact = works.get("toy-brief/export")
    assert [str(v.ref) for v in (first, second)] == ["toy-brief/export@1", "toy-brief/export@2"]
    assert (artifact.head, artifact.effective) == (2, None)
    assert (second.base, second.phase) == (1, Phase.IN_REVIEW)
    assert [told["number"] for told in works.events("artifacts.proposed")] == [1, 2]


def test_a_draft_disturbs_nobody_who_builds_on_the_effective_version(works):
    works.approved(text="Agreed.")
    works.propose(text="Only a thought.")

    found = works.do(service.effective, ArtifactId("toy-brief/export"))
    assert found.ref.number == 1
    assert works.get("toy-brief/export").head == 2


def test_content_is_refused_with_every_fault(works):
    wrong = {"title": "", "sections": {"scope": "no list"}}

    with pytest.raises(ContentRefused) as refused:
        works.propose(content=wrong)

    assert len(refused.value.details["faults"]) >= 2
    assert works.do(service.find, ArtifactId("toy-brief/export")) is None


def test_an_unknown_type_is_told_with_those_there_are(works):
    with pytest.raises(TypeUnknown, match="toy-brief"):
        works.do(service.layout, "toy-breif")


def test_a_filed_signal_is_never_edited_and_the_remedy_is_told(works):
    works.propose("toy-signal", "slow")

    with pytest.raises(Immutable, match="file a new one that supersedes it"):
        works.propose("toy-signal", "slow", text="Not so slow.")

    assert len(works.do(service.versions, ArtifactId("toy-signal/slow"))) == 1


def test_an_immutable_document_may_be_mended_until_it_is_approved(works):
    works.propose("toy-release", "march")
    mended = works.approved("toy-release", "march", text="With a rollback.")

    assert mended.ref.number == 2
    with pytest.raises(Immutable):
        works.propose("toy-release", "march", text="After the fact.")


def test_a_draft_on_an_old_head_is_refused(works):
    works.propose()
    works.propose(text="Newer.", base=1)

    with pytest.raises(HeadMoved, match="version 2 is newest now"):
        works.propose(text="Late.", base=1)


def test_what_a_person_wrote_is_not_overwritten_by_an_agent_that_did_not_see_it(works):
    works.propose(brain="human", text="My words.")

    with pytest.raises(HeadMoved, match="a person wrote version 1"):
        works.propose(text="Generated anew.")
    kept = works.propose(text="Your words, and more.", base=1)

    assert kept.ref.number == 2
    assert works.version("toy-brief/export@1").content["sections"]["objective"] == "My words."


def test_of_drafts_on_one_base_that_race_one_is_taken(works):
    works.propose()

    results = at_once(8, lambda number: works.propose(text=f"Draft {number}.", base=1))

    taken = [one for one in results if not isinstance(one, Exception)]
    assert len(taken) == 1
    assert {type(one) for one in results if one is not taken[0]} == {HeadMoved}
    assert works.get("toy-brief/export").head == 2


def test_drafts_without_a_base_that_race_get_a_number_each(works):
    results = at_once(8, lambda number: works.propose(text=f"Draft {number}."))

    assert sorted(one.ref.number for one in results) == list(range(1, 9))


def test_a_link_to_nothing_is_told_and_nothing_is_kept(works):
    with pytest.raises(ArtifactNotFound, match="toy-signal/none@1"):
        works.propose(links=["toy-signal/none@1"])

    assert works.do(service.find, ArtifactId("toy-brief/export")) is None
    assert works.events("artifacts.proposed") == []


def test_links_are_seen_from_both_ends(works):
    works.propose("toy-signal", "slow")
    brief = works.propose(links=["toy-signal/slow@1"])

    (link,) = works.do(service.links, brief.ref)
    ((back, kind),) = works.do(service.linked_from, VersionRef.parse("toy-signal/slow@1"))

    assert (str(link.target), str(back), kind) == ("toy-signal/slow@1", str(brief.ref), link.kind)


def test_two_artifacts_never_stand_at_one_path(works):
    works.propose("toy-brief", "export")

    with pytest.raises(PathTaken, match=re.escape("toy/export/BRIEF.md")):
        works.propose("toy-brief", "other", parts={"mission": "export"})


def test_a_path_that_is_free_in_another_organisation_is_free_here(works):
    works.propose()

    assert works.elsewhere(OTHER).propose().ref.number == 1


class TestDrift:
    STREAMS = ({"name": "api", "owns": "src/api/"}, {"name": "ui", "owns": "src/ui/"})

    def streams(self, **owns):
        return {"streams": [{**one, **({"owns": owns[one["name"]]} if one["name"] in owns else {})}
                            for one in self.STREAMS]}  # fmt: skip

    def test_a_change_of_the_linked_element_is_drift(self, works):
        works.approved(sections=self.streams())
        design = works.propose("toy-design", links=["toy-brief/export@1#sections.streams[api]"])
        works.approved(sections=self.streams(api="src/export/"))

        (found,) = works.drift(design)

        assert (found.now, found.on.element) == (2, "sections.streams[api]")
        assert found.elements == ("sections.streams[api]",)

    def test_a_change_of_another_element_is_none(self, works):
        works.approved(sections=self.streams())
        design = works.propose("toy-design", links=["toy-brief/export@1#sections.streams[api]"])
        works.approved(sections=self.streams(ui="src/screens/"))

        assert works.drift(design) == []

    def test_a_draft_is_no_drift_until_it_is_effective(self, works):
        works.approved()
        design = works.propose("toy-design", links=["toy-brief/export@1"])
        newer = works.propose(text="Something else.")

        before = works.drift(design)
        works.effective(newer)

        assert (before, len(works.drift(design))) == ([], 1)

    def test_what_is_projected_is_no_drift(self, works):
        works.approved()
        design = works.propose("toy-design", links=["toy-brief/export@1"])
        content = {
            "title": "The toy-brief",
            "fields": {"status": "active"},
            "sections": {"objective": "Customers take their data with them."},
        }
        works.approved(content=content)

        assert works.drift(design) == []

    def test_an_acknowledged_drift_is_told_no_more_until_the_next_change(self, works):
        works.approved()
        design = works.propose("toy-design", links=["toy-brief/export@1"])
        works.approved(text="A word changed.")
        for _ in range(2):
            works.do(service.acknowledge, design.ref, VersionRef.parse("toy-brief/export@2"), "ok")

        quiet = works.drift(design)
        works.approved(text="The scope changed.")

        assert quiet == []
        assert [one.now for one in works.drift(design)] == [3]

    def test_only_what_a_version_was_made_from_can_be_acknowledged(self, works):
        works.approved()
        works.propose("toy-signal", "slow")
        design = works.propose("toy-design", links=["toy-brief/export@1"])

        with pytest.raises(NotMadeFrom, match="it was made from toy-brief/export"):
            works.do(service.acknowledge, design.ref, VersionRef.parse("toy-signal/slow@1"), "ok")

    def test_a_version_approved_without_effect_downstream_is_no_drift(self, works):
        works.approved()
        design = works.propose("toy-design", links=["toy-brief/export@1"])
        works.approved(text="A typing error less.", no_effect=True)

        assert works.drift(design) == []

    def test_one_change_with_effect_among_quiet_ones_is_drift(self, works):
        works.approved()
        design = works.propose("toy-design", links=["toy-brief/export@1"])
        works.approved(text="Half the scope.")
        works.approved(text="Half the scope!", no_effect=True)

        assert len(works.drift(design)) == 1


class TestEffective:
    def test_making_a_version_effective_twice_tells_it_once(self, works):
        version = works.propose()

        for _ in range(3):
            works.effective(version)

        assert len(works.events("artifacts.effective")) == 1
        merged = works.version(str(version.ref))
        assert (merged.phase, merged.change, merged.commit) == (Phase.APPROVED, "CR-1", "c0ffee")

    def test_the_version_before_is_superseded_and_stays(self, works):
        works.approved(text="First.")
        works.approved(text="Second.")

        phases = [v.phase for v in works.do(service.versions, ArtifactId("toy-brief/export"))]
        assert phases == [Phase.APPROVED, Phase.SUPERSEDED]
        assert works.version("toy-brief/export@1").content["sections"]["objective"] == "First."

    def test_an_older_version_never_takes_the_pointer_back(self, works):
        first, second = works.propose(text="First."), works.propose(text="Second.")
        works.effective(second)
        works.effective(first)

        assert works.get("toy-brief/export").effective == 2

    def test_workers_that_race_to_make_it_effective_tell_it_once(self, works):
        versions = [works.propose("toy-brief", f"m{number}") for number in range(3)]

        results = at_once(6, lambda number: works.effective(*versions[:: (-1) ** number]))

        assert results == [None] * 6
        assert len(works.events("artifacts.effective")) == 3

    def test_what_is_effective_is_listed_by_type_and_context_oldest_first(self, works, clock):
        for slug in ("b", "a", "c"):
            works.approved("toy-brief", slug)
            clock.advance(timedelta(hours=1))
        works.propose("toy-brief", "draft")

        every = works.do(service.effective_of, "toy-brief")
        some = works.do(service.effective_of, "toy-brief", ["mission:a", "mission:draft"])

        assert [v.ref.artifact for v in every] == ["toy-brief/b", "toy-brief/a", "toy-brief/c"]
        assert [v.ref.artifact for v in some] == ["toy-brief/a"]
        assert works.do(service.effective_of, "toy-brief", []) == []

    def test_they_are_counted_by_type_without_archived_ones_of_their_context_alone(self, works):
        for slug in ("a", "b"):
            works.propose("toy-brief", slug)
        works.propose("toy-signal", "slow")
        works.do(service.archive, ["toy-brief/b"], "no longer needed")

        assert works.do(service.counts, None) == {"toy-brief": 1, "toy-signal": 1}
        assert works.do(service.counts, "mission:a") == {"toy-brief": 1}
        assert works.elsewhere(OTHER).do(service.counts, None) == {}

    def test_a_version_sent_back_says_so_once(self, works):
        version = works.propose()

        for _ in range(2):
            works.do(service.set_phase, [version.ref], Phase.REVISION_REQUESTED)

        assert works.version(str(version.ref)).phase is Phase.REVISION_REQUESTED
        assert len(works.events("artifacts.phase_changed")) == 1


class TestReferences:
    def references(self, works) -> list[str]:
        return sorted(a.reference for a in works.do(service.listing, type="toy-brief", limit=200))

    def test_they_are_counted_per_year_and_the_second_version_keeps_the_first_ones(
        self, works, clock
    ):
        for slug in ("a", "b"):
            works.propose("toy-brief", slug)
        works.propose("toy-brief", "a", text="Again.")
        clock.advance(timedelta(days=365))
        works.propose("toy-brief", "c")

        assert self.references(works) == ["TOY-2026-001", "TOY-2026-002", "TOY-2027-001"]

    def test_a_draft_that_is_refused_wastes_no_number(self, works):
        works.propose("toy-brief", "a")
        with pytest.raises(PathTaken):
            works.propose("toy-brief", "b", parts={"mission": "a"})
        with pytest.raises(ArtifactNotFound):
            works.propose("toy-brief", "c", links=["toy-signal/none@1"])
        works.propose("toy-brief", "d")

        assert self.references(works) == ["TOY-2026-001", "TOY-2026-002"]

    def test_there_is_no_gap_however_many_race_for_the_same_and_for_different_ones(self, works):
        results = at_once(12, lambda n: works.propose("toy-brief", f"m{n % 5}", text=f"{n}."))

        assert not [one for one in results if isinstance(one, Exception)]
        assert self.references(works) == [f"TOY-2026-00{number}" for number in range(1, 6)]
        assert works.propose("toy-brief", "next").ref.number == 1
        assert works.get("toy-brief/next").reference == "TOY-2026-006"

    def test_an_import_lets_them_go_on_behind_what_is_there(self, works):
        works.do(service.reserve_references, "toy-brief", "TOY-2026-041")
        works.do(service.reserve_references, "toy-brief", "TOY-2026-007")
        works.propose()

        assert works.get("toy-brief/export").reference == "TOY-2026-042"


class TestTenants:
    def test_one_organisation_sees_nothing_of_another(self, works):
        version = works.approved()
        other = works.elsewhere(OTHER)

        assert other.do(service.find, version.ref.artifact) is None
        assert other.do(service.at_path, version.path) is None
        assert other.do(service.listing) == []
        assert other.do(service.effective_of, "toy-brief") == []
        with pytest.raises(ArtifactNotFound):
            other.version(str(version.ref))

    def test_a_link_into_another_organisation_is_a_link_to_nothing(self, works):
        works.propose("toy-signal", "slow")

        with pytest.raises(ArtifactNotFound):
            works.elsewhere(OTHER).propose(links=["toy-signal/slow@1"])

    def test_each_counts_references_of_its_own(self, works):
        works.propose()
        other = works.elsewhere(OTHER)
        other.propose()

        assert other.get("toy-brief/export").reference == "TOY-2026-001"

    def test_making_it_effective_from_elsewhere_finds_nothing(self, works):
        version = works.propose()

        with pytest.raises(ArtifactNotFound):
            works.elsewhere(OTHER).effective(version)
        assert works.get("toy-brief/export").effective is None


class TestReferenceTexts:
    @pytest.mark.parametrize(
        "text",
        ["brief/export@2", "brief/export/api@12", "brief/export@2#sections.streams[api]"],
    )
    def test_a_reference_is_read_as_it_is_written(self, text):
        assert str(VersionRef.parse(text)) == text

    @pytest.mark.parametrize(
        "text", ["", "brief/export", "brief/export@0", "brief@1", "brief/export@x", "@1"]
    )
    def test_what_names_no_version_is_refused_with_the_form(self, text):
        with pytest.raises(Invalid, match=re.escape("type/slug@number")):
            VersionRef.parse(text)


class TestOperations:
    def test_a_list_goes_on_where_it_ended_and_then_ends(self, works):
        for number in range(4):
            works.propose("toy-brief", f"m{number}")
        query = operations.ArtifactQuery(type="toy-brief", limit=2)

        first = works.do(operations.listing, query)
        second = works.do(
            operations.listing,
            operations.ArtifactQuery(type="toy-brief", limit=2, after=first.next),
        )

        assert [a.slug for a in (*first.items, *second.items)] == ["m0", "m1", "m2", "m3"]
        assert (first.next, second.next) == ("toy-brief/m1", None)

    def test_the_effective_version_is_shown_before_the_newest(self, works):
        works.approved(text="Agreed.")
        works.propose(text="A thought.")

        def shown(version=None):
            name = operations.ArtifactName(artifact="toy-brief/export", version=version)
            return works.do(operations.show, name).version

        assert (shown(), shown(2)) == ("toy-brief/export@1", "toy-brief/export@2")

    def test_lineage_shows_one_hop_up_one_down_and_the_drift(self, works):
        works.propose("toy-signal", "slow")
        works.approved(links=["toy-signal/slow@1"])
        works.propose("toy-design", links=["toy-brief/export@1"])
        works.approved(text="Moved on.")

        def lineage(artifact, version=None):
            return works.do(
                operations.lineage, operations.ArtifactName(artifact=artifact, version=version)
            )

        brief, design = lineage("toy-brief/export", 1), lineage("toy-design/export")
        assert [one.version for one in brief.made_from] == ["toy-signal/slow@1"]
        assert [one.version for one in brief.led_to] == ["toy-design/export@1"]
        assert [one.now for one in design.drift] == [2]

    def test_a_list_finds_all_the_words_and_takes_them_as_they_are(self, works):
        for slug in ("export-csv", "export-parquet", "import_csv"):
            works.propose("toy-signal", slug)

        def found(words):
            query = operations.ArtifactQuery(words=words)
            return [one.slug for one in works.do(operations.listing, query).items]

        assert found("CSV export") == ["export-csv"]
        assert found("t_c") == ["import_csv"]
        assert found("%") == []
