"""Blocks: work on many rows a few thousand at a time, so that they stay in the cache, on every processor.

How rows fall into blocks depends on their number alone, and results come back in order: they are the same for any
number of processors.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Outcome = TypeVar("Outcome")
ROWS = 4096


def processors() -> int:
    """Processors that this process may use, at least 1. Raises nothing.

    >>> processors() >= 1
    True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def by_blocks(n: int, work: Callable[[slice], Outcome], rows: int = ROWS, threads: int | None = None) -> list[Outcome]:
    """What ``work`` makes of each of the slices into which ``n`` rows fall, in order; at least one, perhaps empty.

    Raises what ``work`` raises.

    >>> by_blocks(5, lambda part: (part.start, part.stop), rows=2)
    [(0, 2), (2, 4), (4, 5)]
    """
    parts = [slice(start, min(start + rows, n)) for start in range(0, max(n, 1), rows)]
    workers = min(threads or processors(), len(parts))
    if workers == 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, parts))
