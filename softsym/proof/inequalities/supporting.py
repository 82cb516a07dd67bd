"""The weights with which a number goes under a sum over two distributions, each term least where they agree.

``c + sum_k g(p_k, q_k) >= 0`` follows from ``g(x, y) + a*x + (c - a)*y >= 0`` for any a, since p and q sum to 1. Where
g is homogeneous of degree 1 and 0 = c + g(1, 1), only ``a = -dg/dx(1, 1)`` may do: with another a the term has a slope,
and so both signs, near x = y.
"""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.polynomial import Index, Mono, Poly, Rational
from softsym.algebra.renaming import entry, rename
from softsym.errors import SoftsymError
from softsym.evaluation import Point, evaluate
from softsym.expression import Expr
from softsym.proof.inequalities.goal import Goal
from softsym.proof.inequalities.splitting import new_index
from softsym.symbols import Length

_STEP = Fraction(1, 2**20)
MAX_DENOMINATOR = 24


def supporting_share(goal: Goal, first: str, second: str, length: Length) -> Fraction | None:
    """The share of the first distribution in the weights of a goal's number, ``a/c``, if a goal is such a sum."""
    numbers = {m: c for m, c in goal.value.num if not m}
    index, case = new_index(goal, goal.alg.fresh_index(length))
    total = Rational.of(0)
    for mono, coefficient in goal.value.num:
        if mono:
            constant = all(a.head == "log" and a.data[0].constant() is not None for a, _ in mono)
            body = _mean(goal, mono, (first, second), index) if constant else _body(goal, mono, length, index)
            if body is None:
                return None
            total = total + body.times(Rational.of(coefficient))
    names = {a.data[0] for a in total.num.atoms | total.atoms if a.head == "entry"}
    if not numbers or not names <= {first, second}:
        return None
    whole = Fraction(str(numbers[()]))
    slope = _slope(case.write(total), (first, second, str(index)), length, whole)
    return None if slope is None else -slope / whole


def _mean(goal: Goal, mono: Mono, names: tuple[str, str], index: Index) -> Rational:
    """A constant such as log(2) times the mean of the two shares: such stand under the sum with it."""
    x, y = (entry(goal.alg, name, index) for name in names)
    return elementary.multiply(goal.alg, Rational(Poly({mono: fmpq(1, 2)})), x + y)


def _body(goal: Goal, mono: Mono, length: Length, index: Index) -> Rational | None:
    """The terms of a single sum over that length."""
    atom = mono[0][0]
    if len(mono) != 1 or mono[0][1] != 1 or atom.head != "sum" or len(atom.data[0]) != 1:
        return None
    return (
        rename(goal.alg, atom.data[1], {atom.data[0][0]: index}) if goal.alg.ranges[atom.data[0][0]] == length else None
    )


def _slope(term: Expr, names: tuple[str, str, str], length: Length, whole: Fraction) -> Fraction | None:
    """The derivative of the term by the first share at (1, 1), as a simple fraction, if the term is -c there."""
    first, second, index = names

    def value(x: Fraction) -> float:
        found = evaluate(term, Point({str(length): 1}, {first: (x,), second: (Fraction(1),), index: 1}))
        return float(found)  # type: ignore[arg-type]  # a scalar

    try:
        if abs(value(Fraction(1)) + whole) > 1e-9:
            return None
        found = (value(1 + _STEP) - value(1 - _STEP)) / float(2 * _STEP)
    except SoftsymError:
        return None
    simple = Fraction(found).limit_denominator(MAX_DENOMINATOR)
    return simple if abs(found - simple) < 1e-6 else None
