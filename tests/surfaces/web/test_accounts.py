"""Invitations, organisations, tokens, and the places from which one signs in, through real HTTP."""

import re

import httpx2
import pytest
import sqlalchemy as sa

from capabilities.people.company import Company
from headrace.capabilities.people import service
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


class TestInvitations:
    def test_an_invitation_makes_an_account_and_is_used_up(self, acme, window):
        acme.adds("bob", "governance:read")
        path = acme.as_system(service.issue_invitation, "bob").path
        browser = window()
        page = browser.sees(path)

        came = posts(
            browser, path, at=path, login="Bob@Example.test", password=PASSWORD, again=PASSWORD
        )

        assert "@bob" in page
        assert "Welcome to Acme" in page
        assert came.headers["location"] == "/"
        assert browser.get("/account.json").json()["login"] == "bob@example.test"
        assert window().get(path).status_code == 404
        assert len(acme.events("people.invitation_accepted")) == 1

    def test_it_runs_out_is_revoked_and_replaced_by_a_newer_one(self, acme, window, database):
        acme.adds("bob")
        older = acme.as_system(service.issue_invitation, "bob").path
        newer = acme.as_system(service.issue_invitation, "bob")
        assert window().get(older).status_code == 404
        assert window().get(newer.path).status_code == 200

        acme.as_system(service.revoke_invitation, newer.id)
        revoked = window().get(newer.path).status_code
        last = acme.as_system(service.issue_invitation, "bob").path
        with database.system.begin() as db:
            db.execute(sa.text("UPDATE people_invitation SET expires_at = now()"))

        assert revoked == 404
        assert window().get(last).status_code == 404

    def test_two_who_take_it_up_at_once_are_one(self, acme, units):
        from concurrent.futures import ThreadPoolExecutor

        from headrace.kernel.errors import HeadraceError
        from headrace.surfaces.web.porter import Caller

        acme.adds("bob")
        secret = acme.as_system(service.issue_invitation, "bob").path.removeprefix("/join/")
        caller = Caller(address="192.0.2.1", agent="", device=None, browser="0" * 32)

        def accept(number):
            try:
                HousePorter(units).accept(secret, f"bob{number}@example.test", PASSWORD, caller)
                return "in"
            except HeadraceError as fault:
                return fault.code

        with ThreadPoolExecutor(4) as pool:
            ends = sorted(pool.map(accept, range(4)))

        assert ends == ["in"] + ["people.invitation_not_found"] * 3

    def test_a_name_that_is_taken_is_not_taken_over(self, ada, acme, window):
        acme.adds("mallory")
        path = acme.as_system(service.issue_invitation, "mallory").path

        refused = posts(
            window(), path, at=path, login="ada@example.test", password=OTHER, again=OTHER
        )

        assert refused.status_code == 422
        assert "signs in here already" in refused.text
        assert signs_in(window()).status_code == 303
        assert signs_in(window(), password=OTHER).status_code == 403

    def test_a_new_one_for_somebody_who_signs_in_is_the_operators_alone(self, ada, acme, units):
        from headrace.capabilities.people.model import EscalationBlocked

        boss = acme.adds("boss", "*")

        with pytest.raises(EscalationBlocked, match="signs in already"):
            units.run(boss, service.issue_invitation, "ada")
        assert acme.as_system(service.issue_invitation, "ada").path

    def test_the_operators_sets_the_password_anew_and_ends_every_session(self, ada, acme, window):
        browser = window()
        signs_in(browser)
        path = acme.as_system(service.issue_invitation, "ada").path
        new = window()

        came = posts(new, path, at=path, login="x@y.z", password=OTHER, again=OTHER)

        assert came.status_code == 303
        assert browser.get("/account").status_code == 303
        assert new.get("/account.json").json()["login"] == "ada@example.test"
        assert signs_in(window()).status_code == 403

    def test_nobody_invites_whom_they_could_not_be(self, acme, units):
        from headrace.capabilities.people.model import EscalationBlocked

        clerk = acme.adds("clerk", "people:manage")
        acme.adds("chief", "*")

        with pytest.raises(EscalationBlocked):
            units.run(clerk, service.issue_invitation, "chief")

    def test_nobody_signs_up(self, acme, window):
        for path in ("/join/", "/join/x", "/sign-up", f"/join/{'0' * 64}"):
            assert window().get(path).status_code == 404


class TestOrganisations:
    @pytest.fixture
    def both(self, ada, units, window):
        """Ada in acme, and as adele in globex; the browser in which she joined there."""
        globex = Company(units, slug="globex")
        globex.adds("adele", "people:view", "governance:read")
        path = globex.as_system(service.issue_invitation, "adele", login="ada@example.test").path
        browser = window()
        signs_in(browser)
        posts(browser, f"{path}/account", at=path)
        return browser

    def test_an_account_joins_another_organisation_and_switches(self, both):
        joined = both.get("/account.json").json()
        posts(both, "/organisation", organisation="acme")
        back = both.get("/account.json").json()

        assert (joined["standing"]["organisation"], joined["standing"]["handle"]) == (
            "globex",
            "adele",
        )
        assert (back["standing"]["organisation"], back["standing"]["handle"]) == ("acme", "ada")
        assert [one["slug"] for one in back["memberships"]] == ["acme", "globex"]

    def test_rights_of_one_are_none_in_the_other(self, both, database):
        shown = both.get("/journal")
        posts(both, "/organisation", organisation="acme")

        assert shown.status_code == 403
        assert both.get("/journal").status_code == 200

    def test_nobody_switches_to_where_they_are_not(self, ada, units, window):
        Company(units, slug="globex")
        browser = window()
        signs_in(browser)

        refused = posts(browser, "/organisation", organisation="globex")

        assert refused.status_code == 404
        assert browser.get("/account.json").json()["standing"]["organisation"] == "acme"

    def test_an_invitation_for_another_name_is_not_taken_up(self, ada, units, window):
        globex = Company(units, slug="globex")
        globex.adds("eve", "*")
        path = globex.as_system(service.issue_invitation, "eve", login="eve@example.test").path
        browser = window()
        signs_in(browser)

        refused = posts(browser, f"{path}/account", at=path)

        assert refused.status_code == 422
        assert "for eve@example.test" in refused.text

    def test_a_form_shown_in_one_organisation_is_refused_in_the_other(self, both):
        seal = seal_of(both.sees("/account"))
        posts(both, "/organisation", organisation="acme")

        assert both.sends("/do/team.add", seal=seal, handle="x").status_code == 403


class TestTokens:
    def test_a_token_is_shown_once_works_and_is_revoked(self, ada, units, window):
        browser = window()
        signs_in(browser)

        made = posts(browser, "/account/tokens", note="CI", scopes="people:view\n", days="7")
        secret = re.search(r'value="(hr_[^"]+)"', made.text)[1]
        listed = browser.get("/account.json").json()["tokens"]
        with served(create_app(a_reception(units))) as address, httpx2.Client() as web:
            bearer = {"Authorization": f"Bearer {secret}"}
            works = web.get(f"{address}/api/v1/people", headers=bearer).status_code
            beyond = web.get(f"{address}/api/v1/journal", headers=bearer).status_code
            used = browser.get("/account.json").json()["tokens"][0]["last_used_at"]
            posts(browser, f"/account/tokens/{listed[0]['id']}/revoke")
            after = web.get(f"{address}/api/v1/people", headers=bearer).status_code

        assert (works, beyond, after) == (200, 403, 401)
        assert used is not None
        assert listed[0]["last_used_at"] is None
        assert (listed[0]["note"], listed[0]["scopes"]) == ("CI", ["people:view"])
        assert secret not in browser.sees("/account")
        assert secret not in str(listed)

    @pytest.mark.parametrize(("scopes", "days"), [("what ever", "7"), ("", "x"), ("", "999")])
    def test_what_is_written_wrongly_is_told(self, ada, window, scopes, days):
        browser = window()
        signs_in(browser)

        refused = posts(browser, "/account/tokens", note="CI", scopes=scopes, days=days)

        assert refused.status_code == 422
        assert 'role="alert"' in refused.text
        assert browser.get("/account.json").json()["tokens"] == []

    def test_nobody_revokes_a_token_of_another_organisation(self, ada, units, window):
        globex = Company(units, slug="globex")
        globex.adds("eve", "*")
        theirs = globex.as_system(service.issue_token, "eve").id
        browser = window()
        signs_in(browser)

        assert posts(browser, f"/account/tokens/{theirs}/revoke").status_code == 404


class TestPlaces:
    def test_this_machine_needs_no_sign_in_where_it_is_trusted(self, ada, units):
        with (
            a_site(units, trust_loopback=True) as address,
            Browser(base_url=address, transport=patient()) as browser,
        ):
            assert browser.get("/missions").status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [{"Host": "rebound.example"}, {"X-Forwarded-For": "203.0.113.9"}, {"X-Real-IP": "1.2.3.4"}],
    )
    def test_a_name_that_is_not_ours_and_a_mark_of_a_proxy_open_nothing(self, ada, units, headers):
        with a_site(units, trust_loopback=True) as address, Browser() as browser:
            for path in ("/missions", "/sign-in"):
                refused = browser.get(f"{address}{path}", headers=headers)
                assert refused.status_code == 401, path
                assert "HEADRACE_PUBLIC_URL" in refused.text

    def test_a_proxy_that_says_nothing_is_known_by_its_protocol(self, ada, units):
        import socket
        from urllib.parse import urlsplit

        with a_site(units, trust_loopback=True) as address:
            port = urlsplit(address).port
            with socket.create_connection(("127.0.0.1", port)) as line:
                line.sendall(f"GET /missions HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
                said = line.recv(4096)

        assert said.split(b" ", 2)[1] == b"401"

    def test_a_public_console_leads_strangers_to_its_door_and_nowhere_else(self, ada, units):
        with a_site(units, origin=f"https://{ELSEWHERE}") as address, Browser() as browser:
            led = browser.get(f"{address}/missions", headers=HTTPS)
            other = browser.get(f"{address}/missions", headers={**HTTPS, "Host": "evil.example"})

        assert led.headers["location"] == "/sign-in?next=%2Fmissions"
        assert other.status_code == 401
