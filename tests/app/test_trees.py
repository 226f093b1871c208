"""Files between this machine and an organisation: links are not followed, nothing is overwritten."""

import json

import pytest

from headrace.app import telling_trees, trees
from headrace.kernel.errors import Conflict, Invalid, NotFound


def tree(folder, **files):
    for path, text in files.items():
        place = folder / path.replace("__", "/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


def test_only_markdown_below_work_and_org_is_read(tmp_path):
    tree(tmp_path, **{"work__a.md": "A", "org__b.md": "B", "work__c.txt": "C", "README.md": "D"})

    assert trees.read_files(tmp_path) == {"work/a.md": "A", "org/b.md": "B"}


def test_links_in_a_tree_are_not_followed(tmp_path):
    outside = tree(tmp_path / "outside", **{"secret.md": "secret", "more__s.md": "secret"})
    inside = tree(tmp_path / "inside", **{"work__a.md": "A"})
    (inside / "work" / "link.md").symlink_to(outside / "secret.md")
    (inside / "work" / "folder").symlink_to(outside / "more")
    (inside / "org").symlink_to(outside)

    assert trees.read_files(inside) == {"work/a.md": "A"}


def test_every_file_that_is_no_text_is_told_at_once(tmp_path):
    tree(tmp_path, **{"work__a.md": "A"})
    for name in ("b.md", "c.md"):
        (tmp_path / "work" / name).write_bytes(b"\xff\xfe\xff")

    with pytest.raises(Invalid) as fault:
        trees.read_files(tmp_path)

    assert "b.md" in fault.value.message
    assert "c.md" in fault.value.message


def test_a_folder_without_work_products_and_a_place_that_is_not_there_are_told(tmp_path):
    with pytest.raises(NotFound):
        trees.offered(tmp_path)
    with pytest.raises(NotFound):
        trees.offered(tmp_path / "nowhere")


def test_a_file_of_another_content_is_not_replaced_unless_that_is_asked_for(tmp_path):
    tree(tmp_path, **{"work__a.md": "theirs", "work__b.md": "same"})
    files = [{"path": "work/a.md", "text": "ours"}, {"path": "work/b.md", "text": "same"}]

    with pytest.raises(Conflict) as fault:
        trees.write_files(tmp_path, files, overwrite=False)
    assert fault.value.details["paths"] == ["work/a.md"]
    assert (tmp_path / "work" / "a.md").read_text() == "theirs"

    assert trees.write_files(tmp_path, files, overwrite=True) == 1
    assert (tmp_path / "work" / "a.md").read_text() == "ours"


def test_nothing_is_written_through_a_link_that_leads_out(tmp_path):
    outside = tree(tmp_path / "outside")
    outside.mkdir()
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "work").symlink_to(outside)

    with pytest.raises(Invalid):
        trees.write_files(inside, [{"path": "work/a.md", "text": "A"}], overwrite=True)

    assert list(outside.iterdir()) == []


FINDING = {
    "code": "sum-differs",
    "severity": "error",
    "message": "5 of 4 [red]",
    "places": ["a.md:3"],
}


def test_findings_are_told_to_people_and_an_error_among_them_is_the_exit_code(capsys):
    code = telling_trees.tell({"items": [FINDING], "pieces": []}, trees.Caller())

    shown = capsys.readouterr().out
    assert code == telling_trees.WITH_ERRORS
    assert "5 of 4 [red]" in shown
    assert "a.md:3" in shown


def test_without_an_error_the_exit_code_is_nothing_and_json_has_everything(capsys):
    answer = {"items": [FINDING | {"severity": "warning"}], "pieces": []}

    assert telling_trees.tell(answer, trees.Caller(as_json=True)) == 0
    assert json.loads(capsys.readouterr().out) == answer


LONG = f"work/missions/{'a-name-that-does-not-end-' * 4}/BRIEF.md"


@pytest.fixture
def narrow(monkeypatch):
    """Eighty columns, as a terminal tells it."""
    monkeypatch.setenv("COLUMNS", "80")


def told(capsys):
    return capsys.readouterr().out.splitlines()


def test_at_eighty_columns_nothing_of_a_finding_is_cut_off(narrow, capsys):
    finding = FINDING | {"message": f"{LONG} is not there", "places": [f"{LONG}:3", f"{LONG}:17"]}

    telling_trees.tell({"items": [finding], "pieces": [{}]}, trees.Caller())

    lines = told(capsys)
    assert max(map(len, lines)) <= 80
    assert "".join(line.strip() for line in lines).count(LONG) == 2
    assert "…" not in "".join(lines)
    assert lines[-1] == "1 work product read, 1 error, 0 warnings."


def test_at_eighty_columns_a_file_taken_in_is_told_whole_with_what_it_claims(narrow, capsys):
    line = {
        "path": LONG,
        "type": "mission-brief",
        "outcome": "new",
        "claims": "approved",
        "standing": "unreviewed",
        "why": "",
    }

    telling_trees.tell_import({"taken": [line], "change": "CR-3"}, dry_run=False)

    lines = told(capsys)
    assert max(map(len, lines)) <= 80
    assert LONG in "".join(line.strip() for line in lines)
    assert "  mission-brief, unreviewed; it says 'approved' of itself" in lines
    assert lines[-1].endswith("headrace change show CR-3")


def test_lines_of_one_file_stand_behind_each_other():
    places = ["a.md:3", "a.md:7", "b.md:1", "a.md:9"]

    assert telling_trees.places_told(places) == ["a.md:3, 7", "b.md:1", "a.md:9"]
