"""Every page: its address, its template, its typed context, what fills it, its place in the frame.

A new screen costs an entry in `declarations/`, a file beside this one and a template; the navigation,
the data at `.json`, the live renewal and the tests that go through all pages come with the entry.
"""

from collections.abc import Mapping

from headrace.surfaces.web.navigation import Declared
from headrace.surfaces.web.pages import account
from headrace.surfaces.web.pages.declarations import console, delivery, organisation, work
from headrace.surfaces.web.pages.page import Page

PAGES: tuple[Page, ...] = (*work.PAGES, *delivery.PAGES, *organisation.PAGES, *console.PAGES)

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
