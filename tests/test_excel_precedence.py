"""Random formulas as people write them: what is read has the value that formulon computes."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from softsym.bindings import value
from softsym.errors import LanguageError, SoftsymError, UnsupportedError
from softsym.expression import Apply, Expr, Number, free_symbols, walk
from softsym.targets.excel_reader import read_excel
from softsym.workbook.calculate import Calculator
from softsym.workbook.plan import CellError, Plan
from tests.test_excel365 import ERRORS, cell_value
from tests.workbook.engines import engine

CELLS = {"A1": 2.0, "A2": -1.5, "A3": 0.5, "B1": 3.0, "B2": 1.0, "B3": -2.0}

NUMBERS = st.sampled_from(["0", "1", "2", "3", "0.5", ".25", "5.", "1E+1", "2e-1", "10%", "100%"])
SINGLES = st.sampled_from(["A1", "A2", "$A$3", "B$2", "$B3", "Sheet1!A1", "'Sheet1'!B2", "a1"])
RANGES = st.sampled_from(
    ["A1:A3", "$B$1:$B$3", "Sheet1!B1:B3", "{1;2;3}", "A3:A1", "-A1:A3", "A1:A3*B1:B3", "(A1:A3)^2"]
)
SPACE = st.sampled_from(["", "", " "])
OPERATORS = st.sampled_from([*"+-*/^^-", "=", "<>", "<", ">", "<=", ">="])
AGGREGATES = st.sampled_from(["SUM", "MAX", "MIN", "PRODUCT", "AVERAGE", "COUNT", "SUMSQ", "sum", "SUMPRODUCT"])
FUNCTIONS = st.sampled_from(["ABS", "SIGN", "EXP", "LN", "SQRT", "LOG10", "TANH", "NOT", "-", "+", "--", ""])


def longer(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Formulas one level deeper."""
    return st.one_of(
        st.builds(lambda a, s, o, t, b: a + s + o + t + b, part, SPACE, OPERATORS, SPACE, part),
        st.builds(lambda f, a: f"{f}({a})", FUNCTIONS, part),
        st.builds(lambda s, a: s + a, st.sampled_from(["-", "+", "--"]), part),
        st.builds(lambda a: a + "%", part),
        st.builds(lambda f, a, b: f"{f}({a},{b})", AGGREGATES.filter(lambda f: f != "SUMPRODUCT"), RANGES, part),
        st.builds(lambda f, a: f"{f}({a})", AGGREGATES, RANGES),
        st.builds(lambda a, b, c: f"IF({a},{b},{c})", part, part, part),
        st.builds(lambda f, a, b: f"{f}({a},{b})", st.sampled_from(["AND", "OR", "POWER", "LOG"]), part, part),
        st.builds(lambda a, b: f"LET(m,{a},m*{b}-m)", part, part),
        st.builds(lambda a, b: f"LAMBDA(x,y,x-y^2)({a},{b})", part, part),
    )


@pytest.fixture(scope="module")
def book() -> Any:
    found = engine("formulon").Workbook.create_default()
    for cell, number in CELLS.items():
        found.set_number(0, int(cell[1]) - 1, ord(cell[0]) - 65, number)
    return found


def cells_of(expr: Expr) -> dict[str, Any]:
    """What the names that the reader gives to cells stand for."""
    found: dict[str, Any] = {}
    for name in (s.name for s in free_symbols(expr)):
        first, _, last = name.removeprefix("Sheet1_").partition("_")
        rows = range(int(first[1]), int(last[1]) + 1) if last else [int(first[1])]
        numbers = [CELLS[f"{first[0].upper()}{row}"] for row in rows]
        found[name] = numbers if last else numbers[0]
    return found


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.recursive(NUMBERS | SINGLES, longer, max_leaves=7))
@example("-2^2")
@example("2^3^2")
@example("-A1^2%")
@example("--A1^-2")
@example("1+2*3%")
@example("2^-B1+1")
@example("1<2=(3>2)")
@example("IF(A1,B1,A2)")
def test_what_is_read_has_the_value_that_a_spreadsheet_computes(book: Any, formula: str) -> None:
    wanted = cell_value(book.evaluate_formula_array(0, 20, 20, f"={formula}")[0][0])
    try:
        expr = read_excel(f"={formula}")
        found = float(value(expr, 17, **cells_of(expr)))
    except UnsupportedError:  # a comparison of a logical value with a number, logical values in an array
        return
    except SoftsymError:  # undefined; a spreadsheet takes odd roots of negative numbers
        assert wanted in ERRORS or "^" in formula or "POWER" in formula, formula
        return
    if wanted in ERRORS:
        assert wanted == "#NUM!", f"{formula}: {expr}"  # 0^0, which is 1 in the language
        assert any(isinstance(n, Apply) and n.head == "pow" for n in walk(expr)), f"{formula}: {expr}"
        return
    assert math.isclose(found, wanted, rel_tol=1e-11, abs_tol=1e-12), f"{formula}: {expr} is {found}, not {wanted}"


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.recursive(NUMBERS | SINGLES, longer, max_leaves=7))
def test_our_own_calculator_agrees(book: Any, formula: str) -> None:
    plan = Plan("formulas")
    for cell, number in CELLS.items():
        plan.sheet("Sheet1").put(int(cell[1]), ord(cell[0]) - 64, number)
    plan.sheet("Sheet1").spill(20, 20, formula, (1, 1))
    wanted = cell_value(book.evaluate_formula_array(0, 20, 20, f"={formula}")[0][0])
    found = Calculator(plan).value("Sheet1", 20, 20)
    if isinstance(found, CellError):
        assert wanted in ERRORS or "^" in formula or "POWER" in formula, f"{formula} {wanted}"
    else:
        assert isinstance(found, int | float), formula
        assert wanted not in ERRORS, f"{formula} {found}"
        assert math.isclose(found, wanted, rel_tol=1e-11, abs_tol=1e-12), f"{formula} {found} {wanted}"


@pytest.mark.parametrize("formula", ["1=1=1", "1=TRUE", "(1>0)>1", "SUM(A1:A3>0)", "IF(A1>0,TRUE,2)", "COUNT(A1:A3>0)"])
def test_logical_values_are_no_numbers(formula: str) -> None:
    with pytest.raises((UnsupportedError, LanguageError)):
        read_excel(f"={formula}")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [("TRUE=(2>1)", 1), ("SUM(--(A1:A3>0))", 2), ("IF(A1,3,4)", 3), ("IF(A1-A1,3,4)", 4), ("AND(A1,B1)+1", 2)],
)
def test_logical_values_that_are_read(formula: str, expected: int) -> None:
    expr = read_excel(f"={formula}")
    assert isinstance(expr, Apply | Number)
    assert float(value(expr, 17, **cells_of(expr))) == expected
