"""The sign-in provider: OpenID Connect as its client (authorization code, PKCE, state, nonce).

The only module that speaks to it and the only one that knows the libraries. Nothing it says is
believed before its signature, issuer, audience, nonce and times are checked.
"""

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from headrace.kernel.errors import Invalid, NotAllowed
from headrace.kernel.failures import Unavailable

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")
"""Signatures that are taken: by the provider's own key, never by a secret that both know, never none."""

LEEWAY = 60  # seconds by which two clocks may differ
_OLDEST = 600  # seconds since a token was made
_FRESH = 600.0  # seconds for which what the provider published is kept
_REST = 30.0  # seconds between two looks for a key that is not there
_PATIENCE = 5.0  # seconds for an answer
_LONGEST = 1024 * 1024  # bytes of an answer
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class ProviderFailed(NotAllowed):
    """What the provider sent cannot be trusted, or it let nobody in."""

    code = "people.provider_failed"


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """Which provider, as which client of it. `name` is what people call it."""

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    name: str = "OpenID Connect"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who somebody is at the provider. `email` is empty unless the provider verified it."""

    issuer: str
    subject: str
    email: str


@dataclass(frozen=True, kw_only=True)
class _Published:
    """What the provider says about itself, and its keys."""

    at: float
    document: Mapping[str, Any]
    keys: KeySet


class Provider:
    """One provider. Keeps what it published for ten minutes."""

    def __init__(self, settings: ProviderSettings) -> None:
        _require_safe(settings.issuer, "the issuer")
        self._settings = settings
        self._lock = threading.Lock()
        self._published: _Published | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return self._settings.name

    def address(self, *, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is sent. Raises Unavailable, ProviderFailed."""
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect,
            "scope": "openid email",
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        place = _endpoint(self._known().document, "authorization_endpoint")
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def identity(
        self, query: Mapping[str, str], *, redirect: str, nonce: str, verifier: str
    ) -> Identity:
        """Who came back, from what the browser brought. Raises Unavailable, ProviderFailed."""
        if query.get("iss", self._settings.issuer) != self._settings.issuer:
            raise _untrusted("another provider sent it")
        if "error" in query or not query.get("code"):
            raise ProviderFailed(f"{self.name} let nobody in; try again, or sign in another way")
        token = self._exchange(query["code"], redirect=redirect, verifier=verifier)
        return self._judged(self._claims(token), nonce)

    def _exchange(self, code: str, *, redirect: str, verifier: str) -> str:
        document = self._known().document
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        secret, basic = self._settings.client_secret, None
        if secret is None:
            form["client_id"] = self._settings.client_id
        elif "client_secret_basic" in document.get(
            "token_endpoint_auth_methods_supported", ("client_secret_basic",)
        ):
            basic = (self._settings.client_id, secret)
        else:
            form |= {"client_id": self._settings.client_id, "client_secret": secret}
        answer = _asked("POST", _endpoint(document, "token_endpoint"), data=form, auth=basic)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _untrusted("it holds no ID token")
        return token

    def _claims(self, token: str) -> Mapping[str, Any]:
        """What a signed token says. A key that is not known yet is looked for once more."""
        published = self._known()
        try:
            return _decoded(token, published.keys)
        except (JoseError, ValueError):
            if time.monotonic() - published.at < _REST:
                raise _untrusted("its signature does not hold") from None
        try:
            return _decoded(token, self._known(anew=True).keys)
        except (JoseError, ValueError):
            raise _untrusted("its signature does not hold") from None

    def _judged(self, claims: Mapping[str, Any], nonce: str) -> Identity:
        fault = self._fault(claims, nonce)
        if fault is not None:
            raise _untrusted(fault)
        verified = claims.get("email_verified") is True and isinstance(claims.get("email"), str)
        return Identity(
            issuer=self._settings.issuer,
            subject=claims["sub"],
            email=claims["email"] if verified else "",
        )

    def _fault(self, claims: Mapping[str, Any], nonce: str) -> str | None:
        """Why the claims are not taken (OpenID Connect Core, 3.1.3.7); None when they are."""
        now = time.time()
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        party = claims.get("azp", self._settings.client_id if len(audiences) == 1 else None)
        checks = {
            "another provider made it": claims.get("iss") == self._settings.issuer,
            "it is for another program": self._settings.client_id in audiences
            and party == self._settings.client_id,
            "it answers another question": isinstance(claims.get("nonce"), str)
            and hmac.compare_digest(claims["nonce"].encode(), nonce.encode()),
            "it has run out": _moment(claims, "exp", 0) > now - LEEWAY,
            "it was made too long ago, or in the future": now - _OLDEST - LEEWAY
            < _moment(claims, "iat", 0)
            < now + LEEWAY,
            "it does not hold yet": _moment(claims, "nbf", now) < now + LEEWAY,
            "it names nobody": isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255,
        }
        return next((fault for fault, holds in checks.items() if not holds), None)

    def _known(self, *, anew: bool = False) -> _Published:
        with self._lock:
            found = self._published
            if found is None or anew or time.monotonic() - found.at > _FRESH:
                found = self._published = self._look()
            return found

    def _look(self) -> _Published:
        place = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        document = _asked("GET", place)
        if document.get("issuer") != self._settings.issuer:
            raise _untrusted("what it publishes names another issuer")
        try:
            keys = KeySet.import_key_set(_asked("GET", _endpoint(document, "jwks_uri")))  # type: ignore[arg-type]  # judged there
        except (JoseError, ValueError, KeyError, TypeError):
            raise _untrusted("its keys cannot be read") from None
        return _Published(at=time.monotonic(), document=document, keys=keys)


def _decoded(token: str, keys: KeySet) -> Mapping[str, Any]:
    claims: Mapping[str, Any] = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
    return claims


def _moment(claims: Mapping[str, Any], name: str, missing: float) -> float:
    value = claims.get(name, missing)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _challenge(verifier: str) -> str:
    """RFC 7636: the hash that only whoever has the verifier can answer."""
    return (
        base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    )


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    place = document.get(name)
    if not isinstance(place, str):
        raise _untrusted(f"it publishes no {name}")
    _require_safe(place, name)
    return place


def _require_safe(address: str, what: str) -> None:
    """Raises Invalid for an address in the clear, unless it is this machine's own."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
        raise Invalid(f"The sign-in provider: {what} {address!r} is to begin with https://")


def _asked(
    method: str,
    address: str,
    *,
    data: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> Mapping[str, Any]:
    """A JSON object of the provider. Redirects are not followed. Raises Unavailable, ProviderFailed."""
    try:
        answer = httpx2.request(
            method, address, data=data, auth=auth, timeout=_PATIENCE, follow_redirects=False
        )
    except httpx2.HTTPError:
        raise Unavailable("The sign-in provider does not answer; try again in a moment") from None
    if answer.status_code >= 500:
        raise Unavailable("The sign-in provider is not well; try again in a moment")
    if answer.status_code != 200 or len(answer.content) > _LONGEST:
        raise _untrusted(f"it was answered with {answer.status_code}")
    try:
        found = answer.json()
    except ValueError:
        raise _untrusted("it is no JSON") from None
    if not isinstance(found, dict):
        raise _untrusted("it is no JSON object")
    return found


def _untrusted(fault: str) -> ProviderFailed:
    return ProviderFailed(
        f"What the sign-in provider sent is not taken: {fault}. Begin again; if it happens once more, "
        "tell whoever looks after Headrace here"
    )
