"""The entry of a vector or matrix, written at the names: ``exp(beta*z)[i]`` as ``exp(beta*z[i])``."""

from __future__ import annotations

from softsym.definitions import FUNCTIONS
from softsym.expression import Apply, Expr, Symbol, apply, as_expr, substitute, walk
from softsym.shapes import OPERATORS, literal
from softsym.symbols import Kind, Length

ENTRYWISE = frozenset((*OPERATORS, "neg")) | {f.name for f in FUNCTIONS.values() if f.parameters[0][1] == "entries"}
"""The heads that act on each entry alone."""


def entry(expr: Expr, *indices: Expr) -> Expr:
    """The entry of ``expr`` at the indices, with the indices moved inwards as far as they go; a scalar is itself.

    >>> from softsym import parse
    >>> i = parse("i + 0").args[0]
    >>> entry(parse("exp(beta*z)/sum(exp(beta*z))"), i)
    exp(beta*z[i])/sum(exp(beta*z))
    >>> entry(parse("grad(lse(z), z)"), i)
    diff(lse(z), z[i])
    """
    if not expr.shape:
        return expr
    if not isinstance(expr, Apply):
        return apply("item", expr, *indices)
    if expr.head in ENTRYWISE or expr.head == "diff":
        return apply(expr.head, *(entry(arg, *indices) for arg in expr.args))
    if expr.head in ("sum", "limit"):
        return _under_binder(expr, indices)
    return _structural(expr, indices)


def _structural(expr: Apply, indices: tuple[Expr, ...]) -> Expr:
    head, args, first = expr.head, expr.args, indices[0]
    if head == "list" and literal(first):
        return args[(literal(first) or 1) - 1]
    if head == "ones":
        return as_expr(1)
    if head in ("basis", "identity"):
        return apply("delta", *((args[0], first) if head == "basis" else indices))
    if head == "diag":
        return apply("mul", entry(args[0], first), apply("delta", *indices))
    if head == "grad":
        return apply("diff", args[0], apply("item", args[1], first))
    if head == "hessian":
        return apply("diff", args[0], *(apply("item", args[1], index) for index in indices))
    if head == "jacobian":
        return apply("diff", entry(args[0], first), apply("item", args[1], indices[1]))
    if head == "outer":
        return apply("mul", entry(args[0], first), entry(args[1], indices[1]))
    if head == "transpose":
        return entry(args[0], *reversed(indices))
    return apply("item", expr, *indices)


def _under_binder(expr: Apply, indices: tuple[Expr, ...]) -> Expr:
    body, name = expr.args[:2]
    if isinstance(name, Symbol) and name in indices:
        taken = {s.name for node in (expr, *indices) for s in walk(node) if isinstance(s, Symbol)}
        fresh = fresh_index(name.kind.vector_length, taken)
        body, name = substitute(body, {name: fresh}), fresh
    return apply(expr.head, entry(body, *indices), name, *expr.args[2:])


def fresh_index(length: Length, taken: set[str]) -> Symbol:
    """An index over ``length`` whose name is not taken: k, l, m, i, j, then k_1, k_2, ...

    >>> fresh_index(Length.of("N"), {"k"}).name
    'l'
    """
    names = (*"klmij", *(f"k_{n}" for n in range(1, len(taken) + 2)))
    return Symbol(next(name for name in names if name not in taken), Kind("index", "index", length))
