"""The form of a tool, and the ground it works on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pydantic import JsonValue

from headrace.capabilities.agents.authority import Authority
from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.conversation import ToolSpec
from headrace.capabilities.agents.tools.product import Product

Arguments = Mapping[str, JsonValue]


class ToolEffect(StrEnum):
    """What a tool changes, and so how its repetition is made harmless."""

    NONE = "none"  # it only looks, at files
    LOOKUP = "lookup"  # it only looks, at rows of ours
    FILE = "file"  # one file; planned first, so that a repetition sees whether it was done
    PROCESS = "process"  # a command in the worktree; may be run again
    ROW = "row"  # rows of ours; in one transaction with its mark


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where a tool works, for whom, and how far it reaches."""

    root: Path
    authority: Authority
    product: Product
    search_path: str
    cancellation: Cancellation


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a call: a text for the brain.

    `refused` is the target of an act beyond authority; `complete` a long output, of which `content`
    tells only a part.
    """

    content: str
    is_error: bool = False
    refused: str = ""
    complete: str = ""


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """One file as it will be; `before` and `after` None stand for no file."""

    path: str
    before: bytes | None
    after: bytes | None
    content: str


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One tool. A tool that looks or runs has `run`; one that changes a file has `plan`."""

    name: str
    description: str
    parameters: Mapping[str, JsonValue]
    effect: ToolEffect
    run: Callable[[Ground, Arguments], Outcome] | None = None
    plan: Callable[[Ground, Arguments], FileChange] | None = None
    in_workspace: bool = field(default=True)

    @property
    def spec(self) -> ToolSpec:
        """The tool as a brain sees it."""
        return ToolSpec(
            name=self.name, description=self.description, parameters=dict(self.parameters)
        )


def form(required: Mapping[str, JsonValue], **optional: JsonValue) -> dict[str, JsonValue]:
    """The JSON Schema of a tool's arguments; nothing else is taken."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def text(description: str, *choices: str) -> dict[str, JsonValue]:
    """The JSON Schema of a text argument, one of `choices` where there are any."""
    return {
        "type": "string",
        "description": description,
        **({"enum": list(choices)} if choices else {}),
    }
