import pytest

from headrace.capabilities.artifacts.layout import (
    ArtifactType,
    Each,
    Field,
    Group,
    Kind,
    Prose,
    Table,
)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"fields": (Field(name="a"), Field(name="a"))}, "declared twice"),
        ({"fields": (Field(name="a b"),)}, "no plain name"),
        (
            {"fields": (Field(name="a", label="Scope"),), "sections": (Prose(name="scope"),)},
            "twice",
        ),
        ({"sections": (Each(name="a", item="Stream"),)}, "names its items nowhere"),
        ({"sections": (Each(name="a", headed=False),)}, "needs words before the name"),
        ({"sections": (Each(name="a", fields=(Field(name="name"),)),)}, "may not declare 'name'"),
        ({"sections": (Table(name="a", columns=(Field(name="b"),), key=("c",)),)}, "no column"),
        ({"sections": (Prose(name="a", loose=True), Prose(name="b", loose=True))}, "two parts"),
        ({"initial": "unheard-of"}, "initial status"),
    ],
)
def test_a_declaration_that_cannot_work_stops_the_start(parts, told):
    with pytest.raises(ValueError, match=told):
        ArtifactType(name="thing", title="Thing", path="things/{slug}.md", **parts)


def test_nesting_deeper_than_headings_go_is_refused():
    part = Prose(name="deep")
    for level in range(5):
        part = Group(name=f"g{level}", sections=(part,))

    with pytest.raises(ValueError, match="nested deeper"):
        ArtifactType(name="thing", title="Thing", path="things/{slug}.md", sections=(part,))


def test_choices_and_a_choice_kind_go_together():
    with pytest.raises(ValueError, match="go together"):
        Field(name="a", choices=("b",))
    with pytest.raises(ValueError, match="go together"):
        Field(name="a", kind=Kind.CHOICE)
