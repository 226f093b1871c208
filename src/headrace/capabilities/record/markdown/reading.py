"""Markdown to content: reads the written form and what people make of it, and loses no words.

Parts are known by their headings and labels, in any order and at any depth of heading. What no
declaration foresees is kept as extra text, next to the part it stood by.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from headrace.capabilities.artifacts.layout import (
    AFTER,
    NOTHING,
    ArtifactType,
    Body,
    Bullets,
    Checklist,
    Code,
    Content,
    Each,
    Fault,
    Finding,
    Group,
    Prose,
    Section,
    Table,
    empty_value,
    item_keys,
    label_key,
    normal,
    text,
    validate,
)
from headrace.capabilities.record.markdown.blocks import Block, blocks, closed, dedented, fence
from headrace.capabilities.record.markdown.front_matter import (
    read_front_matter,
    split_front_matter,
)
from headrace.capabilities.record.markdown.header import Header, HeaderReader
from headrace.capabilities.record.markdown.headings import Heading, item_named, known_heading
from headrace.capabilities.record.markdown.lines import read_heading
from headrace.capabilities.record.markdown.prose import is_literal, read_prose
from headrace.capabilities.record.markdown.tables import known_columns, read_rows
from headrace.capabilities.record.markdown.unheaded import unheaded_items
from headrace.capabilities.record.markdown.words import read_check, read_list


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """What a file holds: its front matter, its content in normal form, and every fault of both."""

    front_matter: dict[str, object]
    content: Content
    findings: tuple[Finding, ...]


def parse(layout: ArtifactType, source: str) -> Parsed:
    """`source` as content of `layout`; never raises, whatever the text is.

    Findings: what could not be read, then all that `validate` finds.
    """
    reader = _Reader()
    matter, rest = split_front_matter(source.removeprefix("\ufeff"))
    front_matter = reader.front_matter(matter)
    lines = closed(text(rest))
    content = normal(layout, reader.document(layout, blocks(lines)))
    findings = (*reader.findings, *validate(layout, content))
    return Parsed(front_matter=front_matter, content=content, findings=findings)


@dataclass(kw_only=True)
class _Reader:
    """Gathers, while the parts are read, what has no part and what is wrong."""

    extra: dict[str, list[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def front_matter(self, source: str | None) -> dict[str, object]:
        try:
            return {} if source is None else read_front_matter(source)
        except ValueError as error:
            remedy = f"Mend the YAML between the two rules: {error}."
            self.findings.append(
                Finding(fault=Fault.UNREADABLE, path="front_matter", remedy=remedy)
            )
            return {}

    def document(self, layout: ArtifactType, run: list[Block]) -> Content:
        place = next((n for n, block in enumerate(run) if block.sort == "heading"), None)
        title = ""
        if place is not None and run[place].level == 1:
            title = _title(layout, read_heading(run[place].text))
            run = run[:place] + run[place + 1 :]
        fields, sections = self.body(layout, run, 1, "", "sections")
        extra = {place: "\n\n".join(words) for place, words in self.extra.items()}
        return {"title": title, "fields": fields, "sections": sections, "extra": extra}

    def body(
        self, body: Body, run: Sequence[Block], level: int, place: str, path: str
    ) -> tuple[Content, Content]:
        """The fields and the sections of `body`, whose heading stands at `level`.

        `place` is where its own extra text belongs, `path` what its sections' paths begin with.
        """
        lead, rest = _until_heading(run)
        seen = _Seen(header=HeaderReader(body=body))
        seen.told(Heading(), lead)
        inside: list[Sequence[Block]] = []
        after = ""
        for head, known, chunk in _chunks(rest, level + 1, seen.opened_by, seen.is_sibling):
            if known is None:
                again = self.repeated(body, head, path)
                if again:
                    self.keep(again, [_raised(head, level + 1), *chunk])
                elif after and head.level <= level + 1:
                    self.keep(after, [head, *chunk])
                else:
                    inside.append([head, *chunk])
            elif known.section is None:
                seen.told(known, chunk)
            else:
                after = AFTER + self.child(known, chunk, seen.sections, level + 1, path)
        header = seen.header.found
        self.opened(header, seen.sections, level + 1, path)
        for name in header.repeated:
            self.duplicate(f"{place or 'fields'}.{name}")
        self.loose(header, body, seen.sections, level + 1, path)
        self.keep(place, header.rest)
        for chunk in inside:
            self.keep(place, chunk)
        return header.values, seen.sections

    def repeated(self, body: Body, head: Block, path: str) -> str:
        """Where the words go that stand under a heading for the second time; "" for no such one."""
        known = known_heading(body, head)
        if known.section is None:
            return ""
        self.duplicate(f"{path}.{known.section.name}")
        return f"{AFTER}{path}.{known.section.name}"

    def child(
        self, known: Heading, chunk: Sequence[Block], sections: Content, level: int, path: str
    ) -> str:
        """Reads one section, or one item of a repeated part, into `sections`; gives its path."""
        section = known.section
        assert section is not None
        at = f"{path}.{section.name}"
        if known.item is None:
            sections[section.name] = self.section(section, chunk, level, at)
            return at
        items = sections.setdefault(section.name, [])
        assert isinstance(section, Each)
        assert isinstance(items, list)
        return self.item(section, known.item, chunk, items, level, at)

    def item(
        self,
        section: Each,
        named: Mapping[str, str],
        chunk: Sequence[Block],
        items: list[object],
        level: int,
        path: str,
    ) -> str:
        item: Content = dict(named)
        items.append(item)
        at = f"{path}[{item_keys(items)[-1]}]"
        fields, sections = self.body(section, chunk, level, at, at)
        item |= fields | sections
        return at

    def opened(self, header: Header, sections: Content, level: int, path: str) -> None:
        """Reads the sections that a label opened, or that their form alone shows."""
        for opened in header.opened:
            section, at = opened.section, f"{path}.{opened.section.name}"
            if section.name in sections:
                self.duplicate(at)
                header.rest += [*opened.label, *opened.run]
            else:
                sections[section.name] = self.section(section, opened.run, level, at)

    def loose(self, header: Header, body: Body, sections: Content, level: int, path: str) -> None:
        """Gives the rest to the section that takes what has no heading."""
        section = next((part for part in body.sections if part.loose), None)
        if section is not None and header.rest and section.name not in sections:
            run, header.rest = header.rest, []
            sections[section.name] = self.section(section, run, level, f"{path}.{section.name}")

    def section(self, section: Section, run: Sequence[Block], level: int, path: str) -> object:
        match section:
            case Prose():
                return read_prose(_joined(run), level)
            case Group():
                fields, sections = self.body(section, run, level, path, path)
                return fields | sections
            case Each():
                return self.each(section, run, level, path)
        own, rest = _absorbed(section, run)
        self.keep(path, rest)
        match section:
            case Bullets():
                return [item for block in own for item in read_list(block.items)]
            case Checklist():
                texts = [item for block in own for item in read_list(block.items)]
                return [read_check(item, section.ids) for item in texts]
            case Table():
                return [row for block in own for row in read_rows(section, block)]
            case Code() if own:
                return {"language": own[0].info, "text": own[0].text}
        return empty_value(section)

    def each(self, section: Each, run: Sequence[Block], level: int, path: str) -> list[object]:
        lead, rest = _until_heading(run)
        levels = [block.level for block in rest if block.sort == "heading"]
        deepest = max(level + 1, min(levels, default=0))

        def opened_by(head: Block) -> Heading | None:
            named = item_named(section, head) if head.level <= deepest else None
            return None if named is None else Heading(section=section, item=named)

        items: list[object] = []
        left: list[Block] = []
        for block in lead:
            unheaded = unheaded_items(section, block)
            for named, lines in unheaded:
                self.item(section, named, lines, items, level + 1, path)
            if not unheaded and not _says_nothing(block):
                left.append(block)
        self.keep(path, left)
        after = path
        for head, known, chunk in _chunks(rest, level + 1, opened_by):
            if known is None or known.item is None:
                self.keep(after, [head, *chunk])
            else:
                after = AFTER + self.item(section, known.item, chunk, items, level + 1, path)
        return items

    def keep(self, place: str, run: Sequence[Block]) -> None:
        words = _moved(run)
        if words:
            self.extra.setdefault(place, []).append(words)

    def duplicate(self, path: str) -> None:
        remedy = "It stands in the document twice: join the two; the first counts."
        self.findings.append(Finding(fault=Fault.DUPLICATE, path=path, remedy=remedy))


def _title(layout: ArtifactType, words: str) -> str:
    prefix = re.match(rf"{re.escape(layout.title)}(?::\s*|$)", words, re.IGNORECASE)
    return words[prefix.end() :] if prefix else words


@dataclass(kw_only=True)
class _Seen:
    """What of a body has been read so far."""

    header: HeaderReader
    sections: Content = field(default_factory=dict)

    def told(self, known: Heading, run: Sequence[Block]) -> None:
        """Reads a field that stands in a heading, and what stands under it."""
        if known.field is not None:
            self.header.take(known.field, known.value)
        for block in run:
            self.header.block(block)

    def opened_by(self, head: Block) -> Heading | None:
        """What `head` opens, None when it opens nothing or what stood there before."""
        known = known_heading(self.header.body, head)
        if known.section is not None:
            fresh = known.item is not None or known.section.name not in self.sections
        elif known.field is not None:
            fresh = known.field.name not in self.header.found.values
        else:
            fresh = known.header
        return known if fresh else None

    def is_sibling(self, head: Block) -> bool:
        """Whether `head` opens a section of the body, for the first time or again."""
        return known_heading(self.header.body, head).section is not None


def _until_heading(run: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """The blocks before the first heading, and the others."""
    first = next((n for n, block in enumerate(run) if block.sort == "heading"), len(run))
    return list(run[:first]), list(run[first:])


def _chunks(
    run: Sequence[Block],
    level: int,
    opened_by: Callable[[Block], Heading | None],
    is_sibling: Callable[[Block], bool] = lambda head: False,
) -> Iterator[tuple[Block, Heading | None, Sequence[Block]]]:
    """Each heading, what it opens, and the blocks it reaches over; `run` begins with a heading.

    It reaches to the next heading of `level`, which headings here should have. One that stands
    deeper ends too where something else opens; one that opens nothing, at the next of its own
    level; one that tells of the header's fields, at any heading. A list, table or code block has
    no headings of its own: it ends at that of a sibling at any depth.
    """
    heads = [place for place, block in enumerate(run) if block.sort == "heading"]
    reached = 0
    for place in heads:
        if place < reached:
            continue
        head, known = run[place], opened_by(run[place])

        def ends(other: Block, head: Block = head, known: Heading | None = known) -> bool:
            if other.level <= level or (known is not None and known.section is None):
                return True
            if known is not None and _is_leaf(known):
                return is_sibling(other)
            if other.level > head.level or known is None:
                return other.level <= head.level
            new = opened_by(other)
            return new is not None and (new.item is not None or new != known)

        reached = next((n for n in heads if n > place and ends(run[n])), len(run))
        yield head, known, run[place + 1 : reached]


def _raised(head: Block, level: int) -> Block:
    """`head` at `level` at least, so that no part it is moved behind takes it for its own."""
    if head.level <= level:
        return head
    first = head.lines[0].lstrip(" ").lstrip("#")
    return replace(head, level=level, lines=("#" * level + first, *head.lines[1:]))


def _is_leaf(known: Heading) -> bool:
    return isinstance(known.section, Bullets | Checklist | Table | Code)


def _absorbed(section: Section, run: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """The blocks that are the section's own content, and the others."""
    lead, others = _until_heading(run)
    own = [block for block in lead if _is_own(section, block)]
    own = own[:1] if isinstance(section, Code) else own
    rest = [block for block in lead if block not in own and not _says_nothing(block)]
    return own, [*rest, *others]


def _is_own(section: Section, block: Block) -> bool:
    match section:
        case Bullets() | Checklist():
            return block.sort == "list"
        case Table():
            return known_columns(section, block) > 0
        case Code():
            return block.sort in ("fence", "code") and not is_literal(block)
    return False


def _says_nothing(block: Block) -> bool:
    if block.sort == "paragraph":
        return label_key("\n".join(block.lines)).rstrip(".") in NOTHING
    return block.sort == "rule"


def _joined(run: Sequence[Block]) -> str:
    """The lines of `run` as they stood, with the blank ones between."""
    words = ""
    for before, block in zip([None, *run], run, strict=False):
        if before is not None:
            follows = block.order == before.order + 1
            words += "\n" * (block.start - before.end + 1 if follows else 2)
        words += "\n".join(block.lines)
    return words


def _moved(run: Sequence[Block]) -> str:
    """The lines of `run` fit to stand elsewhere: no indent that a list above would swallow."""
    words = ""
    for before, block in zip([None, *run], run, strict=False):
        if before is not None:
            follows = block.order == before.order + 1 and block.start == before.end
            words += "\n" if follows else "\n\n"
        words += (
            fence(text(dedented(block.lines)), "")
            if block.sort == "code"
            else dedented(block.lines)
        )
    return words
