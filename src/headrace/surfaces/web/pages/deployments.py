"""Deployments: what runs where, from which commit, and what may be changed while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from headrace.kernel.json import Json
from headrace.surfaces.web.answers import Deployment, Deployments, Events
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, named
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages.acts import Act, allowed

_PAGE = 50
_EVENTS = 50  # of one service, the newest
_SET = Act(operation="deployment.set-parameter", word=said("Change"))
_RESTART = Act(operation="deployment.restart", word=said("Restart"))
_STOP = Act(operation="deployment.stop", word=said("Stop"))


@dataclass(frozen=True, kw_only=True)
class DeploymentsPage:
    items: tuple[Deployment, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Past:
    """Something that happened to a service; `what` is a word, `change` what became of which value."""

    what: str
    at: datetime
    by: str
    change: str
    why: str


@dataclass(frozen=True, kw_only=True)
class DeploymentPage:
    """`history` is empty for who may not read the journal; `may_set` says who sees ways to change."""

    deployment: Deployment
    history: tuple[Past, ...]
    may_set: bool
    acts: tuple[Act, ...]


def show(asked: Asked) -> DeploymentsPage:
    """Services by their names."""
    page = asked.client.ask(Deployments, "deployment.list", after=asked.word("after"), limit=_PAGE)
    return DeploymentsPage(items=page.items, next=page.next)


def show_one(asked: Asked) -> DeploymentPage:
    """One service: where it answers, from which commit, its parameters, what happened to it."""
    client = asked.client
    found = client.ask(Deployment, "deployment.show", service=asked.path["service"])
    is_over = found.state == "stopped"
    return DeploymentPage(
        deployment=found,
        history=_history(client, found.service),
        may_set=bool(allowed(client, () if is_over else (_SET,))),
        acts=allowed(client, () if is_over else (_RESTART, _STOP)),
    )


def _history(client: Client, service: str) -> tuple[Past, ...]:
    told = client.ask_if_allowed(
        Events, "journal.list", lineage=f"deployment:{service}", limit=_EVENTS
    )
    names = client.names()
    return tuple(
        Past(
            what=one.type.partition(".")[2],
            at=one.at,
            by=named(names, one.actor),
            change=_change(one.payload),
            why=_word(one.payload, "why"),
        )
        for one in (told.items if told else ())
    )


def _change(payload: Json) -> str:
    """`concurrency: 2 → 4`, or the commit that it is about."""
    parameter = _word(payload, "parameter")
    if parameter and isinstance(payload, Mapping):
        return f"{parameter}: {payload.get('before')} → {payload.get('after')}"
    return _word(payload, "commit")[:12]


def _word(payload: Json, name: str) -> str:
    found = payload.get(name) if isinstance(payload, Mapping) else None
    return found if isinstance(found, str) else ""
