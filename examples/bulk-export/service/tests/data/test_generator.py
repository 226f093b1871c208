import json

import pytest

from data.generator import bodies, columns


@pytest.mark.parametrize("count", [8, 24, 600])
def test_a_dataset_has_as_many_columns_as_asked_for(count):
    wanted = columns(count)
    assert len({column.name for column in wanted}) == count
    assert set(json.loads(next(bodies(1, wanted)))) == {column.name for column in wanted}


def test_the_same_seed_gives_the_same_records():
    wanted = columns(12)
    assert list(bodies(50, wanted)) == list(bodies(50, wanted))
    assert list(bodies(50, wanted)) != list(bodies(50, wanted, seed=2))
