"""The way back, rehearsed on a flag: cut off anywhere it is repeated, and leaves the flag as it was."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from capabilities.people.company import Company
from headrace.app.house import compose
from headrace.capabilities.agents.model import CheckOutcome, CheckStatus
from headrace.capabilities.deployments.model import Deployment, Deployments, DeploymentState
from headrace.capabilities.flags import service as flags
from headrace.capabilities.flags.model import Definition, Rule, Serving, Share
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.unit import Units
from headrace.packs.enterprise.ship import trying

FLAG = "farewell_enabled"
PRODUCT = trying.ReleaseManifest(flag=FLAG, probe=("probe",))


class Died(BaseException):
    """The process is gone; nothing may catch it."""


@dataclass
class Bench:
    """A bench on the rows of a company, whose probe tells at once what the flag says.

    It dies instead of its unit of work number `dies_at`, 1 first, and of all that follow.
    """

    company: Company
    dies_at: int = 0
    units: list[str] = field(default_factory=list)

    def rows(self, verb, *args):
        self.units.append(verb.__name__)
        if self.dies_at and len(self.units) >= self.dies_at:
            raise Died
        return self.company.as_system(verb, *args)

    def run(self, _argv, *, at_most):
        on = self.company.as_system(flags.evaluate, FLAG, {"targetingKey": PRODUCT.user}).value
        return CheckOutcome(
            name="probe",
            status=CheckStatus.PASSED,
            exit_code=0,
            output="on\n" if on else "off\n",
            output_cut=False,
            seconds=0.0,
        )

    def pause(self, span: timedelta) -> None:
        raise AssertionError("the probe tells at once")


@pytest.fixture
def company(database, clock, tmp_path) -> Company:
    house = compose(Deployments(folder=tmp_path))
    made = Company(
        Units(
            engine=database.app,
            house=house,
            clock=clock,
            tenancy=database.tenancy,
            jobs=JobWriter(house, database.app),
        )
    )
    made.adds("ada")
    made.as_system(flags.create, FLAG, Definition(owner="ada"))
    return made


@pytest.fixture
def service(clock) -> Deployment:
    return Deployment(
        service="records",
        repository="records",
        commit="c1",
        generation=1,
        state=DeploymentState.READY,
        address="http://127.0.0.1:1",
        wanted_by="system",
        wanted_at=clock.now(),
    )


def rehearsed(bench: Bench, service: Deployment) -> trying.Tried:
    (told,) = trying.way_back(bench, PRODUCT, service)
    return told


def flag(company):
    return company.as_system(flags.flag, FLAG)


def test_it_is_seen_on_killed_and_seen_off_and_the_flag_is_as_it_was(company, service):
    before = flag(company)

    told = rehearsed(Bench(company), service)

    assert told.result == trying.MET
    assert told.figure
    assert flag(company).definition == before.definition
    assert flag(company).kill is None


@pytest.mark.parametrize("dies_at", range(2, 8))
def test_one_that_was_cut_off_anywhere_is_repeated_and_leaves_the_flag_off(
    company, service, dies_at
):
    with pytest.raises(Died):
        rehearsed(Bench(company, dies_at=dies_at), service)

    told = rehearsed(Bench(company), service)

    assert told.result == trying.MET
    assert flag(company).kill is None
    assert not flag(company).is_on
    assert flag(company).definition.rules == ()


def test_rules_of_others_stay(company, service):
    other = Rule(id="asked", serving=Serving(shares=(Share(variant="on"),)))
    asked = replace(flag(company).definition, rules=(other,))
    company.as_system(flags.change, FLAG, asked, reason="some asked for it")
    with pytest.raises(Died):
        rehearsed(Bench(company, dies_at=5), service)

    assert rehearsed(Bench(company), service).result == trying.MET
    assert flag(company).definition.rules == (other,)


def test_a_flag_that_somebody_killed_is_not_brought_back_by_a_rehearsal(company, service):
    company.as_system(flags.kill, FLAG, "it leaks")

    told = rehearsed(Bench(company), service)

    assert told.result == trying.NOT_MET
    assert "revive it" in told.evidence
    assert flag(company).kill.reason == "it leaks"
