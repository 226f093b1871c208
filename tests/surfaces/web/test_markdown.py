"""Texts of authors are parted at their headings, and a long part is folded."""

from headrace.surfaces.web.markdown import sections


def test_a_text_is_parted_at_headings_of_the_second_level_and_nothing_is_lost():
    text = "First.\n\n# Title\n\n## One\n\nShort.\n\n### Below\n\n## Two\n" + "word " * 80

    parts = sections(text)

    assert [(one.title, one.is_long) for one in parts] == [
        ("", False),
        ("One", False),
        ("Two", True),
    ]
    assert "".join(one.whole for one in parts) == text
    assert parts[2].text == "word " * 80


def test_what_only_looks_like_a_heading_parts_nothing():
    text = "```\n## in code\n```\n\n> ## quoted\n\n- ## in a list\n"

    assert [one.whole for one in sections(text)] == [text]


def test_an_empty_text_has_no_parts():
    assert sections("") == ()
