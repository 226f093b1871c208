"""The organisation chart: everybody stands once, below whom the role's card names."""

from headrace.surfaces.web.answers import AgentLine
from headrace.surfaces.web.pages.chart import chart

NAMES = {"vp-product": "VP Product"}


def an_agent(handle: str, role: str, layer: str, **fields) -> AgentLine:
    given = {"name": handle.title(), "state": "active", "paused": False, "open_runs": 0}
    return AgentLine(handle=handle, role=role, layer=layer, **{**given, **fields})


AGENTS = (
    an_agent("planner", "planner", "strategy"),
    an_agent("coder", "coder", "execution", open_runs=2),
    an_agent("reviewer", "reviewer", "quality", paused=True),
)


def test_an_agent_stands_right_of_the_agent_or_the_person_that_its_card_names():
    drawn = chart(
        AGENTS,
        {"coder": "planner", "planner": "vp-product", "reviewer": ""},
        NAMES,
        {"vp-product": ["Vera"]},
    )

    seats = {one.full: one for one in drawn.seats}
    assert set(seats) == {"Planner", "Coder", "Reviewer", "VP Product"}
    assert seats["VP Product"].x < seats["Planner"].x < seats["Coder"].x
    assert len(drawn.edges) == 2
    assert (seats["Coder"].state, seats["Reviewer"].state) == ("working", "paused")
    assert seats["Coder"].address == "/agents/coder"
    assert (seats["VP Product"].about, seats["VP Product"].state) == ("Vera", "person")


def test_a_seat_that_nobody_holds_is_vacant():
    drawn = chart(AGENTS, {"planner": "vp-product"}, NAMES, {"vp-product": []})

    seat = next(one for one in drawn.seats if one.full == "VP Product")
    assert (seat.about, seat.state) == ("@vp-product", "vacant")


def test_those_below_one_stand_together_and_no_two_seats_in_one_place():
    crew = [an_agent(f"{lead}-{n}", f"{lead}-{n}", "execution") for n in range(4) for lead in "ab"]
    drawn = chart(crew, {one.role: one.role[0] for one in crew}, {}, {})

    rows = [one.full[0].lower() for one in sorted(drawn.seats, key=lambda one: one.y) if one.x > 12]
    assert rows == ["a"] * 4 + ["b"] * 4
    assert len({(one.x, one.y) for one in drawn.seats}) == len(drawn.seats) == 10


def test_who_reports_to_the_own_role_or_in_a_circle_is_drawn_all_the_same():
    drawn = chart(AGENTS, {"coder": "planner", "planner": "coder", "reviewer": "reviewer"}, {}, {})

    assert len(drawn.seats) == 3
