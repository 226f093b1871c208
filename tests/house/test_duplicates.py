"""No run of code stands in two places, and the tool that looks for it finds one."""

from house import tree
from tools import duplicates

RUN = "\n".join(f"value_{n} = {n}" for n in range(duplicates.LEAST))


def test_nothing_of_the_source_stands_in_two_places():
    found = duplicates.copies(tree.python_files("src", "tools"))

    assert [str(copy) for copy in found] == []


def test_a_copied_run_is_found_once_and_whole_whatever_stands_around_it(tmp_path):
    longer = f"{RUN}\nlast = True"
    (tmp_path / "one.py").write_text(f'"""One."""\nimport os\n{longer}\nend = 1\n')
    inside = longer.replace("\n", "\n\n    # a remark\n    ")
    (tmp_path / "two.py").write_text(f"def two():\n    {inside}\n    return 2\n")

    (copy,) = duplicates.copies(tmp_path.glob("*.py"))

    assert copy.length == duplicates.LEAST + 1
    assert (copy.first.path.name, copy.second.path.name) == ("one.py", "two.py")


def test_a_run_copied_within_one_file_is_found(tmp_path):
    (tmp_path / "one.py").write_text(f"{RUN}\nmiddle = 1\n{RUN}\n")

    assert [copy.length for copy in duplicates.copies(tmp_path.glob("*.py"))] == [duplicates.LEAST]


def test_a_shorter_run_imports_and_docstrings_are_no_copies(tmp_path):
    shorter = RUN.rpartition("\n")[0]
    imports = "\n".join(f"import name_{n}" for n in range(20))
    words = '"""' + "\n".join(f"line {n}" for n in range(20)) + '"""'
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(f"{words}\n{imports}\n{shorter}\n")

    assert duplicates.copies(tmp_path.glob("*.py")) == []


def test_the_program_fails_where_there_is_a_copy(tmp_path, capsys):
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(f"{RUN}\n")

    assert duplicates.main([str(tmp_path)]) == 1
    assert "12 lines stand in" in capsys.readouterr().out
