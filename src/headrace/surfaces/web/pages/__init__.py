"""Every page: its address, its template, its typed context, and what fills it."""

from collections.abc import Callable
from dataclasses import dataclass

from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.pages import artifacts, changes, inbox, journal, missions, who


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page. Its data is at the same address with `.json` behind it; `nav` marks the frame's link."""

    path: str
    template: str
    context: type
    fill: Callable[[Asked], object]
    nav: str = ""


PAGES: tuple[Page, ...] = (
    Page(path="/", template="inbox.html", context=inbox.InboxPage, fill=inbox.show, nav="inbox"),
    Page(
        path="/inbox/{item}",
        template="item.html",
        context=inbox.ItemPage,
        fill=inbox.show_item,
        nav="inbox",
    ),
    Page(
        path="/missions",
        template="missions.html",
        context=missions.MissionsPage,
        fill=missions.show,
        nav="missions",
    ),
    Page(
        path="/missions/{mission}",
        template="mission.html",
        context=missions.MissionPage,
        fill=missions.show_one,
        nav="missions",
    ),
    Page(
        path="/artifacts",
        template="artifacts.html",
        context=artifacts.ArtifactsPage,
        fill=artifacts.show,
        nav="artifacts",
    ),
    Page(
        path="/artifacts/{artifact:path}",
        template="artifact.html",
        context=artifacts.ArtifactPage,
        fill=artifacts.show_one,
        nav="artifacts",
    ),
    Page(
        path="/changes",
        template="changes.html",
        context=changes.ChangesPage,
        fill=changes.show,
        nav="changes",
    ),
    Page(
        path="/changes/{change}",
        template="change.html",
        context=changes.ChangePage,
        fill=changes.show_one,
        nav="changes",
    ),
    Page(
        path="/journal",
        template="journal.html",
        context=journal.JournalPage,
        fill=journal.show,
        nav="journal",
    ),
    Page(path="/who", template="who.html", context=who.WhoPage, fill=who.show),
)
