"""Derivatives of exp-log expressions, and values put in the place of their variables."""

from __future__ import annotations

from collections.abc import Mapping

from flint import fmpq

from softsym.evaluation.asymptotics.nodes import (
    ONE,
    ZERO,
    Exp,
    Log,
    Node,
    Product,
    Sum,
    Value,
    Variable,
    divide,
    exp,
    log,
    multiply,
    power,
    product,
    scaled_value,
    total,
)


def derivative(value: Value, variable: Variable) -> Value:
    """The derivative of a value with respect to a variable."""
    if not isinstance(value, Node) or variable not in value.variables:
        return ZERO
    if isinstance(value, Variable):
        return ONE
    if isinstance(value, Sum):
        return total(scaled_value(c, derivative(n, variable)) for n, c in value.terms)
    if isinstance(value, Exp):
        return multiply(value, derivative(value.argument, variable))
    if isinstance(value, Log):
        return divide(derivative(value.argument, variable), value.argument)
    assert isinstance(value, Product)
    return total(product((e, derivative(f, variable), power(f, fmpq(-1)), value)) for f, e in value.factors)


def substitute(value: Value, values: Mapping[Variable, Value]) -> Value:
    """The value with variables replaced, in one pass."""
    return _substitute(value, values, {})


def _substitute(value: Value, values: Mapping[Variable, Value], done: dict[Node, Value]) -> Value:
    if not isinstance(value, Node) or value.variables.isdisjoint(values):
        return value
    if value not in done:
        done[value] = _substitute_parts(value, values, done)
    return done[value]


def _substitute_parts(node: Node, values: Mapping[Variable, Value], done: dict[Node, Value]) -> Value:
    if isinstance(node, Variable):
        return values[node]
    if isinstance(node, Sum):
        terms = (scaled_value(c, _substitute(n, values, done)) for n, c in node.terms)
        return total((node.constant, *terms))
    if isinstance(node, Exp):
        return exp(_substitute(node.argument, values, done))
    if isinstance(node, Log):
        return log(_substitute(node.argument, values, done))
    assert isinstance(node, Product)
    return product(power(_substitute(f, values, done), e) for f, e in node.factors)
