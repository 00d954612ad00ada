"""Reads for freezing an edition, as plain values in a fixed order, and of the datasets themselves."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, QuerySet, TextField
from django.db.models.functions import Cast

from surveys.models import (
    Block,
    BlockUnit,
    Dataset,
    Edition,
    HardValue,
    Indicator,
    Margin,
    ProfileField,
    Question,
    Rating,
    Response,
    SubIndexWeight,
)

ROWS_AT_ONCE = 5000
Rows = Iterator[tuple[Any, ...]]


def responses_for_dataset(edition: Edition) -> Rows:
    """(id, profile as JSON text, channel, stratum, design weight) in the order of the random identifiers."""
    return (
        Response.objects.filter(edition=edition)
        .order_by("id")
        .values_list("id", Cast("profile", TextField()), "channel", "stratum", "design_weight")
        .iterator(ROWS_AT_ONCE)
    )


def ratings_for_dataset(edition: Edition) -> Rows:
    """(response id, unit code, satisfaction, answers as JSON text)."""
    return (
        Rating.objects.filter(response__edition=edition)
        .order_by("response_id", "block_unit__unit__code")
        .values_list("response_id", "block_unit__unit__code", "satisfaction", Cast("answers", TextField()))
        .iterator(ROWS_AT_ONCE)
    )


def hard_values_for_dataset(edition: Edition) -> Rows:
    """(unit code, indicator code, value, source, period, dossiers, and of these handled, early, on time, late)."""
    return (
        HardValue.objects.filter(indicator__edition=edition)
        .order_by("indicator__code", "block_unit__unit__code")
        .values_list(
            "block_unit__unit__code",
            "indicator__code",
            "value",
            "source_vi",
            "period",
            "dossiers",
            "handled",
            "early",
            "on_time",
            "late",
        )
        .iterator()
    )


def margins_for_dataset(edition: Edition) -> Rows:
    """(profile field, level, businesses in the population)."""
    return (
        Margin.objects.filter(field__edition=edition)
        .order_by("field__code", "level")
        .values_list("field__code", "level", "count")
        .iterator()
    )


def profile_codes(edition: Edition) -> list[str]:
    return list(ProfileField.objects.filter(edition=edition).order_by("code").values_list("code", flat=True))


def blocks_for_dataset(edition: Edition) -> Rows:
    """(code, name, name in English) in order of publication."""
    return (
        Block.objects.filter(edition=edition)
        .order_by("position", "code")
        .values_list("code", "name_vi", "name_en")
        .iterator()
    )


def units_for_dataset(edition: Edition) -> Rows:
    """(code, block, name, name in English) in order of publication."""
    return (
        BlockUnit.objects.filter(block__edition=edition)
        .order_by("block__position", "block__code", "unit__code")
        .values_list("unit__code", "block__code", "unit__name_vi", "unit__name_en")
        .iterator()
    )


def sub_indices_for_dataset(edition: Edition) -> Rows:
    """(code, name, name in English, block, weight) in order of publication."""
    return (
        SubIndexWeight.objects.filter(block__edition=edition)
        .order_by("sub_index__position", "sub_index__code", "block__position", "block__code")
        .values_list("sub_index__code", "sub_index__name_vi", "sub_index__name_en", "block__code", "weight")
        .iterator()
    )


def indicators_for_dataset(edition: Edition) -> QuerySet[Indicator]:
    """Indicators with sub-index, question, scale and blocks, in order of publication."""
    return (
        Indicator.objects.filter(edition=edition)
        .select_related("sub_index", "question__scale")
        .prefetch_related(Prefetch("blocks", Block.objects.order_by("position", "code")))
        .order_by("sub_index__position", "sub_index__code", "position", "code")
    )


def questions_for_dataset(edition: Edition) -> QuerySet[Question]:
    """Questions of all versions; the newest version of a code comes last."""
    return (
        Question.objects.filter(questionnaire__edition=edition)
        .select_related("scale")
        .order_by("questionnaire__number", "code")
    )


def ratings_exist(edition: Edition) -> bool:
    return Rating.objects.filter(response__edition=edition).exists()


def datasets_of(edition: Edition) -> QuerySet[Dataset]:
    """The frozen datasets of an edition, newest first."""
    return Dataset.objects.filter(edition=edition).select_related("frozen_by").order_by("-number")


def dataset_latest(edition: Edition) -> Dataset | None:
    """The newest dataset of the edition, or else of the last edition of its province before it that has one."""
    return (
        Dataset.objects.filter(edition__province=edition.province_id, edition__year__lte=edition.year)
        .select_related("edition__province")
        .order_by("-edition__year", "-number")
        .first()
    )


def dataset_bytes(dataset: Dataset) -> bytes:
    """The file of a dataset."""
    with dataset.file.open("rb") as handle:
        content = handle.read()
    return bytes(content)
