"""Rows of streams; all its SQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from headrace.capabilities.artifacts.model import VersionRef
from headrace.capabilities.streams.model import (
    OPEN_STATES,
    Activity,
    Context,
    ContextId,
    ContextState,
    Run,
    RunId,
    RunState,
)
from headrace.kernel.ids import OrganisationId
from headrace.kernel.json import canonical, digest

_CONTEXT = "id, kind, parent, title, stream, stream_version, state, opened_by, opened_at, closed_at"
_FIND_CONTEXT = sa.text(
    f"SELECT {_CONTEXT} FROM streams_context WHERE organisation = :organisation AND id = :id"
)
_LOCK_CONTEXT = sa.text(
    "SELECT 1 FROM streams_context WHERE organisation = :organisation AND id = :id FOR UPDATE"
)
_CONTEXTS = sa.text(
    f"SELECT {_CONTEXT} FROM streams_context WHERE organisation = :organisation "
    "AND (CAST(:kind AS text) IS NULL OR kind = :kind) "
    "AND (CAST(:state AS text) IS NULL OR state = :state) "
    "AND (CAST(:ids AS text[]) IS NULL OR id = ANY(CAST(:ids AS text[]))) ORDER BY opened_at, id"
)
_OPEN_CONTEXT = sa.text(
    "INSERT INTO streams_context (organisation, id, kind, parent, title, stream, stream_version, state, "
    "opened_by, opened_at) VALUES (:organisation, :id, :kind, :parent, :title, :stream, "
    ":stream_version, 'open', :opened_by, :opened_at) ON CONFLICT DO NOTHING RETURNING 1"
)
_SET_CONTEXT = sa.text(
    "UPDATE streams_context SET state = :state, closed_at = :closed_at "
    "WHERE organisation = :organisation AND id = :id"
)
_ABOVE = sa.text(
    "WITH RECURSIVE up AS (SELECT id, parent, 0 AS depth FROM streams_context "
    "WHERE organisation = :organisation AND id = :id UNION ALL "
    "SELECT c.id, c.parent, up.depth + 1 FROM streams_context c JOIN up ON c.id = up.parent "
    "WHERE c.organisation = :organisation AND up.depth < 32) "
    "SELECT id FROM up WHERE depth > 0 ORDER BY depth"
)
_WITHIN = sa.text(
    "WITH RECURSIVE down AS (SELECT id, 0 AS depth FROM streams_context "
    "WHERE organisation = :organisation AND id = :id UNION ALL "
    "SELECT c.id, down.depth + 1 FROM streams_context c JOIN down ON c.parent = down.id "
    "WHERE c.organisation = :organisation AND down.depth < 32) "
    "SELECT id FROM down WHERE depth > 0 ORDER BY depth, id"
)
_LINK = sa.text(
    "INSERT INTO streams_context_link (organisation, context, linked) "
    "VALUES (:organisation, :context, :linked) ON CONFLICT DO NOTHING"
)
_LINKED = sa.text(
    "SELECT linked FROM streams_context_link "
    "WHERE organisation = :organisation AND context = :context ORDER BY linked"
)
_RUN = (
    "id, context, module, module_version, element, period, inputs, input_hash, recipe, attempt, state, "
    "reasons, findings, cause, agent_run, change, outputs, made_at, started_at, proposed_at, ended_at"
)
_FIND_RUN = sa.text(
    f"SELECT {_RUN} FROM streams_run WHERE organisation = :organisation AND id = :id"
)
_LOCK_RUN = sa.text(
    f"SELECT {_RUN} FROM streams_run WHERE organisation = :organisation AND id = :id FOR UPDATE"
)
_BY_CHANGE = sa.text(
    f"SELECT {_RUN} FROM streams_run WHERE organisation = :organisation AND change = :change "
    "ORDER BY made_at DESC, attempt DESC LIMIT 1"
)
_AROUND = sa.text(
    f"SELECT {_RUN} FROM streams_run WHERE organisation = :organisation AND (id = ANY(:ids) "
    "OR change = ANY(:changes) OR element = ANY(:changes) OR period = ANY(:episodes)) "
    "ORDER BY made_at, attempt, id"
)
_IN_CONTEXTS = sa.text(
    f"SELECT {_RUN} FROM streams_run WHERE organisation = :organisation AND context = ANY(:contexts) "
    "AND change IS NOT NULL ORDER BY made_at, attempt, id"
)
_OPEN_IN = sa.text(
    f"SELECT {_RUN} FROM streams_run WHERE organisation = :organisation AND context = ANY(:contexts) "
    "AND state = ANY(:states) ORDER BY made_at, attempt, id"
)
_ACTIVITY = sa.text(
    "SELECT context, coalesce(array_agg(agent_run) FILTER (WHERE agent_run IS NOT NULL), '{}') "
    "AS agent_runs, max(greatest(made_at, started_at, proposed_at, ended_at)) AS moved_at "
    "FROM streams_run WHERE organisation = :organisation AND context = ANY(:contexts) "
    "GROUP BY context"
)
_BY_AGENT_RUN = sa.text(
    f"SELECT {_RUN} FROM streams_run WHERE organisation = :organisation AND agent_run = :agent_run"
)
_OF_CHANGE = "AND change = :change "
_RUNS = (
    f"SELECT {_RUN} FROM streams_run WHERE organisation = :organisation {{of_change}}"
    "AND (CAST(:context AS text) IS NULL OR context = :context) "
    "AND (CAST(:module AS text) IS NULL OR module = :module) "
    "AND (CAST(:state AS text) IS NULL OR state = :state) "
    "AND (CAST(:after AS text) IS NULL OR id > :after) ORDER BY id LIMIT :limit"
)
_OF_ELEMENT = sa.text(
    f"SELECT {_RUN} FROM streams_run WHERE organisation = :organisation AND context = :context "
    "AND module = :module AND element = :element ORDER BY made_at DESC, attempt DESC"
)
_DONE = sa.text(
    "SELECT DISTINCT module, element FROM streams_run WHERE organisation = :organisation "
    "AND context = :context AND state = 'done'"
)
_ADD_RUN = sa.text(
    "INSERT INTO streams_run (organisation, id, context, module, module_version, element, period, inputs, "
    "input_hash, recipe, attempt, state, reasons, findings, cause, made_at) VALUES (:organisation, :id, "
    ":context, :module, :module_version, :element, :period, CAST(:inputs AS jsonb), :input_hash, :recipe, "
    ":attempt, :state, '[]', CAST(:findings AS jsonb), :cause, :made_at) "
    "ON CONFLICT DO NOTHING RETURNING 1"
)
_MOVE = sa.text(
    "UPDATE streams_run SET state = :state, reasons = CAST(:reasons AS jsonb), "
    "started_at = coalesce(started_at, CASE WHEN :state = 'working' THEN CAST(:now AS timestamptz) END), "
    "proposed_at = CASE WHEN :state = 'proposed' THEN CAST(:now AS timestamptz) ELSE proposed_at END, "
    "ended_at = CASE WHEN :ended THEN CAST(:now AS timestamptz) ELSE ended_at END "
    "WHERE organisation = :organisation AND id = :id"
)
_CLAIMED = sa.text(
    "UPDATE streams_run SET agent_run = :agent_run WHERE organisation = :organisation AND id = :id"
)
_LET_ON = sa.text(
    "UPDATE streams_run SET let_on_by = :by WHERE organisation = :organisation AND id = :id"
)
_IS_LET_ON = sa.text(
    "SELECT let_on_by IS NOT NULL FROM streams_run WHERE organisation = :organisation AND id = :id"
)
_HANDED_IN = sa.text(
    "UPDATE streams_run SET outputs = CAST(:outputs AS jsonb), change = coalesce(:change, change), "
    "recipe = :recipe "
    "WHERE organisation = :organisation AND id = :id"
)
_NEXT_CLAIM = sa.text(
    "UPDATE streams_run SET claims = claims + 1 WHERE organisation = :organisation AND id = :id "
    "RETURNING claims"
)


def context(db: sa.Connection, organisation: OrganisationId, id: ContextId) -> Context | None:
    found = db.execute(_FIND_CONTEXT, {"organisation": organisation, "id": id}).mappings()
    row = found.one_or_none()
    return _context(row) if row is not None else None


def lock_context(db: sa.Connection, organisation: OrganisationId, id: ContextId) -> None:
    """Let one unit at a time decide what becomes ready in a context."""
    db.execute(_LOCK_CONTEXT, {"organisation": organisation, "id": id})


def contexts(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    kind: str | None,
    state: ContextState | None,
    ids: Sequence[ContextId] = (),
) -> Sequence[Context]:
    """Contexts, oldest first; only `ids`, where any are named."""
    values = {"organisation": organisation, "kind": kind, "state": state, "ids": list(ids) or None}
    return [_context(row) for row in db.execute(_CONTEXTS, values).mappings()]


def open_context(db: sa.Connection, organisation: OrganisationId, context: Context) -> bool:
    """Whether it is new."""
    values = {
        "organisation": organisation,
        "id": context.id,
        "kind": context.kind,
        "parent": context.parent,
        "title": context.title,
        "stream": context.stream,
        "stream_version": context.stream_version,
        "opened_by": context.opened_by,
        "opened_at": context.opened_at,
    }
    return db.execute(_OPEN_CONTEXT, values).one_or_none() is not None


def set_context_state(
    db: sa.Connection,
    organisation: OrganisationId,
    id: ContextId,
    state: ContextState,
    closed_at: datetime | None,
) -> None:
    values = {"organisation": organisation, "id": id, "state": state, "closed_at": closed_at}
    db.execute(_SET_CONTEXT, values)


def above(
    db: sa.Connection,
    organisation: OrganisationId,
    id: ContextId,
) -> tuple[ContextId, ...]:
    """The contexts around this one, nearest first."""
    rows = db.execute(_ABOVE, {"organisation": organisation, "id": id}).scalars()
    return tuple(ContextId(row) for row in rows)


def within(
    db: sa.Connection,
    organisation: OrganisationId,
    id: ContextId,
) -> tuple[ContextId, ...]:
    """The contexts that lie in this one, outermost first."""
    rows = db.execute(_WITHIN, {"organisation": organisation, "id": id}).scalars()
    return tuple(ContextId(row) for row in rows)


def link(
    db: sa.Connection, organisation: OrganisationId, context: ContextId, linked: ContextId
) -> None:
    db.execute(_LINK, {"organisation": organisation, "context": context, "linked": linked})


def linked(
    db: sa.Connection, organisation: OrganisationId, context: ContextId
) -> tuple[ContextId, ...]:
    rows = db.execute(_LINKED, {"organisation": organisation, "context": context}).scalars()
    return tuple(ContextId(row) for row in rows)


def run(
    db: sa.Connection,
    organisation: OrganisationId,
    id: RunId,
    *,
    lock: bool = False,
) -> Run | None:
    statement = _LOCK_RUN if lock else _FIND_RUN
    row = db.execute(statement, {"organisation": organisation, "id": id}).mappings().one_or_none()
    return _run(row) if row is not None else None


def by_change(db: sa.Connection, organisation: OrganisationId, change: str) -> Run | None:
    found = db.execute(_BY_CHANGE, {"organisation": organisation, "change": change}).mappings()
    row = found.one_or_none()
    return _run(row) if row is not None else None


def around(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    ids: Collection[str],
    changes: Collection[str],
    episodes: Collection[str],
) -> Sequence[Run]:
    """Runs of these ids, those that handed in or looked at these changes, those of these episodes."""
    values = {"ids": list(ids), "changes": list(changes), "episodes": list(episodes)}
    found = db.execute(_AROUND, {"organisation": organisation, **values}).mappings()
    return [_run(row) for row in found]


def with_changes(
    db: sa.Connection, organisation: OrganisationId, contexts: Collection[str]
) -> Sequence[Run]:
    """Runs in any of these contexts that handed in a change, oldest first."""
    values = {"organisation": organisation, "contexts": list(contexts)}
    return [_run(row) for row in db.execute(_IN_CONTEXTS, values).mappings()]


def open_in(
    db: sa.Connection, organisation: OrganisationId, contexts: Collection[str]
) -> Sequence[Run]:
    """Runs in any of these contexts that have not ended, oldest first."""
    values = {"contexts": list(contexts), "states": list(OPEN_STATES)}
    found = db.execute(_OPEN_IN, {"organisation": organisation, **values}).mappings()
    return [_run(row) for row in found]


def activity(
    db: sa.Connection, organisation: OrganisationId, contexts: Collection[str]
) -> Mapping[ContextId, Activity]:
    """By context; one without a run is left out."""
    values = {"organisation": organisation, "contexts": list(contexts)}
    return {
        ContextId(row.context): Activity(agent_runs=tuple(row.agent_runs), moved_at=row.moved_at)
        for row in db.execute(_ACTIVITY, values)
    }


def by_agent_run(db: sa.Connection, organisation: OrganisationId, agent_run: str) -> Run | None:
    found = db.execute(_BY_AGENT_RUN, {"organisation": organisation, "agent_run": agent_run})
    row = found.mappings().one_or_none()
    return _run(row) if row is not None else None


def runs(
    db: sa.Connection,
    organisation: OrganisationId,
    *,
    context: ContextId | None = None,
    module: str | None = None,
    state: RunState | None = None,
    change: str | None = None,
    after: str | None = None,
    limit: int | None = 200,
) -> Sequence[Run]:
    """Runs in the order of their making, from behind `after`; all of them without a limit."""
    values = {
        "organisation": organisation,
        "context": context,
        "module": module,
        "state": state,
        "after": after,
        "limit": limit,
    }
    values |= {"change": change} if change else {}
    statement = sa.text(_RUNS.format(of_change=_OF_CHANGE if change else ""))
    return [_run(row) for row in db.execute(statement, values).mappings()]


def of_element(
    db: sa.Connection,
    organisation: OrganisationId,
    context: ContextId,
    module: str,
    element: str,
) -> Sequence[Run]:
    """Every run of one element of a module, newest first."""
    values = {
        "organisation": organisation,
        "context": context,
        "module": module,
        "element": element,
    }
    return [_run(row) for row in db.execute(_OF_ELEMENT, values).mappings()]


def done(
    db: sa.Connection, organisation: OrganisationId, context: ContextId
) -> frozenset[tuple[str, str]]:
    """Modules and elements with a run that is done."""
    rows = db.execute(_DONE, {"organisation": organisation, "context": context})
    return frozenset((row.module, row.element) for row in rows)


def add_run(db: sa.Connection, organisation: OrganisationId, run: Run) -> bool:
    """Whether it was made; false when one is open, or this very key was tried before."""
    values = {
        "organisation": organisation,
        "id": run.id,
        "context": run.context,
        "module": run.module,
        "module_version": run.module_version,
        "element": run.element,
        "period": run.period,
        "inputs": canonical({k: [str(r) for r in v] for k, v in run.inputs.items()}).decode(),
        "input_hash": run.input_hash,
        "recipe": run.recipe,
        "attempt": run.attempt,
        "state": run.state,
        "findings": canonical(list(run.findings)).decode(),
        "cause": run.cause,
        "made_at": run.made_at,
    }
    return db.execute(_ADD_RUN, values).one_or_none() is not None


def move(
    db: sa.Connection,
    organisation: OrganisationId,
    id: RunId,
    state: RunState,
    reasons: Iterable[str],
    now: datetime,
) -> None:
    db.execute(
        _MOVE,
        {
            "organisation": organisation,
            "id": id,
            "state": state.value,
            "reasons": canonical(list(reasons)).decode(),
            "ended": state not in OPEN_STATES,
            "now": now,
        },
    )


def claimed(
    db: sa.Connection,
    organisation: OrganisationId,
    id: RunId,
    agent_run: str,
) -> None:
    values = {"organisation": organisation, "id": id, "agent_run": agent_run}
    db.execute(_CLAIMED, values)


def let_on(db: sa.Connection, organisation: OrganisationId, id: RunId, by: str) -> None:
    """Note who let a run have its attempt."""
    db.execute(_LET_ON, {"organisation": organisation, "id": id, "by": by})


def is_let_on(db: sa.Connection, organisation: OrganisationId, id: RunId) -> bool:
    told: bool = db.execute(_IS_LET_ON, {"organisation": organisation, "id": id}).scalar_one()
    return told


def handed_in(
    db: sa.Connection,
    organisation: OrganisationId,
    id: RunId,
    outputs: Iterable[VersionRef],
    change: str | None,
    recipe: str,
) -> None:
    """Note what a run handed in, and by which recipe it was made."""
    refs = canonical([str(ref) for ref in outputs]).decode()
    values = {"id": id, "organisation": organisation, "change": change, "recipe": recipe}
    values["outputs"] = refs
    db.execute(_HANDED_IN, values)


def next_claim(db: sa.Connection, organisation: OrganisationId, id: RunId) -> int:
    """The number of the run's next try at its claim."""
    number: int = db.execute(_NEXT_CLAIM, {"organisation": organisation, "id": id}).scalar_one()
    return number


def input_hash(inputs: Mapping[str, tuple[VersionRef, ...]]) -> str:
    """The identity of a frozen input set."""
    return digest({name: [str(ref) for ref in refs] for name, refs in inputs.items()})


def _context(row: sa.RowMapping) -> Context:
    return Context(**{**row, "state": ContextState(row["state"])})


def _run(row: sa.RowMapping) -> Run:
    inputs = {k: tuple(VersionRef.parse(r) for r in v) for k, v in row["inputs"].items()}
    return Run(
        **{
            **row,
            "inputs": inputs,
            "state": RunState(row["state"]),
            "reasons": tuple(row["reasons"]),
            "findings": tuple(row["findings"]),
            "outputs": tuple(VersionRef.parse(ref) for ref in row["outputs"]),
        }
    )


_COUNTS = sa.text(
    "SELECT state, count(*) AS runs FROM streams_run "
    "WHERE organisation = :organisation AND state = ANY(:states) GROUP BY state"
)


def counts(
    db: sa.Connection, organisation: OrganisationId, states: Collection[RunState]
) -> Mapping[RunState, int]:
    """How many runs stand in each of these states; one without any is left out."""
    values = {"organisation": organisation, "states": list(states)}
    return {RunState(row.state): row.runs for row in db.execute(_COUNTS, values)}
