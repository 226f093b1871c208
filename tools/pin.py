"""Writes constraints.txt: every package that Headrace and its extras pull in, as installed now.

Names and versions only, no address, sorted, so that the file says what and never where from.
Run it with the environment's Python after a dependency was added: `make pin`.
"""

import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "constraints.txt"


def declared() -> list[Requirement]:
    """What pyproject.toml asks for, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(t) for group in (project["dependencies"], *extras) for t in group]


def closure(requirements: Iterable[Requirement]) -> dict[str, str]:
    """Name and installed version of the requirements and everything below them.

    What does not hold here (a marker for another system or Python) is no part of it.
    """
    waiting, seen, found = list(requirements), set[tuple[str, frozenset[str]]](), dict[str, str]()
    while waiting:
        wanted = waiting.pop()
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key not in seen:
            seen.add(key)
            found[key[0]] = distribution(wanted.name).version
            waiting += needs(wanted)
    return found


def needs(wanted: Requirement) -> Iterator[Requirement]:
    """The requirements of one installed package with the extras asked for."""
    for text in distribution(wanted.name).requires or ():
        requirement = Requirement(text)
        extras = wanted.extras or {""}
        if requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in extras
        ):
            yield requirement


def main() -> int:
    """Writes the file; 1 with the remedy when something is not installed."""
    try:
        pins = closure(declared())
    except PackageNotFoundError as absent:
        print(f"{absent.name} is not installed: run `make setup` first", file=sys.stderr)
        return 1
    TARGET.write_text("".join(f"{name}=={pins[name]}\n" for name in sorted(pins)))
    print(f"{TARGET.name}: {len(pins)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
