"""OpenAI's chat completions protocol, as local model servers speak it too."""

from collections.abc import Iterator

from headrace.capabilities.agents.brains.fake_protocols import (
    Asked,
    Body,
    Event,
    Said,
    field,
    pieces,
    rows,
)


class ChatCompletions:
    name = "chat"

    def read(self, body: Body) -> Asked:
        messages = rows(body.get("messages"))
        calls = [call for m in messages for call in rows(m.get("tool_calls"))]
        tools = [t["function"] for t in rows(body.get("tools"))]
        return Asked(
            protocol=self.name,
            model=field(body, "model"),
            streamed=body.get("stream") is True,
            tools=tuple(field(t, "name") for t in rows(tools)),
            call_ids=tuple(field(c, "id") for c in calls),
            result_ids=tuple(field(m, "tool_call_id") for m in messages if m.get("role") == "tool"),
            body=body,
        )

    def whole(self, said: Said) -> Body:
        message: Body = {"role": "assistant", "content": said.answer.text or None}
        if said.answer.refused:
            message |= {"content": None, "refusal": said.answer.text}
        if said.calls:
            message["tool_calls"] = [
                {"id": i, "type": "function", "function": _function(c.tool, c.arguments)}
                for i, c in said.calls
            ]
        choice = {"index": 0, "message": message, "finish_reason": _finish(said), "logprobs": None}
        return {
            **_head(said, "chat.completion"),
            "choices": [choice],
            "usage": _usage(said),
        }

    def events(self, said: Said) -> Iterator[Event]:
        yield self._chunk(said, {"role": "assistant", "content": ""})
        spoken = "refusal" if said.answer.refused else "content"
        for piece in pieces(said.answer.text):
            yield self._chunk(said, {spoken: piece})
        for index, (call_id, call) in enumerate(said.calls):
            start = {"id": call_id, "type": "function", "function": _function(call.tool, "")}
            yield self._chunk(said, {"tool_calls": [{"index": index, **start}]})
            for piece in pieces(call.arguments):
                part = {"index": index, "function": {"arguments": piece}}
                yield self._chunk(said, {"tool_calls": [part]})
        yield self._chunk(said, {}, _finish(said))
        head = _head(said, "chat.completion.chunk")
        yield "", {**head, "choices": [], "usage": _usage(said)}

    def _chunk(self, said: Said, delta: Body, finish: str | None = None) -> Event:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return "", {**_head(said, "chat.completion.chunk"), "choices": [choice]}

    def error(self, kind: str, message: str) -> Body:
        return {"error": {"message": message, "type": kind, "param": None, "code": kind}}


def _head(said: Said, kind: str) -> Body:
    return {"id": f"chatcmpl-{said.number}", "object": kind, "created": 0, "model": said.model}


def _function(name: str, arguments: str) -> Body:
    return {"name": name, "arguments": arguments}


def _finish(said: Said) -> str:
    if said.answer.cut_by_length:
        return "length"
    return "tool_calls" if said.calls else "stop"


def _usage(said: Said) -> Body:
    return {
        "prompt_tokens": said.input_tokens,
        "completion_tokens": said.output_tokens,
        "total_tokens": said.input_tokens + said.output_tokens,
        "prompt_tokens_details": {"cached_tokens": said.answer.cached_tokens},
    }
