"""Recordings that several tests play: a whole small implementation, and one that does nothing."""

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

SUBMIT = """\
    role: coding-agent
    task: implement
    turns:
      - text: Nothing to do.
        calls:
          - {tool: submit, arguments: {summary: nothing}}
"""
