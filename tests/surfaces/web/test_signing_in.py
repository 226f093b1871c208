"""Signing in and out, forms, tries and sessions, through real HTTP, and all that is refused."""

import re

import httpx2
import pytest
import sqlalchemy as sa

from headrace.capabilities.people import passwords, service
from headrace.capabilities.people.web import HousePorter
from headrace.surfaces.api.server import create_app
from surfaces.conftest import a_reception, served
from surfaces.web.conftest import Browser, patient
from surfaces.web.gatehouse import (
    ELSEWHERE,
    HTTPS,
    OTHER,
    PASSWORD,
    a_site,
    posts,
    seal_of,
    signs_in,
)


class TestSigningIn:
    def test_somebody_who_is_nobody_is_led_to_the_door_and_back(self, ada, window):
        browser = window()

        led = browser.get("/missions?view=board")
        page = browser.get(led.headers["location"])
        back = browser.sends(
            "/sign-in",
            seal=seal_of(page.text),
            login="ada@example.test",
            password=PASSWORD,
            next=re.search(r'name="next" value="([^"]*)"', page.text)[1],
        )

        assert (led.status_code, back.status_code) == (303, 303)
        assert back.headers["location"] == "/missions?view=board"
        assert "@ada" in browser.sees("/account")

    def test_data_for_programs_is_refused_and_not_led(self, ada, window):
        refused = window().get("/missions.json")

        assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")

    @pytest.mark.parametrize(
        ("login", "password"),
        [("ada@example.test", OTHER), ("nobody@example.test", PASSWORD), ("", ""), ("\x00", "x")],
        ids=["a wrong password", "an unknown name", "nothing", "no text"],
    )
    def test_what_is_wrong_is_never_said(self, ada, window, login, password):
        browser = window()

        refused = signs_in(browser, login, password)

        assert refused.status_code == 403
        assert "The name or the password is wrong" in refused.text
        assert "headrace_signed_in" not in browser.cookies
        assert password == "x" or not password or password not in refused.text

    def test_the_name_may_be_typed_in_capitals_and_with_spaces_around(self, ada, window):
        assert signs_in(window(), "  ADA@Example.Test ").status_code == 303

    def test_an_unknown_name_costs_a_hash_too(self, ada, window, monkeypatch):
        verified = []
        right = passwords.is_right
        monkeypatch.setattr(
            passwords, "is_right", lambda kept, word: verified.append(kept) or right(kept, word)
        )

        signs_in(window(), "nobody@example.test")
        signs_in(window(), "ada@example.test", OTHER)

        assert [kept is None for kept in verified] == [True, False]

    def test_the_cookie_is_kept_from_scripts_and_other_sites(self, ada, window):
        kept = signs_in(window()).headers.get_list("set-cookie")

        session = next(one for one in kept if one.startswith("headrace_signed_in="))
        assert "HttpOnly" in session
        assert "samesite=lax" in session.lower()

    def test_over_https_the_cookie_is_bound_to_the_host(self, ada, units):
        with a_site(units, origin=f"https://{ELSEWHERE}") as address, Browser() as browser:
            page = browser.get(f"{address}/sign-in", headers=HTTPS)
            nonce = page.headers["set-cookie"]
            headers = {
                **HTTPS,
                "Origin": f"https://{ELSEWHERE}",
                "Cookie": nonce.partition(";")[0],
            }
            form = {"seal": seal_of(page.text), "login": "ada@example.test", "password": PASSWORD}
            done = browser.post(f"{address}/sign-in", headers=headers, data=form)
            kept = done.headers.get_list("set-cookie")

        assert nonce.startswith("__Host-headrace_session=")
        assert done.status_code == 303
        for cookie in (nonce, *kept):
            assert cookie.startswith("__Host-")
            assert "Secure" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie

    def test_a_session_is_new_at_each_sign_in_and_the_old_one_is_over(self, ada, window):
        browser = window()
        signs_in(browser)
        first = browser.cookies["headrace_signed_in"]
        browser.cookies.set("headrace_signed_in", "f" * 64, domain="127.0.0.1")
        fixed = browser.get("/account").status_code
        browser.cookies.clear()
        signs_in(browser)

        assert fixed == 303
        assert browser.cookies["headrace_signed_in"] not in {first, "f" * 64}

    def test_signing_in_over_a_session_ends_it(self, ada, window, acme, database):
        browser = window()
        signs_in(browser)
        old = browser.cookies["headrace_signed_in"]
        seal = seal_of(browser.sees("/account"))
        browser.sends("/sign-in", seal=seal, login="ada@example.test", password=PASSWORD, next="/")

        assert browser.cookies["headrace_signed_in"] != old
        assert _count(database, "people_session") == 1

    def test_signing_out_ends_it_for_good(self, ada, window):
        browser = window()
        signs_in(browser)
        secret = browser.cookies["headrace_signed_in"]

        left = posts(browser, "/sign-out")
        browser.cookies.set("headrace_signed_in", secret, domain="127.0.0.1")

        assert left.headers["location"] == "/sign-in"
        assert browser.get("/account").status_code == 303

    def test_only_a_hash_of_the_secret_is_kept_and_none_is_told(self, ada, window, acme, database):
        browser = window()
        signs_in(browser)
        secret = browser.cookies["headrace_signed_in"]

        with database.system.connect() as db:
            kept = str(db.execute(sa.text("SELECT * FROM people_session")).all())
            told = str(db.execute(sa.text("SELECT payload FROM journal_event")).all())
            hashes = str(db.execute(sa.text("SELECT password_hash FROM people_account")).all())

        assert secret not in kept + told
        assert PASSWORD not in told + hashes
        assert "$argon2id$v=19$m=19456,t=2,p=1$" in hashes


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
        "/%0d%0aSet-Cookie:a=b\n",
        "/sign-out",
        "evil.example",
        "http:/evil.example",
    ],
)
def test_nobody_is_led_to_another_site(ada, window, next):
    browser = window()

    led = signs_in(browser, next=next)
    shown = browser.get("/sign-in", params={"next": next})

    assert led.headers["location"] == "/"
    assert led.status_code == 303
    assert "a" not in led.cookies
    assert shown.headers["location"] == "/"


class TestForms:
    def test_a_form_from_another_site_is_refused(self, ada, window):
        browser = window()
        seal = seal_of(browser.sees("/sign-in"))
        form = {"seal": seal, "login": "ada@example.test", "password": PASSWORD}

        foreign = browser.sends("/sign-in", origin="https://evil.example", **form)
        without = browser.post("/sign-in", data=form)
        embedded = browser.post(
            "/sign-in",
            data=form,
            headers={"Origin": str(browser.base_url).rstrip("/"), "Sec-Fetch-Site": "cross-site"},
        )

        assert [one.status_code for one in (foreign, without, embedded)] == [403, 403, 401]
        assert "headrace_signed_in" not in browser.cookies

    def test_nobody_is_signed_in_by_another_browsers_form(self, ada, window):
        """Login CSRF: the attacker's seal, shown to the attacker, does not fit the victim's browser."""
        attacker, victim = window(), window()
        seal = seal_of(attacker.sees("/sign-in"))
        victim.sees("/sign-in")

        refused = victim.sends("/sign-in", seal=seal, login="ada@example.test", password=PASSWORD)

        assert refused.status_code == 403
        assert "headrace_signed_in" not in victim.cookies

    @pytest.mark.parametrize(
        "path",
        [
            "/sign-out",
            "/organisation",
            "/account/password",
            "/account/sessions/ses_x/end",
            "/account/tokens",
            "/account/tokens/tok_x/revoke",
            "/preferences",
            "/do/team.add",
            "/inbox/decisions",
        ],
    )
    def test_every_form_needs_the_seal_of_this_very_session(self, ada, window, path):
        first, second = window(), window()
        signs_in(first)
        signs_in(second)
        foreign = seal_of(second.sees("/account"))

        for seal in ("", "0" * 64, foreign):
            refused = first.sends(path, seal=seal, handle="x", step="confirmed")
            assert (refused.status_code, "foreign_form" in refused.text) == (403, True)

    def test_a_form_of_before_a_sign_in_fits_no_more_after_it(self, ada, window):
        browser = window()
        signs_in(browser)
        old = seal_of(browser.sees("/account"))
        posts(browser, "/sign-out")
        signs_in(browser)

        assert browser.sends("/sign-out", seal=old).status_code == 403

    def test_a_session_opens_nothing_of_rest(self, ada, units, window):
        browser = window()
        signs_in(browser)
        secret = browser.cookies["headrace_signed_in"]

        with served(create_app(a_reception(units))) as address, httpx2.Client() as web:
            cookie = {"Cookie": f"headrace_signed_in={secret}"}
            asked = web.get(f"{address}/api/v1/whoami", headers=cookie)
            bearing = web.get(
                f"{address}/api/v1/whoami", headers={"Authorization": f"Bearer {secret}"}
            )

        assert (asked.status_code, bearing.status_code) == (401, 401)


class TestTrying:
    def test_five_wrong_tries_from_one_network_and_it_has_to_wait(self, ada, window):
        browser = window()

        ends = [signs_in(browser, password=OTHER).status_code for _ in range(5)]
        refused = signs_in(browser)

        assert ends == [403] * 5
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 900
        assert "Wait 15 minutes" in refused.text

    def test_a_device_that_signed_in_before_is_not_locked_out_by_others(self, ada, window):
        known, attacker = window(), window()
        signs_in(known)
        posts(known, "/sign-out")
        for _ in range(6):
            signs_in(attacker, password=OTHER)

        locked, own = signs_in(attacker), signs_in(known)

        assert (locked.status_code, own.status_code) == (429, 303)

    def test_a_made_up_device_is_no_known_one(self, ada, window):
        attacker = window()
        for number in range(6):
            attacker.cookies.set("headrace_device", f"{number:032x}.{'0' * 64}")
            last = signs_in(attacker, password=OTHER)

        assert last.status_code == 429

    def test_a_device_of_one_person_is_none_of_another(self, ada, acme, window):
        acme.adds("bob")
        path = acme.as_system(service.issue_invitation, "bob", login="bob@example.test").path
        browser = window()
        posts(browser, path, at=path, login="bob@example.test", password=PASSWORD, again=PASSWORD)
        posts(browser, "/sign-out")

        ends = [signs_in(browser, password=OTHER).status_code for _ in range(6)]

        assert ends == [403] * 5 + [429]

    def test_a_success_counts_as_no_try(self, ada, units):
        for number in range(8):
            with a_site(units) as address, Browser(base_url=address, transport=patient()) as one:
                assert signs_in(one).status_code == 303, number

    def test_tries_at_once_are_counted_before_any_is_judged(self, ada, units):
        from concurrent.futures import ThreadPoolExecutor

        from headrace.kernel.errors import HeadraceError
        from headrace.surfaces.web.porter import Caller

        porter = HousePorter(units)
        caller = Caller(address="198.51.100.1", agent="", device=None, browser="0" * 32)

        def attempt(_):
            try:
                porter.sign_in("ada@example.test", OTHER, caller)
            except HeadraceError as fault:
                return fault.code

        with ThreadPoolExecutor(6) as pool:
            codes = list(pool.map(attempt, range(12)))

        assert codes.count("people.sign_in_failed") == 5
        assert codes.count("too_often") == 7

    def test_whoever_stands_behind_our_proxy_is_counted_and_nobody_elses_word_is_taken(
        self, ada, units
    ):
        def tries(address, browser, forwarded):
            headers = {**HTTPS, "X-Forwarded-For": forwarded}
            page = browser.get(f"{address}/sign-in", headers=headers)
            cookie = page.headers["set-cookie"].partition(";")[0]
            form = {"seal": seal_of(page.text), "login": "ada@example.test", "password": OTHER}
            headers |= {"Origin": f"https://{ELSEWHERE}", "Cookie": cookie}
            return browser.post(f"{address}/sign-in", headers=headers, data=form).status_code

        with a_site(units, origin=f"https://{ELSEWHERE}") as address, Browser() as browser:
            spoofing = [
                tries(address, browser, f"10.0.0.{number}, 203.0.113.7") for number in range(6)
            ]
            another = tries(address, browser, "203.0.113.8")

        assert spoofing == [403] * 5 + [429]
        assert another == 403

    def test_failures_are_told_in_batches(self, ada, acme, window):
        browser = window()
        for _ in range(3):
            signs_in(browser, password=OTHER)
        quiet = acme.events("people.sign_ins_failed")
        signs_in(browser)

        (told,) = acme.events("people.sign_ins_failed")
        assert quiet == []
        assert told["count"] == 3
        methods = [one["method"] for one in acme.events("people.signed_in")]
        assert methods == ["invitation", "password"]

    def test_five_failures_are_told_at_once(self, ada, acme, window):
        browser = window()
        for _ in range(5):
            signs_in(browser, password=OTHER)

        assert [one["count"] for one in acme.events("people.sign_ins_failed")] == [5]


class TestSessions:
    def test_they_are_listed_and_ended_one_by_one(self, ada, window):
        first, second = window(), window()
        signs_in(first)
        signs_in(second)
        listed = first.get("/account.json").json()["sessions"]
        other = next(one for one in listed if not one["is_this"])

        posts(first, f"/account/sessions/{other['id']}/end")

        assert len(listed) == 2
        assert second.get("/account").status_code == 303
        assert first.get("/account").status_code == 200

    def test_nobody_ends_a_session_of_somebody_else(self, ada, acme, window, database):
        acme.adds("bob")
        path = acme.as_system(service.issue_invitation, "bob", login="bob@example.test").path
        bobs, adas = window(), window()
        posts(bobs, path, at=path, login="bob@example.test", password=PASSWORD, again=PASSWORD)
        signs_in(adas)
        bob = bobs.get("/account.json").json()["sessions"][0]["id"]

        refused = posts(adas, f"/account/sessions/{bob}/end")

        assert refused.status_code == 404
        assert bobs.get("/account").status_code == 200

    @pytest.mark.parametrize(
        "ended",
        [
            "seen_at = now() - interval '8 hours 1 second'",
            "expires_at = now() - interval '1 second'",
        ],
        ids=["idle for too long", "open for too long"],
    )
    def test_they_run_out(self, ada, window, database, ended):
        browser = window()
        signs_in(browser)
        with database.system.begin() as db:
            db.execute(sa.text(f"UPDATE people_session SET {ended}"))

        led = browser.get("/missions?view=board")

        assert led.status_code == 303
        assert led.headers["location"] == "/sign-in?next=%2Fmissions%3Fview%3Dboard"

    def test_a_new_password_ends_every_other_and_renews_this_one(self, ada, acme, window):
        this, other = window(), window()
        signs_in(this)
        signs_in(other)
        before = this.cookies["headrace_signed_in"]

        changed = posts(
            this, "/account/password", current=PASSWORD, new=OTHER + " one", again=OTHER + " one"
        )

        assert changed.headers["location"] == "/account?said=password"
        assert this.cookies["headrace_signed_in"] != before
        assert "every other session is over" in this.sees("/account?said=password")
        assert other.get("/account").status_code == 303
        assert signs_in(window()).status_code == 403
        assert signs_in(window(), password=OTHER + " one").status_code == 303
        assert len(acme.events("people.password_set")) == 1

    @pytest.mark.parametrize(
        ("current", "new", "again", "said"),
        [
            (OTHER, "another good sentence", "another good sentence", "password is wrong"),
            (PASSWORD, "short", "short", "fewer than 12"),
            (PASSWORD, "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "repeats a few"),
            (PASSWORD, "one good sentence", "another good one", "differ"),
        ],
    )
    def test_a_bad_change_changes_nothing(self, ada, window, current, new, again, said):
        browser = window()
        signs_in(browser)

        refused = posts(browser, "/account/password", current=current, new=new, again=again)

        assert refused.status_code in {403, 422}
        assert said in refused.text
        assert signs_in(window()).status_code == 303

    def test_whoever_is_deactivated_is_out_at_once_and_does_not_come_in(self, ada, acme, window):
        browser = window()
        signs_in(browser)

        acme.as_system(service.deactivate, "ada")

        assert browser.get("/account").status_code == 303
        assert signs_in(window()).status_code == 403

    def test_a_password_hashed_by_other_parameters_is_hashed_anew(self, ada, window, database):
        from argon2 import PasswordHasher

        weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
        with database.system.begin() as db:
            db.execute(sa.text("UPDATE people_account SET password_hash = :h"), {"h": weak})

        came = signs_in(window()).status_code

        with database.system.connect() as db:
            kept = db.execute(sa.text("SELECT password_hash FROM people_account")).scalar_one()
        assert came == 303
        assert "m=19456,t=2,p=1" in kept


def _count(database, table: str) -> int:
    with database.system.connect() as db:
        return db.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
