"""Building expressions tidily: numbers collected, equal terms and factors together, logarithms against exponentials.

Every function here gives an expression equal to the plain one wherever that is defined. Scalars stand for vectors of
equal entries, as the language's arithmetic lets them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache, reduce

from softsym.expression import Apply, Expr, Number, apply, number
from softsym.shapes import literal

ZERO, ONE = number(0), number(1)
ENTRYWISE = frozenset({"add", "sub", "mul", "div", "pow", "neg", "exp", "log", "abs", "sign", "xlogy"})
Linear = dict[Expr, Fraction]


def is_head(expr: Expr, *heads: str) -> bool:
    """Whether an expression is one of the given functions."""
    return isinstance(expr, Apply) and expr.head in heads


def args_of(expr: Expr) -> tuple[Expr, ...]:
    """The arguments of an expression."""
    return expr.args if isinstance(expr, Apply) else ()


@lru_cache(maxsize=20_000)
def constant_of(expr: Expr) -> Fraction | None:
    """The rational number that an expression states, or ``None``."""
    if isinstance(expr, Number):
        return expr.value
    if is_head(expr, "neg", "div"):
        values = [constant_of(a) for a in args_of(expr)]
        if values[0] is None or values[-1] is None:
            return None
        if len(values) == 1:
            return -values[0]
        return values[0] / values[1] if values[1] else None
    return None


@lru_cache(maxsize=20_000)
def _linear(expr: Expr) -> tuple[tuple[Expr, Fraction], ...]:
    """The terms of a sum with their numbers; the key of the constant is 1."""
    value = constant_of(expr)
    if value is not None:
        return ((ONE, value),) if value else ()
    terms: Linear = {}
    if is_head(expr, "add", "sub"):
        left, right = args_of(expr)
        _collect(terms, left, Fraction(1))
        _collect(terms, right, Fraction(-1 if is_head(expr, "sub") else 1))
    else:
        c, rest = split_number(expr)
        if c == 1:
            return ((expr, Fraction(1)),)
        _collect(terms, rest, c)
    return tuple((e, c) for e, c in terms.items() if c)


def _collect(terms: Linear, expr: Expr, factor: Fraction) -> None:
    for part, c in _linear(expr):
        terms[part] = terms.get(part, Fraction(0)) + factor * c


def split_number(expr: Expr) -> tuple[Fraction, Expr]:
    """An expression as a number times the rest."""
    value = constant_of(expr)
    if value is not None:
        return value, ONE
    c, rest = _factors(expr)
    return (c, _product(Fraction(1), dict(rest))) if c != 1 else (Fraction(1), expr)


def linear_terms(expr: Expr) -> Linear:
    """The terms of a sum with their numbers; the key of the constant is 1."""
    return dict(_linear(expr))


def combine(terms: Linear) -> Expr:
    """The sum of terms times numbers, positive ones first."""
    kept = sorted(((e, c) for e, c in terms.items() if c), key=lambda item: item[1] < 0)
    if not kept:
        return ZERO
    sizes = [multiply(number(abs(c)), expr) for expr, c in kept]
    total = sizes[0] if kept[0][1] > 0 else negate(sizes[0])
    for (_, c), size in zip(kept[1:], sizes[1:], strict=True):
        total = apply("add" if c > 0 else "sub", total, size)
    return total


def negate(expr: Expr) -> Expr:
    """``-expr``."""
    value = constant_of(expr)
    if value is not None:
        return number(-value)
    return args_of(expr)[0] if is_head(expr, "neg") else apply("neg", expr)


def add(*exprs: Expr) -> Expr:
    """The sum."""
    terms: Linear = {}
    for expr in exprs:
        _collect(terms, expr, Fraction(1))
    return combine(terms)


def subtract(left: Expr, right: Expr) -> Expr:
    """``left - right``."""
    terms = linear_terms(left)
    _collect(terms, right, Fraction(-1))
    return combine(terms)


@lru_cache(maxsize=20_000)
def _factors(expr: Expr) -> tuple[Fraction, tuple[tuple[Expr, Fraction], ...]]:
    value = constant_of(expr)
    if value is not None:
        return value, ()
    if is_head(expr, "neg"):
        c, rest = _factors(args_of(expr)[0])
        return -c, rest
    if is_head(expr, "mul", "div"):
        left, right = args_of(expr)
        return _joined(_factors(left), _factors(right), 1 if is_head(expr, "mul") else -1, expr)
    power = constant_of(args_of(expr)[1]) if is_head(expr, "pow") else None
    if power is not None:
        base = args_of(expr)[0]
        c, rest = _factors(base)
        if power.denominator == 1 and c and abs(power) <= 64:
            return c ** int(power), tuple((e, k * power) for e, k in rest)
        return Fraction(1), ((base, power),)
    return Fraction(1), ((expr, Fraction(1)),)


_Factored = tuple[Fraction, tuple[tuple[Expr, Fraction], ...]]


def _joined(left: _Factored, right: _Factored, direction: int, whole: Expr) -> _Factored:
    if direction < 0 and right[0] == 0:
        return Fraction(1), ((whole, Fraction(1)),)
    powers = dict(left[1])
    for expr, k in right[1]:
        powers[expr] = powers.get(expr, Fraction(0)) + direction * k
    c = left[0] * right[0] if direction > 0 else left[0] / right[0]
    return c, tuple((e, k) for e, k in powers.items() if k)


def factors_of(expr: Expr) -> tuple[Fraction, dict[Expr, Fraction]]:
    """An expression as a number times powers."""
    c, powers = _factors(expr)
    return c, dict(powers)


def _product(c: Fraction, powers: dict[Expr, Fraction]) -> Expr:
    above = [raised(e, k) for e, k in powers.items() if k > 0]
    below = [raised(e, -k) for e, k in powers.items() if k < 0]
    if abs(c.numerator) != 1 or not above:
        above.insert(0, number(abs(c.numerator)))
    if c.denominator != 1:
        below.insert(0, number(c.denominator))
    top = reduce(lambda a, b: apply("mul", a, b), above)
    result = apply("div", top, reduce(lambda a, b: apply("mul", a, b), below)) if below else top
    return negate(result) if c < 0 else result


def raised(base: Expr, exponent: Fraction) -> Expr:
    """``base ** exponent``."""
    return base if exponent == 1 else apply("pow", base, number(exponent))


def multiply(*exprs: Expr) -> Expr:
    """The product."""
    c, powers = Fraction(1), dict[Expr, Fraction]()
    for expr in exprs:
        factor, rest = _factors(expr)
        c *= factor
        for base, k in rest:
            powers[base] = powers.get(base, Fraction(0)) + k
    if c == 0:
        return ZERO
    return _product(c, {e: k for e, k in powers.items() if k})


def divide(left: Expr, right: Expr) -> Expr:
    """``left / right``."""
    return multiply(left, power(right, Fraction(-1)))


def power(base: Expr, exponent: Fraction) -> Expr:
    """``base ** exponent``."""
    value = constant_of(base)
    if exponent == 0 or value == 1:
        return ONE
    if value == 0 and exponent > 0:
        return ZERO
    if exponent.denominator == 1 and value and abs(exponent) < 64:
        return number(value ** int(exponent))
    if exponent.denominator == 1:
        c, powers = factors_of(base)
        return (
            _product(c ** int(exponent), {e: k * exponent for e, k in powers.items()}) if c else raised(base, exponent)
        )
    return raised(base, exponent)


def power_of(base: Expr, exponent: Expr) -> Expr:
    """``base ** exponent`` for any exponent."""
    value = constant_of(exponent)
    return apply("pow", base, exponent) if value is None else power(base, value)


def exponential(expr: Expr) -> Expr:
    """``exp(expr)``; what is a multiple of a logarithm becomes a power."""
    rest, out = Linear(), list[Expr]()
    for part, c in linear_terms(expr).items():
        scale, powers = factors_of(part)
        logs = [e for e, k in powers.items() if is_head(e, "log") and k == 1]
        if len(logs) == 1:
            exponent = multiply(number(c * scale), *(raised(e, k) for e, k in powers.items() if e != logs[0]))
            out.append(power_of(args_of(logs[0])[0], exponent))
        else:
            rest[part] = c
    left = combine(rest)
    if left != ZERO:
        out.append(apply("exp", left))
    return multiply(*out) if out else ONE


def with_one_exponential(expr: Expr) -> Expr | None:
    """A product with exponentials, one below a fraction line or several, with a single one above it."""
    c, powers = factors_of(expr)
    found = {e: k for e, k in powers.items() if is_head(e, "exp")}
    if len(found) < 2 and all(k > 0 for k in found.values()):
        return None
    exponent = reduce(lambda a, b: apply("add", a, b), (multiply(number(k), *args_of(e)) for e, k in found.items()))
    others = _product(c, {e: k for e, k in powers.items() if e not in found})
    joined = apply("mul", others, apply("exp", exponent))
    return joined if joined.shape == expr.shape else None


def logarithm(expr: Expr, is_positive: Callable[[Expr], bool]) -> Expr:
    """``log(expr)``, split over factors that are positive."""
    c, powers = factors_of(expr)
    if not all(is_positive(e) for e in powers) or c <= 0:
        return args_of(expr)[0] if is_head(expr, "exp") else apply("log", expr)
    parts = [multiply(number(k), _plain_log(e)) for e, k in powers.items()]
    numbers = [apply("log", number(c.numerator))] if c.numerator != 1 else []
    below = [negate(apply("log", number(c.denominator)))] if c.denominator != 1 else []
    return add(*parts, *numbers, *below)


def _plain_log(expr: Expr) -> Expr:
    return args_of(expr)[0] if is_head(expr, "exp") else apply("log", expr)


def total(expr: Expr, length: Expr) -> Expr:
    """The sum of the entries of a vector of the given length; a scalar stands for equal entries."""
    if not expr.shape:
        return multiply(length, expr)
    parts = []
    for part, c in linear_terms(expr).items():
        scale, powers = factors_of(part)
        outer = [raised(e, k) for e, k in powers.items() if not e.shape]
        inner = [raised(e, k) for e, k in powers.items() if e.shape]
        if not inner:
            body = length
        elif len(inner) == 1 and is_head(inner[0], "basis"):
            body = ONE
        else:
            body = apply("sum", multiply(*inner))
        parts.append(multiply(number(c * scale), *outer, body))
    return add(*parts)


def entry(expr: Expr, index: Expr) -> Expr:
    """``expr[index]``, taken inside as far as arithmetic goes."""
    if not expr.shape:
        return expr
    if is_head(expr, "list") and literal(index) is not None:
        return args_of(expr)[(literal(index) or 1) - 1]
    if is_head(expr, "basis"):
        return apply("delta", args_of(expr)[0], index)
    if is_head(expr, *ENTRYWISE):
        return rebuilt(expr, [entry(a, index) for a in args_of(expr)])
    if is_head(expr, "ones"):
        return ONE
    return apply("item", expr, index)


def dropped(expr: Expr, index: Expr) -> Expr:
    """``drop(expr, index)``, taken inside as far as arithmetic goes."""
    if not expr.shape:
        return expr
    if is_head(expr, *ENTRYWISE):
        return rebuilt(expr, [dropped(a, index) for a in args_of(expr)])
    if is_head(expr, "basis") and args_of(expr)[0] == index:
        return ZERO
    return ONE if is_head(expr, "ones") else apply("drop", expr, index)


def atom_of(expr: Expr) -> Expr:
    """What is 0 wherever an absolute value or a positive power is."""
    while is_head(expr, "abs") or (is_head(expr, "pow") and (constant_of(args_of(expr)[1]) or 0) > 0):
        expr = args_of(expr)[0]
    return expr


def without_zero_products(expr: Expr) -> Expr:
    """An expression without the terms ``f*(1 - sign(u)**2)`` whose factor f is 0 where u is."""
    if is_head(expr, "sum") and len(args_of(expr)) == 1:
        body = without_zero_products(args_of(expr)[0])
        return body if body == ZERO else expr
    return combine({e: c for e, c in linear_terms(expr).items() if not _is_zero_product(e)})


def _is_zero_product(expr: Expr) -> bool:
    powers = factors_of(expr)[1]
    for factor in (e for e, k in powers.items() if k == 1 and is_head(e, "sub") and args_of(e)[0] == ONE):
        square = args_of(factor)[1]
        if is_head(square, "pow") and is_head(args_of(square)[0], "sign") and constant_of(args_of(square)[1]) == 2:
            atom = atom_of(*args_of(args_of(square)[0]))
            others = (e for e, k in powers.items() if e != factor and k > 0)
            if any(atom_of(e) == atom or replaced(e, atom, ZERO) == ZERO for e in others):
                return True
    return False


def replaced(expr: Expr, part: Expr, by: Expr) -> Expr:
    """An expression with a part replaced wherever only arithmetic stands above it."""
    if expr == part:
        return by
    if not is_head(expr, *ENTRYWISE):
        return expr
    args = [replaced(a, part, by) for a in args_of(expr)]
    return expr if tuple(args) == args_of(expr) else rebuilt(expr, args)


def rebuilt(expr: Expr, args: list[Expr]) -> Expr:
    """The same function of other arguments."""
    head = expr.head  # type: ignore[attr-defined]
    rules: dict[str, Callable[..., Expr]] = {
        "add": add,
        "sub": subtract,
        "mul": multiply,
        "div": divide,
        "neg": negate,
        "exp": exponential,
        "pow": power_of,
    }
    return rules[head](*args) if head in rules else apply(head, *args)


@lru_cache(maxsize=50_000)
def size(expr: Expr) -> int:
    """The number of nodes."""
    return 1 + sum(size(a) for a in args_of(expr))


def sum_of(exprs: Iterable[Expr]) -> Expr:
    """The sum of any number of expressions."""
    return add(*exprs)
