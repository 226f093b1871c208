"""Every page: its address, its template, its typed context, what fills it, its place in the frame.

A new screen costs a line here, a file beside this one and a template; the navigation, the data at
`.json`, the live renewal and the tests that go through all pages come with the line.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.language import said
from headrace.surfaces.web.navigation import Declared, Menu
from headrace.surfaces.web.pages import (
    account,
    agents,
    artifacts,
    budgets,
    changes,
    decisions,
    flags,
    inbox,
    incidents,
    journal,
    missions,
    operate,
    operations,
    people,
    releases,
    search,
    settings,
    signals,
    who,
)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page. Its data is at the same address with `.json` behind it; `nav` marks the frame's link.

    `menu` puts it into the navigation for whoever holds `permission`; `follows` are the beginnings
    of the event types after which an open page asks for itself again (none: it stays as it is).
    """

    path: str
    template: str
    context: type
    fill: Callable[[Asked], object]
    nav: str = ""
    permission: str = ""
    menu: Menu | None = None
    follows: tuple[str, ...] = ()


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
    Page(
        path="/changes",
        template="changes.html",
        context=changes.ChangesPage,
        fill=changes.show,
        nav="changes",
        permission="record:read",
        menu=Menu(word=said("Changes"), letter="c", mark="±", on_phone=True),
        follows=("record.",),
    ),
    Page(
        path="/changes/{change}",
        template="change.html",
        context=changes.ChangePage,
        fill=changes.show_one,
        nav="changes",
        follows=("record.", "governance."),
    ),
    Page(
        path="/releases",
        template="releases.html",
        context=releases.ReleasesPage,
        fill=releases.show,
        nav="releases",
        permission="release:read",
        menu=Menu(word=said("Releases"), letter="r", mark="↑"),
        follows=("releases.",),
    ),
    Page(
        path="/releases/{release}",
        template="release.html",
        context=releases.ReleasePage,
        fill=releases.show_one,
        nav="releases",
        follows=("releases.",),
    ),
    Page(
        path="/flags",
        template="flags.html",
        context=flags.FlagsPage,
        fill=flags.show,
        nav="flags",
        permission="flags:read",
        menu=Menu(word=said("Flags"), letter="f", mark="⚑"),
        follows=("flags.",),
    ),
    Page(
        path="/flags/{flag}",
        template="flag.html",
        context=flags.FlagPage,
        fill=flags.show_one,
        nav="flags",
        follows=("flags.",),
    ),
    Page(
        path="/operate",
        template="operate.html",
        context=operate.OperatePage,
        fill=operate.show,
        nav="operate",
        permission="health:read",
        menu=Menu(word=said("Operate"), letter="h", mark="♡", on_phone=True),
        follows=("health.", "operate."),
    ),
    Page(
        path="/incidents",
        template="incidents.html",
        context=incidents.IncidentsPage,
        fill=incidents.show,
        nav="incidents",
        permission="incident:read",
        menu=Menu(word=said("Incidents"), letter="n", mark="△"),
        follows=("operate.",),
    ),
    Page(
        path="/incidents/{incident}",
        template="incident.html",
        context=incidents.IncidentPage,
        fill=incidents.show_one,
        nav="incidents",
        follows=("operate.", "governance."),
    ),
    Page(
        path="/agents",
        template="agents.html",
        context=agents.AgentsPage,
        fill=agents.show,
        nav="agents",
        permission="agent:read",
        menu=Menu(word=said("Agents"), letter="e", mark="◉", group=said("Organisation")),
        follows=("agents.",),
    ),
    Page(
        path="/agents/{agent}",
        template="agent.html",
        context=agents.AgentPage,
        fill=agents.show_one,
        nav="agents",
        follows=("agents.", "budgets."),
    ),
    Page(
        path="/runs/{run}",
        template="run.html",
        context=agents.RunPage,
        fill=agents.show_run,
        nav="agents",
        follows=("agents.", "budgets."),
    ),
    Page(
        path="/people",
        template="people.html",
        context=people.PeoplePage,
        fill=people.show,
        nav="people",
        permission="people:view",
        menu=Menu(word=said("People"), letter="p", mark="○", group=said("Organisation")),
        follows=("people.",),
    ),
    Page(
        path="/budgets",
        template="budgets.html",
        context=budgets.BudgetsPage,
        fill=budgets.show,
        nav="budgets",
        permission="budgets:read",
        menu=Menu(word=said("Budgets"), letter="b", mark="∑", group=said("Organisation")),
        follows=("budgets.",),
    ),
    Page(
        path="/journal",
        template="journal.html",
        context=journal.JournalPage,
        fill=journal.show,
        nav="journal",
        permission="journal:view",
        menu=Menu(word=said("Journal"), letter="j", mark="≡", group=said("Organisation")),
    ),
    Page(
        path="/do",
        template="operations.html",
        context=operations.OperationsPage,
        fill=operations.show,
        nav="operations",
        menu=Menu(word=said("Operations"), letter="o", mark="›", group=said("Organisation")),
    ),
    Page(
        path="/do/{operation}",
        template="operation.html",
        context=operations.OperationPage,
        fill=operations.show_one,
        nav="operations",
    ),
    Page(
        path="/settings",
        template="settings.html",
        context=settings.SettingsPage,
        fill=settings.show,
        nav="settings",
        menu=Menu(word=said("Settings"), letter="t", mark="⚙", group=said("Organisation")),
    ),
    Page(
        path="/search",
        template="search.html",
        context=search.SearchPage,
        fill=search.show,
        nav="search",
    ),
    Page(
        path="/account",
        template="account.html",
        context=account.AccountPage,
        fill=account.show,
        nav="account",
    ),
    Page(path="/who", template="who.html", context=who.WhoPage, fill=who.show, nav="who"),
)

UNGUARDED: Mapping[str, type] = {
    "sign_in.html": account.SignInPage,
    "join.html": account.JoinPage,
}
"""Templates that are shown to whoever is nobody yet, with the contexts that fill them."""

MENU = tuple(
    Declared(key=page.nav, address=page.path, permission=page.permission, menu=page.menu)
    for page in PAGES
    if page.menu is not None
)
"""The navigation, before it is cut by what one may see."""


def page_at(path: str) -> Page:
    """The page declared at a path."""
    return next(page for page in PAGES if page.path == path)
