"""What may be compared over the years: units whose life was not broken, scores measured with the same yardstick."""

from collections.abc import Mapping
from typing import Any

from scoring.models import Publication, Score
from surveys.models import Edition


def earlier_publications(edition: Edition) -> list[Publication]:
    """The newest release of each earlier edition of the province, latest year first. One query."""
    found = (
        Publication.objects.filter(edition__province_id=edition.province_id, edition__year__lt=edition.year)
        .select_related("edition", "run__recipe")
        .defer("run__diagnostics")
        .order_by("-edition__year", "-release")
    )
    newest: dict[int, Publication] = {}
    for publication in found:
        newest.setdefault(publication.edition_id, publication)
    return list(newest.values())


def same_yardstick(now: Mapping[str, Any], then: Mapping[str, Any], block: str) -> bool:
    """Whether a point means the same in both recipes: same parts, weights, aggregation, and goalposts that stay.

    Goalposts taken from the units of one edition move with them, so that nothing can be said about change.
    """
    if block not in now["blocks"] or block not in then["blocks"]:
        return False
    return _steady(now, block) and _ruler(now, block) == _ruler(then, block)


def _steady(recipe: Mapping[str, Any], block: str) -> bool:
    normalise = recipe["normalise"]
    codes = [item["code"] for item in recipe["blocks"][block]["indicators"]]
    kinds = {normalise["indicators"].get(code, {}).get("goalposts", normalise["goalposts"]) for code in codes}
    return kinds <= {"fixed", "pooled"}


def _ruler(recipe: Mapping[str, Any], block: str) -> tuple[Any, ...]:
    normalise = {key: value for key, value in recipe["normalise"].items() if key not in {"base", "restarts"}}
    parts = recipe["blocks"][block]
    return (normalise, recipe["aggregate"], parts["sub_indices"], parts.get("groups", []), parts["indicators"])


def scores_by_unit(publication: Publication) -> dict[tuple[int, str], Score]:
    """The scores of a release by unit id and code of the block. One query."""
    found = Score.objects.filter(run_id=publication.run_id).select_related("block", "block_unit")
    return {(score.block_unit.unit_id, score.block.code): score for score in found}
