"""The shape of an operator or function applied to arguments, and the checks that arguments must pass.

A shape is a tuple of lengths: ``()`` for a scalar, ``(n,)`` for a vector, ``(n, m)`` for a matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from softsym.definitions import FUNCTIONS
from softsym.errors import ShapeError, did_you_mean
from softsym.symbols import MAX_LENGTH, Length, N

if TYPE_CHECKING:
    from softsym.expression import Expr

Shape: TypeAlias = tuple[Length, ...]
Args: TypeAlias = "tuple[Expr, ...]"

WORDS = {0: "scalar", 1: "vector", 2: "matrix"}
OPERATORS = ("add", "sub", "mul", "div", "pow")
MAX_ORDER = 12
"""The highest order of a derivative or a moment."""


def shape_of(head: str, args: Args) -> Shape:
    """The shape of ``head(*args)``.

    Raises :class:`~softsym.errors.ShapeError` where the arguments do not fit; the message names the argument.

    >>> from softsym import parse
    >>> [str(n) for n in parse("concat(z, [1, 2])").shape]
    ['N + 2']
    """
    if head in _OPERATOR_SHAPES:
        return _OPERATOR_SHAPES[head](head, args)
    if head not in FUNCTIONS:
        raise ShapeError(f"{head!r} is not a function of the language; {did_you_mean(head, FUNCTIONS)}")
    _check_arguments(head, args)
    return _FUNCTION_SHAPES.get(head, _by_first)(args)


def describe(arg: Expr) -> str:
    """An argument in words, for messages: ``a vector of length N``."""
    if is_index_name(arg):
        return "an index"
    lengths = " by ".join(str(n) for n in arg.shape)
    return f"a {WORDS[len(arg.shape)]}" + (f" of length {lengths}" if lengths else "")


def is_index_name(arg: Expr) -> bool:
    """Whether the argument is an index name."""
    kind = getattr(arg, "kind", None)
    return kind is not None and kind.type == "index"


def literal(arg: Expr) -> int | None:
    """The integer that an argument is as a literal, else ``None``."""
    value = getattr(arg, "value", None)
    return int(value) if value is not None and value.denominator == 1 else None


def is_index(arg: Expr) -> bool:
    """Whether the argument can stand as an index: an index name or a positive integer literal."""
    return is_index_name(arg) or 1 <= (literal(arg) or 0) <= MAX_LENGTH


def _is_infinite(arg: Expr) -> bool:
    name = getattr(getattr(arg, "args", (arg,))[-1], "name", "")
    return name == "oo" and getattr(arg, "head", "neg") == "neg"


def _entrywise(head: str, args: Args) -> Shape:
    for arg in args:
        if _is_infinite(arg):
            raise ShapeError("oo is no number: it stands only as a limit's point or as a norm's order")
    shapes = sorted({a.shape for a in args if a.shape}, key=len)
    if not shapes:
        return ()
    if len({len(s) for s in shapes}) > 1:
        raise ShapeError(f"{head} of {' and '.join(describe(a) for a in args)}: give each entry an index, as in z[i]")
    if len(shapes) > 1:
        lengths = " and ".join(" by ".join(str(n) for n in s) for s in dict.fromkeys(a.shape for a in args if a.shape))
        raise ShapeError(f"{head} of vectors of unequal lengths {lengths}: they must be equal")
    return shapes[0]


def _item(head: str, args: Args) -> Shape:
    target, indices = args[0], args[1:]
    if not target.shape:
        raise ShapeError(f"only a vector or a matrix has entries; this is {describe(target)}")
    if len(indices) != len(target.shape):
        raise ShapeError(f"{describe(target)} takes {len(target.shape)} index(es), and {len(indices)} were given")
    for index, length in zip(indices, target.shape, strict=True):
        if not is_index(index):
            raise ShapeError("an index is an index name such as i or a positive integer literal such as 1")
        _within(index, length)
    return ()


def _list(head: str, args: Args) -> Shape:
    if not args:
        raise ShapeError("a list needs at least one entry, as in [a, b]")
    for arg in args:
        _require(arg, "scalar", "an entry of a list")
    return (Length.of(len(args)),)


def _matmul(head: str, args: Args) -> Shape:
    left, right = args
    if len(left.shape) != 2 or not right.shape:
        raise ShapeError(f"@ of {describe(left)} and {describe(right)}: it takes a matrix and a vector or matrix")
    if left.shape[1] != right.shape[0]:
        raise ShapeError(f"@ of unequal inner lengths {left.shape[1]} and {right.shape[0]}")
    return (left.shape[0], *right.shape[1:])


_OPERATOR_SHAPES: dict[str, Callable[[str, Args], Shape]] = {
    **dict.fromkeys(OPERATORS, _entrywise),
    "neg": lambda head, args: () if _is_infinite(args[0]) else _entrywise(head, args),
    "item": _item,
    "list": _list,
    "matmul": _matmul,
}


def _require(arg: Expr, wanted: str, role: str) -> None:
    """Raise unless ``arg`` is of the type ``wanted`` of :mod:`softsym.definitions`."""
    rank = len(arg.shape)
    infinite = _is_infinite(arg)
    if wanted in ("order", "point"):
        fits = rank == 0
    elif wanted == "index":
        fits = is_index(arg)
    elif wanted == "literal":
        fits = literal(arg) is not None
    elif wanted == "length":
        fits = rank == 0 and _is_length(arg)
    elif wanted in ("scalar", "vector", "matrix"):
        fits = WORDS[rank] == wanted and not infinite
    else:
        fits = not infinite
    if not fits:
        given = "oo" if infinite else describe(arg)
        raise ShapeError(f"{role} must be {_ARTICLE.get(wanted, 'a ' + wanted)}, and {given} was given")


_ARTICLE = {
    "any": "a scalar, a vector or a matrix",
    "entries": "a scalar, a vector or a matrix",
    "index": "an index name or a positive integer literal",
    "literal": "an integer literal >= 0",
    "length": "a length such as N or a positive integer literal",
    "order": "1, 2, oo or a positive scalar",
    "point": "a scalar, oo or -oo",
}


def _is_length(arg: Expr) -> bool:
    found = as_length(arg)
    return found is not None and (not found.is_literal or 1 <= found.constant <= MAX_LENGTH)


def as_length(arg: Expr) -> Length | None:
    """The length that a scalar expression such as ``N + M - 1`` states, else ``None``."""
    value, name, head = literal(arg), getattr(arg, "name", None), getattr(arg, "head", "")
    if value is not None:
        return Length.of(value)
    if name is not None:
        return Length.of(name) if arg.kind.type == "length" else None  # type: ignore[attr-defined]
    if head in ("add", "sub"):
        left, right = (as_length(a) for a in arg.args)  # type: ignore[attr-defined]
        if left is None or right is None or (head == "sub" and not right.is_literal):
            return None
        return left + right if head == "add" else left - right.constant
    return None


def _check_arguments(head: str, args: Args) -> None:
    function = FUNCTIONS[head]
    parameters = function.parameters
    most = 99 if head == "diff" else 3 if head == "limit" else len(parameters)
    if not function.least <= len(args) <= most:
        needs = " or ".join(str(n) for n in sorted({function.least, len(parameters)}))
        raise ShapeError(f"{head} takes {needs} argument(s), and {len(args)} were given")
    for (name, wanted), arg in zip(parameters, args, strict=False):
        if wanted != "names":
            _require(arg, wanted, f"the argument {name} of {head}")


def _same_length(args: Args) -> Shape:
    return _entrywise("a function", args)


def _by_first(args: Args) -> Shape:
    return args[0].shape


def _scalar(args: Args) -> Shape:
    vectors = tuple(a for a in args if a.shape)
    _entrywise("a function", vectors)
    return ()


def _sum(args: Args) -> Shape:
    if len(args) == 2:
        if not is_index_name(args[1]):
            raise ShapeError("the second argument of sum must be an index name, as in sum(z[k], k)")
        return args[0].shape
    _require(args[0], "vector", "the argument of sum")
    return ()


def _drop(args: Args) -> Shape:
    length = args[0].shape[0]
    if length == Length.of(1):
        raise ShapeError("drop of a vector of length 1 leaves nothing")
    _within(args[1], length)
    return (length - 1,)


def _within(index: Expr, length: Length) -> None:
    if length.is_literal and (literal(index) or 0) > length.constant:
        raise ShapeError(f"the index {literal(index)} is beyond the vector's length {length}")


def _norm(args: Args) -> Shape:
    order = args[1]
    if not _is_infinite(order) and literal(order) == 0:
        raise ShapeError("the order of a norm must be > 0")
    if getattr(order, "head", "") == "neg" and _is_infinite(order):
        raise ShapeError("the order of a norm must be 1, 2, oo or a positive scalar")
    return ()


def _basis(args: Args) -> Shape:
    if len(args) == 2:
        _within(args[0], _length_argument(args[1]))
        return (_length_argument(args[1]),)
    kind = getattr(args[0], "kind", None)
    return (kind.vector_length if kind is not None else N,)


def _length_argument(arg: Expr) -> Length:
    found = as_length(arg)
    assert found is not None  # the argument check saw to it
    return found


def _square(args: Args) -> Shape:
    return (_length_argument(args[0]),) * 2


def _trace(args: Args) -> Shape:
    rows, columns = args[0].shape
    if rows != columns:
        raise ShapeError(f"trace needs a square matrix, and this one is {rows} by {columns}")
    return ()


def _is_entry(arg: Expr) -> bool:
    inner: Args = getattr(arg, "args", ())
    return getattr(arg, "head", "") == "item" and hasattr(inner[0], "kind") and inner[0].kind.type == "vector"


def _variable(arg: Expr, role: str) -> None:
    kind = getattr(arg, "kind", None)
    if not (_is_entry(arg) or (kind is not None and kind.type == "scalar")):
        raise ShapeError(f"{role} must be a real scalar name such as beta or an entry such as z[i]")


def _diff(args: Args) -> Shape:
    *names, last = args[1:]
    order = literal(last) if len(args) == 3 else None
    for name in names if order is not None else args[1:]:
        _variable(name, "what diff differentiates by")
    if order == 0 or max(order or 0, len(args) - 1) > MAX_ORDER:
        raise ShapeError(f"the order of a derivative must be from 1 to {MAX_ORDER}")
    return args[0].shape


def _vector_name(args: Args, head: str) -> Length:
    kind = getattr(args[1], "kind", None)
    if kind is None:
        raise ShapeError(f"{head} differentiates by a vector name such as z")
    return args[1].shape[0]


def _limit(args: Args) -> Shape:
    _variable(args[1], "the variable of a limit")
    return args[0].shape


def _moment(args: Args) -> Shape:
    if (literal(args[2]) or 0) > MAX_ORDER:
        raise ShapeError(f"the order of a moment must be at most {MAX_ORDER}")
    return _scalar(args)


_FUNCTION_SHAPES: dict[str, Callable[[Args], Shape]] = {
    "softplus": _by_first,
    "xlogy": _same_length,
    "sum": _sum,
    **dict.fromkeys(("mean", "prod", "max", "min", "dot", "len", "argmax_count", "lse", "logZ"), _scalar),
    **dict.fromkeys(("mellowmax", "boltzmann", "delta", "entropy", "cross_entropy", "kl"), _scalar),
    **dict.fromkeys(("expectation", "variance", "covariance"), _scalar),
    "moment": _moment,
    "norm": _norm,
    "concat": lambda args: (args[0].shape[0] + args[1].shape[0],),
    "drop": _drop,
    "ones": lambda args: (_length_argument(args[0]),),
    "basis": _basis,
    "diag": lambda args: args[0].shape * 2,
    "outer": lambda args: (*args[0].shape, *args[1].shape),
    "identity": _square,
    "transpose": lambda args: args[0].shape[::-1],
    "trace": _trace,
    "diff": _diff,
    "grad": lambda args: (_vector_name(args, "grad"),),
    "jacobian": lambda args: (args[0].shape[0], _vector_name(args, "jacobian")),
    "hessian": lambda args: (_vector_name(args, "hessian"),) * 2,
    "limit": _limit,
}
