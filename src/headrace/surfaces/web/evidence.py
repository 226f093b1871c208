"""Evidence: the places that show a thing, each with the page that it is looked at on. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

_RELEASE = re.compile(r"REL-[0-9]{4}-[0-9]+")
_GATE = re.compile(r"[GQ]-[0-9]+")
_FILE = re.compile(r"[\w.-]+(/[\w.-]+)+\.\w+")


@dataclass(frozen=True, kw_only=True)
class Place:
    """What an evaluator, a rehearsal or a person names as proof; `address` is None without a page."""

    text: str
    address: str | None


def places(evidence: str) -> tuple[Place, ...]:
    """Each part of a list such as `work/a.md, work/b.md`; text from outside never becomes a link out."""
    parts = (part.strip() for part in evidence.split(", "))
    return tuple(Place(text=one, address=_address(one)) for one in parts if one)


def why_address(path: str, repository: str = "", line: int | None = None) -> str:
    """The page that tells which decisions brought a file, or a line of it."""
    whole = f"{path}:{line}" if line else path
    given = {"path": whole, **({"repository": repository} if repository else {})}
    return f"/why?{urlencode(given)}"


def _address(text: str) -> str | None:
    if _GATE.fullmatch(text):
        return f"/inbox/{quote(text, safe='')}"
    if _RELEASE.fullmatch(text):
        return f"/releases/{text}"
    if text.startswith("flag "):
        return f"/flags/{quote(text.removeprefix('flag '), safe='')}"
    return why_address(text) if _FILE.fullmatch(text) else None
