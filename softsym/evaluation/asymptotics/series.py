"""Lazy generalised power series in a b that tends to infinity: ``coefficient * b**exponent``, exponents falling.

Exponents are real constants, coefficients are functions of lower growth (or constants). Terms are worked out when they
are asked for, one at a time and in order, however far apart the exponents lie. A coefficient may be zero without
looking it; whoever needs a leading term tests that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import TypeAlias

from flint import fmpq

from softsym.evaluation.asymptotics.balls import constant_sign
from softsym.evaluation.asymptotics.nodes import ONE, ZERO, Value, add, divide, multiply, product, subtract, total
from softsym.evaluation.asymptotics.zeros import vanishes

Term: TypeAlias = "tuple[Value, Value]"


class Series:
    """Terms ``(exponent, coefficient)`` of falling exponents, from an iterator that is read only as far as needed."""

    def __init__(self, source: Iterator[Term]) -> None:
        self._source, self._found = source, list[Term]()

    def term(self, position: int) -> Term | None:
        """The term at a position from 0, or ``None`` beyond the last."""
        while len(self._found) <= position:
            found = next(self._source, None)
            if found is None:
                return None
            self._found.append(found)
        return self._found[position]

    def __iter__(self) -> Iterator[Term]:
        position = 0
        while (found := self.term(position)) is not None:
            yield found
            position += 1

    def tail(self, start: int) -> Iterator[Term]:
        """The terms from a position on."""
        while (found := self.term(start)) is not None:
            yield found
            start += 1


class Falling:
    """An exponent as a heap's key: the larger comes first."""

    __slots__ = ("exponent",)

    def __init__(self, exponent: Value) -> None:
        self.exponent = exponent

    def _against(self, other: Falling) -> int:
        a, b = self.exponent, other.exponent
        if isinstance(a, fmpq) and isinstance(b, fmpq):
            return int(a > b) - int(a < b)
        return constant_sign(subtract(a, b), vanishes)

    def __lt__(self, other: Falling) -> bool:
        return self._against(other) > 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Falling) and self._against(other) == 0

    __hash__ = None  # type: ignore[assignment]


def single(exponent: Value, coefficient: Value) -> Series:
    """The series of one term."""
    return Series(iter([(exponent, coefficient)]))


Entry: TypeAlias = "tuple[Falling, int, int]"


def _merged(heap: list[Entry], visit: Callable[[Falling, int, int], Value]) -> Iterator[Term]:
    """Pop entries of equal exponents together; ``visit`` gives an entry's coefficient and may push further ones."""
    while heap:
        top = heap[0][0]
        parts = []
        while heap and heap[0][0] == top:
            parts.append(visit(*heappop(heap)))
        yield top.exponent, total(parts)


def sum_of(parts: list[Series]) -> Series:
    """The sum of series in the same b."""
    heap: list[Entry] = []

    def push(number: int, position: int) -> None:
        found = parts[number].term(position)
        if found is not None:
            heappush(heap, (Falling(found[0]), number, position))

    def visit(key: Falling, number: int, position: int) -> Value:
        push(number, position + 1)
        return parts[number].term(position)[1]  # type: ignore[index]

    for number in range(len(parts)):
        push(number, 0)
    return Series(_merged(heap, visit))


def product_of(left: Series, right: Series) -> Series:
    """The product of two series in the same b."""
    heap: list[Entry] = []

    def push(i: int, j: int) -> None:
        a, b = left.term(i), right.term(j)
        if a is not None and b is not None:
            heappush(heap, (Falling(add(a[0], b[0])), i, j))

    def visit(key: Falling, i: int, j: int) -> Value:
        push(i, j + 1)
        if j == 0:
            push(i + 1, 0)
        return multiply(left.term(i)[1], right.term(j)[1])  # type: ignore[index]

    push(0, 0)
    return Series(_merged(heap, visit))


def shifted(series: Series, exponent: Value, coefficient: Value) -> Series:
    """``coefficient * b**exponent * series``."""
    return Series((add(e, exponent), multiply(c, coefficient)) for e, c in series)


def exponential(small: Series) -> Series:
    """``exp(small)`` for a series of negative exponents."""
    # theta = b*d/db turns h = exp(s) into theta(h) = theta(s)*h, a recurrence for the coefficients.
    return _solution(small, lambda s, e: s, seed=True)


def binomial(small: Series, power: Value) -> Series:
    """``(1 + small)**power`` for a series of negative exponents."""
    # (1 + s)*theta(h) = power*theta(s)*h
    raised = add(power, ONE)
    return _solution(small, lambda s, e: subtract(multiply(raised, s), e), seed=True)


def logarithm(small: Series) -> Series:
    """``log(1 + small)`` for a series of negative exponents."""
    # (1 + s)*theta(h) = theta(s)
    return _solution(small, lambda s, e: subtract(s, e), seed=False)


def _solution(small: Series, weight: Callable[[Value, Value], Value], *, seed: bool) -> Series:
    """h with ``e*h_e = sum(weight(s, e)*small_s*h_(e - s))``, and ``h_0 = 1`` or, without a seed, ``+ e*small_e``."""
    return Series(_solve(small, weight, seed))


def _solve(small: Series, weight: Callable[[Value, Value], Value], seed: bool) -> Iterator[Term]:
    found: list[Term] = []
    heap: list[Entry] = []

    def push(known: int, position: int) -> None:
        term = small.term(position)
        if term is not None:
            base = found[known][0] if known >= 0 else ZERO
            heappush(heap, (Falling(add(base, term[0])), known, position))

    def visit(key: Falling, known: int, position: int) -> Value:
        push(known, position + 1)
        s, c = small.term(position)  # type: ignore[misc]
        if known < 0:
            return multiply(key.exponent, c)
        return product((weight(s, key.exponent), c, found[known][1]))

    def learn(term: Term) -> Term:
        found.append(term)
        push(len(found) - 1, 0)
        return term

    if seed:
        yield learn((ZERO, ONE))
    else:
        push(-1, 0)
    for exponent, weighted in _merged(heap, visit):
        yield learn((exponent, divide(weighted, exponent)))
