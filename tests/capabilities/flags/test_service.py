"""Flags against the real database: changes, history, kills, checks, staleness, tenants."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from capabilities.people.company import Company
from headrace.app import HOUSE
from headrace.capabilities.flags import service
from headrace.capabilities.flags.model import (
    CHANGE_QUESTION,
    ChangeKind,
    ChangeRefused,
    Condition,
    Definition,
    Fault,
    FlagArchivedAlready,
    FlagExists,
    FlagInUse,
    FlagMoved,
    FlagNotFound,
    Malformed,
    Operator,
    Rule,
    Segment,
    SegmentNotFound,
    Serving,
    Share,
    ValueKind,
)
from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import PrincipalKind, PrincipalNotFound
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.access import perform_confirmed
from headrace.kernel.capability import Capability, Check
from headrace.kernel.edge import Edge, Request
from headrace.kernel.errors import NotAllowed
from headrace.kernel.house import House
from headrace.kernel.unit import Units

KEY = "bulk_export_enabled"
EARLY = Segment(key="early", included=frozenset({"acme"}))
IN_EARLY = Rule(
    id="early",
    conditions=(Condition(operator=Operator.IN_SEGMENT, values=("early",)),),
    serving=Serving(shares=(Share(variant="on"),)),
)


@pytest.fixture
def company(units) -> Company:
    made = Company(units)
    made.adds("ada", "flags:*")
    return made


@pytest.fixture
def do(company):
    return company.as_system


@pytest.fixture
def flag(do):
    return do(service.create, KEY, Definition(owner="ada"))


def test_a_new_flag_is_off_for_everybody(do, flag):
    found = do(service.evaluate, KEY, {"targetingKey": "acme"})

    assert (found.value, found.reason.value) == (False, "DISABLED")
    assert do(service.flag, KEY) == flag


def test_rolling_out_turns_it_on_for_a_part_and_keeps_them(do, flag):
    users = [f"user-{n}" for n in range(400)]

    def reached():
        return {u for u in users if do(service.evaluate, KEY, {"targetingKey": u}).value}

    do(service.roll_out, KEY, Decimal(10), reason="canary")
    first = reached()
    do(service.roll_out, KEY, Decimal(25), reason="wider")
    second = reached()

    assert 20 <= len(first) <= 60
    assert first < second


def test_every_change_is_remembered_with_who_and_why(do, company, flag):
    do(service.roll_out, KEY, Decimal("2.5"), reason="canary")
    do(service.switch, KEY, on=False, reason="lunch")

    found = do(service.history, KEY)

    assert [(r.change, r.reason) for r in found] == [
        ("switch", "lunch"),
        ("rollout", "canary"),
        ("create", ""),
    ]
    assert found[0].definition.rollout.buckets == 2500
    assert [e["change"] for e in company.events("flags.changed")] == ["rollout", "switch"]
    assert company.events("flags.changed")[0]["percent"] == 2.5
    assert company.events("flags.changed")[0]["fields"] == ["on", "rollout"]


def test_history_is_never_rewritten(units, company, do, flag):
    with pytest.raises(sa.exc.ProgrammingError), units.open(company.system) as ctx:
        ctx.db.execute(sa.text("UPDATE flags_revision SET reason = 'other'"))


def test_the_same_definition_again_is_no_change(do, company, flag):
    again = do(service.change, KEY, flag.definition, reason="again")

    assert again.revision == flag.revision
    assert company.events("flags.changed") == []


def test_a_change_of_what_somebody_else_changed_is_refused(do, flag):
    do(service.roll_out, KEY, Decimal(5), reason="canary")

    with pytest.raises(FlagMoved, match="look at it again"):
        do(service.switch, KEY, on=False, reason="off", revision=flag.revision)


def test_a_key_is_given_once(do, flag):
    with pytest.raises(FlagExists):
        do(service.create, KEY, Definition())
    with pytest.raises(Malformed):
        do(service.create, "no key", Definition())


def test_a_definition_that_contradicts_itself_is_refused(do, flag):
    with pytest.raises(Malformed, match="no variant 'maybe'"):
        do(service.change, KEY, replace(flag.definition, off_variant="maybe"), reason="x")
    with pytest.raises(Malformed, match="3 decimals"):
        do(service.roll_out, KEY, Decimal("0.0001"), reason="x")
    with pytest.raises(PrincipalNotFound):
        do(service.change, KEY, replace(flag.definition, owner="nobody"), reason="x")


def test_with_several_variants_the_rollout_says_which(do):
    variants = {"red": "#f00", "green": "#0f0", "none": ""}
    definition = Definition(variants=variants, off_variant="none", default_variant="none")
    do(service.create, "colour", definition, ValueKind.STRING)

    with pytest.raises(Malformed, match="red, green"):
        do(service.roll_out, "colour", Decimal(100), reason="x")
    do(service.roll_out, "colour", Decimal(100), variant="green", reason="x")

    assert do(service.evaluate, "colour", {}).value == "#0f0"


class TestKilling:
    def test_everybody_gets_the_off_variant_and_the_journal_knows(self, do, company, flag):
        do(service.roll_out, KEY, Decimal(100), reason="all")

        killed = do(service.kill, KEY, "error rate")
        again = do(service.kill, KEY, "once more")

        assert do(service.evaluate, KEY, {}).value is False
        assert again == killed
        assert [e["reason"] for e in company.events("flags.killed")] == ["error rate"]

    def test_a_rollout_does_not_wake_it_but_a_revival_does(self, do, flag):
        do(service.kill, KEY, "error rate")
        do(service.roll_out, KEY, Decimal(100), reason="all")
        assert do(service.evaluate, KEY, {}).value is False

        do(service.revive, KEY, "repaired")

        assert do(service.evaluate, KEY, {}).value is True

    def test_an_agent_may_kill_and_never_revive(self, units, company, do, flag):
        agent = company.adds("flag-agent", "flags:*", kind=PrincipalKind.AGENT)
        edge = Edge(units=units, gate=people.authorise)
        asked = {"flag": KEY, "reason": "burning"}

        perform_confirmed(edge.perform, Request(actor=agent, operation="flag.kill", input=asked))

        with pytest.raises(NotAllowed):
            edge.perform(Request(actor=agent, operation="flag.revive", input=asked))
        assert do(service.flag, KEY).kill.reason == "burning"


class TestChecks:
    @pytest.fixture
    def refusing(self, database, clock, company):
        asked = []

        def refuse(ctx, change):
            asked.append(change)
            return ["a release holds it"] if change.kind is ChangeKind.ROLLOUT else []

        check = Check(question=CHANGE_QUESTION, name="releases.holds", run=refuse)
        house = House((*HOUSE.capabilities, Capability(name="held", checks=(check,))))
        held = Units(
            engine=database.app,
            house=house,
            clock=clock,
            tenancy=database.tenancy,
            jobs=JobWriter(house, database.app),
        )
        return held, asked

    def test_a_higher_room_may_refuse_a_change_with_its_reasons(self, refusing, company, do, flag):
        held, asked = refusing

        with pytest.raises(ChangeRefused, match="a release holds it"):
            held.run(company.system, service.roll_out, KEY, Decimal(50), reason="wider")

        assert asked[0].before == flag.definition
        assert asked[0].after.rollout.buckets == 50_000
        assert do(service.flag, KEY) == flag

    def test_a_kill_asks_nobody(self, refusing, company, do, flag):
        held, asked = refusing

        held.run(company.system, service.kill, KEY, "burning")

        assert asked == []
        assert do(service.flag, KEY).kill is not None


class TestSegments:
    def test_a_rule_lets_a_segment_in(self, do, flag):
        do(service.put_segment, EARLY)
        rules = replace(flag.definition, on=True, rules=(IN_EARLY,))
        do(service.change, KEY, rules, reason="early adopters")

        assert do(service.evaluate, KEY, {"targetingKey": "acme"}).value is True
        assert do(service.evaluate, KEY, {"targetingKey": "bolt"}).value is False
        assert do(service.segments) == [EARLY]

    def test_one_that_a_flag_asks_for_stays(self, do, flag):
        do(service.put_segment, EARLY)
        do(service.change, KEY, replace(flag.definition, rules=(IN_EARLY,)), reason="x")

        with pytest.raises(FlagInUse, match=KEY):
            do(service.remove_segment, "early")
        do(service.change, KEY, flag.definition, reason="x")
        do(service.remove_segment, "early")

        assert do(service.segments) == []
        with pytest.raises(SegmentNotFound):
            do(service.remove_segment, "early")

    def test_a_segment_that_holds_nobody_is_refused(self, do):
        with pytest.raises(Malformed, match="holds nobody"):
            do(service.put_segment, Segment(key="empty"))


class TestArchiving:
    def test_what_was_asked_for_lately_stays(self, do, clock, flag):
        do(service.note_use, {(KEY, "on"): 3})

        with pytest.raises(FlagInUse, match="take it out of the code first"):
            do(service.archive, KEY, "done")
        clock.advance(timedelta(days=1))
        do(service.archive, KEY, "done")

        assert do(service.flags) == []
        assert [f.key for f in do(service.flags, archived=True)] == [KEY]

    def test_an_archived_flag_does_not_change(self, do, flag):
        do(service.archive, KEY, "done")

        with pytest.raises(FlagArchivedAlready):
            do(service.switch, KEY, on=True, reason="x")
        with pytest.raises(FlagExists):
            do(service.create, KEY, Definition())


class TestStaleness:
    def test_settled_counts_from_the_change_that_settled_it(self, do, clock, flag):
        do(service.roll_out, KEY, Decimal(25), reason="x")
        assert do(service.flag, KEY).settled_at is None
        clock.advance(timedelta(days=2))
        do(service.roll_out, KEY, Decimal(100), reason="x")
        at = clock.now()
        clock.advance(timedelta(days=2))
        do(
            service.change,
            KEY,
            replace(do(service.flag, KEY).definition, description="d"),
            reason="x",
        )

        assert do(service.flag, KEY).settled_at == at

    def test_it_is_told_once_until_it_no_longer_holds(self, do, company, clock, flag):
        do(service.roll_out, KEY, Decimal(100), reason="all")
        do(service.note_use, {(KEY, "on"): 1})
        clock.advance(timedelta(days=20))
        do(service.note_use, {(KEY, "on"): 1})
        assert do(service.review) == 0
        clock.advance(timedelta(days=1))

        assert (do(service.review), do(service.review)) == (1, 0)
        assert [e["staleness"] for e in company.events("flags.stale")] == ["settled"]

        do(service.roll_out, KEY, Decimal(50), reason="back")
        assert do(service.review) == 0
        do(service.roll_out, KEY, Decimal(100), reason="again")
        clock.advance(timedelta(days=21))
        do(service.note_use, {(KEY, "on"): 1})
        assert do(service.review) == 1

    def test_a_flag_nobody_asks_for_and_whose_owner_left(self, do, clock, flag):
        clock.advance(timedelta(days=7))
        do(people.deactivate, "ada")

        found = {one.staleness.value for one in do(service.findings)}

        assert found == {"never_evaluated", "unowned"}

    def test_use_is_summed_by_variant_and_forgotten_but_for_the_last_day(self, do, clock, flag):
        do(service.note_use, {(KEY, "on"): 3, (KEY, "off"): 1, ("unknown", "on"): 5})
        first = clock.now()
        clock.advance(timedelta(days=1))
        do(service.note_use, {(KEY, "on"): 2})
        last = clock.now()
        assert do(service.usage, KEY).evaluations == {"on": 5, "off": 1}
        assert first < do(service.usage, KEY).last_at == last

        clock.advance(timedelta(days=200))
        do(service.review)

        assert do(service.usage, KEY).evaluations == {"on": 2}
        assert do(service.usage, KEY).last_at == last


def test_a_snapshot_changes_its_revision_with_every_change(do, flag):
    seen = [do(service.snapshot)]
    for verb, arguments in (
        (service.roll_out, (KEY, Decimal(5))),
        (service.kill, (KEY, "x")),
        (service.put_segment, (EARLY,)),
    ):
        named = {"reason": "x"} if verb is service.roll_out else {}
        do(verb, *arguments, **named)
        seen.append(do(service.snapshot))

    assert len({one.revision for one in seen}) == 4
    assert seen[-1].flags[KEY].kill is not None
    assert set(seen[-1].segments) == {"early"}


def test_another_organisation_has_flags_of_its_own(units, do, flag):
    other = Company(units, slug="bolt").as_system

    with pytest.raises(FlagNotFound):
        other(service.flag, KEY)
    other(service.create, KEY, Definition(on=True, default_variant="on"))

    assert other(service.evaluate, KEY, {}).value is True
    assert do(service.evaluate, KEY, {}).value is False


def test_without_a_key_a_percentage_has_no_answer(do, flag):
    do(service.roll_out, KEY, Decimal(50), reason="x")

    assert do(service.evaluate, KEY, {}).fault is Fault.TARGETING_KEY_MISSING
