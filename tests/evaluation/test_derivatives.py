"""Derivatives by jets against SymPy's at concrete N, against mpmath's numerical ones, and where none exists."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
import sympy as sp
from flint import arb

from softsym.evaluation import Point, Undefined, evaluate
from softsym.language import parse_expression
from tests.evaluation import mpmath_oracle as oracle
from tests.evaluation.test_values import POINT, distance, flat, names

F = Fraction
Z = sp.symbols("z1:5")
B = sp.Symbol("beta", positive=True)
S = sum(sp.exp(B * z) for z in Z)
P = [sp.exp(B * z) / S for z in Z]
LSE = sp.log(S) / B
MEAN = sum(p * z for p, z in zip(P, Z, strict=True))
AT = {
    **{z: sp.Rational(v.numerator, v.denominator) for z, v in zip(Z, POINT.values["z"], strict=True)},
    B: sp.Rational(3, 2),
}  # type: ignore[arg-type,union-attr]

AGAINST_SYMPY: list[tuple[str, Any]] = [
    ("grad(lse(z, beta), z)", [sp.diff(LSE, z) for z in Z]),
    ("grad(boltzmann(z, beta), z)", [sp.diff(MEAN, z) for z in Z]),
    ("jacobian(softmax(z, beta), z)", [[sp.diff(p, z) for z in Z] for p in P]),
    ("hessian(lse(z, beta), z)", [[sp.diff(LSE, a, b) for b in Z] for a in Z]),
    ("hessian(prod(z), z)", [[sp.diff(sp.prod(Z), a, b) for b in Z] for a in Z]),
    ("diff(lse(z, beta), beta)", sp.diff(LSE, B)),
    ("diff(boltzmann(z, beta), beta, 4)", sp.diff(MEAN, B, 4)),
    ("diff(softmax(z, beta), z[2], z[4])", [sp.diff(p, Z[1], Z[3]) for p in P]),
    ("diff(softmax(z, beta)[i], z[i], z[j], z[i])", sp.diff(P[1], Z[1], Z[3], Z[1])),
    ("diff(softmax(z, beta)[1], z[2], beta, z[2])", sp.diff(P[0], Z[1], B, Z[1])),
    ("diff(diff(lse(z, beta), beta), z[1])", sp.diff(LSE, B, Z[0])),
    ("diff(grad(lse(z, beta), z)[1]*beta, beta, 2)", sp.diff(sp.diff(LSE, Z[0]) * B, B, 2)),
    ("sum(diff(boltzmann(z, beta), z[k])*z[k], k) where k: index", sum(sp.diff(MEAN, z) * z for z in Z)),
    ("diff(beta**beta, beta, 3)", sp.diff(B**B, B, 3)),
    ("diff(1/(1 + beta**2), beta, 5)", sp.diff(1 / (1 + B**2), B, 5)),
    ("diff(beta**(7/2), beta, 3)", sp.diff(B ** sp.Rational(7, 2), B, 3)),
    ("diff(log(1 + beta), beta, 6)", sp.diff(sp.log(1 + B), B, 6)),
]


@pytest.mark.parametrize(("text", "wanted"), AGAINST_SYMPY, ids=[t for t, _ in AGAINST_SYMPY])
def test_against_sympy(text: str, wanted: Any) -> None:
    found = [*flat(evaluate(parse_expression(text), POINT, digits=30))]
    with mp.workdps(oracle.DIGITS):
        numbers = [mp.mpf(str(sp.N(sp.sympify(w).subs(AT), 50))) for w in flat(wanted)]
        assert len(found) == len(numbers)
        for mine, theirs in zip(found, numbers, strict=True):
            assert distance(mine, theirs) <= mp.mpf(10) ** -25 * max(1, abs(theirs))


@pytest.mark.parametrize("text", ["lse(z, beta)", "boltzmann(z, beta)", "entropy(softmax(z, beta))", "norm(z, beta)"])
@pytest.mark.parametrize("order", [1, 3, 12])
def test_high_orders_against_numerical_differentiation(text: str, order: int) -> None:
    found = evaluate(parse_expression(f"diff({text}, beta, {order})"), POINT)
    with mp.workdps(120):
        given = names(POINT)
        wanted = mp.diff(
            lambda b: oracle.value(parse_expression(text), {**given, "beta": b}),
            given["beta"],
            order,
            h=mp.mpf(10) ** -8,
        )
        assert distance(found, wanted) <= mp.mpf(10) ** -5 * max(1, abs(wanted))


def value(text: str, **values: Any) -> Any:
    sizes = {len(v) for v in values.values() if isinstance(v, tuple)} or {1}
    return evaluate(parse_expression(text), Point({"N": max(sizes)}, values))


EXACT = [
    ("diff(t**3, t, 2)", {"t": F(2)}, F(12)),
    ("diff(t**3, t, 4)", {"t": F(2)}, F(0)),
    ("diff(t**2, t)", {"t": F(0)}, F(0)),
    ("diff(max(z + t), t)", {"z": (F(1), F(1)), "t": F(0)}, F(1)),
    ("diff(max(z), z[2])", {"z": (F(1), F(3))}, F(1)),
    ("grad(abs(t)*z[1], z)", {"z": (F(1),), "t": F(0)}, (F(0),)),
    ("diff(hardmax(z), z[1])", {"z": (F(1), F(3))}, (F(0), F(0))),
    ("jacobian(sparsemax(z), z)", {"z": (F(1), F(1))}, ((F(1, 2), F(-1, 2)), (F(-1, 2), F(1, 2)))),
    ("diff(sign(t), t)", {"t": F(-3)}, F(0)),
    ("diff(relu(t), t)", {"t": F(1, 2)}, F(1)),
    ("diff(norm(z, 2), z[1])", {"z": (F(3), F(4))}, F(3, 5)),
    ("diff(cross_entropy(p, q), p[1])", {"p": (F(0), F(1)), "q": (F(1), F(1, 2))}, F(0)),
    ("diff(sum(y), z[1])", {"y": (F(1),), "z": (F(1),)}, F(0)),
]


@pytest.mark.parametrize(("text", "values", "wanted"), EXACT, ids=[t for t, _, _ in EXACT])
def test_exact_derivatives(text: str, values: dict[str, Any], wanted: Any) -> None:
    assert value(text, **values) == wanted


KINKS = [
    ("diff(abs(t), t)", {"t": F(0)}),
    ("diff(relu(t), t)", {"t": F(0)}),
    ("diff(sign(t), t)", {"t": F(0)}),
    ("diff(sqrt(t), t)", {"t": F(0)}),
    ("diff(t**(3/2), t, 2)", {"t": F(0)}),
    ("grad(max(z), z)", {"z": (F(1), F(1))}),
    ("diff(hardmax(z)[1], z[1])", {"z": (F(1), F(1))}),
    ("diff(onehot_argmax(z)[1], z[2])", {"z": (F(1), F(1))}),
    ("diff(argmax_count(z), z[2])", {"z": (F(1), F(1))}),
    ("diff(sparsemax(z)[1], z[1])", {"z": (F(1), F(0))}),
    ("diff(norm(z, 2), z[1])", {"z": (F(0), F(0))}),
    ("diff(norm(z, oo), z[1])", {"z": (F(1), F(-1))}),
    ("diff(entropy(p), p[1])", {"p": (F(0), F(1))}),
    ("diff(0**t, t)", {"t": F(0)}),
    ("diff(z[1], z[3])", {"z": (F(0), F(1))}),
]


@pytest.mark.parametrize(("text", "values"), KINKS, ids=[t for t, _ in KINKS])
def test_no_derivative_at_a_kink(text: str, values: dict[str, Any]) -> None:
    with pytest.raises(Undefined):
        value(text, **values)


def test_a_large_hessian_is_fast_enough() -> None:
    size = 30
    found = evaluate(
        parse_expression("hessian(lse(z), z)"),
        Point({"N": size}, {"z": tuple(F(n, 7) for n in range(size))}),
        digits=15,
    )
    rows = [sum((x for x in row), arb(0)) for row in found]  # type: ignore[union-attr]
    assert all(row.contains(0) and row.rad() < 1e-12 for row in rows)
