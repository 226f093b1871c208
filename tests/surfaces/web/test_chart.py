"""The organisation chart: everybody stands once, below whom the role's card names."""

from headrace.surfaces.web.answers import AgentLine
from headrace.surfaces.web.pages.chart import chart

LAYERS = ("steering", "strategy", "orchestration", "execution", "quality")


def an_agent(handle: str, role: str, layer: str, **fields) -> AgentLine:
    given = {"name": handle.title(), "state": "active", "paused": False, "open_runs": 0}
    return AgentLine(handle=handle, role=role, layer=layer, **{**given, **fields})


AGENTS = (
    an_agent("planner", "planner", "strategy"),
    an_agent("coder", "coder", "execution", open_runs=2),
    an_agent("reviewer", "reviewer", "quality", paused=True),
)


def test_an_agent_hangs_below_the_agent_or_the_person_that_its_card_names():
    drawn = chart(AGENTS, {"coder": "planner", "planner": "vp-product", "reviewer": ""}, LAYERS)

    seats = {one.full: one for one in drawn.seats}
    assert set(seats) == {"Planner", "Coder", "Reviewer", "@vp-product"}
    assert seats["@vp-product"].x < seats["Planner"].x < seats["Coder"].x
    assert len(drawn.drawing.edges) == 2
    assert (seats["Coder"].state, seats["Reviewer"].state) == ("working", "paused")
    assert seats["Coder"].address == "/agents/coder"


def test_who_reports_to_the_own_role_or_in_a_circle_is_drawn_all_the_same():
    drawn = chart(AGENTS, {"coder": "planner", "planner": "coder", "reviewer": "reviewer"}, LAYERS)

    assert len(drawn.seats) == 3
