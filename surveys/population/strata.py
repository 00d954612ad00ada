"""Strata: the cells of the chosen variables, with small ones joined by a stated rule.

Rule. Cells stand in the order of the options. While a cell has fewer businesses than `smallest`, the smallest one is
joined with the smaller of its neighbours: first among cells that differ in the last variable only, then in the last
two, and so on. So the variables named first are kept longest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Cell = tuple[str, ...]
LONGEST_NAME = 80


@dataclass(frozen=True)
class Stratum:
    """One or more cells with how many businesses they hold together."""

    cells: tuple[Cell, ...]
    population: int

    @property
    def joined(self) -> bool:
        return len(self.cells) > 1


def strata_of(counts: Mapping[Cell, int], options: Sequence[Sequence[str]], smallest: int) -> list[Stratum]:
    """The strata of a frame.

    Args:
        counts: businesses by cell, one code for each variable; empty cells may be left out.
        options: codes of each variable in their order; others come last.
        smallest: businesses that a stratum has at least, unless the whole frame has fewer.

    >>> counts = {("a", "x"): 50, ("a", "y"): 3, ("b", "x"): 4, ("b", "y"): 2}
    >>> [(s.cells, s.population) for s in strata_of(counts, [["a", "b"], ["x", "y"]], 5)]
    [((('a', 'x'), ('a', 'y')), 53), ((('b', 'x'), ('b', 'y')), 6)]
    """
    places = [{code: place for place, code in enumerate(codes)} for codes in options]

    def order(cell: Cell) -> tuple[tuple[int, str], ...]:
        return tuple((place.get(code, len(place)), code) for place, code in zip(places, cell, strict=True))

    strata = [Stratum((cell,), counts[cell]) for cell in sorted(counts, key=order) if counts[cell]]
    for depth in reversed(range(len(options))):
        strata = [each for group in _groups(strata, depth) for each in _joined(group, smallest)]
    return strata


def _groups(strata: Sequence[Stratum], depth: int) -> list[list[Stratum]]:
    """Neighbours whose first cells agree in the first `depth` variables."""
    groups: list[list[Stratum]] = []
    for each in strata:
        if groups and groups[-1][0].cells[0][:depth] == each.cells[0][:depth]:
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _joined(group: list[Stratum], smallest: int) -> list[Stratum]:
    strata = list(group)
    while len(strata) > 1:
        at = min(range(len(strata)), key=lambda place: strata[place].population)
        if strata[at].population >= smallest:
            break
        beside = [place for place in (at - 1, at + 1) if 0 <= place < len(strata)]
        other = min(beside, key=lambda place: strata[place].population)
        first, second = sorted((at, other))
        one, two = strata[first], strata[second]
        strata[first : second + 1] = [Stratum(one.cells + two.cells, one.population + two.population)]
    return strata


def stratum_names(
    strata: Sequence[Stratum], options: Sequence[Sequence[str]], labels: Sequence[Mapping[str, str]]
) -> list[str]:
    """A name of at most 80 letters for each stratum, all different: `Doanh nghiệp · Huyện A + Huyện B`.

    A variable that a stratum covers whole is left out; names too long or equal get the number of the stratum.
    """
    names: list[str] = []
    for number, stratum in enumerate(strata, 1):
        parts = []
        for place, (codes, words) in enumerate(zip(options, labels, strict=True)):
            held = list(dict.fromkeys(cell[place] for cell in stratum.cells))
            if len(held) == 1 or not set(codes) <= set(held):
                parts.append(" + ".join(words.get(code, code) or "?" for code in held))
        name = " · ".join(parts) or "*"
        if len(name) > LONGEST_NAME or name in names:
            mark = f" … {number}"
            name = name[: LONGEST_NAME - len(mark)].rstrip(" ·+") + mark
        names.append(name)
    return names
