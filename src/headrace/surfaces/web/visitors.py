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

WHO = "headrace_who"
SESSION = "headrace_session"
LANGUAGE = "headrace_language"
THEME = "headrace_theme"
THEMES = ("light", "dark")
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_CHOICE = re.compile(r"([a-z0-9][a-z0-9-]{0,99})/([a-z0-9][a-z0-9-]{0,99})?")


class ForeignForm(NotAllowed):
    """A form that did not come from a page of this server."""

    code = "foreign_form"


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Whoever opens a page. `session` binds forms to one browser; it is no proof of identity."""

    session: str
    is_new: bool
    organisation: str | None
    person: str | None

    @property
    def credentials(self) -> Credentials:
        """What the reception is told: only local visitors are ever made, so the word is ours."""
        return Credentials(organisation=self.organisation, stand_in=self.person, trusted=True)


@dataclass(frozen=True)
class Guard:
    """Tells visitors of this machine from others. Its key lives as long as the process."""

    trust_loopback: bool
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def visitor(self, request: Request) -> Visitor:
        """Who opens a page. Raises NotSignedIn for anybody but a browser of this very machine."""
        if not (self.trust_loopback and is_from_here(request)):
            raise NotSignedIn(
                "These pages are shown on the machine that serves them and nowhere else: open "
                "http://127.0.0.1 with its port there, or bring the port to your machine with "
                "`ssh -L`. Programs elsewhere use /api/v1 with a token"
            )
        known = request.cookies.get(SESSION, "")
        is_new = not re.fullmatch(r"[0-9a-f]{32}", known)
        organisation, person = read_choice(request.cookies.get(WHO, ""))
        return Visitor(
            session=secrets.token_hex(16) if is_new else known,
            is_new=is_new,
            organisation=organisation,
            person=person,
        )

    def seal(self, visitor: Visitor) -> str:
        """What a form of this visitor's pages carries: bound to the browser and to the person."""
        bound = f"{visitor.session}|{visitor.organisation or ''}|{visitor.person or ''}"
        return hmac.new(self._key, bound.encode(), "sha256").hexdigest()

    def check_form(self, request: Request, visitor: Visitor, seal: str) -> None:
        """Raises ForeignForm unless a page of ours, shown to this visitor, sent the form."""
        origin = request.headers.get("origin")
        if origin != f"http://{request.headers.get('host', '')}":
            raise ForeignForm("The form came from another site; nothing was done")
        if not hmac.compare_digest(self.seal(visitor).encode(), seal.encode()):
            raise ForeignForm(
                "The form is from before the server started, or from another person's page; "
                "nothing was done. Go back, load the page again and send it once more"
            )


def read_choice(text: str) -> tuple[str | None, str | None]:
    """Organisation and person of `acme/vp-product`; without a person the operator reads."""
    found = _CHOICE.fullmatch(text)
    return (found[1], found[2]) if found else (None, None)


def checked_choice(text: str) -> str:
    """A choice as a form sends it. Raises Invalid."""
    if not _CHOICE.fullmatch(text):
        raise Invalid("Choose a person from the list")
    return text


def is_from_here(request: Request) -> bool:
    """Whether a browser of this very machine asks, under a name that only this machine has.

    The name keeps away sites whose name was re-bound to the loopback address; a proxy's mark means
    that somebody else may stand behind it; another site may lead here, but may not embed or send.
    """
    headers = request.headers
    if request.client is None or any(name in headers for name in _FORWARDED):
        return False
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
        theme = request.cookies.get(THEME, "")
        return cls(
            language=preferred(
                request.cookies.get(LANGUAGE, ""), request.headers.get("accept-language", "")
            ),
            theme=theme if theme in THEMES else "",
        )
