"""Which responses count: businesses that nobody drew only where the recipe names them; old recipes keep their hash."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from scoring.engine.channels import CHANNELS, OUTSIDE, channel_counts, channels_apply
from scoring.engine.dataset import Dataset, dataset_read, dataset_write
from scoring.engine.recipe import recipe_complete, recipe_faults, recipe_sha256
from surveys.answers import routes
from surveys.enums import Channel
from tests.scoring.engine.test_exclusions import parts

CAME = ["invited", "phone", "self", "open", "web"]


def _given(dataset: Dataset) -> list[tuple[int, int, list[float]]]:
    """Respondent, unit and answers of every rating."""
    people = dataset.respondents["respondent"].to_numpy()[dataset.rating_respondent].tolist()
    return sorted(zip(people, dataset.rating_unit.tolist(), dataset.answers.tolist(), strict=True))


@pytest.mark.parametrize(
    ("recipe", "kept"),
    [
        ({}, [0, 1, 4]),
        ({"channels": ["phone", "self"]}, [1, 2]),
        ({"channels": ["paper"]}, []),
    ],
)
def test_only_counted_channels_stay_with_their_ratings(recipe: dict[str, list[str]], kept: Sequence[int]) -> None:
    given = parts(firms=5)
    dataset = dataset_read(dataset_write(replace(given, respondents=given.respondents.assign(channel=CAME))))

    found = channels_apply(dataset, recipe)

    assert found.respondents["respondent"].tolist() == [place + 1 for place in kept]
    assert _given(found) == [row for row in _given(dataset) if row[0] - 1 in kept]
    counts = channel_counts(dataset, recipe)
    assert dict(counts.counted) == {CAME[place]: 1 for place in kept}
    assert dict(counts.left_out) == {CAME[place]: 1 for place in range(5) if place not in kept}


def test_a_dataset_without_channels_counts_as_a_whole() -> None:
    dataset = dataset_read(dataset_write(parts(firms=5)))
    assert channels_apply(dataset, {"channels": ["self"]}) is dataset


def test_a_recipe_without_channels_keeps_its_hash() -> None:
    assert "channels" not in recipe_complete({"blocks": {}})
    assert recipe_sha256({"blocks": {}}) == "900bd6265975c1736265ebf46fba95cd788ce5accb60b0b08b5ba4189f2dc3dc"
    assert [fault.path for fault in recipe_faults({"blocks": {}, "channels": []})][:1] == ["blocks"]


def test_survey_and_engine_mean_the_same_channels() -> None:
    assert set(CHANNELS) == set(Channel.values)
    assert {channel.value for channel in routes.OUTSIDE} == OUTSIDE
