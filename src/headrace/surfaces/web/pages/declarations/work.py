"""The pages of work: what waits for a person, missions, and what they make."""

from headrace.surfaces.web.language import said
from headrace.surfaces.web.navigation import Menu
from headrace.surfaces.web.pages import artifacts, decisions, inbox, missions, outcomes, signals
from headrace.surfaces.web.pages.page import Page

_RUNS = ("streams.", "agents.", "missions.", "governance.", "record.", "artifacts.", "budgets.")

PAGES: tuple[Page, ...] = (
    Page(
        path="/",
        template="inbox.html",
        context=inbox.InboxPage,
        fill=inbox.show,
        nav="inbox",
        permission="governance:read",
        menu=Menu(word=said("Inbox"), letter="i", mark="◆", on_phone=True),
        follows=("governance.", "record."),
    ),
    Page(
        path="/inbox/{item}",
        template="inbox.html",
        context=inbox.InboxPage,
        fill=inbox.show_item,
        nav="inbox",
        follows=("governance.", "record."),
    ),
    Page(
        path="/decisions",
        template="decisions.html",
        context=decisions.DecisionsPage,
        fill=decisions.show,
        nav="inbox",
        follows=("governance.",),
    ),
    Page(
        path="/missions",
        template="missions.html",
        context=missions.MissionsPage,
        fill=missions.show,
        nav="missions",
        permission="mission:read",
        menu=Menu(word=said("Missions"), letter="m", mark="▷", on_phone=True),
        follows=("missions.",),
    ),
    Page(
        path="/missions/{mission}",
        template="mission.html",
        context=missions.MissionPage,
        fill=missions.show_one,
        nav="missions",
        follows=_RUNS,
    ),
    Page(
        path="/outcomes",
        template="outcomes.html",
        context=outcomes.OutcomesPage,
        fill=outcomes.show,
        nav="outcomes",
        permission="mission:read",
        menu=Menu(word=said("Outcomes"), letter="u", mark="◎"),
        follows=("missions.", "artifacts."),
    ),
    Page(
        path="/outcomes/{mission}",
        template="outcome.html",
        context=outcomes.OutcomePage,
        fill=outcomes.show_one,
        nav="outcomes",
        follows=("missions.", "artifacts."),
    ),
    Page(
        path="/signals",
        template="signals.html",
        context=signals.SignalsPage,
        fill=signals.show,
        nav="signals",
        permission="signal:read",
        menu=Menu(word=said("Signals"), letter="s", mark="∿"),
        follows=("intake.", "signal."),
    ),
    Page(
        path="/artifacts",
        template="artifacts.html",
        context=artifacts.ArtifactsPage,
        fill=artifacts.show,
        nav="artifacts",
        permission="artifact:read",
        menu=Menu(word=said("Artifacts"), letter="a", mark="▤"),
        follows=("artifacts.",),
    ),
    Page(
        path="/artifacts/{artifact:path}",
        template="artifact.html",
        context=artifacts.ArtifactPage,
        fill=artifacts.show_one,
        nav="artifacts",
        follows=("artifacts.", "record."),
    ),
)
