"""Which sums of a program without shifts tell, once they are known, that no shift was needed.

Without a shift an exponential may overflow or lose digits where it underflows. Let every exponential be used in one sum
S and in quotients by S alone, or in that of the others than the largest to the largest. If ``1 <= S``, an exponential
below the smallest normal number changes S by less than a rounding, and its quotient is below that number too, within an
ulp of what the shifted program gives; if S is finite and far from overflow, so are its terms. Exponents that are
computed are rounded in proportion to their size: there the terms must be small, and with them the exponents.
"""

from __future__ import annotations

import math

from softsym.targets.program import Op, Program, steps

LARGEST, LARGEST_COMPUTED = 1e290, math.exp(32)
"""Up to this a total is trusted: if its exponents are inputs, and if they are computed."""


_QUOTIENTS = ("div", "relative_excess")


def totals(program: Program) -> tuple[Op, ...]:
    """The sums that tell; none if the program uses an exponential otherwise, or has none."""
    order = steps(program.result)
    users: dict[Op, list[Op]] = {op: [] for op in order}
    for op in order:
        for arg in op.args:
            users[arg].append(op)
    largest = {op.args[2] for op in order if op.head == "relative_excess"}
    found = [_total(op, users[op]) for op in order if op.head in ("exp", "expm1", "pow") and op not in largest]
    return tuple(total for total in found if total is not None) if None not in found else ()


def _total(term: Op, users: list[Op]) -> Op | None:
    """The sum of the terms, if they are exponentials, and used in it and in quotients by it alone."""
    sums = [user for user in users if user.head == "sum"]
    if term.head != "exp" or not term.slots or len(sums) != 1:
        return None
    alone = all(user == sums[0] or (user.head in _QUOTIENTS and user.args[:2] == (term, sums[0])) for user in users)
    return sums[0] if alone else None


def highest(found: tuple[Op, ...]) -> float:
    """Up to where the totals are trusted."""
    if not found:
        return 0.0
    return LARGEST if all(total.args[0].args[0].head == "input" for total in found) else LARGEST_COMPUTED
