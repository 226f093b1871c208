"""Promises: what an evaluator is told of a change, from the fleet, contract and design it was made by."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from headrace.capabilities.coding.model import (
    AcceptanceCriterion,
    Answered,
    Behaviour,
    Checkpoint,
    Evaluation,
    Interface,
    SelfJudgement,
)
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import CHANGE, Answer, Subject
from headrace.capabilities.missions.model import FleetStream
from headrace.capabilities.people import service as people
from headrace.capabilities.record.model import ChangeRequest
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import Run
from headrace.kernel.context import Ctx
from headrace.packs.enterprise.build import partly
from headrace.packs.enterprise.build.contents import (
    contract_criteria,
    fleet_stream,
    handle,
    interfaces,
    named,
    rows,
    within,
)
from headrace.packs.enterprise.build.design import accepted_decisions
from headrace.packs.enterprise.build.implement import tasks_of
from headrace.packs.enterprise.build.measures import IMPLEMENT
from headrace.packs.enterprise.build.mission import frozen, frozen_or_none
from headrace.packs.enterprise.discover.contents import Content, items, told

OPEN_TO_ALL = ("anyone", "anybody", "public")
"""How a design says that an operation needs no sign-in."""


def evaluation(ctx: Ctx, change: ChangeRequest, policy: str) -> Evaluation:
    """What the harness is told of a change: where it began, what it promised, who is asked."""
    said = tuple(answers(ctx, change))
    found = Evaluation(
        change=change.id,
        base=str(change.base),
        paths=change.paths,
        policies=(policy,),
        tasks=change.tasks,
        patterns=accepted_patterns(ctx),
        answers=said,
        partial=partly.accepted(said),
        self_evaluation=tuple(
            SelfJudgement(policy=one.policy, verdict=one.verdict, because=one.note)
            for one in change.self_evaluation
        ),
    )
    maker = streams.of_change(ctx, change.id)
    if maker is None or maker.module != IMPLEMENT:
        return found
    return promised(ctx, maker, found)


def promised(ctx: Ctx, maker: Run, known: Evaluation) -> Evaluation:
    """The evaluation with what fleet, contract and design say of the maker's stream."""
    stream = fleet_stream(frozen(ctx, maker, "fleet").content, maker.element)
    contract = frozen(ctx, maker, "contract").content
    version = frozen_or_none(ctx, maker, "design")
    design: Content = version.content if version is not None else {}
    own = own_criteria(ctx, maker, contract)
    return replace(
        known,
        stream=stream.name,
        owned=stream.paths,
        criteria=tuple(
            AcceptanceCriterion(
                id=id, text=text, tests=tests_of(text), checks=checks_of(design, id)
            )
            for id, text in own.items()
        ),
        behaviours=behaviours(design, stream, own),
        interfaces=tuple(
            Interface(to=user, names=named(words))
            for provider, user, words in interfaces(design)
            if provider == stream.name and named(words)
        ),
        telemetry=telemetry(design) if "observability" in stream.policies else (),
        checkpoint=checkpoint(stream),
        public=open_to_all(design),
    )


def own_criteria(ctx: Ctx, maker: Run, contract: Content) -> Mapping[str, str]:
    """The acceptance criteria of the stream's tasks: the contract's by their ids, others by their words."""
    known = contract_criteria(contract)
    wanted = dict.fromkeys(one for task in tasks_of(ctx, maker) for one in task.criteria)
    return {one: known.get(one, one) for one in wanted}


def behaviours(
    design: Content, stream: FleetStream, own: Mapping[str, str]
) -> tuple[Behaviour, ...]:
    """The scenarios that the stream's tests must show: those whose test lies in its paths.

    A scenario for which the design names no test is shown by the stream whose criterion it serves.
    """
    return tuple(
        Behaviour(
            scenario=told(one, "name"), criterion=told(one, "criterion"), test=told(one, "test")
        )
        for one in items(design, "behaviours")
        if not is_check(told(one, "test"))
        and (
            within(told(one, "test").partition("::")[0], stream.paths)
            if told(one, "test")
            else told(one, "criterion") in own
        )
    )


def is_check(test: str) -> bool:
    """Whether what shows a scenario is a check of the product, and no single test."""
    return bool(test) and "/" not in test and "::" not in test


def checks_of(design: Content, criterion: str) -> tuple[str, ...]:
    """The product's checks that the design names for a criterion."""
    return tuple(
        dict.fromkeys(
            told(one, "test")
            for one in items(design, "behaviours")
            if told(one, "criterion") == criterion and is_check(told(one, "test"))
        )
    )


def tests_of(criterion: str) -> tuple[str, ...]:
    """The tests that a criterion names in its own words, in back-ticks, where no design does."""
    return tuple(name for name in named(criterion) if "::" in name)


def telemetry(design: Content) -> tuple[str, ...]:
    """The metrics that the design names."""
    return tuple(told(row, "metric") for row in rows(design, "observability", "metrics"))


def checkpoint(stream: FleetStream) -> Checkpoint:
    """Who is asked about a novel pattern, and from which score on."""
    novel = [who for trigger, who in stream.checkpoints if "novel" in trigger.casefold()]
    who = handle(novel[0]) if novel else ""
    if stream.novelty_threshold is None:
        return Checkpoint(who=who)
    return Checkpoint(threshold=stream.novelty_threshold, who=who)


def open_to_all(design: Content) -> tuple[str, ...]:
    """The operations that the design lets anybody call, as METHOD /path."""
    return tuple(
        f"{told(row, 'method').upper()} {told(row, 'path')}"
        for api in items(design, "api_contracts")
        for row in rows({"sections": api}, "endpoints")
        if told(row, "authorisation").casefold().startswith(OPEN_TO_ALL)
    )


def accepted_patterns(ctx: Ctx) -> tuple[str, ...]:
    """The constructs that accepted decision records name in back-ticks."""
    return tuple(
        dict.fromkeys(
            name
            for one in accepted_decisions(ctx)
            for name in named(told(one.content, "sections", "decision"))
        )
    )


def answers(ctx: Ctx, change: ChangeRequest) -> Iterator[Answered]:
    """What people answered to the questions about a change."""
    for one in governance.questions_of(ctx, Subject(kind=CHANGE, id=change.id)):
        if one.answer is not None and one.answered_by is not None:
            yield Answered(
                policy=one.policy,
                question=one.question,
                allowed=one.answer is Answer.ALLOW,
                note=one.note,
                by=f"@{people.principal(ctx, one.answered_by).handle}",
            )
