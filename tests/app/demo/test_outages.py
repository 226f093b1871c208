"""The demonstration outlives a database that goes away, and says that it waits."""

import os
import signal
from pathlib import Path

import pytest

from headrace.app.demo.driver import Office, PatientOffice
from headrace.app.installation import Installation as Home
from headrace.kernel.database import Database
from headrace.kernel.postgres import start
from headrace.settings import Settings
from installation import Installation


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    home = Home(Settings(home=tmp_path, organisation="acme"))
    home.__dict__["database"] = database  # the test's own in place of one in the home
    office = Office(home.reception, "acme")
    office.perform("organisation.create", {"slug": "acme", "name": "Acme"}, nowhere=True)
    office.perform("person.add", {"handle": "grace", "name": "Grace"})
    return office


def kill(installation: Installation) -> None:
    os.kill(start(installation.directory).pid, signal.SIGKILL)


def test_a_call_waits_until_the_database_is_back_and_tells_so(
    office: Office, installation: Installation
):
    told: list[str] = []
    patient = PatientOffice(office, told.append)
    (grace,) = patient.perform("person.list", {})["items"]
    assert (told, patient.last_away) == ([], 0.0)

    kill(installation)

    assert patient.perform("person.list", {})["items"] == [grace]
    assert told == ["The database is away; waiting up to 60 s for it", "The database is back"]
    assert patient.last_away > 0


def test_a_deed_whose_answer_was_lost_is_not_done_twice(office: Office):
    person = {"handle": "ada", "name": "Ada"}

    first = office.perform("person.add", person, key="k")

    assert office.perform("person.add", person, key="k") == first
