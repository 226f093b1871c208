"""Who may, and who may pass a right on: tables of cases."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.capabilities.people import rules
from headrace.capabilities.people.model import Principal, PrincipalKind, Right, Standing
from headrace.kernel.ids import PrincipalId

NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)


def a_standing(*rights: Right, kind=PrincipalKind.PERSON, active=True) -> Standing:
    principal = Principal(
        id=PrincipalId("prn_1"), kind=kind, handle="vp-product", name="VP", active=active
    )
    return Standing(principal=principal, rights=rights)


def judge(standing, permission="record:approve", subject=None, scopes=None):
    return rules.judged(
        standing, scopes, permission, subject, people_only={"people:grant"}, now=NOW
    )


@pytest.mark.parametrize(
    ("pattern", "permission", "expected"),
    [
        ("record:approve", "record:approve", True),
        ("record:approve", "record:merge", False),
        ("record:*", "record:merge", True),
        ("record:*", "records:merge", False),
        ("record", "record:merge", False),
        ("*", "record:merge", True),
        ("*:view", "record:view", True),
        ("*:view", "record:merge", False),
        ("module:*:view", "module:cost:view", True),
        ("module:*:view", "module:cost:approve", False),
        ("module:*", "module:cost:view", True),
        ("*", "operator:organisations", False),
        ("operator:*", "operator:organisations", False),
        ("operator:organisations", "operator:organisations", False),
    ],
)
def test_a_pattern_names_permissions_part_by_part_and_never_the_operators(
    pattern, permission, expected
):
    assert rules.matches(pattern, permission) is expected


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("*", "record:*", True),
        ("record:*", "record:approve", True),
        ("record:*", "record:*", True),
        ("record:*", "*", False),
        ("record:approve", "record:*", False),
        ("*:view", "record:view", True),
        ("*:view", "record:*", False),
        ("record:*", "*:view", False),
        ("*:*", "*", False),
    ],
)
def test_a_pattern_covers_what_it_names_whatever_comes(wide, narrow, expected):
    assert rules.pattern_covers(wide, narrow) is expected


_PARTS = st.lists(st.sampled_from(["a", "b", "*"]), min_size=1, max_size=3).map(":".join)
_NAMES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4).map(":".join)


@given(wide=_PARTS, narrow=_PARTS, name=_NAMES)
def test_whoever_covers_a_pattern_has_every_permission_that_it_names(wide, narrow, name):
    if rules.pattern_covers(wide, narrow) and rules.matches(narrow, name):
        assert rules.matches(wide, name)


@pytest.mark.parametrize(
    ("right", "subject"),
    [
        pytest.param(Right(pattern="record:*"), None, id="a right on everything, asked of nothing"),
        pytest.param(Right(pattern="record:*"), "module:cost", id="a right on everything"),
        pytest.param(
            Right(pattern="record:*", subject="module:*"), "module:cost", id="a right on modules"
        ),
        pytest.param(
            Right(pattern="record:*", expires_at=NOW + timedelta(seconds=1)),
            None,
            id="not yet over",
        ),
    ],
)
def test_a_grant_lets_pass(right, subject):
    assert judge(a_standing(right), subject=subject) is None


@pytest.mark.parametrize(
    ("standing", "scopes", "reasons"),
    [
        pytest.param(None, None, ["do not belong"], id="a stranger"),
        pytest.param(
            a_standing(Right(pattern="*"), active=False), None, ["deactivated"], id="deactivated"
        ),
        pytest.param(a_standing(), None, ["does not hold record:approve"], id="nothing granted"),
        pytest.param(
            a_standing(Right(pattern="*", expires_at=NOW)), None, ["does not hold"], id="run out"
        ),
        pytest.param(
            a_standing(Right(pattern="*", subject="module:cost")),
            None,
            ["does not hold"],
            id="limited to a subject where there is none",
        ),
        pytest.param(
            a_standing(Right(pattern="*")),
            {"people:*"},
            ["reaches only people:*"],
            id="a cut token",
        ),
        pytest.param(
            a_standing(Right(pattern="*")), set(), ["nothing"], id="a token cut to nothing"
        ),
        pytest.param(
            a_standing(),
            {"people:*"},
            ["does not hold", "reaches only"],
            id="both reasons are told",
        ),
    ],
)
def test_refused_with_every_reason(standing, scopes, reasons):
    refusal = judge(standing, scopes=scopes)

    assert refusal is not None
    assert len(refusal.reasons) == len(reasons)
    assert all(said in told for said, told in zip(reasons, refusal.reasons, strict=True))


def test_an_agent_never_holds_what_is_kept_for_people():
    agent = a_standing(Right(pattern="*"), kind=PrincipalKind.AGENT)

    assert judge(agent) is None
    assert "agents never hold" in str(judge(agent, permission="people:grant"))


def test_everybody_active_may_learn_about_itself_whatever_the_token_is_cut_to():
    assert judge(a_standing(), permission="people:self", scopes=set()) is None
    assert judge(a_standing(active=False), permission="people:self") is not None


@pytest.mark.parametrize(
    ("held", "scopes", "wanted"),
    [
        pytest.param(Right(pattern="record:*"), None, Right(pattern="*"), id="more permissions"),
        pytest.param(
            Right(pattern="*", subject="module:cost"), None, Right(pattern="*"), id="more subjects"
        ),
        pytest.param(
            Right(pattern="*", subject="module:cost"),
            None,
            Right(pattern="*", subject="module:sales"),
            id="another subject",
        ),
        pytest.param(
            Right(pattern="*", expires_at=NOW + timedelta(days=1)),
            None,
            Right(pattern="*"),
            id="for longer",
        ),
        pytest.param(
            Right(pattern="*"), {"people:*"}, Right(pattern="record:view"), id="past the token"
        ),
        pytest.param(
            Right(pattern="*", expires_at=NOW), None, Right(pattern="record:view"), id="run out"
        ),
    ],
)
def test_nobody_passes_on_more_than_they_hold(held, scopes, wanted):
    assert rules.uncovered([held], scopes, [wanted], NOW) == (wanted,)


@pytest.mark.parametrize("handle", ["vp-product", "a", "4u", "x" * 64])
def test_a_handle(handle):
    assert rules.is_handle(handle)


@pytest.mark.parametrize(
    "handle", ["", "-a", "a-", "A", "a_b", "a b", "a--b", "ä", "x" * 65, "a\n"]
)
def test_no_handle(handle):
    assert not rules.is_handle(handle)


@pytest.mark.parametrize("pattern", ["", "record", "record:", ":x", "re*:x", "record:*:", "a b:c"])
def test_no_pattern(pattern):
    assert not rules.is_pattern(pattern)
