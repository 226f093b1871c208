"""Asks a service on this machine whether it can take requests, and finds a port for one."""

import socket
from http import HTTPStatus
from http.client import HTTPException
from urllib.request import ProxyHandler, build_opener

# No proxy of the environment stands between a host and what runs beside it.
_OPENER = build_opener(ProxyHandler({}))


def is_healthy(url: str, *, seconds: float = 2.0) -> bool:
    """Whether this address answers 200 in time."""
    try:
        with _OPENER.open(url, timeout=seconds) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (OSError, HTTPException, ValueError):
        return False


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port
