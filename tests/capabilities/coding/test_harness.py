"""Evaluations of real changes in real repositories, with the tools that evaluators run."""

import json
import sys

import pytest

from headrace.capabilities.coding import service
from headrace.capabilities.coding.model import (
    BEHAVIOURS,
    CI,
    CRITERIA,
    TRACE,
    WITHIN,
    AcceptanceCriterion,
    Answered,
    Behaviour,
    CheckCommand,
    Checkpoint,
    Ending,
    Evaluation,
    EvaluationInvalid,
    Interface,
    SelfJudgement,
    State,
)
from headrace.capabilities.governance.model import Severity, Verdict
from headrace.packs.enterprise.policies import POLICIES
from processes import is_gone

FAN_OUT = {
    "src/orders/fan.py": """from concurrent.futures import ThreadPoolExecutor


def every(pieces, make):
    with ThreadPoolExecutor(4) as pool:
        yield from pool.map(make, pieces)
""",
    "tests/test_fan.py": """from orders.fan import every


def test_every_piece_is_made():
    assert list(every([1, 2], str)) == ["1", "2"]
""",
}
TESTED = {
    "src/orders/total.py": "def total(prices: list[int]) -> int:\n    return sum(prices)\n",
    "tests/test_total.py": "from orders.total import total\n\n\ndef test_prices_are_summed():\n"
    '    """AC-1. Scenario: Customer sees the total"""\n    assert total([1, 2]) == 3\n',
}
RED = {"tests/test_total.py": "def test_prices_are_summed():\n    assert 1 == 2\n"}


def clauses(result, severity=None):
    return {f.clause for f in result.findings if severity in (None, f.severity)}


def state(result, clause):
    return next(row.state for row in result.rows if row.clause == clause)


def test_a_small_tested_change_passes_every_policy(product):
    product.write(TESTED)

    done = product.evaluate("security", "architecture", "performance", "experience", "content")

    assert {r.policy: r.verdict for r in done.results} == dict.fromkeys(
        ("security", "architecture", "performance", "experience", "content"), Verdict.PASS
    )
    assert done.verdict is Verdict.PASS
    assert [run.ending for run in done.checks] == [Ending.PASSED]


def test_red_tests_are_a_fail_whatever_else_is_right(product):
    product.write(RED)

    result = product.judge("content")

    assert result.verdict is Verdict.FAIL
    assert result.ci_green is False
    (finding,) = result.findings
    assert (finding.clause, finding.severity) == (CI, Severity.CRITICAL)
    assert "assert 1 == 2" in finding.evidence


def test_equal_trees_give_equal_evaluations(product):
    product.write(TESTED | RED | FAN_OUT)

    first, second = (product.evaluate("security", "architecture") for _ in range(2))

    assert first == second
    assert first.seconds != {}


def test_tests_that_never_end_are_stopped_and_red(product):
    product.write({"tests/test_total.py": "import time\n\n\ndef test_x():\n    time.sleep(600)\n"})
    slow = CheckCommand(run=(sys.executable, "-m", "pytest", "-q"), at_most_seconds=3)

    done = product.evaluate("content", checks={"tests": slow})

    assert done.checks[0].ending is Ending.OVER_TIME
    assert done.verdict is Verdict.FAIL


def test_a_product_without_a_way_to_test_it_is_not_evaluated(repository):
    made = repository({"README.md": "# Shop\n", "shop.sh": "echo 1\n"})
    made.write({"shop.sh": "echo 2\n"})

    result = made.judge("content")

    assert result.verdict is Verdict.NOT_EVALUATED
    assert state(result, CI) is State.NOT_EVALUATED


def test_a_check_that_the_organisation_gives_is_run_for_such_a_product(repository):
    made = repository({"README.md": "# Shop\n", "shop.sh": "echo 1\n"})
    made.write({"shop.sh": "echo 2\n"})

    green = made.judge("content", checks={"tests": CheckCommand(run=("true",))})
    red = made.judge("content", checks={"tests": CheckCommand(run=("false",))})

    assert green.verdict is Verdict.PASS
    assert red.verdict is Verdict.FAIL


def test_a_check_that_cannot_be_started_is_no_pass(product):
    product.write(TESTED)

    result = product.judge("content", checks={"tests": CheckCommand(run=("no-such-program",))})

    assert result.verdict is Verdict.NOT_EVALUATED
    assert "no-such-program" in result.summary


def test_a_test_folder_without_a_test_is_no_pass(repository):
    made = repository({"src/a.py": "A = 1\n", "tests/conftest.py": ""})
    made.write({"src/a.py": "A = 2\n"})

    assert made.judge("content").verdict is Verdict.NOT_EVALUATED


def test_the_products_own_checks_serve_the_policies_they_name(product):
    declared = """checks:
  tests: {run: [python, -m, pytest, -q]}
  load: {run: [python, load.py], evaluates: [performance], not-evaluated: 3}
"""
    load = {".headrace/product.yaml": declared, "load.py": "raise SystemExit(1)\n"}
    product.write(load)
    product.base = product.git("rev-parse", "HEAD")
    product.write(TESTED)

    performance, security = product.evaluate("performance", "security").results

    assert clauses(performance) == {"targets-measured"}
    assert performance.verdict is Verdict.PASS_WITH_NOTES  # the criterion is advisory
    assert security.verdict is Verdict.PASS


def test_a_policy_that_nobody_declared_or_can_judge_is_not_evaluated(product):
    product.write(TESTED)

    done = product.evaluate("security", "privacy")

    assert [r.verdict for r in done.results] == [Verdict.PASS, Verdict.NOT_EVALUATED]
    assert done.verdict is Verdict.NOT_EVALUATED


def test_work_without_a_task_cannot_be_traced(product):
    product.write(TESTED)

    result = product.judge("security", tasks=())

    assert result.verdict is Verdict.FAIL
    assert clauses(result) == {TRACE}


def test_a_change_outside_its_paths_fails(product):
    product.write(TESTED)

    inside = product.judge("security", owned=("src/orders/", "tests/test_total.py"))
    outside = product.judge("security", owned=("src/orders/",))

    assert inside.verdict is Verdict.PASS
    assert [f.path for f in outside.findings if f.clause == WITHIN] == ["tests/test_total.py"]


def test_criteria_and_behaviours_are_judged_by_tests_that_ran(product):
    product.write(TESTED)
    met = AcceptanceCriterion(id="AC-1", text="Prices are summed")
    served = AcceptanceCriterion(id="AC-2", text="The total is seen")
    unmet = AcceptanceCriterion(id="AC-3", text="Discounts are taken off")
    seen = Behaviour(scenario="Customer sees the total", criterion="AC-2")
    untested = Behaviour(scenario="A voucher is used", criterion="AC-3")

    good = product.judge("security", criteria=(met, served), behaviours=(seen,))
    bad = product.judge("security", criteria=(met, unmet), behaviours=(seen, untested))

    assert good.verdict is Verdict.PASS
    assert bad.verdict is Verdict.FAIL
    assert clauses(bad) == {CRITERIA, BEHAVIOURS}
    assert any("A voucher is used" in f.what for f in bad.findings)


def test_a_behaviour_whose_test_is_red_is_not_shown(product):
    product.write(RED)
    wanted = Behaviour(scenario="x", test="tests/test_total.py::test_prices_are_summed")

    assert BEHAVIOURS in clauses(product.judge("security", behaviours=(wanted,)))


def test_behaviours_without_single_test_results_are_not_evaluated(product):
    product.write(TESTED)
    wanted = Behaviour(scenario="Customer sees the total")

    result = product.judge(
        "security", behaviours=(wanted,), checks={"tests": CheckCommand(run=("true",))}
    )

    assert state(result, BEHAVIOURS) is State.NOT_EVALUATED
    assert result.verdict is Verdict.NOT_EVALUATED


def test_the_author_seeing_it_otherwise_is_told(product):
    product.write(RED)
    said = (SelfJudgement(policy="security", verdict="PASS", because="All is green."),)

    result = product.judge("security", self_evaluation=said)

    assert result.self_evaluation == "The author said PASS, this evaluation says FAIL."


def test_a_novel_pattern_is_asked_about_and_a_yes_to_it_passes(product):
    product.write(FAN_OUT)
    who = Checkpoint(threshold=0.7, who="tech-lead")

    asked = product.judge("architecture", checkpoint=who)

    assert asked.verdict is Verdict.ESCALATE
    assert asked.escalation.to == "tech-lead"
    assert "concurrent.futures.ThreadPoolExecutor" in asked.escalation.question

    yes = Answered(
        policy="architecture",
        question=asked.escalation.question,
        allowed=True,
        note="Bounded.",
        by="tech-lead",
    )
    allowed = product.judge("architecture", checkpoint=who, answers=(yes,))

    assert allowed.verdict is Verdict.PASS
    assert "tech-lead allowed the new pattern (novelty 0.75" in allowed.summary
    assert allowed.summary.endswith("threshold 0.70): Bounded.")


def test_a_yes_does_not_cover_what_came_later(product):
    product.write(FAN_OUT)
    asked = product.judge("architecture").escalation
    assert asked is not None
    yes = Answered(policy="architecture", question=asked.question, allowed=True)
    product.write({"src/orders/more.py": FAN_OUT["src/orders/fan.py"]})

    later = product.judge("architecture", answers=(yes,), coverage_percent=0)

    assert later.verdict is Verdict.ESCALATE


def test_an_accepted_decision_of_the_product_makes_a_pattern_known(repository, product):
    decision = "---\nstatus: accepted\npatterns: [concurrent.futures]\n---\n# Fan out\n"
    product.write({"decisions/0001-fan-out.md": decision})
    itself = product.base
    product.base = product.git("rev-parse", "HEAD")
    product.write(FAN_OUT)

    assert product.judge("architecture").verdict is Verdict.PASS
    assert (
        product.judge("architecture", base=itself).verdict is Verdict.ESCALATE
    )  # its own decision


def test_lines_that_no_test_reaches_fail_the_architecture(product):
    product.write(
        {"src/orders/dark.py": "def dark(x):\n    if x:\n        return 1\n    return 2\n"}
    )

    result = product.judge("architecture")

    assert result.verdict is Verdict.FAIL
    assert [(f.clause, f.path) for f in result.findings] == [("coverage", "src/orders/dark.py")]


def test_what_the_design_promised_must_be_there(product):
    product.write(TESTED)
    promised = (Interface(to="ui", names=("total", "POST /orders")),)

    result = product.judge("architecture", interfaces=promised)

    assert [f.what for f in result.findings if f.clause == "contract-before-code"] == [
        "The design promises POST /orders to ui, and the change does not have it"
    ]


ROUTES = """from fastapi import APIRouter, HTTPException

router = APIRouter(prefix="/orders")


@router.get("/{number}")
def show(number: int) -> dict:
    if number > 9:
        raise HTTPException(status_code=429, detail="Too many.")
    return {"number": number}
"""


def test_a_route_that_asks_nobody_fails_the_security_unless_the_design_makes_it_public(product):
    product.write({"src/orders/routes.py": ROUTES})

    closed = product.judge("security")
    public = product.judge("security", public=("GET /orders/{}",))

    assert clauses(closed, Severity.CRITICAL) == {"endpoints-authenticated"}
    assert public.verdict is Verdict.PASS


def test_429_without_retry_after_is_a_note(product):
    product.write({"src/orders/routes.py": ROUTES})
    bare = product.judge("architecture", coverage_percent=0)
    product.write(
        {
            "src/orders/routes.py": ROUTES.replace(
                'detail="Too many."', 'detail="Too many.", headers={"Retry-After": "5"}'
            )
        }
    )
    told = product.judge("architecture", coverage_percent=0)

    assert bare.verdict is Verdict.PASS_WITH_NOTES
    assert [(f.clause, f.line) for f in bare.findings] == [("actionable-errors", 9)]
    assert told.verdict is Verdict.PASS


def test_new_routes_without_telemetry_fail_the_observability(product):
    product.write({"src/orders/routes.py": ROUTES})

    result = product.judge("observability", telemetry=("orders_total",))

    assert clauses(result) == {
        "metrics-of-new-work",
        "structured-logs",
        "telemetry-of-the-design",
    }


def test_new_routes_without_a_flag_are_a_note_of_delivery(product):
    product.write({"src/orders/routes.py": ROUTES})

    assert clauses(product.judge("delivery"), Severity.MINOR) == {"behind-a-flag"}


# Put together here, so that no scanner takes this file for a leak.
KEY = "AKIA" + "Q3EXAMPLEZZ7QQQQ"


def test_a_written_secret_is_found_and_not_repeated(product):
    product.write({"src/orders/settings.py": f'KEY = "{KEY}"\n'})

    done = product.evaluate("security")

    (finding,) = done.results[0].findings
    assert (finding.clause, finding.path, finding.line) == (
        "no-secrets",
        "src/orders/settings.py",
        1,
    )
    assert done.verdict is Verdict.FAIL
    assert KEY not in str(done)


def test_unsafe_code_is_found_only_where_the_change_made_it(product):
    unsafe = (
        "import subprocess\n\n\ndef run(line):\n    subprocess.run(line, shell=True, timeout=5)\n"
    )
    product.write({"src/orders/shell.py": unsafe})
    made = product.judge("security")
    product.base = product.git("rev-parse", "HEAD")
    product.write({"src/orders/shell.py": unsafe + "\n\nLATER = 1\n"})
    later = product.judge("security")

    assert clauses(made, Severity.CRITICAL) == {"safe-code"}
    assert later.verdict is Verdict.PASS


def test_nothing_in_a_change_stands_in_for_the_evaluators_tools(product):
    unsafe = "def run(text):\n    return eval(text)\n"
    product.write(
        {"src/orders/shell.py": unsafe, "ruff.py": "", "ruff.toml": "lint.ignore = ['S']\n"}
    )

    assert "safe-code" in clauses(product.judge("security"))


def test_a_new_dependency_is_told_as_not_audited(product):
    text = (product.folder / "pyproject.toml").read_text()
    product.write({"pyproject.toml": text.replace('"fastapi"', '"fastapi", "left-pad"')})

    result = product.judge("security")

    assert result.verdict is Verdict.PASS_WITH_NOTES
    assert state(result, "dependencies-audited") is State.NOT_EVALUATED


def test_a_change_of_what_it_is_judged_by_is_asked_about(product):
    text = (product.folder / "pyproject.toml").read_text()
    product.write({"pyproject.toml": text.replace("no:cacheprovider", "no:cacheprovider -q")})

    asked = product.judge("content")

    assert asked.verdict is Verdict.ESCALATE
    yes = Answered(policy="content", question=asked.escalation.question, allowed=True)
    assert product.judge("content", answers=(yes,)).verdict is Verdict.PASS


def test_a_test_that_vanishes_is_a_note(product):
    product.write({"tests/test_orders.py": "def test_other():\n    assert True\n"})

    result = product.judge("content")

    assert result.verdict is Verdict.PASS_WITH_NOTES
    assert result.findings[0].evidence == "gone: test_there_is_a_store"


PANEL = """{% from "parts.html" import button %}
<form><label>Name <input name="n"></label>{{ button("Save") }}</form>
{% for one in orders %}<p>{{ one.name }}</p>{% else %}<img src="none.png">{% endfor %}
"""
PARTS = "{% macro button(label) %}<button>{{ label }}</button>{% endmacro %}\n"


def test_templates_are_rendered_with_their_components_and_read(product):
    product.write({"ui/parts.html": PARTS})
    product.base = product.git("rev-parse", "HEAD")
    product.write({"ui/panel.html": PANEL})
    barred = product.judge("experience")
    product.write({"ui/panel.html": PANEL.replace("<img", '<img alt=""')})
    open_to_all = product.judge("experience")

    assert [(f.clause, f.line) for f in barred.findings] == [("wcag", 3)]  # in the empty state
    assert open_to_all.verdict is Verdict.PASS


def test_a_template_that_never_ends_is_not_evaluated(product, monkeypatch):
    from datetime import timedelta

    from headrace.capabilities.coding.tools import experience

    monkeypatch.setattr(experience, "PATIENCE", timedelta(seconds=2))
    many = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    product.write({"ui/panel.html": many})

    assert product.judge("experience").verdict is Verdict.NOT_EVALUATED


def test_pages_with_examples_that_nothing_runs_are_not_evaluated(product):
    product.write({"docs/a.md": "# A\n\n```python\nprint(1)\n```\n"})

    assert product.judge("content").verdict is Verdict.NOT_EVALUATED


def test_a_change_from_a_commit_that_is_not_there_is_refused(product):
    product.write(TESTED)

    with pytest.raises(EvaluationInvalid, match="cannot be read"):
        product.judge("content", base="0" * 40)


def test_the_instrument_takes_facts_and_gives_what_governance_takes(product):
    from headrace.capabilities.agents.model import AgentTask
    from headrace.capabilities.governance import rules
    from headrace.capabilities.governance.model import Subject
    from headrace.kernel.json import to_json

    product.write(FAN_OUT | RED)
    evaluation = Evaluation(base=product.base, policies=("security", "architecture"))
    facts = {service.FACT: json.loads(json.dumps(to_json(evaluation)))}
    task = AgentTask(
        subject="run:1",
        role="architecture-review",
        task="evaluate",
        context="mission:x",
        facts=facts,
    )

    submitted = service.instrument(POLICIES).run(product.bench, task)
    done = service.evaluated(json.loads(json.dumps(submitted)))
    reports = service.reports(done, Subject(kind="change", id="CR-1"), "abc")

    by_key = {policy.key: policy for policy in POLICIES}
    assert [r.policy for r in reports] == ["security", "architecture"]
    assert not [fault for r in reports for fault in rules.faults_of(r, by_key[r.policy])]
    assert [rules.weighed(r, by_key[r.policy]) for r in reports] == [r.verdict for r in reports]


def test_nothing_that_a_check_starts_is_left_alive(product):
    script = (
        "import pathlib, subprocess\n\n\ndef test_x():\n"
        '    child = subprocess.Popen(["sleep", "300"])\n'
        '    pathlib.Path("child.txt").write_text(str(child.pid))\n'
    )
    product.write({"tests/test_total.py": script})

    product.judge("content")

    number = int((product.folder / "child.txt").read_text())
    assert is_gone(number)


def test_a_product_below_src_is_tested_although_it_is_not_installed(repository):
    made = repository(
        {"src/shop/__init__.py": "", "src/shop/total.py": "def total(): return 0\n"}
        | {
            "tests/test_total.py": "from shop.total import total\n\n\ndef test_x():\n    assert not total()\n"
        }
    )
    made.write({"src/shop/total.py": "def total(): return 1\n"})
    red = made.judge("content")
    made.write({"src/shop/total.py": "def total():\n    return 0\n"})

    assert red.verdict is Verdict.FAIL
    assert made.judge("architecture").verdict is Verdict.PASS


def test_what_was_never_installed_here_is_not_the_changes_fault(repository):
    needs = "import no_such_module\n\n\ndef test_x():\n    assert True\n"
    made = repository({"tests/test_a.py": needs, "a.py": "A = 1\n"})
    made.write({"a.py": "A = 2\n"})
    before = made.judge("content")
    made.write({"tests/test_b.py": needs.replace("no_such_module", "neither_such")})
    after = made.judge("content")

    assert before.verdict is Verdict.NOT_EVALUATED
    assert "no_such_module is not installed here" in before.summary
    assert after.verdict is Verdict.FAIL
