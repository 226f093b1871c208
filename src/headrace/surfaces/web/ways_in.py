"""The ways in and out: signing in and out, invitations, the switch of the organisation, one's own account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from headrace.kernel.access import NotSignedIn
from headrace.kernel.errors import HeadraceError, Invalid
from headrace.kernel.failures import failure
from headrace.surfaces.web import visitors
from headrace.surfaces.web.answers import IssuedToken
from headrace.surfaces.web.door import HEADERS, Door, Endpoint, led
from headrace.surfaces.web.pages import page_at
from headrace.surfaces.web.pages.account import JoinPage, SignInPage, account
from headrace.surfaces.web.porter import Caller, Opened, Porter
from headrace.surfaces.web.rendering import render
from headrace.surfaces.web.visitors import Visitor, own_address

Form = Mapping[str, str]
_DAY = 24 * 3600  # seconds
_DEVICE_DAYS, _SESSION_DAYS = 365, 30  # how long browsers keep them; the house ends them earlier


@dataclass(frozen=True)
class _Knock:
    """Somebody at the door, with the form that they sent."""

    request: Request
    visitor: Visitor
    caller: Caller
    form: Form

    def field(self, name: str) -> str:
        return self.form.get(name, "")


Act = Callable[[_Knock], Response]


@dataclass(frozen=True)
class WaysIn:
    """Endpoints for whoever is nobody yet, and for whoever looks after their own account."""

    door: Door
    porter: Porter

    def routes(self) -> list[Route]:
        """Every address of the ways in and out."""
        forms: Mapping[str, Act] = {
            "/sign-in": self._sign_in,
            "/sign-out": self._sign_out,
            "/join/{invitation}": self._accept,
            "/join/{invitation}/account": self._join,
            "/organisation": self._switch,
            "/account/password": self._password,
            "/account/sessions/{session}/end": self._end_session,
            "/account/tokens": self._issue,
            "/account/tokens/{token}/revoke": self._revoke,
        }
        pages: Mapping[str, Act] = {
            "/sign-in": self._show_sign_in,
            "/sign-in/provider": self._leave,
            "/sign-in/returned": self._returned,
            "/join/{invitation}": self._show_invitation,
            "/join/{invitation}/provider": self._leave,
        }
        made = [Route(path, self._endpoint(act, takes_form=False)) for path, act in pages.items()]
        made += [
            Route(path, self._endpoint(act, takes_form=True), methods=["POST"])
            for path, act in forms.items()
        ]
        return made

    def _endpoint(self, act: Act, *, takes_form: bool) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            try:
                visitor = await self.door.work(self.door.guard.stranger, request)
                form = await self.door.form(request, visitor) if takes_form else {}
                caller = self.door.guard.caller(request)
                answer = await self.door.work(act, _Knock(request, visitor, caller, form))
                self.door.know(request, answer, visitor)
            except Exception as fault:  # noqa: BLE001 - an edge: a request ends here, whatever went wrong
                return await self.door.failed(request, fault)
            return answer

        return endpoint

    # --- in and out

    def _show_sign_in(self, knock: _Knock) -> Response:
        next = _next(knock.request.query_params.get("next", ""))
        if knock.visitor.signed_in is not None:
            return led(next)
        return self._sign_in_page(knock, next=next)

    def _sign_in_page(
        self, knock: _Knock, *, next: str, login: str = "", fault: HeadraceError | None = None
    ) -> Response:
        page = SignInPage(
            login=login,
            next=next,
            provider=self.porter.provider,
            fault=fault.message if fault else "",
        )
        return self._page(knock, "sign_in.html", page, fault)

    def _sign_in(self, knock: _Knock) -> Response:
        next, login = _next(knock.field("next")), knock.field("login")
        try:
            opened = self.porter.sign_in(login, knock.field("password"), knock.caller)
        except HeadraceError as fault:
            return self._sign_in_page(knock, next=next, login=login[:254], fault=fault)
        return self._in(knock, opened, next)

    def _in(self, knock: _Knock, opened: Opened, next: str) -> Response:
        """The session that there was ends; the new one has another word, and so have its forms."""
        if knock.visitor.secret is not None:
            self.porter.sign_out(knock.visitor.secret)
        answer = led(next)
        keep = self.door.keep
        keep(
            knock.request,
            answer,
            visitors.SIGNED_IN,
            opened.secret,
            seconds=_SESSION_DAYS * _DAY,
        )
        keep(knock.request, answer, visitors.DEVICE, opened.device, seconds=_DEVICE_DAYS * _DAY)
        return answer

    def _sign_out(self, knock: _Knock) -> Response:
        if knock.visitor.secret is not None:
            self.porter.sign_out(knock.visitor.secret)
        answer = led("/sign-in")
        guard, request = self.door.guard, knock.request
        answer.delete_cookie(
            guard.cookie(request, visitors.SIGNED_IN),
            httponly=True,
            samesite="lax",
            secure=guard.is_secure(request),
        )
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    def _leave(self, knock: _Knock) -> Response:
        invitation = knock.request.path_params.get("invitation", "")
        next = _next(knock.request.query_params.get("next", ""))
        return led(self.porter.leave_for_provider(knock.caller, next=next, invitation=invitation))

    def _returned(self, knock: _Knock) -> Response:
        try:
            back = self.porter.returned(dict(knock.request.query_params), knock.caller)
        except HeadraceError as fault:
            return self._sign_in_page(knock, next="/", fault=fault)
        return self._in(knock, back.opened, _next(back.next))

    # --- invitations

    def _show_invitation(self, knock: _Knock) -> Response:
        return self._invitation_page(knock)

    def _invitation_page(self, knock: _Knock, fault: HeadraceError | None = None) -> Response:
        secret = knock.request.path_params["invitation"]
        found = self.porter.invited(secret)
        who = knock.visitor.signed_in
        page = JoinPage(
            organisation=found.organisation,
            handle=found.handle,
            name=found.name,
            login=found.login,
            has_account=found.has_account,
            signed_in=who.login if who else "",
            provider=self.porter.provider,
            address=f"/join/{quote(secret, safe='')}",
            fault=fault.message if fault else "",
        )
        return self._page(knock, "join.html", page, fault)

    def _accept(self, knock: _Knock) -> Response:
        secret = knock.request.path_params["invitation"]
        try:
            if knock.field("password") != knock.field("again"):
                raise _Differs("The two passwords differ; type the same one twice")
            opened = self.porter.accept(
                secret, knock.field("login"), knock.field("password"), knock.caller
            )
        except HeadraceError as fault:
            return self._invitation_page(knock, fault)
        return self._in(knock, opened, "/")

    def _join(self, knock: _Knock) -> Response:
        try:
            self.porter.join(_own(knock), knock.request.path_params["invitation"])
        except HeadraceError as fault:
            return self._invitation_page(knock, fault)
        return led("/")

    # --- one's own account

    def _switch(self, knock: _Knock) -> Response:
        self.porter.switch(_own(knock), knock.field("organisation"))
        return led("/")

    def _password(self, knock: _Knock) -> Response:
        try:
            if knock.field("new") != knock.field("again"):
                raise _Differs("The two passwords differ; type the same one twice")
            opened = self.porter.change_password(
                _own(knock), knock.field("current"), knock.field("new"), knock.caller
            )
        except NotSignedIn:
            raise
        except HeadraceError as fault:
            return self._account_page(knock, fault=fault)
        return self._in(knock, opened, "/account?said=password")

    def _end_session(self, knock: _Knock) -> Response:
        self.porter.end_session(_own(knock), knock.request.path_params["session"])
        return led("/account?said=ended")

    def _issue(self, knock: _Knock) -> Response:
        client = self.door.client(self._somebody(knock))
        scopes = [line.strip() for line in knock.field("scopes").splitlines() if line.strip()]
        days = knock.field("days")
        try:
            answer = client.do(
                "token.issue",
                note=knock.field("note").strip(),
                scopes=scopes or None,
                days=int(days) if days.isdecimal() and len(days) < 5 else days,
            )
        except HeadraceError as fault:
            return self._account_page(knock, fault=fault)
        return self._account_page(knock, issued=client.read(IssuedToken, answer))

    def _revoke(self, knock: _Knock) -> Response:
        client = self.door.client(self._somebody(knock))
        client.do("token.revoke", token=knock.request.path_params["token"])
        return led("/account?said=revoked")

    def _account_page(
        self,
        knock: _Knock,
        *,
        issued: IssuedToken | None = None,
        fault: HeadraceError | None = None,
    ) -> Response:
        visitor = self._somebody(knock)
        context = account(
            self.door.client(visitor), issued=issued, fault=fault.message if fault else ""
        )
        answer = self.door.shown(knock.request, page_at("/account"), context, visitor)
        answer.status_code = int(failure(fault).family.status) if fault else 200
        return answer

    def _somebody(self, knock: _Knock) -> Visitor:
        """Whoever is signed in, or sits at this machine. Raises NotSignedIn."""
        if knock.visitor.signed_in is None and not knock.visitor.is_trusted:
            raise NotSignedIn("Sign in first")
        return knock.visitor

    def _page(
        self, knock: _Knock, template: str, page: object, fault: HeadraceError | None
    ) -> Response:
        status = int(failure(fault).family.status) if fault else 200
        frame = self.door.entrance(knock.request, knock.visitor)
        answer = HTMLResponse(render(template, page, frame), status_code=status, headers=HEADERS)
        if fault is not None and "retry_after" in fault.details:
            answer.headers["Retry-After"] = str(fault.details["retry_after"])
        return answer


class _Differs(Invalid):
    """What was typed twice is not the same."""

    code = "typed_differently"


def ways_in(door: Door, porter: Porter) -> list[Route]:
    """The routes of the ways in and out, for a house whose porter this is."""
    return WaysIn(door, porter).routes()


def _own(knock: _Knock) -> str:
    if knock.visitor.secret is None:
        raise NotSignedIn("Sign in first")
    return knock.visitor.secret


def _next(address: str) -> str:
    """Where to go on; the inbox instead of anything that is no page of ours, or a way in again."""
    try:
        own = own_address(address or "/")
    except HeadraceError:
        return "/"
    return "/" if own.startswith(("/sign-", "/join/")) else own
