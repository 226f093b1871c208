"""The pages of the console itself: operations, settings, search, and who reads."""

from headrace.surfaces.web.language import said
from headrace.surfaces.web.navigation import Menu
from headrace.surfaces.web.pages import account, operations, search, settings, who
from headrace.surfaces.web.pages.page import Page

PAGES: tuple[Page, ...] = (
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
