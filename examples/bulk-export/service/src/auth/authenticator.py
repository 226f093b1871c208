"""Turns a request into a principal, or refuses it."""

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from auth import store
from auth.model import Principal
from database import Database
from problems import NotSignedIn, response

SESSION_COOKIE = "records_session"
PAGE_HEADER = "X-Requested-With"
CHALLENGE = {"WWW-Authenticate": "Bearer"}


class Authenticator:
    """Accepts `Authorization: Bearer <token>`, and for pages a session cookie."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def principal(self, request: Request) -> Principal:
        """Who calls. Raises `NotSignedIn` with the way to sign in."""
        token = _bearer(request) or _session(request)
        if token is None:
            raise NotSignedIn("Send the header 'Authorization: Bearer <token>'.", headers=CHALLENGE)
        principal = self.of_token(token)
        if principal is None:
            raise NotSignedIn(
                "This token is unknown or revoked; ask for a new one.", headers=CHALLENGE
            )
        request.state.customer = principal.tenant_id  # for the access log
        return principal

    def of_token(self, token: str) -> Principal | None:
        """Whom the token speaks for, if it is alive."""
        with self.database.read() as connection:
            return store.principal_of(connection, token)


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _session(request: Request) -> str | None:
    # A browser sends the cookie by itself, so a foreign page could make it act. It cannot add
    # a header of its own across origins; reading needs none, since it cannot see the answer.
    if request.method not in ("GET", "HEAD") and PAGE_HEADER not in request.headers:
        return None
    return request.cookies.get(SESSION_COOKIE)


class RefuseKeysInAddresses:
    """Middleware: an API key in the address ends up in logs and histories, so it is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 when the query names a key, whether or not the key is right."""
        if scope["type"] == "http" and _names_a_key(scope["query_string"]):
            problem = NotSignedIn(
                "API keys in the address were withdrawn with version 2. "
                "Send the header 'Authorization: Bearer <token>' instead.",
                code="key_in_address",
                headers=CHALLENGE,
            )
            await response(problem)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _names_a_key(query: bytes) -> bool:
    names = {part.partition(b"=")[0].lower() for part in query.split(b"&")}
    return bool(names & {b"api_key", b"apikey", b"api-key"})
