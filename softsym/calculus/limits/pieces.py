"""Vectors whose entries grow differently: one entry apart from the others, lists, and concatenations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias

from softsym.calculus.limits import coefficients as co
from softsym.calculus.limits import extrema, leading, series, sums
from softsym.calculus.limits.context import Calculus
from softsym.calculus.limits.growth import Bound, Growth, Rate, Term, add, as_bounds, collect, multiply, scale, still
from softsym.errors import UnsupportedError
from softsym.expression import Expr, apply, length_expr, number
from softsym.shapes import Shape


@dataclass(frozen=True)
class Pieces:
    """A vector in pieces.

    ``split``: the scalar ``parts[0]`` is entry ``index``; of the vector ``parts[1]`` all other entries count, and entry
    ``index`` does not (it is missing where the vector has one entry only). ``list``: one scalar an entry.
    ``concat``: vectors one after the other.
    """

    kind: Literal["split", "list", "concat"]
    parts: tuple[Growth, ...]
    shape: Shape
    index: Expr | None = None

    def matches(self, other: Pieces) -> bool:
        """Whether entries of the two lie in corresponding pieces."""
        shapes = [p.shape for p in self.parts] == [p.shape for p in other.parts]
        return self.kind == other.kind and self.index == other.index and shapes

    def aligned(self, value: Value) -> tuple[Growth, ...]:
        """Another function in pieces that correspond to these."""
        if isinstance(value, Pieces):
            if not self.matches(value):
                raise UnsupportedError("vectors whose entries are told apart in different ways")
            return value.parts
        if not value.shape:
            return (value,) * len(self.parts)
        if self.kind == "split" and self.index is not None:
            return (sums.entry(value, self.index), value)[: len(self.parts)]
        if self.kind == "list":
            return tuple(sums.entry(value, number(n + 1)) for n in range(len(self.parts)))
        blocks = _blocks(value.value) if value.is_still else []
        if [b.shape for b in blocks] == [p.shape for p in self.parts]:
            return tuple(still(b) for b in blocks)
        raise UnsupportedError("a concatenation together with another vector")


Value: TypeAlias = "Growth | Pieces"


def _blocks(expr: Expr) -> list[Expr]:
    """The vectors that a concatenation is made of."""
    return [b for a in co.args_of(expr) for b in _blocks(a)] if co.is_head(expr, "concat") else [expr]


def entrywise(function: Callable[..., Growth], *values: Value) -> Value:
    """A function applied entry by entry."""
    model = next((v for v in values if isinstance(v, Pieces)), None)
    if model is None:
        return function(*values)
    columns = [model.aligned(v) for v in values]
    return Pieces(model.kind, tuple(function(*row) for row in zip(*columns, strict=True)), model.shape, model.index)


def scalars(calculus: Calculus, value: Pieces, reduce: Callable[[Calculus, Growth], Growth]) -> list[Growth]:
    """Each piece as a scalar, vectors by the given reduction."""
    parts = list(value.parts)
    if value.kind == "split" and len(parts) > 1 and value.index is not None:
        parts[1] = sums.dropped(parts[1], value.index)
    return [reduce(calculus, p) if p.shape else p for p in parts]


def total(calculus: Calculus, value: Value) -> Growth:
    """The sum of the entries."""
    if isinstance(value, Growth):
        return sums.total(calculus, value)
    return add(*scalars(calculus, value, sums.total))


def limit(calculus: Calculus, value: Value) -> Expr:
    """The limit in every entry, in the value's own shape."""
    if isinstance(value, Growth):
        return shaped_as(leading.limit(calculus, value), value.shape)
    limits = [leading.limit(calculus, p) for p in value.parts]
    if value.kind == "split" and value.index is not None:
        own = apply("basis", value.index, length_expr(value.shape[0]))
        if len(limits) == 1:
            return co.multiply(limits[0], own)
        if not calculus.facts.is_total(limits[1]):
            raise UnsupportedError(f"{limits[1]} may have no value at the entry that moves")
        others = co.multiply(limits[1], co.subtract(apply("ones", length_expr(value.shape[0])), own))
        return shaped_as(co.add(co.multiply(limits[0], own), others), value.shape)
    if value.kind == "list":
        return apply("list", *limits)
    vectors = [shaped_as(found, p.shape) for found, p in zip(limits, value.parts, strict=True)]
    result = vectors[0]
    for part in vectors[1:]:
        result = apply("concat", result, part)
    return result


def shaped_as(expr: Expr, shape: Shape) -> Expr:
    """A scalar that stands for equal entries, as a vector of them."""
    if expr.shape or not shape:
        return expr
    ones = apply("ones", length_expr(shape[0]))
    return apply("mul", expr, ones) if expr == co.ZERO else co.multiply(expr, ones)


# --- functions of the order of entries, and of signs ----------------------------------------------------------------


def largest(calculus: Calculus, value: Value) -> Growth:
    """The maximum of the entries."""
    if isinstance(value, Growth):
        return _largest_entry(calculus, value)
    candidates = scalars(calculus, value, _largest_entry)
    if all(c.is_still for c in candidates):
        return still(apply("max", apply("list", *(c.value for c in candidates))))
    best = candidates[0]
    for candidate in candidates[1:]:
        best = candidate if _is_larger(calculus, candidate, best) else best
    return best


def _is_larger(calculus: Calculus, left: Growth, right: Growth) -> bool:
    difference = add(left, scale(right, number(-1)))
    if not difference.bounds and all(calculus.facts.is_zero(t.coefficient) for t in difference.terms):
        return False
    return calculus.facts.is_positive(leading.leading(calculus, difference)[0].coefficient)


def _largest_entry(calculus: Calculus, growth: Growth) -> Growth:
    """The maximum where the entries grow like powers: that of the leading coefficients leads."""
    if any(t.rate.vector is not None for t in growth.parts):
        still_entries = leading.indicated(calculus, growth)
        bounds = [replace(b, rate=sums.top_rate(calculus, b.rate)) for b in still_entries.bounds]
        growth = collect(still_entries.terms, bounds, growth.shape)
    lead, rest = _entries_apart(growth)
    if lead is None:
        return Growth(growth.terms, growth.bounds, ())
    top = replace(lead, coefficient=extrema.largest(calculus, lead.coefficient))
    scalar_terms = [t for t in rest.terms if not t.coefficient.shape]
    others = as_bounds(collect((t for t in rest.terms if t.coefficient.shape), rest.bounds, ()))
    return collect([top, *scalar_terms], others.bounds, ())


def _entries_apart(growth: Growth) -> tuple[Term | None, Growth]:
    """The largest term with different coefficients by entry, and the rest, which is smaller or the same for all."""
    if any(t.rate.vector is not None for t in growth.parts):
        raise UnsupportedError("the order of entries that grow exponentially")
    vectors = [t for t in growth.terms if t.coefficient.shape]
    if not vectors:
        return None, growth
    lead = max(vectors, key=lambda t: t.size)
    rest = collect((t for t in growth.terms if t is not lead), growth.bounds, growth.shape)
    others: list[Term | Bound] = [t for t in vectors if t is not lead]
    others += growth.bounds
    if not all(o.rate == lead.rate and (_is_small(o) or o.size < lead.size) for o in others):
        raise UnsupportedError("which part of a vector decides the order of its entries is not settled")
    return lead, rest


def _is_small(part: Term | Bound) -> bool:
    return isinstance(part, Bound) and part.small


def selected(calculus: Calculus, head: str, value: Value) -> Value:
    """``hardmax``, ``argmax_count`` or ``onehot_argmax``: exact where one term alone tells the entries apart."""
    if isinstance(value, Pieces):
        return _of_apart(calculus, head, value)
    lead, rest = _entries_apart(value)
    if lead is None or rest.bounds or any(t.coefficient.shape for t in rest.terms):
        raise UnsupportedError(f"{head} of entries whose order is known to leading order only")
    if lead.rate.vector is not None:
        raise UnsupportedError(f"{head} of entries that grow exponentially")
    return still(apply(head, lead.coefficient))


def _of_apart(calculus: Calculus, head: str, value: Pieces) -> Value:
    """1 on the entry that moves, where it exceeds all others for good; that of the others, where it falls below."""
    first, *others = scalars(calculus, value, _largest_entry)
    if value.kind != "split":
        raise UnsupportedError("the order of entries in pieces is not settled")
    zeros = Growth((Term(co.ZERO),), (), value.shape)
    if others and _falls_behind(calculus, add(first, scale(others[0], number(-1)))):
        return _of_the_others(head, value)
    if head == "argmax_count":
        return still(co.ONE)
    return replace(value, parts=(still(co.ONE), zeros)[: len(value.parts)])


def _falls_behind(calculus: Calculus, gap: Growth) -> bool:
    """Whether a gap tends to -oo, not oo."""
    lead, _ = leading.leading(calculus, gap)
    if not (lead.rate.is_zero and lead.size > (0, 0)):
        raise UnsupportedError("the entry that moves neither exceeds the others for good nor falls below them")
    return not calculus.facts.is_positive(lead.coefficient)


def _of_the_others(head: str, value: Pieces) -> Value:
    """The function of the entries that do not move, 0 on the one that does: as if that were 2 less than the largest."""
    others, index = value.parts[1], value.index
    if index is None or not others.is_still:
        raise UnsupportedError(f"{head} of entries that move")
    vector = shaped_as(others.value, value.shape)
    rest = apply("drop", vector, index)
    if head == "argmax_count":
        return still(apply("argmax_count", rest))
    low = apply("sub", apply("sub", apply("max", rest), number(2)), apply("item", vector, index))
    moved = apply("add", vector, apply("mul", low, apply("basis", index, length_expr(value.shape[0]))))
    return replace(value, parts=(still(co.ZERO), still(apply(head, moved))))


def sparse(calculus: Calculus, value: Value) -> Value:
    """``sparsemax``: continuous, and hardmax once the gaps between the entries exceed 1."""
    if isinstance(value, Pieces):
        return _of_apart(calculus, "sparsemax", value)
    lead, rest = _entries_apart(value)
    if lead is not None and lead.rate.is_zero and lead.size > (0, 0) and not rest.bounds:
        if any(t.coefficient.shape for t in rest.terms):
            raise UnsupportedError("sparsemax of entries whose order is known to leading order only")
        return still(apply("hardmax", lead.coefficient))
    kept = [t for t in value.terms if t.is_bounded and t.rate.is_zero]
    others = as_bounds(collect((t for t in value.terms if t not in kept), value.bounds, value.shape))
    if any(not b.rate.is_zero or b.size > (0, 0) for b in others.bounds):
        raise UnsupportedError("sparsemax of a vector without a limit")
    point = co.sum_of(t.coefficient for t in kept)
    found = apply("sparsemax", point) if point.shape else co.power(length_expr(value.shape[0]), Fraction(-1))
    return collect([Term(found)], others.bounds, value.shape)


def size(calculus: Calculus, growth: Growth, head: str) -> Growth:
    """``abs`` or ``sign``, entry by entry."""
    if len(growth.terms) == 1 and not growth.bounds:
        return Growth((_sized(growth.terms[0], head),), (), growth.shape)
    try:
        lead, _ = leading.leading(calculus, growth)
    except UnsupportedError:
        return _continuous_size(calculus, leading.indicated(calculus, growth), head)
    direction = 1 if calculus.facts.is_positive(lead.coefficient) else -1
    return scale(growth, number(direction)) if head == "abs" else still(number(direction))


def _sized(t: Term, head: str) -> Term:
    if head == "sign":
        return Term(apply("sign", t.coefficient))
    return replace(t, coefficient=apply("abs", t.coefficient))


def _continuous_size(calculus: Calculus, growth: Growth, head: str) -> Growth:
    if head == "sign" or any(not t.rate.is_zero for t in growth.terms):
        raise UnsupportedError(f"{head} of what has no settled sign")
    top = max((t.size for t in growth.terms), default=(Fraction(0), 0))
    lead = [t for t in growth.terms if t.size == top]
    rest = as_bounds(collect((t for t in growth.terms if t.size != top), growth.bounds, growth.shape))
    return collect([_sized(t, head) for t in lead], rest.bounds, growth.shape)


def product(calculus: Calculus, value: Value) -> Growth:
    """The product of the entries, of which none is zero."""
    if isinstance(value, Pieces):
        result = still(co.ONE)
        for part in scalars(calculus, value, product):
            result = multiply(result, part)
        return result
    lead, small = leading.leading(calculus, value)
    if not lead.is_bounded:
        raise UnsupportedError("a product of N entries that tend to 0 or infinity")
    length = length_expr(value.shape[0])
    shaped = shaped_as(lead.coefficient, value.shape)
    rate = Rate.of(co.total(lead.rate.expr, length))
    front = Growth((Term(apply("prod", shaped), rate),), (), ())
    one_plus = add(still(co.ONE), Growth(small.terms, small.bounds, value.shape))
    logs = sums.total(calculus, Growth(*_parts(series.logarithm(calculus, one_plus)), value.shape))
    return multiply(front, series.exponential(calculus, logs))


def _parts(growth: Growth) -> tuple[tuple[Term, ...], tuple[Bound, ...]]:
    return growth.terms, growth.bounds
