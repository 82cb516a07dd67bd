"""Formulas against NumPy: every function of the language, printed and computed by real spreadsheet engines."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from softsym import parse_expression
from softsym.errors import ShapeError, UnsupportedError
from softsym.expression import Expr
from softsym.targets.excel import to_excel, to_excel_entries, to_excel_grid
from softsym.targets.numpy import lambdify
from softsym.workbook.calculate import calculate
from softsym.workbook.plan import CellError, Plan, Sheet
from softsym.workbook.writer import write
from tests.workbook.engines import Values, cellrune_values, formulon_values, libreoffice_values

EXPRESSIONS = (
    "softmax(z, beta)", "softmin(z, beta)", "log_softmax(z, beta)", "lse(z, beta)", "logZ(z, beta)", "lse(z)",
    "logZ(z)", "mellowmax(z, omega)", "boltzmann(z, beta)", "hardmax(z)", "onehot_argmax(z)", "sparsemax(z)",
    "argmax_count(z)", "normalize(exp(z))", "sum(z)", "mean(z)", "max(z)", "min(z)", "prod(z/10)", "dot(z, y)",
    "norm(z, 1)", "norm(z, 2)", "norm(z, oo)", "norm(z, 3)", "len(z) + N", "max(abs(z))", "min(z*y)",
    "norm(z, 400)", "norm(z, beta)", "sum(abs(z - y)**2)",
    "sum(concat(z, w)) where w: vector(M)", "lse(concat(z, w), beta) where w: vector(M)",
    "len(concat(z, w)) + M where w: vector(M)", "max(concat(z, 2*w)) where w: vector(M)",
    "softmax(concat(z, w))[1] where w: vector(M)", "sum(basis(1)*z)",
    "sum(drop(concat(z, z), 2)*drop(concat(y, y), 2))", "centered(z)", "ones(N) + z", "basis(1)", "[a, b, a*b]",
    "diag(z)", "outer(z, y)", "identity(N)", "transpose(outer(z, y))", "trace(outer(z, y))", "diag(z) @ y",
    "outer(z, y) @ outer(y, z)", "jacobian(softmax(z, beta), z)", "hessian(lse(z, beta), z)",
    "grad(boltzmann(z, beta), z)", "diff(lse(z, beta), beta)", "sum(sum(z[k]*y[l]*(z[k] - y[l])**2, k), l)",
    "sum(sum(delta(k, l)*z[k]*y[l], k), l)", "sum(max(z - z[k]), k)",
    "sum(sum(exp(z[k]/50 + y[l]/50), k), l)", "sum(z*z[1], k)", "exp(a/50)", "log(1 + a**2)", "sqrt(a**2 + b**2)",
    "abs(a)", "sign(a)*b", "sinh(a/50)", "cosh(a/50)", "tanh(a)", "sigmoid(a)", "logit(sigmoid(a/50))",
    "softplus(a, beta)", "softplus(z)", "log_sigmoid(a)", "log_sigmoid(z)", "relu(a)", "relu(z)", "sum(sigmoid(z))",
    "sum(softplus(z, beta))", "dot(tanh(z), y)", "sum(relu(z))", "entropy(softmax(z))", "entropy(p)",
    "cross_entropy(p, softmax(z))", "kl(p, softmax(z))", "expectation(p, z)", "variance(p, z)", "covariance(p, z, y)",
    "moment(p, z, 3)", "moment(softmax(z), z, 4)", "-(a**2)", "2**-3 + 2**(3**2)", "a - (b - a)", "-a**2*b",
    "(a + b)/(1 + a**2)/(2 + b**2)", "a**3 - b**4", "(1 + a**2)**(b/100)", "pi*a", "0.1234567890123456789*a",
    "a*123456789012345678", "xlogy(p, p)", "sum(xlogy(hardmax(z), p))", "z**2/(1 + y**2)",
    "softmax(softmax(z, beta))", "-log_softmax(z, beta)[1]", "dot(hardmax(z), z)", "dot(sparsemax(z), y)",
    "lse([a, b])", "softmax([a, b, 0])", "1 - exp(-abs(a)/1e9)", "log(1 + exp(-40 - abs(a)))", "sum([z[k], y[k]], k)",
    "sum(onehot_argmax(z)*y)",
)  # fmt: skip
POINTS: tuple[dict[str, object], ...] = (
    {"z": [0.95, 0.99, 0.98], "y": [1.0, -2.0, 0.5], "p": [0.2, 0.3, 0.5], "beta": 500.0, "a": 1.5, "b": -2.25},
    {"z": [1000.0, 1000.0, -1000.0], "y": [3.0, 3.0, 3.0], "p": [1.0, 0.0, 0.0], "beta": 1e4, "a": -800.0, "b": 800.0},
    {"z": [-7.5], "y": [2.0], "p": [1.0], "beta": 0.001, "a": 0.0, "b": 1e-9},
    {"z": [2.0, 2.0, 2.0, 2.0, 2.0], "y": [0.0, 1.0, 2.0, 3.0, 4.0], "p": [0.2] * 5, "beta": 3.0, "a": 45.0, "b": 3.0},
    {"z": [-1.25, 3.5], "y": [1e-3, 1e3], "p": [0.25, 0.75], "beta": 40.0, "a": -1e-6, "b": 7.0},
)
RELATIVE, ABSOLUTE = 1e-12, 1e-300
CANCELLING, CANCELLED = ("log", "lse", "jacobian", "hessian"), 1e-14
"""Logs of sums near 1 and products p*(1 - p): a spreadsheet has them to an ulp of 1, NumPy to their own."""


def layout(orientation: str = "column") -> tuple[Plan, dict[tuple[str, int, int], tuple[str, float]]]:
    """A workbook with a sheet for each point, and what NumPy gives for each of its formulas."""
    plan, expected = Plan("formulas"), {}
    for number, values in enumerate(POINTS, 1):
        sheet = plan.sheet(f"Point {number}")
        given = {**values, "w": [0.5, -1.5], "omega": 2.5}
        cells = place(sheet, given, orientation)
        rows = count(1)
        for text in EXPRESSIONS:
            expr = parse_expression(text)
            numbers = np.atleast_1d(np.asarray(numpy_value(expr, given), dtype=float))
            for formula, value in zip(formulas_of(expr, cells), numbers.ravel(), strict=True):
                row = next(rows)
                sheet.put(row, 30, formula=formula[1:])
                expected[sheet.name, row, 30] = (f"{text}: {formula}", float(value))
    return plan, expected


def place(sheet: Sheet, given: dict[str, object], orientation: str) -> dict[str, str]:
    cells = {}
    for line, (name, value) in enumerate(given.items(), 1):
        numbers = value if isinstance(value, list) else [value]
        places = [(k, line) if orientation == "column" else (line, k) for k in range(1, len(numbers) + 1)]
        for where, number in zip(places, numbers, strict=True):
            sheet.put(*where, number)
        first, last = (f"{'ABCDEFGHIJKL'[c - 1]}{r}" for r, c in (places[0], places[-1]))
        cells[name] = first if first == last else f"{first}:{last}"
    return cells


def formulas_of(expr: Expr, cells: dict[str, str]) -> list[str]:
    if len(expr.shape) == 2:
        return [formula for row in to_excel_grid(expr, cells) for formula in row]
    return to_excel_entries(expr, cells) if expr.shape else [to_excel(expr, cells)]


def numpy_value(expr: Expr, given: dict[str, object]) -> object:
    function = lambdify(expr)
    lengths = {"N": len(given["z"]), "M": len(given["w"])}  # type: ignore[arg-type]
    return function(*({**given, **lengths}[name] for name in function.names))


def agree(found: object, value: float, text: str) -> bool:
    absolute = CANCELLED if any(word in text for word in CANCELLING) else ABSOLUTE
    if not math.isfinite(value):
        return isinstance(found, str | CellError)
    return isinstance(found, int | float) and math.isclose(found, value, rel_tol=RELATIVE, abs_tol=absolute)


def disagreements(found: Values, expected: dict[tuple[str, int, int], tuple[str, float]]) -> list[str]:
    return [
        f"{where[0]} {text} gives {found[where]}, NumPy {value}"
        for where, (text, value) in expected.items()
        if not agree(found[where], value, text)
    ]


@pytest.fixture(scope="module", params=["column", "row"])
def laid_out(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict, Plan]:
    plan, expected = layout(request.param)
    calculate(plan)
    path = tmp_path_factory.mktemp("formulas") / f"{request.param}.xlsx"
    write(plan, path)
    return path, expected, plan


def test_our_own_calculator_agrees(laid_out: tuple[Path, dict, Plan]) -> None:
    _, expected, plan = laid_out
    found = {(s.name, r, c): cell.value for s in plan.sheets for (r, c), cell in s.cells.items()}
    assert disagreements(found, expected) == []


@pytest.mark.parametrize("values_of", [formulon_values, cellrune_values])
def test_engines_agree(values_of: Callable[[Path], list[Values]], laid_out: tuple[Path, dict, Plan]) -> None:
    path, expected, _ = laid_out
    (found,) = values_of(path)
    assert disagreements(found, expected) == []


def test_libreoffice_agrees(laid_out: tuple[Path, dict, Plan], tmp_path: Path) -> None:
    path, expected, _ = laid_out
    assert disagreements(libreoffice_values(tmp_path, [path])[path.name], expected) == []


@pytest.mark.parametrize(
    ("text", "cells", "error", "says"),
    [
        ("softmax(z)[1]", {"z": "B2:C3"}, ShapeError, "2 rows and 2 columns"),
        ("z[3] + z[1]", {"z": "B2:B3"}, UnsupportedError, "beyond"),
        ("beta*z[1]", {"z": "B2:B3"}, ShapeError, "no cell is given for beta"),
        ("dot(z, y)", {"z": "B2:B3", "y": "C2:C4"}, ShapeError, "must agree"),
        ("a", {"a": "B2:B3"}, ShapeError, "one number"),
        ("a", {"a": "beta"}, ShapeError, "no cell or range"),
        ("a + 1e400", {"a": "A1"}, UnsupportedError, "outside the range"),
        ("onehot_argmax(z)[i]", {"z": "A1:A300", "i": "B1"}, UnsupportedError, "lay its parts out"),
        ("softmax(z)", {"z": "A1:A3"}, ShapeError, "index"),
    ],
)
def test_what_is_no_formula_is_refused(text: str, cells: dict[str, str], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        to_excel(text, cells)


@pytest.mark.parametrize(
    ("text", "index", "formula"),
    [
        ("lse(z, beta)", None, "=(MAX(B2:B4)+LN(SUMPRODUCT(EXP(B1*(B2:B4-MAX(B2:B4)))))/B1)"),
        ("softmax(z, beta)", 2, "=EXP(B1*(B3-MAX(B2:B4)))/SUMPRODUCT(EXP(B1*(B2:B4-MAX(B2:B4))))"),
        ("hardmax(z)", 1, "=((B2-MAX(B2:B4))=0)/SUMPRODUCT(--((B2:B4-MAX(B2:B4))=0))"),
        ("-(a**2)", None, "=-(C1^2)"),
        ("max(abs(z))", None, "=SUMPRODUCT(MAX(ABS(B2:B4)))"),
        ("diag(z) @ z", 3, "=B4*B4"),
    ],
)
def test_formulas_as_they_read(text: str, index: int | None, formula: str) -> None:
    assert to_excel(text, {"z": "B2:B4", "beta": "B1", "a": "C1"}, index) == formula


def test_entries_run_down_a_column_and_ranges_stay() -> None:
    found = to_excel_entries("z/sum(z)", {"z": "Inputs!$B$2:$B$4"})
    assert found[1] == "=Inputs!$B3/SUM(Inputs!$B$2:$B$4)"


@pytest.mark.parametrize("order", ["beta", "400"])
def test_shares_are_raised_by_exponentials(order: str) -> None:
    """A power that is too small, such as 0.4**1000, is #NUM! in LibreOffice; an exponential is 0."""
    formula = to_excel(f"norm(z, {order})", {"z": "A1:A3", "beta": "B1"})
    assert formula.count("^") == 1
    assert "EXP(" in formula


def test_small_differences_are_multiplied() -> None:
    """The square of 1E-200 is #NUM! in LibreOffice; the product is 0. Squares of data stay squares."""
    cells = {"z": "A1:A3", "v": "B1:B3", "p": "C1:C3"}
    assert "^" not in to_excel("variance(softmax(z), v)", cells)
    assert "^2" in to_excel("variance(p, v)", cells)
