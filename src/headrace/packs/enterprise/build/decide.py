"""Decide: what a person allowed that nobody knew before is written down as a decision record."""

from collections.abc import Mapping
from datetime import timedelta

from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import ArtifactId, Draft
from headrace.capabilities.artifacts.service import find
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Answer, Question, QuestionId
from headrace.capabilities.missions import service as missions
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import SelfCheck
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import ContextId, Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.build import partly
from headrace.packs.enterprise.build.contents import json_of
from headrace.packs.enterprise.build.evaluate import start_one
from headrace.packs.enterprise.build.implement import inputs_for
from headrace.packs.enterprise.build.measures import IMPLEMENT
from headrace.packs.enterprise.build.mission import feedback, frozen_or_none, mission_slug, title
from headrace.packs.enterprise.discover.contents import items, told

POLICIES = ("architecture",)
"""What a decision record is judged by, and whose answered questions force one."""

REVIEW_AFTER = timedelta(days=182)
"""When a decision is looked at again, unless its author names an earlier day: half a year."""


def answered(ctx: Ctx, question: QuestionId) -> None:
    """A person answered a question about a change: it is judged again, in a new report.

    A novel pattern that was allowed is also written down. Harmless to repeat.
    """
    asked = governance.question(ctx, question)
    change = record.change(ctx, asked.subject.id)
    if change.context.startswith("mission:"):
        start_one(ctx, change, asked.policy, question)
        start(ctx, asked)


def start(ctx: Ctx, asked: Question) -> Run | None:
    """Have a decision written down that a person took about the work of a stream."""
    maker = streams.of_change(ctx, asked.subject.id)
    if maker is None or maker.module != IMPLEMENT or not _forces_a_record(asked):
        return None
    return streams.episode(
        ctx,
        ContextId(maker.context),
        "decide",
        element=maker.element,
        name=asked.id,
        inputs=inputs_for(maker, "design", "fleet"),
        cause=asked.id,
    )


def _forces_a_record(asked: Question) -> bool:
    """Whether somebody allowed what no decision knew before."""
    allowed = asked.answer is Answer.ALLOW and asked.policy in POLICIES
    return allowed and not partly.is_about_a_check(asked.question)


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For the stream's worker: what was asked, what was answered, what the design said of it."""
    asked = governance.question(ctx, QuestionId(run.period))
    change = record.change(ctx, asked.subject.id)
    mission = missions.get(ctx, mission_slug(run.context))
    design = frozen_or_none(ctx, run, "design")
    answered_by = asked.answered_by
    return {
        "mission": title(ctx, run.context),
        "mission_reference": mission.reference or run.context,
        "stream": run.element,
        "choice": {
            "question": asked.question,
            "recommendation": asked.recommendation,
            "answer": asked.answer.value if asked.answer else "",
            "note": asked.note,
            "by": f"@{people.principal(ctx, answered_by).handle}" if answered_by else "",
            "on": f"{asked.answered_at:%Y-%m-%d}" if asked.answered_at else "",
        },
        "alternatives": [
            {name: told(one, name) for name in ("name", "decision", "alternatives")}
            for one in (items(design.content, "decisions") if design is not None else ())
        ],
        "evidence": {"change": change.id, "title": change.title, "paths": list(change.paths)},
        "consequences": [one.note for one in change.self_evaluation if one.policy in POLICIES],
        "design": design.path if design is not None else "",
        "specification": json_of(design.content) if design is not None else None,
        "review_date": f"{ctx.now + REVIEW_AFTER:%Y-%m-%d}",
        **feedback(run),
    }


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The decision record, dated by the day on which it is handed in for the first time."""
    name = slug(told(submitted, "title"))
    day = _day(ctx, run)
    id = f"{day}-{name}"
    present = find(ctx, ArtifactId(f"decision-record/{id}"))
    draft = Draft(
        type="decision-record",
        slug=id,
        context=run.context,
        content=submitted,
        made=streams.made_by(ctx, run),
        parts={"date": day, "slug": name},
        links=streams.input_links(run),
        base=present.head if present is not None else None,
    )
    note = f"{len(items(submitted, 'alternatives'))} alternatives, with a day for the review"
    return Finished(
        drafts=(draft,),
        title=f"Decision record: {told(submitted, 'title')}",
        body=f"Follows from {run.period}.",
        self_evaluation=tuple(
            SelfCheck(policy=policy, verdict="PASS", note=note) for policy in POLICIES
        ),
    )


def _day(ctx: Ctx, run: Run) -> str:
    """The day of the first attempt, so that a revision stays the same record."""
    found = streams.runs(ctx, context=run.context, module=run.module, limit=1_000)
    first = min(
        one.made_at for one in found if (one.element, one.period) == (run.element, run.period)
    )
    return f"{first:%Y-%m-%d}"
