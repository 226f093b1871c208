"""Who must review a path, by GitHub's rules: the table follows GitHub's page on code owners."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.capabilities.record import codeowners
from headrace.capabilities.record.codeowners import (
    OwnerGroup,
    Ownership,
    Review,
    only_the_author,
    required_reviewers,
    unsatisfied,
)

GITHUB_EXAMPLE = """\
# This is a comment.
*       @global-owner1 @global-owner2

*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats

/build/logs/ @doctocat

docs/* docs@example.com

apps/ @octocat

/docs/ @doctocat

/scripts/ @doctocat @octocat

**/logs @octocat

/apps/ @octocat
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        pytest.param("README", ["@global-owner1", "@global-owner2"], id="the default"),
        pytest.param(".hidden/x", ["@global-owner1", "@global-owner2"], id="the default, hidden"),
        pytest.param("a.js", ["@js-owner"], id="by ending"),
        pytest.param("deep/er/a.js", ["@js-owner"], id="by ending, anywhere"),
        pytest.param("a.go", ["docs@example.com"], id="an e-mail address"),
        pytest.param("a.txt", ["@octo-org/octocats"], id="a team"),
        pytest.param("build/logs/x/y", ["@octocat"], id="a later pattern wins over a folder"),
        pytest.param("docs/a.md", ["@doctocat"], id="a later folder wins"),
        pytest.param("docs/a/b.md", ["@doctocat"], id="a folder at any depth"),
        pytest.param("x/docs/a.md", ["@global-owner1", "@global-owner2"], id="only at the root"),
        pytest.param("x/apps/a", ["@octocat"], id="a folder anywhere"),
        pytest.param("scripts/a", ["@doctocat", "@octocat"], id="two owners"),
        pytest.param("deeply/nested/logs/a", ["@octocat"], id="two stars"),
        pytest.param("logs/a", ["@octocat"], id="two stars at the root"),
        pytest.param("apps/a", ["@octocat"], id="a folder at the root"),
        pytest.param("apps/github", [], id="nobody owns the excepted folder"),
        pytest.param("apps/github/a/b.js", [], id="nobody owns what is in it"),
        pytest.param("apps/github2", ["@octocat"], id="a longer name is not excepted"),
    ],
)
def test_githubs_own_example(path, owners):
    assert list(Ownership(GITHUB_EXAMPLE).owners_of(path)) == owners


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        pytest.param("docs/*", ["docs/a.md"], ["docs/a/b.md", "x/docs/a.md"], id="docs/*"),
        pytest.param("/*", ["a"], ["a/b"], id="only the root"),
        pytest.param("*", ["a", "a/b", ".a"], [], id="everything"),
        pytest.param("/docs/**", ["docs/a", "docs/a/b"], ["docs", "x/docs/a"], id="all below"),
        pytest.param(
            "a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["x/a/b", "a/xb"], id="two stars within"
        ),
        pytest.param("**/foo", ["foo", "a/foo", "a/foo/b"], ["afoo"], id="two stars before"),
        pytest.param("foo", ["foo", "a/foo", "foo/x"], ["foo2", "a/xfoo"], id="a name anywhere"),
        pytest.param("/foo", ["foo", "foo/x"], ["a/foo"], id="a leading slash"),
        pytest.param("foo/", ["foo/x", "a/foo/x"], ["foo"], id="a trailing slash"),
        pytest.param("a/b", ["a/b", "a/b/c"], ["x/a/b"], id="a slash within anchors"),
        pytest.param("f?o", ["fao"], ["f/o", "fo"], id="a question mark"),
        pytest.param(
            "/src/*.py", ["src/a.py"], ["src/x/a.py", "src/a.pyc"], id="a star and an ending"
        ),
        pytest.param("a+b(c).{d}$", ["a+b(c).{d}$"], ["aab(c).{d}$"], id="no regular expression"),
        pytest.param("README.md", ["README.md"], ["readme.md", "README-md"], id="case counts"),
        pytest.param(
            "my\\ file.md", ["my file.md", "a/my file.md"], ["file.md", "my"], id="a space"
        ),
        pytest.param("/a\\ b/", ["a b/c"], ["a/b/c", "b/c"], id="a space in a folder"),
        pytest.param("/docs/*", ["docs/two words.md"], [], id="a star over spaces"),
        pytest.param("file.md", ["file.md"], ["my file.md"], id="the end of a name with a space"),
        pytest.param("/docs/**", ["docs/a\nb.md"], [], id="a line end in a name does not escape"),
        pytest.param("C#/", ["C#/x"], ["C/x"], id="a hash within"),
        pytest.param("한국/*.md", ["한국/기록.md"], ["한국/a/b.md"], id="another script"),
    ],
)
def test_a_pattern_matches_as_on_github(pattern, matching, others):
    ownership = Ownership(f"{pattern} @owner")

    assert not ownership.findings
    assert [path for path in matching + others if ownership.owners_of(path)] == matching


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param("!docs/ @a", "cannot take a pattern back", id="a negation"),
        pytest.param("*.[ch] @a", "range of characters", id="a range"),
        pytest.param("[Section]", "range of characters", id="a section as on GitLab"),
        pytest.param("[Section][2] @a", "range of characters", id="a section with a number"),
        pytest.param("\\#notes @a", "escaped '#'", id="an escaped hash"),
        pytest.param("docs/ someone", "'someone' is no", id="an owner without @"),
        pytest.param("docs/ @a @", "'@' is no", id="an empty owner"),
        pytest.param("docs/ @a/b/c", "'@a/b/c' is no", id="an owner of three parts"),
        pytest.param("docs/ @-a", "'@-a' is no", id="an owner that starts with a hyphen"),
        pytest.param("docs/\\", "ends with a backslash", id="a last backslash"),
        pytest.param("/ @a", "names no file", id="only a slash"),
        pytest.param("a/***/b @a", "means nothing", id="three stars"),
    ],
)
def test_a_line_that_is_wrong_is_skipped_and_told_and_the_others_count(line, told):
    ownership = Ownership(f"* @all\n{line}\n*.md @writer\n")

    (finding,) = ownership.findings
    assert finding.line == 2
    assert told in finding.message
    assert finding.message.endswith("the line is skipped")
    assert ownership.owners_of("docs/a.c") == ("@all",)
    assert ownership.owners_of("docs/a.md") == ("@writer",)


def test_all_that_is_wrong_with_a_line_is_told():
    (finding,) = Ownership("![ab] @a who what").findings

    assert all(word in finding.message for word in ("'!'", "'[ ]'", "'who'", "'what'"))


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "# only a comment", "   # indented", "\t\n"],
)
def test_a_file_that_says_nothing_owns_nothing(text):
    ownership = Ownership(text)

    assert (ownership.rules, ownership.findings) == ((), ())
    assert ownership.owners_of("a") == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff*.md @a\r\n*.py @b\r\n", id="byte order mark and Windows line ends"),
        pytest.param("  *.md\t@a  \n*.py   @b#", id="tabs and spaces"),
    ],
)
def test_white_space_does_not_matter(text):
    assert Ownership(text).owners_of("x.md") == ("@a",)


def test_a_comment_may_follow_and_takes_the_rest_of_the_line():
    ownership = Ownership("docs/ @a # @b is on leave\nsrc/ # nobody now\n")

    assert ownership.owners_of("docs/x") == ("@a",)
    assert ownership.owners_of("src/x") == ()
    assert ownership.rules[1].owners == ()


def test_the_rule_that_decides_is_named_by_its_line():
    rule = Ownership("\n# c\n* @a\n\n[x] @b\n*.md @c\n").rule_for("x.md")

    assert (rule.line, rule.pattern) == (6, "*.md")


def test_a_file_of_three_megabytes_is_ignored_whole_and_told():
    line = "*.md @a\n"
    padding = "#" * (codeowners.SIZE_LIMIT_BYTES - len(line) - 1)

    just_fits = Ownership(line + padding)
    too_large = Ownership(line + padding + "#")

    assert just_fits.owners_of("x.md") == ("@a",)
    assert (too_large.rules, too_large.owners_of("x.md")) == ((), ())
    assert [finding.line for finding in too_large.findings] == [None]


@pytest.mark.parametrize(
    ("paths", "place"),
    [
        (["docs/CODEOWNERS", "CODEOWNERS", ".github/CODEOWNERS"], ".github/CODEOWNERS"),
        (["docs/CODEOWNERS", "CODEOWNERS"], "CODEOWNERS"),
        (["docs/CODEOWNERS", "x/CODEOWNERS"], "docs/CODEOWNERS"),
        (["x/CODEOWNERS", "codeowners"], None),
    ],
)
def test_the_first_of_three_places_counts(paths, place):
    assert codeowners.location(paths) == place


OWNED = Ownership("* @Lead\n/src/ @ada @bo\n/lib/ @Bo @Ada\n/docs/ @org/writers\n/free/\n")


def test_paths_of_the_same_owners_are_one_group_in_the_order_of_paths():
    groups = required_reviewers(OWNED, ["src/b", "x", "lib/a", "src/a", "free/y", "docs/z"])

    assert groups == (
        OwnerGroup(owners=frozenset({"@org/writers"}), paths=("docs/z",), lines=(4,)),
        OwnerGroup(
            owners=frozenset({"@ada", "@bo"}), paths=("lib/a", "src/a", "src/b"), lines=(2, 3)
        ),
        OwnerGroup(owners=frozenset({"@lead"}), paths=("x",), lines=(1,)),
    )


def test_paths_that_nobody_owns_need_nobody():
    assert required_reviewers(OWNED, ["free/a", "free/b"]) == ()
    assert required_reviewers(OWNED, []) == ()


def review(by, *speaks_for):
    return Review(by=by, speaks_for=frozenset(speaks_for))


@pytest.mark.parametrize(
    ("reviews", "open_paths"),
    [
        pytest.param([], ["docs/z", "src/a", "x"], id="nobody yet"),
        pytest.param([review("bo")], ["docs/z", "x"], id="any one owner of a set is enough"),
        pytest.param([review("@BO")], ["docs/z", "x"], id="case and the sign do not matter"),
        pytest.param([review("lead")], ["docs/z", "src/a"], id="the owner of the rest only"),
        pytest.param([review("cy", "@org/writers")], ["src/a", "x"], id="for a team"),
        pytest.param([review("cy", "@org/other")], ["docs/z", "src/a", "x"], id="for another team"),
        pytest.param([review("ada")], ["docs/z", "src/a", "x"], id="the author"),
        pytest.param(
            [review("@Ada", "@org/writers", "@lead")],
            ["docs/z", "src/a", "x"],
            id="the author in a team",
        ),
        pytest.param([review("bo"), review("lead"), review("cy", "@org/writers")], [], id="all"),
    ],
)
def test_a_group_is_open_until_an_owner_other_than_the_author_approves(reviews, open_paths):
    groups = required_reviewers(OWNED, ["src/a", "x", "docs/z"])

    still_open = unsatisfied(groups, reviews, author="ada")

    assert [group.paths[0] for group in still_open] == open_paths


def test_what_only_the_author_owns_is_told_as_never_to_be_satisfied():
    groups = required_reviewers(OWNED, ["src/a", "x"])

    assert [group.paths for group in only_the_author(groups, "@LEAD")] == [("x",)]
    assert only_the_author(groups, "ada") == ()


def test_both_names_of_a_renamed_file_need_their_owners():
    groups = required_reviewers(OWNED, ["src/a", "docs/a"])

    assert len(groups) == 2


@given(text=st.text(max_size=300), path=st.text(max_size=60))
def test_any_text_can_be_read_and_asked(text, path):
    ownership = Ownership(text)

    rule = ownership.rule_for(path)
    assert rule is None or rule in ownership.rules


LINES = st.sampled_from(
    ["* @a", "*.md @b", "/docs/ @c", "docs/x", "!x @a", "[s]", "# c", "", "a\\ b @d", "x\u2028y @e"]
)


@given(
    lines=st.lists(LINES, max_size=12),
    path=st.sampled_from(["x.md", "docs/x", "docs/y", "a b", "z"]),
)
def test_the_last_line_that_matches_alone_decides(lines, path):
    matching = [line for line in lines if Ownership(line).rule_for(path)]

    decided = Ownership("\n".join(lines)).owners_of(path)

    assert decided == (Ownership(matching[-1]).owners_of(path) if matching else ())
