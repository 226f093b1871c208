"""The pages as an application: one route for each page and its data, the forms, and the live stream."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from headrace.kernel.access import Credentials, Reception
from headrace.kernel.errors import NotFound
from headrace.kernel.failures import Unavailable
from headrace.kernel.json import to_json
from headrace.surfaces.web import assets, exports, visitors
from headrace.surfaces.web.answers import Events, Standing
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.door import HEADERS, Door, Endpoint, led
from headrace.surfaces.web.forms import FORMS, Act, Sent
from headrace.surfaces.web.language import LANGUAGES, Speaker
from headrace.surfaces.web.live import MOST_VIEWERS, Ears, Hub, Kinds, Pulse
from headrace.surfaces.web.navigation import places
from headrace.surfaces.web.pages import MENU, PAGES
from headrace.surfaces.web.pages.search import Found, SearchPage, find
from headrace.surfaces.web.porter import Porter
from headrace.surfaces.web.visitors import Guard, Preferences, Site, Visitor, own_address
from headrace.surfaces.web.ways_in import ways_in

_KEPT_FOR_EVER = "public, max-age=31536000, immutable"
_EVENTS = 100  # of one look


def create_pages(
    reception: Reception,
    *,
    trust_loopback: bool,
    ears: Ears | None = None,
    porter: Porter | None = None,
    site: Site | None = None,
) -> Starlette:
    """The application of the pages. They are shown to whoever signs in with the `porter`, at the
    site's address, and without a sign-in to browsers of this machine alone, and only when the server
    listens on the loopback address (`trust_loopback`). `ears` hear when the journal grows; without
    them open pages look by themselves. Its `state.hub` ends open streams."""
    guard = Guard(trust_loopback, porter, site or Site())
    door = Door(reception, guard, assets.load())
    hub = Hub(_pulse(reception, ears))
    routes = [Route("/static/{name}", _static(door)), Route("/live", _live(door, hub))]
    routes.append(Route("/palette.json", _palette(door)))
    for page in PAGES:
        data = "/inbox.json" if page.path == "/" else f"{page.path}.json"
        routes.append(Route(data, door.endpoint(page, as_json=True)))
        routes.append(Route(page.path, door.endpoint(page, as_json=False)))
    routes += [
        Route(f"/journal/export.{form}", _journal_file(door, form)) for form in exports.FORMS
    ]
    routes += [Route(path, _form(door, act), methods=["POST"]) for path, act in FORMS.items()]
    routes.append(Route("/who", _choose(door), methods=["POST"]))
    routes.append(Route("/preferences", _prefer(door), methods=["POST"]))
    if porter is not None:
        routes += ways_in(door, porter)

    async def unreached(request: Request, fault: Exception) -> Response:
        """No such page, or nothing there takes what was sent."""
        assert isinstance(fault, HTTPException)  # the handler is registered for nothing else
        told = NotFound(f"There is no page {request.url.path}; begin at the inbox")
        return await door.failed(request, told, status=fault.status_code)

    app = Starlette(routes=_by_precision(routes), exception_handlers={HTTPException: unreached})
    app.router.redirect_slashes = False
    app.state.hub = hub
    return app


def _by_precision(routes: Sequence[Route]) -> list[Route]:
    """Of two addresses that fit, the one with more letters of its own is meant."""
    return sorted(routes, key=lambda route: "{" in route.path and ".json" not in route.path)


def _static(door: Door) -> Endpoint:
    async def static(request: Request) -> Response:
        found = door.assets.named(request.path_params["name"])
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return Response(
            found.content,
            media_type=found.kind,
            headers={**HEADERS, "Cache-Control": _KEPT_FOR_EVER},
        )

    return static


def _live(door: Door, hub: Hub) -> Endpoint:
    """A stream that says when the page is to ask for itself again."""

    async def live(request: Request) -> Response:
        try:
            visitor = await door.work(door.guard.visitor, request)
            if hub.viewers >= MOST_VIEWERS:
                raise Unavailable(f"{MOST_VIEWERS} pages are open already; load this one by hand")
            standing = await door.work(door.client(visitor).ask, Standing, "whoami")
        except Exception as fault:  # noqa: BLE001 - an edge: a request ends here, whatever went wrong
            return await door.failed(request, fault)
        follows = tuple(one for one in request.query_params.get("follow", "").split(",") if one)
        return StreamingResponse(
            hub.follow(standing.organisation or "", follows[:20]),
            media_type="text/event-stream",
            headers={**HEADERS, "X-Accel-Buffering": "no"},
        )

    return live


def _palette(door: Door) -> Endpoint:
    """What the palette offers for the words typed so far."""

    def found(visitor: Visitor, words: str, language: str) -> SearchPage:
        client, speaker = door.client(visitor), Speaker(language)
        held = client.ask(Standing, "whoami").permissions
        navigation = [
            Found(
                address=one.address,
                word=speaker.say(one.menu.word),
                about=f"G {one.menu.letter.upper()}",
                kind="go to",
            )
            for one in places(MENU, held)
        ]
        items = find(client, words, speaker, navigation)
        return SearchPage(
            words=words,
            items=tuple(replace(one, kind=speaker.say(one.kind)) for one in items),
        )

    async def palette(request: Request) -> Response:
        try:
            visitor = await door.work(door.guard.visitor, request)
            words = request.query_params.get("q", "")[:200]
            answer = await door.work(found, visitor, words, Preferences.of(request).language)
        except Exception as fault:  # noqa: BLE001 - as above
            return await door.failed(request, fault)
        return JSONResponse(to_json(answer), headers=HEADERS)

    return palette


def _journal_file(door: Door, form: str) -> Endpoint:
    """The journal to take along; whoever may not read it gets the page that says so."""

    async def export(request: Request) -> Response:
        try:
            visitor = await door.work(door.guard.visitor, request)
            asked = Asked(client=door.client(visitor), path={}, query=request.query_params)
            first = await door.work(exports.journal_page, asked, asked.number("before"))
        except Exception as fault:  # noqa: BLE001 - as above
            return await door.failed(request, fault)
        return StreamingResponse(
            exports.journal_file(door, asked, first, form),
            media_type=exports.FORMS[form][0],
            headers={**HEADERS, "Content-Disposition": f'attachment; filename="journal.{form}"'},
        )

    return export


def _form(door: Door, act: Act) -> Endpoint:
    async def form(request: Request) -> Response:
        try:
            visitor = await door.work(door.guard.visitor, request)
            fields = await door.form(request, visitor)
            sent = Sent(
                client=door.client(visitor),
                visitor=visitor,
                path=request.path_params,
                form=fields,
            )
            answer = await door.work(act, sent)
            if isinstance(answer, str):
                return led(answer)
            return await door.work(
                door.shown, request, answer.page, answer.context, visitor, answer.status
            )
        except Exception as fault:  # noqa: BLE001 - as above
            return await door.failed(request, fault)

    return form


def _choose(door: Door) -> Endpoint:
    """In whose name the pages are shown from now on."""

    async def choose(request: Request) -> Response:
        try:
            visitor = await door.work(door.guard.visitor, request)
            fields = await door.form(request, visitor)
            choice = visitors.checked_choice(fields.get("who", ""))
        except Exception as fault:  # noqa: BLE001 - as above
            return await door.failed(request, fault)
        answer = led("/")
        door.keep(request, answer, visitors.WHO, choice)
        return answer

    return choose


def _prefer(door: Door) -> Endpoint:
    """The language and the theme of this browser."""

    async def prefer(request: Request) -> Response:
        try:
            visitor = await door.work(door.guard.stranger, request)
            fields = await door.form(request, visitor)
            answer = led(own_address(fields.get("back", "/")))
            if fields.get("language") in {one.code for one in LANGUAGES}:
                door.keep(request, answer, visitors.LANGUAGE, fields["language"])
            if fields.get("theme") in {*visitors.THEMES, "system"}:
                door.keep(request, answer, visitors.THEME, fields["theme"])
        except Exception as fault:  # noqa: BLE001 - as above
            return await door.failed(request, fault)
        return answer

    return prefer


def _pulse(reception: Reception, ears: Ears | None) -> Pulse:
    """How the hub hears: from the journal as the operator reads it, one question at a time."""
    asking = CapacityLimiter(1)

    async def newest() -> int:
        return await to_thread.run_sync(reception.newest, limiter=asking)

    def kinds(organisation: str, after: int) -> Kinds:
        seen_by = Credentials(organisation=organisation or None, trusted=True)
        page = Client(reception, seen_by).ask(Events, "journal.list", limit=_EVENTS)
        return [one.type for one in page.items if one.position > after]

    async def since(organisation: str, after: int) -> Kinds:
        return await to_thread.run_sync(kinds, organisation, after, limiter=asking)

    return Pulse(newest=newest, since=since, ears=ears)
