"""What the pages say is there is there."""

import re
import tomllib

from house import tree
from tools import reference

PAGES = [path for path in tree.tracked_files() if path.suffix == ".md"]
OWN = [path for path in PAGES if not {"examples", "src", "tests"} & set(tree.told(path).split("/"))]
PARTS_OF_A_DECISION = ["Context", "Decision", "Consequences", "Alternatives", "What enforces it"]


def text(name: str) -> str:
    return (tree.ROOT / name).read_text()


def test_every_link_to_a_file_leads_to_one():
    dead = [
        f"{tree.told(page)}: {target}"
        for page in OWN
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text())
        if not target.startswith(("http:", "https:", "#", "mailto:"))
        and not (page.parent / target.partition("#")[0]).exists()
    ]

    assert not dead, "\n".join(dead)


def test_every_make_command_that_a_page_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    missing = [
        f"{tree.told(page)}: make {name}"
        for page in OWN
        for name in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.MULTILINE)
        if name not in targets
    ]

    assert not missing, "\n".join(missing)


def test_every_path_of_the_repository_that_a_page_names_exists():
    named = re.compile(r"`((?:src|tests|tools|docs|benchmarks|examples|\.ci)/[A-Za-z0-9_./-]+)`")
    missing = [
        f"{tree.told(page)}: {path}"
        for page in OWN
        for path in named.findall(page.read_text())
        if not (tree.ROOT / path).exists()
    ]

    assert not missing, "\n".join(missing)


def test_the_readme_fits_on_one_screen():
    assert len(text("README.md").splitlines()) <= 60


def test_each_word_of_the_glossary_stands_once_in_order_and_on_one_line():
    lines = [line for line in text("GLOSSARY.md").splitlines()[1:] if line.startswith("-")]
    entries = [re.fullmatch(r"- \*\*([^*]+)\*\*: \S.*\.", line) for line in lines]
    words = [entry[1].lower() for entry in entries if entry]

    assert len(words) == len(lines) > 100
    assert words == sorted(set(words))


def test_the_changelog_starts_with_what_is_unreleased_and_dates_the_rest():
    heads = re.findall(r"^## (.*)$", text("CHANGELOG.md"), re.MULTILINE)

    assert heads[0] == "Unreleased"
    assert [h for h in heads[1:] if not re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", h)] == []


def test_the_changelog_holds_one_line_per_change():
    body = text("CHANGELOG.md").partition("## Unreleased")[2].splitlines()
    odd = [line for line in body if line and not line.startswith(("- ", "## ", "### "))]

    assert odd == []


def test_decisions_are_numbered_without_a_gap():
    numbers = [int(path.name[:4]) for path in sorted((tree.ROOT / "docs/decisions").glob("*.md"))]

    assert numbers == list(range(1, len(numbers) + 1))


def test_a_decision_has_its_five_parts_on_one_page():
    odd = [
        tree.told(path)
        for path in sorted((tree.ROOT / "docs/decisions").glob("*.md"))
        if re.findall(r"^## (.*)$", path.read_text(), re.MULTILINE) != PARTS_OF_A_DECISION
        or not path.read_text().startswith(f"# {path.name[:4]} ")
        or len(path.read_text().splitlines()) > 80
    ]

    assert odd == []


def test_every_room_and_every_contract_that_the_pages_name_is_in_the_law():
    law = text(".importlinter")
    rooms = re.findall(r"^\| `([a-z]+)` \|", text("ARCHITECTURE.md"), re.MULTILINE)
    contracts = [
        name for page in OWN for name in re.findall(r"[Cc]ontract `([a-z-]+)`", page.read_text())
    ]

    assert [room for room in rooms if f"    ({room})\n" not in law] == []
    assert [c for c in contracts if f"[importlinter:contract:{c}]" not in law] == []


def test_every_room_that_exists_stands_in_the_architecture():
    folders = (tree.ROOT / "src/headrace/capabilities").iterdir()
    rooms = [f.name for f in folders if (f / "__init__.py").is_file()]

    assert [room for room in rooms if f"`{room}`" not in text("ARCHITECTURE.md")] == []


def test_the_generated_pages_equal_the_code():
    assert reference.outdated(reference.pages()) == [], "run `make reference`"


def test_every_dependency_says_what_it_earns_its_place_by():
    source = text("pyproject.toml")
    project = tomllib.loads(source)["project"]
    groups = (project["dependencies"], *project["optional-dependencies"].values())
    silent = [
        name
        for group in groups
        for name in group
        if not name.startswith("headrace[")
        and not re.search(rf'^ +"{re.escape(name)}", +# \w+.*\w', source, re.MULTILINE)
    ]

    assert silent == []
