"""A log of every turn a brain gave, on disk before the turn is: what a model's own server would have seen."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from headrace.capabilities.agents.conversation import Conversation, Turn


@dataclass(frozen=True, kw_only=True)
class LoggedCall:
    """One turn that was given. `turn` counts from 0 within its conversation."""

    role: str
    task: str
    element: str
    attempt: int
    turn: int
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class CallLog:
    """Appends JSON lines; several processes may write to one file."""

    file: Path

    def note(self, conversation: Conversation, turn: Turn) -> None:
        """Write one line and wait until the disk has it."""
        task = conversation.task
        line = LoggedCall(
            role=task.role,
            task=task.name,
            element=task.element,
            attempt=task.attempt,
            turn=len(conversation.turns),
            input_tokens=turn.usage.input_tokens,
            output_tokens=turn.usage.output_tokens,
        )
        # One write of an O_APPEND file: lines of several processes do not mix.
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, (json.dumps(asdict(line)) + "\n").encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    def calls(self) -> Sequence[LoggedCall]:
        """Everything noted so far, oldest first."""
        if not self.file.exists():
            return ()
        return [LoggedCall(**json.loads(line)) for line in self.file.read_text().splitlines()]
