"""What views offer to REST, CLI and MCP."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from headrace.capabilities.people import service
from headrace.capabilities.people.model import SELF, View
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.inputs import Names

Name = Annotated[str, Field(min_length=1, max_length=80, description="What you call it.")]


@dataclass(frozen=True, kw_only=True)
class ToKeep:
    name: Name
    address: Annotated[
        str,
        Field(max_length=2_000, description="Path and query in the console: /changes?state=open."),
    ]


@dataclass(frozen=True, kw_only=True)
class ViewName:
    name: Annotated[Name, Names("view")]


@dataclass(frozen=True, kw_only=True)
class AllOfThem:
    """No input."""


@dataclass(frozen=True, kw_only=True)
class Views:
    items: tuple[View, ...]


def save(ctx: Ctx, kept: ToKeep) -> View:
    """Keep a list with its filters under a name, for yourself; the name again replaces it."""
    return service.save_view(ctx, kept.name, kept.address)


def listing(ctx: Ctx, _: AllOfThem) -> Views:
    """List the views that you keep, by name."""
    return Views(items=tuple(service.views(ctx)))


def remove(ctx: Ctx, one: ViewName) -> None:
    """Keep a view no longer."""
    service.remove_view(ctx, one.name)


OPERATIONS = (
    Operation(
        name="view.save",
        permission=SELF,
        input=ToKeep,
        output=View,
        run=save,
        http=Http(method="PUT", path="/views/{name}"),
    ),
    Operation(
        name="view.list",
        permission=SELF,
        input=AllOfThem,
        output=Views,
        run=listing,
        http=Http(method="GET", path="/views"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("name", "address", "saved_at"),
    ),
    Operation(
        name="view.remove",
        permission=SELF,
        input=ViewName,
        output=type(None),
        run=remove,
        http=Http(method="DELETE", path="/views/{name}"),
    ),
)
