"""The mechanisms know no value stream: no phase of a pack is named in their code."""

import ast
import re
from collections.abc import Iterator

import pytest

from headrace.app import HOUSE
from headrace.capabilities.artifacts.layout import ArtifactType
from headrace.capabilities.streams.model import Stream
from headrace.kernel.capability import Capability
from house import tree

MECHANISMS = ("streams", "workflows", "artifacts", "governance")

PLAIN = {
    ("artifacts", "validate"): "the verb: hold content against its type's layout",
    ("governance", "decide"): "the verb: answer a gate",
    ("governance", "report"): "what an evaluator has written about a version",
    ("streams", "digest"): "the hash of a value",
    ("workflows", "signal"): "Python's module for the signals of the operating system",
}
"""Names of a pack that are a plain word in one mechanism too, each with what it means there."""


def names_of(packs: list[Capability]) -> set[str]:
    """The names of every artifact type and module that the packs declare, as identifiers."""
    declared = [d for pack in packs for d in pack.declares]
    types = {d.name for d in declared if isinstance(d, ArtifactType)}
    modules = {m.key for d in declared if isinstance(d, Stream) for m in d.modules}
    return {_as_identifier(name) for name in types | modules}


def plain_words(room: str) -> set[str]:
    """The names that mean something else in a room."""
    return {word for place, word in PLAIN if place == room}


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
        if (hits := known(tree.parsed(path), names - plain_words(room)))
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(("room", "word"), PLAIN)
def test_a_word_that_is_called_plain_is_still_used_in_its_room(room, word):
    files = tree.python_files(f"src/headrace/capabilities/{room}")

    assert any(known(tree.parsed(path), {word}) for path in files)


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
