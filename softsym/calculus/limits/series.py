"""Powers, logarithms and exponentials: of the leading term, times a power series in what it leaves.

Each rule states its condition; where the condition is not settled by :class:`~softsym.calculus.limits.facts.Facts`,
:class:`~softsym.errors.UnsupportedError` is raised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from softsym.algebra.context import NEGATIVE, NONNEGATIVE, POSITIVE
from softsym.calculus.limits import coefficients as co
from softsym.calculus.limits.context import Calculus, CoefficientUnsettledError, ScaleError, log_of
from softsym.calculus.limits.extrema import larger_of
from softsym.calculus.limits.growth import (
    NEGLIGIBLE,
    Bound,
    Growth,
    Rate,
    Term,
    add,
    as_bounds,
    collect,
    multiply,
    scale,
    still,
)
from softsym.calculus.limits.leading import indicated, is_at_most_zero, largest_by_rate, leading, settled, vanishes
from softsym.errors import UnsupportedError
from softsym.expression import Expr, Symbol, apply, number


def power(calculus: Calculus, growth: Growth, exponent: Expr) -> Growth:
    """``growth ** exponent`` for an exponent without x: a positive leading term, or an integer exponent."""
    value = co.constant_of(exponent)
    if value is not None and value.denominator == 1 and 0 <= value <= 12:
        return _repeated(growth, int(value))
    if growth.is_still:
        return still(co.power_of(growth.value, exponent))
    try:
        lead, small = _lead(calculus, growth)
    except UnsupportedError as error:
        if value is None or value <= 0:
            return _zero_or_not(calculus, growth, error, lambda g: power(calculus, g, exponent))
        if all(vanishes(calculus, part) for part in growth.parts):
            return _power_of_small(growth, value)
        found = _power_of_lead(calculus, growth, value)
        if found is None:
            raise
        return found
    integral = value is not None and value.denominator == 1
    if not integral and calculus.facts.sign(lead.coefficient) != POSITIVE:
        raise UnsupportedError("a power of what may be negative")
    if value is None and not lead.is_bounded:
        raise ScaleError(Term(exponent, logs=1))
    powers = value or Fraction(0)
    if powers.denominator != 1 and lead.logs:
        raise UnsupportedError("a fractional power of a logarithm")
    front = Term(
        co.power_of(lead.coefficient, exponent), lead.rate.times(exponent), lead.power * powers, int(lead.logs * powers)
    )
    if calculus.facts.is_positive(lead.coefficient):
        calculus.facts.learn_positive(front.coefficient)
    coefficients = [co.ONE]
    for n in range(calculus.order):
        step = co.divide(co.subtract(exponent, number(n)), number(n + 1))
        coefficients.append(co.multiply(coefficients[-1], step))
    return multiply(Growth((front,), (), growth.shape), _series(calculus, small, coefficients))


def _zero_or_not(
    calculus: Calculus, growth: Growth, error: UnsupportedError, function: Callable[[Growth], Growth]
) -> Growth:
    """A function of what leads with a coefficient c >= 0: without that term where c = 0, with a c > 0 elsewhere.

    With s = 1 where c > 0 and s = 0 where c = 0, the coefficient ``c + 1 - s`` is positive everywhere, and c where it
    matters.
    """
    if not isinstance(error, CoefficientUnsettledError):
        raise error
    lead, c = error.term, error.term.coefficient
    if lead not in growth.terms or calculus.facts.sign(c) != NONNEGATIVE:
        raise error
    indicator = c if isinstance(c, Symbol) and c.kind.domain == "onehot" else co.power(apply("sign", c), Fraction(2))
    zero = co.subtract(co.ONE, indicator)
    positive = co.add(c, zero)
    calculus.facts.learn_positive(positive)
    others = [t for t in growth.terms if t != lead]
    away = function(replace(growth, terms=(replace(lead, coefficient=positive), *others)))
    without = (replace(t, coefficient=co.replaced(t.coefficient, co.atom_of(c), co.ZERO)) for t in others)
    there = function(collect(without, growth.bounds, growth.shape))
    return add(scale(away, indicator), scale(there, zero))


def _power_of_small(growth: Growth, exponent: Fraction) -> Growth:
    """The size of a positive power of what tends to 0, at whatever order."""
    size = as_bounds(growth)
    factor = number(exponent)
    bounds = [replace(b, rate=b.rate.times(factor), power=b.power * exponent) for b in size.bounds if not b.logs]
    if len(bounds) < len(size.bounds):
        raise UnsupportedError("a power of a logarithm times what tends to 0")
    return collect((), bounds, growth.shape)


def _power_of_lead(calculus: Calculus, growth: Growth, exponent: Fraction) -> Growth | None:
    """A positive power to leading order, where the leading coefficient c is known to be >= 0.

    With the rest R of the size of ``x**s`` and the leading term ``c*x**p``, what is left out is of the size of
    ``x**(p*r + s - p)`` where c > 0, and of ``x**(s*r)`` where c = 0.
    """
    if not all(part.rate.is_zero for part in growth.parts):
        return None
    lead = max(growth.terms, key=lambda t: t.size, default=None)
    rest = collect((t for t in growth.terms if t is not lead), growth.bounds, growth.shape)
    sizes = [b.size for b in as_bounds(rest).bounds if not b.small]
    if lead is None or any(size >= lead.size for size in sizes) or lead.logs or any(logs for _, logs in sizes):
        return None
    if calculus.facts.sign(lead.coefficient) not in (NONNEGATIVE, POSITIVE):
        return None
    left = [Bound(power=power) for s, _ in sizes for power in (s * exponent, lead.power * (exponent - 1) + s)]
    small = [replace(b, power=Fraction(0)) for b in rest.bounds if b.small]
    top = Term(co.power(lead.coefficient, exponent), power=lead.power * exponent)
    return collect([top], [*left, *small], growth.shape)


def continuous_power(calculus: Calculus, base: Growth, exponent: Growth) -> Growth | None:
    """``base ** exponent`` up to what tends to 0, where base tends to a limit >= 0 and exponent to one > 0."""
    limits = []
    for growth in (base, exponent):
        kept = [t for t in growth.terms if t.is_bounded and t.rate.is_zero]
        rest = collect((t for t in growth.terms if t not in kept), growth.bounds, growth.shape)
        if not all(vanishes(calculus, part) for part in rest.parts):
            return None
        limits.append(co.sum_of(t.coefficient for t in kept))
    size, power = limits
    if calculus.facts.sign(size) not in (NONNEGATIVE, POSITIVE) or not calculus.facts.is_positive(power):
        return None
    shape = base.shape or exponent.shape
    return collect([Term(co.power_of(size, power))], [Bound(logs=-1)], shape)


def _repeated(growth: Growth, times: int) -> Growth:
    result = still(co.ONE)
    for _ in range(times):
        result = multiply(result, growth)
    return result


def _series(calculus: Calculus, small: Growth, coefficients: list[Expr]) -> Growth:
    """``sum(coefficients[n]*small**n)`` and a bound on the rest, for what tends to 0 and an analytic function at 0."""
    result, current = still(coefficients[0]), still(co.ONE)
    for c in coefficients[1:]:
        current = multiply(current, small)
        result = add(result, scale(current, c))
    rest = as_bounds(multiply(current, small))
    return collect(result.terms, [*result.bounds, *rest.bounds], small.shape)


def logarithm(calculus: Calculus, growth: Growth) -> Growth:
    """``log(growth)`` of what has a positive leading term.

    It is ``x*rate + power*log(x) + log(coefficient) + log(1 + small)``.
    """
    if growth.is_still:
        return still(log_of(calculus, growth.value))
    try:
        lead, small = _lead(calculus, growth)
    except UnsupportedError as error:
        return _zero_or_not(calculus, growth, error, lambda g: logarithm(calculus, g))
    if lead.logs:
        raise UnsupportedError("the logarithm of a logarithm that tends to infinity")
    if calculus.facts.sign(lead.coefficient) != POSITIVE:
        raise UnsupportedError("the logarithm of what may be negative")
    terms = [Term(log_of(calculus, lead.coefficient)), Term(lead.rate.expr, power=Fraction(1))]
    if lead.power:
        terms.append(Term(number(lead.power), logs=1))
    coefficients = [co.ZERO, *(number(Fraction((-1) ** (n + 1), n)) for n in range(1, calculus.order + 1))]
    return add(collect(terms, (), growth.shape), _series(calculus, small, coefficients))


def exponential(calculus: Calculus, growth: Growth) -> Growth:
    """``exp(growth)``: terms ``r*x`` become rates, ``n*log(x)`` powers, bounded terms factors, small ones a series."""
    front, rest = Growth((Term(co.ONE),), (), growth.shape), []
    growth = indicated(calculus, settled(calculus, growth))
    if _falls_fast(calculus, growth):
        return Growth((), (NEGLIGIBLE,), growth.shape)
    for t in growth.terms:
        factor = _exponential_factor(t)
        if factor is None:
            rest.append(t)
        else:
            front = multiply(front, Growth((factor,), (), growth.shape))
    for t in front.terms:
        calculus.facts.learn_positive(t.coefficient)
    small = collect(rest, growth.bounds, growth.shape)
    for part in small.parts:
        if not vanishes(calculus, part):
            raise ScaleError(part)
    coefficients, factorial = [co.ONE], 1
    for n in range(1, calculus.order + 1):
        factorial *= n
        coefficients.append(number(Fraction(1, factorial)))
    return multiply(front, _series(calculus, small, coefficients))


def _falls_fast(calculus: Calculus, growth: Growth) -> bool:
    """Whether a function tends to -oo faster than every multiple of x."""
    if not any(_outgrows(calculus, t) for t in growth.terms):
        return False
    try:
        lead, _ = leading(calculus, growth)
    except UnsupportedError:
        return False
    return _outgrows(calculus, lead) and calculus.facts.sign(lead.coefficient) == NEGATIVE


def _outgrows(calculus: Calculus, t: Term) -> bool:
    """Whether a term grows faster than x, if its coefficient is not 0."""
    if t.rate.is_zero:
        return t.size > (1, 0)
    return calculus.facts.sign(t.rate.expr) == POSITIVE


def _exponential_factor(t: Term) -> Term | None:
    """``exp`` of one term where it is no small one."""
    if not t.rate.is_zero or t.size < (0, 0):
        return None
    if t.is_bounded:
        return Term(co.exponential(t.coefficient))
    if t.size == (Fraction(1), 0):
        return Term(co.ONE, Rate.of(t.coefficient))
    exponent = co.constant_of(t.coefficient)
    if t.size == (Fraction(0), 1) and exponent is not None:
        return Term(co.ONE, power=exponent)
    raise ScaleError(t)


def _lead(calculus: Calculus, growth: Growth) -> tuple[Term, Growth]:
    """The leading term and the rest over it, exponentials whose order is not settled taken together."""
    growth = settled(calculus, growth)
    if len(growth.terms) == 2:
        return leading(calculus, _merged(calculus, growth))
    try:
        return leading(calculus, growth)
    except UnsupportedError:
        merged = growth
        for _ in growth.terms:
            merged = _merged(calculus, merged)
        if merged == growth:
            raise
        return leading(calculus, merged)


def _merged(calculus: Calculus, growth: Growth) -> Growth:
    """A sum of positive exponentials, two of which have no settled order, with these as one with the larger exponent.

    ``c*exp(x*r) + d*exp(x*s)`` is ``exp(x*max(r, s))`` times c where r > s, d where r < s, and c + d where r = s.
    """
    candidates = largest_by_rate(growth)
    if len(candidates) != len(growth.terms) or not all(calculus.facts.is_positive(t.coefficient) for t in candidates):
        return growth
    for first, second in combinations(candidates, 2):
        gap = first.rate.plus(second.rate, -1).expr
        if first.size == second.size and calculus.facts.sign(gap) not in (POSITIVE, NEGATIVE):
            return _as_larger(calculus, growth, first, second, gap)
    return growth


def _as_larger(calculus: Calculus, growth: Growth, first: Term, second: Term, gap: Expr) -> Growth:
    half = number(Fraction(1, 2))
    sign = apply("sign", gap)
    tie = co.power(sign, Fraction(2))
    larger = larger_of(first.rate.expr, second.rate.expr)
    weight = co.add(co.ONE, co.multiply(half, co.subtract(sign, tie)))
    other = co.subtract(co.ONE, co.multiply(half, co.add(sign, tie)))
    c = co.add(co.multiply(first.coefficient, weight), co.multiply(second.coefficient, other))
    calculus.facts.learn_positive(c)
    rate = Rate.of(larger)
    lead = replace(first, coefficient=c, rate=rate)
    if not all(_is_below(calculus, b, rate) for b in growth.bounds):
        raise UnsupportedError("which term of a sum leads is not settled")
    rest = [replace(b, rate=rate) for b in growth.bounds]
    others = [t for t in growth.terms if t not in (first, second)]
    return collect([lead, *others], [*rest, Bound(rate, small=True)], growth.shape)


def _is_below(calculus: Calculus, bound: Bound, rate: Rate) -> bool:
    return bound.negligible or is_at_most_zero(calculus, bound.rate.plus(rate, -1))
