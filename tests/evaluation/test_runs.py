"""Values run by run agree with values entry by entry, at points short enough for both."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate, pairwise

import pytest
from flint import arb, ctx, fmpq

from softsym.evaluation import Point, Undecided, Undefined, evaluate
from softsym.evaluation.runs import RunPoint, Runs, evaluator_at
from softsym.expression import Expr, apply, number
from softsym.language import parse

COUNTS = (1, 1, 3, 2)
POINT = RunPoint(
    {"N": 7, "M": 3},
    {
        "z": Runs((Fraction(2), Fraction(-1), Fraction(1, 2), Fraction(2)), COUNTS),
        "w": Runs((Fraction(0), Fraction(3), Fraction(1), Fraction(1)), COUNTS),
        "p": Runs((Fraction(1, 4), Fraction(1, 8), Fraction(1, 8), Fraction(1, 8)), COUNTS),
        "u": Runs((Fraction(1), Fraction(5)), (2, 1)),
        "beta": Fraction(3, 2),
        "i": 1,
        "j": 2,
    },
    {"N": COUNTS, "M": (2, 1)},
    {"z": "N", "w": "N", "p": "N", "u": "M"},
)
BELOW = "where u: vector(M)"

SCALARS = """
lse(z, beta) + boltzmann(w, beta)
entropy(p) - kl(p, softmax(z))
sum(sum(exp(z[i]*w[j]), i), j)
sum(sum(sum(abs(z[i] - z[j])*p[k], i), j), k)
sum(sum(delta(i, j)*z[i] + p[i]*p[j], i), j)
sum(z[k]*sum(drop(w, k)), k)
sum(max(drop(z, k)), k)
variance(softmax(z), w) + covariance(p, z, w) + moment(p, z, 3)
max(z) + min(w) + argmax_count(z) + len(concat(z, u))
dot(hardmax(z), w) + prod(z) + norm(z, 3) + mean(z)
diff(lse(z, beta), z[i]) + diff(lse(z, beta), z[i], z[j]) + diff(boltzmann(z, beta), beta, 2)
dot(grad(boltzmann(z, beta), z), w)
sum(diff(softmax(z, beta)[k], z[i])*w[k], k)
sum(diff(boltzmann(z), z[k])**2, k)
sum(softmax(concat(z, u))**2)
sum(z*basis(i)) + z[i]*w[j] + basis(j)[2]
dot(onehot_argmax(w), z)
lse([lse(z), lse(u)], beta) + softmax([1, 2, beta])[2]
"""
VECTORS = """
softmax(z, beta)*w - p
grad(lse(z*w), w)
concat(z, u)*2
drop(z, i)
centered(z) + ones(N)
hardmax(z) + basis(j)
"""


def listed(point: RunPoint) -> Point:
    """The same point entry by entry."""
    return Point(point.lengths, {n: in_full(v) if isinstance(v, Runs) else v for n, v in point.values.items()})


def in_full(runs: Runs) -> tuple[Fraction, ...]:
    return tuple(value for value, count in zip(runs, runs.counts, strict=True) for _ in range(count))


def read(text: str) -> Expr:
    return parse(f"{text} {BELOW}" if "u" in text.replace("sum", "") else text)


@pytest.mark.parametrize("text", SCALARS.strip().splitlines())
def test_scalars_agree_with_those_entry_by_entry(text: str) -> None:
    expr = read(text)
    assert_close(evaluate(expr, POINT), evaluate(expr, listed(POINT)))


@pytest.mark.parametrize("text", VECTORS.strip().splitlines())
def test_vectors_agree_at_the_first_entry_of_each_run(text: str) -> None:
    expr = read(text)
    value = evaluator_at(POINT).value(expr)
    for first, _ in pairwise((1, *(1 + end for end in accumulate(value.counts)))):
        one = apply("item", expr, number(first))
        assert_close(evaluate(one, POINT), evaluate(one, listed(POINT)))


def test_a_length_costs_nothing() -> None:
    huge = 10**100
    z = Runs((Fraction(0), Fraction(1)), (1, huge - 1))
    point = RunPoint({"N": huge}, {"z": z}, {"N": z.counts}, {"z": "N"})
    assert evaluate(parse("sum(sum((z[i] - z[j])**2, i), j)"), point) == 2 * (huge - 1)
    assert evaluate(parse("sum(softmax(z))"), point) == 1


def test_what_has_no_runs_is_undecided() -> None:
    for text in ("jacobian(softmax(z), z) @ z", "sparsemax(z)", "sum(z[i]*w, i)", "z[4]*drop(z, 4)"):
        with pytest.raises(Undecided):
            evaluator_at(POINT).value(parse(text))
    with pytest.raises(Undefined):
        evaluator_at(POINT).value(parse("z[8]"))


def assert_close(left: object, right: object) -> None:
    with ctx.workprec(200):
        gap = ball(left) - ball(right)
    assert gap.contains(0)
    assert gap.abs_upper() < 1e-20


def ball(x: object) -> arb:
    assert isinstance(x, Fraction | arb)
    return arb(fmpq(x.numerator, x.denominator)) if isinstance(x, Fraction) else x
