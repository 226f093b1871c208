"""The door: turns pages into endpoints, and says what went wrong in words that tell the remedy."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qsl, quote, unquote

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from headrace.kernel.access import NotSignedIn, Reception
from headrace.kernel.errors import HeadraceError, Invalid
from headrace.kernel.failures import Failure, TooLarge, failure
from headrace.kernel.json import Json, to_json
from headrace.surfaces.web import visitors
from headrace.surfaces.web.advice import Piece, pieces
from headrace.surfaces.web.answers import Standing, View, Views, Waiting
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.assets import Assets
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.language import LANGUAGES
from headrace.surfaces.web.navigation import Place, places
from headrace.surfaces.web.pages import MENU
from headrace.surfaces.web.pages.page import Page
from headrace.surfaces.web.pages.who import organisations
from headrace.surfaces.web.rendering import ErrorPage, Frame, render
from headrace.surfaces.web.toasts import plain, toast
from headrace.surfaces.web.visitors import Guard, Preferences, Visitor

Endpoint = Callable[[Request], Awaitable[Response]]
Form = Mapping[str, str]
T = TypeVar("T")

_THREADS = 8  # pages filled at once; the rest waits
_FORM_BYTES = 64 * 1024
_YEAR = 365 * 24 * 3600  # seconds
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer. Only our own files run, nothing is loaded from elsewhere, nobody frames it."""


@dataclass(frozen=True)
class Door:
    """What all endpoints share: the way in, who is let in, and the threads that fill pages."""

    reception: Reception
    guard: Guard
    assets: Assets
    threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_THREADS))

    async def work(self, act: Callable[..., T], *given: object) -> T:
        """Runs what blocks in a thread."""
        return await to_thread.run_sync(act, *given, limiter=self.threads)

    def client(self, visitor: Visitor, reception: Reception | None = None) -> Client:
        """Operations as this visitor may use them, by any reception or that of a snapshot."""
        return Client(
            reception or self.reception,
            visitor.credentials,
            person=visitor.person,
            porter=self.guard.porter,
        )

    def endpoint(self, page: Page, *, as_json: bool) -> Endpoint:
        """What serves a page or its data; whatever goes wrong becomes a page that says what to do."""

        async def endpoint(request: Request) -> Response:
            try:
                return await self.work(self._show, request, page, as_json)
            except Exception as fault:  # noqa: BLE001 - an edge: a request ends here, whatever went wrong
                return await self.failed(request, fault)

        return endpoint

    def _show(self, request: Request, page: Page, as_json: bool) -> Response:
        visitor = self.guard.visitor(request)
        if page.path == "/who" and visitor.signed_in is not None:
            return led("/account")
        with self.reception.snapshot() as instant:
            client = self.client(visitor, instant)
            if visitor.organisation is None and not _is_clear(client, page):
                return led("/who")
            context = page.fill(
                Asked(
                    client=client,
                    path=request.path_params,
                    query=request.query_params,
                    language=Preferences.of(request).language,
                )
            )
            frame = None if as_json else self._frame(request, client, visitor, page)
        if frame is None:
            return JSONResponse(to_json(context, page.context), headers=HEADERS)
        return self._rendered(request, page, context, frame, visitor)

    def shown(
        self,
        request: Request,
        page: Page,
        context: object,
        visitor: Visitor,
        status: int = HTTPStatus.OK,
    ) -> Response:
        """A filled page as HTML, in its frame."""
        with self.reception.snapshot() as instant:
            frame = self._frame(request, self.client(visitor, instant), visitor, page)
        answer = self._rendered(request, page, context, frame, visitor)
        answer.status_code = status
        return answer

    def _rendered(
        self, request: Request, page: Page, context: object, frame: Frame, visitor: Visitor
    ) -> Response:
        answer = HTMLResponse(render(page.template, context, frame), headers=HEADERS)
        self.know(request, answer, visitor)
        return answer

    def know(self, request: Request, answer: Response, visitor: Visitor) -> None:
        """Let the browser keep the word that binds our forms to it."""
        if visitor.is_new:
            self.keep(request, answer, visitors.SESSION, visitor.session)

    def keep(
        self, request: Request, answer: Response, name: str, value: str, *, seconds: int = _YEAR
    ) -> None:
        """Asks the browser to keep a word; no script can read it, no other site can set it."""
        answer.set_cookie(
            self.guard.cookie(request, name),
            value,
            max_age=seconds,
            httponly=True,
            samesite="lax",
            secure=self.guard.is_secure(request),
        )

    def _frame(
        self, request: Request, client: Client, visitor: Visitor, page: Page | None
    ) -> Frame:
        path = "/inbox" if request.url.path == "/" else request.url.path
        query = f"?{request.url.query}" if request.url.query else ""
        standing = _standing(client)
        liked = Preferences.of(request)
        return Frame(
            nav=page.nav if page else "",
            places=places(MENU, standing.permissions if standing else ()),
            organisation=visitor.organisation,
            organisation_name=(standing.organisation if standing else None) or "Headrace",
            person=visitor.person,
            seal=self.guard.seal(visitor),
            waiting=_waiting(client) if visitor.person else None,
            data=f"{quote(path)}.json{query}" if request.method == "GET" else "",
            back=plain(request.url.path + query) if request.method == "GET" else "/",
            follows=",".join(page.follows) if page else "",
            every=page.every if page else 0,
            views=_views(client, path) if _is_kept(page, visitor) else (),
            may_keep=_is_kept(page, visitor) and request.method == "GET",
            language=liked.language,
            languages=LANGUAGES,
            theme=liked.theme,
            assets=self.assets,
            toast=toast(request.query_params, request.url.path + query),
            memberships=visitor.signed_in.memberships if visitor.signed_in else (),
            is_signed_in=visitor.signed_in is not None,
            now=standing.at if standing else None,
        )

    def entrance(self, request: Request, visitor: Visitor) -> Frame:
        """The frame of the ways in: for a browser that is nobody yet, so it knows no places."""
        return replace(
            self._bare_frame(request),
            seal=self.guard.seal(visitor),
            languages=LANGUAGES,
            back=quote(request.url.path),
        )

    async def failed(
        self, request: Request, fault: Exception, *, status: int | None = None
    ) -> Response:
        """A page, or a problem document, that says what is wrong and what to do; whoever only has to
        sign in is led there, and back afterwards."""
        told = failure(fault, self.reception.house.operations)
        if isinstance(fault, NotSignedIn) and self._leads_to_sign_in(request):
            return led(f"/sign-in?next={quote(_here(request), safe='')}")
        code = status or int(told.family.status)
        if wants_data(request):
            return JSONResponse(
                {**told.problem, "status": code},
                status_code=code,
                headers=HEADERS,
                media_type="application/problem+json",
            )
        frame = await self.work(self._frame_of_failure, request)
        page = ErrorPage(
            status=code,
            title=HTTPStatus(code).phrase,
            message=self._told(told, request),
            code=told.code,
            is_reading=request.method == "GET",
            listed=_listed(frame.places, request.url.path)
            if code == HTTPStatus.NOT_FOUND
            else None,
        )
        return HTMLResponse(render("error.html", page, frame), status_code=code, headers=HEADERS)

    def _told(self, told: Failure, request: Request) -> tuple[Piece, ...]:
        """The message, its advice as links; the address asked for is quoted in it as others' words."""
        quotes: Json = [told.details, unquote(str(request.url))]
        return pieces(told.message, self.reception.house.operations, quotes=quotes)

    def _leads_to_sign_in(self, request: Request) -> bool:
        return (
            request.method == "GET"
            and not wants_data(request)
            and request.url.path != "/live"
            and self.guard.may_sign_in(request)
        )

    def _frame_of_failure(self, request: Request) -> Frame:
        """The frame that this visitor is used to, so that there is a way on; a bare one for others."""
        try:
            visitor = self.guard.visitor(request)
            with self.reception.snapshot() as instant:
                client = self.client(visitor, instant)
                frame = self._frame(request, client, visitor, None)
        except Exception:  # noqa: BLE001 - an edge: what went wrong already is told, whatever comes on top
            return self._bare_frame(request)
        return replace(frame, data="", back="/", toast=None)

    def _bare_frame(self, request: Request) -> Frame:
        liked = Preferences.of(request)
        return Frame(
            nav="",
            places=(),
            organisation=None,
            organisation_name="Headrace",
            person=None,
            seal="",
            waiting=None,
            data="",
            back="/",
            follows="",
            every=0,
            views=(),
            may_keep=False,
            language=liked.language,
            languages=(),
            theme=liked.theme,
            assets=self.assets,
            toast=None,
            memberships=(),
            is_signed_in=False,
            now=None,
        )

    async def form(self, request: Request, visitor: Visitor) -> Form:
        """The fields of a form of ours; a repeated one in lines. Raises TooLarge, Invalid, ForeignForm."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise Invalid("Send the form of the page")
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _FORM_BYTES:
                raise TooLarge(f"More than {_FORM_BYTES} bytes; write a shorter note")
        try:
            pairs = parse_qsl(
                body.decode(), max_num_fields=200, errors="strict", keep_blank_values=True
            )
        except ValueError:
            raise Invalid("The form is not encoded in UTF-8, or has too many fields") from None
        form: dict[str, str] = {}
        for name, value in pairs:
            form[name] = f"{form[name]}\n{value}" if name in form else value
        self.guard.check_form(request, visitor, form.get("seal", ""))
        return form


def _listed(known: Sequence[Place], path: str) -> Place | None:
    """The place of the navigation below which an address lies: `/missions` for `/missions/nothing`."""
    return next(
        (one for one in known if one.address != "/" and path.startswith(f"{one.address}/")), None
    )


def _is_clear(client: Client, page: Page) -> bool:
    """Whether a visitor who has chosen no organisation can be shown the page."""
    return page.path == "/who" or len(organisations(client)) == 1


def _standing(client: Client) -> Standing | None:
    """What the reader may do; None where it may not be known."""
    try:
        return client.ask(Standing, "whoami")
    except HeadraceError:
        return None  # the page itself says what is wrong


def _is_kept(page: Page | None, visitor: Visitor) -> bool:
    """Whether a page is a list that this visitor may keep as it is."""
    return page is not None and page.menu is not None and visitor.person is not None


def _views(client: Client, path: str) -> tuple[View, ...]:
    """The reader's views of the list at this path; none where they may not be known."""
    found = client.ask_if_allowed(Views, "view.list")
    own = {path, "/"} if path == "/inbox" else {path}
    return tuple(
        one for one in (found.items if found else ()) if one.address.partition("?")[0] in own
    )


def _waiting(client: Client) -> int | None:
    """How much waits for the reader; None where it may not be known."""
    try:
        return client.ask(Waiting, "inbox.count").count
    except HeadraceError:
        return None  # the page itself says what is wrong, if it needs the inbox


def _here(request: Request) -> str:
    """The address asked for, with its query; the inbox where it cannot be led back to."""
    query = f"?{request.url.query}" if request.url.query else ""
    try:
        return visitors.own_address(quote(request.url.path) + query)
    except Invalid:
        return "/"


def wants_data(request: Request) -> bool:
    """Whether a program reads the answer."""
    return request.url.path.endswith(".json")


def led(address: str) -> Response:
    """Another page, asked for with GET, so that loading it again repeats nothing."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, headers=HEADERS)
