"""Reading a tool call as a model wrote it: every fault becomes a sentence that the model can act on."""

import json
from collections.abc import Mapping, Sequence

import jsonschema_rs
from pydantic import JsonValue

from headrace.capabilities.agents.conversation import ToolCall, ToolSpec

FAULTS_TOLD = 5
"""More faults than this in one call are the same mistake again."""


def read_call(
    call_id: str, tool: str, written: str | Mapping[str, JsonValue], tools: Sequence[ToolSpec]
) -> ToolCall:
    """The call, with a `fault` when its arguments are no JSON object, do not fit, or the tool is unknown."""
    raw = written if isinstance(written, str) else json.dumps(written, ensure_ascii=False)
    arguments = _object(raw)
    if isinstance(arguments, str):
        return ToolCall(id=call_id, tool=tool, arguments={}, fault=arguments, raw=raw)
    fault = _misfit(tool, arguments, tools)
    return ToolCall(
        id=call_id, tool=tool, arguments=arguments, fault=fault, raw=raw if fault else ""
    )


def _object(raw: str) -> dict[str, JsonValue] | str:
    """The arguments, or why they cannot be read. No text at all stands for no arguments."""
    try:
        value = json.loads(raw or "{}")
    except json.JSONDecodeError as fault:
        return f"the arguments are not valid JSON ({fault.msg} at character {fault.pos})."
    if not isinstance(value, dict):
        return f"the arguments are JSON of type {type(value).__name__}, not an object."
    return value


def _misfit(tool: str, arguments: Mapping[str, JsonValue], tools: Sequence[ToolSpec]) -> str:
    spec = next((t for t in tools if t.name == tool), None)
    if spec is None:
        offered = ", ".join(sorted(t.name for t in tools)) or "none"
        return f"there is no tool {tool!r}; the tools are: {offered}."
    faults = schema_faults(spec.parameters, arguments)
    return f"the arguments do not fit: {'; '.join(faults)}." if faults else ""


def schema_faults(schema: Mapping[str, JsonValue], value: object) -> tuple[str, ...]:
    """What keeps `value` from fitting a JSON Schema, at most five, each with its place."""
    # Offline: a schema from outside must not make this process fetch addresses it names.
    validator = jsonschema_rs.validator_for(dict(schema), offline=True)
    faults = []
    for error in validator.iter_errors(value):
        place = ".".join(str(part) for part in error.instance_path)
        faults.append(f"{place}: {error.message}" if place else error.message)
        if len(faults) == FAULTS_TOLD:
            break
    return tuple(faults)
