"""Scales: which quantity x tends to infinity, so that what stands in exponentials grows like x.

With X the size of a limit's variable (or 1 over its distance from the point), x is X itself, or a power of X where
exponentials of such a power stand, ``log(X)`` where powers ``X**v`` do, ``exp(c*X)`` where exponentials of exponentials
do. All of them tend to infinity with X.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from softsym.calculus.limits import coefficients as co
from softsym.calculus.limits.growth import Bound, Rate, Term
from softsym.errors import UnsupportedError
from softsym.expression import Expr, apply, number


@dataclass(frozen=True)
class Scale:
    """``x = X**power``; ``x = log(X)`` for ``kind = "log"``, ``x = exp(power*X)`` for ``kind = "exp"``."""

    kind: str = "power"
    power: Fraction = Fraction(1)

    def of(self, size: Expr) -> Expr:
        """x as an expression, from that of X."""
        if self.kind == "log":
            return apply("log", size)
        if self.kind == "exp":
            return co.exponential(co.multiply(number(self.power), size))
        return co.power(size, self.power)

    def term(self, factor: Expr) -> Term:
        """``factor*X`` as a function of x."""
        if self.kind == "log":
            return Term(factor, Rate.of(co.ONE))
        if self.kind == "exp":
            return Term(co.multiply(number(1 / self.power), factor), logs=1)
        return Term(factor, power=1 / self.power)

    def inverse(self, factor: Expr) -> Term:
        """``factor/X`` as a function of x."""
        if self.kind == "log":
            return Term(factor, Rate.of(number(-1)))
        if self.kind == "exp":
            raise UnsupportedError("a variable that tends to a point like 1/log(x)")
        return Term(factor, power=-1 / self.power)


PLAIN = Scale()


def scale_for(part: Term | Bound) -> Scale | None:
    """The scale in which a part that stands in an exponential grows like x, if there is one.

    >>> scale_for(Term(co.ONE, power=Fraction(2)))
    Scale(kind='power', power=Fraction(2, 1))
    """
    rate = co.constant_of(part.rate.expr)
    if rate is None or rate < 0 or part.power < 0:
        return None
    if rate:
        return Scale("exp", rate)
    if part.power:
        return Scale("power", part.power) if part.power != 1 else None
    return Scale("log") if part.logs == 1 else None
