"""Owns the small line that shows at a glance how a figure moved: its points in whole units of a drawing.

It has no axes and no words; what it shows is said beside it. Refuses to draw fewer than three values, for two make no
trend.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

WIDTH = 240
HEIGHT = 56
# Room for the dot at the end and for the width of the line.
_EDGE = 5
FEWEST = 3


@dataclass(frozen=True)
class Point:
    """A place in the drawing, and how far to either side what belongs to it reaches."""

    x: int
    y: int
    left: int
    width: int


@dataclass(frozen=True)
class Sparkline:
    """A line through points; `zero` is the height of zero where the values lie on both sides of it."""

    points: Sequence[Point]
    zero: int | None
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def path(self) -> str:
        """The points as an SVG polyline has them: https://www.w3.org/TR/SVG2/shapes.html#PolylineElement."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


def draw_sparkline(values: Sequence[Decimal]) -> Sparkline | None:
    """Return the line through values at equal distances, or None for too few.

    >>> draw_sparkline([Decimal(1), Decimal(3), Decimal(2)]).path
    '5,51 120,5 235,28'
    """
    if len(values) < FEWEST:
        return None
    low, high = min(values), max(values)
    places = [_place(number, len(values) - 1) for number in range(len(values))]
    edges = [0, *((left + right) // 2 for left, right in pairwise(places)), WIDTH]
    points = [
        Point(x, _find_height(value, low, high), left, right - left)
        for x, value, (left, right) in zip(places, values, pairwise(edges), strict=True)
    ]
    return Sparkline(points, _find_height(Decimal(0), low, high) if low < 0 < high else None)


def _place(number: int, last: int) -> int:
    return _EDGE + number * (WIDTH - 2 * _EDGE) // last


def _find_height(value: Decimal, low: Decimal, high: Decimal) -> int:
    if high == low:
        return HEIGHT // 2
    return HEIGHT - _EDGE - round((value - low) * (HEIGHT - 2 * _EDGE) / (high - low))
