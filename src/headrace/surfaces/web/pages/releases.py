"""Releases: where each stands, what holds its stage, and what measurement says of every criterion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from headrace.kernel.errors import HeadraceError
from headrace.surfaces.web.advice import Piece, pieces
from headrace.surfaces.web.answers import (
    CheckLine,
    Comparison,
    Criterion,
    FlagShown,
    Release,
    ReleaseLine,
    Releases,
    ReleaseShown,
    ReleaseStep,
)
from headrace.surfaces.web.asked import Asked
from headrace.surfaces.web.client import Client, named
from headrace.surfaces.web.course import Course, Series, course
from headrace.surfaces.web.evidence import Place, places
from headrace.surfaces.web.interval import Picture, picture
from headrace.surfaces.web.language import said
from headrace.surfaces.web.pages.acts import Act, allowed
from headrace.surfaces.web.wording import percent

_PAGE = 50
_HOLDS = {"hold", "ask"}
_OVER = {"rolled-back", "withdrawn"}

_PROMOTE = Act(operation="release.promote", word=said("Promote"))
_HOLD = Act(operation="release.hold", word=said("Hold"))
_ROLL_BACK = Act(operation="release.roll-back", word=said("Roll back"))
_APPROVE = Act(operation="release.approve", word=said("Approve"))
_BEGIN = Act(operation="release.begin", word=said("Begin"), needs_reason=False)
_WITHDRAW = Act(operation="release.withdraw", word=said("Withdraw"))

ACTS: Mapping[str, Sequence[Act]] = {
    "draft": (_APPROVE, _WITHDRAW),
    "approved": (_BEGIN, _WITHDRAW),
    "deploying": (_PROMOTE, _HOLD, _ROLL_BACK),
    "deployed": (_ROLL_BACK,),
}
"""What a person may do with a release, by where it stands."""

ABOUT = {
    "against": said("How many more requests fail than of the control, in points"),
    "errors": said("How far the share that fails lies from the most that is allowed, in points"),
    "latency": said("How many more requests than allowed take longer than the limit, in points"),
}


@dataclass(frozen=True, kw_only=True)
class ReleasesPage:
    status: str | None
    statuses: tuple[str, ...]
    items: tuple[ReleaseLine, ...]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class StageShown:
    """A stage of the bar. `state` is "passed", "here", "held", "waits for a person", "taken back",
    "to come" or "not reached"."""

    name: str
    percent: str
    also: tuple[str, ...]
    lasts: timedelta
    requests: int
    state: str
    holds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A criterion in figures that a sentence can say; None where it promises nothing of the kind."""

    points: str | None
    slower: str | None
    at_most: str | None


@dataclass(frozen=True, kw_only=True)
class CheckShown:
    """A line of the checklist with the places of what shows it, and why, with links to what helps."""

    line: CheckLine
    because: tuple[Piece, ...]
    evidence: tuple[Place, ...]


@dataclass(frozen=True, kw_only=True)
class CriterionShown:
    """A criterion and the newest comparison of it: none yet, `comparison` is None. `course` draws
    cohort and control over every step that measured it."""

    criterion: Criterion
    promise: Promise
    comparison: Comparison | None
    stage: str
    at: datetime | None
    cohort: str | None
    control: str | None
    low: str | None
    high: str | None
    picture: Picture | None
    about: str
    course: Course | None


@dataclass(frozen=True, kw_only=True)
class ReleasePage:
    """`drafted_by` and `approved_by` are in words; the newest step is first."""

    release: Release
    drafted_by: str
    approved_by: str
    stages: tuple[StageShown, ...]
    criteria: tuple[CriterionShown, ...]
    checklist: tuple[CheckShown, ...]
    steps: tuple[ReleaseStep, ...]
    unmet: tuple[str, ...]
    acts: tuple[Act, ...]
    titles: Mapping[str, str]


def show(asked: Asked) -> ReleasesPage:
    """Releases by their ids."""
    status = asked.word("status")
    page = asked.client.ask(
        Releases, "release.list", status=status, after=asked.word("after"), limit=_PAGE
    )
    statuses = (*ACTS, "rolled-back", "withdrawn")
    return ReleasesPage(status=status, statuses=statuses, items=page.items, next=page.next)


def show_one(asked: Asked) -> ReleasePage:
    """One release: its stages, what measurement says, every step, and what can be done."""
    client = asked.client
    shown = client.ask(ReleaseShown, "release.show", release=asked.path["release"])
    release, names = shown.release, client.names()
    return ReleasePage(
        release=release,
        drafted_by=named(names, release.drafted_by),
        approved_by=named(names, release.approved_by) if release.approved_by else "",
        stages=_stages(release, shown.steps),
        criteria=tuple(_criterion(one, shown.steps) for one in release.rollout.criteria),
        checklist=tuple(
            CheckShown(
                line=one,
                because=pieces(one.because, asked.client.reception.house.operations),
                evidence=places(one.evidence),
            )
            for one in release.checklist
        ),
        steps=tuple(reversed([_named(one, names) for one in shown.steps])),
        unmet=tuple(
            one.text for one in release.checklist if not one.met and not one.not_applicable
        ),
        acts=allowed(client, _possible(client, release)),
        titles=client.titles([release.context] if release.context else ()),
    )


def _possible(client: Client, release: Release) -> Sequence[Act]:
    """What its state allows; nothing once the flag is taken out of the code, for nothing turns it off."""
    acts = ACTS.get(release.status, ())
    try:
        flag = client.ask(FlagShown, "flag.show", flag=release.rollout.flag).flag
    except HeadraceError:
        return acts  # it is not made yet, or may not be seen
    return () if flag.archived_at else acts


def _named(step: ReleaseStep, names: Mapping[str, str]) -> ReleaseStep:
    return replace(step, by=named(names, step.by))


def _stages(release: Release, steps: Sequence[ReleaseStep]) -> tuple[StageShown, ...]:
    holds = _holds(release, steps)
    made = []
    for index, stage in enumerate(release.rollout.stages):
        state = _state(release, index)
        if state == "here" and holds:
            asks = not release.held_for and steps[-1].move == "ask"
            state = "waits for a person" if asks else "held"
        made.append(
            StageShown(
                name=stage.name,
                percent=f"{stage.percent:g} %",
                also=stage.also,
                lasts=stage.lasts,
                requests=stage.requests,
                state=state,
                holds=holds if index == release.stage else (),
            )
        )
    return tuple(made)


def _state(release: Release, index: int) -> str:
    """A stage's word by where the release stands; after the last nothing is to come."""
    if release.stage is None or index > release.stage:
        return "not reached" if release.status in _OVER else "to come"
    if index < release.stage or release.status == "deployed":
        return "passed"
    return "taken back" if release.status == "rolled-back" else "here"


def _holds(release: Release, steps: Sequence[ReleaseStep]) -> tuple[str, ...]:
    """Why the present stage does not go on, or why it was taken back; the newest step tells."""
    if release.status == "deploying" and release.held_for:
        return (release.held_for,)
    newest = steps[-1] if steps else None
    if newest is None:
        return ()
    stops = newest.move in _HOLDS if release.status == "deploying" else newest.move == "roll-back"
    return newest.reasons if stops else ()


def _criterion(criterion: Criterion, steps: Sequence[ReleaseStep]) -> CriterionShown:
    """With the newest comparison of it, whichever stage that was in."""
    step, found = _newest(criterion.name, steps)
    is_measured = found is not None and found.low is not None and found.high is not None
    low, high = (found.low, found.high) if found else (None, None)
    drawn = about = None
    if found is not None and low is not None and high is not None:
        is_relative = criterion.measure == "errors" and found.control is not None
        limit = criterion.worse_by or 0.0 if is_relative else 0.0
        drawn = picture(low, high, limit, has_zero=is_relative)
        about = ABOUT["against" if is_relative else criterion.measure]
    return CriterionShown(
        criterion=criterion,
        promise=_promise(criterion),
        comparison=found,
        stage=step.stage if step else "",
        at=step.at if step else None,
        cohort=_told(criterion, found.cohort) if found else None,
        control=_told(criterion, found.control) if found else None,
        low=_points(low) if is_measured else None,
        high=_points(high) if is_measured else None,
        picture=drawn,
        about=about or "",
        course=_course(criterion, steps),
    )


def _course(criterion: Criterion, steps: Sequence[ReleaseStep]) -> Course | None:
    """Cohort and control at every step that measured the criterion."""
    seen = [
        (step.at, one)
        for step in steps
        for one in step.comparisons
        if one.criterion == criterion.name
    ]
    sides = (
        Series(
            name=said("Cohort"),
            points=tuple((at, one.cohort) for at, one in seen if one.cohort is not None),
        ),
        Series(
            name=said("Control"),
            points=tuple((at, one.control) for at, one in seen if one.control is not None),
        ),
    )
    return course(sides, lambda value: _told(criterion, value) or "", limit=criterion.at_most)


def _newest(
    name: str, steps: Sequence[ReleaseStep]
) -> tuple[ReleaseStep | None, Comparison | None]:
    for step in reversed(steps):
        for one in step.comparisons:
            if one.criterion == name:
                return step, one
    return None, None


def _promise(criterion: Criterion) -> Promise:
    of_errors = criterion.measure == "errors"
    worse = criterion.worse_by
    return Promise(
        points=f"{worse * 100:g}" if worse is not None and of_errors else None,
        slower=percent(worse) if worse is not None and not of_errors else None,
        at_most=_told(criterion, criterion.at_most),
    )


def _told(criterion: Criterion, value: float | None) -> str | None:
    """A share of errors in percent, a latency in seconds."""
    if value is None:
        return None
    return percent(value, 2) if criterion.measure == "errors" else f"{value:.3g} s"


def _points(share: float | None) -> str:
    return "" if share is None else f"{share * 100:+.2f}".replace("-", "−")
