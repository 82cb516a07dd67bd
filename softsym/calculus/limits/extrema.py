"""Maxima and ties of vectors that do not depend on x, the same under shifts, positive factors and logarithms."""

from __future__ import annotations

from fractions import Fraction

from softsym.algebra.context import NEGATIVE, POSITIVE
from softsym.calculus.limits import coefficients as co
from softsym.calculus.limits.context import Calculus, log_of
from softsym.errors import UnsupportedError
from softsym.expression import Expr, apply, number, walk


def largest(calculus: Calculus, vector: Expr) -> Expr:
    """``max(vector)``, with scalar terms and positive factors outside."""
    outer, factor, core = _core(calculus, vector)
    if core is None:
        return outer
    if co.is_head(core, "log"):
        return co.add(outer, co.multiply(factor, apply("log", largest(calculus, co.args_of(core)[0]))))
    leader = calculus.facts.leader(core)
    if leader is not None:
        return co.add(outer, co.multiply(factor, co.entry(core, leader)))
    return co.add(outer, co.multiply(factor, _largest_of_core(calculus, core)))


def _largest_of_core(calculus: Calculus, core: Expr) -> Expr:
    c, rest = co.split_number(core)
    if co.is_head(core, "basis"):
        return co.ONE
    if c != -1:
        return apply("max", core)
    if co.is_head(rest, "log"):
        return co.negate(log_of(calculus, co.negate(largest(calculus, co.negate(co.args_of(rest)[0])))))
    return co.negate(apply("min", rest))


def larger_of(left: Expr, right: Expr) -> Expr:
    """The larger of two: through the size of their difference, or as a maximum where they are maxima themselves."""
    if any(co.is_head(n, "max", "min") for side in (left, right) for n in walk(side)):
        return apply("max", apply("list", left, right))
    size = apply("abs", co.subtract(left, right))
    return co.multiply(number(Fraction(1, 2)), co.add(left, right, size))


def _core(calculus: Calculus, vector: Expr) -> tuple[Expr, Expr, Expr | None]:
    """``vector = outer + factor*core`` with scalars outer and factor > 0."""
    terms = co.linear_terms(vector)
    outer = co.combine({e: c for e, c in terms.items() if not e.shape})
    inner = co.combine({e: c for e, c in terms.items() if e.shape})
    if inner == co.ZERO:
        return outer, co.ONE, None
    c, powers = co.factors_of(inner)
    scalars = {e: k for e, k in powers.items() if not e.shape}
    factor, sign = number(abs(c)), 1 if c > 0 else -1
    for e, k in scalars.items():
        found = calculus.facts.sign(e)
        if found == POSITIVE or (found == NEGATIVE and k.denominator == 1):
            flips = found == NEGATIVE and k.numerator % 2
            factor = co.multiply(factor, co.raised(co.negate(e) if flips else e, k))
            sign = -sign if flips else sign
        else:
            return outer, co.ONE, inner
    core = co.multiply(*(co.raised(e, k) for e, k in powers.items() if e.shape))
    return outer, factor, core if sign > 0 else co.negate(core)


def ties(calculus: Calculus, vector: Expr) -> tuple[Expr, Expr]:
    """``argmax_count`` and ``hardmax`` of a vector, which shifts, positive factors and logarithms do not change."""
    _, _, core = _core(calculus, vector)
    if core is None:
        raise UnsupportedError("the entries are equal")
    if co.is_head(core, "log"):
        return ties(calculus, co.args_of(core)[0])
    if co.is_head(core, "basis"):
        return co.ONE, core
    return apply("argmax_count", core), apply("hardmax", core)


def at_maxima(calculus: Calculus, coefficient: Expr, vector: Expr, index: Expr | None = None) -> Expr:
    """A coefficient as it is at the maximal entries of a vector, where each of them is the maximum."""
    _, _, core = _core(calculus, vector)
    if core is None:
        return coefficient
    if co.is_head(core, "basis") and index is None:
        return co.entry(coefficient, co.args_of(core)[0])
    known = core
    while co.is_head(known, "log", "neg"):
        known = co.args_of(known)[0]
    top = _invert(core, largest(calculus, core))
    if index is not None:
        known = co.entry(known, index)
    return co.replaced(coefficient, known, top)


def _invert(core: Expr, top: Expr) -> Expr:
    """What the vector inside ``log`` and ``-`` is where ``core`` is ``top``."""
    while co.is_head(core, "log", "neg"):
        top = co.exponential(top) if co.is_head(core, "log") else co.negate(top)
        core = co.args_of(core)[0]
    return top
