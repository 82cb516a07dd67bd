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
log(sum(exp(x)))        log1p((sum(floor(e)) - 1)       e = exp(x) with x shifted by its maximum: exact where the
                        + sum(e - floor(e)))            sum is 1 + something small
d - e/sum(e)            ((d*c - f) + (d*r - (e - f)))   d is 1 or an indicator; f = floor(e), c = sum(f),
                        / sum(e)                        r = sum(e - f): nothing cancels for the winner
diag(x) - x*y           x*(d - y)                       d the indicator of the diagonal
x - sum(x*e/sum(e))     y - sum(y*e/sum(e))             y = x - max(x): a constant cancels before it is rounded
m - sum(x*e/sum(e))     sum((m - x)*e/sum(e))           m = max(x) or min(x): all terms have one sign
c*e/sum(e), c/sum(e)*e  c*(e/sum(e))                    e an exponential, c with one value a row
c*x + d*x               (c + d)*x                       the same, x an input or e/sum(e) (:mod:`.like_terms`)
log(a + b)              log1p((floor(a) + floor(b) - 1) a or b an exponential: exact where one of them is 1 and the
                        + (a - floor(a)) + (b - ...))   other small
x - 0, 0 + x, 0*x, 1*x  x, x, 0, x
numbers alone           worked out exactly              no root
======================  ==============================  =====================================================
"""

from __future__ import annotations

from fractions import Fraction

from softsym.targets.like_terms import collected, multiple_of_share
from softsym.targets.program import REDUCTIONS, Op, Program, constant, elementwise, reduction, steps

ONE, ZERO = constant(1), constant(0)
_HALF = Fraction(1, 2)


def simplified(program: Program) -> Program:
    """The program after the rules."""
    return Program(_rewritten(program.result, {}), program.order, program.rank)


def _rewritten(op: Op, done: dict[Op, Op]) -> Op:
    if op not in done:
        args = tuple(_rewritten(a, done) for a in op.args)
        done[op] = _rule(op if args == op.args else _again(op, args))
    return done[op]


def _again(op: Op, args: tuple[Op, ...]) -> Op:
    """The operation on other operands, which may lack slots that the former ones had: 0*x is a number."""
    if op.head in REDUCTIONS:
        slot = op.data[0]
        assert isinstance(slot, int)
        return reduction(op.head, args[0], slot, op.args[0].length(slot))
    if not op.data:
        return elementwise(op.head, *args)
    return Op(op.head, tuple(map(_filled, args, op.args)), op.slots, op.data)


def _filled(value: Op, like: Op) -> Op:
    """A value, repeated along the slots of another one that it lacks."""
    for slot, size in like.slots:
        if not value.has(slot):
            value = Op("fill", (value,), tuple(sorted((*value.slots, (slot, size)))), (slot, size))
    return value


def _rule(op: Op) -> Op:
    op = _unfilled(op)
    if op.head == "log":
        return _log(op)
    if op.head == "sub":
        return _difference(op)
    if op.head == "pow":
        return _power(op)
    if op.head in ("add", "mul") and ZERO in op.args:
        other = op.args[op.args[0] == ZERO]
        return other if op.head == "add" else ZERO
    if op.head in ("mul", "div") and op.args[1] == ONE:
        return op.args[0]
    if op.head == "mul" and op.args[0] == ONE:
        return op.args[1]
    if op.head in ("neg", "add", "sub", "mul", "div") and all(a.head == "number" for a in op.args):
        return _worked_out(op)
    if op.head in ("hardmax", "argmax_count"):
        return _winners(op)
    if op.head == "add" and op.slots:
        return collected(op, _made)
    if op.head in ("mul", "div"):
        return multiple_of_share(op) or op
    return op


def _unfilled(op: Op) -> Op:
    """An operation entry by entry, with nothing repeated along a slot that another operand has."""
    if op.head not in ("add", "sub", "mul", "div") or not any(a.head == "fill" for a in op.args):
        return op
    left, right = op.args
    if left.head == "fill" and right.has(_filled_slot(left)):
        return elementwise(op.head, left.args[0], right)
    if right.head == "fill" and left.has(_filled_slot(right)):
        return elementwise(op.head, left, right.args[0])
    for ones, value in ((left, right), (right, left)) if op.head == "mul" else ():
        if ones.head == "fill" and ones.args == (ONE,):
            return Op("fill", (value,), op.slots, ones.data)
    return op


def _filled_slot(op: Op) -> int:
    slot = op.data[0]
    assert isinstance(slot, int)
    return slot


def _made(head: str, *args: Op) -> Op:
    """An operation after the rules."""
    return _rule(elementwise(head, *args))


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
    if inner.head == "sum" and inner.args[0].head == "exp" and _is_shifted(inner.args[0]):
        return _log_of_parts(inner)
    if inner.head == "add":
        for one, rest in (inner.args, inner.args[::-1]):
            if one == ONE:
                return elementwise("log1p", rest)
        if any(a.head == "exp" for a in inner.args):
            return elementwise("log_parts", *_parts(inner))
    return op


def _parts(value: Op) -> tuple[Op, Op]:
    """A whole number and the rest of a sum of positive terms, of which one may be 1 and the others small."""
    if value.head == "add":
        left, right = (_parts(a) for a in value.args)
        return elementwise("add", left[0], right[0]), elementwise("add", left[1], right[1])
    whole = elementwise("floor", value)
    return whole, elementwise("sub", value, whole)


def _log_of_parts(total: Op) -> Op:
    terms = total.args[0]
    whole = elementwise("floor", terms)
    rest = elementwise("sub", terms, whole)
    return elementwise("log_parts", *(Op("sum", (part,), total.slots, total.data) for part in (whole, rest)))


def _is_shifted(op: Op) -> bool:
    """Whether the exponent is a multiple of ``x - max(x)`` or ``min(x) - x``."""
    exponent = op.args[0]
    while exponent.head in ("mul", "div", "neg"):
        exponent = exponent.args[-1] if exponent.head == "mul" else exponent.args[0]
    return exponent.head == "sub" and any(_holds_extreme(a) for a in exponent.args)


def _holds_extreme(op: Op) -> bool:
    return op.head in ("max", "min") or (op.head == "mul" and any(_holds_extreme(a) for a in op.args))


def with_ones(program: Program, names: frozenset[str]) -> Program:
    """The program for scalars whose value is 1."""
    if not names:
        return program
    done: dict[Op, Op] = {
        op: ONE for op in steps(program.result) if op.head == "input" and not op.slots and op.data[0] in names
    }
    return Program(_rewritten(program.result, done), program.order, program.rank)


def unshifted(program: Program) -> Program | None:
    """The program with 0 in the place of every shift, if it has shifts and loses nothing by that; before the rules.

    A shift may have any value. Without one nothing is rounded before the exponential, and a pass over the data is
    saved; but where a log-sum is subtracted, or a quotient from 1, the difference would cancel. All maxima must be
    shifts.
    """
    changed = simplified(Program(_without_shifts(program.result, {}), program.order, program.rank))
    plain = simplified(program)
    if any(op.head == "floor" for op in _outside_logarithms(plain.result)):
        return None
    if _adds_a_logarithm(changed.result):
        share = _log_share(plain.result)
        return None if share is None else Program(share, program.order, program.rank)
    return None if changed == plain else changed


def _outside_logarithms(result: Op) -> set[Op]:
    """The operations that are not only part of a logarithm's argument."""
    found: set[Op] = set()
    stack = [result]
    while stack:
        op = stack.pop()
        if op not in found and op.head != "log_parts":
            found.add(op)
            stack += op.args
    return found


def _log_share(result: Op) -> Op | None:
    """``t - log(sum(exp(t)))`` for ``t = c*(x - max(x))``, with exponentials that are not shifted in the sum alone.

    ``log(sum(exp(t)))`` is ``log1p`` of the sum of the others than the largest to the largest.
    """
    if result.head != "sub" or result.args[1].head != "log_parts":
        return None
    exponent, whole = result.args[0], result.args[1].args[0]
    terms = whole.args[0].args[0] if whole.head == "sum" and whole.args[0].head == "floor" else None
    if terms is None or terms.head != "exp" or terms.args[0] != exponent:
        return None
    extremes = {op for op in steps(exponent) if op.head in ("max", "min")}
    if len(extremes) != 1 or (top := extremes.pop()).head != "max" or top.args[0].head != "input":
        return None
    free = _rewritten(exponent, {top: ZERO})
    direct = elementwise("exp", free)
    largest = elementwise("exp", _rewritten(free, {top.args[0]: top}))
    total = Op("sum", (direct,), whole.slots, whole.data)
    others = Op("relative_excess", (direct, total, largest), total.slots, total.data)
    return elementwise("sub", exponent, elementwise("log1p", others))


def _without_shifts(op: Op, done: dict[Op, Op]) -> Op:
    if op not in done:
        if op.head in ("max", "min"):
            done[op] = constant(0)
        else:
            args = tuple(_without_shifts(a, done) for a in op.args)
            done[op] = op if args == op.args else Op(op.head, args, op.slots, op.data)
    return done[op]


def _adds_a_logarithm(result: Op) -> bool:
    logarithmic: dict[Op, bool] = {}
    for op in steps(result):
        inside = any(logarithmic[a] for a in op.args)
        if inside and op.head not in ("mul", "div", "neg"):
            return True
        logarithmic[op] = inside or op.head in ("log", "log1p", "log_parts")
    return False


def _difference(op: Op) -> Op:
    left, right = op.args
    if right == ZERO:
        return left
    if left == ZERO:
        return elementwise("neg", right)
    if left.head == "select" and right.head == "mul" and left.args[1] in right.args:
        other = right.args[right.args[0] == left.args[1]]
        return elementwise("mul", left.args[1], _difference(elementwise("sub", left.args[0], other)))
    if right.head == "sum" and left.head == "input" and (weights := _weights_of(left, right)) is not None:
        return _centred(left, right, *weights)
    for extreme, mean, sign in ((left, right, 1), (right, left, -1)):
        if extreme.head in ("max", "min") and (weights := _mean_of(extreme.args[0], mean)) is not None:
            gap = _mean(elementwise("sub", extreme, extreme.args[0]), mean, *weights)
            return gap if sign > 0 else elementwise("neg", gap)
    for one, other in ((left, right), (right, left)):
        parts = _share(other) if one == ONE or one.head in ("equal", "onehot_argmax") else None
        if parts is not None:
            return _complement(one, *parts) if one is left else elementwise("neg", _complement(one, *parts))
    if left == ONE and right.head == "exp":
        return elementwise("neg", elementwise("expm1", *right.args))
    if right == ONE and left.head == "exp":
        return elementwise("expm1", *left.args)
    return collected(op, _made) if op.slots else op


def _weights_of(values: Op, mean: Op) -> tuple[Op, Op] | None:
    """The terms e and their sum, if ``mean`` is ``sum(values*e/sum(e))``."""
    body = mean.args[0]
    if body.head != "div" or body.args[0].head != "mul" or values not in body.args[0].args:
        return None
    product, total = body.args
    terms = product.args[product.args[0] == values]
    matches = total.head == "sum" and total.args[0] == terms and total.data == mean.data
    return (terms, total) if matches else None


def _centred(values: Op, mean: Op, terms: Op, total: Op) -> Op:
    slot = mean.data[0]
    assert isinstance(slot, int)
    shifted = elementwise("sub", values, reduction("max", values, slot, values.length(slot)))
    return elementwise("sub", shifted, _mean(shifted, mean, terms, total))


def _mean_of(values: Op, mean: Op) -> tuple[Op, Op] | None:
    return _weights_of(values, mean) if mean.head == "sum" and values.head == "input" else None


def _mean(values: Op, mean: Op, terms: Op, total: Op) -> Op:
    """Another mean with the same weights."""
    return Op("sum", (elementwise("div", elementwise("mul", values, terms), total),), mean.slots, mean.data)


def _share(op: Op) -> tuple[Op, Op] | None:
    """The terms e and their sum, if an operation is ``e/sum(e)`` with shifted exponentials."""
    if op.head == "move":
        inner = _share(op.args[0])
        return None if inner is None else (Op("move", inner[:1], op.slots, op.data), inner[1])
    if op.head != "div":
        return None
    terms, total = op.args
    if terms.head != "exp" or total.head != "sum" or not _is_shifted(terms):
        return None
    slot = total.data[0]
    assert isinstance(slot, int)
    alike = total.args[0] == terms or (
        len(terms.slots) == 1 and _along(total.args[0], slot, terms.slots[0][0]) == terms
    )
    return (terms, total) if alike else None


def _along(op: Op, old: int, new: int) -> Op:
    """What is computed entry by entry along a slot, along another one."""
    if old == new or not op.has(old) or (op.data and op.head != "input"):
        return op
    slots = tuple(sorted((new if slot == old else slot, size) for slot, size in op.slots))
    data = (op.data[0], new) if op.head == "input" else ()
    return Op(op.head, tuple(_along(a, old, new) for a in op.args), slots, data)


def _complement(one: Op, terms: Op, total: Op) -> Op:
    whole = elementwise("floor", terms)
    source = total.args[0]
    wholes = elementwise("floor", source)
    count, rest = (Op("sum", (p,), total.slots, total.data) for p in (wholes, elementwise("sub", source, wholes)))
    if one != ONE:
        count, rest = elementwise("mul", one, count), elementwise("mul", one, rest)
    missing = elementwise("sub", rest, elementwise("sub", terms, whole))
    return elementwise("div", elementwise("add", elementwise("sub", count, whole), missing), total)


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
