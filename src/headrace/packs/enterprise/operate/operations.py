"""What operating offers to REST, CLI and MCP: proposing a runbook."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug as slug_of
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Made
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import Proposal
from headrace.kernel.capability import Http, Operation, Permission
from headrace.kernel.context import Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover.filing import ORGANISATION
from headrace.packs.enterprise.operate import reading
from headrace.packs.enterprise.operate.runbooks import TYPE, against

PROPOSE = "runbook:propose"
PERMISSIONS = (
    Permission(name=PROPOSE, summary="Propose runbooks; whoever owns their folder approves them"),
)


@dataclass(frozen=True, kw_only=True)
class RunbookDocument:
    """A runbook to be approved."""

    slug: Annotated[
        str, Field(description="Its name: export-service.", examples=["export-service"])
    ]
    document: Annotated[str, Field(description="Title, fields and sections, as YAML or JSON.")]


@dataclass(frozen=True, kw_only=True)
class RunbookProposed:
    """The version, and the change that waits for its approval."""

    version: str
    change: str


class RunbookRefused(Invalid):
    """A document that is no runbook, or one whose limits nobody could keep."""

    code = "enterprise.runbook_refused"


def propose_runbook(ctx: Ctx, given: RunbookDocument) -> RunbookProposed:
    """Propose a runbook, or a new version of one: approved, its limits are a standing permission."""
    content = _content(given.document)
    name = slug_of(given.slug)
    faults = against(reading.runbook(name, name, content), content)
    if faults:
        raise RunbookRefused(f"This is not proposed: {'; '.join(faults)}", faults=faults)
    present = artifacts.find(ctx, ArtifactId(f"{TYPE}/{name}"))
    version = artifacts.propose(
        ctx,
        Draft(
            type=TYPE,
            slug=name,
            parts={"slug": name},
            context=ORGANISATION,
            content=content,
            made=Made(by=ctx.principal, brain="human"),
            base=present.head if present is not None else None,
        ),
    )
    change = record.open_change(
        ctx,
        Proposal(
            title=f"Runbook: {version.title}",
            context=ORGANISATION,
            members=(version.ref,),
            author=ctx.principal,
        ),
    )
    return RunbookProposed(version=str(version.ref), change=change.id)


def _content(document: str) -> Mapping[str, Json]:
    try:
        found = YAML(typ="safe").load(document)
    except YAMLError as fault:
        raise RunbookRefused(f"The document cannot be read: {fault}") from None
    if not isinstance(found, dict):
        raise RunbookRefused("A runbook's document is an object with title, fields and sections")
    return found


OPERATIONS = (
    Operation(
        name="runbook.propose",
        permission=PROPOSE,
        input=RunbookDocument,
        output=RunbookProposed,
        run=propose_runbook,
        http=Http(method="POST", path="/runbooks"),
    ),
)
