"""What must hold for every layout and every text: nothing is lost, and nothing raises."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capabilities.record.markdown.generated import (
    contents,
    documents,
    edited,
    labels_of,
    layouts,
    words,
)
from headrace.capabilities.artifacts.layout import NOTHING, Fault, normal, text, validate
from headrace.capabilities.record.markdown import parse, render, template

GIVEN = {*NOTHING, "1", "2", "3", "metadata"}
"""Words that say that there is nothing, places of repeated items, the title over the header's
fields: written anew or not at all."""

LAW = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@LAW
@given(st.data())
def test_what_is_written_reads_back_the_same(data):
    layout = data.draw(layouts())
    content = data.draw(contents(layout))

    parsed = parse(layout, render(layout, content))

    assert parsed.content == content


@LAW
@given(st.data())
def test_what_a_person_made_of_it_is_stable_once_written(data):
    layout = data.draw(layouts())
    once = parse(layout, data.draw(documents(layout))).content

    again = parse(layout, render(layout, once)).content

    assert again == once


@LAW
@given(st.data())
def test_edits_by_hand_survive(data):
    layout = data.draw(layouts())
    source = data.draw(edited(render(layout, data.draw(contents(layout)))))

    once = parse(layout, source).content
    written = render(layout, once)

    assert parse(layout, written).content == once
    assert _words(source) <= _words(written) | _words(" ".join(labels_of(layout))) | GIVEN


@LAW
@given(st.data())
def test_reading_keeps_every_word(data):
    layout = data.draw(layouts())
    source = data.draw(documents(layout))

    written = render(layout, parse(layout, source).content)

    assert _words(source) <= _words(written) | _words(" ".join(labels_of(layout))) | GIVEN


@LAW
@given(st.data())
def test_normal_form_is_reached_at_once(data):
    layout = data.draw(layouts())
    content = data.draw(contents(layout))

    assert normal(layout, content) == content


@LAW
@given(layouts())
def test_a_template_lacks_only_what_is_required(layout):
    findings = parse(layout, template(layout)).findings

    assert {finding.fault for finding in findings} <= {Fault.REQUIRED}


@LAW
@given(layouts(), words)
def test_no_text_makes_reading_raise(layout, source):
    parsed = parse(layout, source)

    assert parsed.content["fields"] is not None


@LAW
@given(st.data())
def test_front_matter_reads_back_the_same(data):
    layout = data.draw(layouts())
    values = st.one_of(words.filter(_encodes), st.integers(), st.booleans(), st.none())
    matter = data.draw(
        st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), values, max_size=5)
    )
    content = normal(layout, {"title": "x"})

    parsed = parse(layout, render(layout, content, matter))

    assert parsed.front_matter == matter
    assert not [f for f in parsed.findings if f.fault is Fault.UNREADABLE]


@LAW
@given(st.data())
def test_validation_never_raises(data):
    layout = data.draw(layouts())
    json = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), words),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    )
    names = [part.name for part in (*layout.fields, *layout.sections)] or ["x"]
    parts = st.dictionaries(st.sampled_from(names), json)
    content = data.draw(
        st.fixed_dictionaries(
            {}, optional={"title": json, "fields": parts, "sections": parts, "extra": json}
        )
    )

    assert isinstance(validate(layout, content), tuple)


_ENCODABLE = "utf-8"


def _encodes(value):
    try:
        value.encode(_ENCODABLE)
    except UnicodeEncodeError:
        return False
    return True


def _words(source):
    """The words of `source` that would be missed: but for numbers of lists, and for headers of
    tables, since a column that a person added and left empty goes."""
    plain = re.sub(r"(?m)^[\s>*+-]*\d{1,9}[.)](?=\s|$)", "", text(source))
    plain = re.sub(r"(?m)^.*\n(?=[ |:-]*-[ |:-]*$)", "", plain)
    return {word.casefold() for word in re.findall(r"[^\W_]+", plain)}
