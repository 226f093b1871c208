"""The way on a repository of one's own: every deed by the command line, work by the real flows."""

import contextlib
import io
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows import Runner
from headrace.app.installation import Installation
from headrace.kernel.access import Call, Credentials
from headrace.kernel.database import Database
from headrace.kernel.json import Json
from headrace.settings import Settings
from headrace.surfaces.cli.main import main

ORGANISATION = "acme"
RIGHTS: Mapping[str, Sequence[str]] = {
    "ada": ("signal:*", "mission:*", "agent:*", "artifact:read", "record:read"),
    "vera": ("governance:*", "record:read"),
    "mira": ("governance:*", "record:read"),
    "theo": ("governance:*", "record:read"),
}
TEAMS = {"vp-product": "vera", "mission-lead": "mira", "tech-lead": "theo"}
"""Who decides: brief and contract, the fleet, and by the product's CODEOWNERS its code."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One small job in a repository: what is written by people, and what the agent applies."""

    repository: Path
    slug: str
    title: str
    paths: Sequence[str]
    policies: Sequence[str]
    criterion: str


@dataclass
class Way:
    """An organisation at work; `agent` is the command of its coding agent."""

    home: Path
    database: Database
    agent: str
    installation: Installation = field(init=False)
    jobs: Runner = field(init=False)

    def __post_init__(self) -> None:
        addresses = self.database.addresses
        self.installation = Installation(
            Settings(
                home=self.home,
                organisation=ORGANISATION,
                external_agent=self.agent,
                database_owner_url=addresses.owner,
                database_app_url=addresses.app,
                database_system_url=addresses.system,
            )
        )

    def call(self, *words: str) -> tuple[int, str, str]:
        """One command of `headrace`, as its entry point runs it: exit code, output, errors."""
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            code = main(
                list(words),
                house=self.installation.house,
                perform=self._perform,
                defaults=Credentials(organisation=ORGANISATION, trusted=True),
            )
        return code, output.getvalue(), errors.getvalue()

    def _perform(self, call: Call) -> Json:
        return self.installation.reception.perform(call)

    def say(self, *words: str, by: str | None = None) -> Any:
        """A command that is done, and its answer."""
        acting = ("--as", by) if by else ()
        code, output, errors = self.call(*words, *acting, "--json")
        assert code == 0, f"headrace {' '.join(words)}: {errors}"
        return json.loads(output) if output.strip() else None

    def end(self) -> None:
        """Let go of the database."""
        self.installation.database.dispose()

    def found(self) -> None:
        """An organisation with four people, each with a part of their own."""
        self.say("organisation", "create", ORGANISATION, "--founder", "boss")
        for handle, rights in RIGHTS.items():
            self.say("person", "add", handle, by="boss")
            for right in rights:
                self.say("grant", "add", handle, right, by="boss")
        for team, member in TEAMS.items():
            self.say("team", "add", team, by="boss")
            self.say("team", "join", team, member, by="boss")
        (organisation,) = self.installation.organisations()
        self.jobs = Runner(
            units=self.installation.units,
            system=self.installation.database.system,
            organisation=organisation,
        )
        self.jobs()

    def bring_in(self, repository: Path) -> None:
        self.say("repository", "add", "product", str(repository), by="boss")
        self.jobs()

    def open_mission(self, job: Job) -> None:
        """From an observation to a mission whose brief is asked for."""
        filed = self.say(
            *("signal", "file", job.title, f"{job.title}, as users report.", job.slug),
            *("--category", "technical", "--divisions", "Engineering"),
            by="ada",
        )
        self.jobs()
        signal = filed["signal"]
        self.say("mission", "open", job.slug, "--signal", signal, "--title", job.title, by="ada")
        self.jobs()

    def write(self, task: str, result: Mapping[str, Json]) -> None:
        """Hand in, as ada, the task that waits for a person."""
        (waiting,) = self.waiting(task)
        given = self.home / f"{task}.json"
        given.write_text(json.dumps(result), encoding="utf-8")
        self.say("agent", "run-submit", waiting["run"], "--result", f"@{given}", by="ada")
        self.jobs()

    def waiting(self, task: str) -> list[Mapping[str, Any]]:
        found = self.say("agent", "runs", "--state", "waiting", by="ada")["items"]
        return [one for one in found if one["task"] == task]

    def decide(self, handle: str, decision: str = "approve", note: str = "") -> str:
        """Decide the one gate in somebody's inbox; what was asked."""
        items = self.say("inbox", "list", by=handle)["items"]
        (item,) = [one for one in items if one["kind"] == "gate"]
        noted = ("--note", note) if note else ()
        self.say("gate", "decide", item["id"], "--decision", decision, *noted, by=handle)
        self.jobs()
        return str(item["asked"])

    def to_the_worktree(self, job: Job) -> None:
        """All that people do before the agent starts, and the agent's work until people are needed."""
        self.found()
        self.bring_in(job.repository)
        self.open_mission(job)
        self.write("charter", charter(job))
        self.decide("vera")
        self.write("plan", fleet(job))
        self.decide("mira")

    def change(self) -> Mapping[str, Any]:
        """The newest change of the product."""
        found = self.say("change", "list", "--repository", "product", by="ada")["items"]
        return self.say("change", "show", found[0]["change"], by="ada")

    def verdicts(self) -> list[Mapping[str, Any]]:
        return list(self.say("verdict", "list", by="theo")["items"])

    def runs(self, module: str) -> list[Mapping[str, Any]]:
        return list(self.say("run", "list", "--module", module)["items"])

    def agent_runs(self, role: str) -> list[Mapping[str, Any]]:
        """The runs of a role with everything they did, newest first."""
        found = self.say("agent", "runs", "--role", role, by="ada")["items"]
        return [self.say("agent", "run-show", one["run"], by="ada") for one in found]

    def on_main(self, path: str) -> str:
        """A file on the main branch of Headrace's copy of the product."""
        (copy,) = (self.home / "repositories").glob("*/product*")
        return git(copy, "show", f"main:{path}")


def charter(job: Job) -> Mapping[str, Json]:
    """What a person writes for a small job: a brief, and a contract with one criterion."""
    division = {"division": "Engineering", "role": "primary", "contribution": "all of it"}
    risk = {
        "risk": "A caller relies on what it did before",
        "likelihood": "low",
        "impact": "medium",
        "mitigation": "The tests that are there stay as they are",
    }
    outcome = {"method": "tests", "baseline": "n/a", "deadline": "2030-01-31"}
    return {
        "mission-brief": {
            "title": job.title,
            "fields": {"design_required": False},
            "sections": {
                "origin": {
                    "signals": [job.slug],
                    "alignment": ["What we ship works"],
                    "sponsor": "Vera",
                },
                "objective": f"{job.title}.",
                "scope": {"in_scope": [job.title], "out_of_scope": ["Anything else"]},
                "divisions": [division],
                "checkpoints": ["The owners of the code approve the change"],
                "risks": [risk],
                "effort": {"size": "small"},
            },
        },
        "outcome-contract": {
            "title": job.title,
            "sections": {
                "outcomes": [
                    {
                        "name": "It works",
                        "kind": "outcome",
                        "metric": "tests that show it",
                        "target": "all pass",
                        **outcome,
                    },
                    {
                        "name": "Nothing else breaks",
                        "kind": "guardrail",
                        "metric": "the product's own tests",
                        "target": "all pass",
                        **outcome,
                    },
                ],
                "criteria": [{"id": "AC-1", "text": job.criterion, "checked": False}],
                "schedule": [{"checkpoint": "initial", "timing": "at the merge"}],
            },
        },
    }


def fleet(job: Job) -> Mapping[str, Json]:
    """One stream for the whole job."""
    return {
        "title": job.title,
        "sections": {
            "streams": [
                {
                    "name": "change",
                    "pool": "coding-agent-fleet",
                    "division": "Engineering",
                    "exclusive": True,
                    "paths": list(job.paths),
                    "policies": list(job.policies),
                }
            ],
            "tasks": [{"task": job.title, "stream": "change", "criteria": ["AC-1"]}],
            "dependencies": [],
            "monitoring": {"quality_threshold": 0.8, "escalation": "Tech Lead"},
        },
    }


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
