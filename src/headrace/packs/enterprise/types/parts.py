"""Parts that several artifact types of the governed lifecycle have in common, and short ways to
declare a field."""

from collections.abc import Mapping
from typing import TypedDict, Unpack

from headrace.capabilities.artifacts.layout import Field, Kind, Phase, Table

LEVELS = ("high", "medium", "low")
SHORT_LEVELS: Mapping[str, str] = {"med": "medium"}
SIZES = ("small", "medium", "large")
TRENDS = ("rising", "stable", "declining")
PRIORITIES = ("P1", "P2", "P3")
ROLES = ("primary", "supporting")
VERDICTS = ("PASS", "PASS WITH NOTES", "FAIL", "ESCALATE")
SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4")
WEEK = r"\d{4}-W\d{2}"
TASK_ID = r"TASK-\d{3,}"


class Details(TypedDict, total=False):
    """What a field may say besides its name and kind."""

    label: str
    required: bool
    pattern: str
    minimum: float
    maximum: float
    projected: bool
    aliases: tuple[str, ...]
    synonyms: Mapping[str, str]
    remark: str
    summary: str


def text(name: str, **details: Unpack[Details]) -> Field:
    """A field of free text."""
    return Field(name=name, **details)


def choice(name: str, choices: tuple[str, ...], **details: Unpack[Details]) -> Field:
    """A field that holds one of `choices`."""
    return Field(name=name, kind=Kind.CHOICE, choices=choices, **details)


def choices(name: str, allowed: tuple[str, ...], **details: Unpack[Details]) -> Field:
    """A field that holds several of `allowed`."""
    return Field(name=name, kind=Kind.CHOICES, choices=allowed, **details)


def level(name: str, **details: Unpack[Details]) -> Field:
    """A field that holds high, medium or low."""
    given: Details = {"synonyms": SHORT_LEVELS, **details}
    return Field(name=name, kind=Kind.CHOICE, choices=LEVELS, **given)


def day(name: str, **details: Unpack[Details]) -> Field:
    """A field that holds a date."""
    return Field(name=name, kind=Kind.DATE, **details)


def moment(name: str, **details: Unpack[Details]) -> Field:
    """A field that holds a date and time with its zone."""
    return Field(name=name, kind=Kind.DATETIME, **details)


def whole(name: str, **details: Unpack[Details]) -> Field:
    """A field that holds a whole number, 0 at least."""
    given: Details = {"minimum": 0, **details}
    return Field(name=name, kind=Kind.INTEGER, **given)


def number(name: str, **details: Unpack[Details]) -> Field:
    """A field that holds a number."""
    return Field(name=name, kind=Kind.NUMBER, **details)


def yes_no(name: str, **details: Unpack[Details]) -> Field:
    """A field that holds yes or no."""
    return Field(name=name, kind=Kind.BOOLEAN, **details)


def texts(name: str, **details: Unpack[Details]) -> Field:
    """A field that holds a list."""
    return Field(name=name, kind=Kind.TEXTS, **details)


def reference(name: str, **details: Unpack[Details]) -> Field:
    """A field that names another work product, a file or an address."""
    return Field(name=name, kind=Kind.REFERENCE, **details)


def references(name: str, **details: Unpack[Details]) -> Field:
    """A field that names several of them."""
    return Field(name=name, kind=Kind.REFERENCES, **details)


def status(statuses: Mapping[str, Phase]) -> Field:
    """The status of a type, projected from its row: the body stays as it was approved."""
    return choice("status", tuple(statuses), projected=True, summary="Where it stands today.")


def identity(label: str) -> Field:
    """The reference that people use, given out when it is handed in: nobody writes it."""
    return text("reference", label=label, projected=True, summary="Given out by the record.")


CREATED = day("created", projected=True, summary="When it was written first.")
PROVENANCE = (
    CREATED,
    day("updated", label="Last updated", projected=True, summary="When this version was written."),
    whole("revision", projected=True, summary="Which version this is."),
    text("author", projected=True, summary="Who wrote this version."),
)
"""Who wrote the version shown, which it is, and when: drawn from the version's own row."""

MISSION = reference(
    "mission", label="Mission ID", projected=True, summary="The mission that this belongs to."
)
"""Drawn from the context: what a document belongs to is not for its author to say."""

BRIEF = reference("brief", label="Mission brief", projected=True, summary="The mission's brief.")

APPROVALS = Table(
    name="approvals",
    title="Approval",
    aliases=("Approvals",),
    projected=True,
    summary="Who decided, and when: drawn from the gate.",
    columns=(
        text("approver", required=True),
        text("verdict", required=True),
        moment("at", label="When"),
    ),
    key=("approver",),
)

REVISIONS = Table(
    name="revisions",
    title="Revision History",
    projected=True,
    summary="Every version with its author: drawn from the record.",
    columns=(
        whole("revision", label="Rev", required=True),
        day("date"),
        text("author"),
        text("summary"),
    ),
    key=("revision",),
)

OPEN_QUESTIONS = Table(
    name="open_questions",
    summary="What nobody has answered yet; each has somebody who will, and a day.",
    columns=(
        text("question", required=True, summary="What has to be answered."),
        text("owner", required=True, summary="Who answers it."),
        day("due", required=True, summary="By when."),
    ),
    key=("question",),
)

DIVISIONS = Table(
    name="divisions",
    title="Divisions Involved",
    required=True,
    summary="One primary division, the supporting ones, and what each contributes.",
    columns=(
        text("division", required=True, summary="Its name."),
        choice("role", ROLES, required=True, summary="Primary leads, supporting contributes."),
        text("contribution", required=True, summary="What it brings to the mission."),
    ),
    key=("division",),
)

ASSETS = Table(
    name="assets",
    title="Delivered Assets",
    summary="What stays after the mission, each with its entry in the registry.",
    columns=(
        text("asset", required=True, summary="Its name."),
        text("type", required=True, summary="What it is: code, documentation and so on."),
        reference("entry", label="Registry Entry", summary="Its page in work/assets/."),
    ),
    key=("asset",),
)
