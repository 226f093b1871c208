"""Recordings: what a model said once, as YAML that people can read; loading, choosing and checking them.

Only words and tool calls are recorded. Results, figures, verdicts, ids and dates are made when it is
played: a recording names facts, and `check_recordings` refuses what a fact should have said.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from headrace.capabilities.agents.conversation import Task
from headrace.capabilities.agents.declarations import DeclarationsInvalid, Fault, Node, plain, read
from headrace.kernel.errors import NotFound

CONTENT_FROM = "content_from"
"""The argument that stands for `content`, with the text of a file beside the recording."""


CONTENT_FOLDER = "files"
"""Folders of this name hold contents; a YAML file in one is a product's, no recording."""


class NoRecording(NotFound):
    """No recording fits the task."""

    code = "agents.no_recording"


@dataclass(frozen=True, kw_only=True)
class RecordedCall:
    tool: str
    arguments: Mapping[str, JsonValue]
    line: int


@dataclass(frozen=True, kw_only=True)
class RecordedTurn:
    text: str
    calls: tuple[RecordedCall, ...]
    line: int


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """A literal that may stand although it looks like a figure, an id or a date, and why."""

    text: str
    reason: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What one role said for one task, turn by turn.

    `when` narrows the task: `element`, `attempt`, or any fact by its dotted name. `contents` are the texts
    that `content_from` names. `digest` changes with any byte of it.
    """

    role: str
    task: str
    when: Mapping[str, JsonValue]
    turns: tuple[RecordedTurn, ...]
    allow: tuple[Allowance, ...]
    file: Path
    contents: Mapping[str, str]
    digest: str


def load_recordings(folder: Path) -> tuple[Recording, ...]:
    """Every recording below `folder` (`*.yaml`), in the order of their paths.

    Raises DeclarationsInvalid with every fault of form; `check_recordings` also judges the content.
    """
    faults: list[Fault] = []
    files = [f for f in sorted(folder.rglob("*.yaml")) if not _is_content(f, folder)]
    recordings = [_load(file, folder, faults) for file in files]
    found = tuple(recording for recording in recordings if recording is not None)
    faults += _doubles(found)
    if faults:
        raise DeclarationsInvalid(faults)
    return found


def choose(recordings: Sequence[Recording], task: Task) -> Recording:
    """The recording for a task: of those that fit, the one that says most about when. Raises NoRecording."""
    fitting = [recording for recording in recordings if fits(recording, task)]
    if fitting:
        return max(fitting, key=lambda recording: len(recording.when))
    near = [r for r in recordings if (r.role, r.task) == (task.role, task.name)]
    known = (
        "; ".join(f"{r.file} when {dict(r.when)}" for r in near) or "none for this role and task"
    )
    raise NoRecording(
        f"There is no recording for {task.role}/{task.name}, element {task.element!r}, attempt "
        f"{task.attempt}. Recorded: {known}.",
        role=task.role,
        task=task.name,
        element=task.element,
        attempt=task.attempt,
    )


def fits(recording: Recording, task: Task) -> bool:
    """Whether a recording is for this task. A list under `when` means any of its values."""
    if (recording.role, recording.task) != (task.role, task.name):
        return False
    return all(_meets(_circumstance(task, name), wanted) for name, wanted in recording.when.items())


def _meets(found: JsonValue, wanted: JsonValue) -> bool:
    return found in wanted if isinstance(wanted, list) else found == wanted


def _circumstance(task: Task, name: str) -> JsonValue:
    """The value that `when` asks about; None where the task has no such fact."""
    if name == "element":
        return task.element
    if name == "attempt":
        return task.attempt
    found: JsonValue = dict(task.facts)
    for part in name.removeprefix("facts.").split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _is_content(file: Path, folder: Path) -> bool:
    return CONTENT_FOLDER in file.relative_to(folder).parts[:-1]


def _load(file: Path, folder: Path, faults: list[Fault]) -> Recording | None:
    found_before = len(faults)
    root = read(file, faults)
    if root is None:
        return None
    root.only("role", "task", "when", "turns", "allow")
    turns = tuple(_turn(node) for node in root.children("turns"))
    if not turns and len(faults) == found_before:
        root.fault("turns", "There are no turns.", "Record at least one.")
    contents = _contents(root, turns, folder)
    recording = Recording(
        role=root.text("role"),
        task=root.text("task"),
        when=root.mapping("when"),
        turns=turns,
        allow=tuple(_allowance(node) for node in root.children("allow")),
        file=file,
        contents=contents,
        digest=_digest(file, contents),
    )
    return recording if len(faults) == found_before else None


def _turn(node: Node) -> RecordedTurn:
    made_now = [n for n in ("result", "results", "tool_results", "observation") if n in node.values]
    for name in made_now:
        node.fault(name, "Results are made when it is played.", "Remove them from the recording.")
    node.only("text", "calls", *made_now)
    calls = tuple(_call(child) for child in node.children("calls"))
    text = node.text("text", default="")
    if not text and not calls:
        node.fault("", "This turn says nothing.", "Give a text or calls.")
    return RecordedTurn(text=text, calls=calls, line=node.line)


def _call(node: Node) -> RecordedCall:
    made_now = [n for n in ("id", "result", "content", "output") if n in node.values]
    for name in made_now:
        node.fault(name, "Ids and results are made when it is played.", "Remove it.")
    node.only("tool", "arguments", *made_now)
    return RecordedCall(tool=node.text("tool"), arguments=node.mapping("arguments"), line=node.line)


def _allowance(node: Node) -> Allowance:
    node.only("text", "reason")
    return Allowance(
        text=str(plain(node.values.get("text")) or ""), reason=node.text("reason"), line=node.line
    )


def content_names(value: JsonValue) -> Iterator[str]:
    """Every file that `content_from` names inside a call's arguments."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == CONTENT_FROM and isinstance(item, str):
                yield item
            else:
                yield from content_names(item)
    elif isinstance(value, list):
        for item in value:
            yield from content_names(item)


def _contents(root: Node, turns: Sequence[RecordedTurn], folder: Path) -> dict[str, str]:
    """The texts beside the recording, read once; a path out of the folder is a fault."""
    contents: dict[str, str] = {}
    for call in (call for turn in turns for call in turn.calls):
        for name in content_names(dict(call.arguments)):
            path = (root.file.parent / name).resolve()
            if not path.is_relative_to(folder.resolve()):
                root.fault("turns", f"{name!r} lies outside the recordings.", "Move it beside.")
            elif not path.is_file():
                root.fault("turns", f"The file {name!r} does not exist.", "Write it or correct it.")
            else:
                contents[name] = path.read_text(encoding="utf-8")
    return contents


def _digest(file: Path, contents: Mapping[str, str]) -> str:
    sha = hashlib.sha256(file.read_bytes())
    for name in sorted(contents):
        sha.update(f"\0{name}\0{contents[name]}".encode())
    return sha.hexdigest()


def _doubles(recordings: Sequence[Recording]) -> Iterator[Fault]:
    """Recordings of one task that could both be the most fitting one."""
    for index, first in enumerate(recordings):
        for second in recordings[index + 1 :]:
            same = (first.role, first.task) == (second.role, second.task)
            if same and len(first.when) == len(second.when) and _can_both_fit(first, second):
                yield Fault(
                    file=second.file,
                    line=1,
                    field="when",
                    problem=f"It fits the same tasks as {first.file}.",
                    remedy="Tell them apart by element, attempt or a fact.",
                )


def _can_both_fit(first: Recording, second: Recording) -> bool:
    shared = first.when.keys() & second.when.keys()
    return all(_overlap(first.when[name], second.when[name]) for name in shared)


def _overlap(one: JsonValue, other: JsonValue) -> bool:
    ones = one if isinstance(one, list) else [one]
    others = other if isinstance(other, list) else [other]
    return any(value in others for value in ones)
