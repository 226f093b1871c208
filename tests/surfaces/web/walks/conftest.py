"""A real browser on the pages: Debian's Chromium without a screen."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from headrace.surfaces.web.pages import PAGES
from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception, served

ROOT = Path(__file__).resolve().parents[4]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
BUILT = ROOT / "src" / "headrace" / "surfaces" / "web" / "static" / "console.js"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1360, "height": 860}


def chromium() -> str:
    """Where a Chromium is; it is installed through apt where that can be done."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
        subprocess.run(install, check=False, capture_output=True, timeout=240)
        found = shutil.which("chromium")
    if found is None:
        pytest.skip("THE PAGES WERE NOT WALKED: no Chromium here; apt-get install chromium")
    return found


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """A browser for the walks of a file. While it is open its driver holds the loop of the process, so
    that nothing else of this process could wait for a coroutine: it may not stay open for longer."""
    if not BUILT.is_file():
        pytest.skip("THE PAGES WERE NOT WALKED: the console is not built; python3 tools/console.py")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(units) -> Iterator[str]:
    with served(create_pages(a_reception(units), trust_loopback=True)) as address:
        yield address


class Visit:
    """Browser windows of the VP; whatever goes wrong in a page is kept in `complaints`."""

    def __init__(self, chrome: Browser, site: str) -> None:
        self._chrome = chrome
        self._site = site
        self._contexts = []
        self.complaints: list[str] = []

    def page(self, *, as_: str = "vp-product", **options) -> Page:
        """A window of its own, with its own cookies."""
        cookies = {"headrace_who": f"acme/{as_}", **options.pop("cookies", {})}
        context = self._chrome.new_context(
            base_url=self._site, **{"viewport": DESK, "locale": "en-GB", **options}
        )
        context.set_default_timeout(10_000)
        context.add_cookies(
            [{"name": name, "value": value, "url": self._site} for name, value in cookies.items()]
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        page.on("dialog", lambda dialog: self.complaints.append(f"a dialog: {dialog.message}"))
        page.on("console", self._heard)
        return page

    def _heard(self, message) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.complaints.append(message.text)

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def visit(chrome, site) -> Iterator[Visit]:
    made = Visit(chrome, site)
    yield made
    made.close()


def every_address(gate: str) -> list[str]:
    """An address of every page there is, of the small organisation of these tests."""
    names = {
        "/inbox/{item}": f"/inbox/{gate}",
        "/missions/{mission}": "/missions/export",
        "/artifacts/{artifact:path}": "/artifacts/toy-note/export",
        "/do/{operation}": "/do/signal.file",
    }
    plain = [names.get(page.path, page.path) for page in PAGES]
    tabs = [f"/missions/export?tab={tab}" for tab in ("artifacts", "decisions", "status", "cost")]
    others = (
        "/missions?view=board",
        "/agents?view=chart",
        "/artifacts/toy-note/export?tab=diff",
        "/artifacts/toy-note/export?tab=comments",
        "/outcomes/export",
        "/trace?signal=toy-note/export",
        "/rights?holder=vp-product",
        "/search?q=export",
        "/do/gate.batch",
        "/do/grant.add",
    )
    return [one for one in (*plain, *tabs, *others) if "{" not in one]
