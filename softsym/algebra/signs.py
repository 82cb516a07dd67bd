"""Signs of atoms, polynomials and rational functions, as far as kinds and declarations settle them."""

from __future__ import annotations

from softsym.algebra.context import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, Algebra
from softsym.algebra.polynomial import Atom, Mono, Poly, Rational
from softsym.symbols import SIGN_OF_DOMAIN

_STRICT = (POSITIVE, NEGATIVE)
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
    """The sign of a nonzero polynomial: that of all its terms, or of a declared fact about its primitive part."""
    signs = {_term_sign(alg, mono, coefficient > 0) for mono, coefficient in poly}
    for strict, weak in _WEAK.items():
        if signs <= {strict, weak}:
            return strict if strict in signs else weak
    if not poly:
        return None
    coefficient, mono, primitive = poly.primitive()
    known = alg.facts.get(primitive)
    return _times(_term_sign(alg, mono, coefficient > 0), known) if known else None


def _term_sign(alg: Algebra, mono: Mono, positive: bool) -> str | None:
    sign: str | None = POSITIVE if positive else NEGATIVE
    for atom, exponent in mono:
        own = atom_sign(alg, atom)
        if exponent % 2 == 0:
            own = POSITIVE if own in _STRICT or exponent < 0 else NONNEGATIVE
        elif exponent < 0:
            own = _strict(own)
        sign = _times(sign, own)
    return sign


def atom_sign(alg: Algebra, atom: Atom) -> str | None:
    """The sign of one atom."""
    if atom.head == "scalar":
        return SIGN_OF_DOMAIN.get(alg.scalars.get(atom.data[0], ""))
    if atom.head == "entry":
        return SIGN_OF_DOMAIN.get(alg.vectors[atom.data[0]].domain)
    if atom.head == "exp":
        return _exp_sign(alg, atom.data[0])
    if atom.head == "sum":
        _, body = atom.data
        return sign_of(alg, body)
    if atom.head == "share":
        whole = atom_sign(alg, atom.data[0])  # its terms have one sign then, and the share the sign of their quotient
        return None if whole is None else POSITIVE if whole in _STRICT else NONNEGATIVE
    if atom.head == "max":
        signs = {sign_of(alg, m.body) for m in atom.data[0]}
        return POSITIVE if POSITIVE in signs else NONNEGATIVE if NONNEGATIVE in signs else None
    if atom.head == "log":
        return _log_sign(alg, atom.data[0])
    if atom.head in ("count", "pi", "sigmoid", "softplus"):
        return POSITIVE
    return NONNEGATIVE if atom.head in ("abs", "hard", "first", "sparse", "delta") else None


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
        return NONNEGATIVE if inner.head == "scalar" and alg.scalars.get(inner.data[0]) == "length" else None
    return None if value.den else poly_sign(alg, (value - Rational.of(1)).num)


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
