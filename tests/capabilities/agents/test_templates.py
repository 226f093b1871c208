import pytest

from headrace.capabilities.agents import templates

NAMES = {
    "facts": {
        "arr": 2_400_000,
        "share": 0.9425,
        "day": "2026-03-20",
        "items": [{"id": "a"}, {"id": "b"}],
        "deep": [{"here": {"x": 1}}],
        "empty": {},
    }
}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{ facts.arr | money }}", "$2,400,000"),
        ("{{ facts.arr | money(short=true) }}", "$2.4M"),
        ("{{ facts.arr | money('KRW') }}", "₩2,400,000"),
        ("{{ 1234.5 | number }}", "1,234.5"),
        ("{{ 1000 | number }}", "1,000"),
        ("{{ 1234.5 | number(2) }}", "1,234.50"),
        ("{{ facts.share | percent }}", "94.2%"),
        ("{{ 0.5 | percent(0) }}", "50%"),
        ("{{ facts.day | date('%d %b %Y') }}", "20 Mar 2026"),
        ("{{ facts.day | week }}", "2026-W12"),
        ("{{ facts.items | length }} signals", "2 signals"),
        ("{% for i in facts['items'] %}{{ i.id }};{% endfor %}", "a;b;"),
        ("{{ facts.none | default('none given') }}", "none given"),
    ],
)
def test_facts_are_put_in_their_form(text, filled):
    assert templates.render(text, NAMES) == filled


@pytest.mark.parametrize("fill", [templates.render, templates.value])
@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("{{ facts.budget }}", "facts.budget"),
        ("{{ facts.deep[0].here.y }}", "facts.deep[0].here.y"),
        ("{{ facts.empty.a.b }}", "facts.empty.a"),
        ("{{ signals }}", "signals"),
        ("{{ facts.budget | money }}", "facts.budget"),
        ("{{ facts.items[7] }}", "facts.items[7]"),
        ("{{ facts.arr.__class__ }}", "__class__"),
    ],
)
def test_an_absent_fact_is_named_in_full(fill, text, fact):
    with pytest.raises(templates.FactAbsent) as absent:
        fill(text, NAMES)

    assert absent.value.details["fact"] == fact


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ facts.arr }}", 2_400_000),
        (" {{ facts.items | map(attribute='id') | list }} ", ["a", "b"]),
        ("{{ facts['items'] | selectattr('id', 'eq', 'b') }}", [{"id": "b"}]),
        ("{{ facts.deep[0] }}", {"here": {"x": 1}}),
        ("{{ facts.arr }} and {{ facts.arr }}", "2400000 and 2400000"),
        ("no place", "no place"),
    ],
)
def test_an_argument_that_is_one_expression_keeps_its_type(text, value):
    assert templates.value(text, NAMES) == value


@pytest.mark.parametrize(
    "text", ["{{ facts.items | money }}", "{{ 'soon' | date }}", "{{ 1 / 0 }}"]
)
def test_a_fact_of_the_wrong_type_is_told(text):
    with pytest.raises(templates.TemplateInvalid):
        templates.render(text, NAMES)


def test_the_facts_that_a_template_names_can_be_listed():
    text = "{{ facts.a.b }}{% for x in facts.items %}{{ x }}{% endfor %}{{ other.c }}"

    assert templates.facts_named(text) == {"a", "items"}
