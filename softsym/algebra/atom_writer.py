"""Atoms written as functions of the language: entries, sums, softmax and its family, extrema."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import POSITIVE, Algebra
from softsym.algebra.parts import Member
from softsym.algebra.polynomial import Atom, Index, Mono, Poly, Rational
from softsym.algebra.renaming import rename
from softsym.algebra.signs import atom_sign
from softsym.errors import UnsupportedError
from softsym.expression import Expr, Symbol, apply, as_expr, length_expr
from softsym.symbols import CONSTANT, LENGTH, Kind

HOT = "~"
"""What begins the name of the position of the 1 in a one-hot vector: ``z`` at it is ``dot(y, z)``."""
_FALLBACKS = "klmij"


class Partition(NamedTuple):
    """A sum of exponentials: that of ``exp(scale*values)`` over the index, the scale free of the index."""

    index: Index
    scale: Rational
    values: Rational


def single_atom(value: Rational) -> Atom | None:
    """The atom that a rational function is, or ``None``."""
    single = value.single()
    if single is None or single[1] != 1 or len(single[0]) != 1 or single[0][0][1] != 1:
        return None
    return single[0][0][0]


def family(head: str, vector: Expr, scale: Expr) -> Expr:
    """A function of the softmax family; its parameter is left out where it is 1."""
    return apply(head, vector) if scale == as_expr(1) else apply(head, vector, scale)


class AtomWriter:
    """Writes the atoms of one algebra; ``names`` are the symbols that the expression had.

    Every method takes ``whole``: the index whose entries are written as one whole vector, if there is one.
    """

    def __init__(self, alg: Algebra, names: Mapping[str, Symbol]) -> None:
        self.alg, self.names = alg, dict(names)
        self.bound: dict[Index, Symbol] = {}

    def write(self, value: Rational, whole: Index | None = None) -> Expr:
        """A rational function as an expression."""
        raise NotImplementedError

    def varies(self, free: frozenset[Index], whole: Index | None) -> bool:
        """Whether what has these free indices differs from entry to entry of the whole."""
        return whole in free

    def vector(self, body: Rational, index: Index) -> Expr:
        """The vector whose entry at the index is ``body``."""
        found = self.write(body, index)
        return found if found.shape else self.spread(found, index)

    def spread(self, value: Expr, index: Index) -> Expr:
        """The vector that has the same value everywhere."""
        ones = apply("ones", length_expr(self.alg.ranges[index]))
        if getattr(value, "head", "") == "div" and value.args[0] == as_expr(1):  # type: ignore[attr-defined]
            return apply("div", ones, value.args[1])  # type: ignore[attr-defined]
        return ones if value == as_expr(1) else apply("mul", value, ones)

    def atom(self, atom: Atom, whole: Index | None = None) -> Expr:
        """One atom; :class:`~softsym.errors.UnsupportedError` if it has no whole-vector form."""
        return getattr(self, "_on_" + atom.head)(atom, whole)  # type: ignore[no-any-return]

    def index(self, index: Index) -> Expr:
        """An index that is written out."""
        if isinstance(index, int):
            return as_expr(index)
        if index in self.bound:
            return self.bound[index]
        if index not in self.names:
            raise UnsupportedError("the position of the 1 in a one-hot vector has no name in the language")
        return self.names[index]

    def _item(self, vector: Expr, index: Index, whole: Index | None) -> Expr:
        if index == whole:
            return vector
        hot = self._hot(index)
        return apply("item", vector, self.index(index)) if hot is None else apply("dot", hot, vector)

    def _hot(self, index: Index) -> Symbol | None:
        """The one-hot vector whose 1 stands at the index."""
        return self.names.get(index[len(HOT) :]) if isinstance(index, str) and index.startswith(HOT) else None

    def _on_scalar(self, atom: Atom, whole: Index | None) -> Expr:
        (name,) = atom.data
        return self.names.get(name, Symbol(name, LENGTH))

    def _on_pi(self, atom: Atom, whole: Index | None) -> Expr:
        return Symbol("pi", CONSTANT)

    def _on_position(self, atom: Atom, whole: Index | None) -> Expr:
        if atom.data[0] == whole:
            raise UnsupportedError("the vector 1, 2, ..., N has no name in the language; take an entry such as [i]")
        return self.index(atom.data[0])

    def _on_entry(self, atom: Atom, whole: Index | None) -> Expr:
        name, index = atom.data
        return self._item(self.names[name], index, whole)

    def _on_delta(self, atom: Atom, whole: Index | None) -> Expr:
        left, right = sorted(atom.data, key=lambda i: (isinstance(i, int), str(i)))
        for place, other in ((left, right), (right, left)):
            hot = self._hot(place)
            if hot is not None:
                return self._item(hot, other, whole)
        if whole not in (left, right):
            return apply("delta", self.index(left), self.index(right))
        other = right if left == whole else left
        own = self.alg.ranges[whole]
        return apply("basis", self.index(other), *([length_expr(own)] if isinstance(other, int) else []))

    def _on_log(self, atom: Atom, whole: Index | None) -> Expr:
        value = atom.data[0]
        inner = single_atom(value)
        if inner is not None and inner.head == "share":
            logs = self._log_weights(inner, whole)
            if logs is not None:
                return logs
        partition = self.partition(inner)
        if partition is not None and not self.varies(value.free, whole):
            return family("logZ", self.vector(partition.values, partition.index), self.write(partition.scale))
        return apply("log", self.write(value, whole))

    def _on_root(self, atom: Atom, whole: Index | None) -> Expr:
        return self.write(atom.data[0], whole)

    def _on_signedlog(self, atom: Atom, whole: Index | None) -> Expr:
        raise UnsupportedError("the logarithm of a number of unknown sign; declare the base of the power positive")

    def _on_abs(self, atom: Atom, whole: Index | None) -> Expr:
        return apply("abs", self.write(atom.data[0], whole))

    def _on_sign(self, atom: Atom, whole: Index | None) -> Expr:
        return apply("sign", self.write(atom.data[0], whole))

    def _on_sigmoid(self, atom: Atom, whole: Index | None) -> Expr:
        return apply("sigmoid", self.write(atom.data[0], whole))

    def _on_softplus(self, atom: Atom, whole: Index | None) -> Expr:
        return apply("softplus", self.write(atom.data[0], whole))

    # sums

    def partition(self, atom: Atom | None) -> Partition | None:
        """The sum of exponentials that an atom is, its inverse temperature apart from its values."""
        if atom is None or atom.head != "sum" or len(atom.data[0]) != 1:
            return None
        (index,), body = atom.data
        single = body.single()
        if single is None or any(a.head != "exp" for a, _ in single[0]):
            return None
        total = Rational.of(0)
        for exp, times in single[0]:
            mono, den = exp.data
            total = total + Rational(Poly({mono: fmpq(times.numerator, times.denominator)}), den)
        scale = self._scale(total, index)
        return Partition(index, scale, elementary.divide(self.alg, total, scale))

    @staticmethod
    def _scale(total: Rational, index: Index) -> Rational:
        """The common factor that does not depend on the index; positive where all coefficients are."""
        coefficients = [Fraction(int(c.p), int(c.q)) for _, c in total.num]
        size = Fraction(gcd(*(c.numerator for c in coefficients)), gcd(*(c.denominator for c in coefficients)))
        _, content = total.num.content()
        mono: Mono = tuple((a, e) for a, e in content if index not in a.free)
        outside = tuple((p, n) for p, n in total.den if index not in p.free)
        return Rational(Poly({mono: fmpq(size.numerator, size.denominator)}), outside)

    def _on_share(self, atom: Atom, whole: Index | None) -> Expr:
        total, index = atom.data
        if self.varies(total.free, whole):
            raise UnsupportedError("weights that differ from entry to entry have no whole-vector form; take an entry")
        return self._item(self.weights(total), index, whole)

    def _log_weights(self, share: Atom, whole: Index | None) -> Expr | None:
        """The logarithm of an entry of a softmax."""
        total, index = share.data
        partition = self.partition(total)
        if partition is None or self.varies(total.free, whole):
            return None
        values = self.vector(partition.values, partition.index)
        return self._item(family("log_softmax", values, self.write(partition.scale)), index, whole)

    def weights(self, total: Atom) -> Expr:
        """The vector of the shares of a sum's terms."""
        partition = self.partition(total)
        if partition is None:
            (index,), body = total.data
            return apply("normalize", self.vector(body, index))
        if all(c < 0 for _, c in partition.values.num):
            values = self.vector(-partition.values, partition.index)
            return family("softmin", values, self.write(partition.scale))
        return family("softmax", self.vector(partition.values, partition.index), self.write(partition.scale))

    def _on_sum(self, atom: Atom, whole: Index | None) -> Expr:
        bounds, body = atom.data
        if len(bounds) == 1 and not self.varies(atom.free, whole):
            try:
                return self._whole_sum(bounds[0], body)
            except UnsupportedError:
                pass  # an explicit index says it
        return self._explicit_sum(list(bounds), body, whole)

    def _whole_sum(self, index: Index, body: Rational) -> Expr:
        """The sum of a vector, or the inner product of two."""
        ((mono, _),) = body.num
        weight = next((a for a, e in mono if a.head == "share" and e == 1), None)
        if weight is None:
            weight = next((a for a, e in mono if e == 1 and a.head == "entry"), None) if len(mono) > 1 else None
        if weight is None:
            return apply("sum", self.vector(body, index))
        rest = elementary.divide(self.alg, body, self.alg.of(weight))
        partition = self.partition(weight.data[0]) if weight.head == "share" else None
        if partition is not None and rest == rename(self.alg, partition.values, {partition.index: index}):
            return family("boltzmann", self.vector(rest, index), self.write(partition.scale))
        if self._is_share(weight) and rest == elementary.log(self.alg, self.alg.of(weight)):
            return apply("neg", apply("entropy", self.atom(weight, index)))
        return apply("dot", self.atom(weight, index), self.vector(rest, index))

    def _is_share(self, atom: Atom) -> bool:
        """Whether an atom is an entry of a vector whose entries are > 0 and sum to 1."""
        if atom.head == "share":
            return atom_sign(self.alg, atom) == POSITIVE
        return self.alg.vectors[atom.data[0]].domain == "distribution"

    def _explicit_sum(self, bounds: list[Index], body: Rational, whole: Index | None) -> Expr:
        for index in bounds:
            self.bound[index] = self.fresh(index)
        inner = self.write(body, whole)
        for index in reversed(bounds):
            inner = apply("sum", inner, self.bound.pop(index))
        return inner

    def fresh(self, index: Index) -> Symbol:
        """A symbol for a bound index that is written out."""
        taken = {s.name for s in self.bound.values()} | self.names.keys() | {str(i) for i in self.alg.ranges}
        names = (*_FALLBACKS, *(f"k_{n}" for n in range(1, len(taken) + 2)))
        name = next(n for n in names if n not in taken)
        return Symbol(name, Kind("index", "index", self.alg.ranges[index]))

    def _on_covariance(self, atom: Atom, whole: Index | None) -> Expr:
        index, weight, left, right = atom.data
        if self.varies(atom.free, whole):
            raise UnsupportedError("covariances that differ from entry to entry; take an entry")
        parts = [self.vector(p, index) for p in (weight, left, right)]
        return apply("variance", *parts[:2]) if left == right else apply("covariance", *parts)

    def _on_moment(self, atom: Atom, whole: Index | None) -> Expr:
        index, weight, value, order = atom.data
        if self.varies(atom.free, whole):
            raise UnsupportedError("moments that differ from entry to entry; take an entry")
        return apply("moment", self.vector(weight, index), self.vector(value, index), order)

    # families

    def values(self, members: tuple[Member, ...]) -> Expr:
        """The vector of a family's values."""
        blocks: list[Expr] = []
        for member in members:
            if member.index is None:
                value = self.write(member.body)
                last = blocks[-1] if blocks else None
                if last is not None and getattr(last, "head", "") == "list":
                    blocks[-1] = apply("list", *last.args, value)  # type: ignore[attr-defined]
                else:
                    blocks.append(apply("list", value))
                continue
            vector = self.vector(member.body, member.index)
            for excluded in member.excluded:
                vector = apply("drop", vector, self.index(excluded))
            blocks.append(vector)
        result = blocks[0]
        for block in blocks[1:]:
            result = apply("concat", result, block)
        return result

    def _on_max(self, atom: Atom, whole: Index | None) -> Expr:
        return self._of_family("max", atom, whole)

    def _on_prod(self, atom: Atom, whole: Index | None) -> Expr:
        return self._of_family("prod", atom, whole)

    def _on_count(self, atom: Atom, whole: Index | None) -> Expr:
        return self._of_family("argmax_count", atom, whole)

    def _of_family(self, head: str, atom: Atom, whole: Index | None) -> Expr:
        if self.varies(atom.free, whole):
            raise UnsupportedError(f"{head} that differs from entry to entry has no whole-vector form; take an entry")
        return apply(head, self.values(atom.data[-1]))

    def _on_hard(self, atom: Atom, whole: Index | None) -> Expr:
        return self._chosen("hardmax", atom, whole)

    def _on_sparse(self, atom: Atom, whole: Index | None) -> Expr:
        return self._chosen("sparsemax", atom, whole)

    def _on_first(self, atom: Atom, whole: Index | None) -> Expr:
        _, (block, place), members = atom.data
        if len(members) > 1:
            return apply("item", apply("onehot_argmax", self.values(members)), self._position(members, block, place))
        return self._item(apply("onehot_argmax", self.values(members)), place, whole)

    def _chosen(self, head: str, atom: Atom, whole: Index | None) -> Expr:
        """The entry of a vector of indicators at the place whose value the atom has."""
        value, members = atom.data
        if any(self.varies(m.free, whole) for m in members):
            raise UnsupportedError(f"{head} that differs from entry to entry has no whole-vector form; take an entry")
        for number, member in enumerate(members):
            for place in sorted(value.free, key=str) if member.index is not None else ():
                fits = isinstance(place, int) or self.alg.ranges.get(place) == self.alg.ranges[member.index]
                if fits and rename(self.alg, member.body, {member.index: place}) == value:
                    vector = apply(head, self.values(members))
                    if len(members) == 1 and not member.excluded:
                        return self._item(vector, place, whole)
                    return apply("item", vector, self._position(members, number, place))
            if member.index is None and member.body == value:
                return apply("item", apply(head, self.values(members)), self._position(members, number, 1))
        raise UnsupportedError(f"the {head} of a value that is no entry of the vector")

    def _position(self, members: tuple[Member, ...], block: int, place: Index) -> Expr:
        """The position in the whole vector of an entry of one block."""
        before = 0
        for member in members[:block]:
            length = None if member.index is None else self.alg.ranges[member.index]
            if length is not None and not length.is_literal:
                raise UnsupportedError("an entry after a block of symbolic length")
            before += 1 if length is None else length.constant - len(member.excluded)
        if not isinstance(place, int) or members[block].excluded:
            raise UnsupportedError("an entry of a vector put together from parts")
        return as_expr(before + place)
