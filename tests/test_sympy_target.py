"""SymPy out and in: readable forms, no captured index, the same numbers as a finite N, and a round trip."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from sympy import Indexed, IndexedBase, KroneckerDelta, Lambda, Piecewise, Rational, Sum

from softsym.errors import SoftsymError, UnsupportedError
from softsym.evaluation import Point, evaluate
from softsym.expression import Expr, free_symbols
from softsym.language import parse, parse_expression
from softsym.targets.sympy import Maximum, to_sympy
from softsym.targets.sympy_reader import from_sympy
from tests.strategies import expressions

N = sympy.Symbol("N", integer=True, positive=True)
POINT = {"z": (Rational(1, 3), Rational(-1, 2), Rational(5, 4)), "w": (2, Rational(1, 7), -1)}

SYMBOLIC = {
    "lse(z)": "log(Sum(exp(z[k]), (k, 1, N)))",
    "softmax(z, beta)": "exp(beta*z[i])/Sum(exp(beta*z[k]), (k, 1, N))",
    "outer(z, w)": "w[j]*z[i]",
    "grad(lse(z, beta), z)": "exp(beta*z[i])/Sum(exp(beta*z[k]), (k, 1, N))",
    "diff(sum(z**2), z[k])": "2*z[k]",
    "max(z)": "Maximum(Lambda(k, z[k]), N)",
    "prod(p)": "Product(p[k], (k, 1, N))",
    "entropy(p)": "-Sum(log(p[k])*p[k], (k, 1, N))",
    "drop(z, i)": "Piecewise((z[j], i > j), (z[j + 1], True))",
    "limit(beta*a, beta, 0)": "Limit(a*beta, beta, 0, dir='+')",
}
CONCRETE = {
    "lse(z)": "log(exp(z1) + exp(z2))",
    "softmax(z)": "Matrix([[exp(z1)/(exp(z1) + exp(z2))], [exp(z2)/(exp(z1) + exp(z2))]])",
    "max(z)": "Max(z1, z2)",
    "diag(z)": "Matrix([[z1, 0], [0, z2]])",
    "entropy(p)": "-p1*log(p1) - p2*log(p2)",
    "z[i] - mean(z)": "z[i] - Sum(z[k], (k, 1, 2))/2",
    "concat(z, [a])": "Matrix([[z1], [z2], [a]])",
    "len(z)": "2",
}


@pytest.mark.parametrize(("text", "form"), SYMBOLIC.items())
def test_symbolic_length(text: str, form: str) -> None:
    assert str(to_sympy(parse_expression(text))) == form


@pytest.mark.parametrize(("text", "form"), CONCRETE.items())
def test_given_length(text: str, form: str) -> None:
    assert str(to_sympy(parse_expression(text), {"N": 2})) == form


def test_assumptions_follow_the_kinds() -> None:
    node = to_sympy(parse_expression("beta*a + sum(p)"), {"N": 2})
    kinds = {s.name: (s.is_positive, s.is_real) for s in node.free_symbols}
    assert kinds == {"beta": (True, True), "a": (None, True), "p1": (True, True), "p2": (True, True)}


def test_a_name_in_use_is_not_taken_for_an_entry() -> None:
    node = to_sympy(parse_expression("z[1] - z1 where z1: real"), {"N": 2})
    assert {str(s) for s in node.free_symbols if s.is_Symbol} >= {"z1", "z"}
    assert node != 0


def test_derivatives_do_not_capture_the_bound_index() -> None:
    """SymPy alone makes diff(Sum(exp(b*z[k]), (k, 1, N)), z[k]) a sum over the k that it differentiates by."""
    node = to_sympy(parse_expression("diff(sum(exp(beta*z)), z[k])"))
    assert str(node) == "beta*exp(beta*z[k])"


def test_deltas_of_another_range_are_kept() -> None:
    node = to_sympy(parse_expression("sum(delta(i, k)*z[k], k) where i: index(M)"))
    assert node.has(KroneckerDelta)


def at_point(node: Any, n: int) -> Any:
    """The number at the test's point, from the form with symbolic N."""
    node = node.subs(N, n).doit() if hasattr(node, "subs") else node
    return numbers(node.doit())


def numbers(node: Any) -> Any:
    """Names and entries replaced by the point's numbers."""
    values: dict[Any, Any] = {}
    for entry in node.atoms(Indexed):
        values[entry] = POINT[str(entry.base.label)][int(entry.indices[0]) - 1]
    for name in node.free_symbols:
        text = str(name)
        if text[:-1] in POINT:
            values[name] = POINT[text[:-1]][int(text[-1]) - 1]
    values |= {s: 2 for s in node.free_symbols if str(s) == "beta"}
    return sympy.N(node.subs(values), 30)


BOTH = (
    "lse(z, beta)",
    "boltzmann(z, beta)",
    "sum(jacobian(softmax(z, beta), z)[i, j]*w[j]*w[i], i) where j: index",
    "diff(boltzmann(z, beta), beta)",
    "max(z - w)",
    "norm(z, 3)",
    "prod(z - mean(z))",
    "argmax_count(z)",
    "sum(hardmax(z)*w)",
    "sum(onehot_argmax(z)*w)",
    "hardmax(onehot_argmax(z))[1]",
    "argmax_count(hardmax(z)*w)",
    "sum(onehot_argmax(onehot_argmax(z))*w)",
    "sum(xlogy(onehot_argmax(z), z - w))",
    "variance(softmax(z), w)",
    "trace(outer(z, w))",
    "dot(z, transpose(outer(z, w)) @ w)",
    "sum(drop(z, 2))",
)


@pytest.mark.parametrize("text", BOTH)
def test_the_symbolic_form_has_the_values_of_the_written_out_one(text: str) -> None:
    expr = parse_expression(text)
    symbolic, concrete = to_sympy(expr), to_sympy(expr, {"N": 3})
    free = {s: 2 for s in symbolic.free_symbols if str(s) == "j"}
    one, other = at_point(symbolic.subs(free), 3), at_point(to_sympy(expr, {"N": 3}).subs(free), 3)
    assert concrete is not None
    assert abs(one - other) < 1e-25


def test_hessian_agrees_with_differentiation_by_symbols() -> None:
    value = to_sympy(parse_expression("lse(z*w, beta)"), {"N": 3})
    names = [next(s for s in value.free_symbols if str(s) == f"z{n}") for n in (1, 2, 3)]
    direct = sympy.hessian(value, names)
    ours = to_sympy(parse_expression("hessian(lse(z*w, beta), z)"), {"N": 3})
    assert all(abs(numbers(one - other)) < 1e-25 for one, other in zip(direct, ours, strict=True))


def test_sparsemax_is_the_projection() -> None:
    values = [numbers(entry) for entry in to_sympy(parse_expression("sparsemax(z)"), {"N": 3})]
    assert values == [pytest.approx(1 / 24), 0, pytest.approx(23 / 24)]
    with pytest.raises(UnsupportedError, match="sparsemax"):
        to_sympy(parse_expression("sparsemax(z)"))


@settings(max_examples=60, deadline=None)
@given(expressions(depth=2))
def test_round_trip(expr: Expr) -> None:
    try:
        node = to_sympy(expr)
        again = to_sympy(from_sympy(node))
    except SoftsymError:
        return
    if not node.has(KroneckerDelta, Piecewise):
        assert str(node) == str(again) or sympy.expand((node - again).doit()) == 0


READ = {
    "exp(x)": (sympy.exp(sympy.Symbol("x")), "exp(x) where x: real"),
    "positive": (sympy.Symbol("c", positive=True) ** 2, "c**2 where c: positive"),
    "default": (sympy.Symbol("beta") / 3, "beta/3"),
    "max": (sympy.Max(sympy.Symbol("a", real=True), 0), "max([0, a])"),
    "abs": (sympy.Abs(sympy.Symbol("a", real=True)), "abs(a)"),
    "E": (sympy.E + sympy.pi, "exp(1) + pi"),
}


@pytest.mark.parametrize("name", READ)
def test_reading(name: str) -> None:
    node, text = READ[name]
    assert str(from_sympy(node)) == text


def test_lengths_come_from_the_sums() -> None:
    z, w, k = IndexedBase("z"), IndexedBase("w"), sympy.Symbol("k")
    node = Sum(z[k], (k, 1, sympy.Symbol("N"))) * Sum(w[k], (k, 1, sympy.Symbol("M")))
    assert str(from_sympy(node).args[1]) in {  # type: ignore[attr-defined]
        "sum(w[k], k) where w: vector(M), k: index(M)",
        "sum(z[k], k)",
    }


def test_the_largest_of_a_family() -> None:
    z, k = IndexedBase("z"), sympy.Symbol("k")
    assert str(from_sympy(Maximum(Lambda(k, 2 * z[k]), sympy.Symbol("N")))) == "max(2*z)"


@pytest.mark.parametrize(
    "node",
    [
        sympy.gamma(sympy.Symbol("a")),
        sympy.I,
        Sum(IndexedBase("z")[sympy.Symbol("k")], (sympy.Symbol("k"), 0, N)),
        sympy.Symbol("a b"),
        sympy.Symbol("__import__('os')"),
        sympy.Matrix([[1, 2], [3, 4]]),
        sympy.Integral(sympy.Symbol("a"), sympy.Symbol("a")),
        Piecewise((1, sympy.Symbol("a") > 0), (0, True)),
    ],
    ids=str,
)
def test_what_has_no_counterpart_is_an_error(node: Any) -> None:
    with pytest.raises(UnsupportedError):
        from_sympy(node)


def test_text_is_not_evaluated() -> None:
    with pytest.raises(sympy.SympifyError):
        from_sympy("exp(1)")


def test_parse_gives_the_documented_forms() -> None:
    assert str(parse("lse(z)").to_sympy()) == "log(Sum(exp(z[k]), (k, 1, N)))"  # type: ignore[union-attr]


VALUES = {"beta": Rational(3, 2), "omega": Rational(3, 4), "a": Rational(-1, 2), "t": Rational(3, 8)}
VECTORS = {**POINT, "v": (1, 2, Rational(-1, 2)), "p": (Rational(1, 8), Rational(1, 2), Rational(3, 8))}


def exact(expr: Expr, indices: dict[str, int]) -> Any:
    """The value by ball arithmetic, which shares nothing with the algebra."""
    names = {s.name for s in free_symbols(expr)}
    vectors = {n: tuple(Fraction(int(x.p), int(x.q)) for x in map(Rational, v)) for n, v in VECTORS.items()}
    scalars = {n: Fraction(int(v.p), int(v.q)) for n, v in VALUES.items()}
    given = {n: v for n, v in {**vectors, **scalars, **indices}.items() if n in names}
    return evaluate(expr, Point({"N": 3}, given))


@settings(max_examples=25, deadline=None)
@given(expressions(depth=2, length="N"))
def test_values_are_those_of_ball_arithmetic(expr: Expr) -> None:
    indices = {"i": 1, "j": 2, "k": 2}
    try:
        reference = exact(expr, indices)
        node = to_sympy(expr)
    except SoftsymError:
        return
    node = node.subs({s: indices[s.name] for s in node.free_symbols if s.is_Symbol and s.name in indices})
    node = node.subs(N, 3).doit()
    values: dict[Any, Any] = {e: VECTORS[str(e.base.label)][int(e.indices[0]) - 1] for e in node.atoms(Indexed)}
    values |= {s: VALUES[str(s)] for s in node.free_symbols if str(s) in VALUES}
    found = sympy.N(node.subs(values), 20)
    expected = float(reference) if isinstance(reference, Fraction) else float(reference.mid())
    assert abs(complex(found) - expected) <= 1e-9 * max(1.0, abs(expected))
