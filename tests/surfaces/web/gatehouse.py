"""Before the door of the console: a site at which people sign in, and short words for doing so."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from headrace.capabilities.people.web import HousePorter
from headrace.surfaces.web.server import create_pages
from headrace.surfaces.web.visitors import Site
from surfaces.conftest import a_reception, served

PASSWORD = "correct horse battery"
OTHER = "wrong horse stables"
ELSEWHERE = "headrace.example"
HTTPS = {"Host": ELSEWHERE, "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


@contextmanager
def a_site(units, *, origin: str = "", trust_loopback: bool = False, **porter) -> Iterator[str]:
    pages = create_pages(
        a_reception(units),
        trust_loopback=trust_loopback,
        porter=HousePorter(units, **porter),
        site=Site(origin=origin, proxies=("127.0.0.1",)),
    )
    with served(pages) as address:
        yield address


def seal_of(text: str) -> str:
    return re.search(r'name="seal" value="([0-9a-f]+)"', text)[1]


def signs_in(
    browser, login: str = "ada@example.test", password: str = PASSWORD, next: str = "/"
) -> httpx2.Response:
    seal = seal_of(browser.sees("/sign-in"))
    return browser.sends("/sign-in", seal=seal, login=login, password=password, next=next)


def posts(browser, path: str, at: str = "/account", **form: str) -> httpx2.Response:
    return browser.sends(path, seal=seal_of(browser.sees(at)), **form)
