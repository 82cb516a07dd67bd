"""Signs and smoothness read off an expression as it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from softsym.expansion import expand
from softsym.expression import Apply, Expr, Number, Symbol, free_symbols, walk
from softsym.language.reader import constant
from softsym.symbols import SIGN_OF_DOMAIN, Kind

UNKNOWN, ZERO_UP, UP = 0, 1, 2
"""Nothing known, >= 0, > 0; -1 and -2 are the opposite signs."""
_LEVELS = {"positive": UP, "nonnegative": ZERO_UP, "negative": -UP, "nonpositive": -ZERO_UP}
_POSITIVE = frozenset({"exp", "ones", "len", "argmax_count"})
_NONNEGATIVE = frozenset({"abs", "hardmax", "onehot_argmax", "sparsemax", "delta", "basis", "identity"})
_PASSED_ON = frozenset({"item", "drop", "diag", "transpose", "sum"})
_SMOOTH = frozenset(
    {"add", "sub", "mul", "neg", "matmul", "item", "list", "exp", "sum", "len", "concat", "drop", "ones", "basis"}
    | {"delta", "diag", "outer", "identity", "transpose", "trace"}
)


def sign_of(
    expr: Expr, kinds: Mapping[str, Kind] | None = None, known: Callable[[Expr], int] = lambda expr: UNKNOWN
) -> int:
    """The sign of every entry of an expression where it is defined: 2 if > 0, 1 if >= 0, 0 if it does not show.

    ``kinds`` are those of the names, if they are not to be taken from the expression; ``known`` says what else is known
    of a part whose sign does not show.

    >>> from softsym import parse
    >>> [sign_of(parse(text)) for text in ("sum(exp(beta*z))", "-abs(z)", "z", "(a - b)**2", "log(1 + exp(r))")]
    [2, -1, 0, 1, 2]
    """
    return _Signs(kinds, known).of(expand(expr)) or known(expr)


class _Signs:
    def __init__(self, kinds: Mapping[str, Kind] | None, known: Callable[[Expr], int]) -> None:
        self.kinds, self.known = kinds, known

    def of(self, expr: Expr) -> int:
        if isinstance(expr, Number):
            return UP if expr.value > 0 else ZERO_UP
        if isinstance(expr, Symbol):
            own = self._symbol(expr)
            return own if abs(own) == UP else self.known(expr) or own
        assert isinstance(expr, Apply)
        value = constant(expr)
        if value is not None:
            return UP if value > 0 else -UP if value < 0 else ZERO_UP
        if expr.head in _POSITIVE:
            return UP
        if expr.head in _NONNEGATIVE:
            return ZERO_UP
        if expr.head in _PASSED_ON:
            return self.of(expr.args[0]) or self.known(expr)
        rule = getattr(self, "_on_" + expr.head, None)
        return (rule(*expr.args) if rule else UNKNOWN) or self.known(expr)

    def _kind(self, expr: Symbol) -> Kind:
        if self.kinds is None or expr.kind.type in ("index", "constant"):
            return expr.kind
        return self.kinds.get(expr.name, Kind("scalar", "real"))

    def _symbol(self, expr: Symbol) -> int:
        kind = self._kind(expr)
        if kind.type in ("length", "index", "constant"):
            return UP
        return _LEVELS.get(SIGN_OF_DOMAIN.get(kind.domain, ""), UNKNOWN)

    def _on_add(self, left: Expr, right: Expr) -> int:
        return _total(self.of(left), self.of(right))

    def _on_sub(self, left: Expr, right: Expr) -> int:
        return _total(self.of(left), -self.of(right))

    def _on_neg(self, expr: Expr) -> int:
        return -self.of(expr)

    def _on_mul(self, left: Expr, right: Expr) -> int:
        if left == right:
            return UP if abs(self.of(left)) == UP else ZERO_UP
        return _product(self.of(left), self.of(right))

    def _on_div(self, left: Expr, right: Expr) -> int:
        below = self.of(right)  # a denominator is not 0
        return _product(self.of(left), UP if below > 0 else -UP if below < 0 else UNKNOWN)

    def _on_pow(self, base: Expr, exponent: Expr) -> int:
        own, value = self.of(base), constant(exponent)
        if value is not None and value.denominator == 1 and value % 2 == 0:
            return UP if abs(own) == UP or value < 0 else ZERO_UP
        if value is not None and value.denominator > 1:  # undefined for a base < 0
            return UP if own == UP or value < 0 else ZERO_UP
        return own if own > 0 or (value is not None and value.denominator == 1) else UNKNOWN

    def _on_log(self, expr: Expr) -> int:
        if isinstance(expr, Symbol) and self._kind(expr).type == "length":
            return ZERO_UP
        value = constant(expr)
        if value is not None:
            return UP if value > 1 else ZERO_UP if value == 1 else -UP
        terms = _terms(expr)
        one = next((t for t in terms if isinstance(t, Number) and t.value >= 1), None)
        rest = [self.of(t) for t in terms if t is not one]
        return min(rest) if one is not None and rest and min(rest) > 0 else UNKNOWN

    def _on_max(self, vector: Expr) -> int:
        blocks = vector.args if isinstance(vector, Apply) and vector.head in ("list", "concat") else (vector,)
        return max(0, *(self.of(block) for block in blocks))

    def _on_list(self, *entries: Expr) -> int:
        signs = [self.of(e) for e in entries]
        return min(signs) if min(signs) > 0 else max(signs) if max(signs) < 0 else UNKNOWN

    _on_concat = _on_list

    def _on_prod(self, vector: Expr) -> int:
        return max(0, self.of(vector))


def _total(left: int, right: int) -> int:
    return max(left, right) if min(left, right) > 0 else min(left, right) if max(left, right) < 0 else UNKNOWN


def _product(left: int, right: int) -> int:
    return min(abs(left), abs(right)) * (1 if left * right > 0 else -1)


def _terms(expr: Expr) -> list[Expr]:
    if isinstance(expr, Apply) and expr.head == "add":
        return [t for a in expr.args for t in _terms(a)]
    return [expr]


def is_smooth(expr: Expr, name: Symbol, sign: Callable[[Expr], int]) -> bool:
    """Whether an expression is defined and continuously differentiable for every value of a name."""
    nodes = [n for n in walk(expand(expr)) if isinstance(n, Apply) and name in free_symbols(n)]
    return all(_is_smooth(node, name, sign) for node in nodes)


def _is_smooth(node: Apply, name: Symbol, sign: Callable[[Expr], int]) -> bool:
    if node.head == "pow":
        exponent = constant(node.args[1])
        natural = exponent is not None and exponent.denominator == 1 and exponent >= 0
        return natural or sign(node.args[0]) == UP
    if node.head in ("log", "xlogy"):
        return all(sign(a) == UP for a in node.args if name in free_symbols(a))
    if node.head == "div":
        return name not in free_symbols(node.args[1]) or sign(node.args[1]) == UP
    return node.head in _SMOOTH


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
