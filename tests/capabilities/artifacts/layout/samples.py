"""A small type with a part of every kind, and a content that fits it."""

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Bullets,
    Checklist,
    Code,
    Each,
    Field,
    Group,
    Kind,
    Phase,
    Prose,
    Table,
)

PLAN = ArtifactType(
    name="plan",
    title="Plan",
    path="work/{mission}/PLAN.md",
    reference_shape="PLAN-{year}-{number:03}",
    statuses={"proposed": Phase.DRAFT, "active": Phase.APPROVED},
    initial="proposed",
    fields=(
        Field(name="status", kind=Kind.CHOICE, choices=("proposed", "active"), projected=True),
        Field(
            name="size",
            kind=Kind.CHOICE,
            choices=("small", "medium"),
            synonyms={"m": "medium"},
            required=True,
            remark="duration",
        ),
        Field(name="duration"),
        Field(name="due", kind=Kind.DATE),
        Field(name="score", kind=Kind.NUMBER, minimum=0, maximum=1),
        Field(name="owners", kind=Kind.TEXTS),
    ),
    sections=(
        Prose(name="objective", required=True),
        Group(
            name="scope", sections=(Bullets(name="in_scope", required=True), Bullets(name="out"))
        ),
        Each(
            name="streams",
            item="Stream: {name}",
            required=True,
            fields=(
                Field(name="pool", required=True),
                Field(name="state", projected=True),
            ),
            sections=(Bullets(name="paths", title="Working paths", required=True),),
        ),
        Table(
            name="dependencies",
            columns=(
                Field(name="from", required=True),
                Field(name="to", required=True),
                Field(name="type", kind=Kind.CHOICE, choices=("blocks", "informs"), required=True),
                Field(name="met", kind=Kind.BOOLEAN, projected=True),
            ),
            key=("from", "to"),
        ),
        Checklist(name="criteria", ids="AC"),
        Code(name="interface", language="yaml"),
        Each(name="log", item="Entry: {name}", headed=False, projected=True, log=True),
    ),
)


def a_plan(**changes):
    """A plan that has no fault; `changes` replace parts by path ("fields.size")."""
    content = {
        "title": "Bulk export",
        "fields": {"size": "medium", "due": "2026-04-12", "owners": ["Ada", "Lin"]},
        "sections": {
            "objective": "Let customers take their data out.",
            "scope": {"in_scope": ["an API", "a page"], "out": ["streaming"]},
            "streams": [
                {"name": "api", "pool": "coding", "paths": ["src/api/"]},
                {"name": "ui", "pool": "coding", "paths": ["src/ui/"]},
            ],
            "dependencies": [{"from": "api", "to": "ui", "type": "blocks"}],
            "criteria": [{"id": "AC-1", "text": "all formats work", "checked": False}],
            "interface": {"language": "yaml", "text": "openapi: 3.0.3"},
        },
    }
    for path, value in changes.items():
        part, name = path.split("__")
        content[part][name] = value
    return content
