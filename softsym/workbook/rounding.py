"""How far rounding may move a figure: the size of the terms that cancel in it, as an expression of the same shape.

A spreadsheet rounds every term of a difference, so that the difference is off by a part in 2**52 of the terms, however
small it is itself. Each rule carries these terms through one node, to first order; t(a) stands for the terms of a.

=============================  =============================================  ======================================
node                           terms                                          where
=============================  =============================================  ======================================
data, and choices among them   abs(a)                                         no rounding stands before it
a + b, a - b                   t(a) + t(b)                                    abs(a + b) for two data, or equal signs
a*b                            t(a)*t(b)
a/b                            t(a)/abs(b) + abs(a/b)*t(b)/abs(b)             t(a)/abs(b) if b keeps its digits
exp(a)                         exp(a)*(1 + t(a))                              exp(a) if a keeps its digits
log(a)                         abs(log(a)) + t(a)/abs(a)                      abs(log(a)) for data
a**n                           t(a)**n                                        n > 0 is a number
a**b                           a**b*(1 + abs(b)*t(a)/abs(a) + t(b)*abs(log(a)))
f(a)                           abs(f(a)) + t(a)                               no slope of f is above 1
=============================  =============================================  ======================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from softsym.expansion import expand
from softsym.expression import Apply, Expr, Number, Symbol, apply, with_args
from softsym.stable import terms as t
from softsym.stable.signs import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, is_nonnegative, sign_of

_UNITS = frozenset(("sign", "onehot_argmax", "ones", "basis", "delta", "identity"))
"""What gives -1, 0 and 1 only."""
_COUNTS = _UNITS | {"argmax_count", "len"}
"""What gives whole numbers, whatever it is computed from."""
_WHOLE = frozenset(
    ("add", "sub", "mul", "neg", "abs", "sum", "max", "min", "item", "drop", "diag", "outer", "transpose")
)
"""What gives whole numbers from whole numbers."""
_CHOICES = frozenset(("neg", "abs", "max", "min", "item", "list", "concat", "drop", "diag", "transpose", "relu"))
"""What gives one of its arguments' numbers, apart from its sign."""
_FACTORS = frozenset(("mul", "div", "outer", "prod", "pow", "exp", "hardmax"))
"""What keeps its digits where its arguments keep theirs."""
_KEPT = frozenset(("relu", "min"))
"""What is not expanded, as it has a function of its own."""
_SUMS = frozenset(("sum", "matmul", "trace"))
_LINEAR = frozenset(("max", "min", "item", "list", "concat", "drop", "diag", "transpose", "sum", "matmul", "trace"))
"""What may be computed from the terms in the place of the numbers."""


@dataclass
class Rounding:
    """The terms of expressions on the names of a workbook; ``meanings`` are what its computed names stand for."""

    meanings: Mapping[str, Expr]
    _known: dict[Expr, tuple[bool, bool]] = field(default_factory=dict)

    def terms(self, expr: Expr) -> Expr:
        """The size of the terms that an expression is computed from.

        >>> from softsym import parse
        >>> Rounding({}).terms(parse("sum(p*z**2) - sum(p*z)**2"))
        sum(p*z**2) + sum(p*abs(z))**2
        >>> Rounding({}).terms(parse("softmax(z, beta)"))
        exp(beta*z)/sum(exp(beta*z))
        """
        return self._terms(expand(expr, _KEPT))

    def _terms(self, expr: Expr) -> Expr:
        if self._keeps(expr):
            return _size(expr)
        meaning = self._meaning(expr)
        if meaning is not None:
            return t.fit(self._terms(meaning), expr.shape)
        assert isinstance(expr, Apply)
        if expr.head in _LINEAR:
            return self._mapped(expr)
        rule = _RULES.get(expr.head)
        return _size(expr) if rule is None else rule(self, *expr.args)

    def _mapped(self, expr: Apply) -> Expr:
        """The node with terms in the place of its values; indices stay."""
        if expr.head in ("item", "drop") or (expr.head == "sum" and len(expr.args) == 2):
            return with_args(expr, (self._terms(expr.args[0]), *expr.args[1:]))
        if expr.head == "min":
            return apply("max", self._terms(expr.args[0]))
        return with_args(expr, tuple(map(self._terms, expr.args)))

    def keeps_digits(self, expr: Expr) -> bool:
        """Whether an expression is off by a few units in its own last place only."""
        return self._keeps(expand(expr, _KEPT))

    def _keeps(self, expr: Expr) -> bool:
        return self._judged(expr)[1]

    def _is_exact(self, expr: Expr) -> bool:
        return self._judged(expr)[0]

    def _judged(self, expr: Expr) -> tuple[bool, bool]:
        """Whether nothing is rounded, as in data and choices among them, and whether digits are kept."""
        if expr not in self._known:
            exact = self._judge_exact(expr)
            self._known[expr] = exact, exact or self._judge_kept(expr)
        return self._known[expr]

    def _meaning(self, expr: Expr) -> Expr | None:
        """What a computed name stands for."""
        meaning = self.meanings.get(expr.name) if isinstance(expr, Symbol) else None
        return None if meaning is None else expand(meaning, _KEPT)

    def _judge_exact(self, expr: Expr) -> bool:
        meaning = self._meaning(expr)
        if meaning is not None:
            return self._is_exact(meaning)
        if not isinstance(expr, Apply):
            return isinstance(expr, Symbol) or _is_whole(expr)
        is_choice = expr.head in _CHOICES or (expr.head == "mul" and any(map(_is_unit, expr.args)))
        return _is_whole(expr) or (is_choice and all(map(self._is_exact, expr.args)))

    def _judge_kept(self, expr: Expr) -> bool:
        meaning = self._meaning(expr)
        if meaning is not None:
            return self._keeps(meaning)
        if not isinstance(expr, Apply):
            return True
        if expr.head in ("add", "sub") and all(map(self._is_exact, expr.args)):
            return True
        if expr.head in ("log", "xlogy"):
            return self._is_exact(expr.args[-1]) and all(map(self._keeps, expr.args))
        kept = all(map(self._keeps, expr.args))
        if expr.head in ("add", "sub", *_SUMS):
            return kept and self._has_equal_signs(expr)
        return kept and expr.head in _FACTORS | _CHOICES

    def _has_equal_signs(self, expr: Apply) -> bool:
        """Whether all that is added up has one sign."""
        signs = [self._sign(a) for a in (expr.args[:1] if expr.head == "sum" else expr.args)]
        if expr.head == "sub":
            return sign_of(expr) is not None and None not in signs
        up, down = {POSITIVE, NONNEGATIVE}, {NEGATIVE, NONPOSITIVE}
        return up.issuperset(signs) or (expr.head != "matmul" and down.issuperset(signs))

    def _sign(self, expr: Expr) -> str | None:
        meaning = self._meaning(expr)
        return sign_of(expr) or (None if meaning is None else sign_of(meaning))

    # one rule a node that does not keep its digits

    def _sum(self, a: Expr, b: Expr) -> Expr:
        return t.add(self._terms(a), self._terms(b))

    def _product(self, a: Expr, b: Expr) -> Expr:
        return t.mul(self._terms(a), self._terms(b))

    def _quotient(self, a: Expr, b: Expr) -> Expr:
        above = t.div(self._terms(a), _size(b))
        below = t.mul(t.div(_size(a), _size(b)), self._relative(b))
        return above if self._keeps(b) else below if self._keeps(a) else t.add(above, below)

    def _outer(self, a: Expr, b: Expr) -> Expr:
        return apply("outer", self._terms(a), self._terms(b))

    def _exp(self, a: Expr) -> Expr:
        return t.mul(apply("exp", a), t.add(t.ONE, self._terms(a)))

    def _log(self, a: Expr) -> Expr:
        return t.add(_size(apply("log", a)), self._relative(a))

    def _xlogy(self, x: Expr, y: Expr) -> Expr:
        return t.add(_size(apply("xlogy", x, y)), t.mul(self._terms(x), self._relative(y)))

    def _power(self, a: Expr, b: Expr) -> Expr:
        exponent = t.rational(b)
        if exponent is not None and exponent > 0:
            return apply("pow", self._terms(a), b)
        moved = t.mul(_size(b), self._relative(a))
        if not self._is_exact(b):
            moved = t.add(moved, t.mul(self._terms(b), _size(apply("log", a))))
        return t.mul(_size(apply("pow", a, b)), t.add(t.ONE, moved))

    def _prod(self, a: Expr) -> Expr:
        return apply("prod", self._terms(a))

    def _negated(self, a: Expr) -> Expr:
        return self._terms(a)

    def _relu(self, a: Expr) -> Expr:
        return t.add(apply("relu", a), self._terms(a))

    def _sparsemax(self, a: Expr) -> Expr:
        return t.add(apply("sparsemax", a), apply("max", self._terms(a)))

    def _relative(self, a: Expr) -> Expr:
        """The terms over the number itself."""
        return t.ONE if self._keeps(a) else t.div(self._terms(a), _size(a))


_RULES: dict[str, Callable[..., Expr]] = {
    "add": Rounding._sum, "sub": Rounding._sum, "mul": Rounding._product, "div": Rounding._quotient,
    "outer": Rounding._outer, "exp": Rounding._exp, "log": Rounding._log, "xlogy": Rounding._xlogy,
    "pow": Rounding._power, "prod": Rounding._prod, "neg": Rounding._negated, "abs": Rounding._negated,
    "relu": Rounding._relu, "sparsemax": Rounding._sparsemax,
}  # fmt: skip


def _size(expr: Expr) -> Expr:
    """The absolute value, which a product or a quotient takes of its parts."""
    if is_nonnegative(expr):
        return expr
    if isinstance(expr, Apply) and expr.head in ("mul", "div", "outer", "diag"):
        return with_args(expr, tuple(map(_size, expr.args)))
    return _size(expr.args[0]) if isinstance(expr, Apply) and expr.head == "neg" else apply("abs", expr)


def _is_unit(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.head in _UNITS


def _is_whole(expr: Expr) -> bool:
    """Whether an expression is a whole number, or has whole numbers as its entries."""
    if isinstance(expr, Symbol):
        return expr.kind.type in ("length", "index") or expr.kind.domain in ("integer", "onehot")
    if isinstance(expr, Apply):
        is_one = expr.head == "pow" and t.rational(expr.args[1]) == 0
        return is_one or expr.head in _COUNTS or (expr.head in _WHOLE and all(map(_is_whole, expr.args)))
    return isinstance(expr, Number) and expr.value.denominator == 1
