"""Operations: every one that the reader may run, with a form made from its declared input."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from headrace.kernel.capability import Alarm, Effect, Operation, OperationKind
from headrace.kernel.confirmation import ConfirmationNeeded, ConfirmationStale, Preview
from headrace.kernel.errors import NotFound
from headrace.kernel.failures import Failure
from headrace.kernel.form import input_fields
from headrace.kernel.json import Json, from_json
from headrace.kernel.rehearsal import REHEARSABLE
from headrace.surfaces.web.advice import Piece, linked, pieces
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client
from headrace.surfaces.web.content import Block, blocks_of
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages.acts import may
from headrace.surfaces.web.pages.inputs import Input, fields_of, read
from headrace.surfaces.web.pages.search import Found, operations

EFFECTS = {
    Effect.NONE: said("It only reads."),
    Effect.WRITE: said("It writes. Look at what it would do before you do it."),
    Effect.SPEND: said("It spends: agents begin to work, within their budgets."),
    Effect.DESTROY: said("It destroys what cannot be brought back."),
    Effect.OUTSIDE: said("It acts outside of Headrace, where nothing is undone from here."),
}

CONFIRMATION = "the-confirmation"
"""The field of a form that carries a preview's token; no input has a name like it."""

UNDONE_BY = {
    "agent.pause": "agent.resume",
    "agent.resume": "agent.pause",
    "artifact.archive": "artifact.unarchive",
    "artifact.unarchive": "artifact.archive",
    "flag.kill": "flag.revive",
    "flag.revive": "flag.kill",
    "team.join": "team.leave",
    "team.leave": "team.join",
}
"""Operations that another one, given the same, takes back so that nothing is left of them but the
journal's lines. What only ends a thing, or is followed by other people's work, has no undo."""

_THINGS = {
    "agent": "/agents/",
    "change": "/changes/",
    "flag": "/flags/",
    "incident": "/incidents/",
    "mission": "/missions/",
    "release": "/releases/",
    "service": "/deployments/",
}
"""Inputs that name a thing with a page of its own, to which one goes back."""


@dataclass(frozen=True, kw_only=True)
class OperationsPage:
    items: tuple[Found, ...]


@dataclass(frozen=True, kw_only=True)
class Undo:
    """How what was just done is taken back: the operation and its input."""

    operation: str
    input: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class OperationPage:
    """`step` is "ask", "confirm" or "done"; `answer` is what it answered, or would answer.

    A `is_grave` one is confirmed in red; `back` is the page of what it is about, where it has one.
    `needs` is the right that the reader lacks for it, `refusal` why it was not done, with links to
    what helps. `undo` takes back what was done, where that is true. `preview` is what the house shows
    before it takes a confirmation, where it asks for one; it `is_stale` when another had been shown
    before.
    """

    name: str
    summary: str
    help: str
    effect: str
    effect_means: str
    is_grave: bool
    back: str | None
    inputs: tuple[Input, ...]
    step: str
    answer: tuple[Block, ...]
    preview: Preview | None
    is_stale: bool
    undo: Undo | None
    needs: str | None
    refusal: tuple[Piece, ...]


def show(asked: Asked) -> OperationsPage:
    """Every operation that the reader may run, by name."""
    return OperationsPage(items=tuple(operations(asked.client)))


def show_one(asked: Asked) -> OperationPage:
    """The empty form of one operation; the query fills it in."""
    operation = _operation(asked.client, asked.path["operation"])
    given = {field.name: asked.query.get(field.name, "") for field in input_fields(operation)}
    whole = page(asked.client, operation, given, step="ask")
    needs = None if may(asked.client, operation.name) else operation.permission
    return replace(whole, needs=needs, inputs=() if needs else whole.inputs)


def perform(client: Client, name: str, form: Mapping[str, str]) -> OperationPage:
    """What a form asks for: a rehearsal before the confirmation, or the operation itself.

    A query is answered at once; whatever does more is confirmed first, and where the house asks for
    a confirmation, with the preview that it gave. Raises what it raises.
    """
    operation = _operation(client, name)
    input = read(operation, form)
    is_confirmed = form.get("step") == "confirmed"
    if operation.must_be_confirmed is not None:
        shown = form.get(CONFIRMATION) if is_confirmed else None
        try:
            answer = client.confirm(name, shown, **input)
        except ConfirmationNeeded as asked:
            return _asked(client, operation, form, asked)
        return page(client, operation, form, step="done", answer=answer)
    if operation.effect is Effect.NONE or is_confirmed:
        return page(client, operation, form, step="done", answer=client.do(name, **input))
    would = client.rehearse(name, **input) if operation.effect in REHEARSABLE else {}
    return page(client, operation, form, step="confirm", answer=would)


def refused(client: Client, name: str, form: Mapping[str, str], failure: Failure) -> OperationPage:
    """The form once more, with what was written and why it was not done. Raises NotFound."""
    operation = _operation(client, name)
    why = pieces(
        failure.message, client.reception.house.operations, quotes=(*form.values(), failure.details)
    )
    return replace(page(client, operation, form, step="ask"), refusal=why)


def _asked(
    client: Client, operation: Operation, form: Mapping[str, str], asked: ConfirmationNeeded
) -> OperationPage:
    """The panel, amber or red. Raises what was asked where there is nothing to be confirmed any more."""
    if "confirmation" not in asked.details:
        raise asked
    preview = from_json(Preview, asked.details)
    whole = page(client, operation, form, step="confirm", answer=preview.answer)
    return replace(whole, preview=preview, is_stale=isinstance(asked, ConfirmationStale))


def page(
    client: Client,
    operation: Operation,
    form: Mapping[str, str],
    *,
    step: str,
    answer: Json = None,
) -> OperationPage:
    """The form with what was given, and the answer laid out."""
    told = answer if isinstance(answer, Mapping) else {}
    _, _, rest = operation.help.partition("\n")
    return OperationPage(
        name=operation.name,
        summary=operation.summary,
        help=linked(rest.strip(), client.reception.house.operations),
        effect=str(operation.effect),
        effect_means=EFFECTS[operation.effect],
        is_grave=operation.must_be_confirmed is Alarm.RED,
        back=_back(operation, form, is_done=step == "done"),
        inputs=fields_of(client, operation, form) if step != "done" else (),
        step=step,
        answer=blocks_of(told),
        preview=None,
        is_stale=False,
        undo=_undo(operation, form) if step == "done" else None,
        needs=None,
        refusal=(),
    )


def _undo(operation: Operation, form: Mapping[str, str]) -> Undo | None:
    """The way back with what was given; a reason stays the same one, for it is about the same thing."""
    taken_back_by = UNDONE_BY.get(operation.name)
    if taken_back_by is None:
        return None
    given = {field.name: form.get(field.name, "") for field in input_fields(operation)}
    return Undo(operation=taken_back_by, input=given)


def _back(operation: Operation, form: Mapping[str, str], *, is_done: bool) -> str | None:
    """What is only about to be made has no page yet: its name does not stand in the address."""
    address = operation.http.path if operation.http else ""
    for name, place in _THINGS.items():
        if form.get(name) and (is_done or f"{{{name}}}" in address):
            return place + quote(form[name], safe="")
    return None


def _operation(client: Client, name: str) -> Operation:
    operation = client.reception.house.operations.get(name)
    if operation is None or operation.kind not in {OperationKind.QUERY, OperationKind.COMMAND}:
        raise NotFound(f"There is no operation {name} with a form; /do lists those that there are")
    return operation
