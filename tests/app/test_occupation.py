"""A home has one demonstration at a time, and is not begun anew under a server that runs there."""

import pytest

from headrace.app.demo.stage import MARK, clear
from headrace.app.occupation import HomeInUse, occupied, the_only_player
from headrace.kernel.errors import HeadraceError


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def test_whoever_serves_a_home_lets_others_serve_it_and_nobody_begin_it_anew(home):
    refused = pytest.raises(HomeInUse, match="Stop it first, or name another")
    with occupied(home, alone=False), occupied(home, alone=False), refused:
        occupied(home, alone=True).__enter__()
    with occupied(home, alone=True):
        pass


def test_who_begins_a_home_anew_shares_it_once_it_is_there(home):
    with occupied(home, alone=True) as held:
        with pytest.raises(HomeInUse), occupied(home, alone=False):
            pass
        held.share()
        with occupied(home, alone=False):
            pass


def test_one_demonstration_is_played_at_a_time(home):
    home.mkdir()
    mark = home / MARK
    mark.write_text("bulk-export")
    with the_only_player(mark), pytest.raises(HomeInUse), the_only_player(mark):
        pass
    with the_only_player(mark):
        pass


def test_what_no_demonstration_made_stays(home):
    home.mkdir()
    (home / "letters").write_text("Dear")
    with pytest.raises(HeadraceError, match="made by no demonstration"):
        clear(home)
    assert (home / "letters").read_text() == "Dear"
    (home / MARK).write_text("bulk-export")
    clear(home)
    assert not home.exists()
