"""Measuring: how long pages take at the server's door and in a browser, alone and before a crowd."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

import httpx2
from playwright.sync_api import sync_playwright

_LOADED = (
    "() => { const n = performance.getEntriesByType('navigation')[0];"
    " return [n.responseStart - n.requestStart, n.loadEventEnd]; }"
)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Milliseconds from the request to the last byte, and the bytes of the page."""

    median: float
    p95: float
    size: int


def timed(
    address: str, cookies: Mapping[str, str], pages: Mapping[str, str], *, rounds: int
) -> dict[str, Timing]:
    """Every page so often, in turns, over one connection; two rounds before do not count.

    The client's share is in it: the server's own time is a little less.
    """
    taken: dict[str, list[float]] = {name: [] for name in pages}
    sizes: dict[str, int] = {}
    with httpx2.Client(base_url=address, cookies=dict(cookies), timeout=60) as client:
        for turn in range(rounds + 2):
            for name, path in pages.items():
                began = perf_counter()
                answer = client.get(path)
                spent = (perf_counter() - began) * 1000
                answer.raise_for_status()
                sizes[name] = len(answer.content)
                if turn >= 2:
                    taken[name].append(spent)
    return {
        name: Timing(median=median(of), p95=quantiles(of, n=20)[-1], size=sizes[name])
        for name, of in taken.items()
    }


def loaded(
    address: str, cookies: Mapping[str, str], pages: Mapping[str, str], *, rounds: int
) -> dict[str, float]:
    """Milliseconds until a browser has a page loaded, the median; nothing without a Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        return {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        context = browser.new_context(base_url=address, viewport={"width": 1360, "height": 860})
        context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        )
        page = context.new_page()
        times = {
            name: median(_loaded(page, path) for _ in range(rounds + 1))
            for name, path in pages.items()
        }
        browser.close()
    return times


def _loaded(page, path: str) -> float:
    page.goto(path, wait_until="load")
    page.wait_for_function(
        "() => performance.getEntriesByType('navigation')[0].loadEventEnd > 0", timeout=10_000
    )
    return float(page.evaluate(_LOADED)[1])
