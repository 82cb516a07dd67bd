"""Rational functions in atoms: sparse polynomials with rational exponents over a product of denominators.

An :class:`Atom` is an indivisible quantity such as ``beta``, ``z[i]``, ``exp(beta*z[i])`` or a whole indexed sum. A
monomial is a tuple of (atom, exponent) pairs in the order of the atoms' numbers; exponents are integers or, for atoms
that cannot be negative, fractions. A polynomial is zero exactly when it has no terms: that is the zero test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, TypeAlias

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from softsym.errors import BudgetError

Index: TypeAlias = Any
"""A literal position (int), a name (str) or a bound index (tuple)."""
Exponent: TypeAlias = "int | Fraction"
Mono: TypeAlias = "tuple[tuple[Atom, Exponent], ...]"

MAX_TERMS = 20_000
"""A product with more terms is not attempted."""
MAX_DEGREE = 500
"""A polynomial of a larger degree in an atom is neither factored nor divided by one of its factors."""


class Atom:
    """An indivisible quantity: ``head`` says which sort, ``data`` what of; ``free`` are its free indices."""

    __slots__ = ("data", "depth", "free", "head", "number")

    def __init__(self, head: str, data: tuple[Any, ...], free: frozenset[Index], depth: int, number: int) -> None:
        self.head, self.data, self.free, self.depth, self.number = head, data, free, depth, number

    def __repr__(self) -> str:
        return f"{self.head}{self.number}"


def mono_mul(left: Mono, right: Mono) -> Mono:
    """The product of two monomials."""
    if not left or not right:
        return left or right
    merged: list[tuple[Atom, Exponent]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        (a, p), (b, q) = left[i], right[j]
        if a is b:
            if p + q:
                merged.append((a, _tidy(p + q)))
            i, j = i + 1, j + 1
        elif a.number < b.number:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    return (*merged, *left[i:], *right[j:])


def mono_pow(mono: Mono, exponent: Exponent) -> Mono:
    """A monomial to a power."""
    return tuple((a, _tidy(e * exponent)) for a, e in mono) if exponent else ()


def _tidy(exponent: Exponent) -> Exponent:
    return exponent.numerator if exponent.denominator == 1 else exponent


class Poly:
    """A sparse polynomial: ``terms`` maps monomials to nonzero coefficients."""

    __slots__ = ("__dict__", "terms")

    def __init__(self, terms: dict[Mono, fmpq] | None = None) -> None:
        self.terms = terms or {}

    @staticmethod
    def of(value: int | Fraction | fmpq) -> Poly:
        value = value if isinstance(value, fmpq) else fmpq(value.numerator, value.denominator)
        return Poly({(): value}) if value else Poly()

    @cached_property
    def key(self) -> frozenset[tuple[Mono, fmpq]]:
        return frozenset(self.terms.items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.terms == other.terms

    @cached_property
    def _hash(self) -> int:
        return hash(self.key)

    def __hash__(self) -> int:
        return self._hash

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __iter__(self) -> Iterator[tuple[Mono, fmpq]]:
        return iter(self.terms.items())

    def __len__(self) -> int:
        return len(self.terms)

    def __neg__(self) -> Poly:
        return Poly({m: -c for m, c in self.terms.items()})

    def __add__(self, other: Poly) -> Poly:
        small, large = sorted((self.terms, other.terms), key=len)
        total = dict(large)
        for mono, coefficient in small.items():
            value = total.get(mono, 0) + coefficient
            if value:
                total[mono] = value
            else:
                del total[mono]
        return Poly(total)

    def __mul__(self, other: Poly) -> Poly:
        if len(self) * len(other) > MAX_TERMS:
            raise BudgetError(f"a product of {len(self)} by {len(other)} terms is too large")
        total: dict[Mono, fmpq] = {}
        for m, c in self.terms.items():
            for n, d in other.terms.items():
                mono = mono_mul(m, n)
                total[mono] = total.get(mono, 0) + c * d
        return Poly({m: c for m, c in total.items() if c})

    def scaled(self, mono: Mono, coefficient: fmpq) -> Poly:
        """The polynomial times one term."""
        return Poly({mono_mul(m, mono): c * coefficient for m, c in self.terms.items()})

    @cached_property
    def atoms(self) -> frozenset[Atom]:
        return frozenset(a for m in self.terms for a, _ in m)

    @cached_property
    def free(self) -> frozenset[Index]:
        """The free indices of the atoms."""
        return frozenset().union(*(a.free for a in self.atoms))

    @cached_property
    def depth(self) -> int:
        return max((a.depth for a in self.atoms), default=0)

    @cached_property
    def factors(self) -> tuple[fmpq, tuple[tuple[Poly, int], ...]]:
        """A constant and the irreducible factors, for a polynomial without negative exponents."""
        unit, found = factored(self)
        return unit, tuple(found)

    def content(self) -> tuple[fmpq, Mono]:
        """The coefficient and the monomial that are taken out of the primitive part."""
        coefficient, mono, _ = self.primitive()
        return coefficient, mono

    def lowest(self) -> Mono:
        """Each atom to its least exponent: the monomial that the terms have in common."""
        least = ((a, min(dict(m).get(a, 0) for m in self.terms)) for a in self.atoms)
        return tuple(sorted(((a, e) for a, e in least if e), key=lambda pair: pair[0].number))

    def primitive(self) -> tuple[fmpq, Mono, Poly]:
        """A coefficient, a monomial and the rest, whose least exponents are 0 and whose first coefficient is 1.

        The first term is chosen once the monomial is out, so that a polynomial times any term has the same rest.
        """
        mono = self.lowest()
        rest = self.scaled(mono_pow(mono, -1), fmpq(1)) if mono else self
        coefficient = rest.terms[min(rest.terms, key=order_key)]
        return coefficient, mono, Poly({m: c / coefficient for m, c in rest})


def order_key(mono: Mono) -> tuple[tuple[int, Exponent], ...]:
    """A total order of monomials."""
    return tuple((a.number, e) for a, e in mono)


ZERO, ONE = Poly(), Poly.of(1)
Factors: TypeAlias = "tuple[tuple[Poly, int], ...]"


class Rational:
    """``num`` over the product of the primitive polynomials in ``den``, each to a positive power."""

    __slots__ = ("__dict__", "den", "num")

    def __init__(self, num: Poly, den: Factors = ()) -> None:
        self.num, self.den = num, den if num else ()

    @staticmethod
    def of(value: int | Fraction | fmpq) -> Rational:
        return Rational(Poly.of(value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rational) and self.num == other.num and frozenset(self.den) == frozenset(other.den)

    @cached_property
    def _hash(self) -> int:
        return hash((self.num, frozenset(self.den)))

    def __hash__(self) -> int:
        return self._hash

    def __neg__(self) -> Rational:
        return Rational(-self.num, self.den)

    def __add__(self, other: Rational) -> Rational:
        if self.den == other.den:
            return Rational(self.num + other.num, self.den)
        mine, theirs = dict(self.den), dict(other.den)
        common = {p: max(mine.get(p, 0), theirs.get(p, 0)) for p in (*mine, *theirs)}
        left = _missing(self.num, common, mine)
        right = _missing(other.num, common, theirs)
        return Rational(left + right, tuple(common.items()))

    def __sub__(self, other: Rational) -> Rational:
        return self + (-other)

    def times(self, other: Rational) -> Rational:
        """The product before reduction (see :func:`softsym.algebra.elementary.multiply`)."""
        total = dict(self.den)
        for poly, power in other.den:
            total[poly] = total.get(poly, 0) + power
        return Rational(self.num * other.num, tuple(total.items()))

    @property
    def is_zero(self) -> bool:
        return not self.num

    @cached_property
    def free(self) -> frozenset[Index]:
        return self.num.free.union(*(p.free for p, _ in self.den))

    @cached_property
    def atoms(self) -> frozenset[Atom]:
        return self.num.atoms.union(*(p.atoms for p, _ in self.den))

    @cached_property
    def depth(self) -> int:
        return max([self.num.depth, *(p.depth for p, _ in self.den)])

    def constant(self) -> fmpq | None:
        """The number that this is, or ``None``."""
        if self.is_zero:
            return fmpq(0)
        return self.num.terms.get(()) if len(self.num) == 1 and not self.den else None

    def single(self) -> tuple[Mono, fmpq] | None:
        """The only term of a numerator without denominator, or ``None``."""
        return next(iter(self.num)) if len(self.num) == 1 and not self.den else None

    def __repr__(self) -> str:
        return f"Rational({dict(self.num.terms)}, {self.den})"


def _missing(num: Poly, common: dict[Poly, int], own: dict[Poly, int]) -> Poly:
    for poly, power in common.items():
        for _ in range(power - own.get(poly, 0)):
            num = num * poly
    return num


def inverse(value: Rational) -> Rational:
    """1 over a nonzero rational function."""
    coefficient, mono, primitive = value.num.primitive()
    num = Poly({mono_pow(mono, -1): 1 / coefficient})
    for poly, power in value.den:
        for _ in range(power):
            num = num * poly
    return Rational(num, () if len(primitive) == 1 else ((primitive, 1),))


class FlintRing:
    """Conversion of polynomials to FLINT's, with the exponents of each atom shifted and scaled to naturals."""

    def __init__(self, polys: Iterable[Poly]) -> None:
        polys = list(polys)
        self.atoms = sorted({a for p in polys for a in p.atoms}, key=lambda a: a.number)
        self.scale = {a: lcm(*(Fraction(e).denominator for p in polys for m in p.terms for b, e in m if b is a))
                      for a in self.atoms}  # fmt: skip
        names = tuple(f"x{n}" for n in range(len(self.atoms)))
        self.context = fmpq_mpoly_ctx.get(names, Ordering.lex)

    def to_flint(self, poly: Poly) -> Any:
        """The polynomial; its exponents must be nonnegative."""
        terms = {}
        for mono, coefficient in poly:
            exponents = dict(mono)
            terms[tuple(int(exponents.get(a, 0) * self.scale[a]) for a in self.atoms)] = coefficient
        return self.context.from_dict(terms)

    def from_flint(self, value: Any) -> Poly:
        terms = {}
        for exponents, coefficient in value.to_dict().items():
            pairs = zip(self.atoms, exponents, strict=True)
            mono = tuple((a, _tidy(Fraction(int(e), self.scale[a]))) for a, e in pairs if e)
            terms[mono] = fmpq(coefficient)
        return Poly(terms)


def cancelled(value: Rational) -> Rational:
    """The rational function with common factors of numerator and denominator removed, and like factors merged."""
    if not value.den or value.is_zero:
        return value
    coefficient, mono, num = value.num.primitive()
    ring = FlintRing([num, *(p for p, _ in value.den)])
    top = ring.to_flint(num)
    if max(top.degrees(), default=0) > MAX_DEGREE:
        return value
    left: dict[Poly, int] = {}
    for poly, power in value.den:
        bottom = ring.to_flint(poly)
        factors = _factors(bottom)[1] if len(poly) > 1 else [(bottom, 1)]
        for factor, multiplicity in factors:
            remaining = power * int(multiplicity)
            while remaining:
                quotient, rest = divmod(top, factor)
                if rest:
                    break
                top, remaining = quotient, remaining - 1
            if remaining:
                scale, content, primitive = ring.from_flint(factor).primitive()
                coefficient = coefficient / scale**remaining
                mono = mono_mul(mono, mono_pow(content, -remaining))
                left[primitive] = left.get(primitive, 0) + remaining
    # A factor is primitive up to a constant, and FLINT's own leading constants multiply to the polynomial's.
    result = Rational(ring.from_flint(top).scaled(mono, coefficient), tuple(left.items()))
    return _rescaled(value, result, ring)


def _rescaled(before: Rational, after: Rational, ring: FlintRing) -> Rational:
    """``after`` times the constant that FLINT's factorisation left out (its unit)."""
    unit = fmpq(1)
    for poly, power in before.den:
        if len(poly) > 1:
            unit = unit / fmpq(_factors(ring.to_flint(poly))[0]) ** power
    return Rational(after.num.scaled((), unit), after.den)


def linear_parts(poly: Poly, atom: Atom, exponent: Exponent) -> tuple[Poly, Poly]:
    """The factor of ``atom**exponent``, and the terms without that power."""
    inside = {mono_mul(m, ((atom, -exponent),)): c for m, c in poly if dict(m).get(atom, 0) == exponent}
    return Poly(inside), Poly({m: c for m, c in poly if dict(m).get(atom, 0) != exponent})


def divided(poly: Poly, divisor: Poly) -> tuple[Poly, Poly]:
    """Quotient and remainder by a divisor without negative exponents."""
    if not poly:
        return Poly(), Poly()
    inverses = tuple((a, e) for a, e in poly.lowest() if e < 0)
    whole = poly.scaled(mono_pow(inverses, -1), fmpq(1))
    ring = FlintRing([whole, divisor])
    quotient, remainder = (ring.from_flint(part) for part in divmod(ring.to_flint(whole), ring.to_flint(divisor)))
    return quotient.scaled(inverses, fmpq(1)), remainder.scaled(inverses, fmpq(1))


def factored(poly: Poly) -> tuple[fmpq, list[tuple[Poly, int]]]:
    """A constant and the irreducible factors of a polynomial without negative exponents, whose product it is.

    Beyond degree 500 in an atom, its fractional exponents scaled to integers, it is its only factor.
    """
    ring = FlintRing([poly])
    unit, factors = _factors(ring.to_flint(poly))
    return fmpq(unit), [(ring.from_flint(f), int(n)) for f, n in factors]


def _factors(value: Any) -> tuple[Any, list[tuple[Any, int]]]:
    """FLINT's factors where they are soon found: it cannot be stopped, and time and memory grow with the degree."""
    if max(value.degrees(), default=0) > MAX_DEGREE:
        return 1, [(value, 1)]
    unit, factors = value.factor()
    return unit, factors
