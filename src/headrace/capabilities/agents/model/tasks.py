"""What is asked of an agent, and what a pack declares to have it done without language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Concatenate, NewType, ParamSpec, Protocol, TypeAlias, TypeVar

from pydantic import GetPydanticSchema
from pydantic_core import CoreSchema, core_schema

from headrace.capabilities.budgets.model import Scope
from headrace.kernel.context import Ctx
from headrace.kernel.json import Json

AgentRunId = NewType("AgentRunId", str)

P = ParamSpec("P")
T = TypeVar("T")


def _as_it_is(_: Any, __: Any) -> CoreSchema:  # noqa: ANN401 - pydantic's own signature
    return core_schema.any_schema()


Data: TypeAlias = Annotated[Mapping[str, Json], GetPydanticSchema(_as_it_is)]
"""JSON data by name. Pydantic cannot follow the recursion of `Json`, so it is taken as it is."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """Where an agent works: a worktree of one branch of a repository, and how far it may write there.

    `base` is a commit or a branch, where the branch begins if it does not exist yet; empty means the
    repository's default branch. `paths` are the only places that may be changed: `src/api/` is a
    folder with all in it, `README.md` that file, `*` stays within a name, `**` crosses folders.
    `sparse` are the paths that must be on disk; None means all. A role that judges works on a copy
    of its own that is thrown away, so several may judge one branch at once.
    """

    repository: str
    branch: str
    base: str = ""
    paths: tuple[str, ...] = ()
    sparse: tuple[str, ...] | None = None
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # {service} on a card


@dataclass(frozen=True, kw_only=True)
class AgentTask:
    """What is asked of an agent, by whom, with which facts.

    `subject` names who asked (`run:run_01…`). `facts` are made now; prompts and recordings name them.
    `output_types` are the artifact types whose schemas the result must fit: one as it is, several by
    their names; without one the result is
    work in the workspace, told in a summary. `data_class` says how closed the facts are; a role that
    may not see such data is refused. `findings` are what the former attempt was sent back with.
    """

    subject: str
    role: str
    task: str
    context: str
    element: str = ""
    attempt: int = 1
    facts: Data = field(default_factory=dict)
    output_types: tuple[str, ...] = ()
    workspace: Workspace | None = None
    scopes: tuple[Scope, ...] = ()
    findings: tuple[str, ...] = ()
    data_class: str = ""


class CheckStatus(StrEnum):
    """What a named check of a product said."""

    PASSED = "passed"
    FINDING = "finding"
    NOT_EVALUATED = "not-evaluated"  # it could not judge, or not everything: never a pass
    OVER_TIME = "over-time"


@dataclass(frozen=True, kw_only=True)
class CheckOutcome:
    """How a command ended in a worktree. `output` is the end of what it wrote."""

    name: str
    status: CheckStatus
    exit_code: int
    output: str
    output_cut: bool
    seconds: float


@dataclass(frozen=True, kw_only=True)
class ProductCheck:
    """A check that a product names in `.headrace/product.yaml`; exit code 0 passes."""

    name: str
    argv: tuple[str, ...]
    evaluates: tuple[str, ...]
    meaning: str
    not_evaluated: int | None
    at_most: timedelta


class Rows(Protocol):
    """How an instrument reads and writes rows: one verb in one unit of work, harmless to repeat."""

    def __call__(
        self, verb: Callable[Concatenate[Ctx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T: ...


class Bench(Protocol):
    """What an instrument works with: a worktree that is thrown away, and commands run in it."""

    @property
    def folder(self) -> Path: ...

    @property
    def checks(self) -> Mapping[str, ProductCheck]:
        """The product's checks by name."""

    @property
    def search_path(self) -> str:
        """The folders in which commands are looked for, as in PATH."""

    @property
    def rows(self) -> Rows | None:
        """Units of work in the organisation of the run; None at a bench of no organisation."""

    def declared(self, description: str) -> Mapping[str, ProductCheck]:
        """The checks that a description of a product names. Raises DeclarationsInvalid."""

    def pause(self, span: timedelta) -> None:
        """Let real time pass. Raises Cancelled at once when the run is to stop."""

    def check(self, name: str) -> CheckOutcome:
        """Run one of the product's checks. Raises NotFound for a name that it does not have."""

    def run(self, argv: Sequence[str], *, at_most: timedelta) -> CheckOutcome:
        """Run another tool in the worktree, without a shell and with nothing of our environment."""

    def files(self) -> tuple[str, ...]:
        """Every file that the role may read, sorted."""

    def read(self, path: str) -> str:
        """A file as text. Raises NotAllowed where the role may not read, NotFound where nothing is."""


@dataclass(frozen=True, kw_only=True)
class Skill:
    """A brain of deterministic Python: `run(ctx, task)` gives what is handed in, in one unit of work."""

    name: str
    run: Callable[[Ctx, AgentTask], Mapping[str, Json]]


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """A skill that runs real tools: `run(bench, task)` works outside any transaction, and may be repeated."""

    name: str
    run: Callable[[Bench, AgentTask], Mapping[str, Json]]
