"""Who gets which variant, and when a flag is stale: tables of cases and properties."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.capabilities.flags import rules
from headrace.capabilities.flags.model import (
    BUCKETS,
    Condition,
    Definition,
    Evaluation,
    Fault,
    Flag,
    Kill,
    Lifetime,
    NoEvaluation,
    Operator,
    Reason,
    Rule,
    Segment,
    Serving,
    Share,
    Staleness,
    Usage,
    ValueKind,
)
from headrace.kernel.errors import Refusal

NOW = datetime(2026, 4, 6, 9, tzinfo=UTC)
ON = (Share(variant="on"),)
THREE = {"a": "A", "b": "B", "c": "C"}
keys = st.text(min_size=1, max_size=40)
places = st.integers(min_value=0, max_value=BUCKETS)


def a_flag(definition=None, **other) -> Flag:
    values = {
        "key": "export",
        "kind": ValueKind.BOOLEAN,
        "salt": "salt_1",
        "definition": definition or Definition(on=True),
        "revision": 7,
        "created_at": NOW,
        "created_by": "ada",
        "changed_at": NOW,
        "settled_at": None,
    }
    return Flag(**{**values, **other})


def rolled_out(buckets: int, shares=ON, **other) -> Definition:
    return Definition(on=True, rollout=Serving(shares=shares, buckets=buckets), **other)


def variant_of(definition, key, salt="salt_1") -> str:
    found = rules.evaluate(a_flag(definition, salt=salt), {}, {"targetingKey": key}, NOW)
    assert isinstance(found, Evaluation)
    return found.variant


def answer(flag, context=None, segments=()) -> Evaluation | NoEvaluation:
    return rules.evaluate(flag, {s.key: s for s in segments}, context or {}, NOW)


class TestRollouts:
    @given(key=keys, small=places, large=places)
    def test_a_rollout_that_grows_never_takes_anybody_back(self, key, small, large):
        small, large = sorted((small, large))
        if variant_of(rolled_out(small), key) == "on":
            assert variant_of(rolled_out(large), key) == "on"

    @given(key=keys, small=places, large=places)
    def test_a_rollout_that_grows_moves_nobody_to_another_variant(self, key, small, large):
        shares = (Share(variant="a", weight=3), Share(variant="b", weight=1))
        more = {"variants": THREE, "default_variant": "c", "off_variant": "c"}
        small, large = sorted((small, large))
        before = variant_of(rolled_out(small, shares, **more), key)
        if before != "c":
            assert variant_of(rolled_out(large, shares, **more), key) == before

    @given(key=keys, buckets=places)
    def test_the_same_key_gets_the_same_answer(self, key, buckets):
        assert variant_of(rolled_out(buckets), key) == variant_of(rolled_out(buckets), key)

    def test_a_bucket_is_where_it_was_when_the_first_users_were_let_in(self):
        # Worked with hashlib by hand: sha256("salt_1\nuser-1")[:8] as an integer, times 100,000 / 2^64.
        assert rules.bucket("salt_1", "user-1") == 98026
        assert rules.bucket("salt_1", "user-2") == 60507

    def test_each_percentage_reaches_about_its_part_of_everybody(self):
        users = [f"user-{n}" for n in range(20_000)]
        for percent in (5, 25, 60):
            reached = sum(variant_of(rolled_out(percent * 1000), user) == "on" for user in users)
            assert abs(reached / len(users) - percent / 100) < 0.012  # over 3 standard deviations

    def test_two_flags_let_different_users_in_first(self):
        users = [f"user-{n}" for n in range(2000)]
        first = {u for u in users if variant_of(rolled_out(10_000), u, "salt_1") == "on"}
        second = {u for u in users if variant_of(rolled_out(10_000), u, "salt_2") == "on"}
        assert len(first & second) < len(first) / 3

    def test_weights_share_out_who_is_reached(self):
        shares = (Share(variant="a", weight=3), Share(variant="b", weight=1))
        more = {"variants": THREE, "default_variant": "c", "off_variant": "c"}
        found = [variant_of(rolled_out(BUCKETS, shares, **more), f"u{n}") for n in range(8000)]
        assert abs(found.count("a") / 8000 - 0.75) < 0.02
        assert found.count("c") == 0

    def test_it_may_be_spread_by_another_attribute_than_the_user(self):
        serving = Serving(shares=ON, buckets=BUCKETS // 2, by="account.id")
        flag = a_flag(Definition(on=True, rollout=serving))
        found = {
            answer(flag, {"targetingKey": f"u{n}", "account": {"id": "acme"}}).variant
            for n in range(50)
        }
        assert len(found) == 1

    @pytest.mark.parametrize(
        ("percent", "buckets"),
        [("0", 0), ("0.001", 1), ("5", 5000), ("100", BUCKETS), ("0.0001", None), ("100.1", None)],
    )
    def test_a_percentage_is_exact_to_a_thousandth(self, percent, buckets):
        assert rules.buckets_of(Decimal(percent)) == buckets


class TestReasons:
    def test_a_flag_that_is_off_is_disabled(self):
        found = answer(a_flag(Definition(on=False)))
        assert (found.value, found.reason) == (False, Reason.DISABLED)

    def test_a_killed_flag_gives_its_off_variant_whatever_its_rules_say(self):
        rule = Rule(id="all", serving=Serving(shares=ON))
        kill = Kill(by="ada", at=NOW, reason="errors")
        found = answer(a_flag(Definition(on=True, rules=(rule,)), kill=kill))
        assert (found.value, found.reason) == (False, Reason.DISABLED)

    def test_what_everybody_gets_is_static(self):
        assert answer(a_flag(rolled_out(BUCKETS))).reason is Reason.STATIC
        assert answer(a_flag(rolled_out(0))).reason is Reason.STATIC

    def test_a_percentage_splits_inside_and_outside_alike(self):
        found = {
            answer(a_flag(rolled_out(50_000)), {"targetingKey": f"u{n}"}).reason for n in range(9)
        }
        assert found == {Reason.SPLIT}

    def test_who_meets_no_rule_gets_the_default(self):
        rule = Rule(id="vip", conditions=(Condition(values=("acme",)),), serving=Serving(shares=ON))
        flag = a_flag(Definition(on=True, rules=(rule,)))
        assert answer(flag, {"targetingKey": "acme"}).reason is Reason.TARGETING_MATCH
        assert answer(flag, {"targetingKey": "acme"}).rule == "vip"
        assert answer(flag, {"targetingKey": "bolt"}).reason is Reason.DEFAULT

    def test_who_is_outside_a_rules_percentage_goes_on_to_the_next(self):
        nobody = Rule(id="none", serving=Serving(shares=ON, buckets=0))
        later = Rule(id="all", serving=Serving(shares=ON))
        found = answer(a_flag(Definition(on=True, rules=(nobody, later))), {"targetingKey": "x"})
        assert found.rule == "all"

    def test_without_a_key_a_percentage_cannot_be_decided(self):
        found = answer(a_flag(rolled_out(50_000)))
        assert isinstance(found, NoEvaluation)
        assert found.fault is Fault.TARGETING_KEY_MISSING
        assert "targetingKey" in found.details

    def test_a_float_is_a_float_also_where_it_was_written_as_a_whole_number(self):
        definition = Definition(variants={"on": 1, "off": 0})
        found = answer(a_flag(definition, kind=ValueKind.FLOAT))
        assert isinstance(found.value, float)


CASES = [
    ("in", Operator.IN, ("pro", "enterprise"), "pro", True),
    ("in, another", Operator.IN, ("pro",), "free", False),
    ("in, a list of which one fits", Operator.IN, ("pro",), ["free", "pro"], True),
    ("one is not true", Operator.IN, (True,), 1, False),
    ("in, absent", Operator.IN, ("pro",), None, False),
    ("not in", Operator.NOT_IN, ("pro",), "free", True),
    ("not in, absent", Operator.NOT_IN, ("pro",), None, True),
    ("contains", Operator.CONTAINS, ("@acme.",), "ada@acme.test", True),
    ("contains, a list", Operator.CONTAINS, ("beta",), ["beta", "x"], True),
    ("starts with", Operator.STARTS_WITH, ("de-", "at-"), "at-9", True),
    ("ends with", Operator.ENDS_WITH, (".test",), "acme.example", False),
    ("less", Operator.LESS, (10,), 9.5, True),
    ("at most", Operator.AT_MOST, (10,), 10, True),
    ("at least", Operator.AT_LEAST, (10,), 9, False),
    ("greater", Operator.GREATER, (10,), 10, False),
    ("a text is no number", Operator.GREATER, (10,), "11", False),
    ("before", Operator.BEFORE, ("2026-04-01",), "2026-03-31T23:59:59", True),
    (
        "after, offsets counted",
        Operator.AFTER,
        ("2026-04-01T00:00:00Z",),
        "2026-04-01T01:00:00+02:00",
        False,
    ),
    ("no time", Operator.AFTER, ("2026-04-01",), "soon", False),
    ("version, by number", Operator.VERSION_BELOW, ("1.10",), "v1.9.3", True),
    ("a version before its release", Operator.VERSION_AT_LEAST, ("2.0.0",), "2.0.0-rc1", False),
    ("no version", Operator.VERSION_AT_LEAST, ("2",), "two", False),
    ("present", Operator.PRESENT, (), "", True),
    ("absent", Operator.ABSENT, (), None, True),
]


@pytest.mark.parametrize(
    ("operator", "values", "found", "meets"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_an_attribute_is_compared(operator, values, found, meets):
    condition = Condition(attribute="account.plan", operator=operator, values=values)
    rule = Rule(id="r", conditions=(condition,), serving=Serving(shares=ON))
    context = {"account": {"plan": found}} if found is not None else {}

    got = answer(a_flag(Definition(on=True, rules=(rule,))), context)

    assert got.value is meets


@given(
    context=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_context_breaks_an_evaluation(context):
    conditions = [
        Condition(attribute="x", operator=operator, values=("1", 1, "2026-01-01"))
        for operator in Operator
    ]
    rule_set = tuple(
        Rule(id=f"r{n}", conditions=(one,), serving=Serving(shares=ON, buckets=0))
        for n, one in enumerate(conditions)
    )
    flag = a_flag(Definition(on=True, rules=rule_set))
    segment = Segment(key="1", included=frozenset({"a"}), conditions=(conditions[0],))

    found = answer(flag, {"targetingKey": "u", "x": context}, (segment,))

    assert found.variant == "off"


class TestSegments:
    SEGMENT = Segment(
        key="early",
        included=frozenset({"acme"}),
        excluded=frozenset({"bolt"}),
        conditions=(Condition(attribute="plan", values=("enterprise",)),),
    )

    @pytest.mark.parametrize(
        ("context", "inside"),
        [
            ({"targetingKey": "acme"}, True),
            ({"targetingKey": "corp", "plan": "enterprise"}, True),
            ({"targetingKey": "bolt", "plan": "enterprise"}, False),
            ({"targetingKey": "corp"}, False),
            ({}, False),
        ],
        ids=["included", "meets the conditions", "excluded", "neither", "nobody"],
    )
    @pytest.mark.parametrize("operator", [Operator.IN_SEGMENT, Operator.NOT_IN_SEGMENT])
    def test_inside_or_not(self, context, inside, operator):
        condition = Condition(operator=operator, values=("early",))
        rule = Rule(id="r", conditions=(condition,), serving=Serving(shares=ON))
        found = answer(a_flag(Definition(on=True, rules=(rule,))), context, (self.SEGMENT,))
        assert found.value is (inside is (operator is Operator.IN_SEGMENT))

    def test_one_that_contradicts_itself_is_refused_with_every_reason(self):
        wrong = Segment(
            key="no key",
            included=frozenset({"a"}),
            excluded=frozenset({"a"}),
            conditions=(Condition(operator=Operator.IN_SEGMENT, values=("early",)),),
        )
        assert len(rules.segment_faults(wrong).reasons) == 3


def test_a_definition_is_refused_with_every_reason():
    serving = Serving(shares=(Share(variant="maybe", weight=0),), buckets=BUCKETS + 1)
    conditions = (
        Condition(operator=Operator.IN_SEGMENT, values=("nowhere",)),
        Condition(operator=Operator.LESS, values=("ten",)),
        Condition(operator=Operator.IN),
    )
    wrong = Definition(
        variants={"on": True, "off": "no"},
        default_variant="other",
        rules=(Rule(id="r", conditions=conditions, serving=serving), Rule(id="r", serving=serving)),
    )

    refusal = rules.faults(ValueKind.BOOLEAN, wrong, [])

    assert isinstance(refusal, Refusal)
    for part in (
        "variant 'off': its value is no boolean",
        "default_variant: there is no variant 'other'",
        "an id of its own",
        "no variant 'maybe'",
        "weight of 'maybe'",
        "between 0 and 100000",
        "no segment 'nowhere'",
        "cannot compare with 'ten'",
        "in needs at least one value",
    ):
        assert part in str(refusal)


def test_the_plain_definition_holds_together():
    assert rules.faults(ValueKind.BOOLEAN, Definition(), []) is None


VIP = Rule(id="vip", conditions=(Condition(values=("a",)),), serving=Serving(shares=ON))


@pytest.mark.parametrize(
    ("definition", "reached"),
    [
        (Definition(), {"off"}),
        (rolled_out(0), {"off"}),
        (rolled_out(BUCKETS), {"on"}),
        (rolled_out(1), {"on", "off"}),
        (rolled_out(BUCKETS, rules=(VIP,)), {"on"}),
        (rolled_out(0, rules=(VIP,)), {"on", "off"}),
        (Definition(on=True, rules=(Rule(id="all", serving=Serving(shares=ON)), VIP)), {"on"}),
    ],
    ids=["off", "0 %", "100 %", "some", "rule agrees", "rule differs", "first rule takes all"],
)
def test_the_variants_that_somebody_could_get(definition, reached):
    assert rules.reachable(definition) == reached


class TestStaleness:
    def found(self, flag, usage=None, owned=True, at=NOW):
        used = usage or Usage(flag="export", evaluations={"on": 1}, last_at=at)
        return {one.staleness: one for one in rules.findings(flag, used, owned=owned, now=at)}

    def test_settled_for_three_weeks_and_not_a_day_less(self):
        flag = a_flag(rolled_out(BUCKETS), settled_at=NOW)
        assert not self.found(flag, at=NOW + timedelta(days=20, hours=23))
        finding = self.found(flag, at=NOW + timedelta(days=21))[Staleness.SETTLED]
        assert (finding.days, "'on'" in finding.remedy) == (21, True)

    def test_at_nothing_for_three_weeks_as_well(self):
        flag = a_flag(rolled_out(0), settled_at=NOW)
        assert Staleness.SETTLED in self.found(flag, at=NOW + timedelta(days=21))

    @pytest.mark.parametrize("lifetime", [Lifetime.OPERATIONAL, Lifetime.PERMISSION])
    def test_a_flag_that_is_meant_to_stay_may_be_settled(self, lifetime):
        flag = a_flag(rolled_out(BUCKETS, lifetime=lifetime), settled_at=NOW)
        assert not self.found(flag, at=NOW + timedelta(days=400))

    def test_never_asked_for_after_a_week(self):
        later = NOW + timedelta(days=7)
        assert set(self.found(a_flag(), Usage(flag="export"), at=later)) == {
            Staleness.NEVER_EVALUATED
        }

    def test_not_asked_for_any_more(self):
        used = Usage(flag="export", evaluations={"on": 9}, last_at=NOW)
        later = NOW + timedelta(days=21)
        assert set(self.found(a_flag(), used, at=later)) == {Staleness.UNUSED}

    def test_expired_and_unowned(self):
        flag = a_flag(Definition(on=True, expires_at=NOW))
        assert set(self.found(flag, owned=False)) == {Staleness.EXPIRED, Staleness.UNOWNED}

    def test_an_archived_flag_is_not_stale(self):
        assert not self.found(a_flag(archived_at=NOW), owned=False)
