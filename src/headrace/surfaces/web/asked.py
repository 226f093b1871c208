"""What a request asks of a page: whose eyes, which thing, which part of a list."""

from collections.abc import Mapping
from dataclasses import dataclass

from headrace.kernel.errors import Invalid
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.language import ENGLISH

_MOST = 2_147_483_647


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`path` holds the names in the address, `query` what follows the question mark; `language` is the
    reader's."""

    client: Client
    path: Mapping[str, str]
    query: Mapping[str, str]
    language: str = ENGLISH.code

    @property
    def person(self) -> str | None:
        """The handle of whoever reads; None for the operator of this machine."""
        return self.client.person

    def word(self, name: str) -> str | None:
        """A word of the query; an empty one counts as left out."""
        return self.query.get(name, "").strip() or None

    def number(self, name: str) -> int | None:
        """A whole number of the query, at least 1. Raises Invalid."""
        text = self.word(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and 0 < int(text[:11]) <= _MOST):
            raise Invalid(f"{name} in the address is to be a whole number from 1 on")
        return int(text)
