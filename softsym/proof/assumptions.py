"""What a statement's declarations tell the algebra, and the cases into which signs of scalars split it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from softsym.algebra import Assumptions
from softsym.expression import Apply, Expr, Symbol, apply, number, substitute, walk
from softsym.language import Chain, Statement
from softsym.proof.consequences import with_consequences
from softsym.shapes import is_index_name
from softsym.symbols import Kind

MAX_SPLIT = 2
"""At most so many scalars have their signs told apart."""

_SIGN_CASES = {
    "real": ("positive", "negative", "zero"),
    "nonzero": ("positive", "negative"),
    "nonnegative": ("positive", "zero"),
    "unit": (),
}
_SIGN_HEADS = frozenset(
    {"abs", "sign", "max", "min", "norm", "relu", "hardmax", "argmax_count", "onehot_argmax", "sparsemax"}
)


def assumptions_of(statement: Statement) -> Assumptions:
    """The declared conditions as the algebra takes them.

    >>> from softsym import parse
    >>> assumptions_of(parse("a == b where a <= b, i != j, N == 2")).nonnegative
    (b - a,)
    """
    known = Assumptions(lengths=dict(statement.lengths))
    for chain in statement.conditions:
        for left, relation, right in links(chain):
            known = _with(known, left, relation, right)
    return with_consequences(known)


def links(chain: Chain) -> Iterator[tuple[Expr, str, Expr]]:
    """The single relations of a chain."""
    yield from zip(chain.sides, chain.relations, chain.sides[1:], strict=False)


def _with(known: Assumptions, left: Expr, relation: str, right: Expr) -> Assumptions:
    if is_index_name(left) or is_index_name(right):
        if relation in ("<", ">"):
            return _ordered(known, *((left, right) if relation == "<" else (right, left)))
        if relation == "!=":
            return replace(known, apart=(*known.apart, (left, right)))
        return replace(known, same=(*known.same, (left, right))) if relation == "==" else known
    if relation == "==":
        return replace(known, equations=(*known.equations, apply("sub", left, right)))
    if relation in (">", "<"):
        gap = apply("sub", left, right) if relation == ">" else apply("sub", right, left)
        return replace(known, positive=(*known.positive, gap))
    if relation in (">=", "<="):
        gap = apply("sub", left, right) if relation == ">=" else apply("sub", right, left)
        return replace(known, nonnegative=(*known.nonnegative, gap))
    return known


def _ordered(known: Assumptions, first: Expr, last: Expr) -> Assumptions:
    """With one index before another, and so before all that are known to come after that one."""
    earlier = (first, *(a for a, b in known.before if b == first))
    later = (last, *(b for a, b in known.before if a == last))
    pairs = tuple((a, b) for a in earlier for b in later)
    return replace(known, before=(*known.before, *pairs), apart=(*known.apart, *pairs))


def has_sign_heads(expr: Expr) -> bool:
    """Whether an expression has extrema, absolute values or signs."""
    return any(isinstance(n, Apply) and n.head in _SIGN_HEADS for n in walk(expr))


def split_scalars(statement: Statement) -> tuple[Symbol, ...]:
    """The scalars whose signs are told apart: an equation's only if it has extrema or absolute values."""
    claim = statement.claim
    if set(claim.relations) == {"=="} and not any(has_sign_heads(s) for s in claim.sides):
        return ()
    variables = {a for s in claim.sides for n in walk(s) if isinstance(n, Apply) and n.head == "diff" for a in n.args}
    scalars = tuple(s for s in statement.symbols if _SIGN_CASES.get(s.kind.domain) and s not in variables)
    return scalars if len(scalars) <= MAX_SPLIT else ()


def sign_cases(statement: Statement, scalars: Sequence[Symbol]) -> Iterator[tuple[str, Statement]]:
    """The statement for each combination of signs of these scalars, with its name; none where there are none."""
    for values in product(*map(sign_values, scalars)) if scalars else ():
        case = statement
        for name, value in zip(scalars, values, strict=True):
            case = _case(case, name, value)
        yield ", ".join(map(sign_text, scalars, values)), case


def sign_values(name: Symbol) -> tuple[Expr, ...]:
    """What a scalar is in each case: itself with a sign, or 0."""
    signs = _SIGN_CASES[name.kind.domain]
    return tuple(number(0) if sign == "zero" else Symbol(name.name, Kind("scalar", sign)) for sign in signs)


def sign_text(name: Symbol, value: Expr) -> str:
    """A case in words."""
    return f"{name.name} {value.kind.domain if isinstance(value, Symbol) else 'zero'}"


def _case(statement: Statement, name: Symbol, value: Expr) -> Statement:
    def in_case(chain: Chain) -> Chain:
        return Chain(tuple(substitute(s, {name: value}) for s in chain.sides), chain.relations)

    return replace(
        statement, claim=in_case(statement.claim), conditions=tuple(in_case(c) for c in statement.conditions)
    )
