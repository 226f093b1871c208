"""An outside agent whose work is sent back repairs its own branch, and nothing that is not its own."""

import shutil
import sys
from collections.abc import Sequence

import pytest

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.brains.external_agent import ExternalAgent
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Subject, Verdict
from headrace.capabilities.record.model import ChangeRequest, ChangeState
from headrace.capabilities.streams.model import RunState

pytestmark = pytest.mark.slow

FLEET = """\
role: mission-orchestrator
task: fleet
turns:
  - calls:
      - tool: submit
        arguments:
          title: "{{ facts.mission }}"
          sections:
            streams:
              - name: greeting
                pool: coding-agent-fleet
                division: Core Services
                exclusive: true
                paths: [src/, tests/]
                policies: [security]
            tasks:
              - {task: Say goodbye, stream: greeting, criteria: ["{{ facts.criteria[0].id }}"]}
            monitoring: {quality_threshold: 0.8, escalation: Engineering Manager}
"""

AGENT = """\
import pathlib, sys

work = pathlib.Path("src/farewell.py")
test = pathlib.Path("tests/test_farewell.py")
if not work.exists():
    work.write_text("def goodbye():\\n    return 'adieu'\\n")
    test.write_text(
        "from farewell import goodbye\\n\\n\\ndef test_goodbye():\\n"
        "    '''AC-1'''\\n    assert goodbye() == 'goodbye'\\n"
    )
    print("Said adieu.")
else:
    assert "adieu" in work.read_text()
    assert "The check tests is red" in pathlib.Path(sys.argv[1]).read_text()
    work.write_text(work.read_text().replace("adieu", "goodbye"))
    AGAIN
    print("Said goodbye.")
"""

MEDDLES = """\
  lint:
    run:
      - sh
      - -c
      - >-
        git update-ref refs/heads/exec/bulk-data-export/greeting $(git -c user.name=Else
        -c user.email=else@example.com commit-tree HEAD^{tree} -p HEAD -m "Somebody else's")
"""
"""While the first attempt is judged, somebody else writes on its branch."""


def begin(small, again: str = "pass") -> None:
    """The mission begins; an outside agent does the stream, and `again` besides in its second attempt."""
    script = small.folder / "agent.py"
    script.write_text(AGENT.replace("AGAIN", again))
    small.external = ExternalAgent(argv=(sys.executable, str(script), "{prompt_file}"))
    (small.recordings / "fleet.yaml").write_text(FLEET)
    small.open()
    small.found()
    small.approve_brief(contract=small.contract("Goodbye is said"), design_required=False)


def judged(small, change: ChangeRequest) -> Sequence[Verdict]:
    subject = Subject(kind="change", id=change.id)
    return [one.verdict for one in small.do(governance.judgements_of, subject)]


def attempts(small) -> list:
    return [small.do(agents.result, run.agent_run) for run in small.runs("implement")]


def test_it_repairs_its_own_branch_on_top_of_what_was_sent_back(small):
    begin(small)
    small.settle()

    first, second = attempts(small)
    change = small.change(small.runs("implement")[-1])
    assert judged(small, change) == [Verdict.FAIL, Verdict.PASS]
    assert second.base == first.head
    assert second.changed_paths == ("src/farewell.py",)
    assert change.state is ChangeState.MERGED
    assert set(change.paths) == {"src/farewell.py", "tests/test_farewell.py"}  # judged as a whole
    assert "goodbye" in small.product("show", "main:src/farewell.py").splitlines()[1]


def test_the_second_attempt_may_touch_no_more_than_the_first(small):
    begin(small, again='pathlib.Path("CODEOWNERS").write_text("* @nobody\\n")')
    small.settle()

    first, second = attempts(small)[:2]
    change = small.change(small.runs("implement")[0])
    assert (second.state, second.head) == ("refused", None)
    assert "CODEOWNERS" in second.error
    assert change.head == first.head
    assert judged(small, change) == [Verdict.FAIL]
    assert small.product("show", "main:CODEOWNERS") == "* @tech-lead\n"


def test_commits_of_somebody_else_on_its_branch_are_not_handed_in_as_its_own(small):
    folder = small.folder / "meddled"
    shutil.copytree(small.product_folder, folder, ignore=shutil.ignore_patterns(".git"))
    with (folder / ".headrace/product.yaml").open("a") as file:
        file.write(MEDDLES)
    small.use(folder)
    begin(small)
    small.settle()

    first, second = attempts(small)[:2]
    run = small.runs("implement")[1]
    change = small.change(small.runs("implement")[0])
    assert second.base != first.head
    assert run.state is RunState.FAILED
    assert "which no attempt of this stream made" in run.reasons[0]
    assert change.head == first.head
    assert change.state is not ChangeState.MERGED
