"""An OpenID Connect provider on this machine: a real HTTP server that signs in whoever it is told to.

It keeps the protocol strictly (client, redirect, PKCE, codes good once); `lies` lets a test make
one thing false at a time.
"""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "headrace", "s3cret-of-the-client"


@dataclass
class LocalProvider:
    """`person` is who sits at it; `lies` changes claims, `forge` makes the token in another way."""

    issuer: str = ""
    person: dict = field(
        default_factory=lambda: {
            "sub": "u-1",
            "email": "ada@example.test",
            "email_verified": True,
        }
    )
    lies: dict = field(default_factory=dict)
    forge: object = None
    document: dict = field(default_factory=dict)
    codes: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discover),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _discover(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                **self.document,
            }
        )

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        self.asked.append(query)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        form = dict(await request.form())
        asked = self.codes.pop(form.get("code", ""), None)
        wanted = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {wanted}":
            return JSONResponse({"error": "invalid_client"}, 401)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        told = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if (
            asked is None
            or asked["code_challenge"] != told
            or asked["redirect_uri"] != form.get("redirect_uri")
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {"token_type": "Bearer", "access_token": "a", "id_token": self._id(asked)}
        )

    def _id(self, asked: dict) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
        }
        claims = {
            name: value for name, value in {**claims, **self.lies}.items() if value is not None
        }
        if self.forge is not None:
            return self.forge(self, claims)
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.key)


def unsigned(_provider: LocalProvider, claims: dict) -> str:
    """alg=none."""
    parts = ({"alg": "none"}, claims)
    return ".".join(_packed(part) for part in parts) + "."


def by_a_stranger(_provider: LocalProvider, claims: dict) -> str:
    """Signed well, by a key that the provider does not publish."""
    other = RSAKey.generate_key(2048, {"kid": "k1"})
    return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, other)


def by_the_public_key(provider: LocalProvider, claims: dict) -> str:
    """HS256 with the published key as its secret: the confusion of algorithms."""
    public = OctKey.import_key(json.dumps(provider.key.as_dict(private=False)))
    return jwt.encode({"alg": "HS256", "kid": "k1"}, claims, public)


def by_the_client_secret(_provider: LocalProvider, claims: dict) -> str:
    """HS256 with the client's secret."""
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


def tampered(provider: LocalProvider, claims: dict) -> str:
    """Another subject put in after signing."""
    head, _, tail = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, provider.key).split(".")
    return f"{head}.{_packed({**claims, 'sub': 'u-2'})}.{tail}"


def no_token(_provider: LocalProvider, _claims: dict) -> str:
    return "not.a.token"


def _packed(part: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
