"""Definitions put in the place of names: what is left has only operators and the primitives of the language."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from softsym.definitions import FUNCTIONS
from softsym.expression import Apply, Expr, Number, Symbol, apply, as_expr, substitute
from softsym.language.reader import Scope, read_chain
from softsym.symbols import LENGTH, REAL, VECTOR, Kind

PRIMITIVES = frozenset(f.name for f in FUNCTIONS.values() if f.definition is None and f.name not in ("dot", "norm"))
"""The functions that :func:`expand` leaves."""


def expand(expr: Expr, keep: frozenset[str] = frozenset()) -> Expr:
    """The expression with every defined function replaced by its definition, except those named in ``keep``.

    >>> from softsym import parse
    >>> expand(parse("boltzmann(z, beta)"))
    sum(exp(beta*z)/sum(exp(beta*z))*z)
    >>> expand(parse("norm(v, oo) + dot(u, v)"))
    max(abs(v)) + sum(u*v)
    """
    if not isinstance(expr, Apply):
        return expr
    args = tuple(expand(a, keep) for a in expr.args)
    node = expr if args == expr.args else apply(expr.head, *args)
    if expr.head in keep or not isinstance(node, Apply):
        return node
    unfolded = unfold(node)
    return node if unfolded is None else expand(unfolded, keep)


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
