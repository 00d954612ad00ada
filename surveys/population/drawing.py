"""Who is drawn: simple random sampling within each stratum, the reserve with it, repeatable from the seed."""

from collections.abc import Sequence

import numpy as np

Drawn = list[tuple[int, int]]


def wave_sizes(reserve: int, waves: int) -> list[int]:
    """The reserve of a stratum in `waves` parts, the earlier ones not smaller.

    >>> wave_sizes(7, 3)
    [3, 2, 2]
    """
    return [reserve // waves + (part < reserve % waves) for part in range(waves)] if waves else []


def stratum_drawn(keys: Sequence[str], drawn: int, reserve: int, waves: int, seed: Sequence[int]) -> Drawn:
    """(place in `keys`, wave) of the businesses drawn; wave 0 is the main sample.

    The keys are put in order first, so the draw depends on nothing but the businesses and the seed.

    >>> stratum_drawn(["b", "a", "c", "d"], 2, 1, 1, [7, 0]) == stratum_drawn(["b", "a", "c", "d"], 2, 1, 1, [7, 0])
    True
    """
    order = sorted(range(len(keys)), key=lambda place: keys[place])
    shuffled = np.random.default_rng(list(seed)).permutation(len(order))
    chosen = [order[int(place)] for place in shuffled[: drawn + reserve]]
    waves_of = [0] * drawn
    for wave, size in enumerate(wave_sizes(reserve, waves), 1):
        waves_of += [wave] * size
    return list(zip(chosen, waves_of, strict=False))
