"""Settings as an operator is told them: every one, where it comes from, and never a secret."""

import json
from pathlib import Path

import pytest

from headrace.app.installation import Installation
from headrace.app.telling_settings import told
from headrace.capabilities.control.model import SettingLines
from headrace.kernel.json import to_json
from headrace.settings import Settings

SECRET = "sk-nobody-may-see-4711"


@pytest.fixture
def lines(monkeypatch):
    """The settings under an environment, by name."""

    def under(**environment: str):
        for name, value in environment.items():
            monkeypatch.setenv(f"HEADRACE_{name}", value)
        found = told(Settings(), home=Path("/srv/headrace"), from_home={"clock": Path("/x/clock")})
        return {one.name: one for one in found.items}

    return under


def test_every_setting_is_told_with_its_meaning(lines):
    found = lines()

    assert set(found) == {f"HEADRACE_{name.upper()}" for name in Settings.model_fields}
    assert all(one.meaning for one in found.values())


def test_where_a_value_comes_from_is_told(lines):
    found = lines(PORT="9100")

    assert (found["HEADRACE_PORT"].value, found["HEADRACE_PORT"].source) == ("9100", "environment")
    assert (found["HEADRACE_HOST"].value, found["HEADRACE_HOST"].source) == ("127.0.0.1", "default")
    assert (found["HEADRACE_CLOCK"].value, found["HEADRACE_CLOCK"].source) == ("/x/clock", "home")
    assert found["HEADRACE_HOME"].value == "/srv/headrace"


def test_what_the_environment_says_goes_before_a_file_of_the_home(lines):
    found = lines(CLOCK="real")

    assert (found["HEADRACE_CLOCK"].value, found["HEADRACE_CLOCK"].source) == (
        "real",
        "environment",
    )


def test_of_a_secret_nothing_is_told_but_that_it_is_there(lines):
    found = lines(
        MODEL_KEY=SECRET,
        DATABASE_URL=f"postgresql://a:{SECRET}@db/x",
        EXTERNAL_AGENT_ENVIRONMENT=json.dumps({"AGENT_KEY": SECRET}),
    )

    assert SECRET not in str(to_json(SettingLines(items=tuple(found.values()))))
    assert SECRET not in repr(found)
    assert (found["HEADRACE_MODEL_KEY"].value, found["HEADRACE_MODEL_KEY"].is_secret) == (
        "set",
        True,
    )
    assert found["HEADRACE_EXTERNAL_AGENT_ENVIRONMENT"].value == "AGENT_KEY"
    assert found["HEADRACE_TOKEN"].value == ""


def test_a_machines_house_declares_its_settings(tmp_path):
    house = Installation(Settings(home=tmp_path)).house

    (declared,) = house.declared(SettingLines)
    assert {one.name: one.value for one in declared.items}["HEADRACE_HOME"] == str(tmp_path)
