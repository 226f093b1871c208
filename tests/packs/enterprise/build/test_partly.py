"""What a machine lacks becomes a question about exactly that check, and about nothing else."""

import pytest

from headrace.capabilities.coding.model import (
    Answered,
    CheckRun,
    Ending,
    Evaluated,
    PolicyResult,
    Row,
    State,
)
from headrace.capabilities.governance.model import Verdict
from headrace.packs.enterprise.build import partly


def evaluated(verdict: Verdict, why: str, ending: Ending = Ending.PARTLY) -> Evaluated:
    links = CheckRun(
        name="links",
        argv=("links",),
        ending=ending,
        exit_code=3,
        output="docs/a.md:1: not evaluated: node is not installed here\nexamples: 1 passed",
    )
    row = Row(clause="examples-work", state=State.NOT_EVALUATED, why=why)
    result = PolicyResult(policy="content", verdict=verdict, summary="", rows=(row,))
    return Evaluated(verdict=verdict, results=(result,), checks=(links,), novelty=None)


def question(done: Evaluated) -> str:
    (result,) = done.results
    return result.escalation.question if result.escalation is not None else ""


@pytest.mark.parametrize("ending", [Ending.PARTLY, Ending.NOT_RUN])
def test_a_check_that_lacks_a_tool_is_asked_about_once_it_holds_the_verdict_up(ending):
    found = partly.asked(
        evaluated(Verdict.NOT_EVALUATED, "the check links: no node", ending), known=()
    )

    assert found.results[0].verdict is Verdict.ESCALATE
    assert "The check links could not judge everything on this machine" in question(found)
    assert "node is not installed here" in found.results[0].escalation.recommendation


@pytest.mark.parametrize(
    ("verdict", "why", "known"),
    [
        pytest.param(Verdict.NOT_EVALUATED, "no check measures", (), id="lacks something else"),
        pytest.param(Verdict.NOT_EVALUATED, "the check links", ("links",), id="accepted before"),
        pytest.param(Verdict.FAIL, "the check links", (), id="a failure stays one"),
    ],
)
def test_nothing_else_is_asked_about(verdict, why, known):
    done = evaluated(verdict, why)
    assert partly.asked(done, known) == done


def test_a_yes_to_the_question_names_the_check_that_it_accepts():
    asked = question(partly.asked(evaluated(Verdict.NOT_EVALUATED, "the check links"), ()))
    yes, no = (Answered(policy="content", question=asked, allowed=one) for one in (True, False))

    assert partly.accepted((yes, no)) == ("links",)
    assert partly.accepted((no,)) == ()
    assert partly.is_about_a_check(asked)
    assert not partly.is_about_a_check("Is the fan-out right here?")
