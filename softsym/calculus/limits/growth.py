"""Functions of x as x tends to infinity: finitely many terms and a bound on the rest.

A term is ``coefficient * x**power * log(x)**logs * exp(x*rate)``. Coefficients and rates are expressions of the
language that do not depend on x; both may be vectors, with entry k of one belonging to entry k of the other. What is
left out is bounded: a :class:`Bound` stands for a function R with

* ``|R| <= C * x**power * log(x)**logs * exp(x*rate)`` for large x, or, where it is ``small``,
* ``|R| <= C * exp(x*(rate - d))`` with some d > 0, or, where it is ``negligible``,
* ``|R| <= C * exp(-x*d)`` for every d,

entry by entry, where C and d depend on the values of the names but not on x. Vectors have finitely many entries, so
that sums of bounded entries are bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from softsym.calculus.limits import coefficients as co
from softsym.errors import BudgetError
from softsym.expression import Expr, apply
from softsym.shapes import Shape

MAX_TERMS = 150
MAX_SIZE = 2000
"""The most nodes that a coefficient may have."""


@dataclass(frozen=True)
class Rate:
    """``vector + scalar``, or ``vector[at] + scalar`` where ``at`` is given."""

    vector: Expr | None = None
    scalar: Expr = co.ZERO
    at: Expr | None = None

    @staticmethod
    def of(expr: Expr) -> Rate:
        """An expression as a rate: scalar terms and vector terms apart."""
        terms = co.linear_terms(expr)
        vector = co.combine({e: c for e, c in terms.items() if e.shape})
        scalar = co.combine({e: c for e, c in terms.items() if not e.shape})
        return Rate(None if vector == co.ZERO else vector, scalar)

    @property
    def is_zero(self) -> bool:
        return self.vector is None and self.scalar == co.ZERO

    @property
    def is_scalar(self) -> bool:
        """Whether the rate is the same for every entry."""
        return self.vector is None or self.at is not None

    @property
    def expr(self) -> Expr:
        """The rate as one expression."""
        if self.vector is None:
            return self.scalar
        return co.add(self.vector if self.at is None else co.entry(self.vector, self.at), self.scalar)

    @property
    def key(self) -> object:
        """What equal rates have in common, in whatever order their terms stand."""
        own = frozenset(co.linear_terms(self.expr if self.is_scalar else self.scalar).items())
        return own if self.is_scalar else (frozenset(co.linear_terms(self.expr).items()), own)

    def plus(self, other: Rate, sign: int = 1) -> Rate:
        """The sum, or the difference for ``sign = -1``."""

        def signed(e: Expr) -> Expr:
            return e if sign > 0 else co.negate(e)

        scalar = co.add(self.scalar, signed(other.scalar))
        if other.vector is None:
            return replace(self, scalar=scalar).tidied()
        if self.vector is None:
            return Rate(signed(other.vector), scalar, other.at).tidied()
        if self.at != other.at:
            return Rate.of(co.add(self.expr, signed(other.expr)))
        vector = co.add(self.vector, signed(other.vector))
        if vector.shape:
            return Rate(vector, scalar, self.at).tidied()
        return Rate(None, co.add(scalar, vector))

    def tidied(self) -> Rate:
        """The rate, as 0 if it cancels."""
        return Rate() if self.at is not None and self.expr == co.ZERO else self

    def times(self, factor: Expr) -> Rate:
        """The rate times a constant."""
        if factor.shape:
            return Rate.of(co.multiply(self.expr, factor))
        vector = None if self.vector is None else co.multiply(self.vector, factor)
        return Rate(vector, co.multiply(self.scalar, factor), self.at)


STILL = Rate()


@dataclass(frozen=True)
class Term:
    """``coefficient * x**power * log(x)**logs * exp(x*rate)``."""

    coefficient: Expr
    rate: Rate = STILL
    power: Fraction = Fraction(0)
    logs: int = 0

    @property
    def size(self) -> tuple[Fraction, int]:
        """The powers of x and log(x), in the order of growth."""
        return self.power, self.logs

    @property
    def is_bounded(self) -> bool:
        """Whether there is no power of x and log(x)."""
        return not self.power and not self.logs


@dataclass(frozen=True)
class Bound:
    """A bound on what is left out; see the module."""

    rate: Rate = STILL
    power: Fraction = Fraction(0)
    logs: int = 0
    small: bool = False
    negligible: bool = False

    @property
    def size(self) -> tuple[Fraction, int]:
        return self.power, self.logs


NEGLIGIBLE = Bound(small=True, negligible=True)
"""Of what ``exp(-x**2)`` and ``exp(-exp(x))`` are instances: its product with any term or bound is such a bound."""


@dataclass(frozen=True)
class Growth:
    """A scalar or vector function of x: the sum of its terms, up to its bounds."""

    terms: tuple[Term, ...]
    bounds: tuple[Bound, ...] = ()
    shape: Shape = ()

    @property
    def parts(self) -> tuple[Term | Bound, ...]:
        """The terms and the bounds."""
        return (*self.terms, *self.bounds)

    @property
    def is_still(self) -> bool:
        """Whether it does not depend on x."""
        return not self.bounds and all(t.rate.is_zero and t.is_bounded for t in self.terms)

    @property
    def value(self) -> Expr:
        """The expression that a function which does not depend on x is."""
        return co.sum_of(t.coefficient for t in self.terms)


def still(expr: Expr) -> Growth:
    """An expression without x."""
    return Growth((Term(expr),), (), expr.shape)


def collect(terms: Iterable[Term], bounds: Iterable[Bound], shape: Shape) -> Growth:
    """The sum of terms and bounds: equal ones together, and terms that a bound swallows left out."""
    sums: dict[tuple[Rate, Fraction, int], Expr] = {}
    rates: dict[object, Rate] = {}
    for t in terms:
        key = (rates.setdefault(t.rate.key, t.rate), *t.size)
        sums[key] = co.add(sums[key], t.coefficient) if key in sums else t.coefficient
    kept_bounds = _largest(bounds)
    swallowing = {b.rate: b.size for b in kept_bounds if not b.small}
    kept = [
        Term(c, *key)
        for key, c in sums.items()
        if c != co.ZERO and not (key[0] in swallowing and key[1:] <= swallowing[key[0]])
    ]
    if len(kept) + len(kept_bounds) > MAX_TERMS:
        raise BudgetError("an expansion has too many terms")
    if any(co.size(t.coefficient) > MAX_SIZE for t in kept):
        raise BudgetError("a coefficient of an expansion is too large")
    return Growth(tuple(kept), kept_bounds, shape)


def _largest(bounds: Iterable[Bound]) -> tuple[Bound, ...]:
    best: dict[tuple[Rate, bool, bool], Bound] = {}
    for b in bounds:
        key = (b.rate, b.small, b.negligible)
        if key not in best or best[key].size < b.size:
            best[key] = replace(b, power=Fraction(0), logs=0) if b.small else b
    return tuple(best.values())


def joined_shape(*growths: Growth) -> Shape:
    """The shape of arithmetic between functions: that of the vectors among them."""
    return max((g.shape for g in growths), key=len)


def add(*growths: Growth) -> Growth:
    """The sum."""
    terms = [t for g in growths for t in g.terms]
    bounds = [b for g in growths for b in g.bounds]
    return collect(terms, bounds, joined_shape(*growths))


def multiply(left: Growth, right: Growth) -> Growth:
    """The product."""
    terms = [
        Term(co.multiply(s.coefficient, t.coefficient), s.rate.plus(t.rate), s.power + t.power, s.logs + t.logs)
        for s in left.terms
        for t in right.terms
    ]
    pairs: list[tuple[Bound, Term | Bound]] = [(a, b) for a in left.bounds for b in right.parts]
    pairs += [(a, b) for a in right.bounds for b in left.terms]
    bounds = [_bound_product(a, b) for a, b in pairs]
    return collect(terms, bounds, joined_shape(left, right))


def _bound_product(a: Bound, b: Bound | Term) -> Bound:
    if a.negligible or (isinstance(b, Bound) and b.negligible):
        return NEGLIGIBLE
    small = a.small or (isinstance(b, Bound) and b.small)
    return Bound(a.rate.plus(b.rate), a.power + b.power, a.logs + b.logs, small)


def scale(growth: Growth, factor: Expr) -> Growth:
    """The function times an expression without x."""
    return multiply(growth, still(factor))


def as_bounds(growth: Growth) -> Growth:
    """The function with its size only."""
    return collect((), [*growth.bounds, *(Bound(t.rate, t.power, t.logs) for t in growth.terms)], growth.shape)


def transformed(
    growth: Growth, coefficient: Callable[[Expr], Expr], rate: Callable[[Rate], Rate], shape: Shape
) -> Growth:
    """The function with every coefficient and every rate changed."""
    terms = [replace(t, coefficient=coefficient(t.coefficient), rate=rate(t.rate)) for t in growth.terms]
    return collect(terms, [replace(b, rate=rate(b.rate)) for b in growth.bounds], shape)


def shown(term: Term, x: Expr) -> Expr:
    """A term as an expression."""
    grows = co.exponential(co.multiply(x, term.rate.expr))
    logs = co.power(apply("log", x), Fraction(term.logs)) if term.logs else co.ONE
    return co.multiply(co.power(x, term.power), term.coefficient, logs, grows)
