"""Filling: a played demonstration, and beside it as many artifacts as a large organisation has.

The demonstration gives what has to be real (runs, change requests, gates, money); the artifacts, the
missions that hold them, and the approvals that wait are rows made in bulk, through the same tables
and the same row security as everything else.
"""

import os
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from headrace.app.installation import Installation
from headrace.kernel.context import Ctx, system_actor
from headrace.settings import Settings

MISSIONS = 200
WAITING = 40  # approvals
TEAM = "vp-product"
"""Whom they wait for; the scenario has this team."""

_CONTEXTS = sa.text(
    "INSERT INTO streams_context (organisation, id, kind, parent, title, stream, stream_version, "
    "state, opened_at) SELECT :organisation, 'mission:load-' || n, 'mission', 'organisation', "
    "'Load ' || n, s.stream, s.stream_version, 'open', now() "
    "FROM generate_series(1, :missions) n, streams_context s "
    "WHERE s.organisation = :organisation AND s.id = 'organisation' ON CONFLICT DO NOTHING"
)
_MISSIONS = sa.text(
    "INSERT INTO missions_mission (organisation, slug, context, title, status, opened_at) "
    "SELECT :organisation, 'load-' || n, 'mission:load-' || n, 'Load ' || n, "
    "(ARRAY['proposed', 'active', 'paused', 'completed'])[1 + n % 4], now() - n * interval '1 hour' "
    "FROM generate_series(1, :missions) n ON CONFLICT DO NOTHING"
)
_ARTIFACTS = sa.text(
    "INSERT INTO artifacts_artifact (organisation, id, type, slug, context, parts, path, head, "
    "effective, created_at) SELECT :organisation, 'signal/load-' || lpad(n::text, 6, '0'), 'signal', "
    "'load-' || lpad(n::text, 6, '0'), 'mission:load-' || (1 + n % :missions), '{}', "
    "'load/' || n || '.md', 2, 1, now() - n * interval '1 minute' "
    "FROM generate_series(1, :artifacts) n ON CONFLICT DO NOTHING"
)
_VERSIONS = sa.text(
    "INSERT INTO artifacts_version (organisation, artifact, number, title, content, content_hash, "
    "phase, made_by, brain, created_at) SELECT :organisation, 'signal/load-' || "
    "lpad(n::text, 6, '0'), v, 'Signal number ' || n, "
    "json_build_object('title', 'Signal number ' || n, 'fields', '{}'::json, 'sections', "
    "json_build_object('observation', repeat('What was seen by customer ' || n || '. ', 20))), "
    "md5(n || '/' || v), CASE v WHEN 1 THEN 'approved' ELSE 'draft' END, 'system', 'skill', now() "
    "FROM generate_series(1, :artifacts) n, generate_series(1, 2) v ON CONFLICT DO NOTHING"
)
_LINKS = sa.text(
    "INSERT INTO artifacts_link (organisation, artifact, number, kind, target, target_number) "
    "SELECT :organisation, 'signal/load-' || lpad(n::text, 6, '0'), v, 'input', "
    "'signal/load-' || lpad((n - back * :missions)::text, 6, '0'), 1 "
    "FROM generate_series(1 + 2 * :missions, :artifacts) n, generate_series(1, 2) v, "
    "generate_series(1, 2) back ON CONFLICT DO NOTHING"
)
_GATES = sa.text(
    "INSERT INTO governance_gate (organisation, id, subject_kind, subject, hash, members, title, "
    "summary, why, on_yes, on_no, tier, approvers, authors, purpose, alike, state, asked_at) "
    "SELECT :organisation, 'G-' || (90000 + n), 'plan', 'load-' || n, md5(n::text), "
    "json_build_object('card', md5(n::text)), 'Hire employee ' || n, 'One more writer.', "
    "'Missions wait', 'the employee starts', 'nothing happens', 2, ARRAY[CAST(:team AS text)], "
    "ARRAY['system'], 'approval', 'hiring', 'open', now() - n * interval '1 hour' "
    "FROM generate_series(1, :waiting) n ON CONFLICT DO NOTHING"
)


def play(home: Path, *, until: str) -> None:
    """A demonstration into an empty home. Raises CalledProcessError."""
    words = ["-m", "headrace", "demo", "--home", str(home), *(("--until", until) if until else ())]
    environment = {**os.environ, "HEADRACE_HOME": str(home)}
    subprocess.run([sys.executable, *words], check=True, env=environment, stdout=subprocess.DEVNULL)


def fill(home: Path, *, artifacts: int) -> None:
    """So many artifacts beside what is there; doing it again adds nothing."""
    installation = Installation(Settings(home=home))
    installation.migrate()
    (organisation,) = installation.organisations()
    values = {"artifacts": artifacts, "missions": MISSIONS, "waiting": WAITING, "team": TEAM}
    for statement in (_CONTEXTS, _MISSIONS, _ARTIFACTS, _VERSIONS, _LINKS, _GATES):
        installation.units.run(system_actor(organisation), _do, statement, values)
    owner = sa.create_engine(installation.database.addresses.owner, isolation_level="AUTOCOMMIT")
    with owner.connect() as db:
        db.execute(sa.text("ANALYZE"))
    owner.dispose()
    installation.database.dispose()


def _do(ctx: Ctx, statement: sa.TextClause, values: dict[str, object]) -> None:
    asked = {name: values[name] for name in statement.compile().params if name in values}
    ctx.db.execute(statement, {**asked, "organisation": ctx.organisation})
