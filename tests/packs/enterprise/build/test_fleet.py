"""What a mission touches is read from the folders that its streams own, never from a product's name."""

import pytest

from headrace.capabilities.missions.model import FleetStream
from headrace.packs.enterprise.build.fleet import touched


def stream(*paths: str) -> FleetStream:
    return FleetStream(
        name="one",
        pool="coding-agent-fleet",
        division="Core",
        exclusive=True,
        paths=paths,
        policies=("security",),
    )


@pytest.mark.parametrize(
    ("product", "paths", "marks"),
    [
        pytest.param("schema", ["schema/", "tests/"], set(), id="the package is called schema"),
        pytest.param("schema", ["src/schema/parser.py"], set(), id="its package lies in src"),
        pytest.param(
            "schema", ["tests/schema/"], set(), id="its tests lie in a folder of its name"
        ),
        pytest.param("my-api", ["src/my_api/text/"], set(), id="no folder is called api"),
        pytest.param("api", ["src/api/"], set(), id="the product is called api"),
        pytest.param("schema", ["src/schema/schema/"], {"data-model"}, id="a schema in schema"),
        pytest.param("schema", ["src/schema/api/"], {"api"}, id="an API in schema"),
        pytest.param("shop", ["src/shop/models/", "api/"], {"api", "data-model"}, id="both"),
        pytest.param("shop", ["src/schema/"], {"data-model"}, id="a folder of another name"),
    ],
)
def test_a_product_may_be_called_like_a_mark(product, paths, marks):
    assert touched([stream(*paths)], product) == marks


def test_every_stream_of_the_fleet_counts():
    assert touched([stream("docs/"), stream("src/models/")], "shop") == {"data-model"}
