"""The mechanisms know no value stream: no phase of a pack is named in their code."""

import ast
import re
from collections.abc import Iterator

import pytest

from headrace.app import HOUSE
from headrace.kernel.capability import Capability
from house import tree

MECHANISMS = ("streams", "workflows", "artifacts", "governance")
KINDS = tuple(f"headrace.capabilities.{room}." for room in ("artifacts", "streams"))

PLAIN: dict[str, str] = {}
"""Names of a pack that are plain words of a mechanism too, each with what it means there."""


def names_of(packs: list[Capability]) -> set[str]:
    """The names of every artifact type and module that the packs declare, as identifiers."""
    declared = (d for pack in packs for d in pack.declares)
    return {
        _as_identifier(d.name) for d in declared if f"{type(d).__module__}.".startswith(KINDS)
    } - PLAIN.keys()


def words_of(code: ast.AST) -> Iterator[str]:
    """Every identifier and every string of the code; docstrings are no code."""
    prose = {
        id(node.value)
        for node in ast.walk(code)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(code):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value
        for field in ("id", "attr", "arg", "name"):
            if isinstance(word := getattr(node, field, None), str):
                yield word


def known(code: ast.AST, names: set[str]) -> set[str]:
    """The names that the code knows, also inside a longer identifier or in the plural."""
    if not names:
        return set()
    wanted = re.compile(rf"(?:^|_)({'|'.join(map(re.escape, sorted(names)))})s?(?:_|$)")
    return {m[1] for word in words_of(code) if (m := wanted.search(_as_identifier(word)))}


def _as_identifier(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|-", "_", name).lower()


def test_no_mechanism_names_an_artifact_type_or_module_of_a_pack():
    folders = {path.name for path in (tree.ROOT / "src/headrace/packs").iterdir() if path.is_dir()}
    names = names_of([c for c in HOUSE.capabilities if c.name in folders])
    found = [
        f"{tree.told(path)}: {', '.join(sorted(hits))}"
        for room in MECHANISMS
        for path in tree.python_files(f"src/headrace/capabilities/{room}")
        if (hits := known(tree.parsed(path), names))
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        'if kind == "outcome-contract": go()',
        "def propose_outcome_contract(ctx): ...",
        "class OutcomeContracts: ...",
        "run(outcome_contract=1)",
    ],
)
def test_a_phase_in_the_code_is_found_however_it_is_spelt(code):
    assert known(ast.parse(code), {"outcome_contract"}) == {"outcome_contract"}


def test_a_phase_in_prose_or_inside_another_word_is_no_knowledge():
    code = ast.parse('"""Such as a signal."""\nsignalled = 1\n')

    assert known(code, {"signal"}) == set()
