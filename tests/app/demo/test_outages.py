"""The demonstration outlives a database that goes away, and says that it waits."""

from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from headrace.app.demo.driver import Office, PatientOffice
from headrace.app.installation import Installation as Home
from headrace.kernel.database import Database
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


class Away:
    """A reception whose database is away for some calls, and then back."""

    def __init__(self, office: Office, calls: int) -> None:
        self.reception, self.calls, self.keys = office._reception, calls, set()

    def perform(self, call):
        self.keys.add(call.key)
        if self.calls:
            self.calls -= 1
            raise sa.exc.OperationalError("SELECT 1", {}, psycopg.OperationalError("gone"))
        return self.reception.perform(call)


def test_a_call_waits_until_the_database_is_back_and_tells_so(office: Office):
    told: list[str] = []
    away = Away(office, 3)
    patient = PatientOffice(Office(away, "acme"), told.append)

    (grace,) = patient.perform("person.list", {})["items"]

    assert grace["handle"] == "grace"
    assert told == ["The database is away; waiting up to 60 s for it", "The database is back"]
    assert patient.last_away > 0
    assert len(away.keys) == 1


def test_a_server_that_is_killed_between_two_calls_is_brought_back(
    office: Office, installation: Installation
):
    patient = PatientOffice(office, lambda _: None)
    (grace,) = patient.perform("person.list", {})["items"]

    installation.kill()

    assert patient.perform("person.list", {})["items"] == [grace]


def test_a_deed_whose_answer_was_lost_is_not_done_twice(office: Office):
    person = {"handle": "ada", "name": "Ada"}

    first = office.perform("person.add", person, key="k")

    assert office.perform("person.add", person, key="k") == first
