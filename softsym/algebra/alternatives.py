"""Other forms of a difference whose normal form is not unique, in which it may show that it is zero.

- ``prod(drop(z, i))*z[i] = prod(z)``: all products of the same values with the same left out;
- ``sign(exp(a) - exp(b)) = sign(a - b)``: the signs and sizes of gaps between positive terms by their logarithms;
- ``hardmax(z)[i]*f(z[i]) = hardmax(z)[i]*f(max(z))``: what stands beside an indicator of maximal values;
- ``abs(max(z) - c) = 2*max([max(z), c]) - max(z) - c``: absolute values of maxima as maxima.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import Algebra
from softsym.algebra.families import make_family
from softsym.algebra.joining import signs_divided
from softsym.algebra.parts import Member, all_atoms
from softsym.algebra.polynomial import ONE, Atom, Poly, Rational
from softsym.algebra.rebuilding import Rebuilding
from softsym.algebra.signs import gap_of_logarithms
from softsym.algebra.uniting import at


def alternatives(alg: Algebra, value: Rational) -> Iterator[Rational]:
    """The other forms of a value, as far as it has atoms that they are about."""
    atoms = all_atoms(value)
    runs = [a for a in atoms if _run(a) is not None]
    if any(_run(a).excluded for a in runs):  # type: ignore[union-attr]
        yield Rebuilding(alg, partial(_with_common_exclusions, alg, runs)).of(value)
    if any(_gap(alg, a) is not None for a in atoms):
        yield signs_divided(alg, Rebuilding(alg, partial(_by_logarithms, alg)).of(value))
    if any(_entry_at_maximum(a) is not None for a in value.num.atoms):
        yield _beside_indicators(alg, value)
    if any(a.head == "abs" for a in atoms) and any(a.head == "max" for a in atoms):
        yield Rebuilding(alg, partial(_as_maximum, alg)).of(value)


def _run(atom: Atom) -> Member | None:
    """The member over an index that a product is taken of."""
    members: tuple[Member, ...] = atom.data[-1] if atom.head == "prod" else ()
    return members[0] if len(members) == 1 and members[0].index is not None else None


def _with_common_exclusions(alg: Algebra, runs: list[Atom], atom: Atom) -> Rational | None:
    """A product as the one without all places that some product of the same values leaves out, times those values."""
    own = _run(atom)
    if own is None:
        return None
    same = [r for r in map(_run, runs) if r is not None and (r.body, r.index) == (own.body, own.index)]
    left_out = [e for r in same for e in r.excluded if not isinstance(e, tuple) and e not in own.excluded]
    places = tuple(dict.fromkeys(left_out))
    if not places:
        return alg.of(atom)
    result = make_family(alg, "prod", [], [Member(own.body, own.index, (*own.excluded, *places))])
    for place in places:
        result = elementary.multiply(alg, result, at(alg, own, place))
    return result


def _gap(alg: Algebra, atom: Atom) -> Rational | None:
    """The gap between the logarithms of two positive terms whose gap an atom is the sign or the size of."""
    if atom.head not in ("sign", "abs") or atom.data[0].den:
        return None
    return gap_of_logarithms(alg, atom.data[0].num)


def _by_logarithms(alg: Algebra, atom: Atom) -> Rational | None:
    """A sign, or a size as a gap times its sign, with the sign of the gap between the logarithms."""
    gap = _gap(alg, atom)
    if gap is None:
        return None
    sign = elementary.signum(alg, gap)
    return sign if atom.head == "sign" else elementary.multiply(alg, atom.data[0], sign)


def _entry_at_maximum(atom: Atom) -> tuple[Atom, fmpq] | None:
    """The atom and its factor that an indicator says is the maximum of its family."""
    single = atom.data[0].single() if atom.head in ("hard", "first") else None
    if single is None or len(single[0]) != 1 or single[0][0][1] != 1:
        return None
    return single[0][0][0], single[1]


def _beside_indicators(alg: Algebra, value: Rational) -> Rational:
    """The terms with an indicator that an entry is the maximum, with the maximum in the place of the entry."""
    total = Rational.of(0)
    for mono, coefficient in value.num:
        indicator, entry = next(((a, _entry_at_maximum(a)) for a, _ in mono if _entry_at_maximum(a)), (None, None))
        own = tuple(pair for pair in mono if pair[0] is indicator)
        rest = Rational(Poly({tuple(pair for pair in mono if pair not in own): coefficient}))
        if indicator is not None and entry is not None:
            largest = make_family(alg, "max", [], list(indicator.data[-1]))
            by = elementary.multiply(alg, largest, Rational.of(1 / entry[1]))
            rest = Rebuilding(alg, {entry[0]: by}.get).of(rest)
        total = total + elementary.multiply(alg, Rational(Poly({own: fmpq(1)})), rest)
    return elementary.multiply(alg, total, Rational(ONE, value.den))


def _as_maximum(alg: Algebra, atom: Atom) -> Rational | None:
    """``abs(u)`` as ``2*max(u, 0) - u``, or with -u for u, where a maximum is a positive term of it."""
    if atom.head != "abs" or atom.data[0].den:
        return None
    own: Rational = atom.data[0]
    for value in (own, -own):
        if any(len(m) == 1 and m[0][0].head == "max" and m[0][1] == 1 and c > 0 for m, c in value.num):
            largest = make_family(alg, "max", [], [Member(value), Member(Rational.of(0))])
            return largest + largest - value
    return None
