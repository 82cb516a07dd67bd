"""LaTeX: every function of the language has a notation, parentheses are right, and what is written can be typeset."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from softsym.definitions import FUNCTIONS
from softsym.entries import entry
from softsym.expression import Apply, Expr, walk
from softsym.language import parse, parse_expression
from softsym.targets.latex import to_latex
from tests.strategies import expressions

CASES = {
    "softmax(z, beta)": r"\operatorname{softmax}_\beta(z)",
    "lse(z, beta)": r"\operatorname{LSE}_\beta(z)",
    "sigmoid(beta*(z[1] - z[2]))": r"\sigma(\beta (z_1 - z_2))",
    "delta(i, j)*z[i]": r"\delta_{ij} z_i",
    "exp(beta*z)/sum(exp(beta*z))": r"\frac{e^{\beta z}}{\sum_{k=1}^{N} e^{\beta z_k}}",
    "log(sum(exp(z)))": r"\log \sum_{k=1}^{N} e^{z_k}",
    "limit(softmax(z, beta), beta, oo)": r"\lim_{\beta \to \infty} \operatorname{softmax}_\beta(z)",
    "diff(lse(z, beta), beta, 2)": r"\frac{\partial^2\operatorname{LSE}_\beta(z)}{\partial \beta^2}",
    "grad(lse(z), z)": r"\nabla_z\operatorname{LSE}(z)",
    "jacobian(softmax(z), z)[i, j]": r"\frac{\partial \operatorname{softmax}(z)_i}{\partial z_j}",
    "hessian(lse(z), z)[i, j]": r"\frac{\partial^2\operatorname{LSE}(z)}{\partial z_i \partial z_j}",
    "a - (b - c)": "a - (b - c)",
    "a - b - c": "a - b - c",
    "a + (b + c)": "a + b + c",
    "a - (-b)": "a - (-b)",
    "-a*b": "-a b",
    "a*(-b)": "a (-b)",
    "a/b/c": r"\frac{\frac{a}{b}}{c}",
    "-1/3": r"-\frac{1}{3}",
    "(a/b)**2": r"\left(\frac{a}{b} \right)^2",
    "exp(a)**2": r"\left(e^a \right)^2",
    "log(a)**2": r"(\log(a))^2",
    "exp(-a/(2*b))": r"e^{-a/(2 b)}",
    "2*3": r"2 \cdot 3",
    "a*2": r"a \cdot 2",
    "2*a": "2 a",
    "2.5e-30": r"25 \cdot 10^{-31}",
    "sum(z)*c": r"\left(\sum_{k=1}^{N} z_k \right) c",
    "c*sum(z*w)": r"c \sum_{k=1}^{N} z_k w_k",
    "sum(z/sum(z))": r"\sum_{k=1}^{N} \frac{z_k}{\sum_{l=1}^{N} z_l}",
    "sum(z[k]*w, k)": r"\sum_{k=1}^{N} z_k w",
    "z*w": r"z \odot w",
    "loss_fn*x1 where loss_fn: real, x1: real": r"\mathrm{loss\_fn} \cdot x_1",
    "gamma where gamma: positive": r"\gamma",
    "drop(z, i)[j]": r"(z_{\setminus i})_j",
    "kl(p, q)": r"D_{\mathrm{KL}}(p \,\|\, q)",
    "norm(z - w, oo)": r"\lVert z - w\rVert_\infty",
}


@pytest.mark.parametrize(("text", "latex"), CASES.items())
def test_notation(text: str, latex: str) -> None:
    assert to_latex(parse(text)) == latex


def test_statement() -> None:
    latex = to_latex(parse("max(z) <= lse(z, t) where t: positive, N >= 2"))
    assert latex == r"\max(z) \le \operatorname{LSE}_t(z)\quad \text{where}\ t\colon \text{positive}, N \ge 2"


def test_an_index_that_hides_another_gets_its_own_name() -> None:
    latex = to_latex(parse("sum(z[k]*sum(exp(w[k]), k), k)"))
    assert latex == r"\sum_{k=1}^{N} z_k \sum_{l=1}^{N} e^{w_l}"
    beside = to_latex(parse("sum(z[k], k)*sum(w[k], k)"))
    assert beside == r"\left(\sum_{k=1}^{N} z_k \right) \sum_{k=1}^{N} w_k"


def test_a_bound_index_is_never_a_name_in_use() -> None:
    assert r"\sum_{l=1}^{N} z_l z_k" in to_latex(parse("sum(z*z[k])"))


def example(name: str) -> Expr:
    """The function applied to names of the right types."""
    words = {"vector": "z", "matrix": "outer(z, w)", "index": "i", "names": "a", "point": "oo", "literal": "3"}
    words |= {"length": "N", "order": "2", "scalar": "lse(z)", "any": "z", "entries": "z"}
    if name in ("grad", "hessian", "jacobian"):
        return parse_expression(f"{name}({'softmax(z)' if name == 'jacobian' else 'lse(z)'}, z)")
    return parse_expression(f"{name}({', '.join(words[t] for _, t in FUNCTIONS[name].parameters)})")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_notation(name: str) -> None:
    assert balanced(to_latex(example(name)))


@settings(max_examples=150, deadline=None)
@given(expressions())
def test_any_expression_is_well_formed(expr: Expr) -> None:
    assert balanced(to_latex(expr))


def balanced(latex: str) -> bool:
    """Whether braces and growing brackets pair up, and no base has two subscripts."""
    depth = 0
    for mark in re.findall(r"\\left|\\right|(?<!\\)[{}]", latex):
        depth += 1 if mark in ("{", r"\left") else -1
        if depth < 0:
            return False
    return depth == 0 and not re.search(r"_(\w|\\[a-z]+)_|\^(\w|\\[a-z]+)\^", latex)


@settings(max_examples=60, deadline=None)
@given(expressions(rank=1, length="N"))
def test_an_entry_is_a_scalar_without_captured_indices(expr: Expr) -> None:
    index = parse_expression("z[i]").args[1]  # type: ignore[attr-defined]
    found = entry(expr, index)
    assert found.shape == ()
    bound = [n.args[1] for n in walk(found) if isinstance(n, Apply) and n.head == "sum" and len(n.args) > 1]
    assert index not in [b for b in bound if b not in walk(expr)]
