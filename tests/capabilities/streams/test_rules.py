"""Readiness: each scope with each cardinality, optional and required, and what edges hold back."""

import pytest

from headrace.capabilities.artifacts.model import ArtifactId, VersionRef
from headrace.capabilities.streams import rules
from headrace.capabilities.streams.model import (
    Candidate,
    Cardinality,
    ContextId,
    Edges,
    Held,
    Item,
    Module,
    Scope,
    Selector,
    Work,
)
from headrace.capabilities.streams.rules import Snapshot

HERE, ABOVE, TOP = ContextId("mission:export"), ContextId("venture:data"), ContextId("organisation")
BESIDE, INSIDE = ContextId("mission:import"), ContextId("task:one")


def an_item(slug: str, context: str = HERE, type: str = "note", number: int = 1, **facts) -> Item:
    return Item(
        ref=VersionRef(ArtifactId(f"{type}/{slug}"), number),
        type=type,
        slug=slug,
        context=ContextId(context),
        **facts,
    )


def a_fleet(*names: str, edges=(), context: str = HERE, slug: str = "export") -> Item:
    return an_item(
        slug,
        context,
        "fleet",
        sections={"streams": tuple({"name": name} for name in names), "edges": tuple(edges)},
        keys={"streams": names},
    )


def a_snapshot(*items: Item, **changes) -> Snapshot:
    known = {
        "context": HERE,
        "above": (ABOVE, TOP),
        "linked": (BESIDE,),
        "within": (INSIDE,),
        "items": items,
    }
    return Snapshot(**{**known, **changes})


def a_module(*inputs: Selector, **changes) -> Module:
    known = {"title": "Work", "context_kind": "mission", "work": Work(role="w", task="t")}
    return Module(key="work", inputs=inputs, **{**known, **changes})


def notes(**changes) -> Selector:
    return Selector(**{"name": "notes", "type": "note", **changes})


def taken(module: Module, snapshot: Snapshot) -> dict[str, list[str]] | tuple[str, ...]:
    """By selector the versions of the one candidate, or what it is held by."""
    (found,) = rules.readiness(module, snapshot)
    if isinstance(found, Held):
        return found.reasons
    return {name: [str(ref) for ref in refs] for name, refs in found.inputs.items()}


EVERYWHERE = (
    an_item("top", TOP), an_item("above", ABOVE), an_item("above-too", ABOVE),
    an_item("beside", BESIDE), an_item("inside", INSIDE), an_item("stranger", "mission:other"),
    an_item("first"), an_item("last"), an_item("other-type", type="memo"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "one", "collected"),
    [
        (Scope.OWN, "last", ["first", "last"]),
        (Scope.ANCESTOR, "last", ["first", "last"]),
        (Scope.LINKED, "beside", ["beside"]),
        (Scope.WITHIN, "last", ["first", "inside", "last"]),
    ],
)
def test_a_scope_says_where_versions_are_looked_for(scope, one: str, collected: list[str]):
    seen = a_snapshot(*EVERYWHERE)

    newest = taken(a_module(notes(scope=scope)), seen)
    every = taken(a_module(notes(scope=scope, cardinality=Cardinality.COLLECT)), seen)

    assert newest == {"notes": [f"note/{one}@1"]}
    assert every == {"notes": [f"note/{slug}@1" for slug in collected]}


@pytest.mark.parametrize(
    ("there", "found"),
    [
        pytest.param((HERE, ABOVE, TOP), "mission-export", id="one's own before all others"),
        pytest.param((ABOVE, TOP), "venture-data", id="then the nearest above"),
        pytest.param((TOP,), "organisation", id="then what lies around that"),
    ],
)
def test_an_ancestor_is_the_nearest_context_that_has_one(there, found: str):
    items = (an_item(context.replace(":", "-"), context) for context in there)

    assert taken(a_module(notes(scope=Scope.ANCESTOR)), a_snapshot(*items)) == {
        "notes": [f"note/{found}@1"]
    }


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize(
    ("selector", "reason"),
    [
        pytest.param({}, "an approved note", id="one"),
        pytest.param(
            {"cardinality": Cardinality.COLLECT, "least": 2}, "0 of at least 2 note", id="collect"
        ),
        pytest.param({"cardinality": Cardinality.EACH}, "an approved note", id="each"),
    ],
)
def test_nothing_in_scope_holds_the_module_in_words(scope, selector, reason: str):
    module = a_module(notes(scope=scope, **selector))

    assert taken(module, a_snapshot(an_item("stranger", "mission:other"))) == (reason,)


def test_what_is_optional_is_taken_if_it_is_there_and_missed_if_not():
    module = a_module(notes(required=False))

    assert taken(module, a_snapshot(an_item("n"))) == {"notes": ["note/n@1"]}
    assert taken(module, a_snapshot()) == {"notes": []}


def test_a_module_without_inputs_is_ready():
    assert taken(a_module(), a_snapshot()) == {}


def test_everything_that_is_missing_is_told_at_once():
    module = a_module(notes(), Selector(name="memos", type="memo"), notes(name="o", required=False))

    assert taken(module, a_snapshot()) == ("an approved note", "an approved memo")


class TestCollect:
    def test_the_set_is_the_same_in_whatever_order_they_came(self):
        module = a_module(notes(cardinality=Cardinality.COLLECT))

        one = taken(module, a_snapshot(an_item("b"), an_item("a")))
        other = taken(module, a_snapshot(an_item("a"), an_item("b")))

        assert one == other == {"notes": ["note/a@1", "note/b@1"]}

    @pytest.mark.parametrize(("count", "ready"), [(1, False), (2, True), (3, True)])
    def test_it_waits_for_its_least(self, count: int, ready: bool):
        module = a_module(notes(cardinality=Cardinality.COLLECT, least=2))

        (found,) = rules.readiness(module, a_snapshot(*(an_item(f"n{n}") for n in range(count))))

        assert isinstance(found, Candidate) is ready

    def test_none_are_enough_where_none_are_asked_for(self):
        assert taken(a_module(notes(cardinality=Cardinality.COLLECT)), a_snapshot()) == {
            "notes": []
        }

    def test_of_a_period_only_what_was_handed_in_then(self):
        seen = a_snapshot(an_item("then"), an_item("later"), in_period={an_item("then").ref})
        module = a_module(notes(cardinality=Cardinality.COLLECT, in_period=True))

        assert taken(module, seen) == {"notes": ["note/then@1"]}


class TestEach:
    STREAMS = Selector(name="fleet", type="fleet", cardinality=Cardinality.EACH, section="streams")

    def test_each_artifact_makes_a_run_named_by_the_end_of_its_slug(self):
        module = a_module(notes(cardinality=Cardinality.EACH))

        found = rules.readiness(module, a_snapshot(an_item("export/api"), an_item("ui")))

        assert [(one.element, str(one.inputs["notes"][0])) for one in found] == [
            ("api", "note/export/api@1"),
            ("ui", "note/ui@1"),
        ]

    def test_each_item_of_a_section_makes_one_that_names_the_item(self):
        found = rules.readiness(a_module(self.STREAMS), a_snapshot(a_fleet("api", "ui")))

        assert [str(one.inputs["fleet"][0]) for one in found] == [
            "fleet/export@1#sections.streams[api]",
            "fleet/export@1#sections.streams[ui]",
        ]

    def test_only_the_newest_artifact_of_a_section_counts(self):
        seen = a_snapshot(a_fleet("old", slug="first"), a_fleet("new", slug="second"))

        found = rules.readiness(a_module(self.STREAMS), seen)

        assert [one.element for one in found] == ["new"]

    def test_a_section_without_items_is_nothing_to_do_yet(self):
        assert taken(a_module(self.STREAMS), a_snapshot(a_fleet())) == ("an approved fleet",)

    def test_one_element_may_be_held_while_another_is_ready(self):
        module = a_module(self.STREAMS, notes(cardinality=Cardinality.SAME_KEY))

        api, ui = rules.readiness(module, a_snapshot(a_fleet("api", "ui"), an_item("export/api")))

        assert isinstance(api, Candidate)
        assert [str(ref) for ref in api.inputs["notes"]] == ["note/export/api@1"]
        assert ui == Held(module="work", element="ui", reasons=("an approved note for ui",))

    def test_of_two_with_the_same_key_the_newer_counts(self):
        module = a_module(self.STREAMS, notes(cardinality=Cardinality.SAME_KEY))

        seen = a_snapshot(a_fleet("api"), an_item("one/api"), an_item("two/api"))

        assert taken(module, seen)["notes"] == ["note/two/api@1"]

    def test_a_key_that_only_ends_alike_is_another(self):
        module = a_module(self.STREAMS, notes(cardinality=Cardinality.SAME_KEY))

        assert taken(module, a_snapshot(a_fleet("api"), an_item("rest-api"))) == (
            "an approved note for api",
        )

    def test_what_has_no_key_of_the_element_may_be_optional(self):
        module = a_module(self.STREAMS, notes(cardinality=Cardinality.SAME_KEY, required=False))

        assert taken(module, a_snapshot(a_fleet("api")))["notes"] == []


class TestAll:
    MODULE = a_module(
        Selector(name="fleet", type="fleet"),
        notes(cardinality=Cardinality.ALL, of="fleet#streams"),
    )

    def test_it_waits_until_every_element_has_one_and_names_those_that_lack(self):
        seen = a_snapshot(a_fleet("api", "ui", "docs"), an_item("export/ui"))

        assert taken(self.MODULE, seen) == ("note of api, docs",)

    def test_then_it_takes_the_newest_of_each_and_no_other(self):
        seen = a_snapshot(
            a_fleet("api", "ui"),
            an_item("old/api"),
            an_item("export/ui"),
            an_item("export/api"),
            an_item("export/of-nobody"),
        )

        assert taken(self.MODULE, seen)["notes"] == ["note/export/api@1", "note/export/ui@1"]

    def test_without_the_artifact_that_names_the_elements_that_is_missing(self):
        assert taken(self.MODULE, a_snapshot(an_item("api"))) == (
            "an approved fleet",
            "an approved fleet",
        )

    def test_no_element_is_not_every_element(self):
        assert taken(self.MODULE, a_snapshot(a_fleet())) == ("an item in streams of the fleet",)


def edge(dependent: str, prerequisite: str, type: str = "blocks", satisfied_by: str = "") -> dict:
    return {"from": dependent, "to": prerequisite, "type": type, "satisfied_by": satisfied_by}


class TestEdges:
    MODULE = a_module(TestEach.STREAMS, edges=Edges(selector="fleet", section="edges"))

    def held(self, *edges: dict, items=(), done=()) -> dict[str, tuple[str, ...]]:
        """Reasons by element, of those that are held."""
        seen = a_snapshot(a_fleet("api", "ui", edges=edges), *items, done=frozenset(done))
        found = rules.readiness(self.MODULE, seen)
        return {one.element: one.reasons for one in found if isinstance(one, Held)}

    def test_without_edges_all_run_side_by_side(self):
        assert self.held() == {}

    def test_blocks_holds_the_dependent_and_nobody_else(self):
        assert self.held(edge("ui", "api")) == {"ui": ("api, until it is done",)}

    @pytest.mark.parametrize("kind", ["informs", "shared-resource"])
    def test_other_kinds_hold_nobody(self, kind: str):
        assert self.held(edge("ui", "api", kind)) == {}

    def test_it_goes_on_when_the_prerequisite_is_done(self):
        assert self.held(edge("ui", "api"), done=[("work", "api")]) == {}

    @pytest.mark.parametrize(
        "done",
        [
            pytest.param(("work", "docs"), id="another element"),
            pytest.param(("plan", "api"), id="another module"),
        ],
    )
    def test_what_else_is_done_does_not_count(self, done: tuple[str, str]):
        assert "ui" in self.held(edge("ui", "api"), done=[done])

    def test_what_satisfies_the_edge_need_not_be_the_run_itself(self):
        edges = (edge("ui", "api", satisfied_by="design#interfaces"),)

        before = self.held(*edges)
        after = self.held(*edges, items=[an_item("export", type="design")])

        assert before == {"ui": ("api, until design is approved",)}
        assert after == {}

    def test_it_must_be_effective_in_this_very_context(self):
        edges = (edge("ui", "api", satisfied_by="design"),)

        assert "ui" in self.held(*edges, items=[an_item("other", BESIDE, "design")])

    def test_every_edge_that_holds_is_told(self):
        found = self.held(edge("ui", "api"), edge("ui", "docs", satisfied_by="design"))

        assert found == {"ui": ("api, until it is done", "docs, until design is approved")}
