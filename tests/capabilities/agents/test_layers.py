"""Layers are data: adding or renaming one changes a file beside the cards, and no line of code."""

import shutil
from pathlib import Path

import pytest

from headrace.app import CAPABILITIES
from headrace.capabilities.agents import operations, service
from headrace.capabilities.agents.declarations import DeclarationsInvalid
from headrace.capabilities.agents.model import Catalogue
from headrace.capabilities.agents.service import load_catalogue
from headrace.kernel.capability import Capability
from headrace.kernel.context import Ctx
from headrace.kernel.house import House
from headrace.packs.enterprise import roles
from headrace.surfaces.web.answers import Module
from headrace.surfaces.web.pages.streams import picture

CARDS = Path(roles.__file__).parent


@pytest.fixture
def folder(tmp_path):
    """The enterprise's cards, to be changed."""
    made = tmp_path / "roles"
    shutil.copytree(CARDS, made, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return made


def changed(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def house_of(catalogue: Catalogue) -> House:
    rooms = tuple(one for one in CAPABILITIES if one.name != "enterprise")
    return House((*rooms, Capability(name="changed", declares=(catalogue,))))


def listed(catalogue: Catalogue, clock) -> list[operations.LayerLine]:
    ctx = Ctx(actor=None, now=clock.now(), db=None, house=house_of(catalogue))
    return list(operations.layers(ctx, operations.Nothing()).items)


def test_a_layer_is_renamed_in_one_line_and_every_role_and_lane_follows(folder, clock):
    changed(
        folder,
        "_organisation.yaml",
        "{id: quality, name: quality,",
        "{id: quality, name: assurance,",
    )

    found = listed(load_catalogue(folder), clock)

    names = {one.id: one.name for one in found}
    assert list(names.values()) == [
        "steering", "strategy", "orchestration", "execution", "assurance",
    ]  # fmt: skip
    assert next(one for one in found if one.id == "quality").roles > 0
    assert lanes(names, "quality") == ["assurance"]


def test_a_layer_is_added_with_the_roles_that_work_in_it(folder, clock):
    changed(
        folder,
        "_organisation.yaml",
        "  - {id: quality,",
        "  - {id: operations, name: operations, delegates_to: [quality]}\n  - {id: quality,",
    )
    changed(folder, "monitoring-agent.yaml", "layer: execution", "layer: operations")

    found = listed(load_catalogue(folder), clock)

    assert [(one.id, one.roles) for one in found if one.id == "operations"] == [("operations", 1)]
    assert [one.id for one in found].index("operations") == 4
    assert lanes({one.id: one.name for one in found}, "operations") == ["operations"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("delegates_to: [strategy]", "delegates_to: [nowhere]", "leads nowhere"),
        ("{id: strategy, name: strategy,", "{id: steering, name: strategy,", "one id"),
    ],
)
def test_layers_that_do_not_hold_together_are_told(folder, old, new, fault):
    changed(folder, "_organisation.yaml", old, new)

    with pytest.raises(DeclarationsInvalid) as refused:
        load_catalogue(folder)

    assert fault in str(refused.value) + str(refused.value.details)


def test_one_layer_is_too_few(tmp_path):
    (tmp_path / "_organisation.yaml").write_text(
        "layers: [all]\nloops: [build]\ndivisions: [One]\npolicies: []\nseats: []\napprovers: {}\n"
    )

    with pytest.raises(DeclarationsInvalid) as refused:
        load_catalogue(tmp_path)

    assert "at least two" in str(refused.value) + str(refused.value.details)


def test_a_card_of_a_layer_that_is_not_there_is_told(folder):
    changed(folder, "monitoring-agent.yaml", "layer: execution", "layer: operations")

    with pytest.raises(DeclarationsInvalid) as refused:
        load_catalogue(folder)

    assert "leads nowhere" in str(refused.value) + str(refused.value.details)


def test_the_enterprise_says_who_delegates_to_whom(clock):
    house = house_of(roles.catalogue())
    found = service.layers(Ctx(actor=None, now=clock.now(), db=None, house=house))

    assert {one.id: one.delegates_to for one in found} == {
        "steering": ("strategy",),
        "strategy": ("orchestration",),
        "orchestration": ("execution",),
        "execution": ("quality",),
        "quality": ("steering",),
    }


def lanes(names, layer: str) -> list[str]:
    """The lanes of a drawing of one module whose role works in a layer."""

    class Node:
        module, title, role, element, state = "watch", "Watch", "watcher", "", "done"
        reasons = ()
        open_run = None

    module = Module(
        key="watch",
        title="Watch",
        role="watcher",
        layer=layer,
        context_kind="mission",
        inputs=(),
        outputs=(),
    )
    drawn = picture({"watch": module}, [Node()], [], names, {}).drawing
    return [lane.name for lane in drawn.lanes]
