"""The end of a scenario as what must be equal however often it was killed: times and ids are put aside."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from acceptance.doubles import git
from headrace.capabilities.agents.brains.call_log import CallLog
from headrace.kernel.journal.verify import audit

Bag = Mapping[str, int]
"""How often each thing is there."""

_STRIPPED = (
    (re.compile(r"\b[a-z]+_[0-9a-z]{26}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{40,64}\b"), "<hash>"),
    (
        re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?"),
        "<date>",
    ),
    (re.compile(r"\d{4}-[Ww]\d{1,2}"), "<week>"),
    (re.compile(r"\b[A-Z]{1,6}(-\d{4})?-\d+\b"), "<number>"),  # CR-12: in the order of arrival
    (re.compile(r"\d+([.,]\d+)? ?(seconds|second|ms|s|hours|hour|h|min|minutes)\b"), "<measured>"),
)

_VARIES = frozenset({
    "people.stood_in",  # the driver looks into inboxes as often as it has time to
    "people.call_refused",  # and is refused when a decision had been made already
    "record.filed",  # versions are filed in batches of whatever waits
    "record.projected",
    "streams.work_wanted",  # a nudge, told again whenever there may be room
    "budgets.overran",  # of lost calls, which are charged at what was reserved for them
})  # fmt: skip
"""Events about how work was repeated or put together, not about what came of it."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Everything of a scenario's end that no crash may change."""

    contexts: Bag
    versions: Bag
    elements: Bag
    links: Bag
    runs: Bag
    workers: Bag
    judgements: Bag
    gates: Bag
    questions: Bag
    changes: Bag
    missions: Bag
    commits: Bag
    filed: Bag
    files: Bag
    events: Bag
    turns: Bag

    def differences(self, other: "Ending") -> list[str]:
        """What is here and not there, or there and not here, with how often."""
        found = []
        for field in fields(self):
            here, there = getattr(self, field.name), getattr(other, field.name)
            for name in sorted(here.keys() | there.keys()):
                if here.get(name, 0) != there.get(name, 0):
                    count = f"{here.get(name, 0)}, not {there.get(name, 0)}"
                    found.append(f"{field.name}: {name}: {count}")
        return found


_ROWS = {
    "contexts": "SELECT kind, stream, state, title FROM streams_context",
    "versions": "SELECT a.type, c.kind, a.slug, v.number, v.phase, a.head, a.effective, v.brain "
    "FROM artifacts_version v JOIN artifacts_artifact a ON a.id = v.artifact "
    "LEFT JOIN streams_context c ON c.id = a.context",
    "elements": "SELECT artifact, number, element FROM artifacts_element",
    "links": "SELECT artifact, number, kind, target, target_number, element FROM artifacts_link",
    "runs": "SELECT c.kind, r.module, r.element, r.attempt, r.state, "
    "jsonb_array_length(r.outputs) AS outputs, r.change IS NOT NULL AS changed "
    "FROM streams_run r JOIN streams_context c ON c.id = r.context",
    "workers": "SELECT role, brain, state, changed_paths FROM agents_run",
    "judgements": "SELECT subject_kind, policy, number, verdict, stated FROM governance_judgement",
    "gates": "SELECT subject_kind, title, tier, approvers, purpose, state FROM governance_gate",
    "questions": "SELECT subject_kind, policy, answer, withdrawn FROM governance_question",
    "changes": "SELECT p.slug, c.title, c.state, c.paths, c.policies "
    "FROM record_change c JOIN record_repository p ON p.id = c.repository",
    "missions": "SELECT slug, status, NULL AS task, NULL AS state FROM missions_mission "
    "UNION ALL SELECT mission, NULL, title, status FROM missions_task",
    "events": "SELECT type FROM journal_event",
    # A turn is one even when calls for it were lost: the ledger is looked at apart.
    "turns": "SELECT r.role, t.number FROM agents_turn t JOIN agents_run r ON r.id = t.run",
}


def ending(db: sa.Connection, repositories: Path) -> Ending:
    """Read the end of the one organisation of a database and its repositories."""
    bags = {name: _bag(db.execute(sa.text(sql)).mappings()) for name, sql in _ROWS.items()}
    bags["events"] = {n: c for n, c in bags["events"].items() if json.loads(n)[0] not in _VARIES}
    subjects, filed = _history(repositories)
    return Ending(**bags, commits=subjects, filed=filed, files=_files(repositories))


def faults(db: sa.Connection) -> list[str]:
    """What must not be there at any end: parked events, failed or unfinished jobs, a torn journal."""
    found = [f"parked: {dict(row)}" for row in db.execute(_PARKED).mappings()]
    found += [f"job: {dict(row)}" for row in db.execute(_UNWELL).mappings()]
    for organisation in db.execute(sa.text("SELECT id FROM people_organisation")).scalars():
        found += [f"audit: {fault}" for fault in audit(db, organisation).faults]
    return found


_PARKED = sa.text("SELECT subscriber, lineage, error FROM journal_parked")
_UNWELL = sa.text(
    "SELECT flow, key, state, error FROM workflows_job WHERE state <> 'done' "
    "AND (state = 'failed' OR arguments ->> 'period' IS NULL)"  # a schedule's may just have begun
)
_LEDGER = sa.text(
    "SELECT agent, tokens_in, tokens_out, lost FROM budgets_entry ORDER BY organisation, number"
)


def ledger_faults(db: sa.Connection, calls: CallLog) -> list[str]:
    """Where the ledger is not what the model's side saw.

    A call whose answer was kept is booked as it was served. One that a crash cut off is booked as
    lost, at no less than it used, whether it had been served or not.
    """
    rows = db.execute(_LEDGER).mappings().all()
    found = []
    for agent in {row["agent"] for row in rows} | {call.role for call in calls.calls()}:
        own = [row for row in rows if row["agent"] == agent]
        booked = Counter((r["tokens_in"], r["tokens_out"]) for r in own if not r["lost"])
        served = Counter(
            (c.input_tokens, c.output_tokens) for c in calls.calls() if c.role == agent
        )
        lost = [row["tokens_in"] + row["tokens_out"] for row in own if row["lost"]]
        found += _agent_faults(str(agent), booked, served, lost)
    return found


def _agent_faults(
    agent: str, booked: Counter[tuple[int, int]], served: Counter[tuple[int, int]], lost: list[int]
) -> list[str]:
    found = [
        f"{agent}: {n} booked calls of {what} were never served"
        for what, n in (booked - served).items()
    ]
    unanswered = served - booked
    if unanswered.total() > len(lost):
        found.append(f"{agent}: {unanswered.total()} calls unbooked, {len(lost)} charged as lost")
    if sum(sum(what) * n for what, n in unanswered.items()) > sum(lost):
        found.append(f"{agent}: lost calls are charged at less than they used")
    return found


def _bag(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return dict(Counter(plain(json.dumps(list(row.values()), default=str)) for row in rows))


def plain(text: str) -> str:
    """A text without times, ids, counted numbers and measured values."""
    for pattern, word in _STRIPPED:
        text = pattern.sub(word, text)
    return text


def _history(repositories: Path) -> tuple[dict[str, int], dict[str, int]]:
    """The subjects on the main branches, and the versions that were filed without a change."""
    subjects: Counter[str] = Counter()
    filed: Counter[str] = Counter()
    for place in sorted(repositories.glob("*/*.git")):
        for message in _messages(place):
            subject, _, rest = message.partition("\n")
            if subject.startswith("File "):
                named = re.findall(r"^Headrace-Artifact: (\S+)", rest, re.MULTILINE)
                filed.update(plain(one) for one in named)
            elif not subject.startswith("Draw "):  # values that change with time, drawn when due
                subjects[f"{place.stem}: {plain(subject)}"] += 1
    return dict(subjects), dict(filed)


def _files(repositories: Path) -> dict[str, int]:
    """The names of all files on the main branches: however they were put into commits, these stand."""
    return dict(
        Counter(
            f"{place.stem}: {plain(name)}"
            for place in repositories.glob("*/*.git")
            for name in git(place, "ls-tree", "-r", "-z", "--name-only", "main").split("\0")
            if name
        )
    )


def _messages(repository: Path) -> list[str]:
    told = git(repository, "log", "-z", "--format=%B", "main")
    return [one.strip() for one in told.split("\0") if one.strip()]
