"""Matrices of known build without the matrix: their entries, their diagonal, their products with vectors."""

from __future__ import annotations

from softsym.calculus.limits import coefficients as co
from softsym.errors import UnsupportedError
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols


def as_vector(body: Expr, bound: Symbol) -> Expr | None:
    """A body in which the bound index occurs entry by entry only, as a vector: ``z[k]**2`` as ``z**2``."""
    if bound not in free_symbols(body):
        return body
    if not isinstance(body, Apply):
        return None
    if body.head == "item" and len(body.args) == 2 and body.args[1] == bound:
        target = body.args[0]
        fits = target.shape == (bound.kind.vector_length,) and bound not in free_symbols(target)
        return target if fits else None
    if body.head == "delta" and body.args.count(bound) == 1:
        (other,) = (a for a in body.args if a != bound)
        made = apply("basis", other)
        return made if made.shape == (bound.kind.vector_length,) else None
    if body.head not in co.ENTRYWISE:
        return None
    parts = [as_vector(a, bound) if not a.shape else None for a in body.args]
    return None if None in parts else apply(body.head, *(p for p in parts if p is not None))


def applied(matrix: Expr, vector: Expr) -> Expr | None:
    """A matrix of known build times a vector, without the matrix."""
    args = co.args_of(matrix)
    if co.is_head(matrix, "diag"):
        return apply("mul", args[0], vector)
    if co.is_head(matrix, "outer"):
        return apply("mul", args[0], apply("sum", apply("mul", args[1], vector)))
    if co.is_head(matrix, "identity"):
        return vector
    if co.is_head(matrix, "add", "sub") and all(len(a.shape) == 2 for a in args):
        parts = [applied(a, vector) for a in args]
        return None if None in parts else apply(matrix.head, *(p for p in parts if p is not None))  # type: ignore[attr-defined]
    if co.is_head(matrix, "neg"):
        inner = applied(args[0], vector)
        return None if inner is None else apply("neg", inner)
    if co.is_head(matrix, "mul", "div") and not (args[0].shape and args[1].shape):
        place = 0 if args[0].shape else 1
        inner = applied(args[place], vector)
        if inner is not None and not (co.is_head(matrix, "div") and place == 1):
            return apply(matrix.head, *((inner, args[1]) if place == 0 else (args[0], inner)))  # type: ignore[attr-defined]
    return None


def spread(matrix: Expr, factor: Expr = co.ONE) -> Expr:
    """A matrix times a scalar, all scalar factors moved into the vectors that matrices of known build are made of."""
    args = co.args_of(matrix)
    if co.is_head(matrix, "add", "sub", "neg", "transpose"):
        return apply(matrix.head, *(spread(a, factor) for a in args))  # type: ignore[attr-defined]
    if co.is_head(matrix, "mul", "div") and not (args[0].shape and args[1].shape):
        inner, scalar = args if args[0].shape else (args[1], args[0])
        return spread(inner, apply(matrix.head, factor, scalar))  # type: ignore[attr-defined]
    if factor == co.ONE:
        return matrix
    if co.is_head(matrix, "diag", "outer"):
        return apply(matrix.head, apply("mul", factor, args[0]), *args[1:])  # type: ignore[attr-defined]
    if co.is_head(matrix, "identity"):
        return apply("diag", apply("mul", factor, apply("ones", *args)))
    return apply("mul", factor, matrix)


def matrix_entry(matrix: Expr, row: Expr, column: Expr) -> Expr:
    """One entry of a matrix of known build."""
    args = co.args_of(matrix)
    if co.is_head(matrix, "diag"):
        return apply("mul", apply("delta", row, column), apply("item", args[0], row))
    if co.is_head(matrix, "outer"):
        return apply("mul", apply("item", args[0], row), apply("item", args[1], column))
    if co.is_head(matrix, "identity"):
        return apply("delta", row, column)
    if co.is_head(matrix, "transpose"):
        return matrix_entry(args[0], column, row)
    if co.is_head(matrix, *co.ENTRYWISE):
        parts = (matrix_entry(a, row, column) if a.shape else a for a in args)
        return apply(matrix.head, *parts)  # type: ignore[attr-defined]
    raise UnsupportedError(f"an entry of {matrix} has no rule for limits")


def diagonal(matrix: Expr) -> Expr:
    """The diagonal of a matrix of known build, as a vector."""
    args = co.args_of(matrix)
    if co.is_head(matrix, "diag"):
        return args[0]
    if co.is_head(matrix, "outer"):
        return apply("mul", *args)
    if co.is_head(matrix, "transpose"):
        return diagonal(args[0])
    if co.is_head(matrix, *co.ENTRYWISE):
        return apply(matrix.head, *(diagonal(a) if a.shape else a for a in args))  # type: ignore[attr-defined]
    raise UnsupportedError(f"the diagonal of {matrix} has no rule for limits")
