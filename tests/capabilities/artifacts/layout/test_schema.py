import jsonschema
import pytest

from capabilities.artifacts.layout.samples import PLAN, a_plan
from headrace.capabilities.artifacts.layout import json_schema

VALIDATOR = jsonschema.Draft202012Validator(json_schema(PLAN))


def test_the_schema_is_one_and_takes_a_fitting_content():
    jsonschema.Draft202012Validator.check_schema(json_schema(PLAN))

    assert VALIDATOR.is_valid(a_plan())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"fields__size": "huge"}, id="a choice that is none"),
        pytest.param({"fields__status": "active"}, id="a projected field"),
        pytest.param({"sections__log": []}, id="a projected section"),
        pytest.param({"sections__streams": []}, id="a required part without items"),
        pytest.param({"sections__streams": [{"name": "api"}]}, id="an item without its fields"),
        pytest.param({"sections__new": "x"}, id="an unknown section"),
    ],
)
def test_the_schema_refuses_what_no_author_may_give(changes):
    assert not VALIDATOR.is_valid(a_plan(**changes))
