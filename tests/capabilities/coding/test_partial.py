"""What a check could not judge on this machine: never a pass by itself, a note where a person accepts it."""

from headrace.capabilities.coding.model import CRITERIA, AcceptanceCriterion, CheckCommand, State
from headrace.capabilities.governance.model import Verdict

TOTAL = {"src/orders/total.py": "def total(prices: list[int]) -> int:\n    return sum(prices)\n"}


def state(result, clause):
    return next(row.state for row in result.rows if row.clause == clause)


def partly(product):
    declared = """checks:
  tests: {run: [python, -m, pytest, -q]}
  pages: {run: [python, pages.py], evaluates: [content], not-evaluated: 3}
"""
    script = "print('docs/a.md:1: not evaluated: bash: no curl')\nraise SystemExit(3)\n"
    product.write({".headrace/product.yaml": declared, "pages.py": script})
    product.base = product.git("rev-parse", "HEAD")
    product.write({"docs/a.md": "# A\n\n```bash\ncurl x\n```\n"})


def test_a_check_that_could_not_judge_everything_is_no_pass(product):
    partly(product)

    result = product.judge("content")

    assert result.verdict is Verdict.NOT_EVALUATED
    assert "no curl" in result.summary


def test_a_person_may_accept_that_a_check_judges_a_part(product):
    partly(product)

    result = product.judge("content", partial=("pages",))

    assert result.verdict is Verdict.PASS_WITH_NOTES
    assert "no curl" in result.findings[0].evidence


def test_a_criterion_that_such_a_check_shows_is_unknown_and_not_unmet(product):
    partly(product)
    criterion = AcceptanceCriterion(id="AC-4", text="Examples run", checks=("pages",))

    unknown = product.judge("content", criteria=(criterion,))
    accepted = product.judge("content", criteria=(criterion,), partial=("pages",))

    assert state(unknown, CRITERIA) is State.NOT_EVALUATED
    assert "AC-4: pages could not judge everything" in unknown.summary
    assert state(accepted, CRITERIA) is State.MET


def test_continuous_integration_in_part_is_green_only_where_a_person_accepts_the_gap(product):
    product.write(TOTAL)
    checks = {
        "tests": CheckCommand(run=("true",)),
        "lint": CheckCommand(run=("no-such-linter",)),
    }

    unknown = product.judge("security", checks=checks)
    accepted = product.judge("security", checks=checks, partial=("lint",))

    assert (unknown.verdict, unknown.ci_green) == (Verdict.NOT_EVALUATED, None)
    assert (accepted.verdict, accepted.ci_green) == (Verdict.PASS_WITH_NOTES, True)
    assert "lint could not judge everything here" in accepted.findings[0].what


def test_accepting_that_nothing_at_all_was_run_makes_nothing_green(product):
    product.write(TOTAL)
    checks = {"tests": CheckCommand(run=("no-such-tool",))}

    result = product.judge("security", checks=checks, partial=("tests",))

    assert result.ci_green is None
