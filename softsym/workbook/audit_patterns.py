"""Rules of the audit about cells that differ from the formulas around them, down columns and across rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby, pairwise
from typing import TypeAlias

from softsym.targets.excel_syntax import Call, DefinedName, Formula, Reference, children, walk_formula
from softsym.workbook.audit import Audited, Finding, Where, by_column, place
from softsym.workbook.audit_entries import NUMERIC

Key: TypeAlias = Callable[[Where], Where]
"""What sorts cells down columns or across rows: the sheet and the column or row, then the place along it, and back."""
LONGEST_GAP = 3
"""How many numbers side by side may have been typed over the formulas of one run."""
LEAST_ACROSS = 4
"""How many copies of a formula across a row make it the rule there; columns beside each other often differ."""


def inconsistent(audited: Audited) -> Iterator[Finding]:
    """Formulas among copies of another one, down a column or across a row that mostly holds those copies.

    Sums of what stands above are the subtotals of a column, and no odd ones. At the end of a run a formula is odd only
    if it is that of the others with other references, since a run may well end in something else.
    """
    for where, side in sorted(odd_formulas(audited).items()):
        yield Finding(
            "inconsistent formula", place(where), f"the formula differs from those {side}",
            "One odd formula in a row or column is nearly always a slip.",
            "Copy the formula of its neighbours, or move the exception to a place of its own.",
        )  # fmt: skip


def odd_formulas(audited: Audited) -> dict[Where, str]:
    """The formulas among copies of another one, each with where those copies stand."""
    found = {where: "above and below it" for run in _runs(audited, by_column) for where in _odd(audited, run, 2)}
    for run in _runs(audited, _by_row):
        for where in _odd(audited, run, LEAST_ACROSS):
            found.setdefault(where, "to the left and right of it")
    return found


def typed_over(audited: Audited) -> Iterator[Finding]:
    """Numbers between copies of one formula, down a column or across a row."""
    found = {where: None for key, least in ((by_column, 2), (_by_row, 3)) for where in _gaps(audited, key, least)}
    for where in sorted(found):
        yield Finding(
            "number typed over a formula", place(where),
            f"{audited.cells[where].value} stands between copies of one formula",
            "It does not follow its inputs, and looks as if it did.", "Copy the formula of its neighbours into it.",
        )  # fmt: skip


def _gaps(audited: Audited, key: Key, least: int) -> Iterator[Where]:
    """The typed numbers between copies of one formula, of which there are enough on both sides together."""
    for before, after in pairwise(_copies(audited, key)):
        line, first, last = key(before[-1])[:2], key(before[-1])[2] + 1, key(after[0])[2]
        is_near = line == key(after[0])[:2] and 1 <= last - first <= LONGEST_GAP
        if not is_near or audited.formulas[before[0]].shape != audited.formulas[after[0]].shape:
            continue
        between = [key((*line, number)) for number in range(first, last)]
        if len(before) + len(after) >= least + len(between) - 1 and all(_is_typed(audited, w) for w in between):
            yield from between


def _is_typed(audited: Audited, where: Where) -> bool:
    """Whether a cell holds a number that was typed, perhaps as text."""
    cell = audited.cells.get(where)
    if cell is None or audited.is_accepted(where):
        return False
    return cell.data_type == "n" or (cell.data_type == "s" and bool(NUMERIC.fullmatch(cell.value)))


def _copies(audited: Audited, key: Key) -> Iterator[list[Where]]:
    """The unbroken runs of copies of one formula."""
    for run in _runs(audited, key):
        for _, group in groupby(run, key=lambda where: audited.formulas[where].shape):
            yield list(group)


def _by_row(where: Where) -> Where:
    return where


def _runs(audited: Audited, key: Key) -> Iterator[list[Where]]:
    """The unbroken runs of formulas along the last part of the key: down columns or across rows."""
    for _, group in groupby(sorted(audited.formulas, key=key), key=lambda where: key(where)[:2]):
        run: list[Where] = []
        for where in group:
            if run and key(where)[2] != key(run[-1])[2] + 1:
                yield run
                run = []
            run.append(where)
        yield run


def _odd(audited: Audited, run: list[Where], least: int) -> Iterator[Where]:
    """The odd ones of a run: between copies of its usual formula, or last in it and alike."""
    shapes = [audited.formulas[where].shape for where in run]
    usual, times = Counter(shapes).most_common(1)[0]
    first, last = shapes.index(usual), len(run) - 1 - shapes[::-1].index(usual)
    other = audited.formulas[run[first]].tree
    if times < least or 2 * times <= len(run) or (other is not None and not _refers(other)):
        return
    for number, where in enumerate(run):
        if shapes[number] == usual or number < first or audited.is_accepted(where):
            continue
        node = audited.formulas[where].tree
        is_odd = number < last and not _is_subtotal(node, where)
        if is_odd or (times > least and number == last + 1 == len(run) - 1 and _are_alike(node, other)):
            yield where


def _refers(node: Formula) -> bool:
    """Whether a formula refers to anything; a number typed as a formula is no rule for its neighbours."""
    return any(isinstance(part, Reference | DefinedName) for part in walk_formula(node))


def _is_subtotal(node: Formula | None, where: Where) -> bool:
    """Whether a formula takes several cells of its own row or column together."""
    parts = walk_formula(node) if node is not None else ()
    ranges = (n for n in parts if isinstance(n, Reference) and not n.is_cell and n.sheet in ("", where[0]))
    return any(n.left <= where[2] <= n.right or n.top <= where[1] <= n.bottom for n in ranges)


def _are_alike(node: Formula | None, other: Formula | None) -> bool:
    """Whether two formulas are one, apart from the cells that they refer to."""
    if node is None or other is None or type(node) is not type(other):
        return False
    if isinstance(node, Reference) and isinstance(other, Reference):
        return node.size == other.size
    if isinstance(node, Call) and isinstance(other, Call) and node.name != other.name:
        return False
    if getattr(node, "sign", "") != getattr(other, "sign", "") or len(children(node)) != len(children(other)):
        return False
    return bool(children(node)) and all(map(_are_alike, children(node), children(other)))
