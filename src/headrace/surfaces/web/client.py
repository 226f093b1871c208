"""The client: asks the house's operations in the name of whoever reads the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from headrace.kernel.access import Call, Credentials, Reception
from headrace.kernel.errors import NotAllowed
from headrace.kernel.json import Json, from_json
from headrace.surfaces.web.answers import READS, Contexts, People, Principal
from headrace.surfaces.web.porter import Porter

T = TypeVar("T")
_PAGE = 200


@dataclass(frozen=True)
class Client:
    """Operations as this reader may use them. Raises what the reception raises."""

    reception: Reception
    credentials: Credentials
    person: str | None = None  # the handle of whoever reads; None for the operator of this machine
    porter: Porter | None = None

    def ask(self, kind: type[T], operation: str, **input: Json) -> T:
        """The part of a query's answer that pages read; `kind` stands in READS for this query."""
        assert READS[operation] is kind
        return from_json(kind, self.do(operation, **input))

    def ask_if_allowed(self, kind: type[T], operation: str, **input: Json) -> T | None:
        """As `ask`; None where this reader may not know, so that a page shows the rest."""
        assert READS[operation] is kind
        given = {name: value for name, value in input.items() if value is not None}
        call = Call(operation=operation, input=given, credentials=self.credentials, tentative=True)
        try:
            return from_json(kind, self.reception.perform(call))
        except NotAllowed:
            return None

    def do(self, operation: str, **input: Json) -> Json:
        """The whole answer of an operation. A field that is None is left out."""
        return self.confirm(operation, None, **input)

    def confirm(self, operation: str, confirmation: str | None, **input: Json) -> Json:
        """As `do`, by somebody who has seen the preview that the confirmation is of."""
        given = {name: value for name, value in input.items() if value is not None}
        return self.reception.perform(
            Call(
                operation=operation,
                input=given,
                credentials=self.credentials,
                confirmation=confirmation,
            )
        )

    def read(self, kind: type[T], answer: Json) -> T:
        """The part of a command's answer that pages read."""
        return from_json(kind, answer)

    def rehearse(self, operation: str, **input: Json) -> Json:
        """What an operation would answer now; it leaves no trace."""
        given = {name: value for name, value in input.items() if value is not None}
        return self.reception.perform(
            Call(operation=operation, input=given, credentials=self.credentials, dry_run=True)
        )

    def as_operator(self) -> "Client":
        """The same organisation as the operator of this machine sees it."""
        return Client(self.reception, replace(self.credentials, stand_in=None))

    def account(self) -> tuple[Porter, str] | None:
        """The porter and this reader's session; None for whoever sits at this machine."""
        if self.porter is None or self.credentials.session is None:
            return None
        return self.porter, self.credentials.session

    def everybody(self) -> tuple[Principal, ...]:
        """Every principal of the organisation, by handle."""
        found: list[Principal] = []
        after: str | None = ""
        while after is not None:
            page = self.ask(People, "person.names", after=after, limit=_PAGE)
            found.extend(page.items)
            after = page.next
        return tuple(found)

    def titles(self, contexts: Iterable[str]) -> Mapping[str, str]:
        """What each of these contexts is called, by id; nothing where the reader may not know."""
        ids = sorted({one for one in contexts if one})
        found = self.ask_if_allowed(Contexts, "context.list", ids=ids) if ids else None
        return {one.id: one.title for one in (found.items if found else ())}

    def names(self) -> Mapping[str, str]:
        """What to call each principal, by id. Names are no secret from whoever may open a page."""
        return names_of(self.everybody())


def names_of(principals: Iterable[Principal]) -> Mapping[str, str]:
    """What to call each of these, by id."""
    return {one.id: one.name or one.handle for one in principals}


def called_by_handle(principals: Iterable[Principal]) -> Mapping[str, str]:
    """What to call each of these, by handle."""
    return {one.handle: one.name or one.handle for one in principals}


def named(names: Mapping[str, str], principal: str) -> str:
    """A principal in words; the engine and the operator have no row of their own."""
    return names.get(principal, principal)
