"""Acceptance: which criteria and behaviours are shown by tests that really ran."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from headrace.capabilities.coding.model import AcceptanceCriterion, Behaviour, Case, Outcome
from headrace.capabilities.coding.rules.python import Module


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Whether a thing is shown, and what says so or what is missing."""

    subject: str
    shown: bool
    evidence: str


def behaviours(
    wanted: Sequence[Behaviour], records: Sequence[Case], tests: Sequence[Module]
) -> tuple[Shown, ...]:
    """For each behaviour whether its test ran and passed. `tests` are searched for tests that name it."""
    naming = _docstrings(tests)
    return tuple(_behaviour(one, records, naming) for one in wanted)


def _behaviour(one: Behaviour, records: Sequence[Case], naming: Mapping[str, str]) -> Shown:
    if one.test:
        return _shown(one.scenario, of_id(one.test, records), f"no test {one.test} ran")
    found = named(one.scenario, records, naming)
    return _shown(one.scenario, found, f"no test names the scenario {one.scenario!r}")


def criteria(
    wanted: Sequence[AcceptanceCriterion],
    records: Sequence[Case],
    tests: Sequence[Module],
    served: Mapping[str, Sequence[Shown]],
    passed_checks: Mapping[str, bool],
) -> tuple[Shown, ...]:
    """For each criterion whether it is shown: by the tests and checks it names, by behaviours that serve
    it (`served`, by its id), or by tests that name its id. One that fails outweighs all that pass."""
    naming = _docstrings(tests)
    return tuple(
        _criterion(one, records, naming, served.get(one.id, ()), passed_checks) for one in wanted
    )


def _criterion(
    one: AcceptanceCriterion,
    records: Sequence[Case],
    naming: Mapping[str, str],
    served: Sequence[Shown],
    checks: Mapping[str, bool],
) -> Shown:
    parts = [
        *(_shown(test, of_id(test, records), f"no test {test} ran") for test in one.tests),
        *(_of_check(name, checks) for name in one.checks),
        *served,
    ]
    if not parts:
        parts.append(_shown(one.id, named(one.id, records, naming), "nothing shows it"))
    missing = [part.evidence for part in parts if not part.shown]
    evidence = missing or [part.evidence for part in parts]
    return Shown(subject=one.id, shown=not missing, evidence="; ".join(dict.fromkeys(evidence)))


def _of_check(name: str, checks: Mapping[str, bool]) -> Shown:
    if name not in checks:
        return Shown(subject=name, shown=False, evidence=f"the check {name} was not run")
    word = "passed" if checks[name] else "did not pass"
    return Shown(subject=name, shown=checks[name], evidence=f"the check {name} {word}")


def _shown(subject: str, found: Sequence[Case], missing: str) -> Shown:
    """All that were found passed, and at least one ran."""
    red = [record for record in found if record.outcome is not Outcome.PASSED]
    if not found or red:
        evidence = "; ".join(f"{record.id} {record.outcome}" for record in red) or missing
        return Shown(subject=subject, shown=False, evidence=evidence)
    evidence = "; ".join(sorted({f"{record.id} passed" for record in found}))
    return Shown(subject=subject, shown=True, evidence=evidence)


def of_id(test: str, records: Sequence[Case]) -> list[Case]:
    """The records of a test as pytest names it (`tests/a/test_b.py::TestC::test_d`); every case of it."""
    path, _, rest = test.partition("::")
    name = _without_case(rest.rpartition("::")[2] or path)
    where = ".".join([_module(path), *rest.split("::")[:-1]]) if rest else ""
    return [
        record
        for record in records
        if _without_case(record.name) == name
        and (not where or record.module == where or record.module.endswith(f".{where}"))
    ]


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _without_case(name: str) -> str:
    return name.partition("[")[0]


def named(subject: str, records: Sequence[Case], naming: Mapping[str, str]) -> list[Case]:
    """The tests that name a subject, in their own name or in their docstring."""
    wanted = _plain(subject)
    return [
        record
        for record in records
        if f" {wanted} " in f" {_plain(_without_case(record.name))} {_doc(record, naming)} "
    ]


def _doc(record: Case, naming: Mapping[str, str]) -> str:
    return naming.get(f"{record.module}::{_without_case(record.name)}", "")


def _docstrings(tests: Iterable[Module]) -> dict[str, str]:
    return {name: words for module in tests for name, words in _of_module(module)}


def _of_module(module: Module) -> Iterator[tuple[str, str]]:
    where = _module(module.path)
    for node in module.tree.body if module.tree else ():
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                yield from _of_function(f"{where}.{node.name}", inner)
        yield from _of_function(where, node)


def _of_function(where: str, node: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        marks = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
        yield f"{where}::{node.name}", _plain(f"{ast.get_docstring(node) or ''} {marks}")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def weakened(before: Module, after: Module) -> tuple[tuple[int, str], ...]:
    """Tests that ran before the change and are marked to be skipped after it; line, name and mark."""
    ran = _functions(before) - {name for _, name, _ in _switched_off(before)}
    return tuple(
        (line, f"{name}: {mark}") for line, name, mark in _switched_off(after) if name in ran
    )


def vanished(before: Module, after: Module | None) -> tuple[str, ...]:
    """The names of tests that were there before the change and are not any more, sorted."""
    left = _functions(after) if after else set()
    return tuple(sorted(n for n in _functions(before) - left if n.startswith("test")))


_OFF = re.compile(r"\b(pytest\.)?(mark\.)?(skip|skipif|skipIf|xfail|expectedFailure)\b")


def _functions(module: Module) -> set[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {n.name for n in (ast.walk(module.tree) if module.tree else ()) if isinstance(n, kinds)}


def _switched_off(module: Module) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(module.tree) if module.tree else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                text = ast.unparse(decorator)
                if _OFF.search(text):
                    yield decorator.lineno, node.name, text
