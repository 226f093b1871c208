"""Issues as signals: what somebody says in an issue of the tracker, read into a signal's places.

An issue form of GitHub's writes a heading of the third level for each of its questions; a free text is
the observation as a whole. Nothing that was written is left out: what has no place goes to the notes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from headrace.capabilities.artifacts.model import Draft, Made
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import IssueIntake, OfferedIssue
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.packs.enterprise.discover import filing
from headrace.packs.enterprise.discover.contents import Content, signal_content
from headrace.packs.enterprise.types.parts import LEVELS
from headrace.packs.enterprise.types.signal import CATEGORIES, URGENCIES

CHOICES: Mapping[str, tuple[str, ...]] = {
    "category": CATEGORIES,
    "confidence": LEVELS,
    "urgency": URGENCIES,
    "impact": LEVELS,
}
"""What a label or an answer may say, by what it speaks of."""

QUESTIONS = {
    "source system": "system",
    "source url": "address",
    "source reference": "address",
    "source url or reference": "address",
    "source url/reference": "address",
    "topic": "topic",
    "category": "category",
    "confidence": "confidence",
    "urgency": "urgency",
    "impact": "impact",
    "potential impact": "impact",
    "observation": "observation",
    "strategic alignment and potential impact": "impact_reason",
    "affected divisions": "divisions",
    "related signals": "related",
    "related signals or prior context": "related",
    "notes": "notes",
}
"""The headings of an issue form that have a place in a signal, in lower case."""

_HEADING = re.compile(r"^###[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_UNANSWERED = "_No response_"
_GRADED = re.compile(r"\bimpact:\s*(high|medium|low)\b", re.IGNORECASE)
_SUPERSEDES = re.compile(
    r"^\s*supersedes:?\s+(#\d{1,9}|signal/\S+)\s*$", re.IGNORECASE | re.MULTILINE
)
_TAG = re.compile(r"\A\s*\[signal\]\s*", re.IGNORECASE)


class IssueUnreadable(Invalid):
    """An issue that says no signal; `faults` are all of them."""

    code = "enterprise.issue_unreadable"


def draft(ctx: Ctx, issue: OfferedIssue) -> Draft:
    """The draft of the signal that an issue tells of. Raises IssueUnreadable with every fault."""
    made = Made(by=issue.by, brain="human" if issue.is_known else "external")
    note = f"taken in from {issue.address or f'issue {issue.number}'}"
    told = content(issue, supersedes=_superseded(ctx, issue))
    return filing.signal_draft(ctx, told, made, note=note)


def _superseded(ctx: Ctx, issue: OfferedIssue) -> str:
    """The signal that an issue says it corrects, as it names it or by its issue; "" where it says none."""
    said = _SUPERSEDES.search(issue.text)
    if said is None:
        return ""
    named = said[1]
    found = record.artifact_of(ctx, int(named[1:])) if named.startswith("#") else named
    return found or named  # of what is none, whoever files it is told


def content(issue: OfferedIssue, *, supersedes: str = "") -> Content:
    """What an issue says, as a signal's content; labels count before answers, what nobody says is medium.

    Raises IssueUnreadable with every fault.
    """
    said = answers(issue.text)
    title = _TAG.sub("", issue.title)
    faults = tuple(_faults(issue, said, title))
    if faults:
        raise IssueUnreadable("; ".join(faults), faults=faults)
    grades = {name: _graded(issue, said, name) for name in CHOICES}
    return signal_content(
        title=title,
        system=_line(said.get("system", "")) or f"Issues of {issue.repository}",
        topic=_line(said.get("topic", "")) or title,
        observation=said["observation"],
        recommended=filing.recommended(grades["urgency"], grades["impact"]),
        divisions=_listed(said.get("divisions", "")),
        address=_line(said.get("address", "")) or issue.address,
        impact_reason=_line(said.get("impact_reason", "")),
        related=_listed(said.get("related", "")),
        notes=said.get("notes", ""),
        supersedes=supersedes,
        category=grades["category"],
        confidence=grades["confidence"],
        urgency=grades["urgency"],
        impact=grades["impact"],
    )


def answers(text: str) -> Mapping[str, str]:
    """What a form's answers say, by place; of a text without the heading of an observation, all is one."""
    found: dict[str, list[str]] = {}
    place, begin = "notes", 0
    for heading in _HEADING.finditer(text):
        asked = QUESTIONS.get(heading[1].strip().casefold())
        if asked is None:  # a heading of the writer's own is a part of the answer
            continue
        found.setdefault(place, []).append(text[begin : heading.start()])
        place, begin = asked, heading.end()
    found.setdefault(place, []).append(text[begin:])
    if "observation" not in found:
        return {"observation": text.strip()}
    told = {
        place: "\n\n".join(filter(None, map(_answered, parts))) for place, parts in found.items()
    }
    return {place: said for place, said in told.items() if said}


def _answered(text: str) -> str:
    return text.strip().removeprefix(_UNANSWERED).strip()


def _faults(issue: OfferedIssue, said: Mapping[str, str], title: str) -> Iterator[str]:
    if not title:
        yield "it has no title: say in a few words what it is about"
    if not said.get("observation"):
        yield "it says nothing: write what was seen, with figures or quotes that can be looked up"
    for name, choices in CHOICES.items():
        labels = _labels(issue, name)
        if len(labels) > 1:
            yield f"it has the labels {', '.join(f'{name}:{one}' for one in labels)}: leave one"
        elif _graded(issue, said, name) not in choices:
            yield f"its {name} is {_graded(issue, said, name)!r}, which is none of {', '.join(choices)}"


def _graded(issue: OfferedIssue, said: Mapping[str, str], name: str) -> str:
    """What a label says, else an answer, else nobody."""
    in_reason = _GRADED.search(said.get("impact_reason", "")) if name == "impact" else None
    answered = said.get(name, "") or (in_reason[1] if in_reason else "")
    found = next(iter(_labels(issue, name)), answered)
    return found.strip().casefold() or filing.UNSAID[name]


def _labels(issue: OfferedIssue, name: str) -> Sequence[str]:
    parts = (label.partition(":") for label in issue.labels)
    return [value for prefix, colon, value in parts if colon and prefix == name]


def _line(text: str) -> str:
    return " ".join(text.split())


def _listed(text: str) -> Sequence[str]:
    """The items of a list, by lines or by commas."""
    lines = (line.strip().lstrip("-*").strip() for line in text.replace(",", "\n").splitlines())
    return [line for line in lines if line]


INTAKE = IssueIntake(
    type="signal",
    draft=draft,
    correction="To correct it, open another issue that says `Supersedes #{number}` on a line of its own.",
)
