"""Truncated power series in several variables over scalars: derivatives of any order without symbolic algebra.

A jet is ``sum(c_m * dx**m)`` over the monomials m up to a frame's order. A monomial is a sorted tuple of variable
numbers, ``(0, 0, 2)`` for ``dx0**2*dx2``. Frames nest: a coefficient of an inner frame's jet may be a jet of an outer
one, and the frame's level says which of two frames is the inner one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import factorial, prod
from typing import TypeAlias

from flint import fmpq

from softsym.evaluation import scalars
from softsym.evaluation.point import Undefined
from softsym.evaluation.scalars import ONE, ZERO, Ball, Scalar

Monomial: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Frame:
    """The truncation of jets: the total ``order`` and, by variable, the highest power that matters."""

    level: int
    order: int
    caps: Mapping[int, int]

    def product(self, left: Monomial, right: Monomial) -> Monomial | None:
        """The product of two monomials, or ``None`` if it is cut off."""
        if len(left) + len(right) > self.order:
            return None
        if not left or not right:
            return left or right
        merged = tuple(sorted(left + right))
        caps = self.caps
        return merged if all(merged.count(v) <= caps[v] for v in {*left, *right}) else None


class Jet:
    """A truncated power series; ``terms`` has no exact zeros.

    It stays a jet even if only a constant is left: what was cut off, as in ``x**2`` at 0, decides whether a root of it
    has a derivative.
    """

    __slots__ = ("frame", "terms")

    def __init__(self, frame: Frame, terms: dict[Monomial, Scalar]) -> None:
        self.frame, self.terms = frame, terms

    @property
    def constant(self) -> Scalar:
        return self.terms.get((), ZERO)

    @property
    def primal(self) -> Scalar:
        """The value with all nilpotent parts dropped."""
        value = self.constant
        return value.primal if isinstance(value, Jet) else value

    def _terms_of(self, other: Scalar) -> dict[Monomial, Scalar]:
        return other.terms if isinstance(other, Jet) and other.frame is self.frame else {(): other}

    def _yields_to(self, other: Scalar) -> bool:
        """Whether ``other`` is a jet of a frame further in, which takes this jet as a coefficient."""
        return isinstance(other, Jet) and other.frame.level > self.frame.level

    def __add__(self, other: Scalar) -> Scalar:
        if self._yields_to(other):
            return other + self
        terms = dict(self.terms)
        for monomial, value in self._terms_of(other).items():
            terms[monomial] = terms[monomial] + value if monomial in terms else value
        return jet(self.frame, terms)

    __radd__ = __add__

    def __neg__(self) -> Jet:
        return Jet(self.frame, {m: -c for m, c in self.terms.items()})

    def __sub__(self, other: Scalar) -> Scalar:
        return self + (-other)

    def __rsub__(self, other: Scalar) -> Scalar:
        return (-self) + other

    def __mul__(self, other: Scalar) -> Scalar:
        if self._yields_to(other):
            return other * self
        terms: dict[Monomial, Scalar] = {}
        for left, c in self.terms.items():
            for right, d in self._terms_of(other).items():
                monomial = self.frame.product(left, right)
                if monomial is not None:
                    terms[monomial] = terms[monomial] + c * d if monomial in terms else c * d
        return jet(self.frame, terms)

    __rmul__ = __mul__

    def _nilpotent(self) -> Scalar:
        return Jet(self.frame, {m: c for m, c in self.terms.items() if m})

    def compose(self, coefficients: list[Scalar]) -> Scalar:
        """``sum(coefficients[k] * (self - constant)**k)``: a function whose Taylor coefficients are known."""
        step, result = self._nilpotent(), coefficients[-1]
        for coefficient in reversed(coefficients[:-1]):
            result = result * step + coefficient
        return result

    def exp(self) -> Scalar:
        value = scalars.exp(self.constant)
        return self.compose([value * fmpq(1, factorial(k)) for k in range(self.frame.order + 1)])

    def log(self) -> Scalar:
        value = self.constant
        coefficients = [scalars.log(value)]
        inverse = scalars.divide(ONE, value)
        step = inverse
        for k in range(1, self.frame.order + 1):
            coefficients.append(step * fmpq((-1) ** (k + 1), k))
            step = step * inverse
        return self.compose(coefficients)

    def power(self, exponent: fmpq) -> Scalar:
        """The series of ``x**exponent`` for a rational exponent."""
        value = self.constant
        coefficients, binomial = [], fmpq(1)
        for k in range(self.frame.order + 1):
            if binomial == 0:
                break
            rest = exponent - k
            if rest < 0 < exponent and scalars.sign(value) == 0:
                raise Undefined("the derivative of a fractional power at 0")
            coefficients.append(scalars.power(value, rest) * binomial)
            binomial = binomial * rest / (k + 1)
        return self.compose(coefficients)

    def absolute(self) -> Scalar:
        found = scalars.sign(self)
        if found == 0:
            raise Undefined("the derivative of abs at 0")
        return self if found > 0 else -self


def jet(frame: Frame, terms: dict[Monomial, Scalar]) -> Jet:
    """The jet of the given terms without exact zeros."""
    return Jet(frame, {m: c for m, c in terms.items() if not scalars.is_zero(c)})


def variable(frame: Frame, number: int, value: Scalar) -> Scalar:
    """The variable of the given number at its value."""
    return jet(frame, {(): value, (number,): ONE})


def derivative(value: Scalar, frame: Frame, monomial: Monomial) -> Scalar:
    """The partial derivative that a monomial names, read off a jet of the frame."""
    if not isinstance(value, Jet) or value.frame is not frame:
        return ZERO
    factor = prod(factorial(n) for n in Counter(monomial).values())
    return scalars.multiply(value.terms.get(monomial, ZERO), fmpq(factor))


def is_plain(value: Scalar) -> bool:
    """Whether a scalar has no derivative parts."""
    return isinstance(value, fmpq | Ball)


def equal_germs(left: Scalar, right: Scalar) -> bool:
    """Whether two scalars of equal value have equal derivatives as well, as far as that is certain."""
    difference = scalars.subtract(left, right)
    if is_plain(difference):
        return True
    return all(is_plain(c) and scalars.sign(c) == 0 for c in difference.terms.values())
