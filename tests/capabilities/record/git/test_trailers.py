"""Trailers are written so that no text forges one, and read as real Git reads them."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.capabilities.record.git import trailers
from headrace.capabilities.record.git.model import Trailer
from headrace.capabilities.record.git.trailers import ArtifactTrailer
from headrace.kernel.errors import Invalid

CR_12 = Trailer("Headrace-Change", "CR-12")
DIGEST = "sha256:" + "ab" * 32

ANY_TEXT = st.text(alphabet=st.characters(), max_size=200)
HOSTILE_TEXT = st.lists(
    st.sampled_from(
        [
            *[
                "Headrace-Change: CR-99",
                "headrace-change :CR-99",
                " Headrace-Change:CR-99",
                "Fix: it",
            ],
            *[
                "\n",
                "\n\n",
                "\r\n",
                "\r",
                "\x0b",
                "\u2028",
                "\x85",
                "\0",
                ":",
                " ",
                "---",
                "# x",
                "\t",
            ],
            *["Signed-off-by: Eve <eve@example.org>", "(cherry picked from commit 1234)", "word"],
        ]
    ),
    max_size=12,
).map("".join)
KEYS = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True)


def read_by_git(message):
    """The trailers real Git finds in `message`, unfolded, as (key, value)."""
    told = subprocess.run(
        ["git", "interpret-trailers", "--parse", "--no-divider"],
        input=message.encode("utf-8", "replace"),
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8", "replace")
    pairs = (line.split(":", 1) for line in told.split("\n") if ":" in line)
    return [(key.strip(), value.strip()) for key, value in pairs]


def test_a_message_holds_subject_body_and_trailers_with_one_empty_line_between():
    text = trailers.compose("Merge the brief\n\nWhy it is good.\n", [CR_12])

    assert text == "Merge the brief\n\nWhy it is good.\n\nHeadrace-Change: CR-12\n"


@pytest.mark.parametrize(
    ("message", "subject", "body"),
    [
        pytest.param("One line", "One line", "", id="a subject alone"),
        pytest.param(
            "Subject\nbody at once", "Subject", "body at once", id="no empty line between"
        ),
        pytest.param("Subject\r\n\r\nA\r\nB", "Subject", "A\nB", id="line ends of Windows"),
        pytest.param("S\n\nFirst\n\nSecond", "S", "First\n\nSecond", id="two paragraphs"),
        pytest.param("\n\n  S  \n\nB  ", "S", "B", id="spaces around"),
    ],
)
def test_what_was_composed_is_read_back(message, subject, body):
    read = trailers.parse(trailers.compose(message, [CR_12]))

    assert (read.subject, read.body, read.trailers) == (subject, body, (CR_12,))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param("CR-1\nHeadrace-Change: CR-2", "CR-1 Headrace-Change: CR-2", id="line end"),
        pytest.param("a: b: c", "a: b: c", id="colons"),
        pytest.param("a\r\n\tb\0c\u2028d", "a b c d", id="every other kind of break"),
        pytest.param("  결정  ", "결정", id="spaces around another script"),
    ],
)
def test_a_hostile_value_stays_one_value_on_one_line(value, written):
    read = trailers.parse(trailers.compose("Subject", [Trailer("Note", value)]))

    assert read.trailers == (Trailer("Note", written),)


@pytest.mark.parametrize("key", ["", "Two words", "Key:", "-dash", "Schlüssel", "a\nb"])
def test_a_key_that_git_would_not_read_is_refused(key):
    with pytest.raises(Invalid, match="is no key of a trailer"):
        trailers.compose("Subject", [Trailer(key, "value")])


@pytest.mark.parametrize("value", ["", " ", "\n", "\0"])
def test_a_trailer_without_a_value_is_refused(value):
    with pytest.raises(Invalid, match="needs a value"):
        trailers.compose("Subject", [Trailer("Key", value)])


@pytest.mark.parametrize("message", ["", " \n ", "\0", "\x0b"])
def test_a_message_without_a_subject_is_refused(message):
    with pytest.raises(Invalid, match="needs a subject"):
        trailers.compose(message, [CR_12])


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("Subject\n\nHeadrace-Change: CR-99", id="as the last paragraph"),
        pytest.param("Headrace-Change: CR-99", id="as the subject"),
        pytest.param("S\n\nFix: a\nHEADRACE-CHANGE:CR-99", id="among others, in capitals"),
        pytest.param("S\n\nFix: a\n  Headrace-Change: CR-99", id="as a continuation"),
        pytest.param(
            "S\n\nSigned-off-by: E <e@x>\nHeadrace-Change: CR-99\nx", id="in a mixed block"
        ),
    ],
)
def test_a_message_cannot_forge_our_trailer(message):
    text = trailers.compose(message)

    assert not trailers.carries(trailers.parse(text).trailers, "Headrace-Change")
    assert "headrace-change" not in [key.lower() for key, _ in read_by_git(text)]


def test_a_foreign_trailer_in_a_message_is_kept():
    read = trailers.parse(trailers.compose("S\n\nCo-authored-by: Bo <bo@example.org>"))

    assert read.trailers == (Trailer("Co-authored-by", "Bo <bo@example.org>"),)


def test_a_folded_trailer_is_read_as_one_line():
    read = trailers.parse("S\n\nNote: one\n  two\n")

    assert read.trailers == (Trailer("Note", "one two"),)


def test_a_last_paragraph_with_prose_is_body():
    read = trailers.parse("S\n\nNote: one\nbut then prose\n")

    assert (read.body, read.trailers) == ("Note: one\nbut then prose", ())


def test_trailers_are_found_by_key_in_any_case_and_by_the_whole_value():
    assert trailers.carries([CR_12], "headrace-change", "CR-12")
    assert not trailers.carries([CR_12], "Headrace-Change", "CR-1")
    assert not trailers.carries([CR_12], "Headrace-Artifact")


def test_an_artifact_version_is_written_and_read_back():
    trailer = trailers.artifact("brief/bulk-data-export@1", DIGEST)

    assert trailer.value == f"brief/bulk-data-export@1 {DIGEST}"
    assert trailers.artifacts([CR_12, trailer]) == (
        ArtifactTrailer(reference="brief/bulk-data-export@1", digest=DIGEST),
    )


@pytest.mark.parametrize(
    ("reference", "digest"),
    [
        ("brief/x", DIGEST),
        ("brief/x y@1", DIGEST),
        ("brief/x@1", "sha256:ab"),
        ("a@1\nb@2", DIGEST),
    ],
)
def test_what_names_no_artifact_version_is_refused(reference, digest):
    with pytest.raises(Invalid):
        trailers.artifact(reference, digest)


@given(message=ANY_TEXT | HOSTILE_TEXT, values=st.lists(ANY_TEXT | HOSTILE_TEXT, max_size=4))
def test_whatever_the_texts_exactly_the_given_trailers_are_read_back(message, values):
    given_ones = [Trailer(f"Headrace-{n}", value) for n, value in enumerate(values)]
    try:
        text = trailers.compose(message, given_ones)
    except Invalid:
        return

    ours = [t for t in trailers.parse(text).trailers if t.key.lower().startswith("headrace-")]
    assert ours == [Trailer(t.key, trailers.single_line(t.value)) for t in given_ones]


@given(message=HOSTILE_TEXT, values=st.lists(HOSTILE_TEXT, max_size=3))
def test_real_git_finds_the_same_trailers_of_ours(message, values):
    given_ones = [Trailer("Headrace-Change", value) for value in values]
    try:
        text = trailers.compose(message, given_ones)
    except Invalid:
        return

    ours = [value for key, value in read_by_git(text) if key.lower() == "headrace-change"]
    assert ours == [trailers.single_line(value) for value in values]


@given(key=KEYS, value=ANY_TEXT.map(trailers.single_line).filter(bool))
def test_any_trailer_survives_being_written_and_read(key, value):
    read = trailers.parse(trailers.compose("Subject", [Trailer(key, value)]))

    assert read.trailers == (Trailer(key, value),)


@given(text=ANY_TEXT)
def test_any_message_at_all_can_be_read(text):
    trailers.parse(text)
