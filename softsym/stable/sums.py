"""The rules of sums: the scale of a sum is the largest scale among its terms."""

from __future__ import annotations

from softsym.expression import Apply, Expr, Symbol, apply, length_expr
from softsym.stable import scale as ls
from softsym.stable import terms as t
from softsym.stable.rules import Scaled, plain, scaled, settled
from softsym.stable.scale import Scale
from softsym.stable.signs import is_nonnegative, is_positive
from softsym.symbols import Kind


def sum_rule(node: Apply, support: bool) -> Scaled:
    """``sum(v)`` and ``sum(body, k)``; ``support`` asks for a mantissa that does not vanish."""
    body, bound = node.args[0], None
    if len(node.args) == 2:
        assert isinstance(node.args[1], Symbol)
        bound = node.args[1]
        entries = t.built_from(node)
        if entries is not None:
            return _built(entries, bound)
        lifted = t.lift(body, bound) if not body.shape else None
        if lifted is not None:
            if lifted.shape:
                return _sum_of(lifted, None, support)
            return _repeated(scaled(lifted, support=support), length_expr(bound.kind.vector_length))
    return _sum_of(body, bound, support)


def _built(body: Expr, bound: Symbol) -> Scaled:
    """The vector with the given entries has their mantissas and scales as its own."""
    value = scaled(body)
    if not value.scale:
        return Scaled(t.vector_of(settled(value, body), bound))

    def vector(part: Expr) -> Expr:
        return t.vector_of(part, bound) if bound in t.free(part) else part

    moving, fixed = ls.split(value.scale, bound)
    direct = None if value.direct is None else t.vector_of(value.direct, bound)
    return Scaled(vector(value.mantissa), (*(term.at_base(vector) for term in moving), *fixed), direct)


def _repeated(value: Scaled, count: Expr) -> Scaled:
    """A sum whose terms are all equal."""
    direct = None if value.direct is None else t.mul(count, value.direct)
    return Scaled(t.mul(count, value.mantissa), value.scale, direct)


def _sum_of(body: Expr, bound: Symbol | None, support: bool) -> Scaled:
    weight, rest = _one_hot_weight(body) if bound is None else (None, body)
    if weight is not None and (picked := scaled(rest, support=support)).scale:
        return _picked(weight, picked)
    value = scaled(body, support=support)
    moving, fixed = ls.split(value.scale, bound)
    if not moving:
        if bound is None and not value.mantissa.shape:
            return _repeated(value, length_expr(body.shape[0]))
        inner = settled(Scaled(value.mantissa), body)
        direct = None if value.direct is None else _summed(t.fit(value.direct, body.shape), bound)
        return Scaled(_summed(t.fit(inner, body.shape), bound), fixed, direct)
    if body.shape and bound is not None:
        return Scaled(_by_entries(body, bound))
    return _shifted_sum(value, body, bound, support)


def _summed(body: Expr, bound: Symbol | None) -> Expr:
    return apply("sum", body) if bound is None else apply("sum", body, bound)


def _shifted_sum(value: Scaled, body: Expr, bound: Symbol | None, support: bool) -> Scaled:
    moving, _ = ls.split(value.scale, bound)
    zeros = _vanishing(value.mantissa) if support else None
    if zeros is None and ls.is_bounded(value.scale) and _attains(value.scale):
        return Scaled(_summed(settled(Scaled(value.mantissa, value.scale), body), bound))
    if zeros is not None and bound is None:
        top = _over_support(moving, zeros)
    else:
        top = ls.extreme(moving, (lambda v: v) if bound is None else lambda v: t.vector_of(v, bound))
    inner = t.mul(value.mantissa, t.call("exp", ls.to_expr(ls.plus(moving, top, -1))))
    total = _summed(t.fit(inner, body.shape), bound)
    _, fixed = ls.split(value.scale, bound)
    in_range = value.direct is not None or is_nonnegative(value.mantissa) or ls.is_bounded(value.scale)
    direct = _summed(settled(value, body), bound) if in_range else None
    return Scaled(total, ls.plus(fixed, top), direct)


def _attains(scale: Scale) -> bool:
    """Whether a bounded scale is 0 for one entry, so that shifting it again changes nothing."""
    moving, fixed = ls.split(scale, None)
    return bool(moving) and not ls.plus(ls.extreme(moving, lambda v: v), fixed)


def _vanishing(mantissa: Expr) -> Expr | None:
    """The part of a nonnegative mantissa that may be 0 for some entries, or ``None`` if none may."""
    if not mantissa.shape or is_positive(mantissa) or not is_nonnegative(mantissa):
        return None
    if isinstance(mantissa, Apply) and mantissa.head in ("mul", "div"):
        parts = [p for a in mantissa.args if (p := _vanishing(a)) is not None]
        return parts[0] if len(parts) == 1 else mantissa
    return mantissa


def _over_support(moving: Scale, zeros: Expr) -> Scale:
    """The largest scale among the entries at which ``zeros`` is not 0: ``min(v) + max(sign(y)*(v - min(v)))``."""
    here = t.call("sign", zeros)

    def top(v: Expr) -> Expr:
        low = ls.smallest(v)
        return t.add(low, t.call("max", t.mul(here, t.sub(v, low))))

    parts = ls.groups(moving)
    if len(parts) == 1 and is_nonnegative(ls.factor_expr(*parts[0][:2])):
        coefficient, factors, inner = parts[0]
        return ls.times(ls.linear(top(inner)), ls.factor_expr(coefficient, factors))
    return ls.linear(top(ls.to_expr(moving)))


def _one_hot_weight(body: Expr) -> tuple[Expr | None, Expr]:
    """A one-hot factor of a vector, and the other factors."""
    if isinstance(body, Symbol) and body.kind.domain == "onehot":
        return body, t.ONE
    if isinstance(body, Apply) and body.head in ("onehot_argmax", "basis"):
        return body, t.ONE
    if isinstance(body, Apply) and body.head == "mul":
        for mine, other in (body.args, body.args[::-1]):
            weight, rest = _one_hot_weight(mine)
            if weight is not None:
                return weight, t.mul(rest, other)
    return None, body


def _picked(weight: Expr, value: Scaled) -> Scaled:
    """``sum(y*a)`` for a one-hot y is the entry of a that y picks."""

    def pick(v: Expr) -> Expr:
        if not v.shape:
            return v
        if isinstance(weight, Apply) and weight.head == "basis":
            return t.entry(v, weight.args[0])
        return apply("sum", t.mul(weight, v))

    return Scaled(pick(value.mantissa), tuple(term.at_base(pick) for term in value.scale))


def _by_entries(body: Expr, bound: Symbol) -> Expr:
    """A sum of vectors (matrices) by its entries, each of which gets a scale of its own."""
    indices: list[Symbol] = []
    for length in body.shape:
        indices.append(t.fresh_index(Kind("index", "index", length), body, bound, *indices))
    inside = plain(apply("sum", t.entry(body, *indices), bound))
    if len(indices) == 1:
        return t.vector_of(inside, indices[0])
    return from_entries(inside, indices)


def from_entries(inside: Expr, indices: list[Symbol]) -> Expr:
    """The matrix with the given entries: ``sum(sum(outer(basis(i), basis(j))*a_ij, j), i)``."""
    unit = apply("outer", *(apply("basis", i) for i in indices))
    return apply("sum", apply("sum", t.mul(unit, inside), indices[1]), indices[0])
