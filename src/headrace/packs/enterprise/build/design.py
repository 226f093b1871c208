"""Design: one specification that all streams share, written and reviewed before any of them begins."""

from collections.abc import Mapping, Sequence

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Version
from headrace.capabilities.governance import service as governance
from headrace.capabilities.missions import service as missions
from headrace.capabilities.record.model import SelfCheck
from headrace.capabilities.streams.model import Finished, Run
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json
from headrace.packs.enterprise.build.contents import (
    contract_criteria,
    fleet_edges,
    fleet_streams,
    json_of,
)
from headrace.packs.enterprise.build.mission import (
    begin_work,
    draft,
    feedback,
    frozen,
    mission_slug,
    product,
    title,
)
from headrace.packs.enterprise.discover.contents import Content, items, told

POLICIES = ("architecture",)
"""What a design is judged by."""


def facts(ctx: Ctx, run: Run) -> Mapping[str, Json]:
    """For technical-design-agent: what was decided, and each dependency that needs an interface."""
    brief, contract = frozen(ctx, run, "brief"), frozen(ctx, run, "contract")
    fleet = frozen(ctx, run, "fleet")
    policies = governance.policies(ctx)
    return {
        "mission": title(ctx, run.context),
        "brief": json_of(brief.content),
        "contract": json_of(contract.content),
        "outcomes": [_outcome(one) for one in items(contract.content, "outcomes")],
        "criteria": [
            {"id": id, "text": text} for id, text in contract_criteria(contract.content).items()
        ],
        "fleet": json_of(fleet.content),
        "streams": [one.name for one in fleet_streams(fleet.content)],
        "dependencies": [
            {"from": one.dependent, "to": one.prerequisite, "type": one.kind}
            for one in fleet_edges(fleet.content)
        ],
        "decisions": [_decision(one) for one in accepted_decisions(ctx)],
        "policies": [
            {"key": key, "criteria": [criterion.text for criterion in policies[key].criteria]}
            for key in named_policies(fleet.content)
            if key in policies
        ],
        "code_facts": {"product": product(ctx).slug, "commit": product(ctx).known},
        **feedback(run),
    }


def named_policies(fleet: Content) -> tuple[str, ...]:
    """Every policy that a stream of the fleet is judged by, each once."""
    return tuple(dict.fromkeys(key for one in fleet_streams(fleet) for key in one.policies))


def accepted_decisions(ctx: Ctx) -> Sequence[Version]:
    """The decision records that hold, of every mission."""
    return artifacts.effective_of(ctx, "decision-record")


def _outcome(one: Content) -> Json:
    return {name: told(one, name) for name in ("name", "kind", "metric", "baseline", "target")}


def _decision(one: Version) -> Json:
    return {
        "path": one.path,
        "title": one.title,
        "decision": told(one.content, "sections", "decision"),
    }


def finish(ctx: Ctx, run: Run, submitted: Mapping[str, Json]) -> Finished:
    """The design, with its author's own review as the self-evaluation."""
    return Finished(
        drafts=(draft(ctx, run, "technical-design", submitted),),
        title=f"Technical design: {title(ctx, run.context)}",
        body="The one specification that every stream follows.",
        self_evaluation=tuple(_own_review(submitted)),
    )


def _own_review(design: Content) -> list[SelfCheck]:
    answered = items(design, "review")
    if not answered:
        return []
    yes = sum(one.get("checked") is True for one in answered)
    verdict = "PASS" if yes == len(answered) else "PASS WITH NOTES"
    note = f"{yes} of {len(answered)} questions of the review checklist answered with yes"
    return [SelfCheck(policy=policy, verdict=verdict, note=note) for policy in POLICIES]


def approved(ctx: Ctx, run: Run) -> None:
    """After the approval: work may begin."""
    begin_work(ctx, missions.get(ctx, mission_slug(run.context)))
