"""The theorems of calculus that turn a bound on differences into a bound on derivatives, stated again.

Each step below bounds a derivative of F, which must be smooth for every value of the name by which it differentiates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, number, substitute
from softsym.language import Chain, chain_text
from softsym.language.reader import constant
from softsym.proof.replay.setting import Rejected, Setting, gap, links, replaced
from softsym.proof.steps import ProofStep, at_most
from softsym.signs import UP, is_smooth
from softsym.symbols import Kind

Below: TypeAlias = "Iterator[tuple[ProofStep, Setting]]"
_ZERO, _ONE = number(0), number(1)
_CONVEX: dict[str, tuple[int, Expr | None]] = {
    "real": (-UP, None), "positive": (UP, None), "nonnegative": (1, None), "unit": (1, _ONE),
    "vector": (-UP, None), "positive vector": (UP, None), "distribution": (UP, None),
}  # fmt: skip
"""The kinds that are convex sets: the least sign of their values, and an upper bound."""
AT_MOST_IF_ITS_VALUES = "a maximum is at most what all its values are"
AT_LEAST_ITS_VALUES = "a maximum is at least what one of its values is"
_DUAL = {"oo": "1", "2": "2"}


def _follows(holds: bool, step: ProofStep) -> None:
    if not holds:
        raise Rejected(f"{step.rule}, for {chain_text(step.claim)}: it does not follow")


def _below(step: ProofStep, base: Setting, claims: list[Chain], *new: Symbol) -> Below:
    """The steps below, which must have these claims, under the same conditions and with new names."""
    _follows([b.claim for b in step.steps] == claims and not any(b.given for b in (step, *step.steps)), step)
    yield from ((below, base.having(*new) if new else base) for below in step.steps)


def _direction(step: ProofStep, base: Setting, x: Symbol) -> Symbol:
    """The direction in which the steps below differentiate."""
    found = {s for b in step.steps for side in b.claim.sides for s in free_symbols(side)}
    new = [s for s in found if s.name not in base.kinds]
    _follows(len(new) == 1 and new[0].kind == Kind("vector", "vector", x.kind.length), step)
    return new[0]


def _is_convex(base: Setting, domain: str, *points: Expr) -> bool:
    """Whether a kind is a convex set that contains these points."""
    return domain in _CONVEX and all(_is_in(base, domain, point) for point in points)


def _is_in(base: Setting, domain: str, point: Expr) -> bool:
    if isinstance(point, Symbol) and base.kinds[point.name].domain == domain:
        return True
    least, most = _CONVEX[domain]
    value = constant(most - point) if most is not None else None
    below = most is None or base.sign(most - point) > 0 or (value is not None and value >= 0)
    inside = base.sign(point) >= least and below
    return inside and (domain != "distribution" or base.agree(apply("sum", point), _ONE))


def _curvature(step: ProofStep, base: Setting, f: Expr, x: Symbol) -> tuple[Expr, tuple[Symbol, ...]]:
    """The second derivative, for a vector as a quadratic form in a new one."""
    if not x.shape:
        return apply("diff", f, x, 2), ()
    v = _direction(step, base, x)
    return _form(f, x, v, "hessian"), (v,)


def _form(f: Expr, x: Symbol, v: Symbol, matrix: str) -> Expr:
    return apply("dot", v, apply("matmul", apply(matrix, f, x), v))


def monotone(step: ProofStep, base: Setting) -> Below:
    """F(low) <= F(high) for low <= high if dF/ds >= 0 for every s between."""
    f, s, low, high = step.uses
    positive = base.sign(low) > 0
    slope, sides = apply("diff", f, s), step.claim.sides
    rising = step.steps[0].claim == at_most(_ZERO, slope)
    ends = (low, high) if rising else (high, low)
    _follows(any(base.agree(gap(link)[0], high - low) for link in links(base.conditions)), step)
    _follows(s.kind == Kind("scalar", "positive" if positive else "real"), step)
    _follows(is_smooth(f, s, base.having(s).sign), step)
    _follows(all(base.agree(side, substitute(f, {s: end})) for side, end in zip(sides, ends, strict=True)), step)
    return _below(step, base, [at_most(_ZERO, slope) if rising else at_most(slope, _ZERO)], s)


def curved(step: ProofStep, base: Setting) -> Below:
    """Jensen for two points, or the tangent below a convex F, if v'Hv >= 0 for every point and every v."""
    f, *share, x, y = step.uses
    convex = step.rule.startswith("convex")
    inner, outer = step.claim.sides if convex else step.claim.sides[::-1]
    form, new = _curvature(step, base, f, x)
    domain = base.kinds[x.name].domain
    _follows(is_smooth(f, x, base.without(x).sign) and y not in free_symbols(f), step)
    _follows(base.kinds[y.name] == base.kinds[x.name] and domain in _CONVEX, step)
    if share:
        (t,) = share
        _follows(_is_in(base, "unit", t), step)
        middle, mean = substitute(f, {x: t * x + (1 - t) * y}), t * f + (1 - t) * substitute(f, {x: y})
    else:
        slope = apply("dot", apply("grad", f, x), y - x) if x.shape else apply("diff", f, x) * (y - x)
        middle, mean = f + slope, substitute(f, {x: y})
    _follows(base.agree(inner, middle) and base.agree(outer, mean), step)
    return _below(step, base.without(x), [at_most(_ZERO, form) if convex else at_most(form, _ZERO)], *new)


def minimum(step: ProofStep, base: Setting) -> Below:
    """A function g of s on a convex set that is 0 at c is >= 0 at x: it is stationary at c and v'Hv >= 0, or its slope
    is >= 0 where s >= c and <= 0 where s <= c. The claim's difference is g(x), times a positive scale."""
    g, s, x, c, scale = step.uses
    left, right = step.claim.sides
    _follows(_is_convex(base, s.kind.domain, x, c), step)
    _follows(base.sign(scale) == UP and base.agree(scale * (right - left), substitute(g, {s: x})), step)
    _follows(base.agree(substitute(g, {s: c}), _ZERO), step)
    own = base.having(s).where(*_kept(base, s, x, c))
    _follows(is_smooth(g, s, own.sign), step)
    slope = apply("grad" if s.shape else "diff", g, s)
    if step.rule.startswith("convex"):
        level = slope - apply("mean", slope) if s.kind.domain == "distribution" else slope
        _follows(own.where(Chain((s, c), ("==",))).agree(level, _ZERO), step)
        form, new = _curvature(step, own, g, s)
        return _below(step, own, [at_most(_ZERO, form)], *new)
    _follows(not s.shape, step)
    return _both_sides(step, own, s, c, slope)


def _kept(base: Setting, s: Symbol, x: Expr, c: Expr) -> Iterator[Chain]:
    """The inequalities on x that are linear in it and hold at c, and so between them."""
    for link in links(base.conditions) if isinstance(x, Symbol) and not x.shape else ():
        quantity, strict = gap(link)
        if x not in free_symbols(quantity) or quantity.shape:
            continue
        at_s, at_c = (substitute(quantity, {x: value}) for value in (s, c))
        value = constant(at_c)
        own = base.sign(at_c) if value is None else (value > 0) - (value < 0) + (value >= 0)
        own = own or int(base.agree(at_c, _ZERO))
        if base.having(s).agree(apply("diff", at_s, s, 2), _ZERO) and own >= (UP if strict else 1):
            yield Chain((at_s, _ZERO), (">" if strict else ">=",))


def _both_sides(step: ProofStep, own: Setting, s: Symbol, c: Expr, slope: Expr) -> Below:
    above, below = Chain((s - c, _ZERO), (">=",)), Chain((c - s, _ZERO), (">=",))
    known = [q for q, _ in map(gap, links(own.conditions)) if s in free_symbols(q) and not q.shape]
    wanted = [] if any(own.agree(q, c - s) for q in known) else [(at_most(_ZERO, slope), above)]
    starts = s.kind.domain == "nonnegative" and c == _ZERO
    if not starts and not any(own.agree(q, s - c) for q in known):
        wanted.append((at_most(slope, _ZERO), below))
    _follows([b.claim for b in step.steps] == [claim for claim, _ in wanted], step)
    _follows(not any(b.given for b in (step, *step.steps)), step)
    yield from ((b, own.where(where)) for b, (_, where) in zip(step.steps, wanted, strict=True))


def extremum(step: ProofStep, base: Setting) -> Below:
    """The claim with each value that abs, relu, max or min of two numbers may have: where it has it; everywhere, where
    the extremum is the lower side, and the greatest of them; or with one of them, where it is the upper side."""
    (node,) = step.uses
    lower, upper = step.claim.sides
    cases, found = _values(node), [b.claim for b in step.steps]
    claims = [at_most(replaced(lower, {node: value}), replaced(upper, {node: value})) for value, _ in cases]
    _follows(not any(b.given for b in (step, *step.steps)), step)
    if step.rule == AT_LEAST_ITS_VALUES:
        _follows(node == upper and node.head != "min" and found in ([claim] for claim in claims), step)
        return _below(step, base, found)
    _follows(found == claims, step)
    if step.rule == AT_MOST_IF_ITS_VALUES:
        _follows(node == lower and node.head != "min", step)
        return _below(step, base, claims)
    return zip(step.steps, (base.where(Chain((q, _ZERO), (">=",))) for _, q in cases), strict=True)


def _values(node: Apply) -> list[tuple[Expr, Expr]]:
    """The two values of an extremum of numbers, each with what is >= 0 where it has it."""
    (x,) = node.args
    if node.head in ("max", "min") and isinstance(x, Apply) and x.head == "list" and len(x.args) == 2:
        one, other = x.args if node.head == "max" else x.args[::-1]
        return [(one, x.args[0] - x.args[1]), (other, x.args[1] - x.args[0])]
    opposite = apply("sub", *x.args[::-1]) if isinstance(x, Apply) and x.head == "sub" else apply("neg", x)
    least = {"abs": opposite, "relu": _ZERO}.get(node.head)
    return [] if least is None or node.shape else [(x, x), (least, opposite)]


def jensen(step: ProofStep, base: Setting) -> Below:
    """F(sum w*v) <= sum w*F(v) for weights >= 0 that sum to 1, if F'' >= 0."""
    f, s, w, v = step.uses
    convex = step.rule.startswith("convex")
    inner, outer = step.claim.sides if convex else step.claim.sides[::-1]
    own = base.having(s)
    _follows(s.kind.domain in ("real", "positive") and (s.kind.domain == "real" or base.sign(v) == UP), step)
    _follows(base.sign(w) > 0 and base.agree(apply("sum", w), _ONE) and is_smooth(f, s, own.sign), step)
    _follows(base.agree(inner, substitute(f, {s: apply("dot", w, v)})), step)
    _follows(base.agree(outer, apply("dot", w, substitute(f, {s: v}))), step)
    second = apply("diff", f, s, 2)
    return _below(step, base, [at_most(_ZERO, second) if convex else at_most(second, _ZERO)], s)


def lipschitz(step: ProofStep, base: Setting) -> Below:
    """||F(x) - F(y)||_r <= K*||x - y||_q if every derivative has that operator norm at most K."""
    f, x, y, bound, *norms = step.uses
    difference = f - substitute(f, {x: y})
    _follows(base.kinds[y.name] == base.kinds[x.name] and base.kinds[x.name].domain in _CONVEX, step)
    if not norms:
        return _slope(step, base, difference, bound)
    source, *target = norms
    size = apply("norm", difference, *target) if target else apply("abs", difference)
    _follows(_is_plain(f, x, y, base, bound), step)
    _follows(base.agree(step.claim.sides[0], size), step)
    rest = base.without(x)
    _follows(base.agree(step.claim.sides[1], bound * apply("norm", x - y, source)), step)
    if not target:
        return _below(step, rest, *_gradient(f, x, source, bound))
    jacobian, norms = apply("jacobian", f, x), [str(source), *map(str, target)]
    if norms == ["2", "2"]:
        v = _direction(step, base, x)
        form, most = _form(f, x, v, "jacobian"), bound * apply("dot", v, v)
        _follows(base.agree(jacobian, apply("transpose", jacobian)), step)
        return _below(step, rest, [at_most(form, most), at_most(-most, form)], v)
    row, column = (Symbol(n, Kind("index", "index", x.kind.length)) for n in ("i_row", "j_column"))
    entry = apply("abs", jacobian[row, column])
    sums = {("1", "oo"): (entry, (row, column)), ("1", "1"): (apply("sum", entry, row), (column,)),
            ("oo", "oo"): (apply("sum", entry, column), (row,))}  # fmt: skip
    if tuple(norms) not in sums:
        v = _direction(step, base, x)
        size = apply("norm", apply("matmul", jacobian, v), *target)
        return _below(step, rest, [at_most(size, bound * apply("norm", v, source))], v)
    quantity, new = sums[norms[0], norms[1]]
    return _below(step, rest, [at_most(quantity, bound)], *new)


def _gradient(f: Expr, x: Symbol, source: Expr, bound: Expr) -> tuple[Any, ...]:
    """That the gradient's dual norm is at most the bound; for the greatest entry, that every entry is."""
    slope, column = apply("grad", f, x), Symbol("j_column", Kind("index", "index", x.kind.length))
    if source == number(1):
        return [at_most(apply("abs", slope[column]), bound)], column
    return ([at_most(apply("norm", slope, number(int(_DUAL[str(source)]))), bound)],)


def _is_plain(f: Expr, x: Symbol, y: Symbol, base: Setting, *bounds: Expr) -> bool:
    """Whether f is smooth in x on its kind alone and free of y, and the bounds are free of both."""
    free = y not in free_symbols(f) and not any({x, y} & free_symbols(b) for b in bounds)
    return free and is_smooth(f, x, base.without(x).sign)


def _slope(step: ProofStep, base: Setting, difference: Expr, bound: Expr) -> Below:
    """|f(x) - f(y)| <= K*|x - y| for numbers x and y, if |f'| <= K."""
    f, x, y, _ = step.uses
    _follows(not x.shape and _is_plain(f, x, y, base, bound), step)
    _follows(base.agree(step.claim.sides[0], apply("abs", difference)), step)
    _follows(base.agree(step.claim.sides[1], bound * apply("abs", x - y)), step)
    return _below(step, base.without(x), [at_most(apply("abs", apply("diff", f, x)), bound)])


def operator(step: ProofStep, base: Setting) -> Below:
    """(F(x) - F(y))'(x - y) >= 0 if v'Jv >= 0; c*||F(x) - F(y)||^2 <= K*(F(x) - F(y))'(x - y) if J is symmetric too
    and c*v'Jv <= K*v'v (Baillon and Haddad)."""
    f, x, y, size, *share = step.uses
    difference, v = f - substitute(f, {x: y}), _direction(step, base, x)
    form = _form(f, x, v, "jacobian")
    _follows(_is_plain(f, x, y, base, size, *share), step)
    _follows(base.kinds[y.name] == base.kinds[x.name] and base.kinds[x.name].domain in _CONVEX, step)
    rest = base.without(x)
    _follows(base.agree(step.claim.sides[1], size * apply("dot", difference, x - y)), step)
    claims = [at_most(_ZERO, size), at_most(_ZERO, form)]
    if not share:
        _follows(base.agree(step.claim.sides[0], _ZERO), step)
        return _below(step, rest, claims, v)
    jacobian = apply("jacobian", f, x)
    _follows(base.agree(jacobian, apply("transpose", jacobian)), step)
    _follows(base.agree(step.claim.sides[0], share[0] * apply("dot", difference, difference)), step)
    claims += [at_most(_ZERO, share[0]), at_most(share[0] * form, size * apply("dot", v, v))]
    return _below(step, rest, claims, v)


THEOREMS: dict[str, Any] = {
    "monotone between two values": monotone,
    "convex by its Hessian": curved,
    "concave by its Hessian": curved,
    "convex, with its minimum 0 at a point, by its second derivative": minimum,
    "0 at a point, and growing away from it by its derivative": minimum,
    "an extremum is one of its values": extremum,
    AT_MOST_IF_ITS_VALUES: extremum,
    AT_LEAST_ITS_VALUES: extremum,
    "convex, by its second derivative, between values (Jensen)": jensen,
    "concave, by its second derivative, between values (Jensen)": jensen,
    "Lipschitz by the norm of the derivative": lipschitz,
    "a monotone operator by its Jacobian": operator,
    "cocoercive by a symmetric Jacobian between 0 and K (Baillon and Haddad)": operator,
}
