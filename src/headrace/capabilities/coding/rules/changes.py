"""What a change did to a text: the lines it added; and the kinds of files there are."""

from difflib import SequenceMatcher


def added(before: str | None, after: str) -> frozenset[int]:
    """The numbers of the lines, counted from 1, that were not there before."""
    lines = after.splitlines()
    if before is None:
        return frozenset(range(1, len(lines) + 1))
    matcher = SequenceMatcher(None, before.splitlines(), lines, autojunk=False)
    return frozenset(
        number + 1
        for tag, _, _, begin, end in matcher.get_opcodes()
        if tag in ("insert", "replace")
        for number in range(begin, end)
    )
