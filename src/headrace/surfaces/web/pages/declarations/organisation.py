"""The pages of the organisation: who works in it, at which cost, and what happened."""

from headrace.surfaces.web.language import said
from headrace.surfaces.web.navigation import Menu
from headrace.surfaces.web.pages import agents, budgets, journal, people, rights, runs
from headrace.surfaces.web.pages.page import Page

PAGES: tuple[Page, ...] = (
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
        path="/runs",
        template="runs.html",
        context=runs.RunsPage,
        fill=runs.show,
        nav="runs",
        permission="agent:read",
        menu=Menu(word=said("Runs"), letter="l", mark="◐", group=said("Organisation")),
        follows=("agents.", "streams.", "budgets."),
        every=5,
    ),
    Page(
        path="/runs/{run}",
        template="run.html",
        context=agents.RunPage,
        fill=agents.show_run,
        nav="runs",
        follows=("agents.", "budgets."),
        every=5,
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
        path="/rights",
        template="rights.html",
        context=rights.RightsPage,
        fill=rights.show,
        nav="people",
        follows=("people.",),
    ),
    Page(
        path="/journal/check",
        template="audit.html",
        context=journal.AuditPage,
        fill=journal.check,
        nav="journal",
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
)
