"""The part of a page to play with: its table as it stands at the start, and the functions that keep it live.

The functions are JavaScript printed from the stable form; the page's script only calls them.
"""

# ruff: noqa: RUF001 - mathematical signs are meant
from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from math import inf, isfinite, log10, nan
from typing import Any

from softsym.errors import DomainError, SoftsymError
from softsym.evaluation import Point, evaluate
from softsym.expression import Expr
from softsym.page.document import Formula, Play
from softsym.page.prose import formula_html, read
from softsym.targets.javascript import arguments, function
from softsym.targets.latex import to_latex
from softsym.targets.notation import GREEK
from softsym.targets.numpy import lambdify


@dataclass(frozen=True)
class Item:
    """One thing that is computed: its label, its expression, the name of its function, and whether it is naive."""

    label: str
    expr: Expr
    call: str
    naive: bool = False

    @property
    def plan(self) -> dict[str, Any]:
        """What the script must know of it."""
        return {
            "label": self.label,
            "call": self.call,
            "args": arguments(self.expr),
            "scalar": not self.expr.shape,
        }

    @property
    def code(self) -> str:
        """Its function in JavaScript."""
        return function(self.expr, self.call, naive=self.naive)


class Widget:
    """A :class:`Play` made ready: its items checked, its HTML and its functions."""

    def __init__(self, play: Play, number: int) -> None:
        self.play, self.number = play, number
        self.inputs = dict(play.inputs)
        self.vectors = [name for name, value in play.inputs if isinstance(value, tuple)]
        self.columns = self._columns()
        self.tiles = [self._item(label, f, f"t{number}x{n}") for n, (label, f) in enumerate(play.scalars)]
        if not _positive(self.inputs.get(play.slider)):
            raise DomainError(f"the slider needs a value > 0 of the scalar {play.slider}")

    def _columns(self) -> list[Item]:
        columns = []
        for n, (label, formula) in enumerate(self.play.vectors):
            call = f"c{self.number}x{n}"
            columns.append(self._item(label, formula, call))
            if label == self.play.naive:
                columns.append(Item(f"{label} as defined", columns[-1].expr, f"{call}n", naive=True))
        return columns

    def _item(self, label: str, formula: Formula, call: str) -> Item:
        expr = read(formula)
        if not isinstance(expr, Expr) or len(expr.shape) > 1:
            raise DomainError(f"{label} must be an expression of a scalar or a vector")
        missing = set(arguments(expr)) - {*self.inputs, "N"}
        if missing:
            raise DomainError(
                f"{label} needs a value for {', '.join(sorted(missing))}; there are {', '.join(self.inputs)}"
            )
        return Item(label, expr, call)

    @property
    def items(self) -> list[Item]:
        return [*self.columns, *self.tiles]

    @property
    def plan(self) -> dict[str, Any]:
        """What the script must know."""
        labels = [item.label for item in self.columns]
        pair = self.play.pair
        naive = next((n for n, item in enumerate(self.columns) if item.naive), None)
        return {
            "inputs": self.play.inputs,
            "slider": self.play.slider,
            "sliderLabel": spoken(self.play.slider),
            "columns": [item.plan for item in self.columns],
            "tiles": [item.plan for item in self.tiles],
            "curves": [item.plan for item in self._curves()],
            "pair": [labels.index(label) for label in pair] if pair and set(pair) <= {*labels} else None,
            "predicted": naive - 1 if naive else 0,
            "naive": naive,
        }

    def _curves(self) -> list[Item]:
        """What depends on the slider, the vector that is to be predicted first."""
        found = [item for item in self.items if not item.naive and self.play.slider in arguments(item.expr)]
        return sorted(found, key=lambda item: item.label != self.play.naive)

    @property
    def has_surface(self) -> bool:
        """Whether the scalars are functions of one vector, so that two entries make a plane."""
        return bool(self.tiles) and len(self.vectors) == 1

    def value(self, item: Item) -> Any:
        """The value at the start, for readers without scripts."""
        size = max(len(v) for v in self.inputs.values() if isinstance(v, tuple))
        point = {name: _exact(v) for name, v in self.inputs.items() if name in arguments(item.expr)}
        try:
            return _floats(evaluate(item.expr, Point({"N": size}, point)))
        except SoftsymError:
            return [nan] * size if item.expr.shape else nan

    def html(self) -> str:
        """The section; its numbers are right without a script, which then keeps them so."""
        plan = json.dumps(self.plan).replace("<", "\\u003c")
        return "\n".join([
            '<section class="play" aria-label="Values to play with">',
            f'<script type="application/json">{plan}</script>',
            self._controls(),
            '<p class="telling needs-script" aria-live="polite"></p>',
            '<div class="scroll" tabindex="0" role="group" aria-label="Table of values">',
            self._table(),
            "</div>",
            '<div class="controls needs-script"><button type="button" class="add">Add an entry</button>'
            '<button type="button" class="predict" aria-pressed="false">Predict, then reveal</button></div>',
            self._tiles(),
            self._figures(),
            self._sources(),
            "</section>",
        ])  # fmt: skip

    def _controls(self) -> str:
        slider = self.play.slider
        start = self.inputs[slider]
        assert isinstance(start, float | int)
        name = spoken(slider)
        fields = [
            f'<label class="slider"><span>{name}</span><input type="range" min="-3" max="4" step="0.001" '
            f'value="{log10(start):.6g}" aria-label="{name}, logarithmic, from 0.001 to 10000"></label>'
        ]
        for scalar, value in self.play.inputs:
            if not isinstance(value, tuple):
                fields.append(
                    f"<label><span>{spoken(scalar)} =</span>"
                    f'<input type="number" step="any" data-name="{scalar}" value="{value:.6g}"></label>'
                )
        return f'<div class="controls needs-script">{"".join(fields)}</div>'

    def _table(self) -> str:
        heads = [f'<th scope="col" aria-label="{name}">{formula_html(name)}</th>' for name in self.vectors]
        for item in self.columns:
            formula = "" if item.naive else f"<br>{formula_html(item.expr)}"
            heads.append(f'<th scope="col">{escape(item.label)}{formula}</th>')
        columns = [self.value(item) for item in self.columns]
        first = self.inputs[self.vectors[0]]
        assert isinstance(first, tuple)
        rows = []
        for n in range(len(first)):
            cells = [f"<td>{self.inputs[name][n]:.6g}</td>" for name in self.vectors]  # type: ignore[index]
            cells += [cell(values[n], c) for c, values in enumerate(columns)]
            rows.append(f'<tr><th scope="row">{n + 1}</th>{"".join(cells)}<td></td></tr>')
        sums = "".join(cell(sum(values), c) for c, values in enumerate(columns))
        blanks = "<td></td>" * len(self.vectors)
        return (
            f'<table><thead><tr><th scope="col">entry</th>{"".join(heads)}<td></td></tr></thead>'
            f"<tbody>{''.join(rows)}</tbody>"
            f'<tfoot><tr><th scope="row">sum</th>{blanks}{sums}<td></td></tr></tfoot></table>'
        )

    def _tiles(self) -> str:
        tiles = []
        for item in self.tiles:
            value = self.value(item)
            term = f"<dt>{escape(item.label)} {formula_html(item.expr)}</dt>"
            tiles.append(f'<div>{term}<dd data-value="{value!r}">{number(value)}</dd></div>')
        return f"<dl>{''.join(tiles)}</dl>" if tiles else ""

    def _sources(self) -> str:
        """The same formulas as NumPy functions and as LaTeX, to copy."""
        blocks = []
        for item in self.items:
            if not item.naive:
                sources = (("NumPy", lambdify(item.expr).source.rstrip()), ("LaTeX", to_latex(item.expr)))
                blocks += [copyable(f"{item.label}, {kind}", text, f"{item.call}-{kind}") for kind, text in sources]
        summary = "<summary>NumPy and LaTeX of each column</summary>"
        return f'<details class="source">{summary}{"".join(blocks)}</details>'

    def _figures(self) -> str:
        slider = spoken(self.play.slider)
        figures = [
            f'<figure><div class="controls"><label><span>over {slider}:</span>'
            f'<select class="curve-of">{_options(self._curves())}</select></label></div>'
            '<div class="plot" role="img" aria-label="curves"></div>'
            f"<figcaption>The vertical line is the present {slider}.</figcaption></figure>"
        ]
        if self.has_surface:
            figures.append(
                '<figure><div class="controls"><label><span>of two entries:</span>'
                f'<select class="surface-of">{_options(self.tiles)}</select></label></div>'
                '<canvas class="surface" role="img" aria-label="map"></canvas>'
                "<figcaption>First entry across, second upwards, both from −5 to 5: "
                '<span class="surface-range"></span>.</figcaption></figure>'
            )
        return f'<div class="pair needs-script">{"".join(figures)}</div>'


def copyable(title: str, text: str, identity: str) -> str:
    """A program or formula with a button that copies it."""
    name = escape(title)
    return (
        f'<div class="code"><div class="bar-top"><h3>{name}</h3><button type="button" class="copy needs-script" '
        f'aria-controls="{identity}" aria-label="Copy {name}">Copy</button></div>'
        f'<pre tabindex="0"><code id="{identity}">{escape(text)}</code></pre></div>'
    )


def spoken(name: str) -> str:
    """A name as readers see it in text.

    >>> spoken("beta"), spoken("price")
    ('β', 'price')
    """
    return GREEK.get(name, name)


def cell(value: float, column: int) -> str:
    """A result in a table."""
    kind = "" if isfinite(value) else ' class="overflow"'
    return f'<td data-column="{column}" data-value="{value!r}"><span{kind}>{number(value)}</span></td>'


def number(value: float) -> str:
    """A value as the page's script shows it too.

    >>> number(0.33), number(float("inf")), number(-2.5e-7)
    ('0.33', 'overflow (∞)', '−2.5e−7')
    """
    if not isfinite(value):
        return "overflow (NaN)" if value != value else f"overflow ({'' if value > 0 else '−'}∞)"
    if value and not 1e-4 <= abs(value) < 1e7:
        mantissa, _, power = f"{value:.5e}".partition("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"
    else:
        text = repr(float(f"{value:.6g}") + 0.0).removesuffix(".0")
    return text.replace("-", "−")


def _options(items: list[Item]) -> str:
    return "".join(f'<option value="{n}">{escape(item.label)}</option>' for n, item in enumerate(items))


def _positive(value: object) -> bool:
    return isinstance(value, float | int) and 0 < value < inf


def _exact(value: float | tuple[float, ...]) -> Fraction | tuple[Fraction, ...]:
    return tuple(map(Fraction, value)) if isinstance(value, tuple) else Fraction(value)


def _floats(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_floats(v) for v in value]
    try:
        return float(value) if isinstance(value, Fraction) else float(value.mid())
    except OverflowError:
        return inf if value > 0 else -inf
