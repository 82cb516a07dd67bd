"""Renaming of free indices: every atom that has one is built again, so that sums contract and deltas settle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import Algebra
from softsym.algebra.families import make_family
from softsym.algebra.parts import Member
from softsym.algebra.polynomial import Atom, Index, Mono, Poly, Rational
from softsym.algebra.sums import make_generator

Renaming: TypeAlias = Mapping[Index, Index]


def entry(alg: Algebra, vector: str, index: Index) -> Rational:
    """One entry of a named vector: what an equation defines it to be, or of a one-hot one a delta."""
    if vector in alg.defined:
        bound, value = alg.defined[vector]
        return rename(alg, value, {bound: index})
    if vector in alg.hot:
        return kronecker(alg, index, alg.hot[vector])
    return alg.of(alg.atom("entry", vector, index, free=frozenset({index})))


def position(alg: Algebra, index: Index) -> Rational:
    """An index as a number."""
    if isinstance(index, int):
        return Rational.of(index)
    return alg.of(alg.atom("position", index, free=frozenset({index})))


def kronecker(alg: Algebra, left: Index, right: Index) -> Rational:
    """1 if two indices are the same, 0 if they are known to differ, else an atom."""
    if left == right:
        return Rational.of(1)
    settled = int if alg.open_deltas else int | str
    if isinstance(left, settled) and isinstance(right, settled):
        return Rational.of(0)
    first, second = sorted((left, right), key=repr)
    return alg.of(alg.atom("delta", first, second, free=frozenset({first, second})))


def rename(alg: Algebra, value: Rational, names: Renaming) -> Rational:
    """The rational function with indices replaced."""
    if not value.free & names.keys():
        return value
    result = _rename_poly(alg, value.num, names)
    for poly, power in value.den:
        below = _rename_poly(alg, poly, names) if poly.free & names.keys() else Rational(poly)
        result = elementary.multiply(alg, result, elementary.integer_power(alg, below, -power))
    return result


def _rename_poly(alg: Algebra, poly: Poly, names: Renaming) -> Rational:
    total = Rational.of(0)
    for mono, coefficient in poly:
        total = total + rename_mono(alg, mono, coefficient, names)
    return total


def rename_mono(alg: Algebra, mono: Mono, coefficient: fmpq, names: Renaming) -> Rational:
    """One term with indices replaced."""
    kept = tuple((a, e) for a, e in mono if not a.free & names.keys())
    result = Rational(Poly({kept: coefficient}))
    for atom, exponent in mono:
        if atom.free & names.keys():
            result = elementary.multiply(alg, result, raised(alg, rename_atom(alg, atom, names), exponent))
    return result


def raised(alg: Algebra, base: Rational, exponent: Any) -> Rational:
    """A power whose exponent is a rational number or an exponent of the algebra."""
    if isinstance(exponent, Fraction):
        return elementary.power(alg, base, Rational.of(exponent))
    return elementary.integer_power(alg, base, exponent)


def rename_atom(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    """One atom with indices replaced."""
    return _REBUILD[atom.head](alg, atom, names)


def with_delta(alg: Algebra, value: Rational, delta: Atom, to: int) -> Rational:
    """The rational function in the case that a delta is 1 (its two indices are the same) or 0."""
    left, right = delta.data
    if to == 1:
        other, bound = sorted((left, right), key=_firmness)
        return rename(alg, value, {bound: other})
    gone = Rational(_without(value.num, delta))
    for poly, power in value.den:
        below = Rational(_without(poly, delta))
        gone = elementary.multiply(alg, gone, elementary.integer_power(alg, below, -power))
    return gone


def _firmness(index: Index) -> tuple[int, str]:
    """Literal positions stay, then names, and bound indices give way."""
    return (int, str, tuple).index(type(index)), str(index)


def _without(poly: Poly, delta: Atom) -> Poly:
    return Poly({m: c for m, c in poly if all(a is not delta for a, _ in m)})


def _entry(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    vector, index = atom.data
    return entry(alg, vector, names.get(index, index))


def _position(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    (index,) = atom.data
    return position(alg, names.get(index, index))


def _delta(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    left, right = atom.data
    return kronecker(alg, names.get(left, left), names.get(right, right))


def _exp(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    mono, den = atom.data
    return elementary.exp(alg, rename(alg, Rational(Poly({mono: fmpq(1)}), den), names))


def _log(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    return elementary.log(alg, rename(alg, atom.data[0], names))


def _root(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    return elementary.exp(alg, elementary.log(alg, rename(alg, atom.data[0], names)))


def _abs(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    return elementary.absolute(alg, rename(alg, atom.data[0], names))


def _sign(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    return elementary.signum(alg, rename(alg, atom.data[0], names))


def _sum(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    bounds, body = atom.data
    fresh = {k: alg.fresh_index(alg.ranges[k]) for k in bounds}
    return make_generator(alg, list(fresh.values()), rename(alg, body, {**names, **fresh}))


def _share(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    whole, index = atom.data
    ((renamed, _),) = rename(alg, Rational(Poly({((whole, 1),): fmpq(1)})), names).num
    return share(alg, renamed[0][0], names.get(index, index))


def _function(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    value = rename(alg, atom.data[0], names)
    return alg.of(alg.atom(atom.head, value, free=value.free, depth=value.depth))


def _moment(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    index, weight, value, order = atom.data
    fresh = alg.fresh_index(alg.ranges[index])
    inside = {**names, index: fresh}
    return moment(alg, fresh, rename(alg, weight, inside), rename(alg, value, inside), order)


def _covariance(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    index, *parts = atom.data
    fresh = alg.fresh_index(alg.ranges[index])
    return covariance(alg, fresh, *(rename(alg, part, {**names, index: fresh}) for part in parts))


def share(alg: Algebra, whole: Atom, index: Index) -> Rational:
    """The share of one term in a sum: ``exp(beta*z[i])/sum(exp(beta*z))``, an entry of a softmax."""
    return alg.of(alg.atom("share", whole, index, free=whole.free | {index}, depth=whole.depth))


def covariance(alg: Algebra, index: Index, weight: Rational, left: Rational, right: Rational) -> Rational:
    """The covariance of two families under weights whose sum over the bound index is 1."""
    depth = 1 + max(part.depth for part in (weight, left, right))
    bound = alg.bound_index(depth, 0, alg.ranges[index])
    parts = [rename(alg, part, {index: bound}) for part in (weight, left, right)]
    free = frozenset().union(*(part.free for part in parts)) - {bound}
    return alg.of(alg.atom("covariance", bound, *parts, free=free, depth=depth))


def moment(alg: Algebra, index: Index, weight: Rational, value: Rational, order: int) -> Rational:
    """The central moment of a family under weights whose sum over the bound index is 1."""
    if order < 2:
        return Rational.of(1 - order)
    if order == 2:
        return covariance(alg, index, weight, value, value)
    depth = 1 + max(weight.depth, value.depth)
    bound = alg.bound_index(depth, 0, alg.ranges[index])
    parts = [rename(alg, part, {index: bound}) for part in (weight, value)]
    free = (parts[0].free | parts[1].free) - {bound}
    return alg.of(alg.atom("moment", bound, *parts, order, free=free, depth=depth))


def _family(alg: Algebra, atom: Atom, names: Renaming) -> Rational:
    *leading, members = atom.data
    head = atom.head
    values = [rename(alg, v, names) if isinstance(v, Rational) else (v[0], names.get(v[1], v[1])) for v in leading]
    return make_family(alg, head, values, [_member(alg, m, names) for m in members])


def _member(alg: Algebra, member: Member, names: Renaming) -> Member:
    excluded = tuple(names.get(e, e) for e in member.excluded)
    if member.index is None:
        return Member(rename(alg, member.body, names))
    fresh = alg.fresh_index(alg.ranges[member.index])
    return Member(rename(alg, member.body, {**names, member.index: fresh}), fresh, excluded)


_REBUILD: dict[str, Callable[[Algebra, Atom, Renaming], Rational]] = {
    "entry": _entry,
    "position": _position,
    "delta": _delta,
    "exp": _exp,
    "log": _log,
    "root": _root,
    "abs": _abs,
    "sign": _sign,
    "sum": _sum,
    "share": _share,
    "covariance": _covariance,
    "moment": _moment,
    **dict.fromkeys(("signedlog", "sigmoid", "softplus"), _function),
    **dict.fromkeys(("max", "prod", "count", "hard", "first", "sparse"), _family),
}
