"""The external brain: a command line agent that does a whole task in a worktree of its own."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from headrace.capabilities.agents.brains.cancellation import Cancellation
from headrace.capabilities.agents.brains.errors import AgentFailed, BrainMisconfigured
from headrace.capabilities.agents.brains.processes import Command, Ended, run
from headrace.capabilities.agents.brains.worktree_changes import Changes, changes_since, head_of
from headrace.capabilities.agents.conversation import BrainKind, Task
from headrace.kernel.json import digest

MESSAGE_BYTES = 100_000


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an external agent did. Its message is text from outside: it gives no authority and no verdict."""

    changes: Changes
    message: str
    output: str
    output_cut: bool
    duration: timedelta


@dataclass(frozen=True, kw_only=True)
class ExternalAgent:
    """How to start one kind of command line agent.

    `argv` may name {prompt_file}, {message_file} and {worktree}. The agent's environment is `environment`
    and a few harmless names, nothing of ours; its values are struck out of everything that comes back.
    `home` is its home folder, where it may keep its sign-in; without one it gets an empty folder. This
    adapter bounds time and output and tells what changed; it is no sandbox: put one into `argv`, for the
    agent runs as our user.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, SecretStr] = field(default_factory=dict)
    search_path: str = "/usr/local/bin:/usr/bin:/bin"
    home: Path | None = None
    at_most: timedelta = timedelta(minutes=30)
    grace: timedelta = timedelta(seconds=5)
    output_bytes: int = 200_000

    @property
    def kind(self) -> BrainKind:
        return BrainKind.EXTERNAL

    def identity(self, task: Task) -> str:
        """The command as it is configured; the version of the program behind it is not known to us."""
        return f"external/{digest(list(self.argv))}"

    def perform(
        self, prompt: str, worktree: Path, cancellation: Cancellation | None = None
    ) -> Outcome:
        """Have `prompt` done in `worktree`, and tell what changed there.

        Blocks. Raises Cancelled; AgentFailed with `output`, `exit_code` and `over_time` when it ends badly;
        BrainMisconfigured when it cannot be started.
        """
        base = head_of(worktree)
        with tempfile.TemporaryDirectory(prefix="headrace-agent-") as made:
            scratch = Path(made)
            (scratch / "prompt.md").write_text(prompt, encoding="utf-8")
            ended = self._run(scratch, worktree, cancellation or Cancellation())
            changes = changes_since(worktree, base, scratch)
            message = self._message(scratch, ended)
        output = self._struck(ended.output)
        if ended.exit_code != 0 or ended.over_time:
            raise _failed(ended, output, changes)
        return Outcome(
            changes=changes,
            message=message,
            output=output,
            output_cut=ended.output_cut,
            duration=ended.duration,
        )

    def _run(self, scratch: Path, worktree: Path, cancellation: Cancellation) -> Ended:
        command = Command(
            argv=self._filled(scratch, worktree),
            place=worktree,
            environment=self._surroundings(scratch),
            at_most=self.at_most,
            grace=self.grace,
            output_bytes=self.output_bytes,
        )
        try:
            return run(command, cancellation)
        except OSError as fault:
            reason = fault.strerror
        raise BrainMisconfigured(f"The agent {self.argv[0]!r} cannot be started: {reason}.")

    def _filled(self, scratch: Path, worktree: Path) -> list[str]:
        places = {
            "{prompt_file}": str(scratch / "prompt.md"),
            "{message_file}": str(scratch / "message.md"),
            "{worktree}": str(worktree),
        }
        filled = list(self.argv)
        for place, value in places.items():
            filled = [part.replace(place, value) for part in filled]
        return filled

    def _surroundings(self, scratch: Path) -> dict[str, str]:
        home = self.home or scratch / "home"
        if self.home is None:
            home.mkdir()
        (scratch / "tmp").mkdir()
        return {
            "PATH": self.search_path,
            "HOME": str(home),
            "TMPDIR": str(scratch / "tmp"),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "NO_COLOR": "1",
            "GIT_TERMINAL_PROMPT": "0",
            **{name: value.get_secret_value() for name, value in self.environment.items()},
        }

    def _message(self, scratch: Path, ended: Ended) -> str:
        """The agent's last word: its message file, or else the last paragraph of its output."""
        file = scratch / "message.md"
        if not file.is_file():
            return self._struck(ended.output.strip().rsplit("\n\n", 1)[-1])
        with file.open("rb") as written:
            return self._struck(written.read(MESSAGE_BYTES).decode("utf-8", errors="replace"))

    def _struck(self, text: str) -> str:
        for value in self.environment.values():
            if value.get_secret_value():
                text = text.replace(value.get_secret_value(), "(secret)")
        return text


def _failed(ended: Ended, output: str, changes: Changes) -> AgentFailed:
    why = "went over its time" if ended.over_time else f"ended with code {ended.exit_code}"
    last = output.strip().splitlines()[-1:] or ["it wrote nothing"]
    return AgentFailed(
        f"The external agent {why}: {last[0]}",
        exit_code=ended.exit_code,
        over_time=ended.over_time,
        output=output,
        changed=[change.path for change in changes.files],
    )
