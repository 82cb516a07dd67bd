"""Signs of atoms, polynomials and rational functions, as far as kinds and declarations settle them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from flint import fmpq

from softsym.algebra.context import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, Algebra
from softsym.algebra.polynomial import Atom, Index, Mono, Poly, Rational, mono_mul, mono_pow
from softsym.symbols import SIGN_OF_DOMAIN

_STRICT = (POSITIVE, NEGATIVE)
MAX_FACTORED = 40
"""Polynomials with more terms are not factored for their sign."""
MAX_SUMMED = 8
"""Sums of facts are looked at if there are no more facts."""
MAX_ASKED = 3
"""So many signs are asked for within each other."""
SUM_ONE = ("distribution", "simplex", "onehot")
_AT_LEAST = (POSITIVE, NONNEGATIVE)
_OPPOSITE = {POSITIVE: NEGATIVE, NONNEGATIVE: NONPOSITIVE}
_WEAK = {POSITIVE: NONNEGATIVE, NEGATIVE: NONPOSITIVE}


def sign_of(alg: Algebra, value: Rational) -> str | None:
    """The sign of a rational function where it is defined, or ``None`` if it is not settled."""
    sign = poly_sign(alg, value.num)
    for poly, power in value.den:
        below = poly_sign(alg, poly)
        sign = _times(sign, POSITIVE if power % 2 == 0 else _strict(below))
    return sign


def is_positive(alg: Algebra, value: Rational) -> bool:
    """Whether a rational function is known to be > 0 wherever it is defined."""
    return sign_of(alg, value) == POSITIVE


def poly_sign(alg: Algebra, poly: Poly) -> str | None:
    """The sign of a nonzero polynomial: that of all its terms, of a declared fact about its primitive part, or of a
    sum that some of its terms are taken from."""
    if not poly:
        return None
    sign = _common_sign(alg, poly)
    if sign is not None:
        return sign
    coefficient, mono, primitive = poly.primitive()
    known = alg.facts.get(primitive)
    if known is None and alg.deduces_signs:
        known = _deduced_sign(alg, primitive)
        if known is None:
            return _asked_once(alg, poly)
    return _times(_term_sign(alg, mono, coefficient > 0), known) if known else None


def _deduced_sign(alg: Algebra, primitive: Poly) -> str | None:
    """The sign of a polynomial that follows from its form, or from that of its terms' logarithms."""
    known = alg.deduced.get(primitive) or _over_own_terms(alg, primitive)
    known = known or _OPPOSITE.get(_over_own_terms(alg, -primitive) or "") or _factors_sign(alg, primitive)
    gap = gap_of_logarithms(alg, primitive) if known is None else None
    return known if gap is None else sign_of(alg, gap)


def _asked_once(alg: Algebra, poly: Poly) -> str | None:
    """The sign that facts give, unless the question leads to itself: a maximum and its values ask for each other's."""
    if poly in alg.asked or len(alg.asked) >= MAX_ASKED:
        return None
    alg.asked.add(poly)
    try:
        return _sum_of_facts(alg, poly)
    finally:
        alg.asked.remove(poly)


def _sum_of_facts(alg: Algebra, poly: Poly) -> str | None:
    """The sign of a multiple of what a declaration is about, besides what has its sign or is a multiple of another."""
    if not 0 < len(alg.facts) <= MAX_SUMMED or len(poly) > MAX_FACTORED:
        return None
    upward = [(p if s in _AT_LEAST else -p, s in _STRICT) for p, s in alg.facts.items()]
    for value, strict, weak in ((poly, POSITIVE, NONNEGATIVE), (-poly, NEGATIVE, NONPOSITIVE)):
        for one, first in upward:
            for rest in _without_multiples(alg, value, one):
                sign = _common_sign(alg, rest) if rest else NONNEGATIVE
                second = [s for other, s in upward for left in _without_multiples(alg, rest, other) if not left]
                if sign in _AT_LEAST or second:
                    return strict if first or sign == POSITIVE or any(second) else weak
    return None


def _without_multiples(alg: Algebra, value: Poly, fact: Poly) -> Iterator[Poly]:
    """A polynomial less a multiple of another, by names and entries > 0, that takes away a term: each term in turn."""
    for (own, coefficient), (mono, size) in product(value, fact):
        beside = mono_mul(own, mono_pow(mono, -1))
        if own and mono and coefficient / size > 0 and all(_named_positive(alg, a) for a, _ in beside):
            yield value + fact.scaled(beside, -coefficient / size)


def _named_positive(alg: Algebra, atom: Atom) -> bool:
    """Whether an atom is a name or an entry that is > 0."""
    return atom.head in ("scalar", "entry") and atom_sign(alg, atom) == POSITIVE


def gap_of_logarithms(alg: Algebra, poly: Poly) -> Rational | None:
    """``log(c*u) - log(d*v)``, which has the sign of ``c*u - d*v``, for positive terms with exponentials in them."""
    from softsym.algebra import elementary

    terms = sorted(poly, key=lambda term: term[1] < 0)
    if len(terms) != 2 or [c > 0 for _, c in terms] != [True, False] or not any(a.head == "exp" for a in poly.atoms):
        return None
    if any(_term_sign(alg, mono, True) != POSITIVE for mono, _ in terms):
        return None
    upper, lower = (elementary.log(alg, Rational(Poly({mono: abs(c)}))) for mono, c in terms)
    return upper - lower


def _factors_sign(alg: Algebra, primitive: Poly) -> str | None:
    """The sign of a polynomial that is a constant times factors of known sign, or even powers of factors."""
    unit, factors = primitive.factors if 2 < len(primitive) <= MAX_FACTORED else (fmpq(1), ())
    if len(factors) < 2 and all(power == 1 for _, power in factors):
        return None
    sign: str | None = POSITIVE if unit > 0 else NEGATIVE
    for factor, power in factors:
        own = poly_sign(alg, factor)
        if power % 2 == 0:
            own = POSITIVE if own in _STRICT else NONNEGATIVE
        sign = _times(sign, own)
    return sign


def _over_own_terms(alg: Algebra, poly: Poly) -> str | None:
    """The sign of a polynomial that is a sum of what is >= 0 less some of its own terms, and besides what is >= 0."""
    found = _besides_remainder(alg, poly)
    if found is None:
        return None
    left, remainder = found
    sign = poly_sign(alg, left) if left else NONNEGATIVE
    if sign not in _AT_LEAST:
        return None
    return POSITIVE if POSITIVE in (sign, remainder) else NONNEGATIVE


def _common_sign(alg: Algebra, poly: Poly) -> str | None:
    """The sign that all terms have."""
    signs = {_term_sign(alg, mono, coefficient > 0) for mono, coefficient in poly}
    for strict, weak in _WEAK.items():
        if signs <= {strict, weak}:
            return strict if strict in signs else weak
    return None


def _besides_remainder(alg: Algebra, poly: Poly) -> tuple[Poly, str] | None:
    """The other terms, if some are a sum of what is >= 0 less some of its own terms; and the sign of that remainder.

    It is > 0 if the terms are, and the length exceeds the number of those that are taken away.
    """
    if alg.open_deltas:
        return None
    for whole, outside, body, bound in _wholes(alg, poly):
        taken = _own_terms(alg, poly, whole, outside, body, bound)
        if taken:
            more = alg.length(alg.ranges[bound]) - Rational.of(len(taken)) if bound in alg.ranges else Rational.of(0)
            strict = sign_of(alg, body) == POSITIVE and sign_of(alg, more) == POSITIVE
            left = Poly({m: c for m, c in poly if m != whole and m not in taken})
            return left, POSITIVE if strict else NONNEGATIVE
    return None


def _wholes(alg: Algebra, poly: Poly) -> Iterator[tuple[Mono, Mono, Rational, Index]]:
    """The terms that are sums of what is >= 0: the term, what stands beside the sum in it, its body and its index."""
    for mono, coefficient in poly:
        for atom, exponent in mono:
            beside = tuple(pair for pair in mono if pair[0] is not atom)
            if exponent != 1 or _term_sign(alg, mono, True) not in _AT_LEAST:
                continue
            if atom.head == "sum" and len(atom.data[0]) == 1 and coefficient > 0:
                yield mono, beside, atom.data[1], atom.data[0][0]
            if atom.head == "entry" and alg.vectors[atom.data[0]].domain in SUM_ONE and poly.terms.get(beside, 0) > 0:
                index = atom.data[1]
                yield beside, beside, Rational(Poly({((atom, 1),): fmpq(1)})), index


def _own_terms(alg: Algebra, poly: Poly, whole: Mono, outside: Mono, body: Rational, bound: Index) -> set[Mono]:
    """The negative terms of a polynomial that are terms of a sum times what stands beside it, at different indices."""
    from softsym.algebra.renaming import rename

    fits = [i for i in poly.free if isinstance(i, int) or alg.ranges.get(i) == alg.ranges.get(bound)]
    named = [i for i in fits if not isinstance(i, tuple)]  # a bound index may be any of the others
    found: set[Mono] = set()
    for index in named if named else fits[:1]:
        single = rename(alg, body, {bound: index}).single()
        mono = mono_mul(single[0], outside) if single is not None else ()
        if single is not None and -poly.terms[whole] * single[1] <= poly.terms.get(mono, 0) < 0:
            found.add(mono)
    return found


def _term_sign(alg: Algebra, mono: Mono, positive: bool) -> str | None:
    sign: str | None = POSITIVE if positive else NEGATIVE
    for atom, exponent in mono:
        own = atom_sign(alg, atom)
        if exponent % 2 == 0 or Fraction(exponent).denominator > 1:  # the root of what is < 0 is undefined
            own = POSITIVE if own in _STRICT or exponent < 0 else NONNEGATIVE
        elif exponent < 0:
            own = _strict(own)
        sign = _times(sign, own)
    return sign


def atom_sign(alg: Algebra, atom: Atom) -> str | None:
    """The sign of one atom: the one that its kind gives, or a declaration."""
    own = _own_sign(alg, atom)
    return own if own in _STRICT else alg.signs.get(atom, own)


def _own_sign(alg: Algebra, atom: Atom) -> str | None:
    if atom.head == "scalar":
        return SIGN_OF_DOMAIN.get(alg.scalars.get(atom.data[0], ""))
    if atom.head == "entry":
        own = SIGN_OF_DOMAIN.get(alg.vectors[atom.data[0]].domain)
        return own if own in _STRICT else alg.entry_signs.get(atom.data[0], own)
    if atom.head == "exp":
        return _exp_sign(alg, atom.data[0])
    if atom.head == "sum":
        _, body = atom.data
        return sign_of(alg, body)
    if atom.head == "share":
        whole = atom_sign(alg, atom.data[0])  # its terms have one sign then, and the share the sign of their quotient
        return None if whole is None else POSITIVE if whole in _STRICT else NONNEGATIVE
    if atom.head == "max":
        return _largest_sign({sign_of(alg, m.body) for m in atom.data[0]})
    if atom.head == "log":
        return _log_sign(alg, atom.data[0])
    if atom.head == "root":
        return POSITIVE if sign_of(alg, atom.data[0]) == POSITIVE else NONNEGATIVE
    if atom.head in ("count", "pi", "sigmoid", "softplus"):
        return POSITIVE
    return NONNEGATIVE if atom.head in ("abs", "hard", "first", "sparse", "delta") else None


def _largest_sign(signs: set[str | None]) -> str | None:
    """The sign of the largest of values with these signs."""
    for sign in (POSITIVE, NONNEGATIVE):
        if sign in signs:
            return sign
    return None if None in signs else NONPOSITIVE if NONPOSITIVE in signs else NEGATIVE


def _exp_sign(alg: Algebra, mono: Mono) -> str | None:
    """An exponential is positive; but ``x**a``, which is ``exp(a*log(x))``, is 0 where x is."""
    if any(a.head == "signedlog" for a, _ in mono):
        return None
    bases = [a.data[0] for a, _ in mono if a.head == "log"]
    return POSITIVE if all(sign_of(alg, base) == POSITIVE for base in bases) else NONNEGATIVE


def _log_sign(alg: Algebra, value: Rational) -> str | None:
    """The sign of the logarithm of a number, of a length (at least 1), or of 1 plus something of known sign."""
    constant = value.constant()
    if constant is not None:
        return POSITIVE if constant > 1 else NEGATIVE if constant < 1 else None
    single = value.single()
    if single is not None and len(single[0]) == 1 and single[1] == 1:
        inner = single[0][0][0]
        if inner.head == "scalar" and alg.scalars.get(inner.data[0]) == "length":
            return NONNEGATIVE
    return sign_of(alg, value - Rational.of(1))


def _times(left: str | None, right: str | None) -> str | None:
    if left is None or right is None:
        return None
    if left in _STRICT and right in _STRICT:
        return POSITIVE if left == right else NEGATIVE
    down = (left in (NEGATIVE, NONPOSITIVE)) != (right in (NEGATIVE, NONPOSITIVE))
    return NONPOSITIVE if down else NONNEGATIVE


def _strict(sign: str | None) -> str | None:
    """The sign of a quantity that is not 0, as a denominator is."""
    return {NONNEGATIVE: POSITIVE, NONPOSITIVE: NEGATIVE}.get(sign or "", sign)
