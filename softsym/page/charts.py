"""Curves as SVG, readable without a script; colours come from the page's style, and dashes tell curves apart."""

# ruff: noqa: RUF001 - mathematical signs are meant
from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from math import ceil, floor, isfinite, log10

from softsym.page.document import Chart, Series

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 14, 46
LEGEND_LINE = 20
DASHES = ("", "9 5", "2 4", "12 4 2 4", "6 3", "1 5")


def chart_svg(chart: Chart, identity: str) -> str:
    """The chart as an ``svg`` element with a title and a description; ``identity`` is unique on the page."""
    frame = _Frame(chart)
    title, described = escape(chart.title), escape(chart.description or summary(chart))
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{identity}-t {identity}-d">',
        f'<title id="{identity}-t">{title}</title><desc id="{identity}-d">{described}</desc>',
        *frame.axes(),
        *(frame.curve(n, series) for n, series in enumerate(chart.series)),
        *frame.legend(),
        "</svg>",
    ]
    return "".join(parts)


def summary(chart: Chart) -> str:
    """What the curves do, in words.

    >>> summary(Chart("loss", (Series("-log p", (0.5, 1.0), (0.693147, 0.0)),), "p"))
    '-log p goes from 0.693147 to 0 as p goes from 0.5 to 1.'
    """
    words = []
    for series in chart.series:
        points = finite_points(series)
        if points:
            (x0, y0), (x1, y1) = points[0], points[-1]
            name = chart.x_label or "x"
            words.append(
                f"{series.name} goes from {y0 + 0.0:.6g} to {y1 + 0.0:.6g} as {name} goes from {x0:.6g} to {x1:.6g}."
            )
    return " ".join(words)


def finite_points(series: Series) -> list[tuple[float, float]]:
    """The points that can be drawn."""
    return [(x, y) for x, y in zip(series.x, series.y, strict=True) if isfinite(x) and isfinite(y)]


class _Frame:
    """The scales of a chart: from values to places."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        points = [p for series in chart.series for p in finite_points(series)] or [(1.0, 0.0), (10.0, 1.0)]
        self.x0, self.x1 = _span([log10(x) if chart.log_x else x for x, _ in points if x > 0 or not chart.log_x])
        self.y0, self.y1 = _span([y for _, y in points])
        self.rows = ticks(self.y0, self.y1)
        self.y0, self.y1 = min(self.y0, self.rows[0]), max(self.y1, self.rows[-1])
        self.places = _legend_places([series.name for series in chart.series])
        self.top = TOP + LEGEND_LINE * (self.places[-1][1] + 1 if len(self.places) > 1 else 0)

    def place(self, x: float, y: float) -> tuple[float, float]:
        value = log10(x) if self.chart.log_x else x
        across = LEFT + (WIDTH - LEFT - RIGHT) * (value - self.x0) / (self.x1 - self.x0)
        return across, self.top + (HEIGHT - self.top - BOTTOM) * (self.y1 - y) / (self.y1 - self.y0)

    def axes(self) -> Iterator[str]:
        bottom = HEIGHT - BOTTOM
        for y in self.rows:
            _, at = self.place(10**self.x0 if self.chart.log_x else self.x0, y)
            yield f'<path class="grid" d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}"/>'
            yield f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{number_text(y)}</text>'
        for value, label in self._columns():
            at, _ = self.place(value, self.y0)
            yield f'<path class="grid" d="M{at:.1f} {self.top}V{bottom}"/>'
            yield f'<text x="{at:.1f}" y="{bottom + 18}" text-anchor="middle">{label}</text>'
        yield f'<path class="axis" fill="none" d="M{LEFT} {self.top}V{bottom}H{WIDTH - RIGHT}"/>'
        middle = (LEFT + WIDTH - RIGHT) / 2
        yield f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(self.chart.x_label)}</text>'
        label, half = escape(self.chart.y_label), HEIGHT / 2
        yield f'<text x="14" y="{half}" text-anchor="middle" transform="rotate(-90 14 {half})">{label}</text>'

    def _columns(self) -> Iterator[tuple[float, str]]:
        if not self.chart.log_x:
            yield from ((x, number_text(x)) for x in ticks(self.x0, self.x1) if self.x0 <= x <= self.x1)
            return
        for power in range(ceil(self.x0 - 1e-9), floor(self.x1 + 1e-9) + 1):
            yield 10.0**power, number_text(10.0**power)

    def curve(self, n: int, series: Series) -> str:
        """A path with a gap at every point that is not finite."""
        drawable = [
            (isfinite(x) and isfinite(y) and (x > 0 or not self.chart.log_x), x, y)
            for x, y in zip(series.x, series.y, strict=True)
        ]
        steps = []
        for good, run in groupby(drawable, key=lambda point: point[0]):
            if good:
                places = [self.place(x, y) for _, x, y in run]
                steps.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places))
        return f'<path class="curve s{n % 6 + 1}"{_dash(n)} d="{"".join(steps)}"/>'

    def legend(self) -> Iterator[str]:
        if len(self.chart.series) < 2:
            return
        for n, (series, (x, line)) in enumerate(zip(self.chart.series, self.places, strict=True)):
            y = 12 + LEGEND_LINE * line
            yield f'<path class="curve s{n % 6 + 1}"{_dash(n)} d="M{x} {y}h30"/>'
            yield f'<text x="{x + 36}" y="{y + 4}">{escape(series.name)}</text>'


def _legend_places(names: list[str]) -> list[tuple[int, int]]:
    """Where each name of the legend begins, and on which line."""
    places, x, line = [], LEFT, 0
    for name in names:
        wide = 60 + 7 * len(name)
        if x > LEFT and x + wide > WIDTH:
            x, line = LEFT, line + 1
        places.append((x, line))
        x += wide
    return places


def _dash(n: int) -> str:
    dash = DASHES[n % 6]
    return f' stroke-dasharray="{dash}"' if dash else ""


def _span(values: list[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def ticks(low: float, high: float) -> list[float]:
    """About five round numbers that cover low..high.

    >>> ticks(0, 1)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    step = 10.0 ** floor(log10((high - low) / 5))
    step *= next(m for m in (1, 2, 5, 10) if (high - low) / (m * step) <= 6)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(n * step, 12 - floor(log10(step))) for n in range(first, last + 1)]


def number_text(value: float) -> str:
    """A short text of a number.

    >>> number_text(0.001), number_text(-1e5), number_text(0)
    ('0.001', '−1e5', '0')
    """
    text = f"{value:.6g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    text = f"{value:.0e}".replace("e+0", "e").replace("e+", "e") if abs(value) >= 1e5 and "e" not in text else text
    return text.replace("-", "−")
