"""Proofs that an exp-log expression is zero: its exact form as a quotient of sums of monomials has no numerator.

Variables are atoms of that form, of which nothing is assumed, so what vanishes there vanishes for all their values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from flint import fmpq

from softsym.evaluation.asymptotics.nodes import Exp, Log, Node, Pi, Product, Rational, Sum, Value
from softsym.evaluation.exact import Form, is_certainly_zero


class Traced:
    """An operation and its operands, as :mod:`softsym.evaluation.exact` reads them."""

    __slots__ = ("form", "origin")

    def __init__(self, *origin: object) -> None:
        self.origin = origin
        self.form: Form | None = None


Operand: TypeAlias = "Traced | fmpq"


def vanishes(value: Value) -> bool:
    """Whether the exact form shows that the value is zero, whatever its variables are; ``False`` says nothing."""
    return is_certainly_zero(_traced(value, {})) if isinstance(value, Node) else value == 0


def _traced(value: Value, done: dict[Node, Operand]) -> Operand:
    if not isinstance(value, Node):
        return value
    if value not in done:
        done[value] = _node(value, done)
    return done[value]


def _node(node: Node, done: dict[Node, Operand]) -> Operand:
    if isinstance(node, Sum):
        terms = (_chain("mul", (c, _traced(n, done))) for n, c in node.terms)
        return _chain("add", (node.constant, *terms))
    if isinstance(node, Product):
        return _chain("mul", (Traced("pow", _traced(f, done), e) for f, e in node.factors))
    if isinstance(node, Exp | Log):
        return Traced("exp" if isinstance(node, Exp) else "log", _traced(node.argument, done))
    if isinstance(node, Rational):
        return node.value
    return Traced("pi") if isinstance(node, Pi) else Traced("name", node.key)


def _chain(head: str, operands: Iterable[Operand]) -> Operand:
    neutral = 0 if head == "add" else 1
    result: Operand = fmpq(neutral)
    for operand in operands:
        result = operand if result == neutral else Traced(head, result, operand)
    return result
