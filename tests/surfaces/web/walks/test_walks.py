"""A person's walks through the pages, in a real browser."""

import re
import threading

import pytest
from playwright.sync_api import expect

from headrace.kernel.journal.sequencer import sequence
from surfaces.web.walks.conftest import AXE, DESK, PHONE, every_address

HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>\"'`{{7*7}}[a](javascript:alert(1))"


@pytest.fixture
def gates(firm):
    firm.begins_mission()
    firm.notes(sections={"points": ["First", "Second"]})
    firm.notes(sections={"text": "**Better** now."})
    return [firm.asks(number, alike="hiring") for number in (1, 2, 3)]


def test_a_person_decides_everything_by_keyboard_alone(firm, gates, visit):
    page = visit.page()
    page.goto("/who")
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page).to_have_url(re.compile(r"/$"))
    first = page.locator("#asked").inner_text()

    page.keyboard.press("j")
    expect(page.locator("#asked")).not_to_have_text(first)
    page.keyboard.press("k")
    expect(page.locator("#asked")).to_have_text(first)
    page.keyboard.press("a")
    expect(page.get_by_role("status").filter(has_text="is decided")).to_be_visible()
    assert is_on_top(page, ".toast-line")
    expect(page.locator("#asked")).not_to_have_text(first)

    page.keyboard.press("r")
    page.keyboard.type("Name the cost")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".queue li")).to_have_count(1)
    page.keyboard.press("x")
    page.keyboard.type("Not this year")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    assert sorted(map(firm.state_of, gates)) == ["approved", "rejected", "revised"]
    assert not visit.complaints


def test_the_palette_goes_anywhere_and_runs_an_operation_after_a_rehearsal(firm, gates, visit):
    page = visit.page()
    page.goto("/missions")
    page.keyboard.press("Control+k")
    page.keyboard.type("journal")
    expect(page.locator("#found [role=option]").first).to_contain_text("Journal")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/journal$"))

    page.keyboard.press("Control+k")
    page.keyboard.type("team.add")
    expect(page.locator("#found [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.get_by_label("Handle").fill("writers")
    page.get_by_label("Name").fill("The writers")
    page.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_text("Nothing is done yet.")).to_be_visible()
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    page.goto("/people")

    expect(page.get_by_text("@writers")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert not visit.complaints


def test_a_form_offers_what_fits_what_is_written_and_is_filled_by_keyboard(firm, gates, visit):
    firm.notes(slug="import")
    page = visit.page(viewport=PHONE, cookies={"headrace_language": "ko"})
    page.goto("/do/comment.add")
    offered = page.locator("#offered-artifact option")
    expect(offered).to_have_count(2)
    expect(page.get_by_label("산출물")).to_be_visible()

    page.get_by_label("산출물").focus()
    page.keyboard.type("toy-note/import")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "toy-note/import")
    page.keyboard.type("x")
    page.keyboard.press("Tab")
    page.keyboard.type("A word")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Home")
    page.get_by_role("button", name="결과 미리 보기").press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("toy-note/importx")
    expect(page.get_by_label("내용")).to_have_value("A word\n")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert not visit.complaints


def test_alike_approvals_are_decided_in_one_go(firm, gates, visit):
    page = visit.page()
    page.goto("/")
    page.keyboard.press(" ")
    page.keyboard.press("j")
    expect(page.locator(".queue li").nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press(" ")
    expect(page.locator("[data-picked]")).to_have_text("2")

    page.get_by_role("button", name="Approve all picked").click()

    expect(page.locator(".queue li")).to_have_count(1)
    assert sorted(map(firm.state_of, gates)) == ["approved", "approved", "open"]


def test_a_page_that_takes_its_time_shows_that_it_is_on_its_way(firm, gates, visit):
    page = visit.page()
    page.goto("/missions")
    page.route(
        "**/people", lambda route: route.fulfill(status=204)
    )  # the page stays: it never comes

    page.get_by_role("link", name="People").first.click()
    expect(page.locator("main .bones")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".bones")).to_have_count(0)
    page.get_by_role("link", name="Journal").first.click()

    expect(page).to_have_url(re.compile("/journal$"))
    expect(page.locator(".bones")).to_have_count(0)


def is_on_top(page, mark):
    """Whether a person sees the thing: nothing lies over its middle."""
    return page.locator(mark).evaluate(
        "one => { const at = one.getBoundingClientRect();"
        " const met = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);"
        " return one.contains(met); }"
    )


def test_an_open_page_renews_itself_and_leaves_alone_what_is_typed(firm, gates, visit, database):
    page = visit.page()
    page.goto("/")
    page.locator("#note").fill("Half a thought")
    with page.expect_response("**/live?**"):
        page.reload()
    page.locator("#note").fill("Half a thought")

    firm.asks(4)
    sequence(database.system)

    expect(page.locator(".queue li")).to_have_count(4)
    expect(page.locator("#note")).to_have_value("Half a thought")


def test_times_are_told_from_now_on_and_are_exact_on_hover(firm, gates, visit):
    page = visit.page()
    page.goto("/missions")
    opened = page.locator("td time").last
    expect(opened).to_have_text(re.compile(r"^(now|\d+ minutes? ago|this minute)$"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", opened.get_attribute("title") or "")

    page.evaluate("document.getElementById('shell').dataset.now = '2031-01-01T00:00:00+00:00'")
    page.evaluate("document.dispatchEvent(new Event('htmx:after:swap'))")
    expect(opened).to_have_text(re.compile(r"^\d{1,2} \w+ \d{4} \d\d:\d\d$"))  # long ago: the day


def test_what_is_asked_never_changes_under_the_hand_that_decides(firm, visit, database):
    gate = firm.asks(members={"card": "aaaa"})
    page = visit.page()
    with page.expect_response("**/live?**"):
        page.goto(f"/inbox/{gate.id}")
    page.locator("#note").fill("Looks good")

    firm.asks(hash="hash-two", members={"card": "bbbb"}, title="Hire two employees")
    sequence(database.system)

    expect(page.get_by_text("What is asked has changed while you read.")).to_be_visible()
    expect(page.locator("#asked")).to_have_text("Hire employee 1")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alert")).to_contain_text("card")
    assert firm.state_of(gate) == "superseded"


def test_two_browsers_at_once_give_one_decision(firm, browser):
    gate = firm.asks()
    browser.becomes("vp-product")
    form = {"seal": browser.seal(), "hash": gate.hash}
    barrier, answers = threading.Barrier(2), []

    def send(decision):
        barrier.wait()
        sent = browser.sends(
            f"/inbox/{gate.id}/decision", **form, decision=decision, note="As I see it"
        )
        answers.append((sent.status_code, decision))

    both = [threading.Thread(target=send, args=(one,)) for one in ("approve", "reject")]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(code for code, _ in answers) == [303, 409]
    winner = next(decision for code, decision in answers if code == 303)
    assert firm.state_of(gate) == {"approve": "approved", "reject": "rejected"}[winner]


def test_every_page_is_without_accessibility_faults_and_fits_a_phone(firm, gates, visit):
    """One visit of each page for all of it: the rules in light, the contrast in dark, the width."""
    if not AXE.is_file():
        pytest.skip("ACCESSIBILITY WAS NOT JUDGED: axe-core is not here; python3 tools/console.py")
    rules = AXE.read_text()
    page = visit.page(cookies={"headrace_theme": "light"}, reduced_motion="reduce")
    faults = []
    for address in every_address(gates[0].id):
        page.goto(address)
        page.evaluate(rules)
        faults += judged(page, address, "{resultTypes: ['violations']}")
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        faults += judged(page, f"{address} in dark", "{runOnly: ['color-contrast']}")
        page.set_viewport_size(PHONE)
        faults += fitting(page, address)
        page.set_viewport_size(DESK)

    assert not faults, "\n".join(faults)


def judged(page, address: str, options: str) -> list[str]:
    """Violations of axe's rules that are critical, serious or moderate."""
    found = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{address} {one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in {"critical", "serious", "moderate"}
    ]


def fitting(page, address: str) -> list[str]:
    """What does not fit: a page that scrolls sideways, a word that is cut."""
    faults = []
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        faults.append(f"{address} scrolls sideways")
    cut = page.evaluate(
        "[...document.querySelectorAll('button, .btn, .tab, .place, .dock-bar a, .chips a, .state')]"
        ".filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && e.clientWidth)"
        ".map(e => e.textContent.trim())"
    )
    return [*faults, *(f"{address} cuts {word}" for word in cut)]


def test_in_korean_on_a_phone_no_word_is_cut(firm, gates, visit):
    page = visit.page(viewport=PHONE, cookies={"headrace_language": "ko"})
    faults = []
    for address in (
        "/",
        f"/inbox/{gates[0].id}",
        "/missions/export",
        "/budgets",
        "/settings",
        "/do",
    ):
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == "ko"
        faults += fitting(page, address)

    assert not faults, "\n".join(faults)


def test_a_hostile_text_is_shown_as_text_and_does_nothing(firm, visit, database):
    firm.begins_mission(title=HOSTILE)
    firm.notes(title=HOSTILE, sections={"text": HOSTILE, "points": [HOSTILE]})
    gate = firm.asks(title=HOSTILE, why=HOSTILE, summary=HOSTILE, on_yes=HOSTILE)
    sequence(database.system)
    page = visit.page()

    addresses = (
        "/missions",
        "/missions/export",
        "/artifacts/toy-note/export",
        "/journal",
        "/search?q=img",
    )
    for address in (*addresses, "/artifacts/toy-note/export?tab=lineage", f"/inbox/{gate.id}"):
        page.goto(address)
        assert page.locator("main img, main script").count() == 0, address

    expect(page.locator("#asked")).to_have_text(HOSTILE)
    page.keyboard.press("Control+k")
    expect(page.locator("#found [role=option]").first).to_be_visible()
    assert page.locator("#found img").count() == 0
    assert not visit.complaints


def test_without_a_script_a_person_reads_and_decides(firm, gates, visit):
    page = visit.page(java_script_enabled=False)
    page.goto("/missions/export")
    page.goto("/")
    asked = page.locator("#asked").inner_text()

    page.get_by_role("button", name="Approve", exact=True).click()

    assert page.locator("#asked").inner_text() != asked
    assert sorted(map(firm.state_of, gates)) == ["approved", "open", "open"]


def test_the_language_and_the_theme_are_kept(firm, gates, visit):
    page = visit.page(color_scheme="dark")
    page.goto("/missions")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Light").click()
    page.get_by_role("button", name="한국어").click()

    expect(page.get_by_role("heading", name="미션")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    page.goto("/journal")
    expect(page.get_by_role("heading", name="활동 기록")).to_be_visible()
