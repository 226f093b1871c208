"""What a terminal shows: moments, lengths of time and names as people say them, tables that fit."""

import json
import re
from datetime import timedelta

import pytest

from headrace.surfaces.cli import output
from headrace.surfaces.cli.cells import cell, named, span
from headrace.surfaces.cli.output import show
from headrace.surfaces.cli.tables import laid_out

ADA = "prn_01m7xe5qfpjvde6gafdxg35epj"
RUN = "run_01m7xe5vt798byf0fv3qnd4dm8"


@pytest.fixture
def terminal(monkeypatch):
    """Sets how many columns the terminal has."""

    def columns(number: int) -> None:
        monkeypatch.setattr(output, "_width", lambda: number)

    return columns


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-16T01:08:21.894000Z", "2026-03-16 01:08"),
        ("2026-03-16T01:08:21+00:00", "2026-03-16 01:08"),
        ("since 2026-03-16T01:08:21Z", "since 2026-03-16T01:08:21Z"),
        ("P241DT15H3M", "241 d 15 h"),
        ("P1Y2DT1S", "367 d"),
        ("PT2H10M59.7S", "2 h 10 m"),
        ("-PT40.2S", "-40 s"),
        ("PT0S", "0 s"),
        ("P", "P"),
        ("PT", "PT"),
        (2.080032, "2.08"),
        (True, "yes"),
        ([], ""),
        (["a", None, "b"], "a, , b"),
        ("a\x1b[2Jb", "a\N{REPLACEMENT CHARACTER}[2Jb"),
    ],
)
def test_a_fact_is_told_as_people_say_it(value, expected):
    assert cell(value) == expected


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(days=1), "1 d"),
        (timedelta(days=3, hours=4, minutes=50), "3 d 4 h"),
        (timedelta(days=3, minutes=50), "3 d"),
        (timedelta(minutes=40, seconds=5), "40 m 5 s"),
        (timedelta(seconds=0.2), "0 s"),
    ],
)
def test_a_length_of_time_is_told_by_its_largest_units(length, expected):
    assert span(length) == expected


def test_principals_are_told_by_their_handles_and_ids_stay_ids():
    answer = {"id": ADA, "by": ADA, "why": f"asked by {ADA}", "all": [ADA, "prn_unknown"]}

    assert named(answer, lambda: {ADA: "ada"}) == {
        "id": ADA,
        "by": "@ada",
        "why": "asked by @ada",
        "all": ["@ada", "prn_unknown"],
    }


def test_names_are_not_looked_up_where_nobody_is_named():
    def nobody():
        raise AssertionError

    assert named({"id": RUN}, nobody) == {"id": RUN}


ROWS = [
    {
        "id": RUN,
        "title": "A decision that is told in rather many words, so that it must be folded",
        "element": "",
        "at": "2026-03-16T01:08:21Z",
        "path": "work/decisions/2026-03-24-async-jobs-with-a-bounded-fan-out.md",
    }
]
WANTED = ("id", "title", "element", "at", "path")


@pytest.mark.parametrize(
    ("room", "kept", "left_out"),
    [
        (200, ["id", "title", "element", "at", "path"], []),
        (100, ["id", "title", "at", "path"], []),
        (80, ["id", "title", "at"], ["path"]),
        (55, ["id", "title"], ["at", "path"]),
        (20, ["id"], ["title", "at", "path"]),
    ],
)
def test_columns_are_given_up_from_the_last_one_and_empty_ones_first(room, kept, left_out):
    columns, dropped = laid_out(ROWS, WANTED, room)

    assert ([column.name for column in columns], dropped) == (kept, left_out)


@pytest.mark.parametrize("room", [60, 80, 100, 160])
def test_ids_and_moments_stand_in_one_piece_and_no_line_is_too_long(room, terminal, capsys):
    terminal(room)

    show({"items": ROWS}, as_json=False, columns=WANTED)

    printed = capsys.readouterr().out
    assert RUN in printed
    assert room < 80 or "2026-03-16 01:08" in printed
    assert max(len(line) for line in printed.splitlines()) <= room


def test_what_a_terminal_is_too_narrow_for_is_told(terminal, capsys):
    terminal(60)

    show({"items": ROWS}, as_json=False, columns=WANTED)

    assert "Too narrow for: at, path. --json has everything." in capsys.readouterr().err


def test_facts_are_told_under_plain_names_then_texts_then_tables(terminal, capsys):
    terminal(60)
    answer = {
        "mission.slug": "bulk",
        "mission.opened_at": "2026-03-16T01:08:21Z",
        "mission.note": None,
        "mission.body": "one\n\ntwo",
        "steps": [{"number": 1}],
    }

    show(answer, as_json=False)

    assert re.sub(r" +\n", "\n", capsys.readouterr().out) == (
        "slug       bulk\nopened at  2026-03-16 01:08\nnote       —\n"
        "\nbody\n\none\n\ntwo\n\nsteps\n\nnumber\n──────\n1\n"
    )


def test_json_is_the_answer_as_it_is(capsys):
    answer = {"at": "2026-03-16T01:08:21Z", "by": ADA, "none": None}

    show(answer, as_json=True, shown=lambda _: {}, names=lambda: {ADA: "ada"})

    assert json.loads(capsys.readouterr().out) == answer


def test_what_is_shown_of_one_thing_may_be_chosen(capsys):
    show({"a": 1, "b": 2}, as_json=False, shown=lambda answer: {"sum": answer["a"] + answer["b"]})

    assert capsys.readouterr().out == "sum  3\n"
