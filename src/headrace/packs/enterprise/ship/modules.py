"""The modules of ship: register what was delivered."""

from headrace.capabilities.streams.model import Module, Start, Work
from headrace.packs.enterprise.scopes import mission_scopes
from headrace.packs.enterprise.ship import assets, deliverables

ASSETS = Module(
    key=assets.MODULE,
    title="Asset registry",
    context_kind="mission",
    lane="execution",
    work=Work(role="coding-agent", task=assets.TASK),
    work_for=assets.work_for,
    outputs=(deliverables.TYPE,),
    start=Start.ON_EVENT,
    event="streams.run_moved",
    scopes=mission_scopes,
    facts=assets.facts,
    finish=assets.finish,
)

MODULES: tuple[Module, ...] = (ASSETS,)
