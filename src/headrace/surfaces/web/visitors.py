"""Visitors: who opens a page, whether this machine's owner, and whether a form is one of ours."""

import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import Request

from headrace.kernel.access import Credentials, NotSignedIn
from headrace.kernel.errors import Invalid, NotAllowed
from headrace.surfaces.web.language import preferred
from headrace.surfaces.web.porter import Caller, Porter, SignedIn

WHO = "headrace_who"
SESSION = "headrace_session"
SIGNED_IN = "headrace_signed_in"
DEVICE = "headrace_device"
LANGUAGE = "headrace_language"
THEME = "headrace_theme"
THEMES = ("light", "dark")
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_CHOICE = re.compile(r"([a-z0-9][a-z0-9-]{0,99})/([a-z0-9][a-z0-9-]{0,99})?")
_OWN = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""An address of these pages: a path in printable ASCII; browsers read `\\` as `/` and skip tabs."""


class ForeignForm(NotAllowed):
    """A form that did not come from a page of this server."""

    code = "foreign_form"


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the console is from elsewhere. `origin` is its address there (https://…), or empty; behind
    `proxies` stands whoever they say."""

    origin: str = ""
    proxies: tuple[str, ...] = ()

    def is_asked(self, request: Request) -> bool:
        """Whether a request names this site, and not another one or the machine's own name."""
        return bool(self.origin) and request.headers.get("host") == urlsplit(self.origin).netloc


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Whoever opens a page. `session` binds forms to one browser; it is no proof of identity.

    `signed_in` is who a session says it is, `secret` its word; both None for whoever sits at this
    machine, and for a stranger, who is shown the ways in and nothing else.
    """

    session: str
    is_new: bool
    organisation: str | None
    person: str | None
    signed_in: SignedIn | None = None
    secret: str | None = field(default=None, repr=False)
    is_trusted: bool = False

    @property
    def credentials(self) -> Credentials:
        """What the reception is told. Only the guard trusts, so the word is ours."""
        if self.secret is not None:
            return Credentials(session=self.secret)
        return Credentials(
            organisation=self.organisation, stand_in=self.person, trusted=self.is_trusted
        )


@dataclass(frozen=True)
class Guard:
    """Tells whoever is signed in, or sits at this machine, from others. Without a porter nobody signs
    in, and its key lives as long as the process."""

    trust_loopback: bool
    porter: Porter | None = None
    site: Site = Site()
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def visitor(self, request: Request) -> Visitor:
        """Who opens a page: by session, or as whoever sits at this machine. Raises NotSignedIn."""
        signed_in = self._signed_in(request)
        if signed_in is not None:
            return signed_in
        if self.trust_loopback and is_from_here(request):
            session, is_new = self._browser(request)
            organisation, person = read_choice(request.cookies.get(WHO, ""))
            return Visitor(
                session=session,
                is_new=is_new,
                organisation=organisation,
                person=person,
                is_trusted=True,
            )
        if self.may_sign_in(request):
            raise NotSignedIn("Sign in first")
        raise NotSignedIn(
            "These pages are shown on the machine that serves them: open http://127.0.0.1 with its "
            "port there, or bring the port to your machine with `ssh -L`. To sign in from elsewhere "
            "the operator sets HEADRACE_PUBLIC_URL, and you open that very address. Programs "
            "use /api/v1 with a token"
        )

    def stranger(self, request: Request) -> Visitor:
        """Whoever stands before the door, whom we know or not. Raises NotSignedIn where there is none."""
        try:
            return self.visitor(request)
        except NotSignedIn:
            if not self.may_sign_in(request):
                raise
        session, is_new = self._browser(request)
        return Visitor(session=session, is_new=is_new, organisation=None, person=None)

    def may_sign_in(self, request: Request) -> bool:
        """Whether this is an address at which people sign in: the site's own, or this very machine's."""
        if self.porter is None:
            return False
        return self.site.is_asked(request) or is_from_here(request)

    def caller(self, request: Request) -> Caller:
        """Where a sign-in comes from; a proxy of ours says who stands behind it."""
        address = request.client.host if request.client else ""
        passed = request.headers.get("x-forwarded-for", "").split(",")
        while passed and address in self.site.proxies and passed[-1].strip():
            address = passed.pop().strip()
        return Caller(
            address=address[:64],
            agent=request.headers.get("user-agent", "")[:200],
            device=self.read(request, DEVICE) or None,
            browser=self._browser(request)[0],
            origin=self._origin(request),
        )

    def read(self, request: Request, name: str) -> str:
        """A cookie of ours; over https only one that no other site or address can have set."""
        return request.cookies.get(self.cookie(request, name), "")

    def cookie(self, request: Request, name: str) -> str:
        """What a cookie is called: over https with the prefix that binds it to this very host."""
        return f"__Host-{name}" if self.is_secure(request) else name

    def is_secure(self, request: Request) -> bool:
        """Whether the browser came over https; TLS ends at a proxy, so the site's address tells."""
        return self.site.origin.startswith("https://") and self.site.is_asked(request)

    def seal(self, visitor: Visitor) -> str:
        """What a form of this visitor's pages carries: bound to the browser and to the person."""
        whose = visitor.signed_in.session if visitor.signed_in else visitor.session
        bound = f"{whose}|{visitor.organisation or ''}|{visitor.person or ''}"
        if self.porter is not None:
            return self.porter.seal(bound)
        return hmac.new(self._key, bound.encode(), "sha256").hexdigest()

    def check_form(self, request: Request, visitor: Visitor, seal: str) -> None:
        """Raises ForeignForm unless a page of ours, shown to this visitor, sent the form."""
        own = self._origin(request)
        from_here = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
        if request.headers.get("origin") != own or not from_here:
            raise ForeignForm("The form came from another site; nothing was done")
        if not hmac.compare_digest(self.seal(visitor).encode(), seal.encode()):
            raise ForeignForm(
                "The form is from before you signed in, from before the server started, or from "
                "another person's page; nothing was done. Go back, load the page again and send it "
                "once more"
            )

    def _origin(self, request: Request) -> str:
        """Our own address as the browser sees it; only names that are ours are ever let in."""
        host = request.headers.get("host", "")
        return self.site.origin if self.site.is_asked(request) else f"http://{host}"

    def _signed_in(self, request: Request) -> Visitor | None:
        secret = self.read(request, SIGNED_IN)
        if self.porter is None or not secret or not self.may_sign_in(request):
            return None
        found = self.porter.look(secret)
        if found is None:
            return None
        session, is_new = self._browser(request)
        return Visitor(
            session=session,
            is_new=is_new,
            organisation=found.organisation,
            person=found.handle,
            signed_in=found,
            secret=secret,
        )

    def _browser(self, request: Request) -> tuple[str, bool]:
        """The word that binds forms to this browser, and whether it is to be kept from now on."""
        known = self.read(request, SESSION)
        if re.fullmatch(r"[0-9a-f]{32}", known):
            return known, False
        kept = getattr(request.state, "browser", None)
        if kept is None:
            kept = request.state.browser = secrets.token_hex(16)
        return kept, True


def read_choice(text: str) -> tuple[str | None, str | None]:
    """Organisation and person of `acme/vp-product`; without a person the operator reads."""
    found = _CHOICE.fullmatch(text)
    return (found[1], found[2]) if found else (None, None)


def checked_choice(text: str) -> str:
    """A choice as a form sends it. Raises Invalid."""
    if not _CHOICE.fullmatch(text):
        raise Invalid("Choose a person from the list")
    return text


def own_address(address: str) -> str:
    """An address of these pages. Raises Invalid for any other."""
    if not _OWN.fullmatch(address):
        raise Invalid("The form leads to another site; nothing was done")
    return address


def is_from_here(request: Request) -> bool:
    """Whether a browser of this very machine asks, under a name that only this machine has.

    The name keeps away sites whose name was re-bound to the loopback address; a proxy's mark means
    that somebody else may stand behind it; another site may lead here, but may not embed or send.
    """
    headers = request.headers
    if request.client is None or any(name in headers for name in _FORWARDED):
        return False
    if request.scope.get("http_version") == "1.0":
        return False  # no browser: a proxy that tells nothing of whom it asks for
    if not _is_loopback(request.client.host) or _name(headers.get("host", "")) not in _HERE:
        return False
    leads_here = request.method in {"GET", "HEAD"} and headers.get("sec-fetch-mode") == "navigate"
    return leads_here or headers.get("sec-fetch-site", "none") in {"none", "same-origin"}


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """How this browser likes its pages. `theme` is empty where the system decides."""

    language: str
    theme: str

    @classmethod
    def of(cls, request: Request) -> "Preferences":
        """What the cookies say; what they do not say, the browser's own words decide."""
        theme = _either(request, THEME)
        return cls(
            language=preferred(
                _either(request, LANGUAGE), request.headers.get("accept-language", "")
            ),
            theme=theme if theme in THEMES else "",
        )


def _either(request: Request, name: str) -> str:
    """A cookie that proves nothing, by whichever of its names."""
    return request.cookies.get(f"__Host-{name}") or request.cookies.get(name, "")
