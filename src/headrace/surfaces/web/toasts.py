"""Toasts: what a form has just done, told on the page that it led to, with the way back where one is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from headrace.surfaces.web.language import said

WORDS: Mapping[str, str] = {
    "decided": said("%(item)s is decided."),
    "delegated": said("%(item)s is handed on."),
    "kept": said("The view %(item)s is saved."),
    "replaced": said("The view %(item)s is another one now."),
    "removed": said("The view %(item)s is kept no longer."),
}
"""What an address tells besides its page, by the name in its query; the script takes it out again."""

_WAS = "was"  # the address of a view that is kept no longer


@dataclass(frozen=True, kw_only=True)
class Toast:
    """`words` are said about `item`; `undo` is the form that takes it back, with `fields`; empty without."""

    words: str
    item: str
    undo: str
    fields: Mapping[str, str]


def after(address: str, name: str, item: str, was: str = "") -> str:
    """The address of a page that tells what was done."""
    parts = urlsplit(plain(address))
    told = [(name, item), *([(_WAS, was)] if was else [])]
    query = [*parse_qsl(parts.query, keep_blank_values=True), *told]
    return urlunsplit(parts._replace(query=urlencode(query)))


def plain(address: str) -> str:
    """The address without what it tells."""
    parts = urlsplit(address)
    if not any(name in parts.query for name in WORDS):
        return address
    query = parse_qsl(parts.query, keep_blank_values=True)
    left = [(name, value) for name, value in query if name not in {*WORDS, _WAS}]
    return urlunsplit(parts._replace(query=urlencode(left)))


def toast(query: Mapping[str, str], address: str) -> Toast | None:
    """What the query of an address tells."""
    name = next((one for one in WORDS if query.get(one)), None)
    if name is None:
        return None
    item = query[name]
    told = Toast(words=WORDS[name], item=item, undo="", fields={})
    if name == "kept":
        return replace(
            told, undo="/views/removal", fields={"name": item, "address": plain(address)}
        )
    if name == "removed" and query.get(_WAS):
        return replace(told, undo="/views", fields={"name": item, "address": query[_WAS]})
    return told
