"""What is known at a step of a proof, and equality and signs there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from softsym.errors import SoftsymError
from softsym.evaluation import Point, evaluate
from softsym.expression import Apply, Expr, Symbol, apply, as_expr, free_symbols, number, substitute
from softsym.language import Chain, Statement, chain_text
from softsym.refute.agreement import agree, moderate_points
from softsym.signs import UNKNOWN, UP, ZERO_UP, sign_of
from softsym.symbols import Kind, Length

_INEQUALITIES = (("<",), ("<=",), (">",), (">=",))


class Rejected(SoftsymError):  # noqa: N818 - what the checker says of a proof
    """A step that the checker cannot confirm; the message says which and why."""


@dataclass(frozen=True)
class Setting:
    """The kinds of the names, the conditions that hold, the lengths that are fixed, and when time is over."""

    kinds: Mapping[str, Kind]
    conditions: tuple[Chain, ...]
    lengths: tuple[tuple[str, Length], ...]
    deadline: float = float("inf")

    def where(self, *conditions: Chain) -> Setting:
        """With more conditions."""
        return replace(self, conditions=(*self.conditions, *conditions))

    def having(self, *names: Symbol) -> Setting:
        """With new names, which must not be taken."""
        if any(s.name in self.kinds for s in names):
            raise Rejected(f"{', '.join(s.name for s in names)}: a new name is taken")
        return replace(self, kinds={**self.kinds, **{s.name: s.kind for s in names}})

    def without(self, name: Symbol) -> Setting:
        """Without the conditions on a name, which need not hold between two of its values."""
        kept = (c for c in self.conditions if not any(name in free_symbols(side) for side in c.sides))
        return replace(self, conditions=tuple(kept))

    def at(self, values: Mapping[Symbol, Expr]) -> Setting:
        """With names replaced in the conditions."""
        return replace(self, conditions=tuple(substituted(c, values) for c in self.conditions))

    def points(self, *exprs: Expr) -> Iterator[Point]:
        """Admissible points for the names of the expressions and of the conditions."""
        statement = Statement(Chain((*exprs, number(0)), ("==",) * len(exprs)), self.conditions, self.lengths)
        names = sorted({s.name for s in statement.symbols})
        if not set(names) <= self.kinds.keys():
            raise Rejected(f"{', '.join(set(names) - self.kinds.keys())}: from nowhere")
        return moderate_points(statement, [Symbol(n, self.kinds[n]) for n in names], self.deadline)

    def agree(self, left: Expr, right: Expr) -> bool:
        """Whether two expressions are equal at every point that is tried."""
        return left == right or agree(left, right, self.points(left, right), self.deadline)

    def sign(self, expr: Expr) -> int:
        """The sign of every entry, as far as the writing, the kinds and the conditions show it."""
        return sign_of(expr, self.kinds, self._by_conditions)

    def known(self) -> Iterator[tuple[Expr, bool]]:
        """What is >= 0, or > 0, by the conditions; what is at least a maximum is at least each of its values."""
        for link in links(self.conditions):
            (lower, upper), (quantity, strict) = _ordered(link), gap(link)
            yield quantity, strict
            if isinstance(lower, Apply) and lower.head == "max":
                yield (-lower.args[0] if upper == number(0) else upper - lower.args[0]), strict
            if isinstance(upper, Apply) and upper.head == "min":
                yield (upper.args[0] if lower == number(0) else upper.args[0] - lower), strict

    def _by_conditions(self, expr: Expr) -> int:
        """The sign of a positive multiple of a quantity that a condition is about."""
        own = {s.name for s in free_symbols(expr)}
        for known, strict in self.known():
            if expr.shape != known.shape or own != {s.name for s in free_symbols(known)}:
                continue
            ratio = Fraction(1) if expr.shape else self._ratio(expr, known)
            if ratio is not None and self.agree(expr, apply("mul", as_expr(ratio), known)):
                return (UP if strict else ZERO_UP) * (1 if ratio > 0 else -1)
        return UNKNOWN

    def _ratio(self, expr: Expr, known: Expr) -> Fraction | None:
        for point in self.points(expr, known):
            try:
                found = evaluate(apply("div", expr, known), point)
            except SoftsymError:
                continue
            return found if isinstance(found, Fraction) and found else None
        return None


def substituted(chain: Chain, values: Mapping[Symbol, Expr]) -> Chain:
    """A chain with names replaced."""
    return Chain(tuple(substitute(side, dict(values)) for side in chain.sides), chain.relations)


def replaced(expr: Expr, known: dict[Expr, Expr]) -> Expr:
    """An expression with parts replaced."""
    if isinstance(expr, Apply):
        args = tuple(replaced(a, known) for a in expr.args)
        expr = expr if args == expr.args else apply(expr.head, *args)
    return known.get(expr, expr)


def gap(chain: Chain) -> tuple[Expr, bool]:
    """The quantity that a relation says is >= 0, and whether it says > 0."""
    lower, upper = _ordered(chain)
    return (upper if lower == number(0) else apply("sub", upper, lower)), chain.relations[0] in ("<", ">")


def _ordered(chain: Chain) -> tuple[Expr, Expr]:
    """The lower and the upper side."""
    if chain.relations not in _INEQUALITIES:
        raise Rejected(f"{chain_text(chain)} is no inequality")
    left, right = chain.sides
    return (right, left) if chain.relations[0] in (">", ">=") else (left, right)


def links(chains: tuple[Chain, ...]) -> Iterator[Chain]:
    """The single inequalities of chains."""
    for chain in chains:
        for left, relation, right in zip(chain.sides, chain.relations, chain.sides[1:], strict=False):
            if relation not in ("==", "!="):
                yield Chain((left, right), (relation,))
