"""Role cards: what an employee of a role may do, as data that a person can read and check."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import JsonValue

from headrace.capabilities.agents.conversation import BrainKind, Limits
from headrace.kernel.json import digest, to_json

RECIPE_FORM = 1
"""Raised when the recipe is put together otherwise: old recipes then never equal new ones."""


class Lifecycle(StrEnum):
    """The states of a role, in their order. Only an active role is hired and put into a crew."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    IMPLEMENTING = "implementing"
    ACTIVE = "active"
    DEPRECATED = "deprecated"  # finishes what it has; `superseded_by` takes what is new
    RETIRED = "retired"


class ModelTier(StrEnum):
    """How able a model the role needs; settings say which model that is."""

    SMALL = "small"
    STANDARD = "standard"
    FRONTIER = "frontier"


class DataClass(StrEnum):
    """What a role may see, from open to closed."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class Cadence(StrEnum):
    """When a role works by itself."""

    CONTINUOUS = "continuous"
    DAILY = "daily"
    WEEKLY = "weekly"
    ON_EVENT = "on-event"  # when an input becomes ready, or an alarm sounds
    ON_REQUEST = "on-request"  # when a person or another role asks


class Tier(StrEnum):
    """How far up a question goes."""

    AGENT = "0"  # agents among themselves
    OWNER = "1"  # a peer or the owner of the thing
    JUDGEMENT = "2"  # human judgement: strategy, architecture
    PRODUCTION = "3"  # production impact: the engineer on call
    EXECUTIVE = "4"


@dataclass(frozen=True, kw_only=True)
class TaskCard:
    """One kind of task of a role.

    `brains` is the order of preference. `prompt` is a template over `facts`; `skill` names a deterministic
    function; a task has at least one of the two, as its brains need it. `facts` are the facts that a run
    gives to the task; one that ends in a question mark is there only sometimes.
    """

    name: str
    does: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    brains: tuple[BrainKind, ...]
    prompt: str = ""
    skill: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """Whom the role turns to, and when."""

    tier: Tier
    to: str
    when: str


@dataclass(frozen=True, kw_only=True)
class Paths:
    """Where the role reads and writes: folders (with a slash at the end) and patterns.

    Places in braces are filled per run: {mission}, {service}, and {paths} for the stream's own paths.
    """

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoleCard:
    """Everything that is decided about a role. Authority comes from here and nowhere else.

    `pool` is the name by which a fleet asks for workers of this role. `evaluates` are the policies that
    the role judges; a role that evaluates makes nothing that is evaluated. `knowledge` are the artifact
    types that it may read besides those of its tasks, and words for people about what else it draws on.
    """

    id: str
    name: str
    duty: str
    layer: str
    loop: str
    division: str
    reports_to: str
    status: Lifecycle
    superseded_by: str = ""
    notes: str = ""
    pool: str
    tasks: tuple[TaskCard, ...]
    reads_first: tuple[str, ...]
    produces: tuple[str, ...]
    never: tuple[str, ...]
    tools: tuple[str, ...]
    paths: Paths = field(default_factory=Paths)
    data_classes: tuple[DataClass, ...]
    escalates_to: tuple[Escalation, ...]
    model_tier: ModelTier
    limits: Limits = field(default_factory=Limits)
    cadence: Cadence
    evaluates: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    mcp: tuple[str, ...] = ()

    @property
    def consumes(self) -> tuple[str, ...]:
        """The artifact types that its tasks take, each once."""
        return tuple(dict.fromkeys(name for task in self.tasks for name in task.inputs))

    @property
    def readable(self) -> frozenset[str]:
        """The artifact types that it may read: what its tasks take and make, and what it may know."""
        made = (name for task in self.tasks for name in task.outputs)
        return frozenset({*self.consumes, *made, *self.produces, *self.knowledge})

    def task(self, name: str) -> TaskCard | None:
        """The task of that name, or None when the role has no such task."""
        return next((task for task in self.tasks if task.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A place that a person holds, to whom roles report and questions go."""

    id: str
    name: str
    layer: str


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer of the organisation: cards name it by its id, people read its name.

    `delegates_to` are the layers that it hands work to.
    """

    id: str
    name: str
    delegates_to: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """What cards may refer to: layers and loops in their order, divisions, policies, people's seats.

    `approvers` says which seat lets a role enter a state of its life.
    """

    layers: tuple[str, ...]
    loops: tuple[str, ...]
    divisions: tuple[str, ...]
    policies: tuple[str, ...]
    seats: tuple[Seat, ...]
    approvers: Mapping[Lifecycle, str]
    structure: tuple[Layer, ...] = ()  # the layers in words, in their order


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All roles of a pack and the organisation they fit into."""

    organisation: Organisation
    cards: tuple[RoleCard, ...]

    def card(self, card_id: str) -> RoleCard | None:
        return next((card for card in self.cards if card.id == card_id), None)

    def evaluators(self, policy: str) -> tuple[RoleCard, ...]:
        """The active roles that judge a policy; none means that nobody can."""
        return tuple(
            card
            for card in self.cards
            if policy in card.evaluates and card.status is Lifecycle.ACTIVE
        )


@dataclass(frozen=True, kw_only=True)
class Roles:
    """A pack's declaration of its roles. `read` gives its catalogue, and gives it again for nothing.

    A catalogue is read when somebody first asks for a role: most commands ask for none, and reading
    takes longer than they do. A server and a worker ask before they start (`check_roles`).
    """

    read: Callable[[], Catalogue]


def recipe_hash(
    card: RoleCard, task: TaskCard, brain: str, settings: Mapping[str, JsonValue]
) -> str:
    """What makes one answer comparable to another: card, prompt, brain and settings, as one SHA-256.

    `brain` is the brain's `identity`. `settings` holds no secret: it is what changes an answer.
    """
    return digest(
        {
            "form": RECIPE_FORM,
            "card": to_json(card),
            "task": to_json(task),
            "brain": brain,
            "settings": dict(settings),
        }
    )


def missing_facts(task: TaskCard, facts: Mapping[str, JsonValue]) -> Sequence[str]:
    """The facts that the task card expects and a run does not give."""
    return [name for name in task.facts if not name.endswith("?") and name not in facts]
