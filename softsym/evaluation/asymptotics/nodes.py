"""Exp-log expressions: what is built from rationals, pi and variables with sums, products, powers, exp and log.

A value is a ``fmpq`` or a :class:`Node`. Nodes are immutable; the functions that build them collect equal terms and
factors, merge exponentials (``exp(a)*exp(b) = exp(a + b)``) and keep every identity that they use valid for real
values: a logarithm or a fractional power is split only over factors that are certainly positive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeAlias

from flint import fmpq, fmpz

from softsym.evaluation.point import Undefined

ZERO, ONE = fmpq(0), fmpq(1)
MAX_POWER = 1000
"""Rationals are raised to powers up to this size; beyond it the power stays a node."""


class Node:
    """The base of exp-log expressions; two nodes are equal if their keys are."""

    key: tuple[object, ...]

    @cached_property
    def _hash(self) -> int:
        return hash(self.key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Node) and self._hash == other._hash and self.key == other.key)

    def __add__(self, other: Value) -> Value:
        return total((self, other))

    __radd__ = __add__

    def __neg__(self) -> Value:
        return negate(self)

    def __sub__(self, other: Value) -> Value:
        return subtract(self, other)

    def __rsub__(self, other: Value) -> Value:
        return subtract(other, self)

    def __mul__(self, other: Value) -> Value:
        return product((self, other))

    __rmul__ = __mul__

    @property
    def parts(self) -> tuple[Node, ...]:
        """The nodes directly below this one."""
        return ()

    @cached_property
    def variables(self) -> frozenset[Variable]:
        """The variables that occur."""
        return frozenset().union(*(part.variables for part in self.parts))

    @cached_property
    def positive(self) -> bool:
        """Whether the form alone shows that the value is positive."""
        return False


Value: TypeAlias = "fmpq | Node"


class Variable(Node):
    """A variable; a positive one of some ``rank`` tends to infinity, faster than any function of a lower rank."""

    def __init__(self, name: str, rank: int = -1) -> None:
        self.name, self.rank = name, rank
        self.key = ("variable", id(self))

    @cached_property
    def variables(self) -> frozenset[Variable]:
        return frozenset({self})

    @cached_property
    def positive(self) -> bool:
        return self.rank >= 0


class Pi(Node):
    """The number pi."""

    key = ("pi",)

    @cached_property
    def positive(self) -> bool:
        return True


class Rational(Node):
    """A positive rational under a logarithm or a fractional power."""

    def __init__(self, value: fmpq) -> None:
        self.value = value
        self.key = ("rational", value)

    @cached_property
    def positive(self) -> bool:
        return True


class Sum(Node):
    """``constant + sum(coefficient * term)``."""

    def __init__(self, constant: fmpq, terms: tuple[tuple[Node, fmpq], ...]) -> None:
        self.constant, self.terms = constant, terms
        self.key = ("sum", constant, frozenset(terms))

    @property
    def parts(self) -> tuple[Node, ...]:
        return tuple(node for node, _ in self.terms)

    @cached_property
    def positive(self) -> bool:
        return self.constant >= 0 and all(c > 0 and node.positive for node, c in self.terms)


class Product(Node):
    """``prod(factor ** exponent)``; a factor with a fractional exponent is positive."""

    def __init__(self, factors: tuple[tuple[Node, fmpq], ...]) -> None:
        self.factors = factors
        self.key = ("product", frozenset(factors))

    @property
    def parts(self) -> tuple[Node, ...]:
        return tuple(node for node, _ in self.factors)

    @cached_property
    def positive(self) -> bool:
        return all(e.q != 1 or node.positive for node, e in self.factors)


class Exp(Node):
    """``exp(argument)``."""

    def __init__(self, argument: Value) -> None:
        self.argument = argument
        self.key = ("exp", argument)

    @property
    def parts(self) -> tuple[Node, ...]:
        return (self.argument,) if isinstance(self.argument, Node) else ()

    @cached_property
    def positive(self) -> bool:
        return True


class Log(Node):
    """``log(argument)`` of a positive argument."""

    def __init__(self, argument: Node) -> None:
        self.argument = argument
        self.key = ("log", argument)

    @property
    def parts(self) -> tuple[Node, ...]:
        return (self.argument,)


def _make_sum(constant: fmpq, terms: Mapping[Node, fmpq]) -> Value:
    kept = tuple((node, c) for node, c in terms.items() if c != 0)
    if not kept:
        return constant
    if constant == 0 and len(kept) == 1 and kept[0][1] == 1:
        return kept[0][0]
    return Sum(constant, kept)


def total(values: Iterable[Value]) -> Value:
    """The sum of the values."""
    constant, terms = ZERO, dict[Node, fmpq]()
    for value in values:
        if isinstance(value, Sum):
            constant += value.constant
            for node, c in value.terms:
                terms[node] = terms.get(node, ZERO) + c
        elif isinstance(value, Node):
            terms[value] = terms.get(value, ZERO) + 1
        else:
            constant += value
    return _make_sum(constant, terms)


def add(left: Value, right: Value) -> Value:
    """The sum of two values, simplified."""
    return total((left, right))


def negate(value: Value) -> Value:
    """The negation of a value, simplified."""
    return multiply(fmpq(-1), value)


def subtract(left: Value, right: Value) -> Value:
    """The difference of two values, simplified."""
    return total((left, negate(right)))


def scaled(factor: fmpq, node: Node) -> Value:
    """``factor * node``."""
    if factor == 0:
        return ZERO
    if isinstance(node, Sum):
        return _make_sum(factor * node.constant, {n: factor * c for n, c in node.terms})
    return _make_sum(ZERO, {node: factor})


def split_coefficient(node: Node) -> tuple[fmpq, Node]:
    """``node`` as a rational times a node."""
    if isinstance(node, Sum) and node.constant == 0 and len(node.terms) == 1:
        return node.terms[0][1], node.terms[0][0]
    return ONE, node


def multiply(left: Value, right: Value) -> Value:
    """The product of two values, simplified."""
    return product((left, right))


def product(values: Iterable[Value]) -> Value:
    """The product of the values."""
    coefficient, factors, exponents = ONE, dict[Node, fmpq](), list[Value]()
    for value in values:
        if not isinstance(value, Node):
            coefficient *= value
            continue
        c, node = split_coefficient(value)
        coefficient *= c
        for factor, e in node.factors if isinstance(node, Product) else ((node, ONE),):
            if isinstance(factor, Exp):
                exponents.append(multiply(e, factor.argument))
            else:
                factors[factor] = factors.get(factor, ZERO) + e
    if coefficient == 0:
        return ZERO
    if exponents:
        return _with_exponential(coefficient, factors, total(exponents))
    return _make_product(coefficient, factors)


def _with_exponential(coefficient: fmpq, factors: dict[Node, fmpq], argument: Value) -> Value:
    if argument != 0:
        factors[Exp(argument)] = ONE
    return _make_product(coefficient, factors)


def _make_product(coefficient: fmpq, factors: Mapping[Node, fmpq]) -> Value:
    kept = []
    for node, e in factors.items():
        if isinstance(node, Rational) and e.q == 1:
            coefficient *= node.value ** int(e.p)
        elif e != 0:
            kept.append((node, e))
    if not kept:
        return coefficient
    node = kept[0][0] if len(kept) == 1 and kept[0][1] == 1 else Product(tuple(kept))
    return scaled(coefficient, node)


def divide(left: Value, right: Value) -> Value:
    """The quotient of two values, simplified."""
    return multiply(left, power(right, fmpq(-1)))


def power(base: Value, exponent: fmpq) -> Value:
    """``base ** exponent``; the caller has seen to it that this is defined."""
    if exponent == 0:
        return ONE
    if exponent == 1:
        return base
    if not isinstance(base, Node):
        return _rational_power(base, exponent)
    coefficient, node = split_coefficient(base)
    integral = exponent.q == 1
    if node is not base and (integral or coefficient > 0):
        return multiply(_rational_power(coefficient, exponent), power(node, exponent))
    if isinstance(node, Exp):
        return exp(multiply(exponent, node.argument))
    if isinstance(node, Product) and node is base:
        return _product_power(node, exponent)
    return Product(((base, exponent),))


def _product_power(node: Product, exponent: fmpq) -> Value:
    integral = exponent.q == 1
    apart = [(f, e) for f, e in node.factors if integral or f.positive]
    together = tuple((f, e) for f, e in node.factors if not (integral or f.positive))
    factors = [power(f, e * exponent) for f, e in apart]
    if together:
        rest = _make_product(ONE, dict(together))
        assert isinstance(rest, Node)  # its factors are no rationals: those are positive
        factors.append(Product(((rest, exponent),)))
    return product(factors)


def _rational_power(base: fmpq, exponent: fmpq) -> Value:
    if base == 0:
        if exponent < 0:
            raise Undefined("division by zero")
        return ZERO
    if exponent.q == 1 and abs(exponent) <= MAX_POWER:
        return base ** int(exponent.p)
    if base < 0 and exponent.q != 1:
        raise Undefined("a negative number to a non-integer power")
    if base == 1:
        return ONE
    root = _exact_root(base, exponent.q)
    if root is not None and abs(exponent.p) <= MAX_POWER:
        return root ** int(exponent.p)
    if base < 0:
        sign = fmpq(1 if exponent.p % 2 == 0 else -1)
        return scaled(sign, Product(((Rational(-base), exponent),)))
    whole = exponent.p // exponent.q
    if abs(whole) > MAX_POWER:
        return exp(multiply(exponent, log(base)), keep=True)
    return _make_product(base ** int(whole), {Rational(base): exponent - whole})


def _exact_root(base: fmpq, degree: fmpz) -> fmpq | None:
    if degree > 64 or base < 0:
        return None
    top, bottom = (n.root(int(degree)) for n in (base.p, base.q))
    return fmpq(top, bottom) if top**degree == base.p and bottom**degree == base.q else None


def exp(argument: Value, *, keep: bool = False) -> Value:
    """``exp(argument)``; ``exp(c*log(f))`` becomes ``f**c`` for rational c unless ``keep``."""
    if argument == 0:
        return ONE
    if not isinstance(argument, Node):
        return Exp(argument)
    if keep:
        return Exp(argument)
    logs = [(n, c) for n, c in as_sum(argument)[1] if isinstance(n, Log)]
    if not logs:
        return Exp(argument)
    rest = total((argument, *(scaled(-c, n) for n, c in logs)))
    powers = [power(_plain(n.argument), c) for n, c in logs]
    return product((*powers, exp(rest)))


def _plain(node: Node) -> Value:
    return node.value if isinstance(node, Rational) else node


def as_sum(value: Value) -> tuple[fmpq, tuple[tuple[Node, fmpq], ...]]:
    """The constant and the terms of a value."""
    if not isinstance(value, Node):
        return value, ()
    return (value.constant, value.terms) if isinstance(value, Sum) else (ZERO, ((value, ONE),))


def log(argument: Value) -> Value:
    """``log(argument)``; the caller has seen to it that the argument is positive."""
    if not isinstance(argument, Node):
        if argument <= 0:
            raise Undefined("log of a number <= 0")
        return ZERO if argument == 1 else Log(Rational(argument))
    coefficient, node = split_coefficient(argument)
    if node is not argument and coefficient > 0:
        return add(log(coefficient), log(node))
    if isinstance(argument, Exp):
        return argument.argument
    if isinstance(argument, Product):
        return _log_of_product(argument)
    return Log(argument)


def _log_of_product(node: Product) -> Value:
    apart = [(f, e) for f, e in node.factors if f.positive or e.q != 1]
    together = {f: e for f, e in node.factors if not (f.positive or e.q != 1)}
    logs = [scaled_value(e, log(_plain(f))) for f, e in apart]
    if together:
        rest = _make_product(ONE, together)
        logs.append(log(rest) if apart else Log(node))
    return total(logs)


def scaled_value(factor: fmpq, value: Value) -> Value:
    """``factor * value``."""
    return scaled(factor, value) if isinstance(value, Node) else factor * value
