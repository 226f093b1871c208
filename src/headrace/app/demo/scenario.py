"""Scenarios: who is there, what is brought in, what people decide. Read from a file, checked whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from headrace.kernel.errors import Invalid, NotFound
from headrace.kernel.json import Json, from_json

FILE = "scenario.yaml"


@dataclass(frozen=True, kw_only=True)
class Named:
    """Somebody, or a group, as the scenario founds them."""

    handle: str
    name: str
    members: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Paces:
    """Seconds of organisation time in one real second, by what happens.

    While agents work, while users of a rollout are watched, and while something of a running service
    is going wrong, which takes the time that it takes. When nothing is so, time leaps to the next date.
    """

    working: float = 600.0
    watching: float = 3600.0
    troubled: float = 10.0


@dataclass(frozen=True, kw_only=True)
class ScenarioTime:
    """Organisation time begins at `origin`; its paces follow what happens."""

    origin: datetime
    paces: Paces = field(default_factory=Paces)


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product whose repository is brought in; `source` is a folder beside the scenario."""

    slug: str
    source: str


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """Records of the world; `file` stands beside the scenario."""

    source: str
    file: str


@dataclass(frozen=True, kw_only=True)
class Money:
    """A cap of the organisation."""

    usd: float
    tokens: int


@dataclass(frozen=True, kw_only=True)
class Served:
    """A service that may be deployed, and the traffic that it gets as soon as it is ready.

    `traffic` is a script beside the scenario; empty is none. It is told where the deployment keeps its
    files, how many requests a second are wanted, and how many customers there are.
    """

    service: str
    repository: str
    traffic: str = ""
    rate: float = 40.0
    customers: int = 600


@dataclass(frozen=True, kw_only=True)
class Begin:
    """A module that is started by hand, to set things going."""

    module: str
    context: str = "organisation"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What a person decides when something is asked: a recorded decision, given through the inbox.

    `asked` is matched against the item's question with `*` and `?`. `after` is organisation time
    from the asking. `times` is how often this decision is given; later items fall to later ones.
    `allow` and `refuse` answer questions, the others decide gates.
    """

    asked: str
    by: str
    after: timedelta = timedelta(hours=1)
    decision: Literal["approve", "revise", "reject", "allow", "refuse"]
    note: str = ""
    times: int = 1_000

    def fits(self, kind: str, asked: str) -> bool:
        """Whether this decides an inbox item of this kind that asks this."""
        answers = self.decision in {"allow", "refuse"}
        same = answers == (kind == "question")
        return same and fnmatchcase(asked.casefold(), self.asked.casefold())


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What the world does by itself, so much organisation time after an event of a type.

    The event tells what `where` says of it. Then `operation` is performed with `input`, in whose texts
    `@file` stands for what a file beside the scenario holds. `says` is told to who watches.
    """

    says: str
    event: str
    where: Mapping[str, str] = field(default_factory=dict)
    after: timedelta = timedelta(0)
    operation: str = ""
    deploys: str = ""  # a service whose product's newest commit is deployed before
    traffic: str = ""  # what traffic does from then on: usual, wide-tables, quiet
    input: Mapping[str, Json] = field(default_factory=dict)

    def fits(self, type: str, payload: Mapping[str, Json]) -> bool:
        """Whether this event is the one after which it happens."""
        return type == self.event and all(
            str(payload.get(name)) == value for name, value in self.where.items()
        )


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong on purpose, and the modules that end a scenario in which it does."""

    happens: tuple[Happening, ...]
    ends_with: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A whole scenario.

    `ends_with` are the modules that end it, once each has a run that is done; `ends_after` are types of
    events that must have happened besides.
    """

    name: str
    title: str
    organisation: str
    organisation_name: str
    clock: ScenarioTime
    people: tuple[Named, ...]
    teams: tuple[Named, ...]
    products: tuple[Product, ...] = ()
    sources: tuple[SourceFile, ...] = ()
    take: tuple[str, ...] = ()  # sources whose records are signals already
    budget: Money
    begin: tuple[Begin, ...]
    decisions: tuple[Recorded, ...]
    happenings: tuple[Happening, ...] = ()
    services: tuple[Served, ...] = ()
    faults: Mapping[str, Fault] = field(default_factory=dict)  # when asked for
    ends_with: tuple[str, ...]
    ends_after: tuple[str, ...] = ()
    recordings: str = "recordings"
    settings: Mapping[str, str] = field(default_factory=dict)


def with_fault(scenario: Scenario, fault: str) -> Scenario:
    """The scenario in which this goes wrong too. Raises NotFound with the faults that there are."""
    if fault not in scenario.faults:
        known = ", ".join(sorted(scenario.faults)) or "it has none"
        raise NotFound(f"{scenario.name} has no fault {fault!r}: {known}", fault=fault)
    added = scenario.faults[fault]
    happenings = (*scenario.happenings, *added.happens)
    return replace(scenario, happenings=happenings, ends_with=added.ends_with, ends_after=())


def load(folder: Path) -> Scenario:
    """The scenario of a folder. Raises NotFound, or Invalid with every fault."""
    file = folder / FILE
    if not file.is_file():
        raise NotFound(f"No scenario in {folder}; it holds a {FILE}", folder=str(folder))
    try:
        data = YAML(typ="safe").load(file)
    except YAMLError as fault:
        raise Invalid(f"{file} cannot be read: {fault}") from None
    return from_json(Scenario, data)
