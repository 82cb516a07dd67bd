"""Normal forms folded back into readable expressions of the language, each checked to equal what was folded.

>>> from softsym import parse
>>> fold(parse("grad(lse(z, beta), z)"))
softmax(z, beta)
>>> fold(parse("jacobian(softmax(z, beta), z)"))
beta*(diag(softmax(z, beta)) - outer(softmax(z, beta), softmax(z, beta)))
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from softsym.algebra.atom_writer import HOT
from softsym.algebra.blocks import Matrix
from softsym.algebra.context import Algebra
from softsym.algebra.lowering import Lowering
from softsym.algebra.matrix_writer import EntrywiseMatrix, write_matrix
from softsym.algebra.normal import Normalizer
from softsym.algebra.polynomial import Index, Rational
from softsym.algebra.readable import changes, settled
from softsym.algebra.writer import Writer, cost
from softsym.algebra.zero import ZeroTest
from softsym.algebra.zero_weights import loses_values, with_weights
from softsym.errors import BudgetError, ShapeError, UnsupportedError
from softsym.expression import Expr, Symbol, apply, free_symbols, walk

SECONDS, SEARCH_SECONDS = 10.0, 4.0
"""The time after which a fold is given up, and that after which the shortest form found so far is taken."""
ROW, COLUMN = "_row", "_column"
"""The free indices of a vector's and a matrix's entries; no text can name them."""
MAX_ROUNDS = 6
LONG = 16
"""Longer forms are tried again with the position of the 1 of one-hot vectors as an index."""


def fold(expr: Expr, seconds: float = SECONDS) -> Expr:
    """The expression without its derivatives, as short as the changes of :mod:`softsym.algebra.readable` make it.

    A form that is undefined where the expression has a value is not taken: then the expression itself is the result.

    Raises :class:`~softsym.errors.UnsupportedError` for what the algebra has no normal form for, or the language no
    whole-vector form (an entry of it has one), and :class:`~softsym.errors.BudgetError` after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    result = _Folding(expr, deadline).result()
    hot = [s.name for s in free_symbols(expr) if s.kind.domain == "onehot"]
    if hot and cost(result) > LONG:
        result = min(result, _Folding(expr, deadline, hot).result(), key=cost)
    result = with_weights(result)
    if loses_values(expr, result):
        return expr
    if result.shape != expr.shape:
        raise UnsupportedError(f"{expr} folds to another shape")
    if not ZeroTest(deadline=deadline).is_zero(apply("sub", expr, result)):
        raise UnsupportedError(f"no readable form of {expr} could be proved equal to it")
    return result


class _Folding:
    """One expression lowered once, each of its blocks folded."""

    def __init__(self, expr: Expr, deadline: float, hot: Sequence[str] = ()) -> None:
        self.expr = expr
        self.search_ends = deadline
        self.names = {s.name: s for s in walk(expr) if isinstance(s, Symbol)}
        self.lowering = Lowering()
        self.value = self.lowering.lower(expr)
        self.alg = Algebra(vectors=dict(self.lowering.kinds), deadline=deadline, open_deltas=True)
        for name in hot:
            self.alg.hot[name] = place = HOT + name
            self.alg.ranges[place] = self.lowering.kinds[name].vector_length

    def result(self) -> Expr:
        if isinstance(self.value, Matrix):
            return self._matrix(self.value)
        if isinstance(self.value, tuple):
            return self._vector(self.value)
        return self._shortest(self._normal(self.value, {}), (), lambda w, v: w.write(v))

    def _normal(self, scalar: Any, own: dict[Any, Index]) -> Rational:
        indices = {s: s.name for s in self.lowering.ranges if not s.is_Dummy}
        for symbol, length in self.lowering.ranges.items():
            self.alg.ranges[own.get(symbol, str(symbol))] = length
        return Normalizer(self.alg, {**indices, **own}).normal(scalar)

    def _vector(self, blocks: Any) -> Expr:
        parts: list[Expr] = []
        for block in blocks:
            if block.length is None:
                value = self._normal(block.entry(_free("1")), {})
                entry = self._shortest(value, (), lambda w, v: w.write(v))
                last = parts[-1] if parts else None
                if last is not None and getattr(last, "head", "") == "list":
                    parts[-1] = apply("list", *last.args, entry)  # type: ignore[attr-defined]
                else:
                    parts.append(apply("list", entry))
                continue
            parts.append(self._block(block))
        result = parts[0]
        for part in parts[1:]:
            result = apply("concat", result, part)
        return result

    def _block(self, block: Any) -> Expr:
        value = self._entry(block.entry, (ROW,), (block.length,))
        vector = self._shortest(value, (ROW,), lambda w, v: w.vector(v, ROW))
        for excluded in block.excluded:
            vector = apply("drop", vector, self.names[str(excluded)] if not excluded.is_Integer else int(excluded))
        return vector

    def _entry(self, entry: Callable[..., Any], places: tuple[str, ...], lengths: tuple[Any, ...]) -> Rational:
        symbols = [_free(p) for p in places]
        for symbol, length in zip(symbols, lengths, strict=True):
            self.lowering.ranges[symbol] = length
        return self._normal(entry(*symbols), dict(zip(symbols, places, strict=True)))

    def _matrix(self, matrix: Matrix) -> Expr:
        rows, columns = matrix.rows, matrix.columns
        plain = all(len(b) == 1 and b[0].length is not None and not b[0].excluded for b in (rows, columns))
        if not plain:
            raise UnsupportedError("a matrix put together from blocks has no whole form; take an entry such as [i, j]")
        value = self._entry(lambda i, j: matrix.entry(0, i, 0, j), (ROW, COLUMN), (rows[0].length, columns[0].length))
        try:
            return self._shortest(value, (ROW, COLUMN), lambda w, v: write_matrix(w, v, ROW, COLUMN))
        except UnsupportedError:  # rows and columns that mix
            writer = EntrywiseMatrix(self.alg, self.names)
            return self._shortest(value, (ROW, COLUMN), lambda _, v: writer.matrix(v, ROW, COLUMN))

    def _shortest(self, value: Rational, last: tuple[Index, ...], write: Callable[[Writer, Rational], Expr]) -> Expr:
        """The shortest of the forms that single changes of atoms lead to, step by step."""
        best, length, failure = None, float("inf"), UnsupportedError("")

        def written(candidate: Rational) -> tuple[Expr | None, float]:
            nonlocal failure
            try:
                expr = write(Writer(self.alg, self.names), settled(self.alg, candidate, last))
            except (UnsupportedError, ShapeError) as error:
                failure = failure if str(failure) else UnsupportedError(str(error))
                return None, float("inf")
            return expr, cost(expr)

        best, length = written(value)
        self.search_ends = time.monotonic() + SEARCH_SECONDS
        for _ in range(MAX_ROUNDS):
            found = [(*written(changed), changed) for changed in self._changed(value)]
            shorter = [f for f in found if f[1] < length]
            if not shorter:
                break
            best, length, value = min(shorter, key=lambda f: f[1])
        if best is None:
            raise failure
        return best

    def _changed(self, value: Rational) -> list[Rational]:
        results = []
        for change in changes(self.alg, value):
            if time.monotonic() > self.search_ends:
                break
            try:
                changed = change(value)
            except (UnsupportedError, BudgetError):
                continue
            if changed != value:
                results.append(changed)
        return results


def _free(name: str) -> Any:
    import sympy

    return sympy.Integer(int(name)) if name.isdigit() else sympy.Symbol(name, integer=True, positive=True)
