"""Proofs that an exp-log expression is zero: its exact form as a quotient of sums of monomials has no numerator.

Variables are atoms of that form, of which nothing is assumed, so what vanishes there vanishes for all their values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from flint import fmpq

from softsym.evaluation.asymptotics.nodes import ONE, ZERO, Exp, Log, Node, Pi, Product, Rational, Sum, Value
from softsym.evaluation.exact import Form, is_certainly_zero


class Traced:
    """An operation and its operands, as :mod:`softsym.evaluation.exact` reads them."""

    __slots__ = ("form", "origin")

    def __init__(self, *origin: object) -> None:
        self.origin = origin
        self.form: Form | None = None


Operand: TypeAlias = "Traced | fmpq"


def vanishes(value: Value, effort: int = 1) -> bool:
    """Whether the exact form shows that the value is zero, whatever its variables are; ``False`` says nothing."""
    return is_certainly_zero(_traced(value, {}), effort) if isinstance(value, Node) else value == 0


def _traced(value: Value, done: dict[Node, Operand]) -> Operand:
    if not isinstance(value, Node):
        return value
    if value not in done:
        done[value] = _node(value, done)
    return done[value]


def _node(node: Node, done: dict[Node, Operand]) -> Operand:
    if isinstance(node, Sum):
        return _quotient(node, done)
    if isinstance(node, Product):
        return _chain("mul", (Traced("pow", _traced(f, done), e) for f, e in node.factors))
    if isinstance(node, Exp | Log):
        return Traced("exp" if isinstance(node, Exp) else "log", _traced(node.argument, done))
    if isinstance(node, Rational):
        return node.value
    return Traced("pi") if isinstance(node, Pi) else Traced("name", node.key)


def _quotient(node: Sum, done: dict[Node, Operand]) -> Operand:
    """A sum over its least common denominator, which keeps the exact form small."""
    terms = [(c, dict(n.factors) if isinstance(n, Product) else {n: ONE}) for n, c in node.terms]
    below: dict[Node, fmpq] = {}
    for _, factors in terms:
        for factor, e in factors.items():
            if e < 0 and e.q == 1:
                below[factor] = max(below.get(factor, -e), -e)
    parts = [_times(c, {f: factors.get(f, ZERO) + below.get(f, ZERO) for f in {**factors, **below}}, done)
             for c, factors in terms]  # fmt: skip
    above = _chain("add", (*parts, _times(node.constant, below, done)))
    return Traced("div", above, _times(ONE, below, done)) if below else above


def _times(coefficient: fmpq, factors: dict[Node, fmpq], done: dict[Node, Operand]) -> Operand:
    if coefficient == 0:
        return coefficient
    return _chain("mul", (coefficient, *(Traced("pow", _traced(f, done), e) for f, e in factors.items() if e != 0)))


def _chain(head: str, operands: Iterable[Operand]) -> Operand:
    neutral = 0 if head == "add" else 1
    result: Operand = fmpq(neutral)
    for operand in operands:
        result = operand if result == neutral else Traced(head, result, operand)
    return result
