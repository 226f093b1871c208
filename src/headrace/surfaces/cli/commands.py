"""Commands: one for each operation, its arguments read from the form of its input."""

import inspect
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from cyclopts import App, Group, Parameter

from headrace.kernel.access import Call, Credentials, perform_confirmed
from headrace.kernel.capability import Effect, Operation, OperationKind
from headrace.kernel.confirmation import ConfirmationNeeded
from headrace.kernel.errors import Invalid
from headrace.kernel.form import InputField, input_fields, nests, placed
from headrace.kernel.json import Json
from headrace.kernel.rehearsal import REHEARSABLE
from headrace.surfaces.cli.output import note, preview, show
from headrace.surfaces.cli.values import HOW, value

Perform = Callable[[Call], Json]

NamesFor = Callable[[Credentials], Mapping[str, str]]
"""The handle of every principal that a caller may see, by its id."""

EVERYWHERE = Group("Everywhere", sort_key=9)
_METAVARS = {"integer": "NUMBER", "number": "NUMBER", "boolean": None}
_FOLD = re.compile(r"(?<!\n)\n(?![\n\s*-])")
"""Where a docstring is folded within a paragraph: a terminal folds it anew, to its own width."""
_PAUSE = 0.5  # seconds between two looks at a stream


@dataclass(frozen=True, kw_only=True)
class Switches:
    """What every command may be told besides its input."""

    json_: bool = False
    organisation_: str | None = None
    as_: str | None = None
    dry_run_: bool = False
    yes_: bool = False
    key_: str | None = None
    wait_: bool = False


def command(
    operation: Operation,
    perform: Perform,
    defaults: Credentials,
    names: NamesFor | None = None,
) -> App:
    """The operation as a command, named by what follows its noun."""

    signature = inspect.Signature([*_parameters(operation), *_switches(operation)])

    def run(*given: Any, **named: Any) -> None:  # noqa: ANN401 - as many kinds as inputs have
        words = signature.bind(*given, **named).arguments
        known = Switches.__dataclass_fields__
        switches = Switches(**{name: words.pop(name) for name in known if name in words})
        call = Call(
            operation=operation.name,
            input=_input(operation, words),
            credentials=_credentials(defaults, switches),
            key=switches.key_,
            dry_run=switches.dry_run_,
        )
        _carry_out(operation, call, perform, switches, names)

    run.__signature__ = signature  # type: ignore[attr-defined]  # read by inspect, and so by cyclopts
    app = App(name=verb(operation), help=_help(operation), help_format="plaintext")
    app.default(run)
    return app


def noun(operation: Operation) -> str:
    """The first word of its command: `person`; for `whoami` the only one."""
    return operation.name.partition(".")[0].replace("_", "-")


def verb(operation: Operation) -> str:
    """The second word of its command: `add`."""
    rest = operation.name.partition(".")[2] or operation.name
    return rest.replace("_", "-").replace(".", "-")


def _help(operation: Operation) -> str:
    long = any(field.kind == "string" and field.choices is None for field in _fields(operation))
    return _FOLD.sub(" ", operation.help) + (
        f"\n\n{HOW}" if long and operation.effect is not Effect.NONE else ""
    )


def _fields(operation: Operation) -> tuple[InputField, ...]:
    return input_fields(operation)


def _carry_out(
    operation: Operation,
    call: Call,
    perform: Perform,
    switches: Switches,
    names: NamesFor | None,
) -> None:
    show_it = partial(
        show,
        as_json=switches.json_,
        columns=operation.columns,
        shown=operation.shown,
        names=partial(names, call.credentials) if names is not None else None,
    )
    if switches.yes_:
        answer = perform_confirmed(perform, call)
    else:
        answer = _asking(perform, call, as_json=switches.json_)
    show_it(answer)
    if not switches.json_ and isinstance(answer, Mapping) and answer.get("items"):
        _say_more(operation, answer, switches)
    if switches.dry_run_:
        note("Rehearsed; nothing was changed.")
    while switches.wait_ and isinstance(answer, Mapping):
        time.sleep(_PAUSE)
        answer = perform(replace(call, input={**call.input, "after": answer["position"]}))
        if isinstance(answer, Mapping) and answer["items"]:
            show_it(answer)


def _say_more(operation: Operation, answer: Mapping[str, Json], switches: Switches) -> None:
    """What a reader of a list may do next: read on, or what the operation hints at."""
    if answer.get("next") is not None:
        known = {field.name for field in _fields(operation)}
        option = next((f"--{name}" for name in ("after", "before") if name in known), None)
        note(f"There is more: {f'add {option}' if option else 'go on with'} {answer['next']}")
    if operation.hint and not switches.wait_:
        note(operation.hint)


def _asking(perform: Perform, call: Call, *, as_json: bool) -> Json:
    """The answer; on a terminal whoever calls is asked where the house asks. Raises as `perform`.

    A program that reads JSON gets the preview as it is, with what confirms it.
    """
    try:
        return perform(call)
    except ConfirmationNeeded as asked:
        if as_json:
            raise
        preview(asked.details)
        if not sys.stdin.isatty():
            raise Invalid(
                f"`{call.operation}` is to be confirmed, and nobody is here to be asked; add --yes"
            ) from None
        print("Go on? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise Invalid("Not confirmed; nothing was done") from None
        return perform(replace(call, confirmation=str(asked.details["confirmation"])))


def _input(operation: Operation, words: Mapping[str, Any]) -> dict[str, Json]:
    fields = {field.name: field for field in _fields(operation)}
    return {n: value(fields[n], word) for n, word in words.items() if word is not None}


def _credentials(defaults: Credentials, switches: Switches) -> Credentials:
    return replace(
        defaults,
        organisation=switches.organisation_ or defaults.organisation,
        stand_in=switches.as_ or defaults.stand_in,
    )


def _parameters(operation: Operation) -> Iterator[inspect.Parameter]:
    """Positional ones first: those of the path, then what else is required; then the options."""
    by_place = placed(operation)
    options = [one for one in _fields(operation) if one not in by_place]
    options.sort(key=lambda field: (not field.in_path, not field.required))
    for field in (*by_place, *options):
        positional = field in by_place
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD
            if positional
            else inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.required else None,
            annotation=_annotation(field),
        )


def _annotation(field: InputField) -> object:
    kind: object = str
    if field.kind == "boolean":
        kind = bool
    elif field.kind == "array" and not nests(field):
        kind = list[str]
    return Annotated[
        kind if field.required else kind | None,  # type: ignore[operator]  # a type made at run time
        Parameter(
            help=_told(field),
            metavar="JSON" if nests(field) else _METAVARS.get(field.kind, "TEXT"),
            choices=field.choices,
            negative=None if field.kind == "boolean" else (),
            allow_leading_hyphen=field.kind in {"integer", "number"},
        ),
    ]


def _told(field: InputField) -> str:
    parts = [field.help]
    if nests(field):
        parts.append("As JSON, or @file.json.")
    if field.default not in (None, "", [], {}):
        parts.append(f"Default: {field.default}.")
    if field.example:
        parts.append(f"For example: {field.example}")
    return " ".join(part for part in parts if part)


def _switches(operation: Operation) -> Iterator[inspect.Parameter]:
    taken = {f"--{field.name.replace('_', '-')}" for field in _fields(operation)}
    for name, kind, option, help in _offered(operation):
        if option not in taken:
            yield inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=False if kind is bool else None,
                annotation=Annotated[
                    kind,
                    Parameter(
                        name=option,
                        help=help,
                        group=EVERYWHERE,
                        negative=(),
                        show_default=False,
                        metavar=None if kind is bool else "TEXT",
                    ),
                ],
            )


def _offered(operation: Operation) -> Iterator[tuple[str, object, str, str]]:
    yield "json_", bool, "--json", "Answer, and errors, as JSON."
    yield "organisation_", str | None, "--organisation", "Slug of the organisation to work in."
    yield "as_", str | None, "--as", "Handle of the person in whose name the operator acts."
    if operation.effect in REHEARSABLE:
        yield "dry_run_", bool, "--dry-run", "Show the answer, and change nothing."
    if operation.must_be_confirmed is not None:
        yield "yes_", bool, "--yes", "Do it without asking again."
    if operation.effect is not Effect.NONE:
        yield "key_", str | None, "--key", "One key, one deed: a repeat gives the first answer."
    if operation.kind is OperationKind.STREAM:
        yield "wait_", bool, "--wait", "Go on until interrupted."
