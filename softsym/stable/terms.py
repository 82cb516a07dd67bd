"""Small constructors that keep stable forms short, signs that the kinds imply, and entries of entrywise expressions."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from softsym.expression import Apply, Expr, Number, Symbol, apply, number, substitute, walk, with_args
from softsym.language.reader import constant
from softsym.shapes import Shape
from softsym.symbols import Kind

ONE, ZERO = number(1), number(0)
ENTRYWISE = frozenset(
    ("add", "sub", "mul", "div", "pow", "neg", "exp", "log", "abs", "sign", "relu", "xlogy", "sqrt", "tanh", "sigmoid")
)


def add(left: Expr, right: Expr) -> Expr:
    """``left + right`` without zeros and double signs."""
    if left == ZERO:
        return right
    if right == ZERO:
        return left
    if isinstance(right, Apply) and right.head == "neg":
        return sub(left, right.args[0])
    if isinstance(left, Apply) and left.head == "neg":
        return sub(right, left.args[0])
    return apply("add", left, right)


def sub(left: Expr, right: Expr) -> Expr:
    """``left - right`` without zeros and double signs."""
    if right == ZERO:
        return left
    if left == ZERO:
        return neg(right)
    if isinstance(right, Apply) and right.head == "neg":
        return add(left, right.args[0])
    return apply("sub", left, right)


def neg(value: Expr) -> Expr:
    """``-value``; two signs cancel, and a difference turns round."""
    if value == ZERO:
        return value
    if isinstance(value, Apply):
        if value.head == "neg":
            return value.args[0]
        if value.head == "sub":
            return apply("sub", value.args[1], value.args[0])
        if value.head in ("mul", "div") and _is_negated(value.args[0]):
            return apply(value.head, neg(value.args[0]), value.args[1])
    return apply("neg", value)


def _is_negated(value: Expr) -> bool:
    return isinstance(value, Apply) and value.head == "neg"


def mul(left: Expr, right: Expr) -> Expr:
    """``left * right``; signs go outwards and a factor 1/s becomes a division."""
    if _is_negated(left):
        return neg(mul(left.args[0], right))  # type: ignore[attr-defined]
    if _is_negated(right):
        return neg(mul(left, right.args[0]))  # type: ignore[attr-defined]
    if left == ONE:
        return right
    if right == ONE:
        return left
    if isinstance(right, Apply) and right.head == "div" and right.args[0] == ONE:
        return div(left, right.args[1])
    if isinstance(left, Apply) and left.head == "div" and left.args[0] == ONE:
        return div(right, left.args[1])
    return apply("mul", left, right)


def div(left: Expr, right: Expr) -> Expr:
    """``left / right``."""
    if right == ONE:
        return left
    if _is_negated(left):
        return neg(div(left.args[0], right))  # type: ignore[attr-defined]
    return apply("div", left, right)


def fraction(value: Expr) -> tuple[Expr, Expr]:
    """What stands above and below the outermost fraction bar."""
    if isinstance(value, Apply) and value.head == "div":
        return value.args[0], value.args[1]
    return value, ONE


def call(head: str, *args: Expr) -> Expr:
    """``head(*args)`` where that is a node, with the trivial cases of ``exp`` and ``log`` decided."""
    if head == "exp" and args[0] == ZERO:
        return ONE
    if head == "log" and args[0] == ONE:
        return ZERO
    return apply(head, *args)


def fit(value: Expr, shape: Shape) -> Expr:
    """A scalar that stands for all entries of a vector or matrix, written as one."""
    if value.shape == shape or value.shape:
        return value
    from softsym.expression import length_expr

    filled = apply("ones", length_expr(shape[0]))
    if len(shape) == 2:
        filled = apply("outer", filled, apply("ones", length_expr(shape[1])))
    return mul(value, filled)


def is_data(expr: Expr) -> bool:
    """Whether a vector's entries enter the expression."""
    return any(isinstance(n, Symbol) and n.kind.type == "vector" for n in walk(expr))


def fresh_index(kind: Kind, *taken: Expr) -> Symbol:
    """An index name that none of the expressions uses."""
    names = {n.name for e in taken for n in walk(e) if isinstance(n, Symbol)}
    free = (c for c in ("i", "j", "k", "l", "m", *(f"k_{n}" for n in range(1, 1000))) if c not in names)
    return Symbol(next(free), kind)


def entry(value: Expr, *indices: Expr) -> Expr:
    """``value[indices]``, taken inside entrywise operations; a scalar stands for all its entries.

    >>> import softsym as ss
    >>> entry(ss.parse("exp(beta*(z - max(z)))"), ss.parse("i"))
    exp(beta*(z[i] - max(z)))
    """
    if not value.shape:
        return value
    if isinstance(value, Apply):
        if value.head in ENTRYWISE:
            return apply(value.head, *(entry(a, *indices) for a in value.args))
        if value.head == "outer":
            return mul(entry(value.args[0], indices[0]), entry(value.args[1], indices[1]))
        if value.head == "ones":
            return ONE
        if value.head == "list" and isinstance(indices[0], Number):
            return value.args[int(indices[0].value) - 1]
        if value.head == "basis":
            return apply("delta", value.args[0], indices[0])
        if value.head in ("identity", "diag"):
            same = apply("delta", *indices)
            return same if value.head == "identity" else mul(same, entry(value.args[0], indices[0]))
        if value.head == "transpose":
            return entry(value.args[0], *indices[::-1])
        if value.head == "sum" and len(value.args) == 2:
            return _entry_of_sum(value, indices)
    return apply("item", value, *indices)


def _entry_of_sum(value: Apply, indices: tuple[Expr, ...]) -> Expr:
    body, bound = value.args
    assert isinstance(bound, Symbol)
    built = built_from(value)
    if built is not None and len(indices) == 1:
        return substitute(built, {bound: indices[0]})
    if bound in indices:
        other = fresh_index(bound.kind, body, *indices)
        body, bound = substitute(body, {bound: other}), other
    return apply("sum", entry(body, *indices), bound)


def built_from(value: Expr) -> Expr | None:
    """The body of ``sum(basis(k)*body, k)``, which is the vector whose entry k is the body; else ``None``."""
    if isinstance(value, Apply) and value.head == "sum" and len(value.args) == 2:
        body, bound = value.args
        if isinstance(body, Apply) and body.head == "mul" and body.args[0] == _unit(bound) and not body.args[1].shape:
            return body.args[1]
    return None


def _unit(bound: Expr) -> Expr:
    return apply("basis", bound)


def tidy(expr: Expr) -> Expr:
    """The expression with signs moved to the first factor: ``-beta*abs(z)``, not ``-(beta*abs(z))``."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(tidy(a) for a in expr.args)
    if expr.head == "neg":
        return _signed(args[0])
    return with_args(expr, args)


def _signed(value: Expr) -> Expr:
    if isinstance(value, Apply) and value.head in ("mul", "div"):
        return apply(value.head, _signed(value.args[0]), value.args[1])
    return neg(value)


def vector_of(body: Expr, bound: Symbol) -> Expr:
    """The vector whose entry ``bound`` is the body: ``z`` for ``z[k]``, else ``sum(basis(k)*body, k)``."""
    lifted = lift(body, bound)
    if lifted is not None and lifted.shape:
        return lifted
    return apply("sum", apply("mul", _unit(bound), body), bound)


def lift(body: Expr, bound: Symbol) -> Expr | None:
    """The body with ``z[k]`` read as ``z``, if it works entry by entry in the bound index; else ``None``."""
    if isinstance(body, Symbol):
        return None if body == bound else body
    if not isinstance(body, Apply) or bound not in _free(body):
        return body if not body.shape else None
    if body.head == "item":
        return _lifted_item(body, bound)
    if body.head == "delta":
        others = [a for a in body.args if a != bound]
        return _basis(others[0], bound) if len(others) == 1 else None
    if body.head not in ENTRYWISE or body.shape:
        return None
    parts = [lift(a, bound) for a in body.args]
    return None if any(p is None for p in parts) else apply(body.head, *(p for p in parts if p is not None))


def _basis(index: Expr, bound: Symbol) -> Expr | None:
    from softsym.expression import length_expr

    if isinstance(index, Symbol) and index.kind == bound.kind:
        return apply("basis", index)
    return apply("basis", index, length_expr(bound.kind.vector_length))


def _lifted_item(body: Apply, bound: Symbol) -> Expr | None:
    target, *indices = body.args
    if bound in _free(target) or len(indices) != 1 or target.shape[0] != bound.kind.vector_length:
        return None
    return target


@lru_cache(maxsize=4096)
def _free(expr: Expr) -> frozenset[Symbol]:
    from softsym.expression import free_symbols

    return free_symbols(expr)


free = _free


def rational(expr: Expr) -> Fraction | None:
    """The number that an expression of numbers is, if it is small enough to fold."""
    value = constant(expr)
    return value if value is None or max(value.numerator.bit_length(), value.denominator.bit_length()) < 200 else None
