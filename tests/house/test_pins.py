"""constraints.txt says which versions, never where from."""

import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from house import tree
from tools import pin

LINES = (tree.ROOT / "constraints.txt").read_text().splitlines()


def test_a_pin_is_a_name_and_a_version():
    assert [
        line for line in LINES if not re.fullmatch(r"[a-z0-9-]+==[0-9][A-Za-z0-9.]*", line)
    ] == []
    assert not any("@" in line or "://" in line for line in LINES)


def test_the_pins_are_sorted_and_each_stands_once():
    names = [line.partition("==")[0] for line in LINES]

    assert names == sorted(set(names))


def test_every_declared_dependency_is_pinned_to_a_version_it_allows():
    pins = dict(line.split("==") for line in LINES)
    wrong = [
        str(requirement)
        for requirement in pin.declared()
        if not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "0"))
    ]

    assert wrong == [], "run `make pin`"


def test_everything_a_package_pulls_in_is_pinned_too():
    found = pin.closure([Requirement("sqlalchemy")])

    assert found.keys() >= {"sqlalchemy", "typing-extensions"}


def test_set_up_files_name_no_address():
    address = re.compile(r"https?://|index-url|find-links")
    named = [
        name
        for name in ("pyproject.toml", "constraints.txt", "Makefile", ".ci/run", "tools/install.py")
        if address.search((tree.ROOT / name).read_text())
    ]

    assert named == []
