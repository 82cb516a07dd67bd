"""SymPy nodes for what SymPy has no all-N form of: extrema and products over families, ties, absolute values.

A *family* is a tuple of members. A member is ``Tuple(body)``, one value, or ``Tuple(body, k, length, *excluded)`` for
the values of ``body`` as the bound index ``k`` (a fresh ``Dummy``) runs over 1..length without the excluded indices.
The derivative rules hold where the derivative exists; the conditions stand in each docstring.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Dummy, Expr, Sum, Tuple


class IndexedSum(Sum):  # type: ignore[misc]
    """A sum that finds its free symbols once, and asks nothing of its terms: nested functions repeat them often."""

    @property
    def free_symbols(self) -> set[Any]:
        found: set[Any] | None = self.__dict__.get("_free")
        if found is None:
            bound = {k for k, *_ in self.limits}
            found = self.__dict__["_free"] = (self.function.free_symbols - bound).union(
                *(end.free_symbols for _, *ends in self.limits for end in ends)
            )
        return found

    def _eval_is_zero(self) -> None:
        return None


class FamilyNode(Expr):  # type: ignore[misc]
    """A real function of the multiset of values of a family; the first ``leading`` arguments come before the family."""

    leading = 0
    is_commutative = True
    is_real = True
    is_extended_real = True

    @property
    def family(self) -> tuple[Tuple, ...]:
        return tuple(self.args[self.leading :])

    @property
    def free_symbols(self) -> set[Any]:
        found: set[Any] = set().union(*(a.free_symbols for a in self.args[: self.leading]))
        for member in self.family:
            found |= member.free_symbols - ({member[1]} if len(member) > 1 else set())
        return found

    def _eval_derivative(self, x: Any) -> Any:
        return sympy.S.Zero

    def renewed(self) -> tuple[Tuple, ...]:
        """The family with fresh bound indices, to stand inside a sum over the old ones."""
        fresh = []
        for member in self.family:
            k = {member[1]: Dummy("k", integer=True, positive=True)} if len(member) > 1 else {}
            fresh.append(member.xreplace(k))
        return tuple(fresh)

    def _weighted(self, x: Any, weight: Any) -> Any:
        """The sum over the family of ``weight(value) * d value/dx``."""
        total = sympy.S.Zero
        for member in self.family:
            slope = member[0].diff(x)
            if slope != 0:
                total += sum_member(member, weight(member[0]) * slope)
        return total


class MaxOf(FamilyNode):
    """The largest value. Where it is differentiable the maximal members agree in slope, so their mean is the slope."""

    def _eval_derivative(self, x: Any) -> Any:
        family = self.renewed()
        return self._weighted(x, lambda value: HardOf(value, *family))


class ProdOf(FamilyNode):
    """The product of the values; its derivative in this form holds where no value is 0."""

    def _eval_derivative(self, x: Any) -> Any:
        return self * self._weighted(x, lambda value: 1 / value)


class CountOf(FamilyNode):
    """How many values equal the maximum; locally constant where it is differentiable."""

    is_positive = True


class HardOf(FamilyNode):
    """1/m if the first argument is one of the m maximal values, else 0; locally constant where differentiable."""

    leading = 1


class FirstOf(FamilyNode):
    """1 if the entry of the value (first argument) at Tuple(member, index) is the first maximal one, else 0."""

    leading = 2


class SparseOf(FamilyNode):
    """The sparsemax of the first argument within the family: where it is > 0, the argument less one threshold for all.

    Where it is differentiable the set of positive values, whose sum is 1, stays; its mean slope is the threshold's.
    """

    leading = 1

    def _eval_derivative(self, x: Any) -> Any:
        family = self.renewed()

        def positive(value: Any) -> Any:
            return SignOf(SparseOf(value, *family))

        own = self.args[0].diff(x)
        size = sum((sum_member(m, positive(m[0])) for m in self.family), sympy.S.Zero)
        return positive(self.args[0]) * (own - self._weighted(x, positive) / size)


class AbsOf(sympy.Function):  # type: ignore[misc]
    """The absolute value of a real number; its slope is the sign, also at 0 if the derivative exists there."""

    nargs = 1
    is_real = True
    is_extended_real = True
    is_nonnegative = True

    def fdiff(self, argindex: int = 1) -> Any:
        return SignOf(self.args[0])


class SignOf(sympy.Function):  # type: ignore[misc]
    """-1, 0 or 1; locally constant where it is differentiable."""

    nargs = 1
    is_real = True
    is_extended_real = True

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.S.Zero


class XLogY(sympy.Function):  # type: ignore[misc]
    """x*log(y), and 0 where x = 0."""

    nargs = 2
    is_real = True
    is_extended_real = True

    def fdiff(self, argindex: int = 1) -> Any:
        x, y = self.args
        return sympy.log(y) if argindex == 1 else x / y


def sum_member(member: Tuple, body: Any) -> Any:
    """The sum of ``body`` over a member's index."""
    if len(member) == 1:
        return body
    k, length, *excluded = member[1:]
    return IndexedSum(body, (k, 1, length)) - sum((body.subs(k, e) for e in excluded), sympy.S.Zero)
