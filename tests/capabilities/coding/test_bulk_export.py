"""The example product: what its four streams' changes come to, judged by the tools."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from headrace.app.demo.scenario import load
from headrace.capabilities.agents.configuration import search_path
from headrace.capabilities.coding.model import (
    Answered,
    Behaviour,
    Checkpoint,
    Interface,
    SelfJudgement,
)
from headrace.capabilities.governance.model import Severity, Verdict
from headrace.packs.enterprise.build import partly
from headrace.packs.enterprise.policies import POLICIES as DECLARED

EXAMPLE = Path(__file__).parents[3] / "examples" / "bulk-export"
POLICIES = {
    "api-implementation": ("security", "architecture", "performance", "observability"),
    "data-processing": ("architecture", "performance"),
    "ui-integration": ("architecture", "experience"),
    "documentation": ("content",),
}
API = (
    "POST /api/v2/export/bulk",
    "GET /api/v2/export/bulk/{jobId}",
    "GET /api/v2/export/bulk/{jobId}/download",
    "DELETE /api/v2/export/bulk/{jobId}",
)
TYPES = ("ExportFormat", "ExportJobStatus", "ChunkResult")
TELEMETRY = ("export_job_count", "export_job_errors", "export_job_duration")
GUIDE = "docs/guides/bulk-export/index.md"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recordings():
    """The example's own player of its recordings."""
    spec = importlib.util.spec_from_file_location("recordings", EXAMPLE / "check_recordings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def stream(repository, recordings, tmp_path):
    """Makes the change of one stream, with as many of its attempts as asked for."""

    def make(name: str, attempts: int = 9):
        first = recordings.fresh_tree(tmp_path / "day-0")
        paths = sorted(path for path in first.rglob("*") if path.is_file())
        made = repository({p.relative_to(first).as_posix(): p.read_text() for p in paths})
        mine = [(n, r) for n, r in recordings.recordings() if r["when"]["element"] == name]
        for file, recording in mine[:attempts]:
            recordings.play(file, recording, made.folder)
        made.commit()
        return made

    return make


def verdicts(done):
    return {result.policy: result.verdict for result in done.results}


def test_the_fan_out_of_the_api_is_asked_about_and_the_rest_of_it_passes(stream, recordings):
    made = stream("api-implementation")
    given = {
        "owned": recordings.STREAMS["api-implementation"],
        "interfaces": (Interface(to="ui-integration", names=API),),
        "telemetry": TELEMETRY,
        "checkpoint": Checkpoint(threshold=0.7, who="tech-lead"),
        "behaviours": (
            Behaviour(
                scenario="Rate limiting enforced",
                test="tests/api/v2/export/test_export.py::"
                "test_the_sixth_at_a_time_gets_429_with_retry_after",
            ),
        ),
    }

    done = made.evaluate(*POLICIES["api-implementation"], **given)

    assert done.novelty > 0.9
    assert verdicts(done) == {
        "security": Verdict.PASS,
        "architecture": Verdict.ESCALATE,
        "performance": Verdict.PASS_WITH_NOTES,
        "observability": Verdict.PASS,
    }
    architecture = done.results[1]
    assert architecture.findings == ()  # Retry-After is there, so nobody is told that it is not
    assert "src/services/export/fanout.py" in architecture.escalation.question
    assert "ThreadPoolExecutor" in architecture.escalation.question

    yes = Answered(policy="architecture", question=architecture.escalation.question, allowed=True)
    assert made.judge("architecture", **given, answers=(yes,)).verdict is Verdict.PASS


def test_the_converters_are_no_new_pattern(stream):
    promised = (Interface(to="api-implementation", names=TYPES),)

    done = stream("data-processing").evaluate(*POLICIES["data-processing"], interfaces=promised)

    assert done.novelty < 0.7
    assert verdicts(done) == dict.fromkeys(POLICIES["data-processing"], Verdict.PASS)


def test_the_panel_passes(stream):
    done = stream("ui-integration").evaluate(*POLICIES["ui-integration"])

    assert verdicts(done) == dict.fromkeys(POLICIES["ui-integration"], Verdict.PASS)


def test_the_first_documentation_fails_at_the_line_that_signs_in_wrongly(stream):
    made = stream("documentation", attempts=1)
    said = (SelfJudgement(policy="content", verdict="PASS"),)

    result = made.judge("content", partial=("docs-examples",), self_evaluation=said)

    lines = made.folder.joinpath(GUIDE).read_text().splitlines()
    wrong = next(n for n, line in enumerate(lines, start=1) if "api_key" in line)
    assert result.verdict is Verdict.FAIL
    assert ("current-authentication", Severity.CRITICAL, GUIDE, wrong) in [
        (f.clause, f.severity, f.path, f.line) for f in result.findings
    ]
    assert "examples-work" in {f.clause for f in result.findings}  # it was run, and refused
    assert result.self_evaluation == "The author said PASS, this evaluation says FAIL."


def test_the_repaired_documentation_passes(stream):
    result = stream("documentation").judge("content", partial=("docs-examples",))

    # Where Node or curl is missing, their examples are told as not run.
    assert result.verdict in (Verdict.PASS, Verdict.PASS_WITH_NOTES)
    assert {f.severity for f in result.findings} <= {Severity.MINOR}


def test_without_node_and_curl_the_repaired_documentation_waits_for_a_person(stream, tmp_path):
    made = stream("documentation")
    bare = tmp_path / "bin"
    bare.mkdir()
    for tool in ("git", "bash", "sh"):
        (bare / tool).symlink_to(str(shutil.which(tool)))
    made.search_path = search_path(str(bare))

    done = made.evaluate("content")
    (asked,) = partly.asked(done, ()).results

    assert verdicts(done) == {"content": Verdict.NOT_EVALUATED}
    assert asked.verdict is Verdict.ESCALATE
    assert "node is not installed here" in asked.escalation.recommendation
    assert "curl is not installed here" in asked.escalation.recommendation
    (answering,) = [
        one
        for one in load(EXAMPLE).decisions
        if one.fits("question", asked.escalation.question) and one.decision == "allow"
    ]
    policy = next(one for one in DECLARED if one.key == "content")
    (asked_team,) = [one for one in load(EXAMPLE).teams if one.handle == policy.escalates_to]
    assert answering.by in asked_team.members

    yes = Answered(policy="content", question=asked.escalation.question, allowed=True)
    accepted = made.judge("content", partial=partly.accepted((yes,)))
    assert accepted.verdict is Verdict.PASS_WITH_NOTES
