"""Expressions as text of the language, with the fewest parentheses: ``parse(to_text(e)) == e``."""

from __future__ import annotations

from fractions import Fraction

from softsym.expression import Apply, Expr, Number, Symbol, walk
from softsym.symbols import DEFAULT_KINDS, Kind

ADDITIVE, MULTIPLICATIVE, UNARY, POWER, ATOM = range(1, 6)
_INFIX = {
    "add": (" + ", ADDITIVE),
    "sub": (" - ", ADDITIVE),
    "mul": ("*", MULTIPLICATIVE),
    "div": ("/", MULTIPLICATIVE),
    "matmul": (" @ ", MULTIPLICATIVE),
}


def to_text(expr: Expr) -> str:
    """The expression, with a ``where`` that declares the names whose kinds are not the default ones.

    >>> from softsym import parse
    >>> to_text(parse("(lse(z,beta)+-a)**2/3"))
    '(lse(z, beta) + (-a))**2/3'
    >>> to_text(parse("log(b) where b: positive"))
    'log(b) where b: positive'
    """
    declared = declarations(expr)
    suffix = ", ".join(f"{name}: {kind}" for name, kind in declared.items())
    return bare_text(expr) + (f" where {suffix}" if suffix else "")


def bare_text(expr: Expr) -> str:
    """The expression alone."""
    return _text(expr)[0]


def declarations(*exprs: Expr) -> dict[str, Kind]:
    """The kinds that a text of these expressions must declare."""
    symbols = {s.name: s.kind for e in exprs for s in walk(e) if isinstance(s, Symbol)}
    introduced = {n for k in symbols.values() if k.length is not None for n in k.length.names}
    return {
        name: kind
        for name, kind in symbols.items()
        if DEFAULT_KINDS.get(name) != kind and not (kind.type == "length" and name in introduced)
    }


def decimal_text(value: Fraction) -> str:
    """A number with a finite decimal expansion, exactly.

    >>> decimal_text(Fraction(1, 8)), decimal_text(Fraction(10**30)), decimal_text(Fraction(1, 10**9))
    ('0.125', '1e30', '1e-9')
    """
    digits, exponent = value.numerator, 0
    while value.denominator != 1 and (digits * 1) % 1 == 0 and value * 10**-exponent != int(value * 10**-exponent):
        exponent -= 1
    digits = int(value * 10**-exponent)
    while digits and exponent >= 0 and digits % 10 == 0:
        digits, exponent = digits // 10, exponent + 1
    text = str(digits)
    if exponent > 20 or exponent < -20 or (exponent < 0 and len(text) + 5 < -exponent):
        return f"{text}e{exponent}"
    if exponent >= 0:
        return text + "0" * exponent
    padded = text.rjust(1 - exponent, "0")
    return f"{padded[:exponent]}.{padded[exponent:]}"


def _text(expr: Expr) -> tuple[str, int]:
    """The text of an expression and how tightly its outermost operator binds."""
    if isinstance(expr, Number):
        return decimal_text(expr.value), ATOM
    if isinstance(expr, Symbol):
        return expr.name, ATOM
    assert isinstance(expr, Apply)
    if expr.head in _INFIX:
        sign, level = _INFIX[expr.head]
        return _at_least(expr.args[0], level) + sign + _operand(expr.args[1], level + 1), level
    if expr.head == "neg":
        return "-" + _operand(expr.args[0], POWER), UNARY
    if expr.head == "pow":
        return f"{_at_least(expr.args[0], ATOM)}**{_at_least(expr.args[1], UNARY)}", POWER
    if expr.head == "item":
        indices = ", ".join(_text(a)[0] for a in expr.args[1:])
        return f"{_at_least(expr.args[0], ATOM)}[{indices}]", ATOM
    inside = ", ".join(_text(a)[0] for a in expr.args)
    return (f"[{inside}]" if expr.head == "list" else f"{expr.head}({inside})"), ATOM


def _at_least(expr: Expr, level: int) -> str:
    text, own = _text(expr)
    return text if own >= level else f"({text})"


def _operand(expr: Expr, level: int) -> str:
    """A right operand: a sign directly after an operator reads badly, so a negation stands in parentheses."""
    text, own = _text(expr)
    return f"({text})" if own < level or own == UNARY else text
