"""The modules of operate: a postmortem after each incident, and a flag's way out of the code."""

from headrace.capabilities.streams.model import Module, Start, Work
from headrace.packs.enterprise.operate import flag_life, postmortem
from headrace.packs.enterprise.scopes import mission_scopes

POSTMORTEM = Module(
    key=postmortem.KEY,
    title="Postmortem",
    context_kind="organisation",
    lane="execution",
    work=Work(role="incident-response-agent", task="postmortem"),
    outputs=("postmortem",),
    start=Start.ON_EVENT,
    event="operate.moved",
    facts=postmortem.facts,
    finish=postmortem.finish,
)

CLEAN_UP = Module(
    key=flag_life.PROPOSE,
    title="Flag clean-up",
    context_kind="mission",
    lane="execution",
    work=Work(role="feature-flag-agent", task="clean-up"),
    start=Start.ON_EVENT,
    event="flags.stale",
    scopes=mission_scopes,
    facts=flag_life.facts,
    finish=flag_life.proposed,
)

REMOVAL = Module(
    key=flag_life.REMOVE,
    title="Flag removal",
    context_kind="mission",
    lane="execution",
    work=Work(role="coding-agent", task="implement"),
    start=Start.ON_EVENT,
    event="governance.gate_decided",
    policies=flag_life.POLICIES,
    workspace=flag_life.workspace,
    scopes=mission_scopes,
    facts=flag_life.removal_facts,
    finish=flag_life.removed,
    after=flag_life.merged,
)

MODULES = (POSTMORTEM, CLEAN_UP, REMOVAL)
