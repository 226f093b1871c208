"""Fields and unheaded parts: what stands under a heading before the next one.

People write a field as `- **Label:** value`, `Label: value`, `> **Label:** value`, in a table of
labels and values, or by ticking one of several boxes; all are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from headrace.capabilities.artifacts.layout import (
    Body,
    Bullets,
    Content,
    Field,
    Kind,
    Prose,
    Section,
    Table,
    label_key,
    normal_value,
)
from headrace.capabilities.record.markdown.blocks import Block, Item, Sort
from headrace.capabilities.record.markdown.cells import read_cell
from headrace.capabilities.record.markdown.headings import field_labelled, section_titled
from headrace.capabilities.record.markdown.lines import labelled
from headrace.capabilities.record.markdown.tables import known_columns
from headrace.capabilities.record.markdown.words import read_box, read_item, read_value

APART = -2
"""The order of a block that was made here: it follows no other."""

ENOUGH = 0.5
"""A table without a heading belongs to a section when this share of its columns is the section's."""


@dataclass(kw_only=True)
class Opened:
    """A section that no heading opened: its `run`, and the `label` before it."""

    section: Section
    run: list[Block] = field(default_factory=list)
    label: tuple[Block, ...] = ()


@dataclass(kw_only=True)
class Header:
    """What was found: `values` of fields, sections `opened` by a label or by their form (with the
    blocks of each, the label's first), names of fields that were `repeated`, and the `rest`."""

    values: Content = field(default_factory=dict)
    opened: list[Opened] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    rest: list[Block] = field(default_factory=list)


@dataclass(kw_only=True)
class HeaderReader:
    """Reads block by block; the first value of a field counts, an empty one counts for nothing."""

    body: Body
    found: Header = field(default_factory=Header)
    run: list[Block] | None = None
    """The blocks of the section that a label has opened, while it is open."""

    def block(self, block: Block) -> None:
        if block.sort in ("paragraph", "quote"):
            self.paragraph(block)
        elif block.sort == "rule":
            self.run = None
        elif self.run is not None:
            self.run.append(block)
        elif block.sort == "list":
            self.listed(block)
        elif block.sort == "table":
            self.table(block)
        else:
            self.found.rest.append(block)

    def paragraph(self, block: Block) -> None:
        for stretch in self.stretches(block):
            if stretch.section is not None:
                self.begin(stretch, block)
            elif stretch.field is not None:
                self.run = None
                self.take(stretch.field, "\n".join(stretch.lines))
            else:
                start = block.start + stretch.start
                piece = replace(block, start=start, lines=tuple(stretch.lines))
                (self.found.rest if self.run is None else self.run).append(piece)

    def stretches(self, block: Block) -> list["_Stretch"]:
        """Lines by label; one without a label goes on with the value, or the text, before it."""
        found: list[_Stretch] = []
        for place, line in enumerate(block.lines):
            words = (line.lstrip(" >") if block.sort == "quote" else line).strip()
            opened = self.open(words)
            fields = [] if opened else self.labels(words)
            if opened:
                found.append(_Stretch(start=place, section=opened[0], lines=[opened[1]]))
            elif fields:
                found += [_Stretch(start=place, field=f, lines=[value]) for f, value in fields]
            elif found and found[-1].goes_on(words):
                found[-1].lines.append(line if found[-1].field is None else words)
            else:
                found.append(_Stretch(start=place, lines=[line]))
        return found

    def open(self, words: str) -> tuple[Section, str] | None:
        """The section that a label such as "Working paths:" opens, and what follows it."""
        label = labelled(words)
        section = section_titled(self.body, label[0]) if label else None
        if section is None or label is None:
            return None
        return (section, label[1]) if not label[1] or isinstance(section, Prose | Bullets) else None

    def begin(self, stretch: "_Stretch", block: Block) -> None:
        assert stretch.section is not None
        label = f"**{stretch.section.title}:**"
        line = replace(block, sort="paragraph", order=APART, lines=(label,))
        opened = Opened(section=stretch.section, label=(line,))
        self.run = opened.run
        self.found.opened.append(opened)
        if any(stretch.lines):
            first = "- " if isinstance(stretch.section, Bullets) else ""
            kept = "\n".join(stretch.lines).strip("\n").split("\n")
            lines = (first + kept[0], *(" " * len(first) + line for line in kept[1:]))
            start = block.start + stretch.start
            sort: Sort = "list" if first else "paragraph"
            items = (Item(text="\n".join(kept), start=start, lines=lines),) if first else ()
            self.run.append(replace(block, sort=sort, start=start, lines=lines, items=items))

    def labels(self, words: str) -> list[tuple[Field, str]]:
        """The fields on one line; several stand there parted by bars, when all are known."""
        pieces = [self.label(piece.strip()) for piece in words.split(" | ")]
        known = [piece for piece in pieces if piece is not None]
        if len(known) == len(pieces):
            return known
        whole = self.label(words)
        return [whole] if whole else []

    def label(self, words: str) -> tuple[Field, str] | None:
        """The field of a line, and its value; a label may be of two parts ("By state: open")."""
        found = labelled(words.removeprefix("- "))
        known = field_labelled(self.body, found[0]) if found else None
        if found and known is None:
            inner = labelled(found[1])
            known = field_labelled(self.body, f"{found[0]}: {inner[0]}") if inner else None
            found = inner if known else found
        return (known, found[1]) if known and found else None

    def listed(self, block: Block) -> None:
        if self.boxes(block):
            return
        for item in block.items:
            found = self.label(read_item(item.text))
            if found:
                self.take(*found)
            else:
                self.found.rest.append(
                    replace(block, start=item.start, lines=item.lines, items=(item,))
                )

    def boxes(self, block: Block) -> bool:
        """Takes a list of boxes that are the choices of one field; False when it is another list."""
        boxes = [read_box(item.text) for item in block.items]
        for known in self.body.fields:
            ticked = []
            for box in boxes:
                choice = _begun(known, box[1]) if box else None
                if box is None or choice is None:
                    break
                ticked += [choice] if box[0] else []
            else:
                many = known.kind is Kind.CHOICES or len(ticked) != 1
                if ticked:
                    self.take(known, ", ".join(ticked) if many else ticked[0])
                return True
        return False

    def table(self, block: Block) -> None:
        parts = [part for part in self.body.sections if isinstance(part, Table)]
        part = next((part for part in parts if known_columns(part, block) >= ENOUGH), None)
        if part is not None:
            self.found.opened.append(Opened(section=part, run=[block]))
        elif len(block.rows[0]) == 2:
            self.pairs(block)
        else:
            self.found.rest.append(block)

    def pairs(self, block: Block) -> None:
        """A table of labels and values; its header may be a pair of its own."""
        labels = [field_labelled(self.body, read_cell(row[0])) for row in block.rows]
        for row, known in zip(block.rows, labels, strict=True):
            if known is not None:
                self.take(known, read_cell(" | ".join(row[1:])))
        lines = (block.lines[0], *block.lines[2:])
        left = [line for line, known in zip(lines[1:], labels[1:], strict=True) if not known]
        if left or not any(labels):
            header = "|  |  |" if labels[0] else lines[0]
            kept = (header, block.lines[1], *left)
            self.found.rest.append(replace(block, lines=kept) if any(labels) else block)

    def take(self, known: Field, words: str) -> None:
        value = read_value(known, words)
        if normal_value(known, value) is None:
            return
        if known.name not in self.found.values:
            self.found.values[known.name] = value
            return
        self.found.repeated.append(known.name)
        line = f"- **{known.label}:** {words}".replace("\n", "\n  ")
        self.found.rest.append(
            Block(sort="list", order=APART, start=0, lines=tuple(line.split("\n")))
        )


@dataclass(kw_only=True)
class _Stretch:
    """Lines of a paragraph that belong together: a field's value, what opens a section, or text."""

    start: int
    lines: list[str]
    field: Field | None = None
    section: Section | None = None

    def goes_on(self, words: str) -> bool:
        """Whether a line that has no known label belongs to this; after a value, none that has
        a label in bold does."""
        return self.field is None or not _is_bold_label(words)


def _is_bold_label(words: str) -> bool:
    found = labelled(words)
    return found is not None and found[2]


def _begun(known: Field, words: str) -> str | None:
    """The choice that `words` begin with."""
    key = label_key(words)
    options: Iterator[tuple[str, str]] = (
        (word.casefold(), choice)
        for word, choice in [*((c, c) for c in known.choices), *known.synonyms.items()]
    )
    return next((choice for word, choice in options if key.startswith(word)), None)
