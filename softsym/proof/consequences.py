"""What declarations say without saying it: a unique maximum has a place, values whose largest is their smallest are all
the same, a length of at least 2 exceeds 1, and what is small in size is so on both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from softsym.algebra import Assumptions
from softsym.expression import Apply, Expr, Symbol, apply, exchanged, length_expr, number, walk
from softsym.language import Chain, Statement
from softsym.language.reader import constant
from softsym.proof.steps import EQUATION, ProofStep
from softsym.shapes import literal


def with_consequences(known: Assumptions) -> Assumptions:
    """The assumptions with what follows from them.

    >>> from softsym import parse
    >>> with_consequences(Assumptions(positive=(parse("z[i] - max(drop(z, i))"),))).equations
    (max(z) - z[i], argmax_count(z) - 1)
    """
    equations = [e for gap in known.positive for e in _unique_maximum(gap)]
    equations += [e for gap in known.equations for e in (*_all_the_same(gap), *_maximal(gap))]
    equations += [e for gap in known.positive for e in _not_maximal(gap)]
    equations += [e for gap in (*known.positive, *known.nonnegative) for e in _without_entry(gap)]
    positive = [e for gap in known.nonnegative for e in _shorter_lengths(gap)]
    positive += [e for gap in known.positive for e in _both_sides(gap)]
    nonnegative = [e for gap in known.nonnegative for e in _both_sides(gap)]
    return replace(
        known,
        equations=(*known.equations, *equations),
        positive=(*known.positive, *positive),
        nonnegative=(*known.nonnegative, *nonnegative),
    )


def _both_sides(gap: Expr) -> Iterator[Expr]:
    """``abs(x) < b`` says that x < b and -x < b."""
    if isinstance(gap, Apply) and gap.head == "sub":
        bound, size = gap.args
        if isinstance(size, Apply) and size.head == "abs":
            yield apply("sub", bound, size.args[0])
            yield apply("add", bound, size.args[0])


def _unique_maximum(gap: Expr) -> Iterator[Expr]:
    """``z[i] > max(drop(z, i))`` says that z[i] is the only maximum of z."""
    if not (isinstance(gap, Apply) and gap.head == "sub"):
        return
    entry, rest = gap.args
    if isinstance(entry, Apply) and entry.head == "item" and rest == apply("max", apply("drop", *entry.args)):
        vector = entry.args[0]
        yield apply("sub", apply("max", vector), entry)
        yield apply("sub", apply("argmax_count", vector), 1)


def _not_maximal(gap: Expr) -> Iterator[Expr]:
    """``z[i] < max(z)`` says that the maxima are among the others."""
    for vector, place in _below(gap, lambda vector, place: apply("max", vector)):
        others = apply("drop", vector, place)
        yield apply("sub", apply("max", vector), apply("max", others))
        yield apply("sub", apply("argmax_count", vector), apply("argmax_count", others))
        yield apply("item", apply("onehot_argmax", vector), place)


def _without_entry(gap: Expr) -> Iterator[Expr]:
    """``z[i] <= max(drop(z, i))`` says that this is max(z), ``z[i] >= max(z)`` that z[i] is, ``z[i] <= min(z)`` that it
    is min(z)."""
    for vector, place in _below(gap, lambda vector, place: apply("max", apply("drop", vector, place))):
        yield apply("sub", apply("max", vector), apply("max", apply("drop", vector, place)))
    for vector, place in _below(gap, lambda vector, place: apply("min", vector)):
        yield apply("sub", apply("item", vector, place), apply("min", vector))
    if isinstance(gap, Apply) and gap.head == "sub" and isinstance(gap.args[0], Apply) and gap.args[0].head == "item":
        entry, largest = gap.args
        if largest == apply("max", entry.args[0]):  # type: ignore[attr-defined]
            yield apply("sub", largest, entry)


def _below(gap: Expr, bound: Callable[[Expr, Expr], Expr]) -> Iterator[tuple[Expr, Expr]]:
    """The vector and the place of an entry, if a gap is that of a bound of it above the entry."""
    if isinstance(gap, Apply) and gap.head == "sub":
        upper, entry = gap.args
        if isinstance(entry, Apply) and entry.head == "item" and len(entry.args[0].shape) == 1:
            vector, place = entry.args
            if upper == bound(vector, place):
                yield vector, place


def _all_the_same(gap: Expr) -> Iterator[Expr]:
    """``max(v) == min(v)`` says that each value is max(v); so does a largest or smallest share that is 1/N."""
    for one, other in _both_ways(gap):
        if isinstance(one, Apply) and one.head in ("max", "min"):
            (vector,) = one.args
            if other == apply("min", vector) or (_is_share(vector) and other == 1 / length_expr(vector.shape[0])):
                yield apply("sub", vector, apply("max", vector))


def _is_share(vector: Expr) -> bool:
    """Whether the values of a name are >= 0 and sum to 1."""
    return isinstance(vector, Symbol) and vector.kind.domain in ("distribution", "simplex")


def _maximal(gap: Expr) -> Iterator[Expr]:
    """``hardmax(v)[i] == 1/m`` says that v[i] is one of m maxima, ``onehot_argmax(v)[i] == 1`` that it is one."""
    for one, other in _both_ways(gap):
        if (constant(other) or 0) > 0 and isinstance(one, Apply) and one.head == "item":
            indicator, place = one.args
            if isinstance(indicator, Apply) and indicator.head in ("hardmax", "onehot_argmax"):
                (vector,) = indicator.args
                yield apply("sub", apply("max", vector), apply("item", vector, place))
                if indicator.head == "hardmax":
                    yield apply("sub", apply("argmax_count", vector), 1 / other)


def _both_ways(gap: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The two sides of an equation, and turned round."""
    if isinstance(gap, Apply) and gap.head == "sub":
        left, right = gap.args
        yield left, right
        yield right, left


def _shorter_lengths(gap: Expr) -> Iterator[Expr]:
    """``N >= 3`` says that N - 2 and N - 1 are positive."""
    if isinstance(gap, Apply) and gap.head == "sub" and isinstance(gap.args[0], Symbol):
        name, least = gap.args
        if name.kind.type == "length" and literal(least) is not None:  # type: ignore[attr-defined]
            for smaller in range(1, min(literal(least) or 0, 12)):
                yield apply("sub", name, smaller)


def without_first_maxima(statement: Statement, known: Assumptions) -> tuple[Statement, tuple[ProofStep, ...]]:
    """The statement with ``onehot_argmax(v)`` as ``hardmax(v)`` where ``argmax_count(v) == 1`` is known, and the
    equations that it rests on."""
    one = number(1)
    pairs = (e.args for e in known.equations if isinstance(e, Apply) and e.head == "sub")
    unique = {
        left.args[0]
        for left, right in pairs
        if right == one and isinstance(left, Apply) and left.head == "argmax_count"
    }
    nodes = (node for side in statement.claim.sides for node in walk(side) if isinstance(node, Apply))
    found = [n for n in dict.fromkeys(nodes) if n.head == "onehot_argmax" and n.args[0] in unique]
    sides, steps = statement.claim.sides, []
    for node in found:
        same = apply("hardmax", node.args[0])
        sides = tuple(exchanged(side, node, same) for side in sides)
        steps.append(ProofStep(EQUATION, Chain((node, same), ("==",)), note="the maximum is attained once"))
    return replace(statement, claim=Chain(sides, statement.claim.relations)), tuple(steps)
