"""Which tests one process of several runs one after the other: a rule by path.

The marks of pytest-xdist for it change a private attribute that pytest 9 no longer has, so that every
group fell apart without a word. What is asked for here is seen by `tests/house/test_together.py`.
"""

from collections.abc import Mapping

from xdist.scheduler import LoadScopeScheduling

GROUPS: Mapping[str, str] = {
    "tests/acceptance/test_killing.py": "both cores",
    "tests/acceptance/test_whole_way.py": "both cores",
    "tests/surfaces/web/walks/": "one browser and one server",
}
"""Path of a test file, or of a folder with its slash at the end, to the group that it is run in."""


def group(nodeid: str) -> str:
    """The group of a test; one that is in none is a group of its own."""
    return next((name for path, name in GROUPS.items() if nodeid.startswith(path)), nodeid)


class Together(LoadScopeScheduling):
    """Gives a whole group to one process; the largest groups first."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)
