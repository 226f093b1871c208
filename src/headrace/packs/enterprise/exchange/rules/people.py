"""Who judges and who approves: evaluators against policies, approvers told twice."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headrace.packs.enterprise.exchange.model import Corpus, Found, Pair, Piece, Place, error
from headrace.packs.enterprise.exchange.streams import stream_of, streams

_NAME = re.compile(r"[a-z][a-z0-9-]+")
_ROLE = re.compile(
    r"\b(?:(?:VP|Head of|Director of) [A-Z][a-z]+|"
    r"(?:[A-Z][a-z]+\.?) (?:Manager|Lead|Owner|Governor|Officer|Engineer|engineer)\b|"
    r"On-call engineer\b)"
)
_APPROVES = re.compile(r"\b(?:approv\w+|merges|merged|reviews?)\b", re.I)
_TEMPLATE = re.compile(r"_TEMPLATE-([a-z-]+)\.md")
_TYPES = {
    "quality-evaluation-report": "quality-evaluation",
    "fleet-performance-report": "fleet-report",
    "asset-registry-entry": "asset-entry",
}
_CHECKPOINTS = (
    ("release contract", "release-contract"),
    ("brief", "mission-brief"),
    ("fleet config", "fleet-config"),
    ("outcome report", "outcome-report"),
)
_JUDGED_BY = {
    "delivery": ("readiness", "release"),
    "experience": ("accessib",),
    "content": ("brand",),
}
"""Evaluators whose names do not begin like the policy that they judge."""


@dataclass(frozen=True, kw_only=True)
class Approver:
    """Who approves work products of a kind, as told in one place."""

    kind: str
    roles: frozenset[str]
    place: Place


def evaluator_missing(corpus: Corpus) -> Found:
    """A policy is judged, or has to be, and nobody who judges it is assigned."""
    known = streams(corpus)
    for prose in corpus.prose:
        for pair in prose.pairs:
            if pair.label == "evaluated by" and pair.headings:
                stream = stream_of(pair.headings[-1].text, known)
                policies: dict[str, tuple[Place, ...]] = {
                    name: (place,) for name, place in _judged(corpus, pair)
                }
                if stream is not None:
                    for name in sorted(stream.policies - policies.keys()):
                        policies[name] = (stream.place,)
                yield from _without(policies, pair.value, prose.at(pair.line))
    for piece in corpus.of("quality-evaluation"):
        pair_ = piece.value("evaluator")
        if pair_ is not None:
            policies = {name: (piece.at(line),) for name, line in _policies(piece)}
            yield from _without(policies, pair_.value, piece.at(pair_.line))


def _judged(corpus: Corpus, pair: Pair) -> Iterator[tuple[str, Place]]:
    """Policies of the reports in the same section of prose."""
    for piece in corpus.of("quality-evaluation"):
        if piece.around and pair.headings[-1].line == piece.around[-1].line:
            yield from ((name, piece.at(line)) for name, line in _policies(piece))


def _policies(piece: Piece) -> Iterator[tuple[str, int]]:
    for row in piece.rows:
        if row.get("policy") and row.get("applicable").casefold() != "no":
            yield row.get("policy").casefold().removesuffix(".md"), row.line


def _without(policies: Mapping[str, tuple[Place, ...]], assigned: str, place: Place) -> Found:
    evaluators = _NAME.findall(assigned)
    for policy, places in policies.items():
        stems = (policy[:6], *_JUDGED_BY.get(policy, ()))
        if not any(stem in one for one in evaluators for stem in stems):
            yield (
                f"{policy} is to be judged, and none of {', '.join(evaluators)} judges it",
                (*places, place),
            )


def approver_differs(corpus: Corpus) -> Found:
    """Somebody else approves a work product than a registry or a checkpoint says."""
    told: dict[str, list[Approver]] = {}
    for one in (*_checkpoints(corpus), *_narrated(corpus), *_registered(corpus)):
        told.setdefault(one.kind, []).append(one)
    for kind, claims in told.items():
        first = claims[0]
        for other in claims[1:]:
            if not first.roles & other.roles:
                yield (
                    f"{kind} is approved by {_named(first)}, then by {_named(other)}",
                    (first.place, other.place),
                )


def _named(one: Approver) -> str:
    return " and ".join(sorted(one.roles))


def _registered(corpus: Corpus) -> Iterator[Approver]:
    for piece in corpus.prose:
        for row in piece.rows:
            template = _TEMPLATE.search(row.get("template"))
            roles = _roles(row.get("approved by"))
            if template and roles:
                kind = _TYPES.get(template[1], template[1])
                yield Approver(kind=kind, roles=roles, place=piece.at(row.line))


def _checkpoints(corpus: Corpus) -> Iterator[Approver]:
    for piece in corpus.of("mission-brief"):
        for passage in piece.passages:
            above = passage.headings[-1].text.casefold() if passage.headings else ""
            if passage.sort == "item" and "checkpoint" in above:
                text, roles = passage.text.casefold(), _roles(passage.text)
                kind = next((kind for words, kind in _CHECKPOINTS if words in text), "")
                if kind and roles:
                    yield Approver(kind=kind, roles=roles, place=piece.at(passage.line))


def _narrated(corpus: Corpus) -> Iterator[Approver]:
    """Who approves by the prose of the chapter in which a work product of the kind is made.

    A chapter that makes several kinds tells who approves them all.
    """
    for prose in corpus.prose:
        for piece in corpus.pieces:
            if not piece.path or piece.kind == "quality-evaluation" or piece.file != prose.file:
                continue
            chapter = next((one for one in piece.around if one.level == 2), None)
            for passage in prose.passages:
                inside = chapter is not None and chapter in passage.headings
                if inside and passage.sort == "paragraph" and _decides(passage.text):
                    roles = _roles(passage.text)
                    if roles:
                        place = prose.at(passage.line)
                        yield Approver(kind=piece.kind, roles=roles, place=place)


def _decides(text: str) -> bool:
    return (
        _APPROVES.search(text) is not None and re.match(r"\*\*(?:Handover|Human)", text) is not None
    )


def _roles(text: str) -> frozenset[str]:
    return frozenset(one.replace("Eng. ", "Engineering ").casefold() for one in _ROLE.findall(text))


RULES = (
    error("evaluator-missing", "a policy is judged by nobody who is assigned", evaluator_missing),
    error("approver-differs", "somebody else approves than is told elsewhere", approver_differs),
)
