"""The modules of operate: a postmortem after each incident."""

from headrace.capabilities.streams.model import Module, Start, Work
from headrace.packs.enterprise.operate import postmortem

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

MODULES = (POSTMORTEM,)
