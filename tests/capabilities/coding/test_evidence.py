"""One check of one head is run once, whoever judges by it; nothing is shared that is not the same."""

import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from headrace.capabilities.agents.benches import WorktreeBench
from headrace.capabilities.coding import service
from headrace.capabilities.coding.model import (
    CI,
    Behaviour,
    CheckKey,
    CheckRun,
    Ending,
    Evaluated,
    Evaluation,
    Measured,
    State,
)
from headrace.capabilities.coding.tools import sharing
from headrace.capabilities.governance.model import Verdict
from headrace.kernel.context import Ctx
from headrace.packs.enterprise.policies import POLICIES

WAITS = "while [ ! -e {go} ]; do sleep 0.05; done"


@dataclass
class Evaluators:
    """Evaluators of one organisation on the product; `begun` notes each start of the check `tests`."""

    product: object
    folder: Path
    units: object
    system: object

    @property
    def begun(self) -> int:
        file = self.folder / "begun"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def declare(self, script: str = "true", exit_code: int = 0) -> None:
        """The product names the check, before any change."""
        self.product.write({".headrace/product.yaml": self._description(script, exit_code)})
        self.product.base = self.product.git("rev-parse", "HEAD")

    def _description(self, script: str, exit_code: int) -> str:
        run = f"echo x >> {self.folder}/begun; {script}; exit {exit_code}"
        return f'checks:\n  tests:\n    run: [sh, -c, "{run}"]\n    not-evaluated: 3\n'

    def redeclare(self, script: str) -> None:
        """The change's author says otherwise what is checked."""
        self.product.write({".headrace/product.yaml": self._description(script, 0)})

    def rows(self, verb, *args, **kwargs):
        return self.units.run(self.system, verb, *args, **kwargs)

    @property
    def bench(self) -> WorktreeBench:
        return replace(self.product.bench, rows=self.rows)

    def judge(self, policy: str, bench: WorktreeBench | None = None, **more) -> Evaluated:
        given = {"tasks": ("TASK-001",), "base": self.product.base, "policies": (policy,)} | more
        return service.evaluate(
            bench or self.bench, Evaluation(**given), POLICIES, repository="shop"
        )

    def runs(self) -> list[CheckRun]:
        """What is kept about the head."""
        head = self.product.git("rev-parse", "HEAD")
        return [one.run for one in self.rows(service.check_runs, "shop", head)]


@pytest.fixture
def evaluators(product, tmp_path, units, system) -> Evaluators:
    return Evaluators(product=product, folder=tmp_path, units=units, system=system)


def change(evaluators: Evaluators, text: str = "x = 1\n") -> None:
    evaluators.product.write({"src/orders/more.py": text})


def test_the_second_evaluator_of_a_head_rests_on_the_run_of_the_first(evaluators, clock):
    evaluators.declare()
    change(evaluators)

    first = evaluators.judge("security")
    clock.advance(timedelta(hours=1))
    second = evaluators.judge("observability")

    assert evaluators.begun == 1
    (kept,) = evaluators.runs()
    assert [one.checks[0].id for one in (first, second)] == [kept.id, kept.id]
    assert kept.ended_at == clock.now() - timedelta(hours=1)
    assert second.results[0].ci_green is True


def test_single_tests_of_a_shared_run_are_evidence_too(evaluators):
    evaluators.product.write(
        {"tests/test_more.py": "def test_more_is_sold():\n    '''Scenario: more is sold'''\n"}
    )
    wanted = (Behaviour(scenario="more is sold"), Behaviour(scenario="less is sold"))

    first, second = (evaluators.judge(one, behaviours=wanted) for one in ("security", "content"))

    assert len(evaluators.runs()) == 1
    for done in (first, second):
        assert [f.what for f in done.results[0].findings] == [
            "The behaviour 'less is sold' is not shown by a test"
        ]


def test_a_red_run_is_shared_as_a_green_one_is(evaluators):
    evaluators.declare(exit_code=1)
    change(evaluators)

    verdicts = [evaluators.judge(one).verdict for one in ("security", "observability")]

    assert verdicts == [Verdict.FAIL, Verdict.FAIL]
    assert evaluators.begun == 1


def test_two_that_come_at_the_same_moment_run_it_once_and_the_later_waits(evaluators):
    go = evaluators.folder / "go"
    evaluators.declare(WAITS.format(go=go))
    change(evaluators)
    found: list[Evaluated] = []

    class Waiting(WorktreeBench):
        """The bench of the later one; only when it waits may the check of the first one end."""

        def pause(self, span: timedelta) -> None:
            go.touch()
            super().pause(span)

    early = threading.Thread(target=lambda: found.append(evaluators.judge("security")))
    early.start()
    while not evaluators.begun:
        early.join(0.05)
    late = evaluators.judge("observability", Waiting(evaluators.bench.ground, evaluators.rows))
    early.join()

    assert evaluators.begun == 1
    assert found[0].checks[0].id == late.checks[0].id != ""


def claimed(evaluators: Evaluators):
    """A claim that a worker made for the check of this head before it died."""
    made = evaluators.bench
    shared = sharing.sharing_of(made, service.SharedEvidence(made, evaluators.rows), "shop")
    text = (evaluators.product.folder / ".headrace/product.yaml").read_text()
    key = shared._key(made.declared(text)["tests"])
    return key, evaluators.rows(service.claim, key)


def expire(ctx: Ctx) -> None:
    """As if the lease had ended: nobody held the claim for as long as that."""
    past = "UPDATE coding_check_run SET held_until = now() - interval '1 second'"
    ctx.db.execute(sa.text(past))


def test_the_claim_of_a_killed_worker_is_taken_over_when_its_lease_ends(evaluators):
    evaluators.declare()
    change(evaluators)
    key, dead = claimed(evaluators)
    assert evaluators.rows(service.claim, key).by == ""  # it stands: somebody else waits

    evaluators.rows(service.hold, dead)
    assert evaluators.rows(service.claim, key).by == ""
    evaluators.rows(expire)
    done = evaluators.judge("security")

    assert evaluators.begun == 1
    assert done.checks[0].id == dead.id
    late = Measured(run=replace(done.checks[0], ending=Ending.FAILED))
    assert evaluators.rows(service.keep, dead, late) is None  # whom nobody waited for is too late
    assert [one.ending for one in evaluators.runs()] == [Ending.PASSED]


def test_a_run_that_breaks_off_is_left_to_the_next_evaluator(evaluators):
    evaluators.declare()
    change(evaluators)
    key, broken = claimed(evaluators)

    evaluators.rows(service.give_up, broken)

    assert evaluators.rows(service.claim, key, broken.id).by != ""


def test_another_head_is_measured_anew(evaluators):
    evaluators.declare()
    change(evaluators)
    evaluators.judge("security")
    change(evaluators, "x = 2\n")
    evaluators.judge("security")

    assert evaluators.begun == 2


def test_a_worktree_that_is_not_the_head_shares_nothing(evaluators):
    evaluators.declare()
    change(evaluators)
    (evaluators.product.folder / "src/orders/more.py").write_text("x = 3\n")

    done = evaluators.judge("security")

    assert done.checks[0].id == ""
    assert evaluators.runs() == []


@pytest.mark.parametrize(
    "other",
    [
        {"head": "other"},
        {"repository": "other"},
        {"check": "other"},
        {"declaration": "other"},
        {"environment": "other"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_nothing_is_shared_where_anything_differs(evaluators, other):
    key = CheckKey(repository="shop", head="1", check="tests", declaration="2", environment="3")
    run = CheckRun(name="tests", argv=("t",), ending=Ending.PASSED, exit_code=0, output="")
    evaluators.rows(
        service.keep, evaluators.rows(service.claim, key), Measured(run=run, seconds=1.0)
    )

    assert evaluators.rows(service.claim, key).measured is not None
    assert evaluators.rows(service.claim, replace(key, **other)).measured is None


def test_what_the_author_declares_neither_judges_the_change_nor_is_shared(evaluators):
    evaluators.declare(exit_code=1)
    evaluators.redeclare("true")  # the change would pass by its own check

    done = evaluators.judge("security")

    assert done.verdict is Verdict.FAIL
    assert [one.ending for one in evaluators.runs()] == [Ending.FAILED]


def test_what_a_machine_lacked_is_asked_again_by_whoever_comes_later(evaluators):
    evaluators.declare(exit_code=3)
    change(evaluators)

    first, second = (evaluators.judge("security").results[0] for _ in range(2))

    assert evaluators.begun == 2
    assert {row.state for one in (first, second) for row in one.rows if row.clause == CI} == {
        State.NOT_EVALUATED
    }


def test_who_waited_for_a_run_takes_it_even_if_it_could_not_judge(evaluators):
    evaluators.declare(exit_code=3)
    change(evaluators)
    key, mine = claimed(evaluators)
    awaited = evaluators.rows(service.claim, key)
    run = CheckRun(name="tests", argv=("t",), ending=Ending.PARTLY, exit_code=3, output="")
    evaluators.rows(service.keep, mine, Measured(run=run))

    assert evaluators.rows(service.claim, key, awaited.id).measured.run.ending is Ending.PARTLY
    assert evaluators.rows(service.claim, key).by != ""
