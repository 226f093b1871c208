"""Signing in through an OpenID Connect provider: a real server on this machine, true and false."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from headrace.capabilities.people import service
from headrace.capabilities.people.provider import Provider, ProviderSettings
from headrace.kernel.errors import Invalid
from surfaces.conftest import served
from surfaces.web import provider as forging
from surfaces.web.conftest import Browser, patient
from surfaces.web.gatehouse import OTHER, PASSWORD, a_site, posts
from surfaces.web.provider import CLIENT, SECRET, LocalProvider


@pytest.fixture
def provider():
    made = LocalProvider()
    with served(made.app()) as address:
        made.issuer = address
        yield made


def as_client(provider) -> Provider:
    return Provider(
        ProviderSettings(
            issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET, name="Acme Login"
        )
    )


@pytest.fixture
def gatehouse(units, provider):
    with a_site(units, provider=as_client(provider)) as address:
        yield address


@pytest.fixture
def invited(acme, window):
    """Ada, who took her invitation up through the provider."""
    acme.adds("ada", "people:*", "governance:read")
    path = acme.as_system(service.issue_invitation, "ada", login="ada@example.test").path
    came = goes(window(), f"{path}/provider")
    assert came.headers["location"] == "/", came.text
    return path


def goes(browser, path: str = "/sign-in/provider", *, only_to_callback: bool = False):
    """The browser follows to the provider and back; what it is answered there."""
    left = browser.get(path)
    back = httpx2.get(left.headers["location"]).headers["location"]
    return back if only_to_callback else browser.get(back)


def is_in(browser) -> bool:
    return browser.get("/account").status_code == 200


def test_an_invitation_is_taken_up_through_the_provider_and_then_it_opens_the_account(
    invited, acme, window
):
    browser = window()
    browser.get("/sign-in")

    came = goes(browser, "/sign-in/provider?next=%2Fmissions")

    assert came.headers["location"] == "/missions"
    account = browser.get("/account.json").json()
    assert (account["login"], account["standing"]["handle"]) == ("ada@example.test", "ada")
    assert account["sessions"][0]["method"] == "provider"
    assert len(acme.events("people.identity_linked")) == 1
    assert [one["method"] for one in acme.events("people.signed_in")] == ["provider"] * 2


def test_the_door_offers_it_by_its_name(invited, window):
    assert "Sign in with Acme Login" in window().sees("/sign-in")


def test_somebody_who_was_not_invited_does_not_come_in_whatever_the_provider_says(
    invited, provider, window
):
    provider.person = {"sub": "u-9", "email": "ada@example.test", "email_verified": True}
    browser = window()

    refused = goes(browser)

    assert refused.status_code == 403
    assert "Nobody here is known by this identity" in refused.text
    assert not is_in(browser)


LIES = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another-program"},
    "many audiences and no party": {"aud": [CLIENT, "another-program"]},
    "another party": {"azp": "another-program"},
    "another nonce": {"nonce": "0" * 64},
    "no nonce": {"nonce": None},
    "a nonce that is no text": {"nonce": 7},
    "run out": {"exp": int(time.time()) - 120},
    "no end": {"exp": None},
    "an end in words": {"exp": "tomorrow"},
    "made in the future": {"iat": int(time.time()) + 3600},
    "made long ago": {"iat": int(time.time()) - 3600},
    "not yet": {"nbf": int(time.time()) + 3600},
    "nobody": {"sub": ""},
    "no subject": {"sub": None},
}
FORGED = [
    forging.unsigned,
    forging.by_a_stranger,
    forging.by_the_public_key,
    forging.by_the_client_secret,
    forging.tampered,
    forging.no_token,
]


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_says_something_false_is_not_taken(invited, provider, window, lie):
    provider.lies = LIES[lie]
    browser = window()

    refused = goes(browser)

    assert refused.status_code == 403
    assert "is not taken" in refused.text
    assert not is_in(browser)


@pytest.mark.parametrize("forge", FORGED, ids=lambda one: one.__name__)
def test_a_forged_token_is_not_taken(invited, provider, window, forge):
    provider.forge = forge
    browser = window()

    refused = goes(browser)

    assert refused.status_code == 403
    assert not is_in(browser)


@pytest.mark.parametrize(("seconds", "comes_in"), [(45, True), (90, False)])
def test_clocks_may_differ_by_a_minute_and_no_more(invited, provider, window, seconds, comes_in):
    now = int(time.time())
    ahead, behind = {"iat": now + seconds, "exp": now + 300}, {"exp": now - seconds}
    ends = []
    for lies in (ahead, behind):
        provider.lies = lies
        browser = window()
        goes(browser)
        ends.append(is_in(browser))

    assert ends == [comes_in] * 2


class TestReplay:
    def test_a_state_is_good_once(self, invited, window):
        browser = window()
        back = goes(browser, only_to_callback=True)
        browser.get(back)
        posts(browser, "/sign-out")

        again = browser.get(back)

        assert again.status_code == 403
        assert "begin again" in again.text
        assert not is_in(browser)

    def test_a_state_is_good_in_the_browser_that_began_it_alone(self, invited, window):
        attacker, victim = window(), window()
        victim.sees("/sign-in")
        back = goes(attacker, only_to_callback=True)

        refused = victim.get(back)

        assert refused.status_code == 403
        assert not is_in(victim)
        assert attacker.get(back).status_code == 303

    @pytest.mark.parametrize("state", ["", "0" * 64, "\u0000"])
    def test_a_state_of_nobody_is_refused(self, invited, window, state):
        browser = window()
        browser.sees("/sign-in")

        refused = browser.get("/sign-in/returned", params={"code": "x", "state": state})

        assert refused.status_code == 403

    def test_another_providers_word_is_refused(self, invited, window):
        browser = window()
        back = goes(browser, only_to_callback=True)
        asked = {name: value[0] for name, value in parse_qs(urlsplit(back).query).items()}

        refused = browser.get("/sign-in/returned", params={**asked, "iss": "https://evil.example"})

        assert refused.status_code == 403
        assert "another provider" in refused.text

    def test_what_the_provider_refuses_is_told_without_its_words(self, invited, window):
        browser = window()
        back = goes(browser, only_to_callback=True)
        state = parse_qs(urlsplit(back).query)["state"][0]
        hostile = "<script>alert(1)</script>"

        refused = browser.get(
            "/sign-in/returned",
            params={"error": "access_denied", "error_description": hostile, "state": state},
        )

        assert refused.status_code == 403
        assert "let nobody in" in refused.text
        assert hostile not in refused.text

    def test_each_question_has_a_state_a_nonce_and_a_challenge_of_its_own(
        self, invited, provider, window
    ):
        goes(window())
        goes(window())

        for name in ("state", "nonce", "code_challenge"):
            words = [one[name] for one in provider.asked]
            assert len(set(words)) == len(words), name
            assert min(map(len, words)) >= 43, name


def test_a_provider_whose_document_names_another_is_not_asked(units, provider):
    provider.document = {"issuer": "https://evil.example"}
    with a_site(units, provider=as_client(provider)) as address, Browser() as browser:
        refused = browser.get(f"{address}/sign-in/provider")

    assert refused.status_code == 403
    assert provider.asked == []


def test_what_a_provider_publishes_in_the_clear_is_not_used(units, provider):
    provider.document = {"token_endpoint": "http://login.example/token"}
    client = as_client(provider)

    with pytest.raises(Invalid, match="https://"):
        client.identity({"code": "x"}, redirect="x", nonce="x", verifier="x")
    with pytest.raises(Invalid, match="https://"):
        Provider(ProviderSettings(issuer="http://login.example", client_id="x"))


def test_a_provider_that_is_away_is_told_and_passwords_go_on(units, acme, window):
    acme.adds("ada")
    path = acme.as_system(service.issue_invitation, "ada").path
    gone = Provider(ProviderSettings(issuer="http://127.0.0.1:9", client_id=CLIENT))
    with (
        a_site(units, provider=gone) as address,
        Browser(base_url=address, transport=patient()) as browser,
    ):
        away = browser.get("/sign-in/provider")
        came = posts(browser, path, at=path, login="ada", password=PASSWORD, again=PASSWORD)

    assert away.status_code == 503
    assert came.status_code == 303


def test_a_key_that_the_provider_changed_is_found(units, provider, invited, monkeypatch):
    from joserfc.jwk import RSAKey

    from headrace.capabilities.people import provider as client

    monkeypatch.setattr(client, "_REST", 0.0)
    with (
        a_site(units, provider=as_client(provider)) as address,
        Browser(base_url=address, transport=patient()) as browser,
    ):
        goes(browser)
        posts(browser, "/sign-out")
        provider.key = RSAKey.generate_key(2048, {"kid": "k2", "use": "sig", "alg": "RS256"})
        provider.forge = lambda one, claims: forging.jwt.encode(
            {"alg": "RS256", "kid": "k2"}, claims, one.key
        )
        goes(browser)

        assert is_in(browser)


def test_an_identity_of_one_account_does_not_become_anothers(invited, acme, window):
    acme.adds("bob")
    path = acme.as_system(service.issue_invitation, "bob").path

    refused = goes(window(), f"{path}/provider")

    assert refused.status_code == 422
    assert acme.events("people.invitation_accepted")[1:] == []


def test_without_a_password_none_is_guessed(invited, window):
    from surfaces.web.gatehouse import signs_in

    assert signs_in(window()).status_code == 403
    assert signs_in(window(), password=OTHER).status_code == 403
