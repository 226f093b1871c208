"""The pages as an application: one route for each page and its data, and the forms that decide."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from importlib.resources import files
from urllib.parse import parse_qsl, quote

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from headrace.kernel.access import Reception
from headrace.kernel.errors import HeadraceError, Invalid, NotAllowed, NotFound
from headrace.kernel.failures import TooLarge, failure
from headrace.kernel.json import to_json
from headrace.surfaces.web import visitors
from headrace.surfaces.web.answers import Inbox
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.pages import PAGES, Page
from headrace.surfaces.web.pages.who import organisations
from headrace.surfaces.web.rendering import ErrorPage, Frame, render
from headrace.surfaces.web.visitors import Guard, Visitor

Endpoint = Callable[[Request], Awaitable[Response]]

_THREADS = 8  # pages filled at once; the rest waits
_FORM_BYTES = 64 * 1024
_YEAR = 365 * 24 * 3600  # seconds
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer. Nothing of a page runs, nothing is loaded from elsewhere, nobody frames it."""


def create_pages(reception: Reception, *, trust_loopback: bool) -> Starlette:
    """The application of the pages. They are shown to browsers of this machine alone, and only when
    the server listens on the loopback address (`trust_loopback`)."""
    door = _Door(reception, Guard(trust_loopback))
    routes = [Route("/static/headrace.css", _style)]
    for page in PAGES:
        data = "/inbox.json" if page.path == "/" else f"{page.path}.json"
        routes.append(Route(data, door.endpoint(page, as_json=True)))
        routes.append(Route(page.path, door.endpoint(page, as_json=False)))
    routes.append(Route("/inbox/{item}/decision", door.decide, methods=["POST"]))
    routes.append(Route("/who", door.choose, methods=["POST"]))
    app = Starlette(
        routes=_by_precision(routes), exception_handlers={HTTPException: door.unreached}
    )
    app.router.redirect_slashes = False
    return app


def _by_precision(routes: list[Route]) -> list[Route]:
    """Of two addresses that fit, the one with more letters of its own is meant."""
    return sorted(routes, key=lambda route: "{" in route.path and ".json" not in route.path)


async def _style(_request: Request) -> Response:
    text = files("headrace.surfaces.web").joinpath("static/headrace.css").read_text("utf-8")
    return Response(text, media_type="text/css", headers={**HEADERS, "Cache-Control": "no-cache"})


class _Door:
    """Turns pages into endpoints and forms into operations."""

    def __init__(self, reception: Reception, guard: Guard) -> None:
        self._reception = reception
        self._guard = guard
        self._threads = CapacityLimiter(_THREADS)

    def endpoint(self, page: Page, *, as_json: bool) -> Endpoint:
        """What serves a page or its data; whatever goes wrong becomes a page that says what to do."""

        async def endpoint(request: Request) -> Response:
            try:
                visitor = self._guard.visitor(request)
                return await to_thread.run_sync(
                    self._show, request, page, visitor, as_json, limiter=self._threads
                )
            except Exception as fault:  # noqa: BLE001 - an edge: a request ends here, whatever went wrong
                return _failed(request, fault)

        return endpoint

    async def decide(self, request: Request) -> Response:
        """A decision from a form: bound to the hash that its page showed."""
        try:
            visitor = self._guard.visitor(request)
            form = await self._form(request, visitor)
            return await to_thread.run_sync(
                self._decide, request, visitor, form, limiter=self._threads
            )
        except Exception as fault:  # noqa: BLE001 - as above
            return _failed(request, fault)

    async def choose(self, request: Request) -> Response:
        """In whose name the pages are shown from now on."""
        try:
            visitor = self._guard.visitor(request)
            form = await self._form(request, visitor)
            choice = visitors.checked_choice(form.get("who", ""))
        except Exception as fault:  # noqa: BLE001 - as above
            return _failed(request, fault)
        answer = _led("/")
        _keep(answer, visitors.WHO, choice)
        return answer

    async def unreached(self, request: Request, fault: Exception) -> Response:
        """No such page, or nothing there takes what was sent."""
        assert isinstance(fault, HTTPException)  # the handler is registered for nothing else
        told = NotFound(f"There is no page {request.url.path}; begin at the inbox")
        return _failed(request, told, status=fault.status_code)

    def _show(self, request: Request, page: Page, visitor: Visitor, as_json: bool) -> Response:
        client = Client(self._reception, visitor.credentials)
        if visitor.organisation is None and page.path != "/who" and len(organisations(client)) != 1:
            return _led("/who")
        context = page.fill(
            Asked(client=client, path=request.path_params, query=request.query_params)
        )
        if as_json:
            return JSONResponse(to_json(context, page.context), headers=HEADERS)
        frame = self._frame(request, page.nav, visitor, client)
        answer = HTMLResponse(render(page.template, context, frame), headers=HEADERS)
        if visitor.is_new:
            _keep(answer, visitors.SESSION, visitor.session)
        return answer

    def _frame(self, request: Request, nav: str, visitor: Visitor, client: Client) -> Frame:
        path = "/inbox" if request.url.path == "/" else request.url.path
        query = f"?{request.url.query}" if request.url.query else ""
        return Frame(
            nav=nav,
            organisation=visitor.organisation,
            person=visitor.person,
            seal=self._guard.seal(visitor),
            waiting=_waiting(client) if visitor.person else None,
            data=f"{quote(path)}.json{query}",
        )

    def _decide(self, request: Request, visitor: Visitor, form: Mapping[str, str]) -> Response:
        if visitor.person is None:
            raise NotAllowed("Say first who you are, at /who; the operator decides nothing")
        client = Client(self._reception, visitor.credentials)
        item, choice, note = request.path_params["item"], form.get("decision"), form.get("note")
        seen = form.get("hash")
        if not seen:
            raise Invalid("The form does not say what you looked at; load the page again")
        if item.startswith("Q-"):
            client.do("question.answer", question=item, answer=choice, note=note, hash=seen)
        else:
            client.do("gate.decide", gate=item, decision=choice, note=note, hash=seen)
        return _led(f"/?decided={quote(item, safe='')}")

    async def _form(self, request: Request, visitor: Visitor) -> Mapping[str, str]:
        """The fields of a form of ours. Raises TooLarge, Invalid, ForeignForm."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise Invalid("Send the form of the page")
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _FORM_BYTES:
                raise TooLarge(f"More than {_FORM_BYTES} bytes; write a shorter note")
        try:
            form = dict(parse_qsl(body.decode(), max_num_fields=20, errors="strict"))
        except ValueError:
            raise Invalid("The form is not encoded in UTF-8, or has too many fields") from None
        self._guard.check_form(request, visitor, form.get("seal", ""))
        return form


def _waiting(client: Client) -> int | None:
    """How much waits for the reader; None where it may not be known."""
    try:
        return len(client.ask(Inbox, "inbox.list").items)
    except HeadraceError:
        return None  # the page itself says what is wrong, if it needs the inbox


def _failed(request: Request, fault: Exception, *, status: int | None = None) -> Response:
    told = failure(fault)
    code = status or int(told.family.status)
    if _wants_data(request):
        return JSONResponse(
            {**told.problem, "status": code},
            status_code=code,
            headers=HEADERS,
            media_type="application/problem+json",
        )
    page = ErrorPage(
        status=code, title=HTTPStatus(code).phrase, message=told.message, code=told.code
    )
    frame = Frame(nav="", organisation=None, person=None, seal="", waiting=None, data="")
    return HTMLResponse(render("error.html", page, frame), status_code=code, headers=HEADERS)


def _wants_data(request: Request) -> bool:
    return request.url.path.endswith(".json")


def _led(address: str) -> Response:
    """Another page, asked for with GET, so that loading it again repeats nothing."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers=HEADERS)


def _keep(answer: Response, name: str, value: str) -> None:
    answer.set_cookie(name, value, max_age=_YEAR, httponly=True, samesite="lax")
