"""Execution streams as a fleet configuration names them, and which of them a text speaks of. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headrace.packs.enterprise.exchange.figures import words
from headrace.packs.enterprise.exchange.model import Corpus, Heading, Piece, Place

CLEAR = 1.25
"""How much better the best match has to be than the second."""

_STREAM = re.compile(r"Stream:\s*(\S.*)$")
_POLICY = re.compile(r"[a-z][a-z-]+")


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One stream: its name, the pool that works in it, its policies, and all words told of it."""

    name: str
    mission: frozenset[str]
    """The words of its mission's name: found in many titles, and no sign of the stream."""
    pool: str
    policies: frozenset[str]
    profile: frozenset[str]
    place: Place


def streams(corpus: Corpus) -> tuple[Stream, ...]:
    """The streams of the fleet configurations, in the order written."""
    return tuple(
        _stream(corpus, fleet, heading, found[1].strip())
        for fleet in corpus.of("fleet-config")
        for heading in fleet.headings
        if (found := _STREAM.match(heading.text))
    )


def _stream(corpus: Corpus, fleet: Piece, heading: Heading, name: str) -> Stream:
    own = [one for one in fleet.passages if heading in one.headings]
    pool = next(
        (p.value for p in fleet.pairs if p.label == "agent pool" and heading in p.headings), ""
    )
    named = [" ".join([name, *(one.text for one in own)])]
    for prose in corpus.prose:
        named += [
            one.text
            for one in prose.passages
            if any(
                re.match(r"Stream \d+:", above.text) and is_about(above.text, name)
                for above in one.headings
            )
        ]
    return Stream(
        name=name,
        mission=words(fleet.path.rpartition("/")[2].removesuffix(".md")),
        pool=pool,
        policies=frozenset(_policies(fleet, heading)),
        profile=frozenset().union(*(words(text) for text in named)),
        place=fleet.at(heading.line),
    )


def _policies(fleet: Piece, stream: Heading) -> Iterator[str]:
    """The items below "Quality policies", written as a label or as a heading."""
    inside = False
    for passage in fleet.passages:
        if stream not in passage.headings:
            continue
        begins = passage.text.casefold().startswith("quality policies")
        if passage.sort == "item" and inside and _POLICY.fullmatch(passage.text):
            yield passage.text
        elif passage.sort != "item":
            inside = begins


def is_about(text: str, name: str, mission: frozenset[str] = frozenset()) -> bool:
    """Whether a text names a stream: by all its words, or by its first if `mission` has it not."""
    own, told = words(name), words(text)
    first = words(re.split(r"[- ]", name, maxsplit=1)[0])
    return own <= told or (first <= told and not first <= mission)


def stream_of(text: str, known: Sequence[Stream]) -> Stream | None:
    """The one stream that a text names; None when it names none, or several alike."""
    whole = [one for one in known if words(one.name) <= words(text)]
    named = whole or [one for one in known if is_about(text, one.name, one.mission)]
    return named[0] if len(named) == 1 else None


def likely_stream(text: str, known: Sequence[Stream]) -> Stream | None:
    """The stream whose work a text describes, by the words that it shares with each; rare words
    count more. None when no stream stands out."""
    scores = sorted(
        ((_score(words(text), one, known), number) for number, one in enumerate(known)),
        reverse=True,
    )
    if not scores or scores[0][0] <= 0:
        return None
    if len(scores) > 1 and scores[0][0] < CLEAR * scores[1][0]:
        return None
    return known[scores[0][1]]


def _score(told: frozenset[str], one: Stream, known: Sequence[Stream]) -> float:
    shared = told & one.profile
    weight = {word: sum(word in other.profile for other in known) for word in shared}
    extra = 0.5 * len(told & words(one.name))
    return extra + sum(1 / times**2 for times in weight.values() if times < len(known))
