"""A demonstration goes on where it was left, and only there."""

from io import StringIO

import pytest
from rich.console import Console

from demonstrations import EXAMPLE, a_home
from headrace.app.demo.run import Options, run_demo
from headrace.kernel.clock import PacedClock
from headrace.kernel.errors import HeadraceError


@pytest.fixture
def home():
    with a_home() as place:
        yield place


def played(home, until, *, go_on):
    console = Console(file=StringIO(), width=150)
    options = Options(folder=EXAMPLE, home=home, until=until, go_on=go_on)
    code = run_demo(options, console)
    return code, console.file.getvalue()


def test_where_none_was_played_it_says_so(home):
    home.mkdir(parents=True, exist_ok=True)
    with pytest.raises(HeadraceError, match="holds no demonstration of bulk-export; play it first"):
        played(home, "digest", go_on=True)


@pytest.mark.slow
def test_it_goes_on_with_the_same_organisation_at_the_time_at_which_it_was_left(home):
    code, told = played(home, "scan-usage", go_on=False)
    assert code == 0
    assert "dashboards-load-slowly" in told
    left = PacedClock(home / "clock").now()

    code, told = played(home, "digest", go_on=True)

    assert code == 0
    assert "dashboards-load-slowly" not in told  # no signal is filed again
    assert "merged  CR-1" in told
    assert PacedClock(home / "clock").now() > left
