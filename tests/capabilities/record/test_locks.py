"""Locks: a protected path is edited by whoever holds it, while they hold it."""

from datetime import timedelta

import pytest

from headrace.capabilities.record import locking, service
from headrace.capabilities.record.model import (
    LockHeld,
    LockRefused,
    LockStands,
    MergeRefused,
    ReviewVerdict,
)
from racing import at_once

HOUR = timedelta(hours=1)
BRIEF = "work/missions/export/BRIEF.md"


@pytest.fixture
def guarded(record, hand):
    """The record's briefs are protected."""
    hand.commit({"LOCKS": "# briefs\n/work/missions/*/BRIEF.md\n"}, "Protect the briefs")
    record.do(service.sync)
    record.jobs()
    return record


def take(record, by: str = "writer", target: str = BRIEF, **facts):
    given = {"reason": "I am at it", "lasts": HOUR, **facts}
    return record.do(service.take_lock, target, by=by, **given)


def proposed(record, **facts):
    change = record.open(record.propose("brief", **facts))
    record.do(service.review, change.id, ReviewVerdict.APPROVE, by="vp-product")
    return change


def against(record, change) -> tuple[str, ...]:
    return record.do(service.reasons_against, record.change(change.id))


def test_a_protected_path_is_not_merged_without_a_lock(guarded):
    change = proposed(guarded)

    with pytest.raises(MergeRefused, match=r"BRIEF\.md is protected"):
        guarded.do(service.merge, change.id, by="vp-product")


def test_with_a_live_lock_of_its_author_it_is_merged(guarded):
    take(guarded)
    change = proposed(guarded)

    guarded.do(service.merge, change.id, by="vp-product")
    guarded.jobs()

    assert guarded.change(change.id).state == "merged"


def test_an_unprotected_path_needs_no_lock(guarded):
    change = guarded.open(guarded.propose("contract"))

    assert not [reason for reason in against(guarded, change) if "protected" in reason]


def test_a_lock_of_somebody_else_lets_nobody_else_edit(guarded):
    take(guarded, by="ada")

    assert any("protected" in reason for reason in against(guarded, proposed(guarded)))


def test_a_lock_held_for_a_context_lets_its_work_edit(guarded):
    take(guarded, by="ada", related="mission:export")

    assert against(guarded, proposed(guarded)) == ()


def test_an_expired_lock_lets_nobody_edit(guarded, clock):
    take(guarded)
    change = proposed(guarded)
    clock.advance(HOUR)

    assert any("no live lock" in reason for reason in against(guarded, change))


def test_a_change_written_before_somebody_else_held_the_path_is_stale(guarded, clock):
    take(guarded)
    change = proposed(guarded)
    clock.advance(HOUR)
    guarded.do(service.remove_lock, "L-1", "Its holder has left", by="ada")
    other = take(guarded, by="ada")
    clock.advance(timedelta(minutes=5))
    guarded.do(service.release_lock, other.id, by="ada")
    again = take(guarded)

    assert again.token > other.token
    assert any("held by somebody else under L-2" in one for one in against(guarded, change))


def test_of_many_who_try_at_once_one_wins_and_the_others_are_told_who(guarded):
    handles = ("writer", "ada", "steering", "lead-one", "lead-two", "vp-product")

    outcomes = at_once(len(handles), lambda number: take(guarded, by=handles[number]))

    won = [one for one in outcomes if not isinstance(one, BaseException)]
    lost = [one for one in outcomes if isinstance(one, LockHeld)]
    assert (len(won), len(lost)) == (1, len(handles) - 1)
    assert all("L-1" in str(one) for one in lost)


@pytest.mark.parametrize("target", ["work/missions/export/", "work/", BRIEF])
def test_what_lies_within_or_around_a_held_path_is_held_too(guarded, target):
    take(guarded, target="work/missions/export/")

    with pytest.raises(LockHeld, match="@writer holds work/missions/export/ until"):
        take(guarded, by="ada", target=target)


def test_an_expired_lock_is_removed_with_a_reason_by_anybody(guarded, clock):
    lock = take(guarded)
    with pytest.raises(LockStands, match="can be removed once it has expired"):
        guarded.do(service.remove_lock, lock.id, "I want it", by="ada")
    clock.advance(HOUR)
    with pytest.raises(LockHeld, match="lock remove L-1"):
        take(guarded, by="ada")
    with pytest.raises(LockRefused, match="reason"):
        guarded.do(service.remove_lock, lock.id, "  ", by="ada")

    guarded.do(service.remove_lock, lock.id, "Its holder has left", by="ada")

    assert take(guarded, by="ada").token == 2
    (event,) = guarded.events("record.lock_ended")
    assert (event["removed"], event["reason"]) == (True, "Its holder has left")


def test_a_lock_is_renewed_by_its_holder_while_it_lives(guarded, clock):
    lock = take(guarded)
    clock.advance(timedelta(minutes=59))
    guarded.do(service.renew_lock, lock.id, HOUR, by="writer")
    clock.advance(timedelta(minutes=59))

    assert guarded.do(service.lock, lock.id).is_live(clock.now())
    with pytest.raises(LockStands):
        guarded.do(service.renew_lock, lock.id, HOUR, by="ada")
    clock.advance(HOUR)
    with pytest.raises(LockStands):
        guarded.do(service.renew_lock, lock.id, HOUR, by="writer")


@pytest.mark.parametrize(
    "wrong",
    [{"target": "../x"}, {"target": "/abs"}, {"reason": " "}, {"lasts": timedelta(days=15)}],
)
def test_what_is_no_lock_is_refused(guarded, wrong):
    with pytest.raises(LockRefused):
        take(guarded, **wrong)


def test_the_last_line_that_matches_protects_or_not():
    patterns = "/policies/\n!/policies/drafts/\n"

    paths = ["policies/a.md", "policies/drafts/b.md", "other.md"]

    assert locking.protected(patterns, paths) == ("policies/a.md",)


def test_a_worker_meets_what_no_lock_of_its_own_covers(guarded):
    take(guarded, by="ada", target="work/missions/export/")
    owner = guarded.people["ada"].principal

    mine = guarded.do(service.protection, "organisation", owner, "mission:other")
    theirs = guarded.do(
        service.protection, "organisation", guarded.people["writer"].principal, "mission:other"
    )

    assert mine.uncovered([BRIEF, "README.md"]) == ()
    assert theirs.uncovered([BRIEF, "README.md"]) == (BRIEF,)
