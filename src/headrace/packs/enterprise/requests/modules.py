"""The modules of a requested mission: brief and fleet by a person where no model is configured."""

from dataclasses import replace

from headrace.capabilities.streams.model import Module, Start, Work
from headrace.packs.enterprise import build
from headrace.packs.enterprise.build.modules import FLEET
from headrace.packs.enterprise.discover.finishing import approved_brief
from headrace.packs.enterprise.requests import chartering
from headrace.packs.enterprise.scopes import mission_scopes

CHARTER = Module(
    key="charter",
    title="Mission brief and outcome contract",
    context_kind="mission",
    lane="strategy",
    work=Work(role="product-strategy", task="charter"),
    outputs=("mission-brief", "outcome-contract"),
    start=Start.BY_HAND,
    facts=chartering.facts,
    finish=chartering.finish,
    after=approved_brief,
    scopes=mission_scopes,
)

PLAN = replace(FLEET, work=Work(role="mission-orchestrator", task="plan"))

MODULES: tuple[Module, ...] = (
    CHARTER,
    PLAN,
    *(one for one in build.MODULES if one.key != FLEET.key),
)
"""What build does is the same for every mission, whoever opened it."""
