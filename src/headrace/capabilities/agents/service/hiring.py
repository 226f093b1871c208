"""Hiring: employees are made from role cards, change their state by approval, pause, and leave."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from headrace.capabilities.agents import card_rules, rules
from headrace.capabilities.agents.cards import Catalogue, Layer, Lifecycle, RoleCard, Roles, Seat
from headrace.capabilities.agents.cards import Organisation as Structure
from headrace.capabilities.agents.model import (
    Employee,
    EmployeeId,
    EmployeeNotFound,
    Hired,
    NotEmployable,
    Paused,
    PeopleDecide,
    Renewed,
    Resumed,
    RoleUnknown,
    StateChanged,
    StateRefused,
)
from headrace.capabilities.agents.store import employees as store
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind
from headrace.kernel.context import ActorKind, Ctx
from headrace.kernel.errors import Refusal
from headrace.kernel.house import House
from headrace.kernel.json import digest, to_json

_MAY_DECIDE = frozenset({ActorKind.PERSON, ActorKind.SYSTEM})
"""The system is the operator of this machine, or the founding of an organisation."""

_NOTHING = Structure(layers=(), loops=(), divisions=(), policies=(), seats=(), approvers={})


def card_hash(card: RoleCard) -> str:
    """What pins a card: SHA-256 over everything on it."""
    return digest(to_json(card))


def roles(ctx: Ctx) -> tuple[RoleCard, ...]:
    """Every role card that the packs declare, in their order."""
    return tuple(card for catalogue in _catalogues(ctx.house) for card in catalogue.cards)


def layers(ctx: Ctx) -> tuple[Layer, ...]:
    """The layers that the packs declare, in their order; one that two packs name stands once."""
    every = (one for each in _catalogues(ctx.house) for one in each.organisation.structure)
    return _each_once(every)


def seats(ctx: Ctx) -> tuple[Seat, ...]:
    """The people's seats that the packs declare; one that two packs name stands once."""
    every = (one for each in _catalogues(ctx.house) for one in each.organisation.seats)
    return _each_once(every)


T = TypeVar("T", Layer, Seat)


def _each_once(declared: Iterable[T]) -> tuple[T, ...]:
    found: dict[str, T] = {}
    for one in declared:
        found.setdefault(one.id, one)
    return tuple(found.values())


def load_catalogue(folder: Path) -> Catalogue:
    """Every card in a folder and the organisation beside them. Raises DeclarationsInvalid."""
    # The parser and the language of prompts take longer to import than a command takes to run.
    from headrace.capabilities.agents import card_files

    return card_files.load_catalogue(folder)


def check_roles(house: House) -> None:
    """Read every role card now. Raises DeclarationsInvalid with every fault of a pack's cards."""
    for _ in _catalogues(house):
        pass


def _catalogues(house: House) -> Iterator[Catalogue]:
    yield from house.declared(Catalogue)
    for declared in house.declared(Roles):
        yield declared.read()


def role(ctx: Ctx, name: str) -> RoleCard:
    """The role card as it is declared now. Raises RoleUnknown."""
    for card in roles(ctx):
        if card.id == name:
            return card
    known = ", ".join(sorted(card.id for card in roles(ctx))) or "none"
    raise RoleUnknown(f"No role {name!r}; the packs declare: {known}", role=name)


def staff(ctx: Ctx, cards: Iterable[RoleCard]) -> tuple[Employee, ...]:
    """One active employee for each active card that has none; those there work by the cards given.

    For the founding of an organisation, and for a new release of its packs. Repeats do nothing.
    Raises PeopleDecide to agents. Records Hired, Renewed.
    """
    _people_only(ctx)
    found: list[Employee] = []
    for card in cards:
        if card.status is not Lifecycle.ACTIVE:
            continue
        present = store.of_role(ctx.db, ctx.organisation, card.id)
        if not present:
            _hire(ctx, card, card.id, Lifecycle.ACTIVE)
        for one in present:
            _renew(ctx, one, card)
        found += store.of_role(ctx.db, ctx.organisation, card.id)
    return tuple(found)


def hire(ctx: Ctx, role_name: str, handle: str = "") -> Employee:
    """Propose an employee of a role. It works once its state is active, step by step approved.

    Raises RoleUnknown, NotEmployable, PeopleDecide to agents, and what people raise about the
    handle. Records Hired.
    """
    _people_only(ctx)
    card = role(ctx, role_name)
    refusal = card_rules.employment(card)
    if refusal is not None:
        raise NotEmployable(str(refusal), reasons=refusal.reasons)
    return _hire(ctx, card, handle or _free_handle(ctx, card), Lifecycle.PROPOSED)


def advance(ctx: Ctx, handle: str, to: Lifecycle, *, superseded_by: str = "") -> Employee:
    """Let an employee enter a state of its life, approved by who acts.

    Raises EmployeeNotFound, PeopleDecide to agents, StateRefused with every reason. A retired
    employee's principal is deactivated. Records StateChanged.
    """
    _people_only(ctx)
    one = _locked(ctx, handle)
    refusal = _against(ctx, one, to, superseded_by)
    if refusal is not None:
        raise StateRefused(f"@{one.handle} stays {one.state}: {refusal}", reasons=refusal.reasons)
    ending = to in {Lifecycle.DEPRECATED, Lifecycle.RETIRED}
    successor = (superseded_by or one.superseded_by) if ending else ""
    store.move(ctx.db, ctx.organisation, one.id, to, successor)
    if to is Lifecycle.RETIRED:
        people.deactivate(ctx, one.handle)
    ctx.record(
        StateChanged(
            employee=one.id, handle=one.handle, role=one.role, state=to, superseded_by=successor
        )
    )
    return employee(ctx, handle)


def _against(ctx: Ctx, one: Employee, to: Lifecycle, superseded_by: str) -> Refusal | None:
    reasons: list[str] = []
    structure = _structure(ctx, one.role)
    card = replace(one.card, status=one.state, superseded_by=one.superseded_by)
    changed = card_rules.change_of_state(
        card, to, _seat(ctx, structure, to), structure, superseded_by
    )
    if isinstance(changed, Refusal):
        reasons += changed.reasons
    if superseded_by and superseded_by not in {card.id for card in roles(ctx)}:
        reasons.append(f"No role {superseded_by!r} is declared that could take over")
    busy = rules.against_retiring(one) if to is Lifecycle.RETIRED else None
    if busy is not None:
        reasons += busy.reasons
    return Refusal(tuple(reasons)) if reasons else None


def _seat(ctx: Ctx, structure: Structure, to: Lifecycle) -> str:
    """The seat that is asked for, when the actor holds it; else who the actor is."""
    wanted = structure.approvers.get(to, "")
    if ctx.actor.kind is ActorKind.SYSTEM or ctx.principal in people.resolve(ctx, wanted):
        return wanted
    return f"@{people.principal(ctx, ctx.principal).handle}"


def _structure(ctx: Ctx, role_name: str) -> Structure:
    for catalogue in _catalogues(ctx.house):
        if catalogue.card(role_name) is not None:
            return catalogue.organisation
    return _NOTHING


def pause(ctx: Ctx, handle: str) -> Employee:
    """Give an employee no new run; what runs goes on. Repeats do nothing.

    Raises EmployeeNotFound, PeopleDecide to agents. Records Paused.
    """
    return _set_paused(ctx, handle, paused=True)


def resume(ctx: Ctx, handle: str) -> Employee:
    """Let an employee take runs again. Repeats do nothing.

    Raises EmployeeNotFound, PeopleDecide to agents. Records Resumed.
    """
    return _set_paused(ctx, handle, paused=False)


def renew(ctx: Ctx, handle: str) -> Employee:
    """Let an employee work by its role card as it is declared now; open runs keep the former one.

    Raises EmployeeNotFound, RoleUnknown, PeopleDecide to agents. Records Renewed.
    """
    _people_only(ctx)
    one = _locked(ctx, handle)
    _renew(ctx, one, role(ctx, one.role))
    return employee(ctx, handle)


def employee(ctx: Ctx, handle: str) -> Employee:
    """The employee. Raises EmployeeNotFound."""
    found = store.by_handle(ctx.db, ctx.organisation, handle.removeprefix("@"))
    if found is None:
        raise _unknown(handle)
    return found


def employees(
    ctx: Ctx, *, state: Lifecycle | None = None, after: str = "", limit: int = 50
) -> Sequence[Employee]:
    """Employees by handle, those that follow `after`."""
    return store.page(ctx.db, ctx.organisation, state=state, after=after, limit=limit)


def _hire(ctx: Ctx, card: RoleCard, handle: str, state: Lifecycle) -> Employee:
    principal = people.add_principal(ctx, handle=handle, name=card.name, kind=PrincipalKind.AGENT)
    made = Employee(
        id=EmployeeId(ctx.new_id("emp")),
        principal=principal.id,
        handle=principal.handle,
        role=card.id,
        state=state,
        superseded_by="",
        paused=False,
        card=card,
        card_hash=card_hash(card),
        hired_by=ctx.principal,
        hired_at=ctx.now,
        open_runs=0,
    )
    store.pin(ctx.db, ctx.organisation, card, made.card_hash)
    store.add(ctx.db, ctx.organisation, made)
    ctx.record(
        Hired(
            employee=made.id,
            handle=made.handle,
            role=made.role,
            principal=made.principal,
            card_hash=made.card_hash,
            state=state,
        )
    )
    return made


def _renew(ctx: Ctx, one: Employee, card: RoleCard) -> None:
    hash = card_hash(card)
    store.pin(ctx.db, ctx.organisation, card, hash)
    if store.renew(ctx.db, ctx.organisation, one.id, hash):
        ctx.record(Renewed(employee=one.id, handle=one.handle, role=one.role, card_hash=hash))


def _set_paused(ctx: Ctx, handle: str, *, paused: bool) -> Employee:
    _people_only(ctx)
    one = _locked(ctx, handle)
    if store.pause(ctx.db, ctx.organisation, one.id, paused):
        event = Paused if paused else Resumed
        ctx.record(event(employee=one.id, handle=one.handle, role=one.role))
    return employee(ctx, handle)


def _free_handle(ctx: Ctx, card: RoleCard) -> str:
    number = len(store.of_role(ctx.db, ctx.organisation, card.id)) + 1
    return card.id if number == 1 else f"{card.id}-{number}"


def _locked(ctx: Ctx, handle: str) -> Employee:
    found = store.by_handle(ctx.db, ctx.organisation, handle.removeprefix("@"), lock=True)
    if found is None:
        raise _unknown(handle)
    return found


def _unknown(handle: str) -> EmployeeNotFound:
    return EmployeeNotFound(
        f"No employee @{handle.removeprefix('@')}; `headrace agent list` shows them all",
        employee=handle,
    )


def _people_only(ctx: Ctx) -> None:
    if ctx.actor.kind not in _MAY_DECIDE:
        raise PeopleDecide("Only a person decides about agents and their cards; ask one")
