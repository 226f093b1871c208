"""The repository stands alone: it names no other place it was made in or fetched from."""

import re

from house import tree

PLACES = ["/" + "work/" + name for name in ("main", "shared", "brief", "scratch")]
PLACES += [".." + "/shared", "/" + "opt/wheels", "/" + "opt/pypi", "/" + "farm/"]

REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("proxy", "golang", "org"),
        ("deb", "debian", "org"),
    )
]


def test_no_file_names_a_place_of_one_machine_or_the_host_of_a_registry():
    forbidden = re.compile("|".join(map(re.escape, [*PLACES, *REGISTRIES])))
    found = [
        f"{tree.told(path)}: {match[0]}"
        for path, text in tree.tracked_texts()
        if (match := forbidden.search(text))
    ]

    assert not found, "\n".join(found)


def test_no_file_is_left_half_done():
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX")) + r")\b")
    found = [
        f"{tree.told(path)}:{number}"
        for path in tree.python_files("src", "tools", "tests", "examples", "benchmarks")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if marks.search(line)
    ]

    assert not found, "\n".join(found)
