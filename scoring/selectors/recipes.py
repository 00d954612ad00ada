"""Reads of recipes and of what a recipe may name."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from scoring.models import Recipe
from surveys.models import Block, BlockUnit, Edition, Indicator, Margin, SubIndexWeight


def recipes_of(edition: Edition) -> QuerySet[Recipe]:
    """The recipes of an edition, newest first."""
    return Recipe.objects.filter(edition=edition).select_related("made_by").order_by("-number")


def margin_names(edition: Edition) -> list[str]:
    """Profile questions for which population counts are known."""
    found = Margin.objects.filter(field__edition=edition).order_by("field__code")
    return list(found.values_list("field__code", flat=True).distinct())


@dataclass(frozen=True)
class Names:
    """The codes that a recipe of an edition may use, by block where they belong to one."""

    blocks: tuple[str, ...]
    sub_indices: dict[str, frozenset[str]]
    indicators: dict[str, frozenset[str]]
    units: frozenset[str]
    margins: frozenset[str]


def names_of(edition: Edition) -> Names:
    """Five queries, whatever the size of the framework."""
    blocks = tuple(Block.objects.filter(edition=edition).order_by("position", "code").values_list("code", flat=True))
    sub_indices = SubIndexWeight.objects.filter(block__edition=edition).order_by("block", "sub_index")
    indicators = Indicator.objects.filter(edition=edition).order_by("code")
    units = BlockUnit.objects.filter(block__edition=edition).order_by("unit__code")
    return Names(
        blocks=blocks,
        sub_indices=_by_block(blocks, sub_indices.values_list("block__code", "sub_index__code")),
        indicators=_by_block(blocks, indicators.values_list("blocks__code", "code")),
        units=frozenset(units.values_list("unit__code", flat=True)),
        margins=frozenset(margin_names(edition)),
    )


def _by_block(blocks: tuple[str, ...], pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {block: set() for block in blocks}
    for block, code in pairs:
        found.setdefault(block, set()).add(code)
    return {block: frozenset(codes) for block, codes in found.items()}


def recipes_visible_to(user: User) -> QuerySet[Recipe]:
    """Recipes of the provinces in which this person has a role; all for the platform administrator."""
    found = Recipe.objects.select_related("edition__province", "made_by", "starts_from").order_by("edition", "-number")
    return found if user.is_superuser else found.filter(edition__province__in=user.memberships.values("province"))
