"""Runs from claim to end, on a real worktree: by recordings, skills, instruments, outside agents, people."""

IMPLEMENT = """\
    role: coding-agent
    task: implement
    turns:
      - text: I look first.
        calls:
          - {tool: list_files, arguments: {path: src/api}}
          - {tool: read_file, arguments: {path: src/api/routes.py}}
          - {tool: search, arguments: {pattern: "class +Export"}}
      - text: "I write {{ facts.what }}."
        calls:
          - {tool: write_file, arguments: {path: src/api/export.py, content: "NAME = 'export'\\n"}}
          - {tool: edit_file, arguments: {path: src/api/routes.py, old: "[]", new: "['export']"}}
          - {tool: delete_file, arguments: {path: src/api/model.py}}
          - {tool: run_check, arguments: {check: compiles}}
      - text: I hand it in.
        calls:
          - tool: submit
            arguments:
              summary: "The export is there, {{ results.run_check.status }}."
              self_evaluation: [{policy: architecture, verdict: PASS, because: it is small}]
"""


def test_a_recorded_agent_writes_runs_a_check_and_its_work_is_committed(company):
    company.play(IMPLEMENT)

    result = company.work()

    assert (result.state, result.error) == ("succeeded", "")
    assert result.submitted["summary"] == "The export is there, passed."
    assert result.changed_paths == ("src/api/export.py", "src/api/model.py", "src/api/routes.py")
    assert company.git("rev-parse", "exec/export/api") == result.head
    assert company.show("src/api/export.py") == "NAME = 'export'"
    assert company.show("src/api/routes.py") == "ROUTES = ['export']"
    assert company.worktrees == []
