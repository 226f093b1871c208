"""The gate on a real database: grants, teams, deactivation, tokens, and who may decide about them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from capabilities.people.company import Company
from headrace.capabilities.people import service
from headrace.capabilities.people.model import (
    EscalationBlocked,
    GrantNotFound,
    HandleTaken,
    Malformed,
    PrincipalKind,
    PrincipalNotFound,
    RightMissing,
    TokenNotFound,
)
from headrace.kernel.access import NotSignedIn
from headrace.kernel.context import Actor, system_actor
from headrace.kernel.errors import Invalid
from headrace.kernel.ids import OrganisationId

NOWHERE = system_actor(OrganisationId(""))


@pytest.fixture
def acme(units) -> Company:
    return Company(units)


def test_a_grant_opens_and_its_revocation_closes_with_the_next_call(acme):
    ada = acme.adds("ada")
    assert not acme.may(ada, "people:view")

    grant = acme.as_system(service.grant, "@ada", "people:view")
    assert acme.may(ada, "people:view")

    acme.as_system(service.revoke, grant.id)
    assert not acme.may(ada, "people:view")


def test_a_member_holds_what_the_team_holds_until_it_leaves(acme):
    ada = acme.adds("ada")
    acme.as_system(service.add_team, handle="leads")
    acme.as_system(service.grant, "@leads", "journal:*")

    acme.as_system(service.join_team, "leads", "ada")
    assert acme.may(ada, "journal:view")

    acme.as_system(service.leave_team, "leads", "ada")
    assert not acme.may(ada, "journal:view")


def test_a_grant_ends_by_itself_in_organisation_time(acme, clock):
    ada = acme.adds("ada")
    acme.as_system(service.grant, "ada", "people:view", expires_at=clock.now() + timedelta(days=3))
    assert acme.may(ada, "people:view")

    clock.advance(timedelta(days=3))

    assert not acme.may(ada, "people:view")


def test_a_grant_on_a_subject_opens_that_subject_alone(acme):
    ada = acme.adds("ada")
    acme.as_system(service.grant, "ada", "people:manage", subject="module:cost")

    assert acme.may(ada, "people:manage", "module:cost")
    assert not acme.may(ada, "people:manage", "module:sales")
    assert not acme.may(ada, "people:manage")


def test_somebody_deactivated_may_nothing_and_gets_it_back(acme):
    ada = acme.adds("ada", "*")

    acme.as_system(service.deactivate, "ada")
    assert not acme.may(ada, "people:view")

    acme.as_system(service.activate, "ada")
    assert acme.may(ada, "people:view")


def test_a_principal_of_another_organisation_is_nobody_here(acme, units):
    stranger = Company(units, slug="globex").adds("eve", "*")
    here = Actor(organisation=acme.system.organisation, principal=stranger.principal)

    with pytest.raises(RightMissing, match="do not belong to this organisation"):
        units.run(here, service.authorise, "people:view")


def test_a_refusal_names_the_missing_right_and_who_can_grant_it(acme, units):
    acme.adds("boss", "people:grant")
    acme.adds("former", "*")
    acme.as_system(service.deactivate, "former")
    acme.adds("robot", "*", kind=PrincipalKind.AGENT)
    ada = acme.adds("ada")

    with pytest.raises(RightMissing) as refusal:
        units.run(ada, service.authorise, "journal:replay", None)

    assert "@ada does not hold journal:replay" in refusal.value.message
    assert refusal.value.details["granters"] == ("boss",)
    assert "@boss" in refusal.value.message


def test_the_system_passes(acme, units):
    units.run(acme.system, service.authorise, "people:grant")


def test_what_is_the_operators_no_grant_gives(acme):
    assert not acme.may(acme.adds("ada", "*"), "operator:organisations")


@pytest.mark.parametrize("permission", ["people:grant", "people:manage", "people:token"])
def test_an_agent_cannot_decide_about_people_whatever_it_was_granted(acme, permission):
    robot = acme.adds("robot", "*", kind=PrincipalKind.AGENT)

    assert acme.may(robot, "people:view")
    assert not acme.may(robot, permission)


def test_an_agent_that_gets_past_the_gate_still_grants_nothing(acme, units):
    robot = acme.adds("robot", "*", kind=PrincipalKind.AGENT)
    acme.adds("ada")

    with pytest.raises(EscalationBlocked):
        units.run(robot, service.grant, "ada", "people:view")


def test_nobody_grants_to_oneself(acme, units):
    ada = acme.adds("ada", "*")

    with pytest.raises(EscalationBlocked) as refusal:
        units.run(ada, service.grant, "ada", "people:view")

    assert refusal.value.details["reason"] == "self_grant_prohibited"


def test_nobody_grants_revokes_or_deactivates_past_their_own_rights(acme, units):
    boss = acme.adds("boss", "people:*")
    acme.adds("owner", "*")
    acme.adds("ada")
    grant = units.run(acme.system, service.grants, holder="owner")[0]

    with pytest.raises(EscalationBlocked) as refusal:
        units.run(boss, service.grant, "ada", "journal:view")
    with pytest.raises(EscalationBlocked):
        units.run(boss, service.revoke, grant.id)
    with pytest.raises(EscalationBlocked):
        units.run(boss, service.deactivate, "owner")

    assert refusal.value.details["reason"] == "cannot_grant_unowned_permission"
    assert "journal:view" in refusal.value.message
    assert units.run(boss, service.grant, "ada", "people:view").holder == "ada"


def test_nobody_joins_a_team_that_holds_more_than_they_do(acme, units):
    boss = acme.adds("boss", "people:*")
    acme.as_system(service.add_team, handle="owners")
    acme.as_system(service.grant, "owners", "*")

    with pytest.raises(EscalationBlocked):
        units.run(boss, service.join_team, "owners", "boss")

    assert units.run(boss, service.team, "owners").members == ()


def test_a_handle_names_one_holder_be_it_a_principal_or_a_team(acme):
    acme.adds("leads")

    with pytest.raises(HandleTaken):
        acme.as_system(service.add_team, handle="@leads")


def test_two_organisations_may_use_one_handle(acme, units):
    acme.adds("ada")

    assert Company(units, slug="globex").adds("ada").principal


def test_a_handle_resolves_to_its_principal_or_to_the_members_of_its_team(acme, units):
    ada, bob = acme.adds("ada"), acme.adds("bob")
    acme.as_system(service.add_team, handle="leads")
    acme.as_system(service.join_team, "leads", "ada")
    acme.as_system(service.join_team, "leads", "@bob")

    assert acme.as_system(service.resolve, "@ada") == {ada.principal}
    assert acme.as_system(service.resolve, "@acme/leads") == {ada.principal, bob.principal}
    assert acme.as_system(service.resolve, "@nobody") == frozenset()


@pytest.mark.parametrize(
    ("right", "subject", "said"),
    [
        ("people", None, "no pattern"),
        ("peopel:*", None, "names no right"),
        ("operator:organisations", None, "names no right"),
        ("people:view", "module cost", "no subject"),
    ],
)
def test_what_cannot_be_granted(acme, right, subject, said):
    acme.adds("ada")

    with pytest.raises(Malformed, match=said):
        acme.as_system(service.grant, "ada", right, subject=subject)


def test_granting_the_same_right_again_renews_it(acme, clock):
    acme.adds("ada")
    first = acme.as_system(service.grant, "ada", "people:view", reason="trial")
    until = clock.now() + timedelta(days=1)

    second = acme.as_system(service.grant, "ada", "people:view", reason="stay", expires_at=until)

    assert second.id == first.id
    assert acme.as_system(service.grants, holder="ada") == [second]
    assert (second.reason, second.right.expires_at) == ("stay", until)


def test_nobody_shortens_a_grant_that_they_could_not_revoke(acme, units, clock):
    tomorrow = clock.now() + timedelta(days=1)
    boss = acme.adds("boss")
    acme.as_system(service.grant, "boss", "*", expires_at=tomorrow)
    acme.adds("owner", "*")

    with pytest.raises(EscalationBlocked):
        units.run(boss, service.grant, "owner", "*", expires_at=tomorrow)

    assert acme.as_system(service.grants, holder="owner")[0].right.expires_at is None


def test_an_end_that_has_passed_is_refused(acme, clock):
    acme.adds("ada")

    with pytest.raises(Malformed, match="passed"):
        acme.as_system(service.grant, "ada", "people:view", expires_at=clock.now())


def test_an_unknown_holder_and_an_unknown_grant(acme):
    with pytest.raises(PrincipalNotFound):
        acme.as_system(service.grant, "nobody", "people:view")
    with pytest.raises(GrantNotFound):
        acme.as_system(service.revoke, "grt_none")


def test_a_token_signs_its_owner_in(acme, units):
    ada = acme.adds("ada", "people:*")

    issued = units.run(ada, service.issue_token, scopes=("people:view",))
    actor = units.run(NOWHERE, service.authenticate, issued.secret)

    assert issued.secret.startswith("hr_")
    assert (actor.organisation, actor.principal) == (ada.organisation, ada.principal)
    assert acme.may(actor, "people:view")
    assert not acme.may(actor, "people:manage")


def test_no_secret_is_kept(acme, units, database):
    ada = acme.adds("ada", "people:*")
    secret = units.run(ada, service.issue_token).secret.rpartition("_")[2]

    with database.system.connect() as db:
        rows = db.execute(sa.text("SELECT to_json(k)::text FROM people_token k")).scalars().all()
        events = db.execute(sa.text("SELECT payload::text FROM journal_event")).scalars().all()

    assert len(rows) == 1
    assert not [text for text in [*rows, *events] if secret in text]


@pytest.mark.parametrize("spoil", ["hr_", "", "hr_x_y", "xx{rest}", "{all}0", "hr_{id}_", "{cut}"])
def test_a_token_that_is_not_whole_opens_nothing(acme, units, spoil):
    secret = units.run(acme.adds("ada", "people:*"), service.issue_token).secret
    id = secret.split("_")[1]

    with pytest.raises(NotSignedIn):
        units.run(
            NOWHERE,
            service.authenticate,
            spoil.format(all=secret, rest=secret[2:], id=id, cut=secret[:-1]),
        )


def test_a_revoked_token_opens_nothing(acme, units):
    ada = acme.adds("ada", "people:*")
    issued = units.run(ada, service.issue_token)

    units.run(ada, service.revoke_token, issued.id)

    with pytest.raises(NotSignedIn):
        units.run(NOWHERE, service.authenticate, issued.secret)
    assert [token.usable for token in units.run(ada, service.tokens)] == [False]


def test_a_token_runs_out_in_real_time_not_in_organisation_time(acme, units, clock):
    ada = acme.adds("ada", "people:*")
    lasting = units.run(ada, service.issue_token, lifetime=timedelta(days=1))
    over = units.run(ada, service.issue_token, lifetime=timedelta(seconds=-1))

    clock.advance(timedelta(days=400))

    assert units.run(NOWHERE, service.authenticate, lasting.secret).principal == ada.principal
    with pytest.raises(NotSignedIn):
        units.run(NOWHERE, service.authenticate, over.secret)


def test_nobody_gets_a_token_of_another_person(acme, units):
    boss = acme.adds("boss", "*")
    acme.adds("ada")

    with pytest.raises(EscalationBlocked, match="is @ada"):
        units.run(boss, service.issue_token, "ada")

    assert acme.as_system(service.issue_token, "ada").owner == "ada"


def test_a_token_for_an_agent_takes_somebody_who_holds_all_that_it_holds(acme, units):
    boss = acme.adds("boss", "people:*")
    acme.adds("small", "people:view", kind=PrincipalKind.AGENT)
    acme.adds("large", "journal:view", kind=PrincipalKind.AGENT)

    assert units.run(boss, service.issue_token, "small").owner == "small"
    with pytest.raises(EscalationBlocked):
        units.run(boss, service.issue_token, "large")


def test_a_cut_token_issues_none_that_reaches_further(acme, units):
    ada = acme.adds("ada", "*")
    cut = Actor(
        organisation=ada.organisation, principal=ada.principal, scopes=frozenset({"people:*"})
    )

    with pytest.raises(EscalationBlocked):
        units.run(cut, service.issue_token)
    with pytest.raises(EscalationBlocked):
        units.run(cut, service.issue_token, scopes=("journal:view",))
    assert units.run(cut, service.issue_token, scopes=("people:view",)).owner == "ada"


def test_the_operator_names_whom_a_token_signs_in(acme):
    with pytest.raises(Invalid, match="owner"):
        acme.as_system(service.issue_token)


def test_tokens_of_another_organisation_do_not_exist_here(acme, units):
    globex = Company(units, slug="globex")
    theirs = units.run(globex.adds("eve", "*"), service.issue_token)
    boss = acme.adds("boss", "*")

    with pytest.raises(TokenNotFound):
        units.run(boss, service.revoke_token, theirs.id)
    assert units.run(boss, service.tokens) == []


def test_whoami_tells_rights_and_what_follows_from_them(acme, units):
    ada = acme.adds("ada", "people:view")
    acme.as_system(service.add_team, handle="leads")
    acme.as_system(service.grant, "leads", "journal:view")
    acme.as_system(service.join_team, "leads", "ada")

    identity = units.run(ada, service.whoami)

    assert (identity.organisation, identity.handle) == ("acme", "ada")
    assert set(identity.permissions) == {"people:self", "people:view", "journal:view"}


def test_every_change_is_told_without_names(acme, units):
    acme.adds("ada", "people:view")
    acme.as_system(service.deactivate, "ada")
    acme.as_system(service.deactivate, "ada")

    assert len(acme.events("people.principal_added")) == 1
    assert len(acme.events("people.granted")) == 1
    assert len(acme.events("people.principal_deactivated")) == 1


def test_two_organisations_cannot_share_a_slug(acme, units):
    with pytest.raises(HandleTaken):
        Company(units, slug="acme")
