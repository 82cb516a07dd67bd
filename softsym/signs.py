"""Signs and smoothness read off an expression as it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from softsym.expansion import expand
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, walk
from softsym.language.reader import constant
from softsym.symbols import SIGN_OF_DOMAIN

Signs: TypeAlias = "frozenset[int]"
"""The signs -1, 0 and 1 that values may have."""
Reader: TypeAlias = "Callable[[Expr], Signs]"
ANY, UP, ZERO_UP = frozenset((-1, 0, 1)), frozenset((1,)), frozenset((0, 1))
_WORDS = {"positive": UP, "nonnegative": ZERO_UP, "negative": frozenset((-1,)), "nonzero": frozenset((-1, 1))}
_BY_HEAD: dict[str, Callable[..., Signs]] = {
    **dict.fromkeys(("exp", "ones", "len", "argmax_count"), lambda *args: UP),
    **dict.fromkeys(("hardmax", "onehot_argmax", "sparsemax", "delta", "basis", "identity"), lambda *args: ZERO_UP),
    **dict.fromkeys(("item", "drop", "transpose"), lambda a, *rest: a),
    "sum": lambda a, *rest: ANY if {-1, 1} <= a else a,  # a sum has a term
    **dict.fromkeys(("list", "concat"), lambda *args: frozenset().union(*args)),
    "diag": lambda a: a | {0},
    "abs": lambda a: frozenset(map(abs, a)),
    "neg": lambda a: frozenset(-s for s in a),
    "add": lambda a, b: frozenset().union(*({s or t} if s * t >= 0 else ANY for s in a for t in b)),
    "sub": lambda a, b: _BY_HEAD["add"](a, _BY_HEAD["neg"](b)),
    "mul": lambda a, b: frozenset(s * t for s in a for t in b),
    "div": lambda a, b: frozenset(s * t for s in a for t in b if t),  # a denominator is not 0
    "prod": lambda a: a if a <= ZERO_UP else ANY,
}
"""The signs of a value from those of the arguments; where it is defined."""
_SMOOTH = frozenset(
    {"add", "sub", "mul", "neg", "matmul", "item", "list", "exp", "sum", "len", "concat", "drop", "ones", "basis"}
    | {"delta", "diag", "outer", "identity", "transpose", "trace"}
)


def signs(expr: Expr, known: Reader) -> Signs:
    """The signs that the entries of an expanded expression can have; ``known`` says what is known of a part besides."""
    value = constant(expr)
    if value is not None:
        return frozenset({(value > 0) - (value < 0)})
    if isinstance(expr, Symbol):
        return _WORDS.get(SIGN_OF_DOMAIN.get(expr.kind.domain, expr.kind.domain), ANY) & known(expr)
    found = ANY
    if isinstance(expr, Apply) and expr.head in _BY_WRITING:
        found = _BY_WRITING[expr.head](*expr.args, lambda part: signs(part, known))
    elif isinstance(expr, Apply) and expr.head in _BY_HEAD:
        found = _BY_HEAD[expr.head](*(signs(a, known) for a in expr.args))
    return found & known(expr) if found == ANY else found


def _product(left: Expr, right: Expr, of: Reader) -> Signs:
    return frozenset(s * s for s in of(left)) if left == right else _BY_HEAD["mul"](of(left), of(right))


def _power(base: Expr, exponent: Expr, of: Reader) -> Signs:
    own, value = of(base), constant(exponent)
    if value == 0:
        return ZERO_UP
    if value is None:
        return own | UP if own <= ZERO_UP else ANY
    if value.denominator > 1:  # undefined for a base < 0
        own &= ZERO_UP
    own -= {0} if value < 0 else set()
    return frozenset(s * s for s in own) if value % 2 == 0 else own


def _logarithm(expr: Expr, of: Reader) -> Signs:
    """Those of ``x - 1``."""
    terms = [expr]
    while isinstance(terms[0], Apply) and terms[0].head in ("add", "sub"):
        first, second = terms[0].args
        terms[:1] = [first, second if terms[0].head == "add" else apply("neg", second)]
    one = next((t for t in terms if constant(t) is not None), None)
    if one is None:
        return ZERO_UP if isinstance(expr, Symbol) and expr.kind.type == "length" else of(expr - 1)
    found = of(one - 1)
    for term in terms:
        found = found if term is one else _BY_HEAD["add"](found, of(term))
    return found


def _largest(vector: Expr, of: Reader) -> Signs:
    blocks = vector.args if isinstance(vector, Apply) and vector.head in ("list", "concat") else (vector,)
    found = of(blocks[0])
    for block in blocks[1:]:
        found = frozenset(max(s, t) for s in found for t in of(block))
    return found


_BY_WRITING: dict[str, Callable[..., Signs]] = {"mul": _product, "pow": _power, "log": _logarithm, "max": _largest}


def is_smooth(expr: Expr, name: Symbol, of: Reader) -> bool:
    """Whether an expression is defined and continuously differentiable for every value of a name."""
    nodes = [n for n in walk(expand(expr)) if isinstance(n, Apply) and name in free_symbols(n)]
    return all(n.head in _SMOOTH or _is_smooth(n, name, of) for n in nodes)


def _is_smooth(node: Apply, name: Symbol, of: Reader) -> bool:
    if node.head == "pow":
        exponent = constant(node.args[1])
        natural = exponent is not None and exponent.denominator == 1 and exponent >= 0
        return natural or of(node.args[0]) == UP
    args = {"div": node.args[1:], "log": node.args, "xlogy": node.args}.get(node.head)
    return args is not None and all(of(a) == UP for a in args if name in free_symbols(a))


def positive_where_defined(expr: Expr) -> Iterator[Expr]:
    """What stands in logarithms, which is > 0 wherever the expression is defined; not what depends on a bound name.

    >>> from softsym import parse
    >>> [str(e) for e in positive_where_defined(parse("log(a) + sum(log(z)) + sum(log(a - z[i]), i)"))]
    ['a', 'z']
    """
    if not isinstance(expr, Apply) or expr.head == "limit":
        return
    if expr.head == "log":
        yield expr.args[0]
    bound = expr.args[1] if expr.head == "sum" and len(expr.args) == 2 else None
    for inner in expr.args:
        yield from (e for e in positive_where_defined(inner) if bound not in free_symbols(e))
