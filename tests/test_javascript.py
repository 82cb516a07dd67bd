"""The printed JavaScript, run in Node: the values of ball arithmetic, also where the definition overflows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import isfinite
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from softsym.errors import SoftsymError
from softsym.evaluation import Point, evaluate
from softsym.expression import Expr, free_symbols
from softsym.language import parse_expression
from softsym.targets.javascript import RUNTIME, arguments, function, to_javascript
from tests.strategies import expressions

SERVER = """
const lines = require('readline').createInterface({ input: process.stdin });
const special = (_, x) => (typeof x === 'number' && !Number.isFinite(x) ? String(x) : x);
lines.on('line', (line) => {
  const { code, args } = JSON.parse(line);
  let result;
  try {
    result = { value: (0, eval)(`(() => { 'use strict'; ${code}; return f; })()`)(...args) };
  } catch (error) {
    result = { error: String(error) };
  }
  console.log(JSON.stringify(result, special));
});
"""
Call = Callable[[str, list[Any]], Any]


@pytest.fixture(scope="module")
def node() -> Iterator[Call]:
    """Runs the function f of a program in Node; infinities come back as texts."""
    program = shutil.which("node")
    if program is None:
        if os.environ.get("SOFTSYM_REQUIRE_PROGRAMS"):
            pytest.fail("node is required and not installed")
        pytest.skip("node is not installed")
    with subprocess.Popen([program, "-e", SERVER], stdin=-1, stdout=-1, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def call(code: str, args: list[Any]) -> Any:
            process.stdin.write(json.dumps({"code": code, "args": args}) + "\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            answer = json.loads(process.stdout.readline())  # type: ignore[union-attr]
            assert "error" not in answer, f"{answer['error']} in {code[len(RUNTIME) :]}"
            return answer["value"]

        yield call
        process.stdin.close()


SCALARS = {
    "beta": 1.5,
    "omega": 0.75,
    "T": 2.0,
    "a": -0.5,
    "b": 0.25,
    "c": 3.0,
    "t": 0.375,
    "s": -2.0,
    "i": 1,
    "j": 2,
    "k": 2,
}
VECTORS = {
    "z": [0.5, -1.25, 0.5, 2.0],
    "w": [-3.0, 0.75, 1.0, 0.125],
    "v": [1.0, 2.0, -0.5, 4.0],
    "x": [0.25, 1.25, 2.5, 0.5],
    "p": [0.125, 0.25, 0.5, 0.125],
    "q": [0.25, 0.25, 0.125, 0.375],
}


def values(expr: Expr, n: int = 4, **given: Any) -> dict[str, Any]:
    """A value for each argument of the printed function."""
    table = {**SCALARS, **{name: v[:n] for name, v in VECTORS.items()}, "N": n, **given}
    return {name: table[name] for name in arguments(expr)}


def exact(expr: Expr, found: dict[str, Any]) -> Any:
    """The value by ball arithmetic, as floats."""
    vectors = [len(v) for v in found.values() if isinstance(v, list)]
    lengths = {"N": vectors[0] if vectors else found.get("N", 4)}
    indices = {s.name for s in free_symbols(expr) if s.kind.type == "index"}
    point = {
        name: tuple(map(Fraction, v)) if isinstance(v, list) else v if name in indices else Fraction(v)
        for name, v in found.items()
        if name != "N"
    }
    return floats(evaluate(expr, Point(lengths, point)))


def floats(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [floats(v) for v in value]
    return float(value.mid()) if hasattr(value, "mid") else value.p / value.q if hasattr(value, "p") else float(value)


def close(one: Any, other: Any, tolerance: float, floor: float = 0.0) -> bool:
    if isinstance(one, list):
        return len(one) == len(other) and all(close(a, b, tolerance, floor) for a, b in zip(one, other, strict=True))
    return abs(float(one) - other) <= max(tolerance * abs(other), floor)


TEXTS = (
    "softmax(z, beta)", "softmin(z, beta)", "log_softmax(z, beta)", "lse(z, beta)", "logZ(z, beta)",
    "mellowmax(z, omega)", "boltzmann(x, beta)", "hardmax(z)", "onehot_argmax(z)", "sparsemax(z)", "normalize(x)",
    "entropy(softmax(z, beta))", "cross_entropy(p, softmax(z, beta))", "kl(p, q)", "variance(softmax(z, beta), z)",
    "expectation(p, x)", "covariance(p, z, w)", "moment(p, z, 3)", "max(z)", "min(z - w)", "prod(x)", "mean(x)",
    "norm(z, 3)", "norm(z, oo)", "dot(z, w)", "len(z)", "argmax_count(z)", "concat(z, [a, b])", "drop(z, i)",
    "centered(z)", "diag(z) @ w", "outer(z, w)", "identity(N)", "trace(outer(z, z))", "transpose(outer(z, w)) @ z",
    "outer(z, w) @ outer(w, z)", "basis(i)", "ones(N)", "delta(i, j)", "sum(z[k]*exp(w), k)",
    "sum(sum(exp(z[k]*w[l]/4), k), l)", "sigmoid(z)", "sigmoid(a)", "logit(t)", "softplus(z, beta)", "log_sigmoid(z)",
    "relu(z)", "sign(z)", "sinh(a)", "cosh(z)", "tanh(a)", "sqrt(x)", "abs(a)", "exp(a) - 1", "log(1 + t)", "-a**2",
    "(-a)**3/c/b - (c - (b - a))", "xlogy(0, a)", "pi*beta**a", "0.1*1e-30", "z[2]*outer(z, w)[i, j]",
    "concat(z, w)[3]", "softmax(z, beta)[i]",
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_values(text: str, node: Call) -> None:
    expr = parse_expression(text)
    found = values(expr)
    for naive in (False, True):
        ours = node(to_javascript(expr, naive=naive), list(found.values()))
        assert close(ours, exact(expr, found), 1e-13), (ours, exact(expr, found))


HARD = (
    ("softmax(z, beta)", {"z": [0.95, 0.99, 0.98], "beta": 5000.0}),
    ("softmax(z, beta)", {"z": [1e300, -1e300, 1e300], "beta": 1e4}),
    ("lse(z, beta)", {"z": [1000.0, 1000.0, -1000.0], "beta": 800.0}),
    ("boltzmann(z, beta)", {"z": [5.0, 5.0, 1.0], "beta": 1e4}),
    ("log_softmax(z, beta)", {"z": [800.0, -800.0], "beta": 1.0}),
    ("entropy(softmax(z, beta))", {"z": [3.0, 1.0, 2.0], "beta": 1000.0}),
    ("lse(z, beta)", {"z": [-7.0], "beta": 1e-3}),
    ("mellowmax(z, omega)", {"z": [2.0, 2.0], "omega": 1e3}),
    ("softplus(a, beta)", {"a": 900.0, "beta": 2.0}),
    ("sigmoid(a)", {"a": -800.0}),
)


@pytest.mark.parametrize(("text", "found"), HARD)
def test_no_overflow(text: str, found: dict[str, Any], node: Call) -> None:
    expr = parse_expression(text)
    found = {name: found[name] for name in arguments(expr)}
    assert close(node(to_javascript(expr), list(found.values())), exact(expr, found), 1e-13, 1e-300)


def test_the_definition_overflows_where_the_stable_form_does_not(node: Call) -> None:
    args = [[0.95, 0.99, 0.98], 800.0]
    assert "NaN" in node(to_javascript("softmax(z, beta)", naive=True), args)
    assert close(sum(node(to_javascript("softmax(z, beta)"), args)), 1.0, 1e-15)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions(rank=0, depth=2, length="N"))
def test_any_expression(node: Call, expr: Expr) -> None:
    try:
        found = values(expr)
        reference = exact(expr, found)
        codes = [function(expr, naive=naive) for naive in (True, False)]
    except (SoftsymError, ImportError, OverflowError):
        assume(False)
    assume(isfinite(reference) and abs(reference) < 1e200)
    for code in codes:
        ours = node(f"{RUNTIME}\n{code}", list(found.values()))
        assert ours in ("Infinity", "-Infinity", "NaN") or close(ours, reference, 1e-8, 1e-8)


def test_names_that_javascript_reserves(node: Call) -> None:
    expr = parse_expression("var + new*t1 where var: real, new: real, t1: real")
    assert arguments(expr) == ("var", "new", "t1")
    assert node(to_javascript(expr), [4, 2, 3]) == 10


@pytest.mark.parametrize("name", ["f(){}; evil", "var", "a b", "", "1f"])
def test_a_function_name_is_a_name(name: str) -> None:
    with pytest.raises(SoftsymError, match="cannot name a function"):
        function("lse(z)", name)
