"""The leading term of a function of x, and its limit.

Each rule states its condition; where the condition is not settled by :class:`~softsym.calculus.limits.facts.Facts`,
:class:`~softsym.errors.UnsupportedError` is raised.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from softsym.algebra.context import NEGATIVE, NONPOSITIVE, POSITIVE
from softsym.calculus.limits import coefficients as co
from softsym.calculus.limits.context import Calculus, CoefficientUnsettledError, EntriesUnsettledError
from softsym.calculus.limits.extrema import at_maxima, ties
from softsym.calculus.limits.growth import STILL, Bound, Growth, Rate, Term, collect, multiply, shown
from softsym.calculus.limits.sums import top_rate
from softsym.errors import UnsupportedError
from softsym.expression import Expr, apply, walk
from softsym.language import bare_text


def leading(calculus: Calculus, growth: Growth) -> tuple[Term, Growth]:
    """The leading term, with a coefficient that is not zero anywhere, and the rest over that term, which tends to 0."""
    growth = _without_zeros(calculus, growth)
    lead = _leading_term(calculus, growth)
    inverse = Term(co.power(lead.coefficient, Fraction(-1)), STILL.plus(lead.rate, -1), -lead.power, -lead.logs)
    rest = collect((t for t in growth.terms if t is not lead), growth.bounds, growth.shape)
    small = multiply(rest, Growth((inverse,), (), growth.shape))
    for part in small.parts:
        if not vanishes(calculus, part):
            raise UnsupportedError("which term of a sum leads is not settled")
    return lead, small


def _without_zeros(calculus: Calculus, growth: Growth) -> Growth:
    kept = [t for t in growth.terms if not calculus.facts.is_zero(t.coefficient)]
    return collect(kept, growth.bounds, growth.shape)


def _leading_term(calculus: Calculus, growth: Growth) -> Term:
    candidates = largest_by_rate(growth)
    if not candidates:
        raise UnsupportedError("all the terms that were worked out cancel")
    lead = candidates[0]
    for t in candidates[1:]:
        order = _compare(calculus, t, lead)
        lead = t if order > 0 else lead
    if calculus.facts.sign(lead.coefficient) not in (POSITIVE, NEGATIVE):
        raise CoefficientUnsettledError(lead)
    return lead


def largest_by_rate(growth: Growth) -> list[Term]:
    """Of the terms with one rate, the largest."""
    best: dict[Rate, Term] = {}
    for t in growth.terms:
        if t.rate not in best or best[t.rate].size < t.size:
            best[t.rate] = t
    return list(best.values())


def _compare(calculus: Calculus, left: Term, right: Term) -> int:
    gap = calculus.facts.sign(left.rate.plus(right.rate, -1).expr)
    if gap in (POSITIVE, NEGATIVE):
        return 1 if gap == POSITIVE else -1
    raise UnsupportedError(f"which of the exponents {left.rate.expr} and {right.rate.expr} is larger is not settled")


def vanishes(calculus: Calculus, part: Term | Bound) -> bool:
    """Whether a term or a bound tends to 0 in every entry."""
    if isinstance(part, Bound) and part.small:
        return is_at_most_zero(calculus, part.rate)
    if part.size < (0, 0) and is_at_most_zero(calculus, part.rate):
        return True
    top = top_rate(calculus, replace(part.rate, at=None)) if part.rate.vector is not None else part.rate
    return calculus.facts.sign(top.expr) == NEGATIVE or calculus.facts.sign(part.rate.expr) == NEGATIVE


def is_at_most_zero(calculus: Calculus, rate: Rate) -> bool:
    """Whether a rate is <= 0 in every entry."""
    if rate.is_zero:
        return True
    if rate.vector is not None:
        top = top_rate(calculus, replace(rate, at=None)).expr
        if calculus.facts.is_zero(top) or calculus.facts.sign(top) in (NEGATIVE, NONPOSITIVE):
            return True
    return calculus.facts.is_zero(rate.expr) or calculus.facts.sign(rate.expr) in (NEGATIVE, NONPOSITIVE)


def settled(calculus: Calculus, growth: Growth) -> Growth:
    """The function with ``exp(x*(v - max(v)))`` replaced by 1 where v is maximal, if its coefficient stays bounded.

    The other entries are smaller than ``exp(-x*d)`` for some d > 0.
    """
    if len(growth.terms) < 2 or not any(t.rate.vector is not None for t in growth.terms):
        return growth
    tops = [top_rate(calculus, replace(t.rate, at=None)) for t in growth.terms]
    if not all(t.rate.is_zero or calculus.facts.is_zero(top.expr) for t, top in zip(growth.terms, tops, strict=True)):
        return growth
    terms = [t if t.rate.is_zero else _still_term(calculus, t) for t in growth.terms]
    bounds = [replace(b, rate=top_rate(calculus, replace(b.rate, at=None))) for b in growth.bounds]
    return collect(terms, [*bounds, Bound(small=True)], growth.shape)


def _still_term(calculus: Calculus, t: Term) -> Term:
    assert t.rate.vector is not None
    count, hard = ties(calculus, t.rate.vector)
    if t.rate.at is not None:
        hard = co.entry(hard, t.rate.at)
    own = at_maxima(calculus, t.coefficient, t.rate.vector, t.rate.at)
    return Term(co.multiply(own, count, hard), STILL, t.power, t.logs)


def indicated(calculus: Calculus, growth: Growth) -> Growth:
    """The function with ``exp(x*r)`` replaced by 1 where r = 0 and 0 where r < 0, if r <= 0 and it does not vanish."""
    terms: list[Term] = []
    bounds = list(growth.bounds)
    for t in growth.terms:
        if t.rate.is_zero or vanishes(calculus, t) or not is_at_most_zero(calculus, t.rate):
            terms.append(t)
            continue
        terms.append(_indicated(calculus, t))
        bounds.append(Bound(small=True))
    return collect(terms, bounds, growth.shape)


def limit(calculus: Calculus, growth: Growth) -> Expr:
    """The limit as x tends to infinity."""
    for bound in growth.bounds:
        if not vanishes(calculus, bound):
            raise UnsupportedError("the expansion does not go far enough")
    return co.sum_of(_limit_of_term(calculus, t) for t in growth.terms)


def _limit_of_term(calculus: Calculus, t: Term) -> Expr:
    if vanishes(calculus, t):
        return co.ZERO
    still_term = t if t.rate.is_zero else _indicated(calculus, t)
    if t.size > (0, 0):
        if calculus.facts.is_zero(still_term.coefficient):
            return co.ZERO
        grows, factor = bare_text(shown(t, calculus.x)), bare_text(still_term.coefficient)
        raise UnsupportedError(f"{grows} tends to infinity unless {factor} is 0")
    return still_term.coefficient


def _indicated(calculus: Calculus, t: Term) -> Term:
    if t.rate.vector is not None:
        top = top_rate(calculus, replace(t.rate, at=None))
        if calculus.facts.is_zero(top.expr):
            return _still_term(calculus, t)
    if calculus.facts.is_zero(t.rate.expr):
        return replace(t, rate=STILL)
    if calculus.facts.sign(t.rate.expr) == NONPOSITIVE:
        if not calculus.by_entry and any(co.is_head(n, "max", "min") for n in walk(t.rate.expr)):
            raise EntriesUnsettledError(f"which entries of {t.rate.expr} are 0 is left open")
        tie = co.subtract(co.ONE, co.power(apply("sign", t.rate.expr), Fraction(2)))
        return replace(t, coefficient=co.multiply(t.coefficient, tie), rate=STILL)
    raise UnsupportedError(f"the sign of the exponent {t.rate.expr} is not settled")
