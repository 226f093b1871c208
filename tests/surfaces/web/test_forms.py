"""Forms of operations: what they offer, to whom, and how what is sent is read."""

import re
from html import unescape

from markupsafe import escape

from capabilities.people.company import Company
from surfaces.web.hostile import ATTACKS, faults

OFFERED = re.compile(r'<option value="([^"]*)"(?: label="([^"]*)")?></option>')


def offered(text: str, field: str) -> dict[str, str]:
    """What the list of a field offers: titles by values."""
    (part,) = re.findall(rf'<datalist id="offered-{field}">(.*?)</datalist>', text, re.DOTALL)
    return {unescape(value): unescape(title) for value, title in OFFERED.findall(part)}


def test_a_field_that_names_a_thing_offers_those_that_there_are_by_their_titles(firm, browser):
    firm.begins_mission()
    firm.notes()
    firm.company.adds("writer")

    assert offered(browser.sees("/do/mission.move"), "mission") == {
        "export": "Bulk Data Export · proposed"
    }
    assert offered(browser.sees("/do/artifact.archive"), "artifact") == {
        "toy-note/export": "A note"
    }
    assert {"vp-product", "writer"} <= set(offered(browser.sees("/do/team.join"), "member"))
    assert "mission:export" in offered(browser.sees("/do/budget.set"), "scope")


def test_several_things_are_marked_and_others_written(firm, browser):
    gates = [firm.asks(number) for number in (1, 2)]

    text = browser.sees(f"/do/gate.batch?gates={gates[1].id}%0AG-99")

    for gate in gates:
        assert f'type="checkbox" name="gates" value="{gate.id}"' in text
    assert f'value="{gates[1].id}" checked' in text
    assert f'value="{gates[0].id}" checked' not in text
    assert ">G-99</textarea>" in text


def test_marked_and_written_things_are_sent_together(firm, browser):
    gates = [firm.asks(number, alike="hiring") for number in (1, 2)]
    browser.becomes("vp-product")

    browser.sends(
        "/do/gate.batch",
        seal=browser.seal(),
        step="confirmed",
        gates=[gates[0].id, f"{gates[1].id}\r\n\r\n"],
        decision="approve",
    )

    assert [firm.state_of(gate) for gate in gates] == ["approved", "approved"]


def test_a_closed_kind_is_chosen_and_keeps_what_was_given_though_it_is_not_of_it(firm, browser):
    text = browser.sees("/do/agent.hire?role=nobody")

    role = re.search(r'<select[^>]*name="role".*?</select>', text, re.DOTALL)
    assert role
    assert '<option value="nobody" selected>' in role[0]
    assert role[0].count("<option") > 5


def test_nothing_that_is_needed_is_chosen_for_the_reader(firm, browser):
    text = browser.sees("/do/gate.decide")

    decision = re.search(r'<select[^>]*name="decision"[^>]*>(.*?)</select>', text, re.DOTALL)[0]
    assert " required" in decision
    assert decision.index('<option value="">') < decision.index('<option value="approve"')
    assert "selected" not in decision


def test_a_field_within_another_offers_once_that_one_is_filled(firm, browser):
    firm.begins_mission()

    assert offered(browser.sees("/do/run.start"), "module") == {}
    assert offered(browser.sees("/do/run.start?context=mission%3Aexport"), "module")
    assert offered(browser.sees("/do/run.start?context=mission%3Anothing"), "module") == {}


def test_of_a_long_list_those_are_offered_that_fit_the_words_already_written(firm, browser):
    for slug in ("export", "import", "export-later"):
        firm.notes(slug=slug)

    def found(words):
        return set(offered(browser.sees(f"/do/artifact.archive?artifact={words}"), "artifact"))

    assert found("export") == {"toy-note/export", "toy-note/export-later"}
    assert found("import") == {"toy-note/import"}
    assert len(found("nothing-like-it")) == 3


def test_what_is_needed_is_asked_first_and_a_confirmation_tells_titles(firm, browser):
    firm.begins_mission()
    browser.becomes("vp-product")

    asked = browser.get("/do/flag.change.json").json()["inputs"]
    cap = {"scope": "mission:export", "tokens": "500", "period": "daily"}
    panel = browser.sends("/do/budget.set", seal=browser.seal(), **cap)

    assert [one["name"] for one in asked][:2] == ["flag", "reason"]
    assert [one["required"] for one in asked] == sorted(
        (one["required"] for one in asked), reverse=True
    )
    assert '<dd>mission:export <span class="quiet">Bulk Data Export</span></dd>' in panel.text
    assert "<dd>500 tokens</dd>" in panel.text


def test_no_form_offers_more_of_a_list_than_a_page(firm, browser):
    for number in range(60):
        firm.company.adds(f"person-{number:02}")

    found = offered(browser.sees("/do/person.deactivate"), "person")

    assert len(found) == 50
    assert "person-59" not in found
    browser.becomes("vp-product")
    form = {"seal": browser.seal(), "person": "person-59", "step": "confirmed"}
    assert "Done." in browser.sends("/do/person.deactivate", **form).text


def test_whoever_may_not_list_writes_and_sees_nothing(firm, browser):
    firm.company.adds("clerk", "flags:change", "people:self")
    made = {"seal": browser.seal(), "flag": "secret-plan", "step": "confirmed"}
    assert "Done." in browser.sends("/do/flag.create", **made).text
    browser.becomes("clerk")

    text = browser.sees("/do/flag.archive")

    assert 'name="flag"' in text
    assert "secret-plan" not in text
    assert "offered-flag" not in text


def test_another_organisation_is_offered_nothing_of_this_one(firm, browser, units):
    firm.begins_mission(title="Only for Acme")
    Company(units, slug="globex").adds("eve", "*")
    browser.becomes("eve", "globex")

    for operation in ("mission.move", "team.join", "budget.set", "artifact.archive"):
        text = browser.sees(f"/do/{operation}")
        assert "Only for Acme" not in text
        assert "vp-product" not in text


def test_hostile_titles_are_offered_as_text(firm, browser):
    gates = [firm.asks(number, title=title) for number, title in enumerate(ATTACKS)]

    picked = browser.sees("/do/gate.decide")
    marked = browser.sees("/do/gate.batch")

    for gate, title in zip(gates, ATTACKS, strict=True):
        assert offered(picked, "gate")[gate.id] == title
        assert f"<span>{escape(title)} <small>{gate.id}</small>" in marked
    assert not faults(picked)
    assert not faults(marked)


def test_numbers_show_what_they_count_and_moments_are_meant_in_utc(firm, browser):
    budget = browser.sees("/do/budget.set")
    grant = browser.sees("/do/grant.add?until=2026-03-16T10:00:00%2B09:00")

    assert '<span class="unit" id="unit-tokens">tokens</span>' in budget
    assert '<span class="unit" id="unit-usd">USD</span>' in budget
    assert 'type="datetime-local"' in grant
    assert 'value="2026-03-16T01:00:00"' in grant
    firm.company.adds("reader")
    browser.becomes("vp-product")
    given = {"holder": "reader", "right": "people:view", "until": "2030-01-01T00:00"}
    done = browser.sends("/do/grant.add", seal=browser.seal(), step="confirmed", **given)
    assert "2030-01-01T00:00:00Z" in done.text


def test_every_field_of_every_form_has_a_label_of_its_own_and_says_what_it_is(firm, browser, house):
    for name in ("signal.file", "mission.open", "grant.add", "flag.change", "evolution.propose"):
        text = browser.sees(f"/do/{name}") if name in house.operations else ""
        for field in re.findall(r'id="field-([a-z_]+)"', text):
            assert f'<label for="field-{field}">' in text
        for told in " ".join(re.findall(r'aria-describedby="([^"]+)"', text)).split():
            assert f' id="{told}">' in text
