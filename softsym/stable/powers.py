"""Roots and logarithms of a sum of powers: the largest base is taken out, so that no power leaves the range of doubles.

``sum(u**p) = m**p * sum((u/m)**p)`` with ``m = max(u)`` holds for u >= 0 and any m > 0; m is 1 where every u is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import mul

from softsym.expression import Apply, Expr, apply, walk
from softsym.stable import scale as ls
from softsym.stable import terms as t
from softsym.stable.signs import is_nonnegative, is_positive

LARGEST_KEPT = 2
"""Squares are left as they are: they stay in range for all numbers from 1E-150 to 1E+150, and are what one expects."""

_MULTIPLIED = (2, 3, 4)
"""Powers that may be written as products."""

PLAIN_ORDER = 16
"""Shares of the largest entry down to 1E-19 stay in range when they are raised to at most this."""


@dataclass(frozen=True)
class Taken:
    """A sum of powers as ``largest**exponent * rest``."""

    largest: Expr
    exponent: Expr
    rest: Expr

    def root(self, exponent: Expr) -> Expr:
        """The sum to a power."""
        outer = ls.factor_expr(*ls.monomial(t.mul(self.exponent, exponent)))
        return t.mul(_power(self.largest, outer), apply("pow", self.rest, exponent))

    def logarithm(self) -> Expr:
        """The sum's logarithm."""
        return t.add(t.mul(self.exponent, t.call("log", self.largest)), t.call("log", self.rest))


def taken(expr: Expr) -> Taken | None:
    """The largest base taken out of a sum of powers, which may have factors; ``None`` where there is none.

    >>> import softsym as ss
    >>> powers = taken(ss.parse("sum(x**t)/N where x: positive vector, t: positive"))
    >>> print(powers.rest)
    sum((x/max(x))**t)/N where x: positive vector, t: positive
    >>> taken(ss.parse("sum(z**2)")) is None
    True
    """
    if not isinstance(expr, Apply):
        return None
    if expr.head in ("mul", "div"):
        return _taken_of_factor(expr)
    if expr.head != "sum" or len(expr.args) != 1:
        return None
    power = expr.args[0]
    if not isinstance(power, Apply) or power.head != "pow" or power.args[1].shape:
        return None
    return _taken_of_powers(*power.args)


def as_exponential(power: Expr) -> Expr | None:
    """A power of the entries divided by their largest, by ``exp``: for programs in which a power that is too small is
    an error (LibreOffice); ``None`` for other expressions, and for small orders.

    ``r**p = exp(p*log(r + 1 - sign(r)))*sign(r)`` for r >= 0 and p > 0; for r <= 1 their sum keeps its digits.

    >>> import softsym as ss
    >>> powers = taken(ss.parse("sum(x**t) where x: positive vector, t: positive"))
    >>> print(as_exponential(powers.rest.args[0]))
    exp(t*log(x/max(x))) where t: positive, x: positive vector
    """
    if not isinstance(power, Apply) or power.head != "pow" or not _is_taken_out(power.args[0]):
        return None
    base, exponent = power.args
    order = t.rational(exponent)
    if order is not None and order <= PLAIN_ORDER:
        return None
    size, largest = base.args  # type: ignore[attr-defined]
    if is_positive(size):
        return t.call("exp", exponent * t.call("log", base))
    share = t.div(size if is_nonnegative(size) else t.call("abs", size), largest)
    sign = t.call("sign", share)
    return t.call("exp", exponent * t.call("log", share + (t.ONE - sign))) * sign


def as_product(power: Expr) -> Expr | None:
    """A small whole power of a sum or difference with exponentials in it, by multiplication; else ``None``.

    Such a difference may be as small as an exponential. Its power may then be too small for a number: an error in
    LibreOffice, where a product is 0.

    >>> import softsym as ss
    >>> print(as_product(ss.parse("(v - sum(v*exp(z)))**2")))
    (v - sum(v*exp(z)))*(v - sum(v*exp(z)))
    >>> as_product(ss.parse("(v - mean(v))**2")) is None
    True
    """
    if not isinstance(power, Apply) or power.head != "pow":
        return None
    base, order = power.args[0], t.rational(power.args[1])
    if order not in _MULTIPLIED or not (isinstance(base, Apply) and base.head in ("add", "sub")):
        return None
    if not any(isinstance(node, Apply) and node.head == "exp" for node in walk(base)):
        return None
    factors: list[Expr] = [base] * int(order)
    return reduce(mul, factors)


def _is_taken_out(base: Expr) -> bool:
    """Whether entries are divided by the largest."""
    if not (isinstance(base, Apply) and base.head == "div" and base.args[0].shape):
        return False
    return base.args[1] == _largest(base.args[0])


def _taken_of_factor(expr: Apply) -> Taken | None:
    left, right = expr.args
    if found := taken(left):
        return Taken(found.largest, found.exponent, apply(expr.head, found.rest, right))
    if expr.head == "mul" and (found := taken(right)):
        return Taken(found.largest, found.exponent, apply("mul", left, found.rest))
    return None


def _taken_of_powers(base: Expr, exponent: Expr) -> Taken | None:
    order = t.rational(exponent)
    is_large = is_positive(exponent) if order is None else order > LARGEST_KEPT
    is_even = order is not None and (order / 2).denominator == 1
    if not is_large or not (is_nonnegative(base) or is_even):
        return None
    largest = _largest(base)
    if _is_taken_out(base):
        return None
    return Taken(largest, exponent, t.call("sum", t.call("pow", t.div(base, largest), exponent)))


def _largest(base: Expr) -> Expr:
    """The largest size of an entry, or 1 where all are 0."""
    largest = t.call("max", base if is_nonnegative(base) else t.call("abs", base))
    return largest if is_positive(largest) else t.add(largest, t.sub(t.ONE, t.call("sign", largest)))


def _power(base: Expr, exponent: Expr) -> Expr:
    return base if t.rational(exponent) == Fraction(1) else apply("pow", base, exponent)
