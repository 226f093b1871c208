"""Size, names and words of the code are as the house style asks."""

import ast
import re
from statistics import quantiles

from house import tree

SOURCE = ("src", "tools")
EVERYTHING = ("src", "tools", "tests", "benchmarks")

LONG_FUNCTIONS: dict[str, str] = {}
"""Functions over 60 lines, each with the reason why it is better in one piece."""

EDGES: dict[str, str] = {
    "src/headrace/kernel/edge.py": "a request, command or step ends here, whatever went wrong",
    "src/headrace/kernel/journal/dispatch.py": "a poison event parks its own lineage and no other",
    "src/headrace/capabilities/workflows/engine.py": "a flow's failure is told, not lost",
    "src/headrace/capabilities/workflows/worker.py": "a chore that fails is tried again",
    "src/headrace/kernel/journal/feed.py": "an event that fails again stays parked",
    "src/headrace/surfaces/api/server.py": "a request ends here, and ill health is an answer",
    "src/headrace/surfaces/api/streams.py": "the headers are sent, so a fault is told in the stream",
    "src/headrace/surfaces/cli/main.py": "a command ends here, whatever went wrong",
    "src/headrace/surfaces/mcp/server.py": "a tool call ends here, whatever went wrong",
    "src/headrace/surfaces/ofrep/server.py": "a request ends here, whatever went wrong",
    "src/headrace/capabilities/health/collector.py": "a round that fails is made again",
    "src/headrace/capabilities/deployments/host.py": "a look that fails is made again",
    "src/headrace/capabilities/flags/evaluator.py": "a chore that fails is tried again",
    "src/headrace/surfaces/web/door.py": "a page ends here, whatever went wrong",
    "src/headrace/surfaces/web/ways_in.py": "a way in ends here, whatever went wrong",
    "src/headrace/surfaces/web/server.py": "a form, a stream or the palette's answer ends here",
    "src/headrace/app/demo/driver.py": "the demonstration goes on where a database died under it",
}
"""Where any exception may be caught, each with what makes it an edge."""

VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "stuff"}


def test_no_file_is_longer_than_600_lines():
    lengths = {
        tree.told(path): len(path.read_text().splitlines())
        for path in tree.python_files(*EVERYTHING)
    }

    assert not [f"{file}: {lines}" for file, lines in lengths.items() if lines > 600]


def test_a_function_of_more_than_60_lines_has_a_reason_and_no_reason_is_left_over():
    long = {
        f.key for path in tree.python_files(*SOURCE) for f in tree.functions(path) if f.lines > 60
    }

    assert long == set(LONG_FUNCTIONS)


def test_nine_of_ten_functions_fit_in_30_lines():
    lengths = [f.lines for path in tree.python_files(*SOURCE) for f in tree.functions(path)]

    assert quantiles(lengths, n=10)[-1] <= 30


def test_no_file_has_a_name_that_says_nothing():
    vague = [tree.told(p) for p in tree.python_files(*EVERYTHING) if p.stem in VAGUE]

    assert not vague, "\n".join(vague)


def test_every_module_says_what_it_is():
    silent = [
        tree.told(path)
        for path in tree.python_files(*SOURCE)
        if not ast.get_docstring(tree.parsed(path))
    ]

    assert not silent, "\n".join(silent)


def test_every_public_function_says_what_it_gives():
    silent = [
        function.key
        for path in tree.python_files(*SOURCE)
        for function in tree.functions(path)
        if "." not in function.name
        and not function.name.startswith("_")
        and "migrations" not in path.parts
        and not {"store", "store.py"} & set(path.parts)  # read by its own room alone
        and not ast.get_docstring(function.node)
    ]

    assert not silent, "\n".join(silent)


def test_any_exception_is_caught_only_at_the_edges():
    broad = {
        tree.told(path)
        for path in tree.python_files(*SOURCE)
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ExceptHandler) and _is_broad(node)
        if not isinstance(node.body[-1], ast.Raise)  # tidies up and lets it rise
    }

    assert not broad - EDGES.keys(), "\n".join(sorted(broad - EDGES.keys()))


def test_a_silenced_type_error_names_its_code_and_its_reason():
    wanted = re.compile(r"# type: ignore\[[a-z-]+(, ?[a-z-]+)*\]\s+(#|-)\s+\S+ \S+")
    bare = [
        f"{tree.told(path)}:{number}"
        for path in tree.python_files(*EVERYTHING)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if _silences(line) and not wanted.search(line)
    ]

    assert not bare, "\n".join(bare)


def _silences(line: str) -> bool:
    return re.search(r"#\s*type:\s*" + "ignore", line) is not None and "re.compile" not in line


def _is_broad(handler: ast.ExceptHandler) -> bool:
    """`except:`, `except Exception` or `except BaseException`, alone or in a tuple."""
    if handler.type is None:
        return True
    names = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
    return bool(names & {"Exception", "BaseException"})
