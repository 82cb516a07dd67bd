"""Expressions as formulas of a spreadsheet, in two dialects.

``classic`` has only functions that every spreadsheet has. An entry of a vector is printed at its cell; a reduction is
printed over whole ranges inside ``SUMPRODUCT``, which evaluates arrays without being entered as an array formula. Where
an array cannot be printed in one piece (a concatenation, a sum over two indices, cells that are not in line) its
entries are printed one by one.

``excel365`` has ``LET``, which names every shared part once, ``LAMBDA``, and formulas that spill over as many cells as
the expression has entries.
"""

from __future__ import annotations

from softsym.errors import SoftsymError, did_you_mean
from softsym.expression import Expr, as_expr
from softsym.targets.excel365 import SpillMaker, function_text
from softsym.targets.excel_formulas import Cells as Cells
from softsym.targets.excel_formulas import FormulaMaker as FormulaMaker
from softsym.targets.excel_formulas import prepared as prepared
from softsym.targets.excel_syntax import DIALECTS
from softsym.targets.excel_syntax import parse_formula as parse_formula


def to_excel(
    expr: Expr | str,
    cells: Cells,
    index: int | tuple[int, ...] | None = None,
    *,
    form: str = "stable",
    dialect: str = "classic",
) -> str:
    """The formula, with its leading ``=``, of a scalar expression or of one entry of a vector or matrix.

    ``cells`` says where each name stands: ``{"z": "B2:B4", "beta": "B1"}``; sheets and ``$`` are kept, and a vector may
    be a list of cells. The length N follows from the ranges. ``index`` is the entry, from 1, or the pair of a matrix.
    ``form`` is "stable", the overflow-free form, or "plain", the expression as it is written. ``dialect`` is "classic"
    or "excel365", in which a vector or matrix without an ``index`` is one formula that spills.

    >>> to_excel("lse(z, beta)", {"z": "B2:B4", "beta": "B1"}, form="plain")
    '=LN(SUMPRODUCT(EXP(B1*B2:B4)))/B1'
    >>> to_excel("z - mean(z)", {"z": "B2:B4"}, 2, form="plain")
    '=(B3-SUM(B2:B4)/ROWS(B2:B4))'
    >>> to_excel("exp(z)/sum(exp(z))", {"z": "$B$2:$B$4"}, 2, form="plain")
    '=EXP($B3)/SUMPRODUCT(EXP($B$2:$B$4))'
    >>> to_excel("softmax(z, beta)", {"z": "B2:B4", "beta": "B1"}, dialect="excel365")
    '=LET(z,B2:B4,beta,B1,e,EXP(beta*(z-MAX(z))),e/SUM(e))'

    Raises :class:`~softsym.errors.ShapeError` where the cells do not fit the names, and
    :class:`~softsym.errors.UnsupportedError` for what the dialect's functions cannot state or Excel's limits forbid.
    """
    positions = () if index is None else (index,) if isinstance(index, int) else tuple(index)
    if dialect == "excel365":
        return _spilling(expr, cells, form).formula(positions)
    if dialect != "classic":
        raise SoftsymError(f"the dialect {dialect!r} is unknown; {did_you_mean(dialect, DIALECTS)}")
    return _maker(expr, cells, form).formula(positions)


def to_excel_entries(expr: Expr | str, cells: Cells, *, form: str = "stable") -> list[str]:
    """The classic formulas of all entries of a vector expression.

    >>> to_excel_entries("z/sum(z)", {"z": "B2:C2"})
    ['=B2/SUM(B2:C2)', '=C2/SUM(B2:C2)']
    """
    maker = _maker(expr, cells, form)
    (length,) = maker.shape(1)
    return [maker.formula((k,)) for k in range(1, length + 1)]


def to_excel_grid(expr: Expr | str, cells: Cells, *, form: str = "stable") -> list[list[str]]:
    """The classic formulas of all entries of a matrix expression, by rows.

    >>> to_excel_grid("outer(z, z)", {"z": "A1:A2"})
    [['=A1*A1', '=A1*A2'], ['=A2*A1', '=A2*A2']]
    """
    maker = _maker(expr, cells, form)
    rows, columns = maker.shape(2)
    return [[maker.formula((i, j)) for j in range(1, columns + 1)] for i in range(1, rows + 1)]


def to_excel_function(expr: Expr | str, *, form: str = "stable") -> str:
    """A ``LAMBDA`` of the expression's names, for a defined name of Excel 365: ``=SOFTMAX(A2:A6, B1)``.

    >>> to_excel_function("softmax(z, beta)")
    '=LAMBDA(z,beta,LET(e,EXP(beta*(z-MAX(z))),e/SUM(e)))'

    Raises :class:`~softsym.errors.UnsupportedError` as :func:`to_excel` does.
    """
    given = as_expr(expr)
    return "=" + function_text(prepared(given, form), accurate=form == "stable", source=given)


def _maker(expr: Expr | str, cells: Cells, form: str) -> FormulaMaker:
    given = as_expr(expr)
    return FormulaMaker(prepared(given, form), cells, accurate=form == "stable", source=given)


def _spilling(expr: Expr | str, cells: Cells, form: str) -> SpillMaker:
    given = as_expr(expr)
    return SpillMaker(prepared(given, form), cells, accurate=form == "stable", source=given)
