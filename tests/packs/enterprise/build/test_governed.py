"""One stream whose new pattern a person has to judge: what governs it, counted from the journal alone."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, VersionRef
from headrace.capabilities.budgets import service as budgets
from headrace.capabilities.budgets.model import Dimension, Scope, ScopeKind
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import InboxItem, ItemKind, Subject, Tally, Verdict
from headrace.capabilities.record.model import ChangeState
from headrace.kernel.journal.sequencer import seal
from headrace.kernel.journal.verify import audit
from packs.enterprise.build.test_stream import AGAIN, FLEET, TWO_STREAMS, WORK, begin, nobody

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

NIGHT = timedelta(hours=14)
REPORT = "quality-evaluation/bulk-data-export-greeting-{}"

GOVERNED = FLEET.replace("policies: [security]", "policies: [security, architecture]").replace(
    "            tasks:\n",
    """\
                checkpoints:
                  - trigger: Architecture novelty score > 0.7
                    who: Engineering Manager
                    action: Review the pattern
            tasks:
""",
)

NOVEL = (
    WORK.replace(
        """\
            def goodbye() -> str:
                return "goodbye"
""",
        """\
            import queue
            import threading
            from concurrent.futures import ThreadPoolExecutor, wait


            def goodbye() -> str:
                said = queue.SimpleQueue()
                lock = threading.Lock()
                with ThreadPoolExecutor(max_workers=2) as pool:
                    wait([pool.submit(said.put, "goodbye")])
                with lock:
                    return str(said.get())
""",
    )
    .replace(
        "self_evaluation: [{policy: security,",
        "self_evaluation: [{policy: architecture, verdict: PASS, because: it is bounded}, "
        "{policy: security,",
    )
    .replace("Says goodbye.", "Says goodbye side by side.")
)


def but_questions(item: InboxItem) -> str | None:
    return None if item.kind is ItemKind.QUESTION else "approve"


def after_a_night(item: InboxItem) -> str | None:
    if item.kind is ItemKind.QUESTION:
        return "allow: bounded, reuse it" if item.waiting >= NIGHT else None
    return "approve"


class Journal:
    """What happened, read from the journal's rows."""

    def __init__(self, world) -> None:
        with world.units.open(world.system) as ctx:
            rows = ctx.db.execute(
                sa.text("SELECT * FROM journal_event WHERE organisation = :o ORDER BY position"),
                {"o": world.organisation},
            ).mappings()
            self.events = [dict(row) for row in rows]

    def of(self, type: str, **payload) -> list[dict]:
        return [
            one
            for one in self.events
            if one["type"] == type
            and all(one["payload"].get(name) == value for name, value in payload.items())
        ]

    def at(self, type: str, **payload) -> datetime:
        return self.of(type, **payload)[-1]["at"]


def test_a_novel_pattern_is_judged_by_a_named_person_and_all_of_it_is_counted(small):
    begin(small, fleet=GOVERNED, work=NOVEL)
    small.settle(but_questions, patience=3)
    change = small.change(small.one("implement", "greeting"))

    _the_one_aspect_waits_for_the_person_whom_the_fleet_names(small, change)
    first = small.effective(REPORT.format("architecture-1"))
    page = small.read(first.path)

    small.settle(after_a_night, patience=20)

    _the_answer_leads_to_a_new_report_and_the_old_one_stays(small, change, first, page)
    journal = Journal(small)
    assert [run.cause for run in small.runs("decide")][:1] == ["Q-1"]  # it has to be written down
    _nobody_judged_what_they_made(journal, change)
    _the_fleet_report_counts_what_the_journal_holds(small, journal, change)
    _money_is_told_by_mission_change_and_stream(small, change)
    _every_version_says_who_when_from_what_and_what_came_out(small, journal)
    _a_changed_row_is_named(small, journal)


def _the_one_aspect_waits_for_the_person_whom_the_fleet_names(world, change):
    assert change.state is ChangeState.OPEN
    subject = Subject(kind="change", id=change.id)
    standing = world.do(governance.verdict_on, subject)
    by_policy = {one.policy: one.verdict for one in standing.judgements}
    assert by_policy["architecture"] is Verdict.ESCALATE
    assert by_policy["security"] in {Verdict.PASS, Verdict.PASS_WITH_NOTES}
    assert standing.overall is Verdict.ESCALATE
    assert standing.tally.blocking == 0
    (asked,) = world.do(governance.questions_of, subject)
    assert asked.to == ("@engineering-manager",)
    assert [item.id for item in world.inbox("engineering-manager")] == [asked.id]
    assert world.inbox("tech-lead") == ()  # approved as the owner; it is not theirs to answer
    report = world.effective(REPORT.format("architecture-1")).content
    (escalation,) = report["sections"]["escalations"]
    assert escalation["who"] == "@engineering-manager"
    assert escalation["novelty"] > 0.7
    assert report["fields"]["verdict"] == "ESCALATE"


def _the_answer_leads_to_a_new_report_and_the_old_one_stays(world, change, first, page):
    assert world.change(world.one("implement", "greeting")).state is ChangeState.MERGED
    second = world.effective(REPORT.format("architecture-2"))
    assert second.path != first.path
    assert second.content["fields"]["verdict"] == "PASS"
    assert second.content["fields"]["attempt"] == 2
    assert "bounded, reuse it" in second.content["sections"]["policies"][0]["notes"]
    assert world.read(first.path) == page
    assert world.effective(first.ref.artifact).content == first.content
    (answered,) = Journal(world).of("governance.answered", subject=change.id)
    assert answered["actor"] == world.people["engineering-manager"].principal
    assert answered["payload"]["note"] == "bounded, reuse it"
    assert world.do(governance.verdict_on, Subject(kind="change", id=change.id)).overall in {
        Verdict.PASS,
        Verdict.PASS_WITH_NOTES,
    }


def _nobody_judged_what_they_made(journal, change):
    judged = journal.of("governance.judged", subject=change.id)
    assert len(judged) == 3
    assert change.author not in {one["payload"]["evaluator"] for one in judged}


def _the_fleet_report_counts_what_the_journal_holds(world, journal, change):
    sections = world.effective("fleet-report/bulk-data-export").content["sections"]
    opened = journal.at("record.change_opened", change=change.id)
    merged = journal.at("record.merged", change=change.id)
    measures = {row["metric"]: row["value"] for row in sections["throughput"]}
    assert measures["Change requests merged"] == "1"
    assert measures["Tasks ended"] == str(
        len(journal.of("missions.task_moved", status="completed"))
    )
    hours = (merged - opened).total_seconds() / 3600
    assert measures["Mean time from open to merged"] == f"{hours:.1f} hours"

    judged = Counter(
        (one["payload"]["policy"], one["payload"]["verdict"].startswith("PASS"))
        for one in journal.of("governance.judged")
    )
    for row in sections["quality"]:
        passed = judged[row["dimension"], True]
        everything = passed + judged[row["dimension"], False]
        assert row["evaluations"] == everything
        assert row["pass_rate"] == f"{passed / everything:.0%}"

    (bottleneck,) = [r for r in sections["bottlenecks"] if r["cause"].startswith("ESCALATE")]
    asked = journal.at("governance.question_asked", subject=change.id)
    answered = journal.at("governance.answered", subject=change.id)
    assert answered - asked >= NIGHT
    waited = (answered - asked).total_seconds() / 3600
    assert bottleneck["waited"] == f"{waited:.1f} hours"
    assert bottleneck["cause"] == "ESCALATE: architecture, answered by @a-engineering-manager"
    assert bottleneck["evidence"] == change.id
    assert "novel patterns" in sections["recommendations"][0]["recommendation"]

    entries = world.do(
        budgets.entries,
        scope=Scope(kind=ScopeKind.STREAM, id="bulk-data-export/greeting"),
        limit=1_000,
    )
    costs = {row["item"]: row for row in sections["cost"]}
    used = sum(one.use.tokens_in + one.use.tokens_out for one in entries)
    assert 0 < costs["greeting"]["tokens"] <= used
    assert costs["the fleet"]["tokens"] == costs["greeting"]["tokens"]


def _money_is_told_by_mission_change_and_stream(world, change):
    def totals(by):
        return {one.key: one for one in world.do(budgets.totals, by)}

    entries = world.do(budgets.entries, limit=1_000)
    everything = sum(one.use.micro_usd for one in entries)
    assert everything > 0
    mission = totals(Dimension.MISSION)["bulk-data-export"]
    assert mission.micro_usd == everything
    assert mission.tokens_in + mission.tokens_out == sum(
        one.use.tokens_in + one.use.tokens_out for one in entries
    )
    stream = totals(Dimension.STREAM)["bulk-data-export/greeting"]
    assert 0 < totals(Dimension.CHANGE)[change.id].micro_usd <= stream.micro_usd
    assert stream.micro_usd <= mission.micro_usd


def _every_version_says_who_when_from_what_and_what_came_out(world, journal):
    for event in journal.of("artifacts.proposed"):
        told = event["payload"]
        ref = VersionRef(ArtifactId(told["artifact"]), told["number"])
        version = world.do(artifacts.get_version, ref)
        assert event["at"] <= world.clock.now()
        assert told["made_by"]
        assert len(told["content_hash"]) == 64
        assert told["content_hash"] == version.content_hash
        assert told["made_by"] == version.made.by
        assert (told["run"], told["recipe"]) == (version.made.run, version.made.recipe)
        inputs = [str(link.target) for link in world.do(artifacts.links, version.ref)]
        assert sorted(told["inputs"]) == sorted(inputs)
    claimed = journal.of("agents.run_claimed")
    ended = {one["payload"]["run"]: one["payload"] for one in journal.of("agents.run_ended")}
    assert {one["payload"]["run"] for one in claimed} == ended.keys()
    for one in claimed:
        assert len(one["payload"]["recipe"]) == len(one["payload"]["facts_hash"]) == 64
        assert one["payload"]["principal"] == ended[one["payload"]["run"]]["principal"]
        end = ended[one["payload"]["run"]]
        assert end["state"] != "succeeded" or len(end["result_hash"]) == 64


def _a_changed_row_is_named(world, journal):
    seal(world.database.system, max_age=timedelta(0))

    def look():
        return world.units.run(world.system, lambda ctx: audit(ctx.db, ctx.organisation))

    assert look().clean
    (answered,) = journal.of("governance.answered")
    with world.database.system.begin() as db:
        db.execute(
            sa.text(
                "UPDATE journal_event SET payload = CAST(replace(CAST(payload AS text), "
                "'bounded', 'refused') AS json) WHERE id = :id"
            ),
            {"id": answered["id"]},
        )
    (fault,) = look().faults
    assert answered["id"] in fault.row


def test_a_report_counts_what_blocks_and_a_repair_is_judged_in_another(small):
    begin(small, work=WORK.replace('return "goodbye"', 'return "adieu"'), again=AGAIN)
    small.settle()

    change = small.change(small.one("implement", "greeting"))
    first, second = (small.effective(REPORT.format(f"security-{n}")) for n in (1, 2))
    failed, passed = (
        one
        for one in small.do(governance.judgements_of, Subject(kind="change", id=change.id))
        if one.policy == "security"
    )
    counted = small.do(governance.tally, failed)
    assert first.content["fields"]["verdict"] == "FAIL"
    assert first.content["fields"]["blocking"] == (
        f"{counted.critical} critical, {counted.major} major"
    )
    blocking = [
        row
        for row in first.content["sections"]["findings"]
        if row["severity"] in {"critical", "major"}
    ]
    assert counted.blocking == len(blocking) > 0
    assert small.do(governance.tally, passed) == Tally(notes=len(passed.findings))
    assert second.content["fields"]["blocking"] == "0 critical, 0 major"
    assert "**Blocking issues:** 0 critical, 0 major" in small.read(second.path)
    assert "**Overall verdict:** FAIL" in small.read(first.path)


def test_streams_work_at_the_same_time_each_on_a_branch_and_paths_of_its_own(small):
    bow = (
        WORK.replace("when: {attempt: 1}", "when: {element: manners}")
        .replace("src/farewell.py", "docs/bow.py")
        .replace("tests/test_farewell.py", "docs/test_bow.py")
        .replace("from farewell", "from docs.bow")
    )
    work = WORK.replace("when: {attempt: 1}", "when: {attempt: 1, element: greeting}")
    again = AGAIN.replace("when: {attempt: 2}", "when: {attempt: 2, element: greeting}")
    fleet = TWO_STREAMS.replace("KIND", "informs")
    begin(small, fleet=fleet, work=work, again=again, bow=bow)
    small.settle(nobody)

    runs = [run for run in small.runs("implement") if run.attempt == 1]
    runs.sort(key=lambda run: run.element)
    assert [run.element for run in runs] == ["greeting", "manners"]
    changes = [small.change(run) for run in runs]
    assert [change.branch for change in changes] == [
        "exec/bulk-data-export/greeting",
        "exec/bulk-data-export/manners",
    ]
    assert set(changes[0].paths).isdisjoint(changes[1].paths)
    for one, other in (changes, changes[::-1]):
        seen = small.product("ls-tree", "-r", "--name-only", one.branch).splitlines()
        assert set(one.paths) <= set(seen)
        assert set(other.paths).isdisjoint(seen)
    journal = Journal(small)
    began = [journal.of("agents.run_claimed", subject=f"run:{run.id}")[0] for run in runs]
    ended = [journal.of("agents.run_ended", subject=f"run:{run.id}")[0] for run in runs]
    assert max(one["position"] for one in began) < min(one["position"] for one in ended)
