"""The theorems of calculus that turn a bound on differences into a bound on derivatives, stated again.

Each step below bounds a derivative of F, which must be smooth for every value of the name by which it differentiates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from softsym.expression import Expr, Symbol, apply, free_symbols, number, substitute
from softsym.language import Chain, chain_text
from softsym.proof.replay.setting import Rejected, Setting, gap, links
from softsym.proof.steps import ProofStep, at_most
from softsym.signs import is_smooth
from softsym.symbols import Kind

Below: TypeAlias = "Iterator[tuple[ProofStep, Setting]]"
_ZERO = number(0)
_DUAL = {"1": "oo", "oo": "1", "2": "2"}


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
    v = _direction(step, base, x)
    form = _form(f, x, v, "hessian")
    _follows(is_smooth(f, x, base.sign) and y not in free_symbols(f), step)
    if share:
        (t,) = share
        _follows(base.sign(t) > 0 and (base.sign(1 - t) > 0 or base.kinds.get(str(t), v.kind).domain == "unit"), step)
        middle, mean = substitute(f, {x: t * x + (1 - t) * y}), t * f + (1 - t) * substitute(f, {x: y})
    else:
        middle, mean = f + apply("dot", apply("grad", f, x), y - x), substitute(f, {x: y})
    _follows(base.agree(inner, middle) and base.agree(outer, mean), step)
    return _below(step, base, [at_most(_ZERO, form) if convex else at_most(form, _ZERO)], v)


def lipschitz(step: ProofStep, base: Setting) -> Below:
    """||F(x) - F(y)||_r <= K*||x - y||_q if every derivative has that operator norm at most K."""
    f, x, y, bound, source, *target = step.uses
    difference = f - substitute(f, {x: y})
    size = apply("norm", difference, *target) if target else apply("abs", difference)
    _follows(is_smooth(f, x, base.sign) and y not in free_symbols(f) and not {x, y} & free_symbols(bound), step)
    _follows(base.agree(step.claim.sides[0], size), step)
    _follows(base.agree(step.claim.sides[1], bound * apply("norm", x - y, source)), step)
    jacobian, norms = apply("jacobian", f, x) if target else None, (str(source), *map(str, target))
    if jacobian is None:
        dual = Symbol("oo", Kind("constant", "constant")) if norms[0] == "1" else number(int(_DUAL[norms[0]]))
        return _below(step, base, [at_most(apply("norm", apply("grad", f, x), dual), bound)])
    if norms == ("2", "2"):
        v = _direction(step, base, x)
        form, most = _form(f, x, v, "jacobian"), bound * apply("dot", v, v)
        _follows(base.agree(jacobian, apply("transpose", jacobian)), step)
        return _below(step, base, [at_most(form, most), at_most(-most, form)], v)
    row, column = (Symbol(n, Kind("index", "index", x.kind.length)) for n in ("i_row", "j_column"))
    entry = apply("abs", jacobian[row, column])
    sums = {("1", "oo"): (entry, (row, column)), ("1", "1"): (apply("sum", entry, row), (column,)),
            ("oo", "oo"): (apply("sum", entry, column), (row,))}  # fmt: skip
    _follows(norms in sums, step)
    quantity, new = sums[norms[0], norms[1]]
    return _below(step, base, [at_most(quantity, bound)], *new)


def operator(step: ProofStep, base: Setting) -> Below:
    """(F(x) - F(y))'(x - y) >= 0 if v'Jv >= 0; c*||F(x) - F(y)||^2 <= K*(F(x) - F(y))'(x - y) if J is symmetric too
    and c*v'Jv <= K*v'v (Baillon and Haddad)."""
    f, x, y, size, *share = step.uses
    difference, v = f - substitute(f, {x: y}), _direction(step, base, x)
    form = _form(f, x, v, "jacobian")
    _follows(is_smooth(f, x, base.sign) and y not in free_symbols(f), step)
    _follows(not any({x, y} & free_symbols(c) for c in (size, *share)), step)
    _follows(base.agree(step.claim.sides[1], size * apply("dot", difference, x - y)), step)
    claims = [at_most(_ZERO, size), at_most(_ZERO, form)]
    if not share:
        _follows(base.agree(step.claim.sides[0], _ZERO), step)
        return _below(step, base, claims, v)
    jacobian = apply("jacobian", f, x)
    _follows(base.agree(jacobian, apply("transpose", jacobian)), step)
    _follows(base.agree(step.claim.sides[0], share[0] * apply("dot", difference, difference)), step)
    claims += [at_most(_ZERO, share[0]), at_most(share[0] * form, size * apply("dot", v, v))]
    return _below(step, base, claims, v)


THEOREMS: dict[str, Any] = {
    "monotone between two values": monotone,
    "convex by its Hessian": curved,
    "concave by its Hessian": curved,
    "Lipschitz by the norm of the derivative": lipschitz,
    "a monotone operator by its Jacobian": operator,
    "cocoercive by a symmetric Jacobian between 0 and K (Baillon and Haddad)": operator,
}
