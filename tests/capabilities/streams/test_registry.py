"""Which declarations of streams hold together, and what a change would reach."""

from datetime import timedelta
from graphlib import CycleError

import pytest

from headrace.capabilities.artifacts.layout import Bullets, Each, Field, Prose, Table
from headrace.capabilities.artifacts.model import ArtifactType
from headrace.capabilities.streams import registry
from headrace.capabilities.streams.model import (
    Cardinality,
    Edges,
    Module,
    Opening,
    Scope,
    Selector,
    Start,
    Stream,
    Work,
)


def a_type(name: str, *sections) -> ArtifactType:
    return ArtifactType(
        name=name, title=name, path=f"{name}/{{slug}}.md", sections=sections or (Prose(name="t"),)
    )


FLEET = a_type(
    "fleet",
    Each(name="streams", fields=(Field(name="owns"),)),
    Table(name="edges", columns=(Field(name="from"), Field(name="to"), Field(name="type"))),
    Bullets(name="notes"),
)
TYPES = {one.name: one for one in (a_type("signal"), a_type("digest"), a_type("report"), FLEET)}


def reads(type: str, **changes) -> Selector:
    return Selector(**{"name": type, "type": type, **changes})


def a_module(key: str = "make", *inputs: Selector, **changes) -> Module:
    known = {
        "title": key.title(),
        "context_kind": "organisation",
        "work": Work(role="writer", task="write"),
        "inputs": inputs,
    }
    return Module(key=key, **{**known, **changes})


def a_stream(*modules: Module) -> Stream:
    return Stream(name="toy", title="Toy", kinds=("organisation", "mission"), modules=modules)


def faults(*modules: Module) -> tuple[str, ...]:
    return registry.stream_faults(a_stream(*modules), TYPES)


def test_a_stream_that_holds_together_has_no_fault():
    scan = a_module("scan", outputs=("signal",), start=Start.BY_HAND)
    week = a_module(
        "digest",
        reads("signal", cardinality=Cardinality.COLLECT, in_period=True),
        outputs=("digest",),
        start=Start.EACH_PERIOD,
        every=timedelta(weeks=1),
        opening=Opening(kind="mission", contexts=lambda ctx, run: ()),
    )
    plan = a_module(
        "plan",
        reads("digest", scope=Scope.ANCESTOR),
        outputs=("fleet",),
        context_kind="mission",
    )
    work = a_module(
        "work",
        reads("fleet", cardinality=Cardinality.EACH, section="streams"),
        edges=Edges(selector="fleet", section="edges"),
        context_kind="mission",
        outputs=("report",),
    )
    every = a_module(
        "all",
        reads("fleet"),
        reads("report", cardinality=Cardinality.ALL, of="fleet#streams"),
        context_kind="mission",
    )

    assert faults(scan, week, plan, work, every) == ()


EACH = reads("fleet", cardinality=Cardinality.EACH, section="streams")


@pytest.mark.parametrize(
    ("module", "fault"),
    [
        pytest.param(a_module(context_kind="season"), "no kind of this stream", id="kind"),
        pytest.param(
            a_module(opening=Opening(kind="season", contexts=lambda c, r: ())),
            "opens a 'season'",
            id="kind it opens",
        ),
        pytest.param(a_module(outputs=("memo",)), "makes 'memo'", id="type it makes"),
        pytest.param(
            a_module("make", reads("memo")), "'memo' is no artifact type", id="type it reads"
        ),
        pytest.param(
            a_module("make", reads("signal"), reads("signal")), "used 2 times", id="input twice"
        ),
        pytest.param(
            a_module("make", reads("report", cardinality=Cardinality.ALL)), "`of`", id="all of?"
        ),
        pytest.param(
            a_module("make", reads("report", cardinality=Cardinality.ALL, of="fleet#streams")),
            "another input",
            id="all of what is no input",
        ),
        pytest.param(
            a_module(
                "make", reads("fleet"), reads("report", cardinality=Cardinality.ALL, of="fleet")
            ),
            "its section",
            id="all of no section",
        ),
        pytest.param(
            a_module("make", reads("report", cardinality=Cardinality.ALL, of="report#streams")),
            "another input",
            id="all of itself",
        ),
        pytest.param(
            a_module("make", reads("report", cardinality=Cardinality.SAME_KEY)),
            "with `each`",
            id="same key as what",
        ),
        pytest.param(
            a_module("make", EACH, reads("signal", cardinality=Cardinality.EACH)),
            "two inputs with `each`",
            id="each twice",
        ),
        pytest.param(
            a_module("make", reads("fleet", cardinality=Cardinality.EACH, section="notes")),
            "no section of fleet with keys",
            id="each of items without keys",
        ),
        pytest.param(
            a_module("make", reads("fleet", cardinality=Cardinality.EACH, section="teams")),
            "fleet#teams",
            id="each of no section",
        ),
        pytest.param(
            a_module(
                "make",
                reads("fleet"),
                reads("report", cardinality=Cardinality.ALL, of="fleet#teams"),
            ),
            "fleet#teams",
            id="all of a section that is not there",
        ),
        pytest.param(
            a_module("make", EACH, edges=Edges(selector="plan", section="edges")),
            "'plan', which is no input",
            id="edges of no input",
        ),
        pytest.param(
            a_module("make", EACH, edges=Edges(selector="fleet", section="lines")),
            "'lines', which fleet lacks",
            id="edges of no section",
        ),
        pytest.param(a_module(start=Start.EACH_PERIOD), "names no period", id="period"),
        pytest.param(a_module(start=Start.ON_EVENT), "names none", id="event"),
    ],
)
def test_a_module_that_does_not_hold_together_is_refused_with_its_place(module, fault: str):
    found = faults(module)

    assert len(found) == 1
    assert fault in found[0]
    assert found[0].startswith("stream 'toy': module 'make'")


def test_a_key_declared_twice_is_refused():
    assert faults(a_module("scan"), a_module("scan")) == (
        "stream 'toy': module 'scan' is declared 2 times",
    )


def test_every_fault_is_given_at_once():
    found = faults(
        a_module("one", reads("memo"), outputs=("note",)), a_module("two", start=Start.ON_EVENT)
    )

    assert len(found) == 3


class TestCircles:
    def test_modules_that_wait_for_each_other_are_refused(self):
        found = faults(
            a_module("one", reads("report"), outputs=("digest",)),
            a_module("two", reads("digest"), outputs=("report",)),
        )

        assert len(found) == 1
        assert "modules wait for each other" in found[0]
        assert "one" in found[0]
        assert "two" in found[0]

    @pytest.mark.parametrize(
        "back",
        [
            pytest.param(reads("report", required=False), id="a feedback edge is optional"),
            pytest.param(
                reads("report", scope=Scope.ANCESTOR),
                id="what is read from the context above was there before",
            ),
        ],
    )
    def test_what_can_begin_without_the_other_is_no_circle(self, back: Selector):
        above = "mission" if back.scope is Scope.OWN else "organisation"
        found = faults(
            a_module("one", back, outputs=("digest",), context_kind="mission"),
            a_module("two", reads("digest"), outputs=("report",), context_kind=above),
        )

        assert found == ()

    def test_what_is_read_from_within_is_a_dependency(self):
        found = faults(
            a_module("all", reads("report", scope=Scope.WITHIN), outputs=("digest",)),
            a_module(
                "one",
                reads("signal", scope=Scope.LINKED),
                outputs=("report",),
                context_kind="mission",
            ),
            a_module("scan", reads("digest"), outputs=("signal",)),
        )

        assert "wait for each other" in found[0]

    def test_a_log_that_is_read_by_its_own_writer_is_no_circle(self):
        assert faults(a_module("log", reads("report"), outputs=("report",))) == ()


CHAIN = a_stream(
    a_module("report", reads("fleet"), reads("signal", required=False), outputs=("report",),
             context_kind="mission"),
    a_module("digest", reads("signal"), outputs=("digest",)),
    a_module("plan", reads("digest", scope=Scope.ANCESTOR), outputs=("fleet",),
             context_kind="mission"),
    a_module("scan", outputs=("signal",)),
)  # fmt: skip


def test_modules_stand_behind_what_they_depend_on():
    order = registry.order(CHAIN)

    assert order.index("scan") < order.index("digest")
    assert order.index("plan") < order.index("report")


def test_a_circle_has_no_order():
    with pytest.raises(CycleError):
        registry.order(
            a_stream(
                a_module("one", reads("report"), outputs=("digest",)),
                a_module("two", reads("digest"), outputs=("report",)),
            )
        )


@pytest.mark.parametrize(
    ("key", "reached"),
    [
        pytest.param("scan", {"digest", "plan", "report"}, id="over contexts and options"),
        pytest.param("digest", {"plan", "report"}, id="into the contexts that it opened"),
        pytest.param("plan", {"report"}, id="the next one"),
        pytest.param("report", set(), id="the last one"),
    ],
)
def test_a_change_reaches_everything_that_reads_it(key: str, reached: set[str]):
    assert set(registry.downstream(CHAIN, key)) == reached


def test_a_feedback_edge_is_followed_once():
    stream = a_stream(
        a_module("one", reads("report", required=False), outputs=("digest",)),
        a_module("two", reads("digest"), outputs=("report",)),
    )

    assert registry.downstream(stream, "one") == ("two",)
    assert registry.downstream(stream, "two") == ("one",)
