"""Tables of what came after the work: releases, measured outcomes, incidents, and what agents noticed."""

from rich.table import Table

from headrace.app.demo.driver import Office
from headrace.app.demo.reading import Row, ask, every, items, table

_SOAKING = frozenset({"begin", "soak"})


def releases(office: Office) -> Table:
    """One row for each step that a release took, with what measurement said."""
    made = table("Releases", "Release", "Stage", "Step", "Requests", "Because")
    for one in every(office, "release.list"):
        told = one["id"]
        for step in ask(office, "release.show", release=one["id"])["steps"]:
            if step["move"] in _SOAKING:
                continue
            requests = max((each["requests"] for each in step["comparisons"]), default=0)
            because = "; ".join(step["reasons"])
            made.add_row(told, step["stage"], step["move"], f"{requests:,}", because)
            told = ""
    return made


def outcomes(office: Office) -> Table:
    """One row for each outcome that was promised: target, actual, verdict, and where the figure is from."""
    made = table("Outcomes", "Metric", "Target", "Actual", "Variance", "Verdict", "Figure from")
    for mission in items(office, "mission.list"):
        found = ask(office, "outcome.list", mission=mission["slug"])
        for one in found["items"]:
            made.add_row(
                one["metric"],
                one["target"],
                one["actual"],
                one["variance"],
                one["verdict"],
                one["origin"],
            )
        if found["items"]:
            made.add_section()
            made.add_row(f"all of {mission['slug']}", "", "", "", found["overall"], "")
    return made


def incidents(office: Office) -> Table:
    """One row for each incident: how bad, how it stands, how long it took."""
    made = table("Incidents", "Incident", "Severity", "Where", "What", "State", "Took")
    for one in items(office, "incident.list", limit=50):
        made.add_row(
            one["incident"],
            one["severity"],
            " ".join(part for part in (one["service"], one["dimension"]) if part),
            one["title"],
            one["status"],
            _took(ask(office, "incident.show", incident=one["incident"])),
        )
    return made


def _took(shown: Row) -> str:
    """From its opening to its end, as the world's clock ran: services are repaired in real time."""
    seconds = shown["seconds_to_resolve"]
    return "" if seconds is None else f"{seconds:.0f} s of the world's time"


def improvements(office: Office) -> Table:
    """What agents noticed while they worked, by whom and in which layer."""
    made = table("What agents noticed", "Signal", "Filed by", "Layer", "Category")
    for one in items(office, "signal.improvements"):
        made.add_row(one["title"], one["filed_by"], one["layer"], one["category"])
    return made
