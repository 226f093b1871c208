import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from headrace.capabilities.agents.brains.brain import Delta, DeltaKind
from headrace.capabilities.agents.brains.call_log import CallLog
from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.brains.errors import (
    Cancelled,
    FactMissing,
    RecordingEnded,
    RecordingUnfit,
)
from headrace.capabilities.agents.brains.recorded_brain import RecordedBrain
from headrace.capabilities.agents.conversation import (
    Conversation,
    Finish,
    Task,
    ToolResult,
    ToolResults,
    ToolSpec,
    UserMessage,
)
from headrace.capabilities.agents.declarations import DeclarationsInvalid
from headrace.capabilities.agents.recording_checks import check_recordings
from headrace.capabilities.agents.recordings import NoRecording, load_recordings
from headrace.kernel.json import from_json, to_json

WRITE = ToolSpec(
    name="write_file",
    description="Writes a file.",
    parameters={
        "type": "object",
        "properties": {"path": {"type": "string"}, "content": {"type": "string"}},
        "required": ["path", "content"],
        "additionalProperties": False,
    },
)
SUBMIT = ToolSpec(name="submit", description="Hands in.", parameters={"type": "object"})
TOOLS = (WRITE, SUBMIT)

IMPLEMENT = """\
role: coding-agent
task: implement
when: {element: api-implementation, attempt: 1}
turns:
  - text: "I write {{ facts.endpoint }} for {{ facts.arr | money(short=true) }}."
    calls:
      - tool: write_file
        arguments: {path: "{{ facts.path }}", content_from: files/a.py}
      - tool: write_file
        arguments: {path: notes.md, content: "{{ facts.formats | join(', ') }}"}
  - text: "The file has {{ results.write_file.lines }} lines."
    calls:
      - tool: submit
        arguments:
          outputs: "{{ facts.formats }}"
          self_evaluation: [{policy: security, verdict: PASS}]
  - text: Done.
"""
CODE = "def export():\n    return '{{ not a place }}'  # 100 %\n"
FACTS = {"endpoint": "POST /x", "arr": 2_400_000, "path": "a.py", "formats": ["csv", "json"]}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files/a.py").write_text(CODE)
    (tmp_path / "implement.yaml").write_text(IMPLEMENT)
    return tmp_path


def a_task(**changes):
    known = {"role": "coding-agent", "name": "implement", "element": "api-implementation"}
    return Task(**{**known, "facts": FACTS, **changes})


def a_brain(folder, **settings):
    return RecordedBrain(recordings=load_recordings(folder), **settings)


def begun(task=None):
    return Conversation(task=task or a_task(), messages=(UserMessage(text="Go."),))


def answered(conversation, turn):
    content = json.dumps({"lines": 2})
    results = tuple(ToolResult(call_id=c.id, content=content) for c in turn.calls)
    return conversation.then(turn).then(ToolResults(results=results))


def test_a_recording_plays_turn_by_turn_with_the_facts_of_the_task(folder):
    brain = a_brain(folder)
    conversation = begun()

    first = brain.say(conversation, TOOLS)
    second = brain.say(answered(conversation, first), TOOLS)
    third = brain.say(answered(answered(conversation, first), second), TOOLS)

    assert first.text == "I write POST /x for $2.4M."
    assert first.calls[0].arguments == {"path": "a.py", "content": CODE}
    assert first.calls[1].arguments["content"] == "csv, json"
    assert len({c.id for c in (*first.calls, *second.calls)}) == 3
    assert second.text == "The file has 2 lines."
    assert second.calls[0].arguments["outputs"] == ["csv", "json"]
    assert (first.finish, third.finish) == (Finish.TOOLS, Finish.DONE)
    assert {first.model, third.model} == {"recorded"}


def test_a_stored_conversation_is_continued_by_another_process(folder):
    conversation = begun()
    first = a_brain(folder).say(conversation, TOOLS)
    stored = json.dumps(to_json(answered(conversation, first)))

    second = a_brain(folder).say(from_json(Conversation, json.loads(stored)), TOOLS)

    assert second.calls[0].tool == "submit"


def test_a_turn_beyond_the_recording_is_refused(folder):
    brain = a_brain(folder)
    conversation = begun()
    for _ in range(3):
        conversation = answered(conversation, brain.say(conversation, TOOLS))

    with pytest.raises(RecordingEnded, match=r"implement\.yaml has 3 turn"):
        brain.say(conversation, TOOLS)


def test_an_absent_fact_stops_the_run_and_names_fact_file_and_turn(folder):
    facts = {k: v for k, v in FACTS.items() if k != "path"}

    with pytest.raises(FactMissing, match=r"implement\.yaml:5, turn 1 needs facts\.path") as stop:
        a_brain(folder).say(begun(a_task(facts=facts)), TOOLS)

    assert stop.value.details["fact"] == "facts.path"
    assert stop.value.details["turn"] == 1


def test_without_a_recording_the_error_says_what_there_is(folder):
    with pytest.raises(NoRecording, match=r"attempt 2\. Recorded: .*'attempt': 1"):
        a_brain(folder).say(begun(a_task(attempt=2)), TOOLS)


@pytest.mark.parametrize(
    ("when", "chosen"),
    [
        pytest.param("{}", False, id="says less than the one that is there"),
        pytest.param("{element: ui}", False, id="another element"),
        pytest.param(
            "{element: [api-implementation, ui], attempt: 1, arr: 2400000}", True, id="more"
        ),
        pytest.param("{element: ui, attempt: 1, arr: 2400000}", False, id="more, but not fitting"),
        pytest.param("{facts.deep.kind: late}", False, id="a fact that is not there"),
    ],
)
def test_the_recording_that_says_most_about_when_is_played(folder, when, chosen):
    other = f"role: coding-agent\ntask: implement\nwhen: {when}\nturns: [{{text: Other.}}]\n"
    (folder / "other.yaml").write_text(other)

    turn = a_brain(folder).say(begun(), TOOLS)

    assert (turn.text == "Other.") is chosen


def test_a_tool_that_the_role_does_not_have_is_asked_for_and_faulted(folder):
    turn = a_brain(folder).say(begun(), (SUBMIT,))

    assert "no tool 'write_file'" in turn.calls[0].fault


def test_an_argument_that_the_tool_does_not_take_is_a_fault_of_the_recording(folder):
    text = IMPLEMENT.replace("path: notes.md, content", "path: 7, content")
    (folder / "implement.yaml").write_text(text)

    with pytest.raises(RecordingUnfit, match=r"write_file does not take this: path"):
        a_brain(folder).say(begun(), TOOLS)


def test_tokens_are_counted_from_the_text_and_priced_at_a_named_model(folder):
    free = a_brain(folder).say(begun(), TOOLS).usage
    brain = a_brain(folder, priced_as="openai:gpt-4o")
    paid = brain.say(begun(), TOOLS).usage

    assert free.priced is False
    assert (free.input_tokens, free.output_tokens) == (paid.input_tokens, paid.output_tokens)
    assert paid.output_tokens >= len(CODE) / 4
    most = brain.worst_case(begun(), TOOLS)
    assert most.cost_micro_usd >= paid.cost_micro_usd > 0


def test_every_turn_given_is_on_disk(folder):
    log = CallLog(folder / "calls.jsonl")
    brain = a_brain(folder, call_log=log)
    conversation = begun()

    first = brain.say(conversation, TOOLS)
    brain.say(answered(conversation, first), TOOLS)

    seen = CallLog(folder / "calls.jsonl").calls()
    assert [(c.role, c.element, c.attempt, c.turn) for c in seen] == [
        ("coding-agent", "api-implementation", 1, 0),
        ("coding-agent", "api-implementation", 1, 1),
    ]
    assert seen[0].output_tokens == first.usage.output_tokens


def test_a_slow_turn_is_stopped_at_once_and_not_logged(folder):
    log = CallLog(folder / "calls.jsonl")
    brain = a_brain(folder, latency=timedelta(hours=1), call_log=log)
    cancellation = Cancellation()
    threading.Timer(0.05, cancellation.cancel, ["kill switch"]).start()

    with pytest.raises(Cancelled, match="kill switch"):
        brain.say(begun(), TOOLS, cancellation=cancellation)

    assert log.calls() == ()


def test_a_screen_hears_the_turn(folder):
    heard: list[Delta] = []

    a_brain(folder).say(begun(), TOOLS, on_delta=heard.append)

    assert [d.kind for d in heard] == [DeltaKind.TEXT, DeltaKind.CALL, DeltaKind.CALL]


def test_any_edit_of_a_recording_or_its_files_is_another_recipe(folder):
    before = a_brain(folder).identity(a_task())
    (folder / "files/a.py").write_text(CODE + "\n")

    assert a_brain(folder).identity(a_task()) != before


def a_recording(turn, more=""):
    return f"role: r\ntask: t\nturns:\n{turn}\n{more}"


def says(text):
    return a_recording(f"  - text: {json.dumps(text)}")


def calls(arguments, tool="act"):
    return a_recording(f"  - calls:\n      - tool: {tool}\n        arguments: {arguments}")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(says("See CR-12."), "'CR-12' is an id", id="change request"),
        pytest.param(says("For MISSION-2026-015"), "'MISSION-2026-015' is an id", id="mission"),
        pytest.param(calls("{task: TASK-003}"), "is an id", id="id in an argument"),
        pytest.param(says("Since 2026-03-15 it"), "'2026-03-15' is a date", id="date"),
        pytest.param(calls("{from: 2026-03-15}"), "is a date", id="date that YAML reads"),
        pytest.param(says("in 2026-W12"), "'2026-W12' is a date", id="week"),
        pytest.param(says("At risk: $2.4M"), "'$2.4M' is an amount", id="dollars"),
        pytest.param(says("about 300 EUR"), "'300 EUR' is an amount", id="euros"),
        pytest.param(says("94% covered"), "'94%' is a percentage", id="percent"),
        pytest.param(calls("{notes: [{deep: 5 percent}]}"), "a percentage", id="percent, deep"),
        pytest.param(calls("{line_coverage: 94}"), "94 is a figure", id="bare figure"),
        pytest.param(calls("{verdict: fine}"), "A verdict stands", id="verdict field"),
        pytest.param(calls("{verdicts: [{policy: a}]}"), "A verdict stands", id="verdict list"),
        pytest.param(says("Overall verdict: fine"), "is a verdict", id="verdict in words"),
        pytest.param(calls("{note: FAIL}"), "'FAIL' is a verdict", id="verdict value"),
        pytest.param(
            calls("{self_evaluation: {verdict: PASS}}"), "A verdict stands", id="not submit"
        ),
        pytest.param(
            calls("{findings: [{verdict: PASS}]}", tool="submit"),
            "A verdict stands",
            id="submit, but not the self evaluation",
        ),
        pytest.param(says("{{ facts.x"), "cannot be read", id="torn template"),
        pytest.param(
            a_recording("  - text: a\n    results: [b]"), "made when it is played", id="result"
        ),
        pytest.param(
            a_recording("  - calls: [{tool: a, id: x1}]"), "made when it is played", id="call id"
        ),
        pytest.param(a_recording("  - text: ''"), "says nothing", id="empty turn"),
        pytest.param("role: r\ntask: t\n", "Record at least one", id="no turns"),
        pytest.param("role: r\nturns: [{text: a}]\n", "Give a text", id="no task"),
        pytest.param(says("a") + "model: x\n", "not known", id="unknown field"),
        pytest.param("role: r\nrole: s\n", "cannot be read as YAML", id="twice"),
        pytest.param(calls("{content_from: ../../etc/x}"), "lies outside", id="file outside"),
        pytest.param(calls("{content_from: no.py}"), "does not exist", id="no such file"),
        pytest.param(calls("{content_from: id.md}"), "is an id", id="id in a file"),
        pytest.param(
            says("94%") + "allow: [{text: '94%'}]\n", "This field is missing", id="no reason"
        ),
        pytest.param(
            says("x") + "allow: [{text: '94%', reason: r}]\n", "stands nowhere", id="unused"
        ),
    ],
)
def test_a_recording_that_says_what_a_fact_should_is_refused(tmp_path, content, told):
    (tmp_path / "id.md").write_text("Closes CR-9.\n")
    (tmp_path / "r.yaml").write_text(content)

    faults = check_recordings(tmp_path)

    assert told in " ".join(map(str, faults))
    assert all(fault.line >= 1 and fault.file.name == "r.yaml" for fault in faults)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(says("UTF-8, SHA-256, p95, 3 formats, v2"), id="no ids, no figures"),
        pytest.param(
            says("{{ facts.s | percent }} on {{ facts.d | date('%Y-%m-%d') }}"), id="facts"
        ),
        pytest.param(calls("{limit: 5, ok: true}"), id="plain numbers"),
        pytest.param(
            calls("{self_evaluation: [{policy: a, verdict: PASS}]}", tool="submit"), id="self"
        ),
        pytest.param(
            says("up to 99% of") + "allow: [{text: '99%', reason: the policy's own words}]\n",
            id="allowed with a reason",
        ),
        pytest.param(calls("{content_from: style.css}"), id="a file with its own percentages"),
    ],
)
def test_a_recording_of_words_alone_passes(tmp_path, content):
    (tmp_path / "style.css").write_text("a { width: 50% } /* 2026-01-01 */")
    (tmp_path / "r.yaml").write_text(content)

    assert check_recordings(tmp_path) == ()


def test_a_yaml_file_among_the_contents_is_no_recording(folder):
    (folder / "files/openapi.yaml").write_text("openapi: 3.1.0\n")

    assert len(load_recordings(folder)) == 1


def test_two_recordings_that_fit_the_same_task_are_refused(folder: Path):
    (folder / "again.yaml").write_text(IMPLEMENT)

    with pytest.raises(DeclarationsInvalid, match="fits the same tasks"):
        load_recordings(folder)


def test_all_faults_of_all_files_are_told_with_their_lines(tmp_path):
    (tmp_path / "a.yaml").write_text("role: r\ntask: t\nturns:\n  - text: a\n    call: x\n")
    (tmp_path / "b.yaml").write_text("role: 7\ntask: t\nturns: []\n")

    faults = check_recordings(tmp_path)

    assert [(f.file.name, f.line, f.field) for f in faults] == [
        ("a.yaml", 5, "turns[0].call"),
        ("b.yaml", 3, "turns"),
        ("b.yaml", 1, "role"),
    ]


def test_a_verdict_that_is_a_fact_is_made_at_run_time_and_may_be_named(tmp_path):
    (tmp_path / "r.yaml").write_text(calls("{verdict: '{{ facts.checks.fit }}'}"))

    assert check_recordings(tmp_path) == ()
