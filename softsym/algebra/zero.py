"""The zero test: is a difference zero for every N, whichever of its free indices coincide?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import eq, lt, ne
from typing import Any

import sympy

from softsym.algebra.alternatives import alternatives
from softsym.algebra.atom_writer import HOT
from softsym.algebra.blocks import MAX_EXPANDED, Matrix, vector_base
from softsym.algebra.context import NONNEGATIVE, POSITIVE, Algebra
from softsym.algebra.declared import Given, Known, assume, note_sign, without_multiples
from softsym.algebra.joining import joined, signs_divided
from softsym.algebra.lowering import Lowering
from softsym.algebra.normal import Normalizer
from softsym.algebra.polynomial import Index, Rational
from softsym.errors import BudgetError, UnsupportedError
from softsym.expression import Expr, Symbol, free_symbols
from softsym.symbols import Length

MAX_FREE = 6
"""More free indices than this have too many ways to coincide."""
MAX_VALUES = 4
"""An index of conditions alone is taken at each of its values if there are no more."""

_SHARES = {"distribution": POSITIVE, "simplex": NONNEGATIVE}
"""The sign of the entries of vectors that sum to 1."""


@dataclass(frozen=True)
class Assumptions:
    """What is known beyond kinds: expressions that are 0, > 0 or >= 0, indices that differ, are the same, or of which
    one comes before the other, and lengths."""

    equations: tuple[Expr, ...] = ()
    positive: tuple[Expr, ...] = ()
    nonnegative: tuple[Expr, ...] = ()
    apart: tuple[tuple[Expr, Expr], ...] = ()
    same: tuple[tuple[Expr, Expr], ...] = ()
    before: tuple[tuple[Expr, Expr], ...] = ()
    lengths: dict[str, Length] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One way in which the free indices coincide: the algebra and the normal form of the difference there."""

    coincide: tuple[tuple[str, ...], ...]
    algebra: Algebra
    difference: Rational
    known: tuple[Known, ...] = ()
    """What is declared of signs."""


class ZeroTest:
    """Decides whether differences of expressions vanish identically.

    >>> from softsym import parse
    >>> test = ZeroTest()
    >>> test.is_zero(parse("sum(softmax(z, beta)) - 1"))
    True
    >>> test.is_zero(parse("lse(z + a) - lse(z)"))
    False
    """

    def __init__(self, assumptions: Assumptions | None = None, *, deadline: float = float("inf")) -> None:
        self.assumptions = assumptions or Assumptions()
        self.deadline = deadline

    def is_zero(self, difference: Expr, *, written_out: bool = False) -> bool:
        """Whether the difference (of any shape) is zero in every entry, for every N and every value of its names.

        Raises :class:`~softsym.errors.UnsupportedError` if it is outside the algebra and
        :class:`~softsym.errors.BudgetError` if it is too large.
        """
        return all(case.difference.is_zero for case in self.cases(difference, written_out=written_out))

    def cases(self, difference: Expr, *, written_out: bool = False) -> Iterator[Case]:
        """The normal form of each entry in each way in which the free indices coincide."""
        indices = {s for s in free_symbols(difference) if s.kind.type == "index"}
        if written_out:
            indices |= self._short_indices()
        if written_out and indices:
            yield from self._literal_cases(difference, indices)
            return
        lowering = Lowering(self.assumptions.lengths, written_out=written_out)
        for scalar, own in entries(lowering, difference):
            yield from self._coinciding(lowering, scalar, own)

    def _short_indices(self) -> set[Symbol]:
        """The indices with few values that conditions are about."""
        facts = self.assumptions
        exprs = (*facts.equations, *facts.positive, *facts.nonnegative)
        found = {s for e in exprs for s in free_symbols(e) if s.kind.type == "index"}
        lengths = {s: s.kind.vector_length.at(facts.lengths) for s in found}
        return {s for s, length in lengths.items() if length.is_literal and length.constant <= MAX_VALUES}

    def _literal_cases(self, difference: Expr, indices: set[Symbol]) -> Iterator[Case]:
        """For a fixed N: every value of every free index."""
        ranges = {s.name: s.kind.vector_length.at(self.assumptions.lengths) for s in indices}
        for values in _assignments(sorted(ranges), ranges):
            if not self._allowed(values):
                continue
            lowering = Lowering(self.assumptions.lengths, values, written_out=True)
            for scalar, own in entries(lowering, difference):
                yield from self._coinciding(lowering, scalar, own)

    def _allowed(self, values: dict[str, Any]) -> bool:
        def value(e: Expr) -> Any:
            return values.get(e.name) if isinstance(e, Symbol) else sympy.Integer(int(e.value))  # type: ignore[attr-defined]

        def known(a: Expr, b: Expr) -> bool:
            return value(a) is not None and value(b) is not None

        facts = self.assumptions
        relations = ((ne, facts.apart), (eq, facts.same), (lt, facts.before))
        return all(not known(a, b) or holds(value(a), value(b)) for holds, pairs in relations for a, b in pairs)

    def _coinciding(self, lowering: Lowering, scalar: Any, own: Sequence[Any]) -> Iterator[Case]:
        given = self._given(lowering)
        bound = {symbol for g in given for symbol, _ in g.own}
        free = [i for i in self._free_indices(lowering, [scalar, *(g.scalar for g in given)]) if i not in bound]
        if len(free) > MAX_FREE:
            raise BudgetError(f"{len(free)} free indices coincide in too many ways")
        for blocks in partitions(free, lambda a, b: self._may_coincide(lowering, a, b)):
            if not self._as_declared(blocks) or not _have_room(lowering, blocks):
                continue
            alg, normalizer = self._algebra(lowering, blocks)
            known, unsolved = assume(alg, normalizer, given)
            difference = _settled(alg, without_multiples(normalizer.normal(scalar), unsolved))
            yield Case(tuple(tuple(map(str, b)) for b in blocks), alg, difference, known)

    def _given(self, lowering: Lowering) -> list[Given]:
        """The declared conditions on scalars and on entries, lowered; one outside the algebra says nothing."""
        facts = self.assumptions
        found: list[Given] = []
        signed = [(e, "positive") for e in facts.positive] + [(e, "nonnegative") for e in facts.nonnegative]
        for expr, sign in [*signed, *((e, "") for e in facts.equations)]:
            try:
                found += [Given(s, sign, own, expr) for s, own in _conditions(lowering, expr)]
            except (UnsupportedError, BudgetError):
                continue
        return found + (list(_sums_written_out(lowering)) if lowering.written_out else [])

    def _free_indices(self, lowering: Lowering, scalars: list[Any]) -> list[Any]:
        """The free index symbols, the literal positions and the one-hot vectors' positions in the claim or a condition.

        A condition's count too: ``a == delta(i, 1)`` says another thing of i where it is 1.
        """
        free = set().union(*(s.free_symbols for s in scalars))
        found: list[Any] = [s for s in lowering.ranges if s in free]
        nodes = {node for s in scalars for node in s.atoms(sympy.Indexed, sympy.KroneckerDelta)}
        used = {x for node in nodes for x in node.args if x.is_Integer}
        labels = {node.base.label.name for node in nodes if isinstance(node, sympy.Indexed)}
        hot = [HotIndex(n, k.vector_length) for n, k in lowering.kinds.items() if k.domain == "onehot" and n in labels]
        return [*sorted(found, key=str), *sorted(used, key=int), *hot]

    def _as_declared(self, blocks: list[list[Any]]) -> bool:
        """Whether indices that are declared to be the same are together."""
        place = {str(member): n for n, block in enumerate(blocks) for member in block}
        pairs = [(place.get(str(_name(a))), place.get(str(_name(b)))) for a, b in self.assumptions.same]
        return all(None in pair or pair[0] == pair[1] for pair in pairs)

    def _may_coincide(self, lowering: Lowering, one: Any, other: Any) -> bool:
        if isinstance(one, HotIndex) or isinstance(other, HotIndex):
            return _range(lowering, one) in (_range(lowering, other), None) or _range(lowering, other) is None
        if one.is_Integer and other.is_Integer:
            return False
        apart = {(str(_name(a)), str(_name(b))) for a, b in self.assumptions.apart}
        if (str(one), str(other)) in apart or (str(other), str(one)) in apart:
            return False
        return _range(lowering, one) == _range(lowering, other) or one.is_Integer or other.is_Integer

    def _algebra(self, lowering: Lowering, blocks: list[list[Any]]) -> tuple[Algebra, Normalizer]:
        alg = Algebra(vectors=lowering.kinds, deadline=self.deadline)
        for unit in lowering.units:
            note_sign(alg, Rational.of(1) - alg.of(alg.atom("scalar", unit)), NONNEGATIVE)
        indices: dict[Any, Index] = {}
        for block in blocks:
            literals = [int(s) for s in block if _is_literal(s)]
            name: Index = literals[0] if literals else str(block[0])
            for member in block:
                if isinstance(member, HotIndex):
                    alg.hot[member.vector] = name
                elif not member.is_Integer:
                    indices[member] = name
                length = _range(lowering, member)
                if length is not None and not literals:
                    alg.ranges[name] = length
        return alg, Normalizer(alg, indices)


@dataclass(frozen=True)
class HotIndex:
    """The position of the 1 in a one-hot vector, an index that the statement does not name."""

    vector: str
    length: Length

    def __str__(self) -> str:
        return HOT + self.vector


def _name(expr: Expr) -> Any:
    return expr.name if isinstance(expr, Symbol) else expr.value  # type: ignore[attr-defined]


def _range(lowering: Lowering, index: Any) -> Length | None:
    if isinstance(index, HotIndex):
        return index.length
    return None if index.is_Integer else lowering.ranges.get(index)


def _have_room(lowering: Lowering, blocks: list[list[Any]]) -> bool:
    """Whether every index that takes no literal position has one of its own in a range of fixed length."""
    literals = {int(m) for block in blocks for m in block if _is_literal(m)}
    ranges = [{_range(lowering, m) for m in block} for block in blocks if not any(_is_literal(m) for m in block)]
    for length in {r for own in ranges for r in own if r is not None and r.is_literal}:
        taken = sum(1 for n in literals if n <= length.constant) + sum(1 for own in ranges if length in own)
        if taken > length.constant:
            return False
    return True


def _is_literal(index: Any) -> bool:
    return not isinstance(index, HotIndex) and bool(index.is_Integer)


def _settled(alg: Algebra, difference: Rational) -> Rational:
    """Zero where the difference is zero once its sums are put together, else the difference itself."""
    try:
        if not difference.is_zero and any(a.head == "sign" for a in difference.num.atoms):
            difference = signs_divided(alg, difference)
        forms = chain(
            (joined(alg, difference, inside=inside) for inside in (False, True)), alternatives(alg, difference)
        )
        return Rational.of(0) if difference.is_zero or any(form.is_zero for form in forms) else difference
    except (UnsupportedError, BudgetError):
        return difference


def entries(lowering: Lowering, expr: Expr) -> list[tuple[Any, tuple[Any, ...]]]:
    """The lowered entries of an expression: one for each block, at a fresh free index."""
    value = lowering.lower(expr)
    if isinstance(value, Matrix):
        found = []
        for a, row in enumerate(value.rows):
            i = _free(lowering, row.length)
            for b, column in enumerate(value.columns):
                j = _free(lowering, column.length)
                found.append((value.entry(a, i, b, j), (i, j)))
        return found
    if isinstance(value, tuple):
        return [(block.entry(i), (i,)) for block in value for i in (_free(lowering, block.length),)]
    return [(value, ())]


def _conditions(lowering: Lowering, expr: Expr) -> Iterator[tuple[Any, tuple[tuple[Any, Length], ...]]]:
    """A condition on a scalar, or on each entry of a vector at a bound index; one on some entries says nothing."""
    value = lowering.lower(expr)
    if not isinstance(value, tuple):
        yield from () if isinstance(value, Matrix) else [(value, ())]
        return
    for block in value:
        if block.length is None:
            yield block.entry(sympy.Integer(1)), ()
        elif not block.excluded:
            k = lowering.fresh(block.length)
            yield block.entry(k), ((k, block.length),)


def _sums_written_out(lowering: Lowering) -> Iterator[Given]:
    """The entries of a distribution of a fixed length sum to 1, and each is 1 less the others."""
    for name, kind in lowering.kinds.items():
        size = kind.vector_length.constant
        if kind.domain not in _SHARES or not kind.vector_length.is_literal or size > MAX_EXPANDED:
            continue
        entries = [vector_base(name, kind)[n] for n in range(1, size + 1)]
        yield Given(sum(entries) - 1, "")
        yield from (Given(1 - sum(entries) + own, _SHARES[kind.domain]) for own in entries)


def _free(lowering: Lowering, length: Length | None) -> Any:
    if length is None:
        return sympy.Integer(1)
    taken = {str(s) for s in lowering.ranges}
    name = next(n for n in (f"_{k}" for k in range(1, 1000)) if n not in taken)
    symbol = sympy.Symbol(name, integer=True, positive=True)
    lowering.ranges[symbol] = length
    return symbol


def partitions(items: list[Any], together: Any) -> Iterator[list[list[Any]]]:
    """The set partitions whose blocks hold only items that may coincide.

    >>> len(list(partitions([1, 2, 3], lambda a, b: True)))
    5
    """
    if not items:
        yield []
        return
    *rest, last = items
    for smaller in partitions(rest, together):
        yield [*smaller, [last]]
        for n, block in enumerate(smaller):
            if all(together(last, other) for other in block):
                yield [*smaller[:n], [*block, last], *smaller[n + 1 :]]


def _assignments(names: list[str], ranges: dict[str, Length]) -> Iterator[dict[str, Any]]:
    if not names:
        yield {}
        return
    name, *rest = names
    if not ranges[name].is_literal:
        raise UnsupportedError(f"the index {name} has no fixed range")
    for others in _assignments(rest, ranges):
        for n in range(1, ranges[name].constant + 1):
            yield {**others, name: sympy.Integer(n)}
