"""Lookups: tools that read our own rows for an agent: find_artifacts and read_artifact."""

import json
from collections.abc import Callable, Mapping

from pydantic import JsonValue

from headrace.capabilities.agents.model import BeyondKnowledge, Run, ToolMisused
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, VersionRef
from headrace.kernel.context import Ctx
from headrace.kernel.json import to_json

MOST = 100


def find_artifacts(ctx: Ctx, run: Run, given: Mapping[str, JsonValue]) -> str:
    """Artifacts by type and context, with their head and effective versions.

    Without a type: those of the types that the role may read. Raises BeyondKnowledge for another.
    """
    type = _given(given, "type")
    if type is not None:
        _require(run, type, type)
    found = artifacts.listing(
        ctx,
        type=type,
        context=_given(given, "context"),
        effective_only=given.get("effective") is True,
        archived=False,
        limit=MOST,
    )
    told = [
        {
            "id": one.id,
            "type": one.type,
            "context": one.context,
            "head": one.head,
            "effective": one.effective,
        }
        for one in found
        if one.type in run.card.readable
    ]
    return json.dumps({"artifacts": told, "more": len(found) == MOST}, ensure_ascii=False)


def read_artifact(ctx: Ctx, run: Run, given: Mapping[str, JsonValue]) -> str:
    """One version of an artifact: the one named, else the effective one, else the newest.

    Raises BeyondKnowledge for a type that the role may not read, whether there is such an artifact or not.
    """
    id = ArtifactId(str(given["artifact"]))
    _require(run, id.partition("/")[0], id)
    one = artifacts.get(ctx, id)
    number = given.get("version")
    if not isinstance(number, int):
        number = one.effective or one.head
    if not number:
        raise ToolMisused(f"{id} has no version yet.")
    version = artifacts.get_version(ctx, VersionRef(id, number))
    told = {
        "artifact": id,
        "version": number,
        "title": version.title,
        "phase": version.phase,
        "content": to_json(dict(version.content)),
    }
    return json.dumps(told, ensure_ascii=False)


def _require(run: Run, type: str, target: str) -> None:
    if type not in run.card.readable:
        known = ", ".join(sorted(run.card.readable)) or "none"
        raise BeyondKnowledge(
            f"the role {run.card.id} may not read {type}; its card lets it read {known}.",
            target=target,
        )


def _given(given: Mapping[str, JsonValue], name: str) -> str | None:
    value = given.get(name)
    return str(value) if value else None


LOOKUPS: Mapping[str, Callable[[Ctx, Run, Mapping[str, JsonValue]], str]] = {
    "find_artifacts": find_artifacts,
    "read_artifact": read_artifact,
}
