"""What this installation gives agents to think and work with; the composition root declares it once."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.capabilities.agents.brains.brain import Brain
from headrace.capabilities.agents.brains.call_log import CallLog
from headrace.capabilities.agents.brains.external_agent import ExternalAgent
from headrace.capabilities.agents.brains.model_brain import ModelBrain
from headrace.capabilities.agents.brains.plain_brain import PlainBrain
from headrace.capabilities.agents.brains.settings import ModelConfig
from headrace.capabilities.agents.cards import ModelTier
from headrace.capabilities.agents.conversation import BrainKind, Task
from headrace.kernel.context import Ctx

if TYPE_CHECKING:  # only who plays recordings back imports their parser and their templates
    from headrace.capabilities.agents.recordings import Recording


def search_path(folders: str = "/usr/local/bin:/usr/bin:/bin") -> str:
    """Where commands of a worktree are looked for: first beside our own Python, which has the tools."""
    return f"{Path(sys.executable).parent}:{folders}"


@dataclass(frozen=True, kw_only=True)
class BrainSettings:
    """What is configured; a house declares one of these, or has no brain but skills and people.

    `outputs` is the folder of long outputs, which are cut where there is none. `model` serves every
    tier that `models` does not name. `priced_as` is the model whose price recorded turns are counted
    at, `latency` how long each takes, and `call_log` notes each of them. `watch_every` is how often a
    call in flight is looked after, and `halt_within` how long a halt may take at most: it is looked
    after at least twenty times as often, so that there is time to end what it started.
    """

    outputs: Path | None = None
    recordings_folder: Path | None = None
    priced_as: str | None = None
    latency: timedelta = timedelta(0)
    call_log: Path | None = None
    model: ModelConfig | None = None
    models: Mapping[ModelTier, ModelConfig] = field(default_factory=dict)
    external: ExternalAgent | None = None
    search_path: str = field(default_factory=search_path)
    longest_run: timedelta = timedelta(hours=2)  # of real time
    watch_every: timedelta = timedelta(seconds=2)
    halt_within: timedelta = timedelta(seconds=120)  # of real time

    @property
    def watch_pause(self) -> timedelta:
        """The time between two looks at whether somebody stops a call in flight."""
        return min(self.watch_every, self.halt_within / 20)

    @cached_property
    def recordings(self) -> "tuple[Recording, ...]":
        """Read once. Raises DeclarationsInvalid with every fault."""
        if self.recordings_folder is None:
            return ()
        from headrace.capabilities.agents.recordings import load_recordings

        return load_recordings(self.recordings_folder)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every key that is configured, to be struck out wherever it shows."""
        configs = [self.model, *self.models.values()]
        keys = [config.key for config in configs if config is not None and config.key is not None]
        keys += list(self.external.environment.values()) if self.external is not None else []
        return tuple(key.get_secret_value() for key in keys)

    def speaker(self, kind: BrainKind, tier: ModelTier) -> Brain | None:
        """The brain of this kind that answers turn by turn, or None where it is not configured."""
        if kind is BrainKind.PLAIN:
            return PlainBrain()
        if kind is BrainKind.RECORDED and self.recordings:
            from headrace.capabilities.agents.brains.recorded_brain import RecordedBrain

            return RecordedBrain(
                recordings=self.recordings,
                priced_as=self.priced_as,
                latency=self.latency,
                call_log=CallLog(self.call_log) if self.call_log is not None else None,
            )
        config = self.models.get(tier, self.model)
        if kind is BrainKind.MODEL and config is not None:
            return ModelBrain(config=config)
        return None

    def available(self, task: Task, tier: ModelTier, *, in_workspace: bool) -> frozenset[BrainKind]:
        """The brains that could do this task here, skills aside; a person always can."""
        found = {BrainKind.HUMAN, BrainKind.PLAIN}
        if self.speaker(BrainKind.MODEL, tier) is not None:
            found.add(BrainKind.MODEL)
        if self.external is not None and in_workspace:
            found.add(BrainKind.EXTERNAL)
        if self._is_recorded(task):
            found.add(BrainKind.RECORDED)
        return frozenset(found)

    def _is_recorded(self, task: Task) -> bool:
        speaker = self.speaker(BrainKind.RECORDED, ModelTier.SMALL)
        if speaker is None:
            return False
        from headrace.capabilities.agents.recordings import NoRecording

        try:
            return bool(speaker.identity(task))
        except NoRecording:
            return False


def configured(ctx: Ctx) -> BrainSettings:
    """What the composition root declared, or nothing at all."""
    return next(iter(ctx.declared(BrainSettings)), BrainSettings())
