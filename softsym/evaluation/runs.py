"""Values at points whose vectors have few different entries, each many times: their lengths cost nothing.

A vector is a tuple of values, one for each *run* of consecutive equal entries, and the runs of all vectors of one
length are the same. Every index in scope has a run of its own: a bound index is put at the first place of each run in
turn, which is split there. So a sum over N = 10**12 entries takes as many steps as there are runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf
from typing import Any, Self

from flint import fmpq

from softsym.evaluation import scalars, selection
from softsym.evaluation.evaluator import ON_VALUES, Evaluator, Value, derivatives, scalar_values
from softsym.evaluation.jets import is_plain
from softsym.evaluation.point import Point, Undecided, Undefined
from softsym.evaluation.scalars import ONE, ZERO, Scalar
from softsym.expression import Apply, Expr, Symbol
from softsym.symbols import Length

_ENTRYWISE = ("add", "sub", "mul", "div", "pow", "neg", "exp", "log", "abs", "sign", "xlogy")
_OUTSIDE = frozenset(
    "diag outer identity transpose trace matmul jacobian hessian limit sparsemax".split()  # noqa: SIM905
)
MAX_WRITTEN = 50
"""Vectors of a fixed length have one run for each entry, up to this length."""


class Runs(tuple[Any, ...]):
    """The values of runs of entries, each with its ``counts``, how many entries it has."""

    counts: tuple[int, ...]

    def __new__(cls, values: Iterable[Any], counts: Iterable[int]) -> Self:
        """Values and as many counts."""
        made = super().__new__(cls, values)
        made.counts = tuple(counts)
        return made

    def place(self, position: int) -> int:
        """The number (from 0) of the run that an entry (from 1) is in."""
        for number, end in enumerate(accumulate(self.counts)):
            if 1 <= position <= end:
                return number
        raise Undefined(f"the index {position} is beyond the length {sum(self.counts)}")

    def split(self, number: int) -> Runs:
        """With the first entry of a run as a run of its own."""
        counts = (*self.counts[:number], 1, self.counts[number] - 1, *self.counts[number + 1 :])
        return Runs((*self[: number + 1], *self[number:]), counts)


@dataclass(frozen=True)
class RunPoint(Point):
    """A point whose vectors are :class:`Runs`: ``runs`` gives the counts of each length, ``over`` each vector's length.

    >>> from fractions import Fraction
    >>> from softsym import parse
    >>> z = Runs((Fraction(3), Fraction(0)), (1, 10**12 - 1))
    >>> at = RunPoint({"N": 10**12}, {"z": z}, {"N": z.counts}, {"z": "N"})
    >>> evaluator_at(at).value(parse("sum(z) + N + sum(sum(z[i]*z[j], i), j)"))
    1000000000012
    """

    runs: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    over: Mapping[str, str] = field(default_factory=dict)


def evaluator_at(point: Point, deadline: float = inf) -> Evaluator:
    """The evaluator for a point, whichever way it gives its vectors."""
    return RunEvaluator(point, deadline) if isinstance(point, RunPoint) else Evaluator(point, deadline)


class RunEvaluator(Evaluator):
    """Values of expressions at a :class:`RunPoint`; what it has no rule for, such as matrices, is undecided."""

    def __init__(self, point: RunPoint, deadline: float = inf) -> None:
        self.runs, self.over = dict(point.runs), dict(point.over)
        super().__init__(point, deadline)
        for name in self.over:
            self.values[name] = Runs(scalar_values(name, tuple(point.values[name])), self.runs[self.over[name]])  # type: ignore[arg-type]

    def within(self, seeds: Mapping[str, Value]) -> Self:
        """The environment in which some names have jets for values."""
        return super().within(
            {n: Runs(v, self.values[n].counts) if isinstance(v, tuple) else v for n, v in seeds.items()}
        )

    def compute(self, expr: Apply) -> Value:
        if expr.head in _OUTSIDE:
            raise Undecided(f"{expr.head} is not evaluated run by run")
        if expr.head in _ENTRYWISE:
            return _entrywise(expr.head, [self.value(a) for a in expr.args])
        rule = _RULES.get(expr.head)
        return super().compute(expr) if rule is None else rule(self, expr)

    def variable(self, expr: Expr) -> tuple[str, int]:
        """The (name, place) that an argument of diff is, place 0 for a scalar name."""
        if isinstance(expr, Symbol):
            return expr.name, 0
        vector, index = expr.args  # type: ignore[attr-defined]
        return vector.name, 1 + self.own_run(self.values[vector.name], self.index(index))

    @staticmethod
    def own_run(value: Runs, position: int) -> int:
        """The run of an entry, which must be the only one in it."""
        number = value.place(position)
        if value.counts[number] != 1:
            raise Undecided("an index without a run of its own")
        return number

    def counts(self, length: Length) -> tuple[int, ...]:
        """The runs of a length: those of a name, or single entries."""
        if length.is_literal and length.constant <= MAX_WRITTEN:
            return (1,) * length.constant
        if not length.constant and len(length.terms) == 1 and length.terms[0][1] == 1:
            return self.runs[length.terms[0][0]]
        raise Undecided(f"the entries of a vector of length {length} are in no order of runs")

    def split(self, length: Length, number: int) -> Self:
        """The environment in which the first entry of a run stands alone."""
        (name, _), *_ = length.terms
        inner = type(self).__new__(type(self))
        inner.__dict__.update(self.__dict__)
        inner.outer = None if self.outer is None else self.outer.split(length, number)  # type: ignore[attr-defined]
        inner.indices = dict(self.indices) if inner.outer is None else inner.outer.indices
        inner.runs = {**self.runs, name: Runs(self.runs[name], self.runs[name]).split(number).counts}
        inner.values = {n: v.split(number) if self.over.get(n) == name else v for n, v in self.values.items()}
        inner.memo = {}
        return inner


def _entrywise(head: str, values: list[Value]) -> Value:
    counts = {v.counts for v in values if isinstance(v, Runs)}
    if len(counts) > 1:
        raise Undecided("vectors with different runs")
    result = ON_VALUES[head](*values)
    return Runs(result, counts.pop()) if counts else result


def _weighted(values: Iterable[Scalar], counts: Iterable[int]) -> Scalar:
    return scalars.total([scalars.multiply(fmpq(n), v) for v, n in zip(values, counts, strict=True)])


def _sum(self: RunEvaluator, expr: Apply) -> Value:
    if len(expr.args) == 1:
        value = self.value(expr.args[0])
        return _weighted(value, value.counts)
    body, bound = expr.args
    assert isinstance(bound, Symbol)
    length = bound.kind.vector_length
    counts, terms, position = self.counts(length), [], 1
    for number, count in enumerate(counts):
        inner = self if count == 1 else self.split(length, number)
        terms.append(_at(inner, bound.name, position, body))
        position += count
    if any(isinstance(t, tuple) for t in terms):
        raise Undecided("a sum of vectors is not evaluated run by run")
    return _weighted(terms, counts)


def _at(self: RunEvaluator, name: str, position: int, body: Expr) -> Value:
    """The value of an expression with an index at a position."""
    before = self.indices.get(name)
    self.indices[name] = position
    try:
        return self.value(body)
    finally:
        if before is None:
            del self.indices[name]
        else:
            self.indices[name] = before


def _grad(self: RunEvaluator, expr: Apply) -> Value:
    f, vector = expr.args
    length, found = vector.shape[0], []
    for number, count in enumerate(self.counts(length)):
        inner = self if count == 1 else self.split(length, number)
        found.append(derivatives(inner, f, [(vector.name, number + 1)], 1, 1)(0))  # type: ignore[attr-defined]
    if any(isinstance(slope, tuple) for slope in found):
        raise Undecided("a Jacobian is not evaluated run by run")
    return Runs(found, self.counts(length))


def _item(self: RunEvaluator, expr: Apply) -> Value:
    value = self.value(expr.args[0])
    return value[value.place(self.index(expr.args[1]))]


def _drop(self: RunEvaluator, expr: Apply) -> Value:
    value = self.value(expr.args[0])
    if sum(value.counts) == 1:
        raise Undefined("drop of a vector of length 1")
    number = self.own_run(value, self.index(expr.args[1]))
    return Runs((*value[:number], *value[number + 1 :]), (*value.counts[:number], *value.counts[number + 1 :]))


def _basis(self: RunEvaluator, expr: Apply) -> Value:
    counts = self.counts(expr.shape[0])
    zeros = Runs((ZERO,) * len(counts), counts)
    number = self.own_run(zeros, self.index(expr.args[0]))
    return Runs((*zeros[:number], ONE, *zeros[number + 1 :]), counts)


def _ones(self: RunEvaluator, expr: Apply) -> Value:
    counts = self.counts(expr.shape[0])
    return Runs((ONE,) * len(counts), counts)


def _list(self: RunEvaluator, expr: Apply) -> Value:
    return Runs((self.value(a) for a in expr.args), (1,) * len(expr.args))


def _concat(self: RunEvaluator, expr: Apply) -> Value:
    left, right = (self.value(a) for a in expr.args)
    return Runs((*left, *right), (*left.counts, *right.counts))


def _product(self: RunEvaluator, expr: Apply) -> Value:
    value = self.value(expr.args[0])
    return selection.product(tuple(scalars.power(v, fmpq(n)) for v, n in zip(value, value.counts, strict=True)))


def _maximal(value: Runs) -> list[int]:
    if not all(is_plain(v) for v in value):
        raise Undecided("the derivative of a place is not evaluated run by run")
    return selection.maximal(tuple(value))


def _argmax_count(self: RunEvaluator, expr: Apply) -> Value:
    value = self.value(expr.args[0])
    return fmpq(sum(value.counts[n] for n in _maximal(value)))


def _hardmax(self: RunEvaluator, expr: Apply) -> Value:
    value = self.value(expr.args[0])
    best = _maximal(value)
    share = fmpq(1, sum(value.counts[n] for n in best))
    return Runs((share if n in best else ZERO for n in range(len(value))), value.counts)


def _onehot_argmax(self: RunEvaluator, expr: Apply) -> Value:
    value = self.value(expr.args[0])
    first = _maximal(value)[0]
    if value.counts[first] != 1:
        raise Undecided("the first of a run")
    return Runs((ONE if n == first else ZERO for n in range(len(value))), value.counts)


_RULES: dict[str, Callable[[RunEvaluator, Apply], Value]] = {
    "sum": _sum,
    "grad": _grad,
    "item": _item,
    "drop": _drop,
    "basis": _basis,
    "ones": _ones,
    "list": _list,
    "concat": _concat,
    "prod": _product,
    "argmax_count": _argmax_count,
    "hardmax": _hardmax,
    "onehot_argmax": _onehot_argmax,
}
