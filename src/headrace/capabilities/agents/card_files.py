"""Reading role cards from YAML: strict, and with every fault of every file told at once."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from headrace.capabilities.agents import templates
from headrace.capabilities.agents.cards import (
    Cadence,
    Catalogue,
    DataClass,
    Escalation,
    Layer,
    Lifecycle,
    ModelTier,
    Organisation,
    Paths,
    RoleCard,
    Seat,
    TaskCard,
    Tier,
)
from headrace.capabilities.agents.conversation import BrainKind, Limits
from headrace.capabilities.agents.declarations import DeclarationsInvalid, Fault, Node, read

ORGANISATION_FILE = "_organisation.yaml"
"""Beside the cards: what they may refer to. Files that begin with a line below are no cards."""

SPEAKING = frozenset(
    {BrainKind.MODEL, BrainKind.RECORDED, BrainKind.PLAIN, BrainKind.EXTERNAL, BrainKind.HUMAN}
)
"""Brains that are told in words what to do, and so need a prompt."""

CARD_FIELDS = (
    "id", "name", "duty", "layer", "loop", "division", "reports_to", "status", "superseded_by",
    "notes", "pool", "tasks", "reads_first", "produces", "never", "tools", "paths",
    "data_classes", "escalates_to", "model_tier", "limits", "cadence", "evaluates",
    "capabilities", "knowledge", "mcp",
)  # fmt: skip

_LEAST_LAYERS = 2


def load_catalogue(folder: Path) -> Catalogue:
    """Every card in `folder` and the organisation beside them.

    Raises DeclarationsInvalid with all faults: of form, and of names that lead nowhere.
    """
    faults: list[Fault] = []
    organisation = _organisation(folder / ORGANISATION_FILE, faults)
    nodes: list[tuple[Node, RoleCard]] = []
    for file in sorted(folder.glob("*.yaml")):
        if not file.name.startswith("_"):
            node = read(file, faults)
            if node is not None:
                nodes.append((node, _card(node)))
    catalogue = Catalogue(organisation=organisation, cards=tuple(card for _, card in nodes))
    for node, card in nodes:
        _check_names(node, card, catalogue)
    if faults:
        raise DeclarationsInvalid(sorted(faults, key=lambda f: (str(f.file), f.line)))
    return catalogue


def _organisation(file: Path, faults: list[Fault]) -> Organisation:
    node = read(file, faults) if file.is_file() else None
    if node is None:
        if not file.is_file():
            faults.append(
                Fault(
                    file=file,
                    line=1,
                    field="document",
                    problem="The file is missing.",
                    remedy="Name layers, loops, divisions, policies and seats in it.",
                )
            )
        return Organisation(layers=(), loops=(), divisions=(), policies=(), seats=(), approvers={})
    node.only("layers", "loops", "divisions", "policies", "seats", "approvers")
    approvers = node.child("approvers")
    approvers.only(*Lifecycle)
    structure = _layers(node)
    return Organisation(
        layers=tuple(layer.id for layer in structure),
        structure=structure,
        loops=node.texts("loops"),
        divisions=node.texts("divisions"),
        policies=node.texts("policies"),
        seats=tuple(_seat(seat) for seat in node.children("seats")),
        approvers={
            state: approvers.text(state) for state in Lifecycle if state in approvers.values
        },
    )


def _layers(node: Node) -> tuple[Layer, ...]:
    """The layers from top to bottom: ids alone, or with the names that people read and whom each hands
    work to. One layer has nobody to delegate to, so two are the least."""
    written = node.values.get("layers", [])
    plain = isinstance(written, list) and all(isinstance(one, str) for one in written)
    if plain:
        found = tuple(Layer(id=id, name=id) for id in node.texts("layers"))
    else:
        found = tuple(_layer(one) for one in node.children("layers"))
    known = [layer.id for layer in found]
    if 0 < len(found) < _LEAST_LAYERS:
        node.fault("layers", "There is one layer only.", "Name at least two.")
    if len(set(known)) < len(known):
        node.fault("layers", "Two layers have one id.", "Give each an id of its own.")
    for layer in found:
        for other in layer.delegates_to:
            _check_known(node, "layers", other, known)
    return found


def _layer(node: Node) -> Layer:
    node.only("id", "name", "delegates_to")
    id = node.text("id")
    name = node.text("name") if "name" in node.values else id
    return Layer(id=id, name=name, delegates_to=node.texts("delegates_to"))


def _seat(node: Node) -> Seat:
    node.only("id", "name", "layer")
    return Seat(id=node.text("id"), name=node.text("name"), layer=node.text("layer"))


def _card(node: Node) -> RoleCard:
    node.only(*CARD_FIELDS)
    card_id = node.text("id")
    return RoleCard(
        id=card_id,
        name=node.text("name"),
        duty=node.text("duty"),
        layer=node.text("layer"),
        loop=node.text("loop"),
        division=node.text("division"),
        reports_to=node.text("reports_to"),
        status=node.choice("status", Lifecycle),
        superseded_by=node.text("superseded_by", default=""),
        notes=node.text("notes", default=""),
        pool=node.text("pool", default=card_id),
        tasks=tuple(_task(task) for task in node.children("tasks")),
        reads_first=node.texts("reads_first"),
        produces=node.texts("produces"),
        never=node.texts("never"),
        tools=node.texts("tools"),
        paths=_paths(node.child("paths")),
        data_classes=tuple(_choices(node, "data_classes")),
        escalates_to=tuple(_escalation(step) for step in node.children("escalates_to")),
        model_tier=node.choice("model_tier", ModelTier),
        limits=_limits(node.child("limits")),
        cadence=node.choice("cadence", Cadence),
        evaluates=node.texts("evaluates"),
        capabilities=node.texts("capabilities"),
        knowledge=node.texts("knowledge"),
        mcp=node.texts("mcp"),
    )


def _choices(node: Node, name: str) -> Iterator[DataClass]:
    for text in node.texts(name):
        if text in list(DataClass):
            yield DataClass(text)
        else:
            node.fault(name, f"{text!r} is no data class.", f"Known are: {', '.join(DataClass)}.")


def _task(node: Node) -> TaskCard:
    node.only("name", "does", "inputs", "outputs", "brains", "prompt", "skill", "facts")
    task = TaskCard(
        name=node.text("name"),
        does=node.text("does"),
        inputs=node.texts("inputs"),
        outputs=node.texts("outputs"),
        brains=tuple(_brains(node)),
        prompt=node.text("prompt", default=""),
        skill=node.text("skill", default=""),
        facts=node.texts("facts"),
    )
    _check_task(node, task)
    return task


def _brains(node: Node) -> Iterator[BrainKind]:
    for text in node.texts("brains"):
        if text in list(BrainKind):
            yield BrainKind(text)
        else:
            node.fault("brains", f"{text!r} is no brain.", f"Known are: {', '.join(BrainKind)}.")


def _check_task(node: Node, task: TaskCard) -> None:
    if not task.brains:
        node.fault("brains", "No brain is named.", "Name at least one, the preferred first.")
    if BrainKind.SKILL in task.brains and not task.skill:
        node.fault("skill", "The skill brain has no skill.", "Name the function.")
    if SPEAKING & set(task.brains) and not task.prompt:
        node.fault("prompt", "A brain that is told in words has no prompt.", "Write one.")
    wrong = templates.syntax_fault(task.prompt)
    if wrong:
        node.fault("prompt", f"It cannot be read as a template: {wrong}.", "Correct it.")
        return
    listed = {fact.removesuffix("?") for fact in task.facts}
    for fact in sorted(templates.facts_named(task.prompt) - listed):
        node.fault("facts", f"The prompt names {fact!r}.", "List it among the facts.")


def _paths(node: Node) -> Paths:
    node.only("reads", "writes")
    return Paths(reads=node.texts("reads"), writes=node.texts("writes"))


def _escalation(node: Node) -> Escalation:
    node.only("tier", "to", "when")
    tier = node.count("tier", least=0)
    if str(tier) not in list(Tier):
        node.fault("tier", f"{tier} is no tier.", "Known are 0 to 4.")
        tier = 0
    return Escalation(tier=Tier(str(tier)), to=node.text("to"), when=node.text("when"))


def _limits(node: Node) -> Limits:
    node.only("output_tokens", "turns", "run_tokens", "run_cost_micro_usd")
    return Limits(
        output_tokens=node.count("output_tokens"),
        turns=node.count("turns"),
        run_tokens=node.count("run_tokens"),
        run_cost_micro_usd=node.count("run_cost_micro_usd"),
    )


def _check_names(node: Node, card: RoleCard, catalogue: Catalogue) -> None:
    """Every name on a card must lead somewhere."""
    if node.file.stem != card.id:
        node.fault("id", f"The file is called {node.file.name}.", f"Call it {card.id}.yaml.")
    organisation = catalogue.organisation
    for name, value, known in (
        ("layer", card.layer, organisation.layers),
        ("loop", card.loop, organisation.loops),
        ("division", card.division, organisation.divisions),
    ):
        _check_known(node, name, value, known)
    for policy in card.evaluates:
        _check_known(node, "evaluates", policy, organisation.policies)
    people = [seat.id for seat in organisation.seats]
    roles = [other.id for other in catalogue.cards if other.id != card.id]
    _check_known(node, "reports_to", card.reports_to, [*people, *roles])
    for step in card.escalates_to:
        _check_known(node, "escalates_to", step.to, [*people, *roles])
    _check_succession(node, card, roles)
    _check_reporting(node, card, catalogue)
    _check_produce(node, card)


def _check_known(node: Node, name: str, value: str, known: Sequence[str]) -> None:
    if value and value not in known:
        near = get_close_matches(value, known, n=3, cutoff=0.5) or known
        node.fault(name, f"{value!r} leads nowhere.", f"Known is: {', '.join(near)}.")


def _check_succession(node: Node, card: RoleCard, roles: Sequence[str]) -> None:
    if card.status is Lifecycle.DEPRECATED and not card.superseded_by:
        node.fault("superseded_by", "A deprecated role has no successor.", "Name the role.")
    _check_known(node, "superseded_by", card.superseded_by, roles)


def _check_reporting(node: Node, card: RoleCard, catalogue: Catalogue) -> None:
    above, seen = catalogue.card(card.reports_to), {card.id}
    while above is not None:
        if above.id in seen:
            node.fault("reports_to", "The line of reporting is a circle.", "End it at a person.")
            return
        seen.add(above.id)
        above = catalogue.card(above.reports_to)


def _check_produce(node: Node, card: RoleCard) -> None:
    made = {output for task in card.tasks for output in task.outputs}
    for name in sorted(made ^ set(card.produces)):
        remedy = "List it." if name in made else "Give the task that makes it, or remove it."
        node.fault("produces", f"{name!r} stands in tasks or here, not in both.", remedy)
    names = [task.name for task in card.tasks]
    for name in sorted({name for name in names if names.count(name) > 1}):
        node.fault("tasks", f"There are two tasks {name!r}.", "Keep one.")
    if not card.tasks:
        node.fault("tasks", "The role has no task.", "Give it at least one.")
