"""An expression as steps: what a person would compute one column, or one figure under a column, after another."""

from __future__ import annotations

from dataclasses import dataclass, field

from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, walk, with_args
from softsym.stable.signs import NEGATIVE, NONNEGATIVE, POSITIVE, sign_of
from softsym.symbols import Kind, Length
from softsym.targets.excel_accurate import is_at_most_one, log1p_argument

_REDUCTIONS = {"max": "m", "min": "m", "sum": "S", "prod": "P"}
_COLUMNS = {"exp": "e", "log": "L"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a name and its expression in the names before it; a reduction of a column is one figure."""

    name: str
    expr: Expr

    @property
    def is_figure(self) -> bool:
        return not self.expr.shape


@dataclass
class Staging:
    """Splits stable forms over vectors of one length into steps; equal parts become one step.

    >>> from softsym import parse
    >>> staging = Staging(Length.of("N"))
    >>> staging.split(parse("exp(beta*(z - max(z)))/sum(exp(beta*(z - max(z))))"))
    e_1/S_1 where e_1: positive vector, S_1: positive
    >>> [f"{step.name} = {step.expr}" for step in staging.steps][:2]
    ['m_1 = max(z)', 't_1 = beta*(z - m_1) where m_1: real']
    """

    length: Length
    steps: list[Step] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    _known: dict[Expr, Symbol] = field(default_factory=dict)

    def split(self, expr: Expr) -> Expr:
        """What is left of an expression when its parts are steps."""
        if not isinstance(expr, Apply) or _binds(expr) or self._is_kept(expr):
            return expr
        args = tuple(self.split(arg) for arg in expr.args)
        node = with_args(expr, args)
        if expr.head == "sparsemax" and node.shape == (self.length,):
            return self._sparsemax(args[0])
        if expr.head in _REDUCTIONS and len(args) == 1 and args[0].shape == (self.length,):
            return self._step(_REDUCTIONS[expr.head], apply(expr.head, self.named(args[0], "t")))
        if expr.head in _COLUMNS and node.shape == (self.length,):
            return self._step(_COLUMNS[expr.head], apply(expr.head, self.named(args[0], "t")))
        return node

    def _sparsemax(self, vector: Expr) -> Expr:
        """The vector less its maximum, and the largest of (sum of the n largest - 1)/n, beyond which it is cut off."""
        whole = self.named(vector, "t")
        gap = self._step("t", apply("sub", whole, self._step("m", apply("max", whole))))
        bound = Symbol("k", Kind("index", "index", self.length))
        other = apply("item", gap, bound)
        at_least = 1 - apply("relu", apply("sign", gap - other))
        count = self._step("n", apply("sum", at_least, bound))
        total = self._step("s", apply("sum", at_least * other, bound))
        cut = self._step("c", (total - 1) / count)
        return apply("relu", gap - self._step("m", apply("max", cut)))

    def named(self, expr: Expr, letter: str) -> Expr:
        """The expression as a column of its own, unless it is a name already."""
        return expr if isinstance(expr, Symbol) or expr.shape != (self.length,) else self._step(letter, expr)

    def _step(self, letter: str, expr: Expr) -> Symbol:
        if expr not in self._known:
            name = self.fresh(letter)
            self.steps.append(Step(name, expr))
            self._known[expr] = Symbol(name, self._kind(expr))
        return self._known[expr]

    def _kind(self, expr: Expr) -> Kind:
        """The kind of a step, with its sign, which later formulas may need."""
        sign = sign_of(expr)
        if expr.shape:
            return Kind("vector", "positive vector" if sign == POSITIVE else "vector", self.length)
        return Kind("scalar", sign if sign in (POSITIVE, NEGATIVE, NONNEGATIVE) else "real")

    def fresh(self, letter: str) -> str:
        """A name that nothing else has."""
        number = 1
        while f"{letter}_{number}" in self.taken:
            number += 1
        self.taken.add(f"{letter}_{number}")
        return f"{letter}_{number}"

    def _is_kept(self, expr: Apply) -> bool:
        """Parts that stay whole: without vectors, or a log1p, which is printed in its accurate form only when whole."""
        if not any(s.kind.type == "vector" for s in free_symbols(expr)):
            return True
        small = log1p_argument(expr)
        return small is not None and is_at_most_one(small)


def _binds(expr: Apply) -> bool:
    return any(isinstance(n, Apply) and (n.head == "item" or (n.head == "sum" and len(n.args) > 1)) for n in walk(expr))
