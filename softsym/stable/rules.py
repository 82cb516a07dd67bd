"""The rules by which a stable form is composed: each quantity is carried as ``mantissa * exp(scale)``.

Each rule holds for all values at which both sides are defined; those with a condition state it.

==================  =====================================================================  ==========================
node                rule (s, m stand for a mantissa and a log-scale)                       condition
==================  =====================================================================  ==========================
exp(u)              (1, u)
b**u                (1, u*log(b))                                                          b > 0, u no number
a*b, a/b            (s_a*s_b, m_a + m_b), (s_a/s_b, m_a - m_b)
a**u                (s**u, u*m)                                                            s > 0, or u an integer
a + b               (s_a*exp(m_a - M) + s_b*exp(m_b - M), M), M = max(m_a, m_b)            any M is exact
sum(a)              (sum(s*exp(m - M)), M), M = max(m)                                     any M is exact
sum(y*a)            M = max of m over the entries where y is not 0                         y >= 0; any M is exact
sum(y*a)            (sum(y*s), sum(y*m))                                                   y one-hot
sum(u**p)**q        m**(p*q) * sum((u/m)**p)**q, m = max(u), or 1 where that is 0          u >= 0, p > 2
log(sum(u**p))      p*log(m) + log(sum((u/m)**p))                                          u >= 0, p > 2
prod(a)             (prod(s), sum(m))
max(a), min(a)      (s, max(m)), (s, min(m))                                               s > 0, equal for all entries
hardmax(a), ...     hardmax(m), since only the order counts                                s > 0, equal for all entries
log(a)              log(s) + m; log(s_1/s_2) = log(s_1) - log(s_2)                         s_2 > 0
xlogy(x, a)         x*(m + log(s))                                                         s > 0
abs(a), sign(a)     (abs(s), m), sign(s)
a - b               s*sign(m_a - m_b)*(1 - exp(-abs(m_a - m_b))), M = max(m_a, m_b)        s_a = s_b = s
u + v               without addends that cancel, and differences of data first
(f*u + v)/f         u + v/f                                                                f is not 0
c - a/b             (c*b - a)/b                                                            c*b - a loses a term
1 - u**2            (1 - u)*(1 + u)
==================  =====================================================================  ==========================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from softsym.errors import UnsupportedError
from softsym.expression import CALCULUS, Apply, Expr, Number, Symbol, apply, length_expr, number
from softsym.stable import scale as ls
from softsym.stable import terms as t
from softsym.stable.differences import ordered
from softsym.stable.powers import taken
from softsym.stable.rational import without_one
from softsym.stable.scale import Scale
from softsym.stable.signs import is_nonnegative, is_positive


@dataclass(frozen=True)
class Scaled:
    """``mantissa * exp(scale)``, and ``direct``: a shorter form of the same, safe as long as its value is in range."""

    mantissa: Expr
    scale: Scale = ()
    direct: Expr | None = None


def plain(node: Expr) -> Expr:
    """The stable form of a node as one expression."""
    return settled(scaled(node), node)


def settled(value: Scaled, node: Expr) -> Expr:
    """``mantissa * exp(scale)`` of the shape of ``node``."""
    if value.direct is not None:
        return t.fit(value.direct, node.shape)
    if not value.scale:
        return t.fit(value.mantissa, node.shape)
    power = t.call("exp", ls.to_expr(value.scale))
    above, below = t.fraction(value.mantissa)
    return t.fit(t.div(t.mul(above, power), below), node.shape)


def scaled(node: Expr, *, support: bool = False) -> Scaled:
    """The node as mantissa and log-scale; ``support`` asks for a mantissa that does not vanish (for log and division).

    Raises :class:`~softsym.errors.UnsupportedError` for a derivative or a limit: they are resolved beforehand.
    """
    if not isinstance(node, Apply):
        return Scaled(node)
    if node.head in CALCULUS:
        raise UnsupportedError(f"{node.head} has no stable form of its own; resolve derivatives and limits first")
    rule = _RULES.get(node.head) or _structure(node.head)
    return rule(node, support) if rule else Scaled(_rebuilt(node))


def _structure(head: str) -> Callable[[Apply, bool], Scaled] | None:
    from softsym.stable.structures import RULES  # they call `scaled` in turn

    return RULES.get(head)


def _rebuilt(node: Apply) -> Expr:
    return t.call(node.head, *(a if _is_name(a) else plain(a) for a in node.args))


def _is_name(arg: Expr) -> bool:
    return isinstance(arg, Symbol | Number)


def _exp(node: Apply, support: bool) -> Scaled:
    return Scaled(t.ONE, ls.linear(plain(node.args[0])))


def _neg(node: Apply, support: bool) -> Scaled:
    value = scaled(node.args[0], support=support)
    direct = None if value.direct is None else t.neg(value.direct)
    return Scaled(t.neg(value.mantissa), value.scale, direct)


def _mul(node: Apply, support: bool) -> Scaled:
    left, right = (scaled(a, support=support) for a in node.args)
    direct = None
    if left.direct is not None or right.direct is not None:
        direct = t.mul(settled(left, node.args[0]), settled(right, node.args[1]))
    return Scaled(t.mul(left.mantissa, right.mantissa), ls.plus(left.scale, right.scale), direct)


def _div(node: Apply, support: bool) -> Scaled:
    above, below = scaled(node.args[0], support=support), scaled(node.args[1], support=True)
    if not below.scale and above.direct is not None:
        return Scaled(quotient(above.mantissa, below.mantissa), above.scale, quotient(above.direct, below.mantissa))
    return Scaled(quotient(above.mantissa, below.mantissa), ls.plus(above.scale, below.scale, -1))


def quotient(above: Expr, below: Expr) -> Expr:
    """``above/below``; where ``above`` has terms with the scalar factor ``below``, it leaves them."""
    _, factors = ls.monomial(below) if not below.shape else (Fraction(1), ())
    if not factors or not isinstance(above, Apply) or above.head not in ("add", "sub", "neg", "mul"):
        return t.div(above, below)
    form = ls.linear(above)
    freed = tuple(term for term in form if all(f in term.factors for f in factors))
    if not freed:
        return t.div(above, below)
    divided = ls.times(freed, t.div(t.ONE, below))
    rest = tuple(term for term in form if term not in freed)
    return t.add(ls.to_expr(divided), t.div(ls.to_expr(rest), below) if rest else t.ZERO)


def _pow(node: Apply, support: bool) -> Scaled:
    base, exponent = scaled(node.args[0], support=support), plain(node.args[1])
    value = t.rational(exponent)
    if not base.scale:
        if (value is None or value.denominator > 1) and (powers := taken(base.mantissa)) is not None:
            return Scaled(powers.root(exponent))
        if value is None and is_positive(base.mantissa):
            return Scaled(t.ONE, ls.times(ls.linear(logarithm(base.mantissa)), exponent))
        return Scaled(_power(settled(base, node.args[0]), exponent))
    if is_positive(base.mantissa) or (value is not None and value.denominator == 1):
        return Scaled(_power(base.mantissa, exponent), ls.times(base.scale, exponent))
    return Scaled(_power(settled(base, node.args[0]), exponent))


def _power(base: Expr, exponent: Expr) -> Expr:
    if base == t.ONE or exponent == t.ONE:
        return base
    value = t.rational(exponent)
    if value is not None and value < 0 and isinstance(base, Apply) and base.head == "div" and base.args[0] == t.ONE:
        return _power(base.args[1], t.neg(exponent))
    return apply("pow", base, exponent)


def _add(node: Apply, support: bool) -> Scaled:
    if support and (others := without_one(node)) is not None:
        return scaled(others, support=True)
    left, right = (scaled(a, support=support) for a in node.args)
    sign = 1 if node.head == "add" else -1
    combine = t.add if sign > 0 else t.sub
    both = [settled(v, a) for v, a in zip((left, right), node.args, strict=True)]
    if not left.scale and not right.scale:
        return Scaled(ordered(combine(both[0], both[1])))
    gap = ls.plus(right.scale, left.scale, -1)
    if sign < 0 and left.mantissa == right.mantissa and left.scale and right.scale and gap:
        return _difference(left, right, gap)
    free_of_inf = not left.scale or not right.scale or (ls.is_bounded(left.scale) and ls.is_bounded(right.scale))
    direct = combine(both[0], both[1]) if free_of_inf else None
    return Scaled(*_aligned(left, right, gap, combine), direct)


def _aligned(left: Scaled, right: Scaled, gap: Scale, combine: Callable[[Expr, Expr], Expr]) -> tuple[Expr, Scale]:
    """The two over the larger of their scales; ``gap`` is the right one minus the left one."""
    raised = ls.times(gap, number(-1))
    if not gap:
        return combine(left.mantissa, right.mantissa), left.scale
    if ls.is_bounded(gap):
        return combine(left.mantissa, _decayed(right.mantissa, gap)), left.scale
    if ls.is_bounded(raised):
        return combine(_decayed(left.mantissa, raised), right.mantissa), right.scale
    top = ls.positive_part(gap, "abs") if not ls.plus(left.scale, right.scale) else None
    scale = ls.times(top, t.div(t.ONE, number(2))) if top is not None else ls.plus(left.scale, ls.positive_part(gap))
    if left.mantissa == right.mantissa == t.ONE:
        small = t.call("exp", t.neg(ls.to_expr(ls.positive_part(gap, "abs"))))
        if combine is t.add:
            return t.add(t.ONE, small), scale
        return t.mul(_direction(raised), t.sub(t.ONE, small)), scale
    lower = _decayed(left.mantissa, ls.times(ls.positive_part(gap), number(-1)))
    upper = _decayed(right.mantissa, ls.times(ls.positive_part(raised), number(-1)))
    return combine(lower, upper), scale


def _difference(left: Scaled, right: Scaled, gap: Scale) -> Scaled:
    """``s*exp(m_a) - s*exp(m_b)``, which loses nothing where the scales are close."""
    mantissa, scale = _aligned(Scaled(t.ONE, left.scale), Scaled(t.ONE, right.scale), gap, t.sub)
    return Scaled(t.mul(left.mantissa, mantissa), scale)


def _direction(scale: Scale) -> Expr:
    """The sign of a scale, without a positive factor in front."""
    parts = ls.groups(scale)
    if len(parts) == 1 and is_positive(ls.factor_expr(abs(parts[0][0]), parts[0][1])):
        coefficient, _, inner = parts[0]
        return t.call("sign", inner if coefficient > 0 else t.neg(inner))
    return t.call("sign", ls.to_expr(scale))


def _decayed(mantissa: Expr, scale: Scale) -> Expr:
    return t.mul(mantissa, t.call("exp", ls.to_expr(scale)))


def _prod(node: Apply, support: bool) -> Scaled:
    value = scaled(node.args[0])
    count = length_expr(node.args[0].shape[0])
    moving, fixed = ls.split(value.scale, None)
    scale = ls.plus(tuple(term.at_base(lambda b: apply("sum", b)) for term in moving), ls.times(fixed, count))
    if not value.mantissa.shape:
        return Scaled(_power(value.mantissa, count), scale)
    return Scaled(apply("prod", value.mantissa), scale)


def _extreme(node: Apply, support: bool) -> Scaled:
    value = scaled(node.args[0])
    if value.scale and not value.mantissa.shape and is_positive(value.mantissa):
        moving, fixed = ls.split(value.scale, None)
        sign = 1 if node.head == "max" else -1
        top = ls.extreme(ls.times(moving, number(sign)), lambda v: v) if moving else ()
        return Scaled(value.mantissa, ls.plus(fixed, top, sign))
    return Scaled(apply(node.head, settled(value, node.args[0])))


def _order(node: Apply, support: bool) -> Scaled:
    """A function of the order of the entries alone: it sees the scales, without what is common to all of them."""
    value = scaled(node.args[0])
    if not value.scale or value.mantissa.shape or not is_positive(value.mantissa):
        return Scaled(apply(node.head, settled(value, node.args[0])))
    moving, _ = ls.split(value.scale, None)
    parts = ls.groups(moving)
    if len(parts) == 1 and is_positive(ls.factor_expr(*parts[0][:2])):
        return Scaled(apply(node.head, parts[0][2]))
    return Scaled(apply(node.head, t.fit(ls.to_expr(moving), node.args[0].shape)))


def logarithm(value: Expr) -> Expr:
    """``log(value)``, split at products and quotients of which a part is known to be positive."""
    if isinstance(value, Apply):
        if value.head == "exp":
            return value.args[0]
        if value.head == "mul" and any(is_positive(a) for a in value.args):
            return t.add(logarithm(value.args[0]), logarithm(value.args[1]))
        if value.head == "div" and any(is_positive(a) for a in value.args):
            return t.sub(logarithm(value.args[0]), logarithm(value.args[1]))
        if value.head == "pow" and is_positive(value.args[0]):
            return t.mul(value.args[1], logarithm(value.args[0]))
    return t.call("log", value)


def _log(node: Apply, support: bool) -> Scaled:
    value = scaled(node.args[0], support=True)
    if not value.scale and value.direct is None:
        if (powers := taken(value.mantissa)) is not None:
            return Scaled(powers.logarithm())
        return Scaled(logarithm(t.fit(value.mantissa, node.shape)))
    inner = t.add(ls.to_expr(value.scale), logarithm(value.mantissa))
    return Scaled(t.fit(inner, node.shape))


def _xlogy(node: Apply, support: bool) -> Scaled:
    weight, value = plain(node.args[0]), scaled(node.args[1], support=True)
    if not value.scale:
        return Scaled(_weighted_log(weight, value.mantissa))
    inner = ls.to_expr(value.scale)
    if is_positive(value.mantissa):
        return Scaled(t.mul(weight, t.add(inner, logarithm(value.mantissa))))
    return Scaled(t.add(t.mul(weight, inner), _weighted_log(weight, value.mantissa)))


def _weighted_log(weight: Expr, value: Expr) -> Expr:
    return t.mul(weight, logarithm(value)) if is_positive(value) else apply("xlogy", weight, value)


def _abs(node: Apply, support: bool) -> Scaled:
    value = scaled(node.args[0], support=support)
    if is_nonnegative(value.mantissa):
        return value
    if not value.scale:
        return Scaled(apply("abs", settled(value, node.args[0])))
    direct = None if value.direct is None else apply("abs", value.direct)
    return Scaled(apply("abs", value.mantissa), value.scale, direct)


def _sign(node: Apply, support: bool) -> Scaled:
    value = scaled(node.args[0])
    return Scaled(t.fit(apply("sign", value.mantissa), node.shape))


def _len(node: Apply, support: bool) -> Scaled:
    return Scaled(length_expr(node.args[0].shape[0]))


_RULES: dict[str, Callable[[Apply, bool], Scaled]] = {
    "exp": _exp,
    "neg": _neg,
    "mul": _mul,
    "div": _div,
    "pow": _pow,
    **dict.fromkeys(("add", "sub"), _add),
    "prod": _prod,
    **dict.fromkeys(("max", "min"), _extreme),
    **dict.fromkeys(("hardmax", "onehot_argmax", "argmax_count"), _order),
    "log": _log,
    "xlogy": _xlogy,
    "abs": _abs,
    "sign": _sign,
    "len": _len,
}
