"""Products, powers, exponentials and logarithms of rational functions, each with the condition under which it holds.

- ``exp(a + b)`` becomes a product of one atom for each term: ``exp(c*m) = exp(m)**c`` for a rational c.
- ``log`` of a product becomes a sum over the factors that are known to be positive; factors of unknown sign stay
  together, since only their product is known to be positive.
- A power with a non-integer exponent is ``exp(exponent*log(base))``; its base is >= 0 where it is defined.
- A function of a quantity with a Kronecker delta d is ``d*f(at d = 1) + (1 - d)*f(at d = 0)``.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import gcd, lcm
from typing import Any

from flint import fmpq, fmpz

from softsym.algebra.context import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, Algebra
from softsym.algebra.polynomial import (
    ONE,
    Atom,
    Exponent,
    Mono,
    Poly,
    Rational,
    cancelled,
    factored,
    inverse,
    mono_pow,
    order_key,
)
from softsym.algebra.quotients import parts
from softsym.algebra.sign_atoms import sign_by_indicators, signs_joined
from softsym.algebra.signs import atom_sign, is_positive, poly_sign, sign_of
from softsym.errors import BudgetError, UnsupportedError

MAX_POWER = 64


def multiply(alg: Algebra, left: Rational, right: Rational) -> Rational:
    """The product, with powers reduced: delta**2 = delta, abs(x)**2 = x**2, sqrt(p)**2 = p, hard**2 = hard/count."""
    if left.is_zero or right.is_zero:
        return Rational.of(0)
    alg.check_time()
    return reduced(alg, left.times(right))


def reduced(alg: Algebra, value: Rational) -> Rational:
    """The rational function with the powers in its numerator reduced, and sign(x)*abs(x) = x, sign(x)*x = abs(x)."""
    heads = {a.head for a in value.num.atoms}
    if "sign" in heads:
        value = Rational(signs_joined(alg, value.num), value.den)
    if "delta" in heads and not alg.open_deltas:
        value = Rational(Poly({m: c for m, c in value.num if not _at_two_places(m)}), value.den)
    if not any(_reducible(a, e) for m in value.num.terms for a, e in m):
        return value
    total = Rational.of(0)
    for mono, coefficient in value.num:
        plain = tuple((a, e) for a, e in mono if not _reducible(a, e))
        term = Rational(Poly({plain: coefficient}), value.den)
        for atom, exponent in mono:
            if _reducible(atom, exponent):
                term = multiply(alg, term, _reduction(alg, atom, exponent))
        total = total + term
    return total


def _at_two_places(mono: Mono) -> bool:
    """Whether a product of deltas says of one index that it is each of two that differ."""
    pairs = [set(a.data) for a, _ in mono if a.head == "delta"]
    both = (one ^ other for one, other in combinations(pairs, 2) if one & other)
    return any(all(isinstance(index, int | str) for index in apart) for apart in both)


def _reducible(atom: Atom, exponent: Exponent) -> bool:
    if atom.head in ("delta", "hard", "first"):
        return exponent != 1
    if atom.head == "abs":
        return exponent >= 2 or exponent <= -2
    if atom.head == "sign":
        return exponent >= 3
    return atom.head == "root" and not 0 < exponent < 1


def _reduction(alg: Algebra, atom: Atom, exponent: Exponent) -> Rational:
    if atom.head in ("delta", "first", "hard") and exponent < 0:
        raise UnsupportedError("a division by a Kronecker delta or an indicator")
    if atom.head in ("delta", "first"):
        return alg.of(atom)
    if atom.head == "hard":
        count = _ties(alg, atom)
        return multiply(alg, alg.of(atom), integer_power(alg, count, int(1 - exponent)))
    if atom.head == "sign":
        return Rational(Poly({((atom, 2 - exponent % 2),): fmpq(1)}))
    whole = int(exponent // 2 * 2) if atom.head == "abs" else int(exponent // 1)
    rest = exponent - whole
    base = integer_power(alg, atom.data[0], whole)
    return multiply(alg, base, Rational(Poly({((atom, rest),) if rest else (): fmpq(1)})))


def _ties(alg: Algebra, hard: Atom) -> Rational:
    """How many members of an indicator's family are maximal."""
    from softsym.algebra.families import make_family

    return make_family(alg, "count", [], list(hard.data[-1]))


def integer_power(alg: Algebra, base: Rational, exponent: int) -> Rational:
    """``base**exponent`` for an integer exponent."""
    if exponent == 0:
        return Rational.of(1)
    if base.is_zero:
        if exponent < 0:
            raise UnsupportedError("a division by zero")
        return base
    single = base.single()
    if single is not None:
        mono, coefficient = single
        return reduced(alg, Rational(Poly({mono_pow(mono, exponent): coefficient**exponent})))
    if exponent < 0:
        delta = delta_in(base)
        if delta is not None:
            return split_delta(alg, base, delta, lambda alg, value: integer_power(alg, value, exponent))
        base, exponent = reduced(alg, inverse(base)), -exponent
    if not base.den or len(base.num) == 1:
        return _repeated(alg, base, exponent)
    denominators = Rational(ONE, tuple((p, n * exponent) for p, n in base.den))
    return multiply(alg, _repeated(alg, Rational(base.num), exponent), denominators)


def _repeated(alg: Algebra, base: Rational, exponent: int) -> Rational:
    if len(base.num) == 1:
        (mono, coefficient), *_ = base.num
        top = Poly({mono_pow(mono, exponent): coefficient**exponent})
        return reduced(alg, Rational(top, tuple((p, n * exponent) for p, n in base.den)))
    if exponent > MAX_POWER:
        raise BudgetError(f"the power {exponent} of a sum is too large to expand")
    result = Rational.of(1)
    for _ in range(exponent):
        result = multiply(alg, result, base)
    return result


def divide(alg: Algebra, left: Rational, right: Rational) -> Rational:
    """The quotient."""
    return multiply(alg, left, integer_power(alg, right, -1))


def power(alg: Algebra, base: Rational, exponent: Rational) -> Rational:
    """``base**exponent``: 0**0 is 1, a negative base needs an integer exponent."""
    value = exponent.constant()
    if value is not None and value.denominator == 1:
        return integer_power(alg, base, int(value.numerator))
    if base.is_zero:
        if value is not None and value > 0:
            return base
        raise UnsupportedError("0 to a power of unknown sign")
    if value is not None or sign_of(alg, base) in (POSITIVE, NONNEGATIVE):
        return exp(alg, multiply(alg, exponent, log(alg, base)))
    # The exponent may be an integer and the base negative, where exp(r*log(x)) would say nothing.
    atom = alg.atom("signedlog", base, free=base.free, depth=base.depth)
    return exp(alg, multiply(alg, exponent, Rational(Poly({((atom, 1),): fmpq(1)}))))


def exp(alg: Algebra, value: Rational) -> Rational:
    """The exponential, split into one atom for each term."""
    delta = delta_in(value)
    if delta is not None:
        return split_delta(alg, value, delta, exp)
    result = Rational.of(1)
    for part in parts(alg, cancelled(value)) if value.den else [value]:
        for mono, coefficient in part.num:
            size = Fraction(int(coefficient.p), int(coefficient.q))
            result = multiply(alg, result, _exp_term(alg, mono, size, part.den))
    return result


def _exp_term(alg: Algebra, mono: Mono, coefficient: Fraction, den: Any) -> Rational:
    if not den and len(mono) == 1 and mono[0][0].head == "log" and mono[0][1] == 1:
        return _rational_power(alg, mono[0][0].data[0], coefficient)
    if not den and len(mono) == 1 and mono[0][0].head == "signedlog" and coefficient.denominator == 1 == mono[0][1]:
        return integer_power(alg, mono[0][0].data[0], coefficient.numerator)
    body = Rational(Poly({mono: fmpq(1)}), den)
    atom = alg.atom("exp", mono, tuple(sorted(den, key=lambda f: hash(f[0]))), free=body.free, depth=body.depth)
    exponent: Exponent = coefficient.numerator if coefficient.denominator == 1 else coefficient
    return Rational(Poly({((atom, exponent),): fmpq(1)}))


def _rational_power(alg: Algebra, base: Rational, exponent: Fraction) -> Rational:
    """``base**exponent`` for the argument of a logarithm, which is positive."""
    if exponent.denominator == 1:
        return integer_power(alg, base, exponent.numerator)
    single = base.single()
    signs = {atom_sign(alg, a) for a, _ in single[0]} if single is not None else {None}
    if single is not None and single[1] == 1 and signs <= {POSITIVE, NONNEGATIVE}:
        return reduced(alg, Rational(Poly({mono_pow(single[0], exponent): fmpq(1)})))
    root = alg.atom("root", base, free=base.free, depth=base.depth)
    return reduced(alg, Rational(Poly({((root, exponent),): fmpq(1)})))


def log(alg: Algebra, value: Rational) -> Rational:
    """The logarithm of a quantity that is positive where it is defined."""
    if value.is_zero:
        raise UnsupportedError("the logarithm of 0")
    single = value.single()
    if single is not None and len(single[0]) == 1 and single[0][0][0].head == "delta":
        return _log_atom(alg, value)
    delta = delta_in(value)
    if delta is not None:
        return split_delta(alg, value, delta, log)
    value = cancelled(value)
    coefficient, mono, primitive = value.num.primitive()
    unit, factors = _split(primitive)
    coefficient = coefficient * unit
    total = _log_number(alg, abs(coefficient))
    together: list[tuple[Rational, int]] = []
    sign = 1 if coefficient > 0 else -1
    split = [_log_factor(alg, atom, exponent) for atom, exponent in mono]
    split += [_log_poly(alg, p, n) for p, n in [*factors, *((p, -n) for p, n in value.den)]]
    for known, flip, rest in split:
        total, sign, together = total + known, sign * flip, [*together, *rest]
    if together:
        return total + _log_together(alg, sign, together)
    if sign < 0:
        raise UnsupportedError("the logarithm of a negative number")
    return total


def _log_together(alg: Algebra, sign: int, factors: list[tuple[Rational, int]]) -> Rational:
    """The logarithm of a positive product of odd powers whose signs are not known: of its root, the first factor above.

    If u**n > 0 and n is odd, then u > 0.
    """
    factors.sort(key=lambda factor: sorted(map(order_key, factor[0].num.terms)))
    root = gcd(*(n for _, n in factors)) * (1 if factors[0][1] > 0 else -1)
    product = Rational.of(sign)
    for base, power in factors:
        product = multiply(alg, product, integer_power(alg, base, power // root))
    return multiply(alg, Rational.of(root), _log_atom(alg, product))


def _split(poly: Poly) -> tuple[fmpq, list[tuple[Poly, int]]]:
    return factored(poly) if len(poly) > 2 else (fmpq(1), [(poly, 1)] if len(poly) > 1 else [])


def _log_atom(alg: Algebra, value: Rational) -> Rational:
    return alg.of(alg.atom("log", value, free=value.free, depth=value.depth))


def _log_number(alg: Algebra, value: fmpq) -> Rational:
    """The logarithm of a positive rational as a sum over its prime factors."""
    total = Rational.of(0)
    for number, sign in ((value.p, 1), (value.q, -1)):
        if abs(number) > 10**12:
            return _log_atom(alg, Rational.of(value)) if value != 1 else total
        for prime, multiplicity in fmpz(number).factor():
            atom = alg.atom("log", Rational.of(fmpq(prime)))
            total = total + Rational(Poly({((atom, 1),): fmpq(sign * multiplicity)}))
    return total


_Split = tuple[Rational, int, list[tuple[Rational, int]]]
"""A logarithm, a sign, and factors to odd powers that stay under a common logarithm."""


def _log_factor(alg: Algebra, atom: Atom, exponent: Exponent) -> _Split:
    """The logarithm of ``atom**exponent``, its sign, and what of it stays under a common logarithm."""
    times = Rational.of(Fraction(exponent))
    sign = atom_sign(alg, atom)
    if atom.head == "exp" and sign is not None:
        return multiply(alg, times, Rational(Poly({atom.data[0]: fmpq(1)}), atom.data[1])), 1, []
    if atom.head == "root":
        return multiply(alg, times, log(alg, atom.data[0])), 1, []
    base = Rational(Poly({((atom, 1),): fmpq(1)}))
    if sign in (POSITIVE, NONNEGATIVE):
        return multiply(alg, times, _log_atom(alg, base)), 1, []
    return _log_signed(alg, base, int(exponent), sign)


def _log_poly(alg: Algebra, poly: Poly, multiplicity: int) -> _Split:
    content = _content(poly)
    base, times = Rational(poly.scaled((), 1 / content)), Rational.of(multiplicity)
    sign = poly_sign(alg, poly)
    if sign in (POSITIVE, NONNEGATIVE):
        known, flip, rest = multiply(alg, times, _log_atom(alg, base)), 1, list[tuple[Rational, int]]()
    else:
        known, flip, rest = _log_signed(alg, base, multiplicity, sign)
    return known + multiply(alg, times, _log_number(alg, content)), flip, rest


def _content(poly: Poly) -> fmpq:
    """The factor that leaves coprime whole coefficients, whichever term is first; 1 where that is the constant."""
    if () in poly.terms:
        return fmpq(1)
    coefficients = poly.terms.values()
    return fmpq(gcd(*(int(c.p) for c in coefficients)), lcm(*(int(c.q) for c in coefficients)))


def _log_signed(alg: Algebra, base: Rational, power: int, sign: str | None) -> _Split:
    """The logarithm of an integer power of what is negative, or of unknown sign."""
    if sign is not None:
        return multiply(alg, Rational.of(power), _log_atom(alg, -base)), -1 if power % 2 else 1, []
    if power % 2 == 0:
        return multiply(alg, Rational.of(power), _log_atom(alg, absolute(alg, base))), 1, []
    return Rational.of(0), 1, [(base, power)]


def absolute(alg: Algebra, value: Rational) -> Rational:
    """The absolute value: factors of known sign leave it, the rest is written with its first coefficient positive."""
    return _factor_out(alg, value, "abs")


def signum(alg: Algebra, value: Rational) -> Rational:
    """The sign, -1, 0 or 1."""
    return _factor_out(alg, value, "sign")


def _factor_out(alg: Algebra, value: Rational, head: str) -> Rational:
    if value.is_zero:
        return value
    delta = delta_in(value)
    if delta is not None:
        return split_delta(alg, value, delta, absolute if head == "abs" else signum)
    known = sign_of(alg, value)
    if known == POSITIVE or (known == NONNEGATIVE and head == "abs"):
        return value if head == "abs" else Rational.of(1)
    if known is not None and (known == NEGATIVE or head == "abs"):
        return -value if head == "abs" else Rational.of(-1)
    value = cancelled(value)
    coefficient, mono, primitive = value.num.primitive()
    below = tuple((p, n) for p, n in value.den if is_positive(alg, Rational(p)))
    left = tuple(f for f in value.den if f not in below)
    roots = tuple((a, e) for a, e in mono if Fraction(e).denominator > 1 and atom_sign(alg, a) != POSITIVE)
    size = abs(coefficient) if head == "abs" else 1 if coefficient > 0 else -1
    result = Rational(Poly({(): fmpq(size)}), below if head == "abs" else ())
    for atom, exponent in mono:
        if (atom, exponent) not in roots:
            result = multiply(alg, result, _of_factor(alg, atom, exponent, head))
    rest = Rational(primitive.scaled(roots, fmpq(1)), left)
    if rest == Rational.of(1):
        return result
    gap = sign_by_indicators(alg, rest) if head == "sign" else None
    return multiply(alg, result, _sized(alg, rest, head) if gap is None else gap)


def _of_factor(alg: Algebra, atom: Atom, exponent: Exponent, head: str) -> Rational:
    """The absolute value or the sign of a power of one atom."""
    sign, power = atom_sign(alg, atom), Rational(Poly({((atom, exponent),): fmpq(1)}))
    if head == "abs" and (exponent % 2 == 0 or sign in (POSITIVE, NONNEGATIVE, NEGATIVE, NONPOSITIVE)):
        return -power if exponent % 2 and sign in (NEGATIVE, NONPOSITIVE) else power
    if sign in (POSITIVE, NEGATIVE):
        return Rational.of(-1 if exponent % 2 and sign == NEGATIVE else 1)
    indicator = sign_by_indicators(alg, alg.of(atom)) if head == "sign" else None
    if indicator is not None:
        return indicator
    if atom.head == "sign" and head == "abs":
        return multiply(alg, alg.of(atom), alg.of(atom))
    own = alg.of(atom) if atom.head == head == "sign" else _sized(alg, Rational(Poly({((atom, 1),): fmpq(1)})), head)
    if head == "sign":
        return own if exponent % 2 else multiply(alg, own, own)
    return integer_power(alg, own, int(exponent))


def _sized(alg: Algebra, value: Rational, head: str) -> Rational:
    return alg.of(alg.atom(head, value, free=value.free, depth=value.depth))


def delta_in(value: Rational) -> Atom | None:
    """A Kronecker delta that stands bare in the rational function."""
    return next((a for a in sorted(value.atoms, key=lambda a: a.number) if a.head == "delta"), None)


def split_delta(alg: Algebra, value: Rational, delta: Atom, function: Any) -> Rational:
    """``function`` of a quantity with a delta in it, by the two cases of the delta."""
    from softsym.algebra.renaming import with_delta

    equal = function(alg, with_delta(alg, value, delta, 1))
    apart = function(alg, with_delta(alg, value, delta, 0))
    indicator = alg.of(delta)
    return multiply(alg, indicator, equal) + multiply(alg, Rational.of(1) - indicator, apart)
