"""Lines over time as SVG: integers in, paths out; words and numbers stand in the page around it.

The drawing stretches with the page, its strokes do not; a gap in a series is a gap in its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000, 200
_NICE = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its name, the class that colours it, SVG path, the highest value as text."""

    name: str
    kind: str
    path: str
    highest: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing: what it shows, values at its top and middle, seconds at its ends, its lines."""

    title: str
    unit: str
    top: str
    middle: str
    first: int
    last: int
    lines: tuple[Line, ...]

    @property
    def said(self) -> str:
        """For those who do not see it."""
        lines = "; ".join(f"{one.name} up to {one.highest}" for one in self.lines)
        return f"{self.title}, {self.unit}, from second {self.first} to {self.last}: {lines}"


Points = Sequence[tuple[int, int | None]]
"""Second and value; None where there is none."""


def chart(
    title: str, unit: str, series: Sequence[tuple[str, str, Points]], scale: int = 1
) -> Chart:
    """`series`: name, kind, points; values are divided by `scale` where they are shown."""
    seconds = [at for _, _, points in series for at, _ in points]
    first, last = min(seconds, default=0), max(seconds, default=0)
    values = [value for _, _, points in series for _, value in points if value is not None]
    top = _nice(max(values, default=0), scale)
    lines = tuple(
        Line(
            name,
            kind,
            _path(points, first, last, top),
            shown(max((v for _, v in points if v is not None), default=0), scale),
        )
        for name, kind, points in series
    )
    return Chart(title, unit, shown(top, scale), shown(top // 2, scale), first, last, lines)


def _nice(value: int, scale: int) -> int:
    """The next round number above."""
    power = max(1, scale // 100)
    while True:
        for step in _NICE:
            if value <= step * power:
                return step * power
        power *= 10


def _path(points: Points, first: int, last: int, top: int) -> str:
    parts, drawing = [], False
    for at, value in points:
        if value is None:
            drawing = False
            continue
        x = (at - first) * WIDTH // (last - first) if last > first else WIDTH // 2
        y = HEIGHT - value * HEIGHT // top
        # a point by itself is a short stroke, or nobody would see it
        parts.append(f"L{x} {y}" if drawing else f"M{x} {y}h4")
        drawing = True
    return "".join(parts)


def shown(value: int, scale: int) -> str:
    """A value divided by its scale, with as many digits as tell something."""
    if scale == 1 or value % scale == 0:
        return f"{value // scale:,}".replace(",", " ")
    hundredths = value * 100 // scale
    if hundredths >= 10_000:
        return f"{value // scale:,}".replace(",", " ")
    return f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").rstrip(".")
