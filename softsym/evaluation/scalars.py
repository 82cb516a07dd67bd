"""Real numbers with certainty: exact rationals, and balls that remember how they were computed.

A scalar is a ``fmpq`` where the number is known exactly, and otherwise a :class:`Ball`: an ``arb`` that encloses it and
its origin, the operation and the operands. The origin lets :mod:`softsym.evaluation.exact` recognise a zero that no
precision would show. Jets of :mod:`softsym.evaluation.jets` are scalars too; they take part through Python's operators.
"""

from __future__ import annotations

from math import isqrt
from typing import Any, TypeAlias

from flint import arb, fmpq, fmpz

from softsym.evaluation.exact import is_certainly_zero
from softsym.evaluation.point import Undecided, Undefined

Scalar: TypeAlias = Any
"""A ``fmpq``, a :class:`Ball` or a jet."""

MAX_EXACT_BITS = 3000
"""Rationals with more bits than this are rounded to balls, so that no exact arithmetic runs away."""
MAX_ROOT = 64
ZERO, ONE = fmpq(0), fmpq(1)


class Ball:
    """An enclosure of a real number with its origin ``(operation, *operands)``."""

    __slots__ = ("arb", "form", "origin")

    def __init__(self, value: arb, origin: tuple[Any, ...]) -> None:
        self.arb, self.origin, self.form = value, origin, None

    def __add__(self, other: Scalar) -> Scalar:
        if isinstance(other, Ball):
            return Ball(self.arb + other.arb, ("add", self, other))
        if isinstance(other, fmpq):
            return self if other == 0 else Ball(self.arb + other, ("add", self, other))
        return NotImplemented

    __radd__ = __add__

    def __neg__(self) -> Ball:
        return Ball(-self.arb, ("neg", self))

    def __sub__(self, other: Scalar) -> Scalar:
        if other is self:
            return ZERO
        if isinstance(other, Ball):
            return Ball(self.arb - other.arb, ("sub", self, other))
        if isinstance(other, fmpq):
            return self if other == 0 else Ball(self.arb - other, ("sub", self, other))
        return NotImplemented

    def __rsub__(self, other: fmpq) -> Scalar:
        return Ball(other - self.arb, ("sub", other, self))

    def __mul__(self, other: Scalar) -> Scalar:
        if isinstance(other, Ball):
            return Ball(self.arb * other.arb, ("mul", self, other))
        if isinstance(other, fmpq):
            if other == 0:
                return ZERO
            return self if other == 1 else Ball(self.arb * other, ("mul", self, other))
        return NotImplemented

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return f"Ball({self.arb})"


def pi() -> Ball:
    """An enclosure of pi."""
    return Ball(arb.pi(), ("pi",))


def enclosed(name: str, value: arb) -> Scalar:
    """The number called ``name`` that ``value`` encloses."""
    return Ball(value, ("name", name))


def ball_of(x: fmpq | Ball) -> arb:
    """The enclosure of a scalar that is no jet."""
    return x.arb if isinstance(x, Ball) else arb(x)


def is_zero(x: Scalar) -> bool:
    """Whether ``x`` is the exact rational zero."""
    return isinstance(x, fmpq) and x == 0


def sign(x: Scalar) -> int:
    """-1, 0 or 1; raises :class:`Undecided` where the precision does not tell."""
    if isinstance(x, fmpq):
        return int(x > 0) - int(x < 0)
    if not isinstance(x, Ball):
        return sign(x.primal)
    if x.arb > 0:
        return 1
    if x.arb < 0:
        return -1
    if is_certainly_zero(x):
        return 0
    raise Undecided(f"the sign of a number in {x.arb.str(10)} is open at this precision")


def trimmed(x: Scalar) -> Scalar:
    """``x``, as a ball if it is a rational of too many digits."""
    if isinstance(x, fmpq) and x.height_bits() > MAX_EXACT_BITS:
        return Ball(arb(x), ("number", x))
    return x


def subtract(x: Scalar, y: Scalar) -> Scalar:
    """``x - y``; a number less itself is exactly 0."""
    return ZERO if x is y else x - y


def total(terms: list[Scalar]) -> Scalar:
    """The sum of scalars."""
    result: Scalar = ZERO
    for term in terms:
        result = result + term
    return trimmed(result)


def multiply(x: Scalar, y: Scalar) -> Scalar:
    """``x*y``, exact unless it has too many digits."""
    return trimmed(x * y)


def divide(x: Scalar, y: Scalar) -> Scalar:
    """``x/y``; :class:`Undefined` where ``y`` is zero."""
    if isinstance(y, fmpq):
        if y == 0:
            raise Undefined("division by zero")
        return trimmed(x * (1 / y))
    if not isinstance(y, Ball):
        return x * y.power(fmpq(-1))
    _nonzero(y)
    if isinstance(x, Ball | fmpq):
        return ZERO if is_zero(x) else Ball(ball_of(x) / y.arb, ("div", x, y))
    return x * divide(ONE, y)


def _nonzero(y: Ball) -> None:
    if y.arb.contains(0) and sign(y) == 0:
        raise Undefined("division by zero")


def exp(x: Scalar) -> Scalar:
    """The exponential; exactly 1 at 0."""
    if isinstance(x, fmpq):
        return ONE if x == 0 else Ball(_finite(arb(x).exp()), ("exp", x))
    return Ball(_finite(x.arb.exp()), ("exp", x)) if isinstance(x, Ball) else x.exp()


def _finite(value: arb) -> arb:
    if not value.is_finite():
        raise Undecided("a number is too large or too small to be held")
    return value


def log(x: Scalar) -> Scalar:
    """The natural logarithm; :class:`Undefined` unless ``x > 0``."""
    if not isinstance(x, fmpq | Ball):
        return x.log()
    if isinstance(x, fmpq) and x == 1:
        return ZERO
    if sign(x) <= 0:
        raise Undefined("log of a number <= 0")
    return Ball(ball_of(x).log(), ("log", x))


def xlogy(x: Scalar, y: Scalar) -> Scalar:
    """``x*log(y)``, and 0 where ``x`` is 0."""
    if sign(x) != 0:
        return multiply(x, log(y))
    if isinstance(x, fmpq | Ball):
        if isinstance(y, fmpq | Ball) or sign(y) > 0:
            return ZERO
        raise Undefined("the derivative of x*log(y) by y where x = y = 0")
    if sign(y) <= 0:
        raise Undefined("the derivative of x*log(y) at x = 0 where y <= 0")
    return multiply(x, log(y))


def absolute(x: Scalar) -> Scalar:
    """The absolute value."""
    if isinstance(x, fmpq):
        return abs(x)
    if not isinstance(x, Ball):
        return x.absolute()
    if x.arb.contains(0):
        return Ball(abs(x.arb), ("abs", x))
    return x if x.arb > 0 else -x


def power(x: Scalar, y: Scalar) -> Scalar:
    """``x**y`` with ``0**0 = 1``; :class:`Undefined` for a negative base and a non-integer exponent."""
    if isinstance(y, fmpq):
        if not isinstance(x, fmpq | Ball):
            return x.power(y)
        return _integer_power(x, int(y.p)) if y.q == 1 else _root_power(x, y)
    if isinstance(x, fmpq) and x == 1:
        return ONE
    base = sign(x)
    if base > 0:
        return exp(multiply(y, log(x)))
    if isinstance(y, Ball) and isinstance(x, Ball | fmpq):
        return _odd_power(base, y)
    raise Undefined("the derivative of a power by its exponent at a base <= 0")


def _odd_power(base: int, y: Ball) -> Scalar:
    """A power of a base <= 0 whose exponent is no known rational."""
    if base == 0:
        if sign(y) < 0:
            raise Undefined("zero to a negative power")
        return ONE if sign(y) == 0 else ZERO
    if y.arb.contains_integer():
        raise Undecided("whether an exponent is an integer is open")
    raise Undefined("a negative number to a non-integer power")


def _integer_power(x: fmpq | Ball, n: int) -> Scalar:
    if n == 0:
        return ONE
    if n < 0 and sign(x) == 0:
        raise Undefined("division by zero")
    if isinstance(x, fmpq):
        if x.height_bits() * abs(n) <= MAX_EXACT_BITS or x in (0, 1, -1):
            return x**n if abs(n) < 1 << 60 else x ** (n % 2 + 2)
        return Ball(_finite(arb(x) ** fmpz(n)), ("pow", x, fmpq(n)))
    return x if n == 1 else Ball(_finite(_ball_power(x.arb, n)), ("pow", x, fmpq(n)))


def _ball_power(x: arb, n: int) -> arb:
    """An integer power; python-flint's own has no value for a ball around zero."""
    if n < 0 or not x.contains(0):
        return x ** fmpz(n)
    size = arb(x.abs_upper()) ** fmpz(n)
    return arb(0).union(size) if n % 2 == 0 else size.union(-size)


def _root_power(x: fmpq | Ball, y: fmpq) -> Scalar:
    try:
        base = sign(x)
    except Undecided:
        assert isinstance(x, Ball)  # the sign of a rational is never open
        return _root_near_zero(x, y)
    if base < 0:
        raise Undefined("a negative number to a non-integer power")
    if base == 0:
        if y < 0:
            raise Undefined("zero to a negative power")
        return ZERO
    exact = exact_root(x, int(y.q)) if isinstance(x, fmpq) and y.q <= MAX_ROOT else None
    if exact is not None:
        return _integer_power(exact, int(y.p))
    size = ball_of(x)
    value = size.sqrt() if y == fmpq(1, 2) else _finite((size.log() * y).exp())
    return Ball(value, ("pow", x, y))


def _root_near_zero(x: Ball, y: fmpq) -> Ball:
    """A positive power of a sum of squares or absolute values that may be zero."""
    if y < 0 or not _is_nonnegative(x):
        raise Undecided("the sign of a base is open")
    return Ball(arb(0).union((arb(x.arb.abs_upper()).log() * y).exp()), ("pow", x, y))


def _is_nonnegative(x: fmpq | Ball) -> bool:
    """Whether the way in which a number was computed shows that it is >= 0."""
    parts = [x]  # one after the other, since a long sum is too deep for recursion
    while parts:
        part = parts.pop()
        if isinstance(part, fmpq) or part.arb >= 0:
            if isinstance(part, fmpq) and part < 0:
                return False
            continue
        needed = _nonnegative_if(*part.origin)
        if needed is None:
            return False
        parts.extend(needed)
    return True


def _nonnegative_if(head: str, *operands: Any) -> tuple[Any, ...] | None:
    """The operands that must be >= 0 for the result to be; ``None`` if they do not tell."""
    if head == "pow":
        return () if operands[1].q == 1 and operands[1].p % 2 == 0 else operands[:1]
    if head == "mul" and operands[0] is operands[1]:
        return ()
    if head in ("add", "mul", "div"):
        return operands
    return () if head in ("abs", "exp") else None


def exact_root(x: fmpq, n: int) -> fmpq | None:
    """The rational n-th root of a positive rational if it has one.

    >>> exact_root(fmpq(8, 27), 3), exact_root(fmpq(2), 2)
    (2/3, None)
    """
    roots = [_integer_root(int(part), n) for part in (x.p, x.q)]
    return None if None in roots else fmpq(*roots)


def _integer_root(value: int, n: int) -> int | None:
    root = isqrt(value) if n == 2 else int(fmpz(value).root(n))
    return root if root**n == value else None


def signum(x: Scalar) -> Scalar:
    """-1, 0 or 1 as a scalar; at 0 it has no derivative."""
    found = sign(x)
    if found == 0 and not isinstance(x, fmpq | Ball):
        raise Undefined("the derivative of sign at 0")
    return fmpq(found)
