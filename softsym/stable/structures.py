"""The rules of entries, joined vectors and matrices: mantissa and scale are taken apart and joined alike."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from softsym.expression import Apply, Expr, Symbol, apply, length_expr
from softsym.stable import scale as ls
from softsym.stable import terms as t
from softsym.stable.rules import Scaled, plain, scaled, settled
from softsym.stable.scale import Factors, Scale, Term
from softsym.stable.sums import from_entries, sum_rule
from softsym.symbols import Kind


def mapped(value: Scaled, node: Expr, change: Callable[[Expr], Expr]) -> Scaled:
    """A linear rearrangement of entries, applied to mantissa, scale and direct form."""

    def on_vector(part: Expr) -> Expr:
        return change(part) if part.shape else part

    direct = None if value.direct is None else change(t.fit(value.direct, node.shape))
    mantissa = on_vector(value.mantissa) if value.scale else change(t.fit(value.mantissa, node.shape))
    return Scaled(mantissa, tuple(term.at_base(on_vector) for term in value.scale), direct)


def _item(node: Apply, support: bool) -> Scaled:
    target, *indices = node.args
    if isinstance(target, Apply) and target.head == "matmul":
        return scaled(_product_entry(target, indices), support=support)
    inside = t.entry(target, *indices)
    if inside != node:
        return scaled(inside, support=support)
    return mapped(scaled(target, support=support), target, lambda v: t.entry(v, *indices))


def _drop(node: Apply, support: bool) -> Scaled:
    return mapped(scaled(node.args[0]), node.args[0], lambda v: apply("drop", v, node.args[1]))


def _transpose(node: Apply, support: bool) -> Scaled:
    return mapped(scaled(node.args[0]), node.args[0], lambda v: apply("transpose", v))


def _joined(node: Apply, support: bool) -> Scaled:
    """``concat`` and lists: a scale common in its factor is joined in its bases."""
    values = [scaled(a) for a in node.args]
    direct = apply(node.head, *(settled(v, a) for v, a in zip(values, node.args, strict=True)))
    if not any(v.scale for v in values):
        return Scaled(direct)
    shapes = [a.shape for a in node.args]
    mantissa: Expr = t.ONE
    if any(v.mantissa != t.ONE for v in values):
        mantissa = apply(node.head, *(t.fit(v.mantissa, s) for v, s in zip(values, shapes, strict=True)))
    coefficient, factors = _common_factor([v.scale for v in values])
    inverse = t.div(t.ONE, ls.factor_expr(coefficient, factors))
    bases = [ls.to_expr(ls.times(v.scale, inverse)) for v in values]
    joined = apply(node.head, *(t.fit(b, s) for b, s in zip(bases, shapes, strict=True)))
    return Scaled(mantissa, (Term(coefficient, factors, joined),), direct)


def _common_factor(scales: list[Scale]) -> tuple[Fraction, Factors]:
    """The factor in front of every group of every scale, or 1."""
    fronts = {group[:2] for scale in scales for group in ls.groups(scale)}
    return fronts.pop() if len(fronts) == 1 else (Fraction(1), ())


def _outer(node: Apply, support: bool) -> Scaled:
    rows, columns = node.args
    left, right = scaled(rows), scaled(columns)
    if not left.scale and not right.scale:
        return Scaled(apply("outer", settled(left, rows), settled(right, columns)))
    above, beside = (apply("ones", length_expr(v.shape[0])) for v in (columns, rows))
    down = tuple(term.at_base(lambda b: apply("outer", b, above) if b.shape else b) for term in left.scale)
    across = tuple(term.at_base(lambda b: apply("outer", beside, b) if b.shape else b) for term in right.scale)
    mantissa = _outer_mantissa(left.mantissa, right.mantissa, node)
    bounded = ls.is_bounded(left.scale) and ls.is_bounded(right.scale)
    direct = apply("outer", settled(left, rows), settled(right, columns)) if bounded else None
    return Scaled(mantissa, ls.plus(down, across), direct)


def _outer_mantissa(left: Expr, right: Expr, node: Apply) -> Expr:
    if not left.shape and not right.shape:
        return t.mul(left, right)
    return apply("outer", t.fit(left, node.args[0].shape), t.fit(right, node.args[1].shape))


def _diag(node: Apply, support: bool) -> Scaled:
    value = scaled(node.args[0])
    whole = apply("diag", settled(value, node.args[0]))
    if ls.is_bounded(value.scale):
        return Scaled(whole)
    across = apply("ones", length_expr(node.shape[0]))
    scale = tuple(term.at_base(lambda b: apply("outer", b, across) if b.shape else b) for term in value.scale)
    return Scaled(apply("diag", t.fit(value.mantissa, node.args[0].shape)), scale, whole)


def _trace(node: Apply, support: bool) -> Scaled:
    matrix = node.args[0]
    k = t.fresh_index(Kind("index", "index", matrix.shape[0]), matrix)
    return scaled(apply("sum", t.entry(matrix, k, k), k), support=support)


def _matmul(node: Apply, support: bool) -> Scaled:
    values = [scaled(a) for a in node.args]
    if all(ls.is_bounded(v.scale) for v in values):
        return Scaled(apply("matmul", *(settled(v, a) for v, a in zip(values, node.args, strict=True))))
    indices: list[Symbol] = []
    for length in node.shape:
        indices.append(t.fresh_index(Kind("index", "index", length), node, *indices))
    inside = plain(_product_entry(node, list(indices)))
    return Scaled(t.vector_of(inside, indices[0]) if len(indices) == 1 else from_entries(inside, indices))


def _product_entry(node: Apply, indices: list[Expr]) -> Expr:
    left, right = node.args
    k = t.fresh_index(Kind("index", "index", right.shape[0]), node, *indices)
    return apply("sum", t.mul(t.entry(left, indices[0], k), t.entry(right, k, *indices[1:])), k)


RULES: dict[str, Callable[[Apply, bool], Scaled]] = {
    "sum": sum_rule,
    "item": _item,
    "drop": _drop,
    "transpose": _transpose,
    **dict.fromkeys(("concat", "list"), _joined),
    "outer": _outer,
    "diag": _diag,
    "trace": _trace,
    "matmul": _matmul,
}
