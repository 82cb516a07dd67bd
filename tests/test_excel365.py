"""Formulas that spill against NumPy and ball arithmetic, computed by formulon; and their form."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from decimal import DecimalException
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.formula import Tokenizer

from softsym import parse_expression
from softsym.bindings import value
from softsym.errors import ShapeError, SoftsymError, UnsupportedError
from softsym.expression import Apply, Expr, free_symbols, walk
from softsym.targets.excel import to_excel, to_excel_function
from softsym.targets.excel365 import SpillMaker, function_parameters, function_text
from softsym.targets.excel_formulas import prepared
from softsym.targets.excel_names import PREFIXES, NameGiver, file_text, function_names, is_cell_like
from softsym.targets.excel_syntax import Call, DefinedName, Formula, children, parse_formula, walk_formula
from softsym.targets.numpy import lambdify
from tests.strategies import expressions, sums_over_indices
from tests.test_excel_target import EXPRESSIONS, POINTS, agree
from tests.workbook.engines import engine

ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


class Sheet:
    """Inputs on a sheet of formulon, which evaluates formulas beside them."""

    def __init__(self, values: dict[str, Any], orientation: str = "column") -> None:
        self.book = engine("formulon").Workbook.create_default()
        self.cells: dict[str, str] = {}
        for line, (name, entries) in enumerate(values.items()):
            numbers = entries if isinstance(entries, list) else [entries]
            places = [(k, line) if orientation == "column" else (line, k) for k in range(len(numbers))]
            for place, number in zip(places, numbers, strict=True):
                self.book.set_number(0, *place, float(number))
            corners = [f"{chr(65 + c)}{r + 1}" for r, c in (places[0], places[-1])]
            self.cells[name] = corners[0] if len(numbers) == 1 else ":".join(corners)

    def evaluate(self, formula: str) -> list[list[Any]]:
        """The cells that the formula fills."""
        rows = self.book.evaluate_formula_array(0, 60, 30, formula)
        return [[cell_value(cell) for cell in row] for row in rows]


def cell_value(cell: Any) -> Any:
    """A number, a text or an error's code."""
    if cell.kind.name != "ERROR":
        return cell.to_python()
    return ERRORS[cell.error_code] if cell.error_code < len(ERRORS) else "#ERROR!"


def disagreement(found: list[list[Any]], wanted: np.ndarray[Any, Any], text: str) -> str:
    """What differs between a spilled result and the values of the same shape."""
    if not np.isfinite(wanted).all() and len(found) == len(found[0]) == 1 and isinstance(found[0][0], str):
        return ""
    if np.shape(found) != wanted.shape:
        return f"shapes {np.shape(found)} and {wanted.shape}"
    pairs = zip((x for row in found for x in row), wanted.ravel(), strict=True)
    wrong = [f"{x} and {y}" for x, y in pairs if not agree(x, float(y), text)]
    return "; ".join(wrong)


def spilled(values: Any, orientation: str = "column") -> np.ndarray[Any, Any]:
    """Values in the shape in which they fill cells."""
    array = np.asarray(values, dtype=float)
    if array.ndim == 2:
        return array
    return array.reshape(1, -1) if orientation == "row" and array.ndim else array.reshape(-1, 1)


@pytest.fixture(scope="module")
def forms() -> list[tuple[str, Expr, Expr, Any]]:
    exprs = [(text, parse_expression(text)) for text in EXPRESSIONS]
    return [(text, expr, prepared(expr), lambdify(expr)) for text, expr in exprs]


@pytest.mark.parametrize(("point", "orientation"), [*((p, "column") for p in POINTS), (POINTS[0], "row")])
def test_formulon_agrees_with_numpy(forms: list[Any], point: dict[str, Any], orientation: str) -> None:
    values = {**point, "w": [0.5, -1.5], "omega": 2.5}
    sheet, wrong = Sheet(values, orientation), []
    for text, expr, form, function in forms:
        wanted = spilled(function(*({**values, **lengths(values)}[n] for n in function.names)), orientation)
        maker = SpillMaker(form, sheet.cells, source=expr)
        problem = disagreement(sheet.evaluate(maker.formula()), wanted, text)
        if problem or maker.size != wanted.shape:
            wrong.append(f"{text}: {maker.formula()} {problem}")
    assert wrong == []


def lengths(values: dict[str, Any]) -> dict[str, int]:
    return {"N": len(values["z"]), "M": len(values["w"])}


@pytest.mark.parametrize("orientation", ["column", "row"])
def test_functions_agree_with_numpy(forms: list[Any], orientation: str) -> None:
    values = {**POINTS[0], "w": [0.5, -1.5], "omega": 2.5}
    sheet, wrong = Sheet(values, orientation), []
    for text, expr, form, function in forms:
        wanted = np.atleast_1d(function(*({**values, **lengths(values)}[n] for n in function.names)))
        given = [sheet.cells.get(n) or str(lengths(values)[n]) for n in function_parameters(form, expr)]
        formula = f"{function_text(form, source=expr)}({','.join(given)})"
        found = [x for row in sheet.evaluate(f"={file_text(formula)}") for x in row]
        if not all(agree(x, float(y), text) for x, y in zip(found, wanted.ravel(), strict=True)):
            wrong.append(f"{text}: {formula} gives {found}, not {wanted}")
    assert wrong == []


VALUES = {
    "z": [0.5, -1.25, 2.0], "w": [1.5, 0.25, -0.75], "v": [-0.5, 0.125, 3.0], "p": [0.2, 0.3, 0.5],
    "y": [0.1, 0.7, -3.0], "beta": 1.5, "omega": 0.75, "a": -0.5, "t": 1.25, "i": 2, "j": 3, "k": 1, "l": 2,
}  # fmt: skip
CALCULUS = {"diff", "grad", "jacobian", "hessian", "limit"}


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    return Sheet(VALUES)


def check_value(sheet: Sheet, expr: Expr, form: str) -> None:
    """The formula's value must be that of ball arithmetic, where there is one."""
    names = {s.name for s in free_symbols(expr)}
    try:
        wanted = spilled(value(expr, 17, **{n: v for n, v in {**VALUES, "N": 3}.items() if n in names}))
        formula = to_excel(expr, sheet.cells, form=form, dialect="excel365")
    except (SoftsymError, DecimalException):  # undefined, or a number outside a spreadsheet's range
        return
    found = sheet.evaluate(formula)
    assert np.shape(found) == wanted.shape, f"{expr}: {formula} gives {found}"
    for x, y in zip((x for row in found for x in row), wanted.ravel(), strict=True):
        if form == "plain" and isinstance(x, str):  # as written it may overflow
            continue
        assert abs(y) > 1e300 or math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-13), f"{expr}: {formula} {x} {y}"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2).flatmap(lambda rank: expressions(rank, 3, "N")), st.sampled_from(["stable", "plain"]))
def test_random_expressions_agree_with_ball_arithmetic(sheet: Sheet, expr: Expr, form: str) -> None:
    if not any(isinstance(n, Apply) and n.head in CALCULUS for n in walk(expr)):
        check_value(sheet, expr, form)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(sums_over_indices())
def test_sums_over_any_number_of_indices(sheet: Sheet, expr: Expr) -> None:
    check_value(sheet, expr, "plain")


# the form


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("softmax(z, beta)", "=LET(z,B2:B4,beta,B1,e,EXP(beta*(z-MAX(z))),e/SUM(e))"),
        ("lse(z, beta)", "=LET(z,B2:B4,beta,B1,m,MAX(z),m+LN(SUM(EXP(beta*(z-m))))/beta)"),
        ("sum(z)", "=SUM(B2:B4)"),
        ("a - beta", "=(C1-B1)"),
        ("outer(z, y)", "=B2:B4*TRANSPOSE(D2:D4)"),
        ("sum(sum((z[k] - z[l])**2, k), l)", "=LET(z,B2:B4,SUM(((TRANSPOSE(z)-z)^2)))"),
        ("[a, beta]", "=VSTACK(C1,B1)"),
        ("-(a**2)", "=-(C1^2)"),
    ],
)
def test_formulas_as_they_read(text: str, formula: str) -> None:
    cells = {"z": "B2:B4", "y": "D2:D4", "beta": "B1", "a": "C1"}
    assert to_excel(text, cells, dialect="excel365") == formula


def test_names_that_a_spreadsheet_reads_otherwise_are_changed() -> None:
    text = "x1*T*r*rate*exp(x1*T*r*rate) where x1: real, rate: real"
    formula = to_excel(text, {"x1": "A1", "T": "A2", "r": "A3", "rate": "A4"}, dialect="excel365")
    assert formula.startswith("=LET(x1_,A1,T_,A2,r_,A3,rate_,A4,")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2).flatmap(lambda rank: expressions(rank, 3, "N")))
def test_names_are_given_before_they_are_used_and_parts_stand_once(expr: Expr) -> None:
    cells = {n: f"{chr(65 + k)}1:{chr(65 + k)}3" for k, n in enumerate("zwvpy")}
    cells |= {n: f"F{k}" for k, n in enumerate(("beta", "omega", "a", "t", "i", "j", "k"), 1)}
    try:
        formula = to_excel(expr, cells, dialect="excel365")
    except SoftsymError:  # a number outside a spreadsheet's range
        return
    tree = parse_formula(formula)
    assert not any(repeated(body) for body in scopes(tree)), formula
    assert unknown_names(tree, frozenset()) == [], formula
    given_names = [t.text for t in names_given(tree)]
    assert not [n for n in given_names if is_cell_like(n) or n.upper() in function_names()], formula
    assert "".join(t.value for t in Tokenizer(formula).items) == formula[1:]


def scopes(tree: Formula) -> Iterator[Formula]:
    yield tree
    yield from (n.args[-1] for n in walk_formula(tree) if isinstance(n, Call) and n.name == "LAMBDA")


def repeated(tree: Formula) -> list[Formula]:
    """The parts that a formula computes twice: calls, and operators that do not only join numbers."""
    parts = Counter(n for n in walk_formula(tree) if children(n) and not _is_trivial(n))
    return [part for part, count in parts.items() if count > 1]


def _is_trivial(node: Formula) -> bool:
    is_reducer = isinstance(node, Call) and (node.name == "LAMBDA" or DefinedName("line") in children(node))
    return is_reducer or not any(isinstance(n, DefinedName | Call) for n in walk_formula(node))


def names_given(tree: Formula) -> Iterator[DefinedName]:
    for node in walk_formula(tree):
        if isinstance(node, Call) and node.name in ("LET", "LAMBDA"):
            step = 2 if node.name == "LET" else 1
            yield from (n for n in node.args[:-1:step] if isinstance(n, DefinedName))


def unknown_names(node: Formula, known: frozenset[str]) -> list[str]:
    """Names that stand for nothing where they are used."""
    if isinstance(node, DefinedName):
        return [] if node.text in known else [node.text]
    if isinstance(node, Call) and node.name == "LAMBDA":
        return unknown_names(node.args[-1], known | {p.text for p in node.args[:-1]})  # type: ignore[union-attr]
    found = []
    if isinstance(node, Call) and node.name == "LET":
        for name, given_value in zip(node.args[:-1:2], node.args[1:-1:2], strict=True):
            found += unknown_names(given_value, known)
            known |= {name.text}  # type: ignore[union-attr]
        return found + unknown_names(node.args[-1], known)
    return [name for child in children(node) for name in unknown_names(child, known)]


@pytest.mark.parametrize(
    ("text", "cells", "error", "says"),
    [
        ("softmax(z)", {"z": "B2:C3"}, ShapeError, "2 rows and 2 columns"),
        ("z[3] + z[1]", {"z": "B2:B3"}, UnsupportedError, "beyond"),
        ("a + 1e400", {"a": "A1"}, UnsupportedError, "outside the range"),
        ("dot(z, y)", {"z": "B2:B3", "y": "C2:C4"}, ShapeError, "must agree"),
        ("beta*z", {"z": "B2:B3"}, ShapeError, "no cell is given for beta"),
        ("+".join(f"exp(a*{k})**2/(1 + exp(a*{k}))" for k in range(130)), {"a": "A1"}, UnsupportedError, "names"),
        (f"sum([{','.join(f'a*{k}.125' for k in range(1000, 1880))}])", {"a": "A1"}, UnsupportedError, "characters"),
        (f"[{','.join(f'a*{k}' for k in range(300))}]", {"a": "A1"}, UnsupportedError, "300 arguments"),
        ("exp(" * 65 + "a" + ")" * 65, {"a": "A1"}, UnsupportedError, "nests"),
    ],
)
def test_what_is_no_formula_is_refused(text: str, cells: dict[str, str], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        to_excel(text, cells, form="plain", dialect="excel365")


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(SoftsymError, match="excel365"):
        to_excel("a", {"a": "A1"}, dialect="excel356")


def test_entries_of_a_spilling_expression() -> None:
    cells = {"z": "A1:A3"}
    assert to_excel("exp(z)", cells, 2, form="plain", dialect="excel365") == "=EXP(INDEX(A1:A3,2))"
    with pytest.raises(ShapeError, match="outside 1 to 3"):
        to_excel("exp(z)", cells, 4, dialect="excel365")


def test_functions_keep_the_direction_of_a_single_vector(sheet: Sheet) -> None:
    function = to_excel_function("softmax(z)")
    assert np.shape(sheet.evaluate(f"{function}(A1:A3)")) == (3, 1)
    assert np.shape(sheet.evaluate(f"{function}(TRANSPOSE(A1:A3))")) == (1, 3)


def test_every_new_function_that_xlsxwriter_knows_has_its_prefix() -> None:
    worksheet = pytest.importorskip("xlsxwriter.worksheet")
    with open(worksheet.__file__, encoding="utf-8") as file:
        known = set(re.findall(r'"(_xlfn\.(?:_xlws\.)?)([A-Z0-9.]+)\("', file.read()))
    assert len(known) > 150
    assert {name: prefix for prefix, name in known}.items() <= PREFIXES.items()


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("LET(z,A1:A3,m,MAX(z),z-m)", "_xlfn.LET(_xlpm.z,A1:A3,_xlpm.m,MAX(_xlpm.z),_xlpm.z-_xlpm.m)"),
        ("LET(x,1,x)+x", "_xlfn.LET(_xlpm.x,1,_xlpm.x)+x"),
        ('LET(z,A1,z&"LET(z,1,z)")', '_xlfn.LET(_xlpm.z,A1,_xlpm.z&"LET(z,1,z)")'),
        ("LET(f,LAMBDA(x,x+1),f(2))", "_xlfn.LET(_xlpm.f,_xlfn.LAMBDA(_xlpm.x,_xlpm.x+1),_xlpm.f(2))"),
        ("SORT(FILTER(A1:A3,A1:A3>0))", "_xlfn._xlws.SORT(_xlfn._xlws.FILTER(A1:A3,A1:A3>0))"),
        ("_xlfn.LET(_xlpm.x,A1,_xlpm.x)", "_xlfn.LET(_xlpm.x,A1,_xlpm.x)"),
        ("SUM(A1:A3)", "SUM(A1:A3)"),
        ("LET(", "_xlfn.LET("),
        ("§", "§"),
    ],
)
def test_prefixes_in_files(formula: str, text: str) -> None:
    assert file_text(formula) == text


@given(st.lists(st.text("zxRC1_T", min_size=1, max_size=4), max_size=8))
def test_given_names_are_different_whatever_is_wanted(wanted: list[str]) -> None:
    giver = NameGiver()
    found = [giver.name(w).casefold() for w in wanted]
    assert len(set(found)) == len(found)
    assert not any(is_cell_like(name) for name in found)
