"""The command line: the real one in a process of its own, and its finer points in this one."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from headrace.capabilities.people import service
from headrace.kernel.access import Call, Credentials
from headrace.kernel.capability import Capability, Effect, Http, Operation, Permission
from headrace.kernel.errors import Conflict, HeadraceError, Invalid, NotAllowed, NotFound
from headrace.kernel.house import House
from headrace.surfaces.cli.main import main


@pytest.fixture
def headrace(database, tmp_path):
    """Runs `headrace` on the test's database, as the operator unless a token is given."""
    addresses = database.addresses

    def run(*words: str, token: str = "", stdin: str = "", **settings: str):
        return subprocess.run(
            [sys.executable, "-m", "headrace", *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "HEADRACE_HOME": str(tmp_path / "home"),
                "HEADRACE_DATABASE_OWNER_URL": addresses.owner,
                "HEADRACE_DATABASE_APP_URL": addresses.app,
                "HEADRACE_DATABASE_SYSTEM_URL": addresses.system,
                **({"HEADRACE_TOKEN": token} if token else {}),
                **settings,
            },
        )

    return run


def test_from_nothing_to_a_person_who_works(headrace):
    founded = headrace("organisation", "create", "acme", "--founder", "boss")
    added = headrace("person", "add", "ada", "--name", "Ada L.", "--as", "boss", "--json")
    listed = headrace("person", "list")

    assert (founded.returncode, founded.stderr) == (0, "")
    assert json.loads(added.stdout)["name"] == "Ada L."
    assert "Ada L." in listed.stdout
    assert "handle" in listed.stdout


def test_a_token_is_who_one_is(headrace, acme):
    acme.adds("ada", "people:view")
    token = acme.token("ada")

    whoami = headrace("whoami", "--json", token=token)
    refused = headrace("person", "add", "bob", token=token)

    assert json.loads(whoami.stdout)["handle"] == "ada"
    assert refused.returncode == 5
    assert refused.stdout == ""
    assert refused.stderr.startswith("error: Not allowed: @ada does not hold people:manage")
    assert refused.stderr.count("\n") == 1


def test_an_error_is_json_where_json_is_asked_for(headrace, acme):
    refused = headrace("--json", "person", "deactivate", "nobody")

    assert refused.returncode == 3
    assert json.loads(refused.stderr)["code"] == "people.principal_not_found"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "Unknown command"),
        (["person", "ad"], "Did you mean"),
        (["person", "add"], "requires an argument"),
        (["person", "add", "ada", "--kind", "robot"], '"person", "agent", "service"'),
        (["person", "list", "--limit", "many"], "limit"),
        (["person", "list", "--sort", "name"], "Unknown option"),
    ],
)
def test_a_wrong_call_is_2_and_says_what_is_understood(headrace, acme, words, said):
    refused = headrace(*words)

    assert refused.returncode == 2
    assert said in refused.stderr
    assert refused.stderr.startswith("error: ")


def test_help_is_the_docstring_of_the_operation(headrace):
    helped = headrace("grant", "add", "--help")

    assert helped.returncode == 0
    assert "Grant a right to a principal or a team" in helped.stdout
    assert "--dry-run" in helped.stdout


class Performed:
    """Stands where the reception stands; remembers what it was asked."""

    def __init__(self, answer=None, fault: Exception | None = None):
        self.calls: list[Call] = []
        self.answer = answer
        self.fault = fault

    def __call__(self, call: Call):
        self.calls.append(call)
        if self.fault is not None:
            raise self.fault
        return self.answer


@dataclass(frozen=True, kw_only=True)
class Many:
    thing: str
    names: tuple[str, ...]
    number: int = 5
    loud: bool = False
    note: str = ""
    facts: dict[str, int] | None = None


def a_house(effect=Effect.WRITE) -> House:
    def run(_ctx, _input):
        """Do a thing.

        In two paragraphs.
        """

    toy = Operation(
        name="toy.do_it",
        permission="toy:do",
        input=Many,
        output=type(None),
        run=run,
        http=Http(method="POST", path="/toys/{thing}"),
        effect=effect,
    )
    rights = (Permission(name="toy:do", summary="Do"),)
    return House((Capability(name="toy", operations=(toy,), permissions=rights),))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["a", "b", "c"], {"thing": "a", "names": ["b", "c"]}),
        (["a", "--names", "b", "--names", "c"], {"thing": "a", "names": ["b", "c"]}),
        (["--thing", "a", "--names", "b", "--loud"], {"thing": "a", "names": ["b"], "loud": True}),
        (["a", "b", "--number", "-3"], {"thing": "a", "names": ["b"], "number": "-3"}),
        (
            ["a", "b", "--facts", '{"x": 1}'],
            {"thing": "a", "names": ["b"], "facts": {"x": 1}},
        ),
        (["@vp-product", "b"], {"thing": "@vp-product", "names": ["b"]}),
        (["@@a.b", "b"], {"thing": "@a.b", "names": ["b"]}),
        (["a", "b", "--note", "@note.md"], {"thing": "a", "names": ["b"], "note": "long\ntext"}),
        (["a", "b", "--facts", "@./facts.json"], {"thing": "a", "names": ["b"], "facts": {"y": 2}}),
    ],
)
def test_words_become_the_input(words, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.md").write_text("long\ntext")
    (tmp_path / "facts.json").write_text('{"y": 2}')
    performed = Performed()

    assert main(["toy", "do-it", *words], house=a_house(), perform=performed) == 0
    assert performed.calls[0].input == expected


def test_a_text_comes_from_standard_input(headrace, acme):
    added = headrace("person", "add", "ada", "--name", "@-", "--json", stdin="Ada of\nthe pipe")

    assert json.loads(added.stdout)["name"] == "Ada of\nthe pipe"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a", "b", "--note", "@absent.md"], "cannot read absent.md"),
        (["a", "b", "--facts", "{"], "takes JSON"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_done(words, said, capsys):
    performed = Performed()

    assert main(["toy", "do-it", *words], house=a_house(), perform=performed) == 2
    assert said in capsys.readouterr().err
    assert not performed.calls


def test_switches_reach_the_call_wherever_they_stand():
    performed = Performed()

    words = ["--as", "boss", "--json", "toy", "do-it", "a", "b", "--dry-run", "--organisation=acme"]
    main([*words, "--key", "k1"], house=a_house(), perform=performed)

    assert performed.calls == [
        Call(
            operation="toy.do_it",
            input={"thing": "a", "names": ["b"]},
            credentials=Credentials(organisation="acme", stand_in="boss", trusted=True),
            key="k1",
            dry_run=True,
        )
    ]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Invalid("wrong"), 2),
        (NotFound("gone"), 3),
        (Conflict("taken"), 4),
        (NotAllowed("no"), 5),
        (HeadraceError("odd"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_family_of_errors_has_its_exit_code(fault, code, capsys):
    assert main(["toy", "do-it", "a", "b"], house=a_house(), perform=Performed(fault=fault)) == code


def test_a_defect_is_1_and_shows_no_insides(capsys, caplog):
    performed = Performed(fault=RuntimeError("the secret is Suleika"))

    assert main(["toy", "do-it", "a", "b"], house=a_house(), perform=performed) == 1
    told = capsys.readouterr().err
    assert "Suleika" not in told
    assert "err_" in told
    assert told.split()[-1] in caplog.text


def test_a_table_shows_every_fact_and_no_steering_of_the_terminal(capsys):
    rows = [
        {"name": "a\x1b[2Jb", "right": {"pattern": "x:*"}, "on": True, "tags": ["p", "q"]},
        {"name": "[red]c", "right": {"pattern": "*"}, "on": False, "tags": []},
    ]

    main(
        ["toy", "do-it", "a", "b"],
        house=a_house(),
        perform=Performed({"items": rows, "next": "c"}),
    )

    printed = capsys.readouterr()
    assert "\x1b" not in printed.out
    assert "right.pattern" in printed.out
    assert "[red]c" in printed.out
    assert "p, q" in printed.out
    assert "go on with c" in printed.err


def test_a_long_fact_is_not_folded(capsys):
    secret = "hr_" + "a" * 300

    main(["toy", "do-it", "a", "b"], house=a_house(), perform=Performed({"secret": secret}))

    assert f"secret  {secret}\n" in capsys.readouterr().out


def test_commands_that_are_no_operations_stand_beside_them(capsys):
    def up(port: int = 1) -> int:
        """Start."""
        return port

    extras = {"up": up}

    assert main(["up", "--port", "7"], house=a_house(), perform=Performed(), extras=extras) == 7
    assert main(["up"], house=a_house(), perform=Performed(), extras=extras) == 1


def test_a_rehearsal_answers_and_leaves_no_trace(headrace, acme):
    acme.adds("boss", "*")

    rehearsed = headrace("person", "add", "ada", "--dry-run", "--as", "boss", "--json")

    assert json.loads(rehearsed.stdout)["handle"] == "ada"
    assert "nothing was changed" in rehearsed.stderr
    assert [one.handle for one in acme.as_system(service.principals)] == ["boss"]
    assert acme.events("people.stood_in") == []


def test_the_operator_is_recorded_when_acting_in_a_name(headrace, acme):
    acme.adds("boss", "*")

    headrace("person", "add", "ada", "--as", "boss")

    assert [event["operation"] for event in acme.events("people.stood_in")] == ["person.add"]


def test_with_several_organisations_one_is_to_be_named(headrace, acme, units):
    from capabilities.people.company import Company

    Company(units, slug="globex").adds("eve")

    assert headrace("person", "list").returncode == 2
    assert "eve" in headrace("person", "list", "--organisation", "globex").stdout
    assert "eve" not in headrace("person", "list", HEADRACE_ORGANISATION="acme").stdout


def test_a_reader_that_has_seen_enough_is_no_error(acme, tmp_path):
    program = (
        "import sys\n"
        "from headrace.kernel.house import House\n"
        "from headrace.surfaces.cli.main import main\n"
        "sys.stdin.readline()\n"
        "def print_much(): print('x' * 10_000_000)\n"
        "sys.exit(main(['much'], house=House(()), perform=print, extras={'much': print_much}))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.close()
        process.stdin.write("go\n")
        process.stdin.flush()

        assert process.wait(30) == 0
        assert process.stderr.read() == ""
