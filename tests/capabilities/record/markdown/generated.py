"""Hypothesis strategies: layouts of every shape, contents that fit them, and hostile documents."""

from hypothesis import strategies as st

from headrace.capabilities.artifacts.layout import (
    LISTS,
    ArtifactType,
    Bullets,
    Checklist,
    Code,
    Each,
    Field,
    Group,
    Kind,
    Prose,
    Table,
    normal,
)

HOSTILE = [
    "", " ", "|", "a|b", "\\|", "\\", "`", "```", "~~~", "````x", "---", "- --", "--",
    "===", "***", "# one", "## Scope", "### Stream: x", "###### six", "#", "a #",
    "a \\#", "\\# a", "\\## b", "**Label:** x", "**Status:**", "Status: x",
    "- [ ] box", "- [x] box", "- item", "1. one", "10) ten", "> quote", "    code",
    "\tcode", "   three", "<!-- open", "<!-- shut -->", "<div>", "<script>", "<?php",
    "<![CDATA[", "<!DOCTYPE", "<br>", "<br/>", "\\<br>", "&lt;br>", "&amp;lt;br>",
    "&amp;", "[x]: /url", "[x]: <y", "\r\n", "\n", "\n\n", "\n\n\n", "\r", "\x00",
    "\x0b", "\x0c", "\x85", "\u2028", "\ufeff", "\u3000", "\xa0", "한국어 문서", "어댑터가 느리다",
    "👩‍💻🚀", "é", "e\u0301", "none", "(none)", "—", "yes", "no", "true", "a, b", "a; b",
    "x (y, z)", "AC-1", "**AC-7:** x", "AC-2: y", "[x] [ ] y", "Working paths:",
    "a: b", "{name}", "{0}", "%s", "x" * 5000, "~~~literal", "``` literal",
    "| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n--|--", "<!-- hint: x -->",
    "<!-- hi<!-- hint: x -->nt: y -->", "null", "2026-03-15", "medium (2-4 weeks)",
    "!!python/object:x", "&a *a", "\ud800",
]  # fmt: skip

words = st.one_of(
    st.text(max_size=20),
    st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=5).flatmap(
        lambda pieces: st.sampled_from(["", " ", "\n", "\n\n", "\n  ", "\r\n"]).map(
            lambda glue: glue.join(pieces)
        )
    ),
)
"""Text that means harm."""

CHOICES = ("low", "in-review", "Very High")


@st.composite
def fields(draw, prefix, count=4):
    kinds = draw(st.lists(st.sampled_from(list(Kind)), max_size=count))
    return tuple(
        Field(
            name=f"{prefix}{n}",
            kind=kind,
            choices=CHOICES if kind in (Kind.CHOICE, Kind.CHOICES) else (),
            required=draw(st.booleans()),
            projected=draw(st.booleans()),
        )
        for n, kind in enumerate(kinds)
    )


@st.composite
def sections(draw, prefix, depth):
    kinds = ["prose", "bullets", "checks", "table", "code"] + ["group", "each"] * (depth > 0)
    chosen = draw(st.lists(st.sampled_from(kinds), max_size=4))
    return tuple(draw(section(f"{prefix}{n}", kind, depth)) for n, kind in enumerate(chosen))


@st.composite
def section(draw, name, kind, depth):
    own = {"name": name, "required": draw(st.booleans()), "projected": draw(st.booleans())}
    match kind:
        case "prose":
            return Prose(**own)
        case "bullets":
            return Bullets(**own, ordered=draw(st.booleans()))
        case "checks":
            return Checklist(**own, ids=draw(st.sampled_from(["", "AC"])))
        case "table":
            columns = draw(fields(f"{name}c").filter(bool))
            return Table(
                **own, columns=columns, key=draw(st.sampled_from([(), (columns[0].name,)]))
            )
        case "code":
            return Code(**own, language=draw(st.sampled_from(["", "yaml"])))
    inner = {"fields": draw(fields(f"{name}f")), "sections": draw(sections(f"{name}s", depth - 1))}
    if kind == "group":
        return Group(**own, **inner)
    headed = draw(st.booleans())
    shapes = [f"{name} item: {{name}}", f"{name} {{number}}: {{name}}"]
    shapes += [f"{name}: {{name}}: {{title}}"]
    shapes += ["{name}", "{name}: {title}"] if headed else []
    return Each(**own, **inner, headed=headed, item=draw(st.sampled_from(shapes)))


@st.composite
def layouts(draw):
    return ArtifactType(
        name="thing",
        title=draw(st.sampled_from(["Thing", "Signal Digest"])),
        path="things/{slug}.md",
        header_titles=("Metadata",),
        fields=draw(fields("f")),
        sections=draw(sections("s", 2)),
    )


def value(field):
    one = st.one_of(words, st.sampled_from(CHOICES), st.integers(), st.floats(), st.booleans())
    if field.kind in LISTS:
        return st.lists(words, max_size=4)
    return one


@st.composite
def flat(draw, body):
    content = {f.name: draw(value(f)) for f in body.fields if draw(st.booleans())}
    return content | {s.name: draw(section_value(s)) for s in body.sections if draw(st.booleans())}


def section_value(part):
    match part:
        case Prose():
            return words
        case Bullets():
            return st.lists(words, max_size=4)
        case Checklist():
            return st.lists(
                st.fixed_dictionaries(
                    {"text": words, "checked": st.booleans()},
                    optional={"id": st.sampled_from(["AC-1", "AC-9", "x"])} if part.ids else {},
                ),
                max_size=4,
            )
        case Table():
            cells = {c.name: value(c) for c in part.columns}
            extra = st.dictionaries(words, words, max_size=2)
            return st.lists(
                st.fixed_dictionaries({}, optional=cells | {"extra": extra}), max_size=3
            )
        case Code():
            return st.fixed_dictionaries({"language": words | st.just("python"), "text": words})
        case Group():
            return flat(part)
    named = {"name": words} | ({"title": words} if "{title}" in part.item else {})
    return st.lists(
        st.tuples(st.fixed_dictionaries(named), flat(part)).map(lambda two: two[0] | two[1]),
        max_size=3,
    )


@st.composite
def contents(draw, layout):
    """Content of `layout` in normal form; its values may be nonsense, its shape is right."""
    parts = draw(flat(layout))
    names = {field.name for field in layout.fields}
    return normal(
        layout,
        {
            "title": draw(words),
            "fields": {name: value for name, value in parts.items() if name in names},
            "sections": {name: value for name, value in parts.items() if name not in names},
        },
    )


@st.composite
def documents(draw, layout):
    """What a person might make of a document of `layout`: headings of it, in any order, and noise."""
    marks = ["# ", "## ", "### ", "#### ", "", "- ", "- **", "**"]
    names = [layout.title, *layout.header_titles, *labels_of(layout)]
    known = st.tuples(st.sampled_from(marks), st.sampled_from(names), words).map(
        lambda three: f"{three[0]}{three[1]}{':**' if '**' in three[0] else ':'} {three[2]}"
    )
    heads = st.tuples(st.sampled_from(marks[:5]), st.sampled_from(names)).map("".join)
    lines = draw(st.lists(st.one_of(known, heads, words, st.just("")), max_size=25))
    return draw(st.sampled_from(["\n", "\n\n"])).join(lines)


@st.composite
def edited(draw, source):
    """`source` after a few edits by hand: lines moved, doubled, dropped, indented, added."""
    lines = source.split("\n")
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(lines)))
        other = draw(st.integers(0, len(lines)))
        match draw(st.sampled_from(["move", "double", "drop", "indent", "add"])):
            case "move":
                part = lines[place:other]
                del lines[place:other]
                at = draw(st.integers(0, len(lines)))
                lines[at:at] = part
            case "double":
                lines[place:place] = lines[min(place, other) : max(place, other)][:5]
            case "drop":
                del lines[place : place + draw(st.integers(1, 3))]
            case "indent":
                lines[place : place + 1] = [f"  {line}" for line in lines[place : place + 1]]
            case "add":
                lines[place:place] = draw(words).split("\n")
    return "\n".join(lines)


def labels_of(body):
    yield from (field.label for field in body.fields)
    for part in body.sections:
        yield part.title
        if isinstance(part, Table):
            header = " | ".join(column.label for column in part.columns)
            yield f"x\n\n| {header} |\n{'|---' * len(part.columns)}|\n| a | b | c |\n"
        if isinstance(part, Each):
            yield part.item.format(name="n", number=3, title="t")
        if isinstance(part, Each | Group):
            yield from labels_of(part)
