"""Like terms of sums: what multiplies the same array is added up first, so that each array is read once.

``c*x + d*x`` becomes ``(c + d)*x``, where c and d have one value a row, and x is an input or the quotient ``e/sum(e)``
of exponentials by their sum. The error is no larger: that of ``c + d`` is in proportion to the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from softsym.targets.program import Op, constant, elementwise

Make = Callable[[str, Op, Op], Op]
"""Makes an operation on two operands."""
_ONE = constant(1)


@dataclass(frozen=True)
class _Term:
    sign: int
    whole: Op
    factor: Op
    array: Op


def is_share(op: Op) -> bool:
    """Whether it is a quotient of exponentials by their sum."""
    return op.head == "div" and op.args[0].head == "exp" and op.args[1].head == "sum" and op.args[1].args == op.args[:1]


def multiple_of_share(op: Op) -> Op | None:
    """``c*(e/sum(e))``, if the operation is ``c*e/sum(e)`` or ``c/sum(e)*e`` with one c a row."""
    for factor, terms in (op.args, op.args[::-1]) if op.head == "mul" else ():
        if factor.head == "div" and not factor.slots and is_share(share := elementwise("div", terms, factor.args[1])):
            return elementwise("mul", factor.args[0], share)
    product, total = op.args
    for factor, terms in (product.args, product.args[::-1]) if op.head == "div" and product.head == "mul" else ():
        if not factor.slots and is_share(share := elementwise("div", terms, total)):
            return elementwise("mul", factor, share)
    return None


def collected(op: Op, make: Make) -> Op:
    """A sum or difference with its like terms put together."""
    terms = list(_terms(op, 1))
    groups: dict[Op, list[_Term]] = {}
    for term in terms:
        alike = is_share(term.array) or term.array.head == "input"
        groups.setdefault(term.array if alike else Op("", (term.array,), data=(len(groups),)), []).append(term)
    if len(groups) == len(terms):
        return op
    parts = []
    for group in groups.values():
        if len(group) == 1:
            parts.append((group[0].sign, group[0].whole))
            continue
        sign, factor = _sum([(t.sign, t.factor) for t in group], make)
        parts.append((sign, make("mul", factor, group[0].array)))
    sign, total = _sum(parts, make)
    return total if sign > 0 else elementwise("neg", total)


def _sum(parts: list[tuple[int, Op]], make: Make) -> tuple[int, Op]:
    """The sum of signed parts, as a sign and a value: it begins with a positive part, if there is one."""
    first = next((k for k, (sign, _) in enumerate(parts) if sign > 0), 0)
    sign, total = parts[first]
    for other, value in parts[:first] + parts[first + 1 :]:
        total = make("add" if other == sign else "sub", total, value)
    return sign, total


def _terms(op: Op, sign: int) -> Iterator[_Term]:
    if op.head == "neg":
        yield from _terms(op.args[0], -sign)
    elif op.head in ("add", "sub") and op.slots:
        yield from _terms(op.args[0], sign)
        yield from _terms(op.args[1], sign if op.head == "add" else -sign)
    else:
        yield _Term(sign, op, *_parted(op))


def _parted(op: Op) -> tuple[Op, Op]:
    """A factor that has one value a row, and the array that it multiplies."""
    if op.head == "mul" and op.slots:
        for factor, rest in (op.args, op.args[::-1]):
            if not factor.slots:
                inner, array = _parted(rest)
                return (factor if inner == _ONE else elementwise("mul", factor, inner)), array
    if op.head == "div" and op.slots and not op.args[1].slots and not is_share(op):
        inner, array = _parted(op.args[0])
        share = elementwise("div", array, op.args[1])
        return (inner, share) if is_share(share) else (elementwise("div", inner, op.args[1]), array)
    return _ONE, op
