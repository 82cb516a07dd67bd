"""The values of constant exp-log expressions as balls, and their signs."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from flint import arb, ctx, fmpq

from softsym.evaluation.asymptotics.nodes import Exp, Log, Node, Pi, Product, Rational, Sum, Value
from softsym.evaluation.point import Undecided

PRECISIONS = (64, 256, 1024, 4096)
"""The precisions, in bits, at which a sign is sought; before the third a proof that it is 0 is tried."""


def ball(value: Value, bits: int) -> arb:
    """A ball around the value of an expression without variables, worked out with ``bits`` bits."""
    with ctx.workprec(bits):
        return _ball(value, {})


def _ball(value: Value, done: dict[Node, arb]) -> arb:
    if not isinstance(value, Node):
        return arb(value)
    if value not in done:
        done[value] = _node_ball(value, done)
    return done[value]


def _node_ball(node: Node, done: dict[Node, arb]) -> arb:
    if isinstance(node, Sum):
        result = arb(node.constant)
        for term, c in node.terms:
            result += arb(c) * _ball(term, done)
        return result
    if isinstance(node, Product):
        result = arb(1)
        for factor, e in node.factors:
            result *= _power(_ball(factor, done), e)
        return result
    if isinstance(node, Exp):
        return _ball(node.argument, done).exp()
    if isinstance(node, Log):
        return _ball(node.argument, done).log()
    if isinstance(node, Rational):
        return arb(node.value)
    assert isinstance(node, Pi)
    return arb.pi()


def _power(base: arb, exponent: fmpq) -> arb:
    return base ** int(exponent.p) if exponent.q == 1 else base ** arb(exponent)


EFFORT = 10
"""How much larger the exact form may be of a constant that has no sign at hundreds of bits."""


def constant_sign(value: Value, vanishes: Callable[[Node, int], bool]) -> int:
    """The sign of a constant; ``vanishes`` proves zeros.

    Raises :class:`~softsym.evaluation.point.Undecided` where neither a ball nor ``vanishes`` decides.
    """
    if not isinstance(value, Node):
        return int(value > 0) - int(value < 0)
    return 1 if value.positive else _node_sign(value, vanishes)


@lru_cache(maxsize=100_000)
def _node_sign(node: Node, vanishes: Callable[[Node, int], bool]) -> int:
    for bits in PRECISIONS:
        if bits == PRECISIONS[2] and vanishes(node, EFFORT):
            return 0
        found = ball(node, bits)
        if found > 0:
            return 1
        if found < 0:
            return -1
    raise Undecided("the sign of a constant is not clear at 4096 bits, and no algebra shows that it is 0")
