"""Sums over the entries of a vector that depends on x, and its entries.

Each rule states its condition; where the condition is not settled by :class:`~softsym.calculus.limits.facts.Facts`,
:class:`~softsym.errors.UnsupportedError` is raised.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from softsym.algebra.context import NONPOSITIVE
from softsym.calculus.limits import coefficients as co
from softsym.calculus.limits.context import Calculus
from softsym.calculus.limits.extrema import at_maxima, largest, ties
from softsym.calculus.limits.growth import STILL, Bound, Growth, Rate, Term, collect, transformed
from softsym.expression import Expr, apply, length_expr
from softsym.symbols import Length


def total(calculus: Calculus, growth: Growth) -> Growth:
    """The sum of the entries.

    Where entry k grows like ``exp(x*v[k])``, the maximal v[k] lead: ``sum(c*exp(x*v))`` is ``exp(x*max(v))`` times the
    sum of c over the maximal entries, and the others are smaller by a factor ``exp(-x*d)``, d > 0.
    """
    length = growth.shape[0]
    growth = _told_apart(calculus, growth) if calculus.by_entry else growth
    terms, bounds = [], [replace(b, rate=top_rate(calculus, b.rate)) for b in growth.bounds]
    for t in growth.terms:
        if t.rate.is_scalar:
            terms.append(replace(t, coefficient=co.total(t.coefficient, length_expr(length))))
            continue
        lead, rest = _leading_entries(calculus, t, length)
        terms += lead
        bounds += rest
    return collect(terms, bounds, ())


def _told_apart(calculus: Calculus, growth: Growth) -> Growth:
    """The function with ``exp(x*r)`` replaced by 1 in the entries where r = 0 and by 0 in the others, if all r <= 0."""
    terms, bounds = [], list(growth.bounds)
    for t in growth.terms:
        if t.rate.is_scalar or calculus.facts.sign(t.rate.expr) != NONPOSITIVE:
            terms.append(t)
            continue
        tie = co.subtract(co.ONE, co.power(apply("sign", t.rate.expr), Fraction(2)))
        terms.append(replace(t, coefficient=co.multiply(t.coefficient, tie), rate=STILL))
        bounds.append(Bound(small=True))
    return collect(terms, bounds, growth.shape)


def top_rate(calculus: Calculus, rate: Rate) -> Rate:
    """The largest rate among the entries."""
    if rate.vector is None or rate.at is not None:
        return rate
    return Rate(None, co.add(rate.scalar, largest(calculus, rate.vector)))


def _leading_entries(calculus: Calculus, t: Term, length: Length) -> tuple[list[Term], list[Bound]]:
    assert t.rate.vector is not None
    leader = calculus.facts.leader(t.rate.vector)
    if leader is not None:
        return _with_leader(calculus, t, leader, length)
    top = top_rate(calculus, t.rate)
    count, hard = ties(calculus, t.rate.vector)
    own = at_maxima(calculus, t.coefficient, t.rate.vector)
    weighted = co.total(co.multiply(hard, own), length_expr(length)) if own.shape else own
    coefficient = co.multiply(count, weighted)
    if calculus.facts.is_positive(t.coefficient):
        calculus.facts.learn_positive(coefficient)
    _note_sum(calculus, t, top, coefficient)
    return [replace(t, coefficient=coefficient, rate=top)], [Bound(top, small=True)]


def _note_sum(calculus: Calculus, t: Term, top: Rate, coefficient: Expr) -> None:
    assert t.rate.vector is not None
    if t.is_bounded:
        before = apply("sum", _display(calculus, t.coefficient, t.rate.expr))
        calculus.note(
            "the largest exponents lead a sum",
            before,
            _display(calculus, coefficient, top.expr),
            f"with x = {calculus.x}, every other entry is smaller by exp(-x*gap), gap > 0; tied entries are counted",
        )


def _display(calculus: Calculus, coefficient: Expr, rate: Expr) -> Expr:
    return co.multiply(coefficient, co.exponential(co.multiply(calculus.x, rate)))


def _with_leader(calculus: Calculus, t: Term, leader: Expr, length: Length) -> tuple[list[Term], list[Bound]]:
    """The sum where one entry is declared to lead: that entry, and the sum of the others."""
    assert t.rate.vector is not None
    first = replace(t, coefficient=co.entry(t.coefficient, leader), rate=entry_rate(t.rate, leader))
    others = replace(
        t,
        coefficient=co.dropped(t.coefficient, leader),
        rate=replace(t.rate, vector=co.dropped(t.rate.vector, leader)),
    )
    lead, rest = _leading_entries(calculus, others, length - 1)
    return [first, *lead], rest


def entry_rate(rate: Rate, index: Expr) -> Rate:
    """The rate of one entry."""
    return rate if rate.is_scalar else replace(rate, at=index)


def entry(growth: Growth, index: Expr) -> Growth:
    """One entry of a vector."""
    return transformed(growth, lambda c: co.entry(c, index), lambda r: entry_rate(r, index), ())


def dropped(growth: Growth, index: Expr) -> Growth:
    """The vector without one entry."""

    def rate(r: Rate) -> Rate:
        return r if r.is_scalar else replace(r, vector=co.dropped(r.vector or co.ZERO, index))

    return transformed(growth, lambda c: co.dropped(c, index), rate, (growth.shape[0] - 1,))
