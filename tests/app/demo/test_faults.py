"""A demonstration in which something goes wrong on purpose."""

from pathlib import Path

import pytest

from headrace.app.demo.scenario import load, with_fault
from headrace.capabilities.deployments.tools.manifest import spec_of
from headrace.kernel.errors import NotFound

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "bulk-export"


def test_a_fault_changes_a_parameter_that_the_product_declares_as_a_drill():
    spec = spec_of((EXAMPLE / "service/.headrace/product.yaml").read_bytes())
    scenario = load(EXAMPLE)

    faulty = with_fault(scenario, "canary")
    added = faulty.happenings[len(scenario.happenings) :]

    assert (faulty.ends_with, faulty.ends_after) == (("validate-release",), ())
    (given,) = [one.input for one in added if one.operation == "deployment.set-parameter"]
    parameter = spec.parameter(given["parameter"])
    assert parameter.drill
    assert parameter.default == 0
    assert parameter.low <= given["value"] <= parameter.high
    assert given["service"] in {one.service for one in scenario.services}


def test_a_fault_that_the_scenario_does_not_name_is_refused():
    with pytest.raises(NotFound, match="canary"):
        with_fault(load(EXAMPLE), "earthquake")
