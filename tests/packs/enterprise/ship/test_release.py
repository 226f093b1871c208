"""A release: only passed work, every line shown by a fact, one gate, stages that Git tells of."""

from datetime import timedelta

import pytest

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Definition
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import (
    Decision,
    Finding,
    NotEligible,
    NotYet,
    Report,
    Severity,
    Subject,
    Verdict,
)
from headrace.capabilities.health import service as health
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import ChangeState
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Move, ReleaseRefused, ReleaseStatus, Rollout
from headrace.capabilities.streams.model import RunState
from headrace.packs.enterprise.ship import handovers, logbook, readiness, stages
from headrace.packs.enterprise.ship.contract import (
    CRITERIA,
    LASTS,
    PERCENTS,
    ContractRefused,
    finish,
)
from packs.enterprise.build.conftest import CONTEXT, git
from packs.enterprise.ship.conftest import FLAG

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MISSION = "bulk-data-export"
PLAN_ROWS = stages.plan_rows(PERCENTS, LASTS, CRITERIA)


def contract(shipping):
    """The newest version of the contract that was handed in."""
    made = [run for run in shipping.world.runs("release") if run.outputs]
    assert made, [(run.reasons, run.findings) for run in shipping.world.runs("release")]
    return shipping.do(artifacts.get_version, made[-1].outputs[-1])


def document(shipping) -> str:
    return shipping.world.read(contract(shipping).path)


def lines(shipping) -> dict:
    return {one.text: one for one in shipping.do(readiness.lines, CONTEXT)}


def gate(shipping):
    return next(
        item
        for item in shipping.world.inbox("engineering-manager")
        if "Release contract" in item.asked
    )


def approve(shipping):
    return shipping.do(
        governance.decide, gate(shipping).id, Decision.APPROVE, by="engineering-manager"
    )


def pass_time(shipping, hours: int, until=lambda: False) -> None:
    for _ in range(0, hours, 6):
        if until():
            return
        shipping.world.clock.advance(timedelta(hours=6))
        shipping.world.jobs()


def where(shipping) -> tuple[str, str]:
    """The loop in which the mission is, and who answers for it."""
    shown = shipping.do(handovers.show, handovers.WhichMission(mission=MISSION))
    return shown.loop, shown.owner


def test_a_contract_is_drafted_from_facts_approved_at_its_gate_and_rolled_out_in_git(shipping):
    assert where(shipping) == ("discover", "discovery-agent")
    shipping.world.jobs()
    assert where(shipping) == ("build", "mission-orchestrator")
    shipping.ready()
    assert where(shipping) == ("ship", "release-coordinator")

    version = contract(shipping)
    sections = version.content["sections"]
    (change,) = sections["changes"]
    assert change["verdict"] == "PASS"
    assert change["evaluation"].endswith("greeting-security-1.md")
    assert all(one["checked"] for one in sections["readiness"]), sections["readiness"]
    assert sections["rollback"]["tested"] is True
    assert sections["rollback"]["time"].endswith("seconds")
    assert [one["share"] for one in sections["stages"]] == [5, 25, 100]
    assert {one["fits"] for one in sections["deadlines"]} == {True}
    release = shipping.release()
    assert release.status is ReleaseStatus.DRAFT
    assert release.contract == str(version.ref)
    assert not shipping.is_on()
    run = shipping.world.one("release")
    judged = shipping.do(governance.judgements_of, Subject(kind="change", id=run.change))[-1]
    assert (judged.policy, judged.verdict) == ("delivery", Verdict.PASS)
    assert judged.evaluator != shipping.world.change(run).author

    approve(shipping)
    assert shipping.release().approved_by == shipping.world.people["engineering-manager"].principal
    shipping.world.jobs()
    assert shipping.release().status is ReleaseStatus.DEPLOYING
    assert "a-engineering-manager" in document(shipping)

    shipping.traffic(users=12_000)
    pass_time(shipping, 36, until=lambda: shipping.release().stage == 1)
    assert shipping.release().stage == 1
    shipping.traffic(users=4_000)
    pass_time(shipping, 60, until=lambda: shipping.release().stage == 2)
    shipping.traffic(users=300)
    pass_time(shipping, 18)
    shipping.world.jobs()

    assert shipping.release().status is ReleaseStatus.DEPLOYED
    moves = [one.move for one in shipping.do(releases.history, shipping.release().id)]
    assert [one for one in moves if one is not Move.HOLD] == [
        Move.BEGIN, Move.PROMOTE, Move.PROMOTE, Move.FINISH,
    ]  # fmt: skip
    told = document(shipping)
    assert "deployed" in told
    for step in ("begin", "promote", "finish"):
        assert step in told
    _every_step_is_a_commit(shipping, version.path)
    _it_was_validated(shipping)
    _it_was_handed_over(shipping)
    _who_answers_changed_hands_in_git(shipping)
    signals = {one.slug for one in shipping.do(artifacts.listing, type="signal", limit=50)}
    assert any("early-access-available" in one for one in signals)
    _a_slower_time_is_a_signal_and_no_reason_to_come_back(shipping, version.ref)


def _a_slower_time_is_a_signal_and_no_reason_to_come_back(shipping, contract) -> None:
    shipping.do(
        logbook.slower, shipping.release(), "9.0% slower than 2 times p95 before", "by hand"
    )
    shipping.world.jobs()
    (found,) = [
        one
        for one in shipping.do(artifacts.listing, type="signal", limit=50)
        if "take-longer" in one.slug
    ]
    signal = shipping.do(artifacts.effective, found.id)
    assert [one.target for one in shipping.do(artifacts.links, signal.ref)] == [contract]
    assert "9.0% slower" in signal.content["sections"]["observation"]
    assert shipping.release().status is ReleaseStatus.DEPLOYED


def _every_step_is_a_commit(shipping, path: str) -> None:
    place = shipping.do(record.location, shipping.do(record.repository, "organisation"))
    history = git(place, "log", "--format=%s", "main", "--", path).splitlines()
    assert len([one for one in history if one.startswith("Draw")]) >= 4


def _it_was_validated(shipping) -> None:
    found = shipping.do(artifacts.effective_of, "rollout-evidence", [CONTEXT])
    kinds = {one.content["fields"]["kind"]: one for one in found}
    checks = {one["check"]: one for one in kinds["validation"].content["sections"]["checks"]}
    assert checks["smoke"]["result"] == "met"
    assert checks["errors"]["result"] == "met", checks["errors"]
    assert "0.00%" in checks["errors"]["figure"]
    assert checks["latency"]["result"] == "met", checks["latency"]
    assert "requests since" in checks["latency"]["evidence"] + checks["errors"]["evidence"]
    assert kinds["validation"].path in document(shipping)
    assert kinds["validation"].content["fields"]["release"] == shipping.release().id


def _it_was_handed_over(shipping) -> None:
    standings = shipping.do(handovers.show, handovers.WhichMission(mission=MISSION)).items
    assert [one.open for one in standings] == [(), (), ()]
    assert [one.enforced_by for one in standings] == ["Strategy", "Quality", "Orchestration"]
    assert where(shipping) == ("operate", "monitoring-agent")


def _who_answers_changed_hands_in_git(shipping) -> None:
    """Each passage is a page of the record: next owner, who kept the gate, what showed each line."""
    passages = {
        "discover-to-build": ("mission-orchestrator", "The outcome contract is approved"),
        "build-to-ship": ("release-coordinator", "Every task is done or descoped"),
        "ship-to-operate": ("monitoring-agent", "It was validated once it was out"),
    }
    for name, (owner, line) in passages.items():
        page = shipping.world.read(f"work/missions/{MISSION}/handovers/{name}.md")
        assert owner in page
        assert line in page
    place = shipping.do(record.location, shipping.do(record.repository, "organisation"))
    made = git(place, "log", "--reverse", "--diff-filter=A", "--name-only", "--format=", "main")
    kept = [one for one in made.split() if "/handovers/" in one]
    assert [one.rpartition("/")[2].removesuffix(".md") for one in kept] == list(passages)


def test_a_bad_canary_comes_back_by_itself_and_git_and_a_signal_say_so(shipping):
    shipping.ready()
    approve(shipping)
    shipping.world.jobs()

    shipping.traffic(users=6_000, failing=lambda reached, number: reached and number % 5 == 0)
    pass_time(shipping, 2)
    shipping.world.jobs()

    assert shipping.release().status is ReleaseStatus.ROLLED_BACK
    assert not shipping.is_on("user-1")
    assert not shipping.flag.is_on
    told = document(shipping)
    assert "rolled-back" in told
    assert "roll-back" in told
    assert "errors against the others: worse" in told
    signals = {one.slug for one in shipping.do(artifacts.listing, type="signal", limit=50)}
    assert any("was-rolled-back" in one for one in signals)
    kinds = [
        one.content["fields"]["kind"]
        for one in shipping.do(artifacts.effective_of, "rollout-evidence", [CONTEXT])
    ]
    assert kinds == ["rehearsal", "rollback"]
    open_ = shipping.do(handovers.open_lines, CONTEXT, "operate")
    assert "deployed to everybody" in open_[0]
    assert any("validated once it was out (not yet)" in one for one in open_)
    assert where(shipping) == ("ship", "release-coordinator")


def test_work_that_is_not_registered_is_not_drafted_and_says_why(shipping):
    shipping.settle(but=("Asset registry",))
    shipping.host()
    shipping.settle(but=("Asset registry",))

    run = shipping.world.one("release")
    assert run.state is RunState.WAITING
    (reason,) = run.reasons
    assert reason.startswith(
        "Quality keeps it from ship: Every deliverable is in the asset registry"
    )
    assert "'Farewell'" in reason
    assert not shipping.do(releases.listing)
    assert where(shipping) == ("build", "mission-orchestrator")

    shipping.settle(but=("Release contract",))

    lines_now = contract(shipping).content["sections"]["readiness"]
    assert any("work/assets/farewell.md" in one["text"] for one in lines_now)
    assert where(shipping) == ("ship", "release-coordinator")


def test_unmerged_work_goes_out_by_no_contract_and_by_no_release_drafted_by_hand(shipping):
    shipping.settle(but=("Say goodbye", "greeting"))
    run = shipping.world.one("implement", "greeting")
    assert shipping.world.change(run).state is ChangeState.OPEN

    with pytest.raises(ContractRefused) as refused:
        shipping.do(finish, run, {"sections": {"stages": PLAN_ROWS}})
    told = refused.value.message
    assert "stream greeting is not merged (open)" in told
    assert "TASK-001 is" in told
    assert "'Farewell'" in told
    assert not shipping.do(releases.listing)
    assert where(shipping) == ("build", "mission-orchestrator")

    shipping.do(flags.create, FLAG, Definition(owner="a-tech-lead"))
    plan = Rollout(flag=FLAG, stages=stages.stages(PLAN_ROWS), criteria=stages.criteria(PLAN_ROWS))
    by_hand = {"id": "REL-2026-009", "title": "At once", "contract": "", "context": CONTEXT}
    shipping.do(releases.draft, **by_hand, plan=plan)

    with pytest.raises(ReleaseRefused, match=r"stream greeting is not merged \(open\)"):
        shipping.do(releases.approve, "REL-2026-009", "now", by="engineering-manager")


def test_work_that_fails_after_it_was_merged_is_refused_and_keeps_the_gate_shut(shipping):
    shipping.ready()
    run = shipping.world.one("implement", "greeting")
    change = shipping.world.change(run)
    former = shipping.do(governance.judgements_of, Subject(kind="change", id=change.id))[-1]
    fault = Finding(
        severity=Severity.MAJOR,
        clause="input-validated",
        what="A name is put into a query",
        evidence="src/farewell.py",
        remediation="Bind it.",
    )
    failed = Report(
        subject=former.subject,
        hash=former.hash,
        policy=former.policy,
        verdict=Verdict.FAIL,
        summary="Looked at again",
        findings=(fault,),
    )
    shipping.do(governance.judge, failed, evaluator=former.evaluator)

    with pytest.raises(NotYet, match="stream greeting has not passed: its newest verdict is FAIL"):
        approve(shipping)
    with pytest.raises(ContractRefused, match="its newest verdict is FAIL"):
        shipping.do(finish, shipping.world.one("release"), {"sections": {"stages": PLAN_ROWS}})
    assert shipping.release().status is ReleaseStatus.DRAFT


def test_an_open_line_keeps_the_gate_shut_until_a_fact_shows_it(shipping):
    shipping.settle(but=("Release contract", "On call"))
    shipping.host()
    shipping.settle(but=("Release contract", "On call"))

    listed = contract(shipping).content["sections"]["readiness"]
    open_ = [one["text"] for one in listed if not one["checked"]]
    assert len(open_) == 1
    assert open_[0].startswith("The on-call team knows of it")
    first, again = shipping.world.runs("release")
    judged = shipping.do(governance.judgements_of, Subject(kind="change", id=first.change))
    assert judged[-1].verdict is Verdict.FAIL
    assert again.state is RunState.WAITING
    assert again.reasons[0].startswith("The on-call team knows of it: G-")
    with pytest.raises(NotYet, match="The on-call team knows of it"):
        approve(shipping)
    assert shipping.release().status is ReleaseStatus.DRAFT

    shipping.settle(but=("Release contract",))

    assert all(one["checked"] for one in contract(shipping).content["sections"]["readiness"])
    approve(shipping)
    assert shipping.release().status is ReleaseStatus.APPROVED


def test_nobody_approves_a_release_beside_its_gate_or_by_what_is_no_more_true(shipping):
    shipping.ready()
    with pytest.raises(ReleaseRefused, match="approved by approving CR-"):
        shipping.do(releases.approve, shipping.release().id, "yes", by="engineering-manager")
    with pytest.raises(NotEligible):
        shipping.do(governance.decide, gate(shipping).id, Decision.APPROVE, by="tech-lead")
    assert shipping.release().status is ReleaseStatus.DRAFT

    shipping.do(health.remove_target, "farewell-availability")

    with pytest.raises(NotYet, match="Health targets are watched"):
        approve(shipping)

    assert shipping.release().status is ReleaseStatus.DRAFT
    assert gate(shipping)


def test_an_approved_contract_stays_as_it_was_approved(shipping):
    shipping.ready()
    approve(shipping)
    shipping.world.jobs()
    release, version = shipping.release(), contract(shipping)

    with pytest.raises(ReleaseRefused, match="what was approved is not changed"):
        shipping.do(
            releases.revise,
            release.id,
            title="other",
            contract=str(version.ref),
            plan=release.rollout,
            checklist=(),
        )
    body = shipping.do(artifacts.get_version, version.ref)
    assert body.content_hash == version.content_hash
    assert (
        shipping.do(artifacts.get, ArtifactId(version.ref.artifact)).effective == version.ref.number
    )


def test_a_service_without_the_way_back_is_not_ready(shipping):
    shipping.settle(but=("Release contract",))
    shipping.on_metrics = "nothing 1\n"
    shipping.host()
    shipping.settle(but=("Release contract",))

    found = lines(shipping)
    assert not found["The promised metrics are measured"].met
    assert "missing: farewells_total" in found["The promised metrics are measured"].because
    assert found["The way back was rehearsed on the running service"].met
    assert found["Logs are structured, and a request is found by its trace id"].met
