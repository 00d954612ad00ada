"""What is different between two recipes, place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.engine.recipe import Recipe, recipe_complete

Place = tuple[str | int, ...]
ABSENT = None
# Lists whose items are known by a code, wherever they stand in the list.
CODED = frozenset({"sub_indices", "groups", "indicators"})


@dataclass(frozen=True)
class Difference:
    """A place (keys of objects; codes for sub-indices, groups, indicators) with its value before and after.

    ``None`` stands for "not there"; whole numbers and equal floats are the same value.
    """

    place: Place
    before: Any
    after: Any


def recipe_differences(before: Recipe, after: Recipe) -> list[Difference]:
    """Every difference in what two recipes say, defaults written out, in the order of the later recipe.

    Sub-indices, groups and indicators are matched by their code, so that another order is no difference. Raises nothing
    for valid recipes.

    >>> a = {"blocks": {}, "measure": {"min_n": 3}}
    >>> recipe_differences(a, {**a, "measure": {"min_n": 5}})
    [Difference(place=('measure', 'min_n'), before=3, after=5)]
    """
    return list(_differences((), recipe_complete(before), recipe_complete(after)))


def _differences(place: Place, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*after, *(key for key in before if key not in after)]:
            yield from _differences((*place, key), before.get(key, ABSENT), after.get(key, ABSENT))
    elif place and place[-1] in CODED and _coded(before) and _coded(after):
        yield from _differences(place, _by_code(before), _by_code(after))
    elif before != after:
        yield Difference(place, before, after)


def _coded(items: Any) -> bool:
    return isinstance(items, Sequence) and all(isinstance(item, Mapping) and "code" in item for item in items)


def _by_code(items: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(item["code"]): item for item in items}
