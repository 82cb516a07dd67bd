"""Matrices of known build without the matrix: their entries, their diagonal, their products with vectors."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from itertools import count

from softsym.calculus.limits import coefficients as co
from softsym.errors import UnsupportedError
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, length_expr, number, walk
from softsym.shapes import Shape
from softsym.symbols import Kind


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
    if co.is_head(matrix, "matmul") and len(args[1].shape) == 2:
        first = applied(args[1], vector)
        return None if first is None else applied(args[0], first)
    if co.is_head(matrix, "transpose"):
        turned = _transposed(args[0])
        return None if co.is_head(turned, "transpose") else applied(turned, vector)
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


def _transposed(matrix: Expr) -> Expr:
    """The transpose, taken inside as far as it goes."""
    args = co.args_of(matrix)
    if co.is_head(matrix, "diag", "identity"):
        return matrix
    if co.is_head(matrix, "transpose"):
        return args[0]
    if co.is_head(matrix, "outer"):
        return apply("outer", args[1], args[0])
    if co.is_head(matrix, "matmul") and len(args[1].shape) == 2:
        return apply("matmul", _transposed(args[1]), _transposed(args[0]))
    if co.is_head(matrix, *co.ENTRYWISE):
        return apply(matrix.head, *(_transposed(a) if a.shape else a for a in args))  # type: ignore[attr-defined]
    return apply("transpose", matrix)


def new_indices(shape: Shape, *exprs: Expr) -> tuple[Symbol, ...]:
    """Indices of the given ranges with names that no expression has."""
    taken = {s.name for e in exprs for s in walk(e) if isinstance(s, Symbol)}
    names = (name for n in count(1) if (name := f"k{n}") not in taken)
    return tuple(Symbol(next(names), Kind("index", "index", length)) for length in shape)


def from_entries(entry: Expr, row: Symbol, column: Symbol) -> Expr:
    """The matrix with the given entries, made of ``diag`` and ``outer``."""
    parts = [_from_term(co.multiply(number(c), e), row, column) for e, c in _distributed(entry, {row, column}).items()]
    zeros = [apply("mul", co.ZERO, apply("ones", length_expr(s.kind.vector_length))) for s in (row, column)]
    return reduce(lambda a, b: apply("add", a, b), parts) if parts else apply("outer", *zeros)


def _distributed(expr: Expr, names: set[Symbol]) -> co.Linear:
    """The terms of a sum, with sums in which both indices occur multiplied out."""
    result: co.Linear = {}
    for term, c in co.linear_terms(expr).items():
        powers = co.factors_of(term)[1]
        mixed = next((e for e, k in powers.items() if k > 0 and k.denominator == 1 and _is_mixed(e, names)), None)
        if mixed is None:
            result[term] = result.get(term, Fraction(0)) + c
            continue
        rest = co.divide(term, mixed)
        for part, own in co.linear_terms(mixed).items():
            for e, k in _distributed(co.multiply(rest, part), names).items():
                result[e] = result.get(e, Fraction(0)) + c * own * k
    return {e: c for e, c in result.items() if c}


def _is_mixed(expr: Expr, names: set[Symbol]) -> bool:
    return co.is_head(expr, "add", "sub") and names <= free_symbols(expr)


def _from_term(term: Expr, row: Symbol, column: Symbol) -> Expr:
    c, powers = co.factors_of(term)
    kept: dict[Symbol | None, Expr] = {row: co.ONE, column: co.ONE, None: number(c)}
    diagonal = False
    for base, k in powers.items():
        own = {row, column} & free_symbols(base)
        if co.is_head(base, "delta") and len(own) == 2 and k > 0:
            diagonal = True
        elif len(own) == 2:
            raise UnsupportedError(f"{base} in an entry of a matrix's limit")
        else:
            key = own.pop() if own else None
            kept[key] = co.multiply(kept[key], co.raised(base, k))
    vectors = [_as_vector_over(kept[name], name) for name in (row, column)]
    made = apply("diag", apply("mul", *vectors)) if diagonal else apply("outer", *vectors)
    return apply("mul", kept[None], made)


def _as_vector_over(expr: Expr, name: Symbol) -> Expr:
    vector = as_vector(expr, name)
    if vector is None:
        raise UnsupportedError(f"{expr} in an entry of a matrix's limit")
    return vector if vector.shape else apply("mul", vector, apply("ones", length_expr(name.kind.vector_length)))


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
    if co.is_head(matrix, "matmul"):
        (middle,) = new_indices((args[0].shape[1],), matrix, row, column)
        inner = (matrix_entry(args[0], row, middle), matrix_entry(args[1], middle, column))
        return apply("sum", apply("mul", *inner), middle)
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
