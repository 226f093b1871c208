"""The server goes away and comes back: an open page says so, and recovers by itself."""

import socket
import threading

import uvicorn
from playwright.sync_api import expect

from headrace.surfaces.web.server import create_pages
from surfaces.conftest import a_reception


class Service:
    """The pages on one port, for as long as wanted."""

    def __init__(self, units, port: int) -> None:
        pages = create_pages(a_reception(units), trust_loopback=True)
        self._hub = pages.state.hub
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]
        config = uvicorn.Config(pages, log_level="error", ws="none", timeout_graceful_shutdown=30)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()

    def stops(self, *, within: float) -> bool:
        """Whether it stopped within the time, with all its streams open."""
        self._hub.close()
        self._server.should_exit = True
        self._thread.join(within)
        self._socket.close()
        return not self._thread.is_alive()


def test_an_open_page_says_that_the_server_is_away_and_recovers(firm, units, chrome):
    firm.asks(1)
    service = Service(units, 0)
    context = chrome.new_context(base_url=f"http://127.0.0.1:{service.port}")
    who = {"name": "headrace_who", "value": "acme/vp-product"}
    context.add_cookies([{**who, "url": f"http://127.0.0.1:{service.port}"}])
    page = context.new_page()
    with page.expect_response("**/live?**"):
        page.goto("/")

    assert service.stops(within=10)
    expect(page.locator("#offline")).to_be_visible(timeout=10_000)
    firm.asks(2)
    again = Service(units, service.port)
    try:
        expect(page.locator("#offline")).to_be_hidden(timeout=10_000)
        expect(page.locator(".queue li")).to_have_count(2, timeout=10_000)
    finally:
        context.close()
        assert again.stops(within=10)
