"""Functions that depend on the order of entries: the maximum, where it is, and the projection on the simplex."""

from __future__ import annotations

from functools import cmp_to_key
from heapq import heapify, heappop

from flint import arb, fmpq

from softsym.evaluation.jets import equal_germs, is_plain
from softsym.evaluation.point import Undefined
from softsym.evaluation.scalars import ONE, ZERO, Ball, Scalar, ball_of, divide, sign, subtract, total

Vector = tuple[Scalar, ...]


def maximal(entries: Vector) -> list[int]:
    """The positions of the maximal entries."""
    best = [0]
    for position in range(1, len(entries)):
        order = sign(subtract(entries[position], entries[best[0]]))
        if order > 0:
            best = [position]
        elif order == 0:
            best.append(position)
    return best


def maximum(entries: Vector) -> Scalar:
    """The largest entry; with derivatives only where the maximal entries have equal ones."""
    if all(is_plain(e) for e in entries):
        return _plain_maximum(entries)
    best = maximal(entries)
    _require_equal_germs(entries, best, "max")
    return entries[best[0]]


def _plain_maximum(entries: Vector) -> Scalar:
    """The largest entry, or an enclosure of it where several may be the largest: its value needs no decision."""
    exact = [e for e in entries if isinstance(e, fmpq)]
    rest: list[Scalar] = [e for e in entries if isinstance(e, Ball)]
    if exact:
        rest.append(max(exact))
    floor = rest[0]
    for entry in rest[1:]:
        floor = entry if ball_of(entry) > ball_of(floor) else floor
    rivals = [e for e in rest if not ball_of(e) < ball_of(floor)]
    return rivals[0] if len(rivals) == 1 else Ball(_largest([ball_of(e) for e in rivals]), ("max", *rivals))


def _largest(values: list[arb]) -> arb:
    result = values[0]
    for value in values[1:]:
        result = result.max(value)
    return result


def _require_equal_germs(entries: Vector, tied: list[int], name: str) -> None:
    first = entries[tied[0]]
    for position in tied[1:]:
        if not equal_germs(first, entries[position]):
            raise Undefined(f"the derivative of {name} at a tie")


def _settled_maximal(entries: Vector, name: str) -> list[int]:
    best = maximal(entries)
    _require_equal_germs(entries, best, name)
    return best


def argmax_count(entries: Vector) -> Scalar:
    """How many entries equal the maximum."""
    return fmpq(len(_settled_maximal(entries, "argmax_count")))


def hardmax(entries: Vector) -> Vector:
    """1/m on each of the m maximal entries, else 0."""
    best = _settled_maximal(entries, "hardmax")
    return tuple(fmpq(1, len(best)) if n in best else ZERO for n in range(len(entries)))


def onehot_argmax(entries: Vector) -> Vector:
    """1 on the first maximal entry, else 0."""
    best = _settled_maximal(entries, "onehot_argmax")
    return tuple(ONE if n == best[0] else ZERO for n in range(len(entries)))


def sparsemax(entries: Vector) -> Vector:
    """The Euclidean projection on the simplex: ``max(z - tau, 0)`` with the tau that makes the sum 1.

    Source: A. Martins and R. Astudillo, From Softmax to Sparsemax (2016), algorithm 1.
    """
    support = _support(entries)
    tau = divide(subtract(total([entries[n] for n in support]), ONE), fmpq(len(support)))
    result = [ZERO] * len(entries)
    for position in support:
        result[position] = subtract(entries[position], tau)
    for position in {*range(len(entries))} - {*support}:
        gap = subtract(entries[position], tau)
        if not is_plain(gap) and sign(gap) == 0:
            raise Undefined("the derivative of sparsemax where an entry is about to enter the support")
    return tuple(result)


def _support(entries: Vector) -> list[int]:
    """The positions with positive projection: the longest descending prefix with 1 + k*z_k > its sum."""

    def order(one: int, other: int) -> int:
        return sign(subtract(entries[other], entries[one]))

    descending = cmp_to_key(order)
    left = [(descending(n), n) for n in range(len(entries))]
    heapify(left)
    support, reached = list[int](), ZERO
    while left:
        position = heappop(left)[1]
        reached = reached + entries[position]
        head = entries[position] * fmpq(len(support) + 1) + ONE
        if sign(subtract(head, reached)) <= 0:
            break
        support.append(position)
    return support


def product(entries: Vector) -> Scalar:
    """The product of the entries."""
    result: Scalar = ONE
    for entry in entries:
        result = result * entry
    return result
