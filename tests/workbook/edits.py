"""Random edits of the shaded cells of a workbook: hard values within the domain of each."""

from __future__ import annotations

import random

from softsym.workbook.plan import Plan
from softsym.workbook.scope import Scope
from tests.workbook.engines import Where
from tests.workbook.expected import places

_SLOPES = ("beta", "omega", "T")
"""Names of inverse temperatures and the like, by how they begin."""
_UNEDITED = ("README", "Inputs", "Exercise", "Checks")


def random_edit(plan: Plan, scope: Scope, rng: random.Random) -> dict[Where, float]:
    """A value for every shaded cell, some of them those that stand there.

    Among them are beta from -1000 to 10000, ties, zeros, gaps of hundreds, one-hot and unit inputs.
    """
    edits: dict[Where, float] = {}
    for name, where in scope.cells.items():
        if not where.startswith("Inputs!"):
            continue
        cells, kind = places(where), scope.kinds[name]
        if rng.random() < 0.2:
            edits |= {w: _written(plan, w) for w in cells}
        elif kind.type == "vector":
            edits |= dict(zip(cells, _vector(kind.domain, len(cells), rng), strict=True))
        else:
            edits[cells[0]] = _scalar(name, kind.domain, rng)
    for sheet in plan.sheets:
        if sheet.name not in _UNEDITED:
            shaded = [(sheet.name, *w) for w, cell in sorted(sheet.cells.items()) if cell.style == "Input"]
            edits |= {w: _abscissa(_written(plan, w), rng) for w in shaded}
    return edits


def _written(plan: Plan, where: Where) -> float:
    value = plan.sheet(where[0]).cells[where[1:]].value
    assert isinstance(value, int | float)
    return float(value)


def _scalar(name: str, domain: str, rng: random.Random) -> float:
    if domain == "unit":
        return rng.choice([0.0, 1.0, rng.random()])
    if domain == "integer":
        return float(rng.randint(1, 3))
    if name.startswith(_SLOPES):
        size = rng.choice([1e-3, 1.0, 50.0, 1e3, 5e3, 1e4, 10 ** rng.uniform(-3, 4)])
        signed = rng.choice([0.0, -min(size, 1e3), size])
        return signed if domain == "real" else size if domain == "positive" else signed or size
    return rng.choice([0.0, rng.uniform(-3, 3)]) if domain == "real" else rng.uniform(0.01, 5)


def _vector(domain: str, length: int, rng: random.Random) -> list[float]:
    if domain == "onehot":
        hot = rng.randrange(length)
        return [float(k == hot) for k in range(length)]
    if domain in ("distribution", "simplex"):
        weights = [rng.choice([rng.random(), 1e-6]) + 1e-9 for _ in range(length)]
        return [w / sum(weights) for w in weights]
    scale = rng.choice([1.0, 1e-3, 30.0, 700.0])
    if domain == "positive vector":
        return [rng.choice([scale, rng.uniform(1e-3, 1) * scale]) for _ in range(length)]
    return [rng.choice([0.0, scale, rng.uniform(-scale, scale)]) for _ in range(length)]


def _abscissa(written: float, rng: random.Random) -> float:
    """A value for a cell of a sweep or a grid, of the size of the one that stands there."""
    return written if rng.random() < 0.8 else rng.choice([0.0, 1.0, rng.uniform(0, 2) * written])
