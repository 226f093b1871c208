"""Signing in at this installation: at which address, for whom, and whom the machine trusts without it."""

import ipaddress
from urllib.parse import urlsplit

from headrace.app.installation import Installation
from headrace.capabilities.people.provider import Provider, ProviderSettings
from headrace.capabilities.people.web import HousePorter
from headrace.kernel.errors import Invalid
from headrace.settings import Settings
from headrace.surfaces.web.visitors import Site

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def trusts_loopback(settings: Settings, host: str) -> bool:
    """Whether whoever sits at this machine needs no sign-in.

    Not where the server listens elsewhere, and not where the console is public: a proxy on this
    machine that tells nothing of its callers would make each of them the operator.
    """
    return host in LOOPBACK and settings.sign_in == "local" and not settings.public_url


def site(settings: Settings) -> Site:
    """The console's address from elsewhere. Raises Invalid for one that cannot be used."""
    proxies = tuple(one.strip() for one in settings.trusted_proxies.split(",") if one.strip())
    for proxy in proxies:
        try:
            ipaddress.ip_address(proxy)
        except ValueError:
            raise Invalid(f"HEADRACE_TRUSTED_PROXIES: {proxy!r} is no address") from None
    return Site(origin=_origin(settings.public_url), proxies=proxies)


def porter(installation: Installation) -> HousePorter:
    """Who keeps the console's door. Raises Invalid for a provider that cannot be used."""
    return HousePorter(
        installation.units,
        life=installation.session_life,
        provider=_provider(installation.settings),
    )


def _provider(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise Invalid("HEADRACE_OIDC_ISSUER is set, but HEADRACE_OIDC_CLIENT_ID is not")
    secret = settings.oidc_client_secret
    return Provider(
        ProviderSettings(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            name=settings.oidc_name,
        )
    )


def _origin(address: str) -> str:
    if not address:
        return ""
    parts = urlsplit(address.rstrip("/"))
    is_whole = parts.scheme in {"http", "https"} and parts.hostname and parts.netloc
    if not is_whole or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise Invalid(
            f"HEADRACE_PUBLIC_URL: {address!r} is no address of a site; write https://headrace.example"
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise Invalid(
            "HEADRACE_PUBLIC_URL: passwords never travel in the clear. Put a proxy with TLS in front "
            "and write https://"
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"
