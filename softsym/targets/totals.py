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

LARGEST, LARGEST_COMPUTED = 1e150, math.exp(32)
"""Up to this a total is trusted: if its exponents are inputs (quotients by it must not be subnormal), and if they are
computed."""


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
    return sums[0] if all(user == sums[0] or _is_quotient(user, term, sums[0]) for user in users) else None


def _is_quotient(op: Op, term: Op, total: Op) -> bool:
    """Whether it is the term by the total, or times ``c/total``."""
    if op.head in _QUOTIENTS:
        return op.args[:2] == (term, total)
    other = op.args[op.args[0] == term] if op.head == "mul" else op
    return other.head == "div" and not other.slots and other.args[1] == total


def highest(found: tuple[Op, ...]) -> float:
    """Up to where the totals are trusted."""
    if not found:
        return 0.0
    return LARGEST if all(total.args[0].args[0].head == "input" for total in found) else LARGEST_COMPUTED
