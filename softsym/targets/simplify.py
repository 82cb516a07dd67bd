"""Rules on the array program: each replaces an operation by one that rounds less, and holds wherever both are defined.

======================  ==============================  =====================================================
operation               becomes                         condition
======================  ==============================  =====================================================
log(1 + x), log(x + 1)  log1p(x)
1 - exp(x)              -expm1(x)
exp(x) - 1              expm1(x)
x**2, x**(1/2)          square(x), sqrt(x)
hardmax(x)              (x == max(x))/sum(x == max(x))
argmax_count(x)         sum(x == max(x))
numbers alone           worked out exactly              no root
======================  ==============================  =====================================================
"""

from __future__ import annotations

from fractions import Fraction

from softsym.targets.program import Op, Program, constant, elementwise, reduction

ONE = constant(1)
_HALF = Fraction(1, 2)


def simplified(program: Program) -> Program:
    """The program after the rules."""
    return Program(_rewritten(program.result, {}), program.order, program.rank)


def _rewritten(op: Op, done: dict[Op, Op]) -> Op:
    if op not in done:
        args = tuple(_rewritten(a, done) for a in op.args)
        done[op] = _rule(op if args == op.args else Op(op.head, args, op.slots, op.data))
    return done[op]


def _rule(op: Op) -> Op:
    if op.head == "log":
        return _log(op)
    if op.head == "sub":
        return _difference(op)
    if op.head == "pow":
        return _power(op)
    if op.head in ("neg", "add", "sub", "mul", "div") and all(a.head == "number" for a in op.args):
        return _worked_out(op)
    if op.head in ("hardmax", "argmax_count"):
        return _winners(op)
    return op


def _fraction(op: Op) -> Fraction | None:
    value = op.data[0] if op.head == "number" else None
    return value if isinstance(value, Fraction) else None


def _worked_out(op: Op) -> Op:
    """Arithmetic on numbers, exactly."""
    values = [value for a in op.args if (value := _fraction(a)) is not None]
    left, right = values[0], values[-1]
    if op.head == "neg":
        return constant(-left)
    if op.head == "div":
        return constant(left / right) if right else op
    return constant({"add": left + right, "sub": left - right, "mul": left * right}[op.head])


def _log(op: Op) -> Op:
    inner = op.args[0]
    if inner.head == "add":
        for one, rest in (inner.args, inner.args[::-1]):
            if one == ONE:
                return elementwise("log1p", rest)
    return op


def _difference(op: Op) -> Op:
    left, right = op.args
    if left == ONE and right.head == "exp":
        return elementwise("neg", elementwise("expm1", *right.args))
    if right == ONE and left.head == "exp":
        return elementwise("expm1", *left.args)
    return op


def _power(op: Op) -> Op:
    exponent = _fraction(op.args[1])
    if exponent == 2:
        return elementwise("square", op.args[0])
    return elementwise("sqrt", op.args[0]) if exponent == _HALF else op


def _winners(op: Op) -> Op:
    slot = op.data[0]
    assert isinstance(slot, int)
    value = op.args[0]
    size = value.length(slot)
    won = elementwise("equal", value, reduction("max", value, slot, size))
    count = reduction("sum", won, slot, size)
    return count if op.head == "argmax_count" else elementwise("div", won, count)
