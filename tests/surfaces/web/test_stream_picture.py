"""A stream's picture: who stands after whom, and what is judged stands together."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from headrace.surfaces.web.answers import AgentRun, Module, Output, Reference, Run
from headrace.surfaces.web.drawing import fitted, wrapped
from headrace.surfaces.web.pages.fleet import fleet
from headrace.surfaces.web.pages.streams import picture

BEGIN = datetime(2026, 3, 16, tzinfo=UTC)
LANES = {"1": "strategy", "2": "execution", "3": "quality"}
NAMES = {"planner": "The Planner", "coder": "The Coder"}


@dataclass(frozen=True)
class Node:
    module: str
    title: str
    role: str
    element: str = ""
    state: str = "done"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    run: Run
    title: str = "Build"
    agent: AgentRun | None = None
    tokens: int | None = None
    micro_usd: int | None = None


def a_module(key: str, layer: str, inputs=(), outputs=()) -> Module:
    return Module(
        key=key, title=key, role="", layer=layer, context_kind="", inputs=inputs, outputs=outputs
    )


MODULES = {
    one.key: one
    for one in (
        a_module("plan", "1", outputs=("plan",)),
        a_module("build", "2", inputs=("plan",)),
        a_module("judge", "3", inputs=("plan",)),
        a_module("look", "3", inputs=("plan",)),
        a_module("report", "1", inputs=("plan",)),
    )
}


def a_run(module, element="", *, made, ended=None, reads=(), makes=(), change=None, cause=None):
    """Hours after the beginning."""
    at = BEGIN + timedelta(hours=made)
    return Run(
        id=f"run-{module}-{element}-{made}",
        module=module,
        element=element,
        attempt=1,
        state="done",
        reasons=(),
        agent_run=None,
        change=change,
        outputs=tuple(Output(artifact=one, number=1) for one in makes),
        made_at=at,
        started_at=at,
        proposed_at=None,
        ended_at=None if ended is None else BEGIN + timedelta(hours=ended),
        inputs={"read": tuple(Reference(artifact=one, number=1) for one in reads)},
        findings=(),
        period="",
        cause=cause,
    )


PLAN = a_run("plan", made=0, ended=1, makes=["plan/p"])
BUILD_A = a_run("build", "a", made=1, ended=6, reads=["plan/p"], change="CR-1")
BUILD_B = a_run("build", "b", made=1, ended=4, reads=["plan/p"], change="CR-2")
JUDGE_A = a_run("judge", "CR-1", made=2, ended=3, reads=["plan/p"])
LOOK_A = a_run("look", "CR-1", made=2, ended=5, reads=["plan/p"])
REPORT = a_run("report", made=99, ended=100, reads=["plan/p"])
RUNS = (PLAN, BUILD_A, BUILD_B, JUDGE_A, LOOK_A, REPORT)
NODES = (
    Node("plan", "Plan", "planner"),
    Node("build", "Build", "coder", "a"),
    Node("build", "Build", "coder", "b"),
    Node("judge", "Evaluation: Security", "judge", "CR-1"),
    Node("look", "Evaluation: Speed", "judge", "CR-1", state="failed"),
    Node("report", "Report", "planner"),
)


def drawn(nodes=NODES, runs=RUNS):
    found = picture(MODULES, nodes, [Line(run) for run in runs], LANES, NAMES)
    return {" ".join(one.title): one for one in found.boxes if one.small[:1] != ("b",)}, found


def test_what_read_something_stands_right_of_whoever_made_it():
    boxes, _ = drawn()

    assert boxes["Plan"].x < boxes["Build"].x
    assert boxes["Plan"].small == ("The Planner",)
    assert boxes["Build"].small == ("a", "The Coder")


def test_the_judgements_of_one_change_stand_together_and_tell_the_worst():
    boxes, _ = drawn()

    judged = boxes["Evaluation: Security, Speed"]
    assert judged.state == "failed"
    assert judged.address == "/changes/CR-1"
    assert boxes["Build"].x < judged.x
    assert (judged.began, judged.ended) == (LOOK_A.started_at, LOOK_A.ended_at)


def test_what_began_when_all_was_quiet_stands_after_what_had_ended_last():
    boxes, found = drawn()

    assert boxes["Report"].x > boxes["Build"].x > boxes["Plan"].x
    assert len(found.drawing.edges) == 4


def test_what_began_while_others_worked_stands_only_after_what_it_read():
    early = a_run("report", made=2.5, ended=3, reads=["plan/p"])

    boxes, _ = drawn(runs=(*RUNS[:-1], early))

    assert boxes["Report"].x == boxes["Build"].x


def test_a_change_made_again_after_its_judgement_is_no_circle():
    again = a_run("build", "a", made=7, ended=8, reads=["plan/p"], change="CR-1")

    boxes, _ = drawn(runs=(*RUNS[:-1], again))

    assert boxes["Plan"].x < boxes["Build"].x < boxes["Evaluation: Security, Speed"].x


def test_what_nobody_began_stands_after_the_modules_that_make_what_it_reads():
    boxes, _ = drawn(runs=())

    assert boxes["Plan"].x < boxes["Build"].x == boxes["Report"].x
    assert boxes["Build"].ended is None


def test_a_stream_tells_its_most_urgent_module_and_what_all_of_its_runs_used():
    first = replace(BUILD_A, state="revised")
    again = a_run("build", "a", made=7, ended=8, change="CR-1")
    waits = replace(a_run("decide", "a", made=9), state="waiting")
    lines = [
        Line(first, tokens=5, micro_usd=100),
        Line(JUDGE_A, tokens=1_000),
        Line(BUILD_B),
        Line(again, tokens=2, micro_usd=40),
        Line(waits, title="Decision record"),
    ]

    one, other = fleet(lines, NAMES)

    assert (one.name, one.state, one.doing, one.runs) == ("a", "waiting", "Decision record", 3)
    assert (one.tokens, one.micro_usd) == (7, 140)
    assert (other.name, other.state, other.tokens) == ("b", "done", 0)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Short", ("Short",)),
        ("Mission brief and outcome contract", ("Mission brief", "and outcome c…")),
        ("대량 데이터 내보내기", ("대량 데이터", "내보내기")),
        ("a-word-longer-than-any-line", ("a-word-longer…",)),
        ("", ("",)),
    ],
)
def test_a_title_is_broken_between_words_and_cut_only_after_two_lines(text, lines):
    assert wrapped(text, 14) == lines


def test_a_wide_letter_counts_for_two():
    assert fitted("내보내기", 8) == "내보내기"
    assert fitted("내보내기", 7) == "내보내…"
