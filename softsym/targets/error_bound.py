"""What a program's results can be trusted for, in words."""

from __future__ import annotations

from softsym.targets.program import Op, Program, steps


def in_words(program: Program) -> str:
    """A description of the rounding errors of a program."""
    order = steps(program.result)
    cancelling = [op for op in order if op.head in ("sub", "add") and _inexact(op)]
    parts = [
        f"accuracy='fast': {len([o for o in order if o.args])} operations in float64, each rounded to within 1 ulp "
        "(elementary functions 1 to 2 ulp), sums to a few ulp"
    ]
    if cancelling:
        parts.append(
            f"{len(cancelling)} of them add or subtract rounded numbers, and where those nearly cancel the error is a "
            "few ulp of the larger one"
        )
    parts.append(
        "accuracy='high': as much precision as each result needs, certified by error bounds: within 1 ulp for every "
        "input, 4 ulp where the result is subnormal; what 8192 bits leave open (a difference that is 0 without being "
        "seen to be) counts as 0, and a distribution's entries are taken to add up to 1"
    )
    return "; ".join(parts) + "."


def _inexact(op: Op) -> bool:
    return all(a.head not in ("input", "number") for a in op.args) or (op.head == "sub" and bool(op.args[1].args))
