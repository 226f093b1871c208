"""What coding decides by reading: each rule on texts that keep it and texts that break it."""

import pytest

from headrace.capabilities.coding.model import AcceptanceCriterion, Behaviour, State
from headrace.capabilities.coding.rules import acceptance, evidence, markup, pages, verdicts
from headrace.capabilities.coding.rules.acceptance import Case, Outcome
from headrace.capabilities.coding.rules.answers import bare_errors
from headrace.capabilities.coding.rules.boundaries import crossings, missing
from headrace.capabilities.coding.rules.changes import added
from headrace.capabilities.coding.rules.delivery import asks_a_flag, one_way
from headrace.capabilities.coding.rules.marks import own_marks
from headrace.capabilities.coding.rules.novelty import novelty
from headrace.capabilities.coding.rules.python import is_test, module, modules
from headrace.capabilities.coding.rules.queries import Sort, unbounded
from headrace.capabilities.coding.rules.routes import routes
from headrace.capabilities.coding.rules.telemetry import emitted, leaks
from headrace.packs.enterprise.policies import ARCHITECTURE

KNOWN = {"src/shop/store.py": "import json\nimport logging\n\nlog = logging.getLogger('shop')\n"}
FAN_OUT = """
from concurrent.futures import ThreadPoolExecutor


def every(pieces, make):
    with ThreadPoolExecutor(4) as pool:
        yield from pool.map(make, pieces)
"""


def score(text, before=KNOWN, patterns=()):
    return novelty(before, {"src/shop/change.py": text}, patterns).score


def test_a_change_made_of_what_the_code_base_uses_is_not_novel():
    assert score("import json\n\n\ndef read(text):\n    return json.loads(text)\n") < 0.2


def test_concurrency_that_nobody_used_before_is_novel():
    found = novelty(KNOWN, {"src/shop/change.py": FAN_OUT}, ())

    assert found.score > 0.7
    names = {one.name for one in found.files[0].unknown}
    assert {"concurrent.futures", "concurrent.futures.ThreadPoolExecutor.map"} <= names


@pytest.mark.parametrize("pattern", ["concurrent.futures", "Concurrent Futures"])
def test_an_accepted_decision_makes_a_pattern_known(pattern):
    assert score(FAN_OUT, patterns=[pattern]) == 0


def test_what_the_code_base_does_already_is_known_but_what_its_tests_do_is_not():
    assert score(FAN_OUT, {**KNOWN, "src/shop/other.py": FAN_OUT}) == 0
    assert score(FAN_OUT, {**KNOWN, "tests/test_other.py": FAN_OUT}) > 0.7


def test_what_is_committed_beside_a_new_pattern_does_not_make_it_less_new():
    ordinary = "import logging\n\nlog = logging.getLogger('shop')\n"
    plain = {f"src/shop/plain_{n}.py": ordinary for n in range(50)}

    assert novelty(KNOWN, {**plain, "src/shop/change.py": FAN_OUT}, ()).score == score(FAN_OUT)


def test_a_new_pattern_cut_into_small_files_is_as_new_as_in_one():
    modules = ("csv", "zlib", "hmac", "shelve", "sched", "wave", "curses", "cmd", "bz2", "dbm")
    pieces = {f"src/shop/{one}_part.py": f"import {one}\n\n{one}.run()\n" for one in modules}

    found = novelty(KNOWN, pieces, ())

    assert max(file.score for file in found.files) < 0.7
    assert found.score == found.whole == 1.0
    assert {file.path for file in found.above(0.7)} == set(pieces)
    assert "1.00 in the whole change" in found.told()


def test_a_new_pattern_in_an_old_file_is_not_diluted_by_what_stood_there():
    old = "import json\n" + "".join(
        f"\n\ndef f{n}(x):\n    return json.loads(x)\n" for n in range(9)
    )
    old += "".join(f"import m{n}\n\nm{n}.run()\n" for n in range(40))
    before = {**KNOWN, "src/shop/change.py": old}

    assert score(f"{old}\n\n{FAN_OUT}", before) > 0.7
    assert score(f"{old}\n\nprint(json.loads('1'))\n", before) == 0


def test_the_score_is_told_with_the_file_and_the_share_of_the_whole():
    ordinary = "".join(f"import m{n}\n\nm{n}.run()\n" for n in range(20))
    before = {**KNOWN, "src/shop/old.py": ordinary}
    changed = {"src/shop/plain.py": ordinary, "src/shop/change.py": FAN_OUT}

    found = novelty(before, changed, ())

    assert found.whole < found.score
    assert f"{found.score:.2f} in src/shop/change.py" in found.told()
    assert [file.path for file in found.above(0.7)] == ["src/shop/change.py"]
    assert found.above(1.0) == ()


def test_one_new_import_in_a_small_file_is_no_new_pattern():
    assert score("import csv\n\n\ndef write(file):\n    return csv.writer(file)\n") < 0.5


def test_a_dependency_that_the_product_declared_is_known():
    text = "import duckdb\n"
    declared = {**KNOWN, "pyproject.toml": '[project]\ndependencies = ["duckdb>=1"]\n'}

    assert score(text, declared) == 0
    assert score(text) > 0


def test_the_products_own_modules_and_the_words_of_types_are_no_constructs():
    before = {**KNOWN, "src/shop/queue.py": "import json\n"}

    assert score("from typing import Any\n\nfrom shop import queue\n\nqueue.take()\n", before) == 0


@pytest.mark.parametrize("before", [{}, {"README.md": "# Shop"}], ids=["empty", "no Python"])
def test_without_a_code_base_there_is_no_score(before):
    assert score(FAN_OUT, before) is None


def test_a_file_that_is_no_python_breaks_nothing():
    assert score("def (:\n") == 0


GUARD = """
from typing import Annotated
from fastapi import APIRouter, Depends
def signed_in(): ...
def the_service(): ...
SignedIn = Annotated[str, Depends(signed_in)]
TheService = Annotated[str, Depends(the_service)]
router = APIRouter(prefix="/orders")
"""


@pytest.mark.parametrize(
    ("code", "guarded"),
    [
        ('@router.get("/{id}")\ndef show(id: str, who: SignedIn): ...', True),
        ('@router.get("/{id}")\ndef show(id: str, who=Depends(signed_in)): ...', True),
        ('@router.get("/{id}", dependencies=[Depends(signed_in)])\ndef show(id: str): ...', True),
        ('@router.get("/{id}")\n@login_required\ndef show(id: str): ...', True),
        ('@router.get("/{id}")\ndef show(id: str, service: TheService): ...', False),
        ('@router.get("/{id}")\ndef show(id: str): ...', False),
    ],
    ids=["alias", "default", "on the route", "decorator", "another dependency", "nothing"],
)
def test_a_route_is_guarded_by_a_dependency_on_the_caller(code, guarded):
    (route,) = routes(modules({"src/api.py": GUARD + code}))

    assert route.name == "GET /orders/{}"
    assert bool(route.guards) is guarded


def test_a_guard_where_the_router_is_made_or_mounted_counts_for_all_its_routes():
    bare = 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/x")\ndef x(): ...\n'
    app = "from api import router\napp.include_router(router, dependencies=[Depends(signed_in)])\n"

    (mounted,) = routes(modules({"src/api.py": bare, "src/app.py": app}), ["src/api.py"])
    (alone,) = routes(modules({"src/api.py": bare}))

    assert mounted.guards
    assert not alone.guards


def test_a_prefix_may_stand_in_another_module():
    code = (
        "from fastapi import APIRouter\nfrom names import BULK\nrouter = APIRouter(prefix=BULK)\n"
    )
    code += '@router.delete("/{job}")\ndef stop(job: str): ...\n'

    (route,) = routes(modules({"api.py": code, "names.py": 'BULK = "/bulk"\n'}), ["api.py"])

    assert route.name == "DELETE /bulk/{}"


def test_a_signature_that_somebody_gets_is_a_permission_and_one_that_nobody_looks_at_is_none():
    used = '@router.get("/f")\ndef f(signature: str):\n    return check(signature)'
    unused = '@router.get("/f")\ndef f(signature: str):\n    return 1'

    assert routes(modules({"a.py": GUARD + used}))[0].signed
    assert not routes(modules({"a.py": GUARD + unused}))[0].signed


@pytest.mark.parametrize(
    ("signature", "faults"),
    [
        ("body: OrderIn", 0),
        ("body: dict[str, object]", 1),
        ("request: Request", 1),
    ],
)
def test_input_without_a_model_is_told(signature, faults):
    code = f'@router.post("")\ndef add({signature}):\n    return request.json()'
    code = code if "request:" in signature else code.replace("request.json()", "1")

    assert len(routes(modules({"a.py": GUARD + code}))[0].unchecked) == faults


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('raise HTTPException(status_code=429, detail="Wait")', 1),
        ('raise HTTPException(429, detail="Wait", headers={"Retry-After": "5"})', 0),
        ("return JSONResponse({}, status_code=429)", 1),
        ('raise TooMany("Wait.")', 1),
        ('raise TooMany("Wait.", headers={"Retry-After": str(wait)})', 0),
        ('raise Crowded("Wait.")', 1),
        ("raise HTTPException(status_code=404)", 1),
        ('raise HTTPException(status_code=404, detail="No such order.")', 0),
    ],
)
def test_an_error_tells_what_to_do(code, found):
    errors = "class TooMany(Problem):\n    status, code = 429, 'too_many'\n"
    errors += "class Crowded(TooMany):\n    pass\n"
    read = modules({"errors.py": errors, "api.py": f"def serve():\n    {code}\n"})

    assert len(bare_errors(read, ["api.py"])) == found


def test_a_class_that_brings_retry_after_by_itself_is_fine():
    errors = "class TooMany(Problem):\n    status = 429\n    headers = {'Retry-After': '5'}\n"

    assert not bare_errors(modules({"a.py": errors + "raise TooMany()\n"}), ["a.py"])


DIVISIONS = {"core": ["src/api/"], "data": ["src/data/"]}
BEFORE = {
    "src/api/__init__.py": "",
    "src/api/old.py": "from data import store\n",
    "src/data/__init__.py": "",
    "src/data/store.py": "",
    "src/data/secret/__init__.py": "",
    "src/data/secret/keys.py": "",
}


@pytest.mark.parametrize(
    ("code", "crossed"),
    [
        ("from data import store\n", []),
        ("from data.secret import keys\n", ["src/data/secret"]),
        ("import data.secret.keys\n", ["src/data/secret"]),
        ("from api import old\n", []),
    ],
    ids=["as before", "a package of theirs", "as a module", "its own"],
)
def test_a_new_import_from_another_division_is_a_crossing(code, crossed):
    found = crossings(BEFORE, BEFORE | {"src/api/new.py": code}, ["src/api/new.py"], DIVISIONS)

    assert [one.module for one in found] == crossed


def test_a_promise_is_kept_by_a_definition_a_text_or_a_route():
    code = GUARD + 'class Order: ...\nNAMES = ("order.source",)\n@router.post("")\ndef add(): ...\n'
    promised = ["Order", '"order.source"', "POST /orders", "Invoice", "GET /orders/{id}"]

    assert missing(promised, {"src/a.py": code}, ["src/a.py"]) == ("Invoice", "GET /orders/{id}")


@pytest.mark.parametrize(
    ("code", "sorts"),
    [
        ('db.execute("SELECT * FROM orders").fetchall()', [Sort.EVERYTHING]),
        ('db.execute("SELECT * FROM orders WHERE shop = ?", (1,)).fetchall()', [Sort.FILTERED]),
        ('db.execute("SELECT * FROM orders LIMIT ?", (9,)).fetchall()', []),
        ('db.execute("SELECT count(*) FROM orders").fetchone()', []),
        ('db.execute("SELECT * FROM orders WHERE id = ?", (1,))', []),
        ('db.execute("SELECT * FROM orders").fetchone()', []),
        ("session.query(Order).all()", [Sort.EVERYTHING]),
        ("session.query(Order).filter(Order.shop == 1).all()", [Sort.FILTERED]),
        ("session.query(Order).limit(10).all()", []),
        (
            'for row in rows:\n        db.execute("SELECT * FROM a WHERE id = ?", (row,))',
            [Sort.LOOP],
        ),
        ('[db.execute("SELECT 1 FROM a WHERE id = ?", (r,)) for r in rows]', [Sort.LOOP]),
        ('for row in db.execute("SELECT * FROM a LIMIT 5"):\n        print(row)', []),
        ('for name in ("a", "b"):\n        db.execute("SELECT 1 LIMIT 1")', []),
        ("ThreadPoolExecutor()", [Sort.RESOURCE]),
        ("ThreadPoolExecutor(4)", []),
        ("asyncio.gather(*jobs)", [Sort.RESOURCE]),
        ("subprocess.run(argv)", [Sort.RESOURCE]),
        ("subprocess.run(argv, timeout=5)", []),
    ],
)
def test_work_without_a_bound_is_found(code, sorts):
    text = "import asyncio\nimport subprocess\n"
    text += "from concurrent.futures import ThreadPoolExecutor\n\n\ndef work(db, rows):\n    "

    assert [one.sort for one in unbounded(modules({"a.py": f"{text}{code}\n"}))] == sorts


def test_a_statement_is_read_through_a_name():
    code = 'def work(db):\n    wanted = f"SELECT * FROM {table}"\n    return db.execute(wanted)\n'

    assert [one.sort for one in unbounded(modules({"a.py": code}))] == [Sort.EVERYTHING]


def page(body, kind="how-to"):
    return f"---\ntype: {kind}\n---\n# Title\n\n{body}\n"


def faults(text, known=()):
    return [
        (f.clause, f.line)
        for f in pages.faults("docs/a.md", text, {"docs/a.md", "docs/b.md"}, known, typed=True)
    ]


@pytest.mark.parametrize(
    ("line", "clause"),
    [
        ('urlopen(f"{url}/orders?api_key={key}")', pages.AUTHENTICATION),
        ("curl https://anna:hunter2@shop.example/orders", pages.AUTHENTICATION),
        ("curl --insecure https://shop.example", pages.AUTHENTICATION),
        ("requests.get(url, verify=False)", pages.AUTHENTICATION),
        ("Authorization: Bearer abcdef0123456789abcdef", pages.AUTHENTICATION),
        ('headers = {"Authorization": f"Bearer {token}"}', None),
    ],
)
def test_an_example_is_judged_by_how_it_signs_in(line, clause):
    found = faults(page(f"```python\nimport os\n{line}\n```"))

    assert found == ([(clause, 8)] if clause else [])


def test_prose_about_a_withdrawn_way_is_no_example_of_it():
    assert faults(page("A key in the address (`?api_key=`) is refused.")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (page("Words."), []),
        ("# Title\n", [(pages.TYPE, 1)]),
        (page("Words.", "poem"), [(pages.TYPE, 1)]),
        (page("1. Do this.\n2. And this.", "reference"), [(pages.TYPE, 6)]),
        (page("[there](b.md#part)"), []),
        (page("[nowhere](c.md)"), [(pages.CLAIMS, 6)]),
        (page("[outside](https://example.com/x)"), []),
        (page("```text\n[code](c.md)\n```"), []),
    ],
)
def test_a_page_keeps_its_type_and_its_links(text, found):
    assert faults(text) == found


def test_a_route_on_a_page_is_in_code_or_contract():
    contract = {"docs/openapi.json": '{"paths": {"/orders/{number}": {"get": {}}}}'}
    known = pages.routes_of_contracts(contract)

    assert faults(page("Ask `GET /orders/{id}`."), known) == []
    assert faults(page("Ask `PUT /orders/{id}`."), known) == [(pages.CLAIMS, 6)]


def test_metrics_logs_and_spans_are_seen_by_their_names():
    code = (
        'made = Counter("orders_total", "Orders.", ["shop"])\n'
        'log.info("order made", extra={})\n'
        'tracer.start_as_current_span("make")\n'
        "counter(items)\n"
    )

    found = [(one.kind, one.name) for one in emitted(modules({"a.py": code}))]

    assert found == [("metric", "orders_total"), ("log", "order made"), ("span", "make")]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('Counter("a_total", "A.", ["user_id"])', 1),
        ('Histogram("a_seconds", "A.", labelnames=("path",))', 1),
        ('Counter("a_total", "A.", ["format", "status"])', 0),
        ('log.info("in", extra={"token": token})', 1),
        ('logger.warning("bad %s", user.password)', 1),
        ('log.info("in", extra={"job": job})', 0),
    ],
)
def test_labels_without_a_bound_and_secrets_in_logs_are_leaks(code, found):
    assert len(leaks(modules({"a.py": code}))) == found


@pytest.mark.parametrize(
    ("html", "clauses"),
    [
        ('<label>Name <input name="n"></label>', []),
        ('<label for="n">Name</label><input id="n">', []),
        ('<input name="n">', [markup.ACCESSIBLE]),
        ('<input name="n" type="hidden">', []),
        ('<input aria-labelledby="gone">', [markup.ACCESSIBLE]),
        ("<button></button>", [markup.ACCESSIBLE]),
        ('<button aria-label="Close"></button>', []),
        ('<img src="a.png">', [markup.ACCESSIBLE]),
        ('<img src="a.png" alt="">', []),
        ("<h1>One</h1><h3>Three</h3>", [markup.ACCESSIBLE]),
        ("<html><head><title>T</title></head><body></body></html>", [markup.ACCESSIBLE]),
        ('<div onclick="go()">Go</div>', [markup.KEYBOARD]),
        ('<div role="button" tabindex="0" onclick="go()">Go</div>', []),
        ('<a href="#" tabindex="3">Go</a>', [markup.KEYBOARD]),
        ('<div role="progressbar" aria-label="P" aria-valuenow="1"></div>', [markup.STATES]),
        (
            '<div role="progressbar" aria-label="P" aria-valuenow="1"></div><p role="status"></p>',
            [],
        ),
    ],
)
def test_markup_keeps_nobody_out(html, clauses):
    assert [one.clause for one in markup.barriers(html)] == clauses


def test_a_control_written_by_hand_is_told_where_there_is_a_component():
    assert markup.homemade('<button>Go</button>{{ button("x") }}', {"button"}) == ("button",)
    assert markup.homemade("<button>Go</button>", set()) == ()
    assert markup.homemade("{# <button> #}", {"button"}) == ()


@pytest.mark.parametrize(
    ("code", "steps"),
    [
        ('SQL = ("CREATE TABLE a (id TEXT)",)', 0),
        ('SQL = "ALTER TABLE a DROP COLUMN b"', 1),
        ('SQL = "DROP TABLE a"', 1),
        ('SQL = "ALTER TABLE a ADD COLUMN b TEXT NOT NULL"', 1),
        ("SQL = \"ALTER TABLE a ADD COLUMN b TEXT NOT NULL DEFAULT ''\"", 0),
        ('op.drop_column("a", "b")', 1),
    ],
)
def test_a_step_of_the_data_that_cannot_be_taken_back_is_found(code, steps):
    assert len(one_way(modules({"a.py": code}), {})) == steps


def test_a_flag_is_seen_where_it_is_asked_for():
    assert asks_a_flag(modules({"a.py": "if service.flags.is_on(FLAG): ..."}))
    assert not asks_a_flag(modules({"a.py": "if service.is_open(): ..."}))


def case(name, outcome=Outcome.PASSED, where="tests.test_orders"):
    return Case(module=where, name=name, outcome=outcome)


@pytest.mark.parametrize(
    ("test", "found"),
    [
        ("tests/test_orders.py::test_limit", ["test_limit[1]", "test_limit[2]"]),
        ("tests/test_other.py::test_limit", []),
        ("test_limit", ["test_limit[1]", "test_limit[2]"]),
        ("tests/test_orders.py::test_lim", []),
    ],
)
def test_a_test_is_found_by_its_id_with_all_its_cases(test, found):
    records = [case("test_limit[1]"), case("test_limit[2]"), case("test_limits")]

    assert [record.name for record in acceptance.of_id(test, records)] == found


TESTS = [
    module("tests/test_orders.py", 'def test_a():\n    """Scenario: Rate limiting enforced"""\n')
]


@pytest.mark.parametrize(
    ("behaviour", "records", "shown"),
    [
        (Behaviour(scenario="Rate limiting enforced"), [case("test_a")], True),
        (Behaviour(scenario="Rate limiting"), [case("test_b")], False),
        (Behaviour(scenario="Orders are kept"), [case("test_that_orders_are_kept")], True),
        (Behaviour(scenario="X", test="test_a"), [case("test_a", Outcome.FAILED)], False),
        (Behaviour(scenario="X", test="test_a"), [case("test_a", Outcome.SKIPPED)], False),
        (Behaviour(scenario="X", test="test_a"), [], False),
    ],
    ids=["by docstring", "by nothing", "by name", "failed", "skipped", "did not run"],
)
def test_a_behaviour_is_shown_by_a_test_that_ran_and_passed(behaviour, records, shown):
    (found,) = acceptance.behaviours([behaviour], records, TESTS)

    assert found.shown is shown


@pytest.mark.parametrize(
    ("criterion", "checks", "shown"),
    [
        (AcceptanceCriterion(id="AC-1", text="", tests=("test_a",)), {}, True),
        (AcceptanceCriterion(id="AC-1", text="", tests=("test_a", "test_z")), {}, False),
        (AcceptanceCriterion(id="AC-1", text="", checks=("docs",)), {"docs": True}, True),
        (AcceptanceCriterion(id="AC-1", text="", checks=("docs",)), {"docs": False}, False),
        (AcceptanceCriterion(id="AC-1", text="", checks=("docs",)), {}, False),
        (AcceptanceCriterion(id="AC-1", text=""), {}, False),
    ],
    ids=["test", "one test missing", "check", "red check", "check not run", "nothing"],
)
def test_a_criterion_is_met_only_when_all_that_should_show_it_does(criterion, checks, shown):
    (found,) = acceptance.criteria([criterion], [case("test_a")], [], {}, checks)

    assert found.shown is shown


def test_a_test_that_is_marked_to_be_skipped_was_weakened_and_a_new_one_was_not():
    before = module("tests/test_a.py", "def test_a(): ...\ndef test_gone(): ...\n")
    mark = "@pytest.mark.skip\n"
    after = module("tests/test_a.py", f"{mark}def test_a(): ...\n{mark}def test_new(): ...\n")

    assert acceptance.weakened(before, after) == ((1, "test_a: pytest.mark.skip"),)
    assert acceptance.vanished(before, after) == ("test_gone",)


def test_what_changes_from_run_to_run_is_no_evidence():
    one = "3 passed in 0.12s at 0x7f00deadbeef, /tmp/headrace-x/a.py, 127.0.0.1:43121"
    other = "3 passed in 9.80s at 0x7f11deadbeef, /tmp/headrace-y/b.py, 127.0.0.1:51200"

    assert evidence.steady(one) == evidence.steady(other)


def test_a_place_is_read_from_a_tools_line_only_when_the_file_is_known():
    line = "docs/a.md:7: critical: content.one-type: two types\nother.md:1: major: x: y\n"

    (found,) = evidence.placed(line, {"docs/a.md"})

    assert (found.path, found.line, found.severity) == ("docs/a.md", 7, "critical")
    assert found.message == "content.one-type: two types"


def test_added_lines_are_those_that_were_not_there():
    assert added("a\nb\nc\n", "a\nx\nb\nc\ny\n") == {2, 5}
    assert added(None, "a\nb\n") == {1, 2}


@pytest.mark.parametrize(
    ("path", "tests"),
    [
        ("tests/test_a.py", True),
        ("src/a/test_b.py", True),
        ("conftest.py", True),
        ("ui/panel.test.mjs", True),
        ("src/testing.py", False),
        ("src/contest.py", False),
    ],
)
def test_tests_are_told_by_their_names(path, tests):
    assert is_test(path) is tests


PROJECT = '[project]\ndependencies = ["a"]\n[tool.ruff]\nline-length = 100\n'


@pytest.mark.parametrize(
    ("path", "before", "after", "marks"),
    [
        ("pytest.ini", "[pytest]\n", "[pytest]\naddopts = -k a\n", ("pytest.ini",)),
        ("pyproject.toml", PROJECT, PROJECT.replace('"a"', '"a", "b"'), ()),
        ("pyproject.toml", PROJECT, PROJECT.replace("100", "200"), ("pyproject.toml",)),
        ("checks/docs.py", "", "pass\n", ("checks/docs.py",)),
        ("src/a.py", "", "pass\n", ()),
    ],
)
def test_the_files_that_a_change_is_judged_by_are_known(path, before, after, marks):
    found = own_marks([path], {path: before}, {path: after}, ["python", "checks/docs.py"])

    assert found == marks


def test_a_criterion_that_no_tool_looked_at_was_not_evaluated():
    rows = verdicts.rows(ARCHITECTURE, (), ())

    assert {row.state for row in rows} == {State.NOT_EVALUATED}
    assert verdicts.verdict(ARCHITECTURE, rows, (), None, red=False) == "NOT EVALUATED"
