"""The price list: a toy one of each thing costs as many files as ARCHITECTURE.md says, and works."""

import importlib.util
import re
import shutil
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from flows import Runner
from headrace.app import CAPABILITIES
from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import AgentTask
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Made
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Report, Subject, Verdict
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind
from headrace.capabilities.record.markdown import parse, render
from headrace.capabilities.record.model import Places
from headrace.capabilities.streams import service as streams
from headrace.capabilities.streams.model import RunState
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability
from headrace.kernel.errors import Refusal
from headrace.kernel.house import House
from headrace.kernel.unit import Units
from house import tree

HERE = "tests/house/test_price_list.py"
PROOFS = {
    "artifact type": f"{HERE}::test_an_artifact_type_is_one_declaration",
    "policy": f"{HERE}::test_a_policy_is_one_declaration",
    "check": f"{HERE}::test_a_check_is_one_declaration",
    "operation": "tests/surfaces/test_price_list.py::test_it_is_a_route",
    "role": f"{HERE}::test_a_role_is_one_card",
    "module pack": f"{HERE}::test_a_module_pack_is_four_files_and_its_place_in_the_order",
}
"""What keeps each row of the list true."""

ROOMS = tuple(one for one in CAPABILITIES if one.name != "enterprise")

TYPE = '''
    """Recipes: how something is cooked."""

    from headrace.capabilities.artifacts.layout import Bullets, Field, Prose
    from headrace.capabilities.artifacts.model import ArtifactType

    RECIPE = ArtifactType(
        name="recipe",
        title="Recipe",
        path="kitchen/{slug}.md",
        approval=False,
        fields=(Field(name="serves"),),
        sections=(Bullets(name="ingredients", required=True), Prose(name="steps")),
    )
'''

POLICY = '''
    """The taste policy."""

    from headrace.capabilities.governance.model import Criterion, Policy

    TASTE = Policy(
        key="taste",
        title="Taste",
        criteria=(Criterion(id="salt", text="It is salted"),),
        evaluator="taster",
    )
'''

CHECK = '''
    """Nobody cooks on a Monday."""

    from headrace.kernel.capability import Check


    def mondays(ctx, order):
        """The kitchen is closed on Mondays."""
        return ["the kitchen is closed"] if ctx.now.weekday() == 0 else []


    CHECK = Check(question="claim", name="kitchen.mondays", run=mondays)
'''

CARD = """
    id: cook
    name: Cook
    duty: Cooks what is written down.
    layer: execution
    loop: build
    division: Engineering
    reports_to: division-lead
    status: active
    tasks:
      - name: cook
        does: Cooks a recipe.
        inputs: []
        outputs: [recipe]
        brains: [skill]
        skill: kitchen-cook
        facts: []
        prompt: ""
    reads_first: []
    produces: [recipe]
    never: [cooks what nobody wrote down]
    tools: []
    paths: {reads: ["*"], writes: []}
    data_classes: [public]
    escalates_to:
      - {tier: 2, to: division-lead, when: a recipe is missing}
    model_tier: small
    limits: {turns: 5, output_tokens: 100, run_tokens: 1000, run_cost_micro_usd: 1000}
    cadence: on-event
"""

PACK = {
    "__init__.py": '"""The kitchen: a value stream of one module."""\n',
    "recipe.py": TYPE,
    "stream.py": '''
        """The stream of the kitchen, and the skill that works in it."""

        from headrace.capabilities.agents.model import Skill
        from headrace.capabilities.streams.model import Module, Start, Stream, Work


        def cook(ctx, task):
            """What is always cooked."""
            return {
                "title": "Soup",
                "sections": {"ingredients": ["water"], "steps": "Boil it."},
            }


        SKILL = Skill(name="kitchen-cook", run=cook)
        COOK = Module(
            key="cook",
            title="Cook",
            context_kind="kitchen",
            work=Work(role="cook", task="cook"),
            outputs=("recipe",),
            start=Start.BY_HAND,
        )
        KITCHEN = Stream(name="kitchen", title="Kitchen", kinds=("kitchen",), modules=(COOK,))
    ''',
    "capability.py": '''
        """The one declaration of the kitchen."""

        from headrace.kernel.capability import Capability

        from kitchen.recipe import RECIPE
        from kitchen.stream import KITCHEN, SKILL

        CAPABILITY = Capability(name="kitchen", declares=(RECIPE, KITCHEN, SKILL))
    ''',
}


def loaded(folder: Path, name: str, text: str):
    """The module that one file of a pack is."""
    file = folder / f"{name}.py"
    file.write_text(dedent(text))
    spec = importlib.util.spec_from_file_location(f"toy_{name}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def a_card(folder: Path):
    """A role of the enterprise's organisation, in a file of its own."""
    roles = tree.ROOT / "src/headrace/packs/enterprise/roles"
    shutil.copy(roles / "_organisation.yaml", folder)
    (folder / "cook.yaml").write_text(dedent(CARD))
    (card,) = agents.load_catalogue(folder).cards
    return card


@pytest.fixture
def house_with(database, clock):
    """Units of work in a house of all rooms and these capabilities."""

    def compose(*capabilities: Capability) -> Units:
        house = House((*ROOMS, *capabilities))
        streams.check(house)
        return Units(
            engine=database.app,
            house=house,
            clock=clock,
            tenancy=database.tenancy,
            jobs=JobWriter(house, database.app),
        )

    return compose


def test_every_price_in_the_list_is_kept_by_a_test():
    page = (tree.ROOT / "ARCHITECTURE.md").read_text()
    table = page.partition("| Thing | Files |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ([a-z ]+) \|", table, re.MULTILINE)
    unproven = set(re.findall(r"^\| ([a-z ]+) \|.*no test", table, re.MULTILINE))

    assert set(rows) - unproven == set(PROOFS)
    for proof in PROOFS.values():
        file, _, name = proof.partition("::")
        assert f"def {name}(" in (tree.ROOT / file).read_text()


def test_an_artifact_type_is_one_declaration(house_with, tmp_path, system):
    recipe = loaded(tmp_path, "recipe", TYPE).RECIPE
    units = house_with(Capability(name="kitchen", declares=(recipe,)))
    content = {"title": "Soup", "sections": {"ingredients": ["water", "salt"], "steps": "Boil."}}
    draft = Draft(type="recipe", slug="soup", context="kitchen", content=content,
                  made=Made(by=system.principal, brain="human"))  # fmt: skip

    version = units.run(system, artifacts.propose, draft)

    assert (str(version.ref), version.path) == ("recipe/soup@1", "kitchen/soup.md")
    text = render(recipe, version.content)
    assert parse(recipe, text).content == version.content
    assert len(list(tmp_path.glob("*.py"))) == 1


def test_a_policy_is_one_declaration(house_with, tmp_path, system, organisation):
    taste = loaded(tmp_path, "taste", POLICY).TASTE
    units = house_with(Capability(name="kitchen", declares=(taste,)))
    units.run(system, people.found_organisation, slug="kitchen", name="Kitchen")
    taster = units.run(system, people.add_principal, handle="taster", kind=PrincipalKind.AGENT)
    soup = Subject(kind="dish", id="soup")

    def objections():
        return units.run(system, governance.objections, soup, "hash", ("taste",))

    before = objections()
    report = Report(
        subject=soup, hash="hash", policy="taste", verdict=Verdict.PASS, summary="Salted."
    )
    units.run(system, governance.judge, report, evaluator=taster.id)

    assert len(before) == 1
    assert objections() == ()


def test_a_check_is_one_declaration(house_with, tmp_path, system, clock):
    check = loaded(tmp_path, "mondays", CHECK).CHECK
    units = house_with(Capability(name="kitchen", checks=(check,)))
    order = AgentTask(subject="run:1", role="cook", task="cook", context="kitchen")

    refusal = units.run(system, agents.claim, order, key="one")

    assert clock.now().weekday() == 0
    assert isinstance(refusal, Refusal)
    assert "the kitchen is closed" in refusal.reasons


def test_a_role_is_one_card(house_with, tmp_path, system):
    card = a_card(tmp_path)
    units = house_with()
    units.run(system, people.found_organisation, slug="kitchen", name="Kitchen")

    (hired,) = units.run(system, agents.staff, [card])

    assert (hired.role, hired.card.duty) == ("cook", "Cooks what is written down.")


@pytest.fixture
def kitchen(tmp_path, monkeypatch):
    """A pack in a folder of its own, as people write one."""
    folder = tmp_path / "packs" / "kitchen"
    folder.mkdir(parents=True)
    for name, text in PACK.items():
        (folder / name).write_text(dedent(text))
    monkeypatch.syspath_prepend(str(folder.parent))
    yield folder
    for name in [one for one in sys.modules if one.partition(".")[0] == "kitchen"]:
        del sys.modules[name]


def test_a_module_pack_is_four_files_and_its_place_in_the_order(
    kitchen, house_with, database, tmp_path, system
):
    pack = importlib.import_module("kitchen.capability").CAPABILITY
    places = Places(repositories=tmp_path / "repositories", worktrees=tmp_path / "worktrees")
    units = house_with(pack, Capability(name="machine", declares=(places,)))
    units.run(system, people.found_organisation, slug="kitchen", name="Kitchen")
    units.run(system, agents.staff, [a_card(tmp_path)])
    drain = Runner(units=units, system=database.system, organisation=system.organisation)
    drain()

    context = units.run(
        system, streams.open_context, stream="kitchen", kind="kitchen", slug="", title="Kitchen"
    )
    run = units.run(system, streams.start, context.id, "cook")
    drain()

    assert units.run(system, streams.run, run.id).state is RunState.DONE
    assert units.run(system, artifacts.effective, ArtifactId("recipe/soup")).title == "Soup"
    assert len(list(kitchen.glob("*.py"))) <= 4
