"""Items of a repeated part that people write without headings: "Decision 1: ..." as a line, and
scenarios in Gherkin."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from headrace.capabilities.artifacts.layout import Each, label_key
from headrace.capabilities.record.markdown.blocks import Block
from headrace.capabilities.record.markdown.headings import item_in
from headrace.capabilities.record.markdown.prose import is_literal

STEPS = ("given", "when", "then")
_STEP = re.compile(r"(Given|When|Then)\s+(?=\S)")


def unheaded_items(section: Each, block: Block) -> list[tuple[dict[str, str], list[Block]]]:
    """Each item that `block` holds, as ({"name", "title"?}, what stands under it); none when it
    begins with anything else."""
    if block.sort not in ("paragraph", "fence") or is_literal(block):
        return []
    if section.item.startswith("{"):  # any line would be a name
        return []
    lines = block.lines if block.sort == "paragraph" else tuple(block.text.split("\n"))
    named = [item_in(section.item, line.strip()) for line in lines]
    if not named[0]:
        return []
    starts = [place for place, item in enumerate(named) if item]
    ends = [*starts[1:], len(lines)]
    return [
        (named[start] or {}, list(_under(section, block, start + 1, lines[start + 1 : end])))
        for start, end in zip(starts, ends, strict=True)
    ]


def _under(section: Each, block: Block, start: int, lines: Sequence[str]) -> Iterator[Block]:
    if _has_steps(section):
        lines = [_STEP.sub(r"\1: ", line.strip(), count=1) for line in lines]
    if any(line.strip() for line in lines):
        kept = tuple(line for line in lines if line.strip())
        yield replace(block, sort="paragraph", start=block.start + start, lines=kept, text="")


def _has_steps(section: Each) -> bool:
    labels = {label_key(field.label) for field in section.fields}
    return labels.issuperset(STEPS)
