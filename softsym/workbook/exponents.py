"""Whether the exponent of an EXP is bounded, and which input makes it overflow if it is not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from softsym.targets.excel_syntax import Binary, Call, Formula, NumberLiteral, Reference, Unary, children, walk_formula
from softsym.workbook.audit import Audited, place

LARGEST = 709.782712893384
"""EXP of more than this is beyond the range of doubles."""
_DEPTH = 12
_MAXIMA, _MINIMA = frozenset(("MAX", "LARGE", "MAXIFS")), frozenset(("MIN", "SMALL", "MINIFS"))
_EXTREMA = _MAXIMA | _MINIMA


def unbounded_exponents(audited: Audited, node: Formula, sheet: str) -> Iterator[Formula]:
    """The exponents of EXP, or of e, in a formula that no bound is known for.

    An exponent is bounded by its form, as where a maximum is subtracted or where it is never above 0, or by the test of
    an IF around it, as in ``IF(x>=0,1/(1+EXP(-x)),EXP(x)/(1+EXP(x)))``.
    """
    for exponent, guards in _exponents(node, frozenset()):
        if exponent not in guards and not _Bound(audited).is_bounded(exponent, sheet, _DEPTH):
            yield exponent


def _exponents(node: Formula, guards: frozenset[Formula]) -> Iterator[tuple[Formula, frozenset[Formula]]]:
    """Exponents in a formula, each with what the tests around it bound from above."""
    if isinstance(node, Call) and node.name == "IF" and len(node.args) == 3:
        yield from _exponents(node.args[0], guards)
        for branch, holds in zip(node.args[1:], (True, False), strict=True):
            yield from _exponents(branch, guards | _bounded_by(node.args[0], holds))
        return
    power = node.args if isinstance(node, Call) and node.name == "POWER" and len(node.args) == 2 else ()
    if isinstance(node, Binary) and node.sign == "^":
        power = node.left, node.right
    if isinstance(node, Call) and node.name == "EXP" and len(node.args) == 1:
        yield node.args[0], guards
    elif power and _is_e(power[0]):
        yield power[1], guards
    for child in children(node):
        yield from _exponents(child, guards)


def _is_e(base: Formula) -> bool:
    """Whether a base is e, as ``EXP(1)`` or as its first digits."""
    if isinstance(base, NumberLiteral):
        return base.text.startswith("2.718")
    return base == Call("EXP", (NumberLiteral("1"),))


def _bounded_by(test: Formula, holds: bool) -> frozenset[Formula]:
    """What is at most some number where a comparison with one holds, or does not: ``x`` or ``-x``."""
    if not (isinstance(test, Binary) and test.sign in _TURNED):
        return frozenset()
    sign, left, right = test.sign, test.left, test.right
    if isinstance(left, NumberLiteral):
        sign, left, right = _TURNED[sign], right, left
    if not (isinstance(right, NumberLiteral) and float(right.text) < LARGEST):
        return frozenset()
    is_below = (sign in ("<", "<=")) == holds
    return frozenset((left,) if is_below else (Unary("-", left),))


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class _Bound:
    def __init__(self, audited: Audited) -> None:
        self.audited = audited

    def formula(self, node: Formula, sheet: str) -> tuple[Formula, str] | None:
        """The formula behind a reference to one cell, or to the first cell of a range."""
        if not isinstance(node, Reference):
            return None
        where = (node.sheet or sheet, node.top, node.left)
        cell = self.audited.formulas.get(where)
        return (cell.tree, where[0]) if cell is not None and cell.tree is not None else None

    def is_bounded(self, node: Formula, sheet: str, depth: int) -> bool:
        if depth == 0:
            return False
        if isinstance(node, NumberLiteral):
            return float(node.text) < LARGEST
        if isinstance(node, Unary):
            return node.sign == "-" and self.is_nonnegative(node.operand, sheet, depth)
        if isinstance(node, Binary):
            return self._binary(node, sheet, depth)
        if isinstance(node, Call):
            return self._call(node, sheet, depth)
        if isinstance(node, Reference) and self.audited.allowed(node.sheet or sheet, node.top, node.left)[1] < LARGEST:
            return True
        behind = self.formula(node, sheet)
        return behind is not None and self.is_bounded(*behind, depth - 1)

    def _binary(self, node: Binary, sheet: str, depth: int) -> bool:
        left, right = node.left, node.right
        if node.sign == "-":
            is_zero = self._source(left, sheet, depth) == self._source(right, sheet, depth)
            is_gap = self.is_extreme(right, sheet, depth, _MAXIMA) or self.is_extreme(left, sheet, depth, _MINIMA)
            return is_zero or is_gap or _is_halved_gap(node) or (
                self.is_bounded(left, sheet, depth) and self.is_nonnegative(right, sheet, depth)
            )  # fmt: skip
        if node.sign in "*/":
            if isinstance(left, Unary) and left.sign == "-" and left.operand == right and node.sign == "*":
                return True
            return any(self._is_shifted(part, sheet, depth) for part in (left, right)) or (
                self.is_bounded(left, sheet, depth) and self.is_nonnegative(right, sheet, depth)
                and not isinstance(left, NumberLiteral)
            )  # fmt: skip
        if node.sign == "+":
            return self.is_bounded(left, sheet, depth) and self.is_bounded(right, sheet, depth)
        return False

    def _source(self, node: Formula, sheet: str, depth: int) -> tuple[object, ...]:
        """What a cell that only repeats another one repeats."""
        behind = self.formula(node, sheet)
        if behind is not None and isinstance(behind[0], Reference) and depth > 1:
            return self._source(*behind, depth - 1)
        if isinstance(node, Reference):
            return node.sheet or sheet, node.top, node.left, node.bottom, node.right
        return (node,)

    def _call(self, node: Call, sheet: str, depth: int) -> bool:
        if node.name == "MIN":
            return any(self.is_bounded(a, sheet, depth) for a in node.args)
        if node.name == "MAX":
            return all(self.is_bounded(a, sheet, depth) for a in node.args)
        if node.name == "MEDIAN":
            return 2 * sum(self.is_bounded(a, sheet, depth) for a in node.args) > len(node.args)
        if node.name == "IF" and len(node.args) == 3:
            return _is_cap(node.args) or all(self.is_bounded(a, sheet, depth) for a in node.args[1:])
        if node.name == "LN":
            return True
        if node.name == "EXP":  # at most 1 where a maximum is subtracted
            return all(not isinstance(a, NumberLiteral) and self.is_bounded(a, sheet, depth) for a in node.args)
        return node.name in ("TANH", "SIGN")

    def _is_shifted(self, node: Formula, sheet: str, depth: int) -> bool:
        """Whether a factor is a difference to a maximum, also of logarithms, or is negative: the other scales it."""
        behind = self.formula(node, sheet)
        if behind is not None:
            return depth > 1 and self._is_shifted(*behind, depth - 1)
        if isinstance(node, Call) and node.name == "LN":
            return all(self._is_share(a, sheet, depth) for a in node.args)
        if isinstance(node, Binary) and node.sign == "-":
            sides = node.left, node.right
            return self._binary(node, sheet, depth) or any(self.is_extreme(side, sheet, depth) for side in sides)
        if isinstance(node, Binary) and node.sign in "*/":
            return self._is_shifted(node.left, sheet, depth) or self._is_shifted(node.right, sheet, depth)
        return isinstance(node, Unary) and self.is_bounded(node, sheet, depth)

    def _is_share(self, node: Formula, sheet: str, depth: int) -> bool:
        """Whether a node is ``x/m`` with a maximum m, or ``x/m+(1-SIGN(x/m))``, which is 1 where x is 0."""
        behind = self.formula(node, sheet)
        if behind is not None:
            return depth > 1 and self._is_share(*behind, depth - 1)
        if isinstance(node, Binary) and node.sign == "+":
            other = Binary("-", NumberLiteral("1"), Call("SIGN", (node.left,)))
            return node.right == other and self._is_share(node.left, sheet, depth)
        return isinstance(node, Binary) and node.sign == "/" and self.is_extreme(node.right, sheet, depth)

    def is_extreme(self, node: Formula, sheet: str, depth: int, names: frozenset[str] = _EXTREMA) -> bool:
        """Whether a node is a maximum or minimum of a range, perhaps scaled."""
        for part in walk_formula(node):
            if isinstance(part, Call) and part.name in names:
                return True
            behind = self.formula(part, sheet)
            if behind is not None and depth > 1 and isinstance(part, Reference) and part.is_cell:
                tree = behind[0]
                if isinstance(tree, Call | Binary | Reference) and self.is_extreme(tree, behind[1], depth // 2, names):
                    return True
        return False

    def is_nonnegative(self, node: Formula, sheet: str, depth: int) -> bool:
        if isinstance(node, NumberLiteral):
            return True
        if isinstance(node, Call):
            return (
                node.name in ("ABS", "EXP", "SQRT", "SUMSQ", "COUNT", "ROWS", "COLUMNS", "PI")
                or (node.name == "MAX" and any(a == NumberLiteral("0") for a in node.args))
                or (node.name in ("SUM", "SUMPRODUCT") and all(self.is_nonnegative(a, sheet, depth) for a in node.args))
            )
        if isinstance(node, Binary):
            if node.sign == "^" and isinstance(node.right, NumberLiteral):
                return float(node.right.text) % 2 == 0 or self.is_nonnegative(node.left, sheet, depth)
            if node.sign == "-":
                above = self.is_extreme(node.left, sheet, depth, _MAXIMA)
                return above or self.is_extreme(node.right, sheet, depth, _MINIMA)
            return node.sign in "+*/" and all(self.is_nonnegative(c, sheet, depth) for c in children(node))
        if isinstance(node, Reference) and self.audited.allowed(node.sheet or sheet, node.top, node.left)[0] >= 0:
            return True
        behind = self.formula(node, sheet)
        return behind is not None and depth > 1 and self.is_nonnegative(*behind, depth - 1)


def _is_cap(args: tuple[Formula, ...]) -> bool:
    """``IF(x>c, c, x)``, which is never above c."""
    test, capped, rest = args
    is_above = isinstance(test, Binary) and test.sign in (">", ">=") and test.left == rest and test.right == capped
    return is_above and isinstance(capped, NumberLiteral) and float(capped.text) < LARGEST


def _is_halved_gap(node: Binary) -> bool:
    """``x-ABS(x)``, which is never above 0."""
    return isinstance(node.right, Call) and node.right.name == "ABS" and node.right.args == (node.left,)


def overflowing_input(audited: Audited, node: Formula, sheet: str) -> str:
    """An input cell and a value of it that make the exponent overflow, in words; empty if none is found.

    The exponent is taken as proportional to the input, as the product of a logit and an inverse temperature is.
    """
    for part in walk_formula(node):
        if isinstance(part, Reference):
            where = (part.sheet or sheet, part.top, part.left)
            value = audited.value(where) if where[0] in audited.sheets else None
            if where not in audited.formulas and isinstance(value, int | float) and value > 0:
                others = _others(audited, node, part, sheet)
                if others > 0:
                    return f"once {place(where)} is above {LARGEST / others:.4g}"
    return ""


def _others(audited: Audited, node: Formula, part: Reference, sheet: str) -> float:
    """The product of the other factors at their present values, or 0 where the exponent is no product."""
    if node == part:
        return 1.0
    if isinstance(node, Binary) and node.sign == "*":
        for mine, other in ((node.left, node.right), (node.right, node.left)):
            inner = _others(audited, mine, part, sheet)
            if inner:
                return inner * _present(audited, other, sheet)
    return 0.0


def _present(audited: Audited, node: Formula, sheet: str) -> float:
    if isinstance(node, NumberLiteral):
        return float(node.text)
    if isinstance(node, Reference) and (node.sheet or sheet) in audited.sheets:
        values = [audited.value((node.sheet or sheet, row, column)) for row, column in islice(node.cells(), 1000)]
        return max((float(v) for v in values if isinstance(v, int | float)), default=0.0)
    return 0.0
