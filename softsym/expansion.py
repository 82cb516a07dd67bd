"""Definitions put in the place of names: what is left has only operators and the primitives of the language."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from softsym.definitions import FUNCTIONS
from softsym.errors import BudgetError
from softsym.expression import Apply, Expr, Number, Symbol, apply, as_expr, substitute, with_args
from softsym.language.reader import Scope, read_chain
from softsym.symbols import LENGTH, REAL, VECTOR, Kind

PRIMITIVES = frozenset(f.name for f in FUNCTIONS.values() if f.definition is None and f.name not in ("dot", "norm"))
"""The functions that :func:`expand` leaves."""
MAX_SIZE = 20_000
"""An expansion has no more parts."""


def expand(expr: Expr, keep: frozenset[str] = frozenset()) -> Expr:
    """The expression with every defined function replaced by its definition, except those named in ``keep``.

    >>> from softsym import parse
    >>> expand(parse("boltzmann(z, beta)"))
    sum(exp(beta*z)/sum(exp(beta*z))*z)
    >>> expand(parse("norm(v, oo) + dot(u, v)"))
    max(abs(v)) + sum(u*v)

    Raises :class:`~softsym.errors.BudgetError` if the definitions, which repeat their arguments, unfold to too much.
    """
    return _Expansion(keep).expand(expr)


class _Expansion:
    """One expansion: equal parts are expanded once, and the size of the tree that they make is watched."""

    def __init__(self, keep: frozenset[str]) -> None:
        self.keep = keep
        self.done: dict[Expr, Expr] = {}
        self.sizes: dict[Expr, int] = {}

    def expand(self, expr: Expr) -> Expr:
        if not isinstance(expr, Apply):
            return expr
        found = self.done.get(expr)
        if found is None:
            found = self.done[expr] = self._expanded(expr)
            if self._size(found) > MAX_SIZE:
                raise BudgetError(f"the definitions unfold to more than {MAX_SIZE} parts; nest fewer functions")
        return found

    def _expanded(self, expr: Apply) -> Expr:
        args = tuple(self.expand(a) for a in expr.args)
        node = with_args(expr, args)
        if expr.head in self.keep or not isinstance(node, Apply):
            return node
        unfolded = unfold(node)
        return node if unfolded is None else self.expand(unfolded)

    def _size(self, expr: Expr) -> int:
        if not isinstance(expr, Apply):
            return 1
        if expr not in self.sizes:
            self.sizes[expr] = 1 + sum(self._size(a) for a in expr.args)
        return self.sizes[expr]


def unfold(node: Apply) -> Expr | None:
    """The definition of the outermost function with its arguments put in, or ``None`` for a primitive."""
    if node.head == "dot":
        return apply("sum", apply("mul", *node.args))
    if node.head == "norm":
        return _norm(*node.args)
    function = FUNCTIONS.get(node.head)
    if function is None or function.definition is None:
        return None
    return substitute_arguments(node)


def substitute_arguments(node: Apply) -> Expr:
    """The definition's body with its parameters replaced by the arguments of ``node``."""
    function = FUNCTIONS[node.head]
    args = [*node.args]
    if len(args) < len(function.parameters):
        args.append(as_expr(int(function.default or 0)))
    types = tuple(_parameter_kind(wanted, arg) for (_, wanted), arg in zip(function.parameters, args, strict=True))
    body, parameters = _body(node.head, types)
    return substitute(body, dict(zip(parameters, args, strict=True)))


def _parameter_kind(wanted: str, arg: Expr) -> Kind:
    if arg.shape and len(arg.shape) == 1:
        return Kind("vector", "vector", arg.shape[0])
    return REAL if wanted != "vector" else VECTOR


@lru_cache(maxsize=1024)
def _body(head: str, kinds: tuple[Kind, ...]) -> tuple[Expr, tuple[Symbol, ...]]:
    """A definition read with its parameters of the given kinds; the parameters' names are reserved ones."""
    function = FUNCTIONS[head]
    names = [name for name, _ in function.parameters]
    text = function.definition or ""
    scope = Scope(dict(zip(names, kinds, strict=True)) | {n: LENGTH for k in kinds if k.length for n in k.length.names})
    body = read_chain(text, 0, len(text), scope).sides[0]
    reserved = tuple(Symbol(f"{name}'", kind) for name, kind in zip(names, kinds, strict=True))
    plain = {Symbol(n, k): r for n, k, r in zip(names, kinds, reserved, strict=True)}
    return substitute(body, plain), reserved  # type: ignore[arg-type]


def _norm(v: Expr, order: Expr) -> Expr:
    size = apply("abs", v)
    if isinstance(order, Symbol) and order.name == "oo":
        return apply("max", size)
    if order == Number(Fraction(1)):
        return apply("sum", size)
    if order == Number(Fraction(2)):
        return apply("pow", apply("sum", apply("pow", v, 2)), apply("div", 1, 2))
    return apply("pow", apply("sum", apply("pow", size, order)), apply("div", 1, order))
