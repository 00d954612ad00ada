"""The curve of precision over the size of a sample, as coordinates of a drawing 480 by 180."""

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.services.sampling import SizePoint

LEFT, RIGHT, TOP, BOTTOM = 44.0, 450.0, 30.0, 148.0


@dataclass(frozen=True)
class Dot:
    """A point of the curve with its place; `chosen` is the size of the plan."""

    x: str
    y: str
    point: SizePoint
    chosen: bool


@dataclass(frozen=True)
class Curve:
    line: str
    dots: tuple[Dot, ...]
    highest: float


def curve_of(points: Sequence[SizePoint], chosen: int) -> Curve | None:
    """None where there are fewer than two points to join."""
    if len(points) < 2:
        return None
    highest = max(point.half_width for point in points)
    most = max(point.size for point in points)

    def dot(point: SizePoint) -> Dot:
        x = LEFT + (RIGHT - LEFT) * point.size / most
        y = BOTTOM - (BOTTOM - TOP) * point.half_width / highest
        return Dot(f"{x:.1f}", f"{y:.1f}", point, point.size == chosen)

    dots = tuple(dot(point) for point in points)
    return Curve(" ".join(f"{each.x},{each.y}" for each in dots), dots, highest)
