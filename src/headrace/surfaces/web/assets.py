"""Assets: the style sheet and the script as they are on this machine, built or plain."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

_PLAIN = "base.css"
_BUILT = ("console.css", "console.js")
_ICON = "mark.svg"
_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file that pages load; `address` changes with its content, so it may be kept for ever."""

    name: str
    kind: str
    content: bytes
    address: str


@dataclass(frozen=True, kw_only=True)
class Assets:
    """What pages load. Without a build there is no script, and the style is the base sheet."""

    style: Asset
    script: Asset | None
    icon: Asset

    def named(self, name: str) -> Asset | None:
        """An asset by its file name; None for any other file."""
        every = (self.style, self.script, self.icon)
        return next((one for one in every if one and one.name == name), None)


def load() -> Assets:
    """The assets that there are."""
    style, script = (_read(name) for name in _BUILT)
    plain, icon = _read(_PLAIN), _read(_ICON)
    assert plain is not None and icon is not None  # noqa: PT018 - both are parts of the package
    if style is not None and script is not None:
        return Assets(style=style, script=script, icon=icon)
    return Assets(style=plain, script=None, icon=icon)


def _read(name: str) -> Asset | None:
    place = files("headrace.surfaces.web").joinpath("static", name)
    if not place.is_file():
        return None
    content = place.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    return Asset(
        name=name,
        kind=_KINDS[name.rpartition(".")[2]],
        content=content,
        address=f"/static/{name}?v={digest}",
    )
