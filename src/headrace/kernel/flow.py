"""Durable flows as rooms see them: the order of verbs over time, without a word of the engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from headrace.kernel.ids import OrganisationId, PrincipalId

if TYPE_CHECKING:
    from headrace.kernel.context import Ctx

P = ParamSpec("P")
T = TypeVar("T")


class Queue(StrEnum):
    """The four queues, most urgent first; each has workers of its own, so agents never starve repair."""

    SAFETY = "safety"
    RECORD = "record"
    INTERACTIVE = "interactive"
    AGENTS = "agents"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A flow to be started when the unit of work that asks for it commits.

    `key` is unique per flow and organisation: asking twice starts it once. `arguments` are ids,
    never content, because the engine's tables know no tenant.
    """

    flow: str
    key: str
    arguments: Mapping[str, str] = field(default_factory=dict)


class Steps(Protocol):
    """What a flow may do: verbs in units of work of their own, and acts upon the outside world.

    Each verb and act is a checkpoint: after a crash a finished one gives its recorded result.
    Results must be JSON data or frozen dataclasses of it.
    """

    @property
    def organisation(self) -> OrganisationId: ...

    @property
    def actor(self) -> PrincipalId: ...

    @property
    def id(self) -> str:
        """The flow's own id; equal over all its recoveries."""

    def verb(
        self, verb: Callable[Concatenate["Ctx", P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one verb in one unit of work, exactly once: its effect and its mark commit together."""

    def act(self, name: str, act: Callable[[str], T], kind: type[T]) -> T:
        """Touch the outside world (Git, a model, a process), at least once.

        `act` is given an effect key that is the same at every repetition, and must use it to be
        harmless when repeated. `kind` is the result's type, for reading the checkpoint back. Once
        the flow was given to another process, the act is refused at the fence (`kernel.fence`).
        """

    def look(
        self, verb: Callable[Concatenate["Ctx", P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Read rows now, in a unit of work of its own: no checkpoint, so also inside an act.

        The database refuses a verb that writes. What was read may differ at a repetition.
        """

    def note(
        self, verb: Callable[Concatenate["Ctx", P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one verb now, in a unit of work of its own, from inside an act.

        It is no checkpoint and leaves no mark: it must be harmless to repeat. Refused like an act
        once the flow was given to another process.
        """

    def cancelled(self) -> bool:
        """Whether somebody asked this flow to stop; a long flow asks between its steps."""


FlowBody = Callable[..., None]
"""`def merge(steps: Steps, change: str) -> None`: keyword arguments are the job's."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A durable flow, declared by a room.

    `on_failure` is a verb `(ctx, error, **arguments)` run once when the body raises: it leaves the
    thing in a state that a person can act upon, never half-done and silent.
    """

    name: str  # "record.merge"
    run: FlowBody
    queue: Queue
    on_failure: Callable[..., object] | None = None
