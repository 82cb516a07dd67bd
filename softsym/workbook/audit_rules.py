"""The rules of the audit, each a function from a workbook to findings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, islice
from typing import Any

from softsym.targets import excel_syntax as syntax
from softsym.targets.excel_syntax import (
    Call,
    DefinedName,
    ErrorLiteral,
    Formula,
    NumberLiteral,
    Reference,
    parse_reference,
    walk_formula,
)
from softsym.targets.excel_tables import is_structured
from softsym.workbook.audit import Audited, Finding, Rule, Where, place
from softsym.workbook.audit_entries import minus_before_power, numbers_as_text
from softsym.workbook.audit_patterns import inconsistent, typed_over
from softsym.workbook.exponents import overflowing_input, unbounded_exponents
from softsym.workbook.scope import defined_name

_VOLATILE = frozenset(("NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "OFFSET", "INDIRECT", "INFO", "CELL"))
_STRUCTURAL = frozenset(("0", "1", "2"))
_COUNTING = frozenset(
    (
        "INDEX",
        "CHOOSE",
        "ROUND",
        "LARGE",
        "SMALL",
        "LEFT",
        "RIGHT",
        "MID",
        "LOG",
        "POWER",
        "MATCH",
        "VLOOKUP",
        "HLOOKUP",
        "ROUNDUP",
        "ROUNDDOWN",
        "TRUNC",
        "SUBTOTAL",
        "AGGREGATE",
    )
)
_SCALARS = frozenset((
    "EXP", "LN", "LOG", "LOG10", "SQRT", "POWER", "ABS", "SIGN", "INT", "TRUNC", "ROUND", "ROUNDUP", "ROUNDDOWN", "MOD",
    "SIN", "COS", "TAN", "SINH", "COSH", "TANH", "ASIN", "ACOS", "ATAN", "FACT", "CEILING", "FLOOR", "NOT", "IF",
    "TEXT",
))  # fmt: skip
"""Functions that take one number where a range may stand by mistake; most others take whole ranges."""
_ARRAYS = frozenset(("SUMPRODUCT", "MMULT", "TRANSPOSE", "LET", "LAMBDA", "FILTER", "SORT", "UNIQUE", "SEQUENCE"))


def _finding(rule: str, where: Where | str, detail: str, why: str, advice: str) -> Finding:
    return Finding(rule, where if isinstance(where, str) else place(where), detail, why, advice)


def hard_coded(audited: Audited) -> Iterator[Finding]:
    """Numbers in formulas, other than those that belong to a formula's structure."""
    for where, cell in audited.distinct:
        numbers = [] if cell.tree is None or audited.is_accepted(cell.where) else constants(cell.tree)
        if numbers:
            yield _finding(
                "hard-coded number", where, f"the formula holds {', '.join(numbers)}",
                "A number inside a formula is changed in one place and forgotten in another.",
                "Put it into a labelled input cell and refer to that.",
            )  # fmt: skip


def constants(node: Formula) -> list[str]:
    """The numbers in a formula other than 0, 1, 2, powers, positions and digits."""
    return sorted(set(_constants(node)))


def _constants(node: Formula) -> Iterator[str]:
    if isinstance(node, NumberLiteral):
        if node.text not in _STRUCTURAL:
            yield node.text
        return
    if isinstance(node, syntax.Unary) and node.sign == "%" and node.operand == NumberLiteral("100"):
        return
    if isinstance(node, syntax.ArrayLiteral):
        return
    if isinstance(node, syntax.Binary) and node.sign == "^" and isinstance(node.right, NumberLiteral):
        yield from _constants(node.left)
        return
    skipped = isinstance(node, Call) and node.name in _COUNTING
    for child in syntax.children(node):
        if not (skipped and isinstance(child, NumberLiteral)):
            yield from _constants(child)


def overflowing(audited: Audited) -> Iterator[Finding]:
    """Exponentials of what may grow without bound."""
    for where, cell in audited.distinct:
        if cell.tree is None or audited.is_accepted(cell.where):
            continue
        exponent = next(unbounded_exponents(audited, cell.tree, cell.where[0]), None)
        if exponent is not None:
            example = overflowing_input(audited, exponent, cell.where[0])
            yield _finding(
                "EXP without its maximum subtracted", where, f"EXP overflows {example or 'for large inputs'}",
                "Above 709.78 EXP gives #NUM!, and every figure that depends on it fails.",
                "Subtract the maximum of the exponents first: EXP(x-MAX(x)) gives the same ratios.",
            )  # fmt: skip


def rounded_sums(audited: Audited) -> Iterator[Finding]:
    """Sums over rounded probabilities."""
    for where, cell in audited.distinct:
        if cell.tree is not None and any(_adds_rounded(audited, n, cell.where[0]) for n in walk_formula(cell.tree)):
            yield _finding(
                "sum of rounded probabilities", where, "it adds probabilities that are rounded",
                "Rounded parts need not sum to the whole: to 0.99 or 1.01 instead of 1.",
                "Add the exact figures and round by the number format only.",
            )  # fmt: skip


def _adds_rounded(audited: Audited, node: Formula, sheet: str) -> bool:
    """Whether a node is a sum of rounded cells: over a range, over ROUND of a range, or cell by cell."""
    if isinstance(node, Call) and node.name in ("SUM", "SUMPRODUCT"):
        inner = [n for n in node.args if isinstance(n, Call) and n.name in _ROUNDINGS]
        if any(isinstance(a, Reference) and not a.is_cell for n in inner for a in n.args):
            return True
        return any(isinstance(a, Reference) and not a.is_cell and _is_rounded(audited, a, sheet) for a in node.args)
    terms = _terms(node) if isinstance(node, syntax.Binary) and node.sign == "+" else []
    cells = [t for t in terms if isinstance(t, Reference) and t.is_cell]
    if terms and len(cells) == len(terms):
        values = [audited.cells.get((c.sheet or sheet, c.top, c.left)) for c in cells]
        if _are_rounded_shares([cell.value for cell in values if cell is not None]):
            return True
    trees = [_tree_at(audited, t, sheet) for t in terms]
    return len(trees) > 1 and all(isinstance(t, Call) and t.name in _ROUNDINGS for t in trees)


_ROUNDINGS = frozenset(("ROUND", "ROUNDUP", "ROUNDDOWN"))


def _terms(node: Formula) -> list[Formula]:
    if isinstance(node, syntax.Binary) and node.sign == "+":
        return [*_terms(node.left), *_terms(node.right)]
    return [node]


def _tree_at(audited: Audited, node: Formula, sheet: str) -> Formula | None:
    """The term itself, or the formula of the cell that it is."""
    if not (isinstance(node, Reference) and node.is_cell):
        return node
    found = audited.formulas.get((node.sheet or sheet, node.top, node.left))
    return None if found is None else found.tree


def _is_rounded(audited: Audited, reference: Reference, sheet: str) -> bool:
    cells = [(reference.sheet or sheet, row, column) for row, column in islice(reference.cells(), 1000)]
    trees = [audited.formulas[c].tree for c in cells if c in audited.formulas]
    if any(isinstance(t, Call) and t.name in _ROUNDINGS for t in trees):
        return True
    return _are_rounded_shares([audited.cells[c].value for c in cells if c in audited.cells])


def _are_rounded_shares(values: list[Any]) -> bool:
    """Whether typed values are probabilities with few digits, which miss a sum of 1 by little."""
    if len(values) < 2 or any(not isinstance(v, float | int) or isinstance(v, bool) or not 0 <= v <= 1 for v in values):
        return False
    total = sum(values)
    return all(round(v, 4) == v for v in values) and 1e-9 < abs(total - 1) < 0.03


def broken(audited: Audited) -> Iterator[Finding]:
    """Names and references that lead nowhere."""
    known = {name.casefold() for name in audited.names}
    for name, target in audited.names.items():
        if "#REF!" in target or _OTHER_FILE.match(target):
            why = _LOST if "#REF!" in target else _ELSEWHERE
            yield _finding("broken name", name, f"the name {name} stands for {target}", why, "Delete or repair it.")
        if defined_name(name) is None:
            advice = "Rename it, for instance with an underscore: z_1."
            yield _finding(
                "name like a cell", name, f"{name} reads as a cell", "Formulas take it for the cell.", advice
            )
    yield from _same_names(audited)
    for where, cell in audited.distinct:
        for node in walk_formula(cell.tree) if cell.tree else ():
            problem = _broken_part(node, known, audited)
            if problem:
                is_elsewhere = isinstance(node, DefinedName) and _OTHER_FILE.match(node.text)
                why, advice = (_ELSEWHERE, "Bring the data in.") if is_elsewhere else (_LOST, "Repair the formula.")
                yield _finding("broken reference", where, problem, why, advice)
                break
    for sheet in audited.book.worksheets:
        yield from _broken_links(sheet, audited)


def _same_names(audited: Audited) -> Iterator[Finding]:
    for name, other in combinations(sorted(audited.book.defined_names), 2):
        if name.casefold() == other.casefold():
            yield _finding(
                "name used twice", other, f"the names {name} and {other} are one name to a spreadsheet",
                "Excel offers to repair such a file, and drops one of them.",
                "Rename one.",
            )  # fmt: skip


_OTHER_FILE = re.compile(r"[^!]*\[[^!]*\][^!]*!")
_LOST = "What it referred to is gone, and the figure with it."
_ELSEWHERE = "The figure is lost when that file is moved, renamed or not at hand."


def _broken_part(node: Formula, known: set[str], audited: Audited) -> str:
    if isinstance(node, ErrorLiteral) and node.text == "#REF!":
        return "it refers to a cell that was deleted"
    if isinstance(node, Reference) and node.sheet and not audited.has_sheets(node.sheet):
        return f"there is no sheet {node.sheet}"
    if isinstance(node, DefinedName):
        if _OTHER_FILE.match(node.text):
            return f"it refers to another file, {node.text}"
        table, bracket, _ = node.text.partition("[")
        if bracket and table and not audited.book_has_table(table):
            return f"there is no table {table}"
        if is_structured(node):
            return f"the table has no such column or row: {node.text}"
        if node.text.isidentifier() and node.text.casefold() not in known and not audited.book_has_table(node.text):
            return f"the name {node.text} is not defined"
    return ""


def _broken_links(sheet: Any, audited: Audited) -> Iterator[Finding]:
    for (row, column), cell in sorted(sheet._cells.items()):
        link = cell.hyperlink
        if link is None:
            continue
        target = link.target or ""
        leads = link.location or (target[1:] if target.startswith("#") else "")
        if leads and not _is_there(leads, audited):
            where = sheet.title, row, column
            yield _finding("broken link", where, f"the link leads to {leads}", _LOST, "Repair or delete the link.")


def _is_there(leads: str, audited: Audited) -> bool:
    """Whether what a link leads to is on a sheet, or is a name or table, of the workbook."""
    sheet = leads.rpartition("!")[0].strip("'").replace("''", "'")
    if sheet or parse_reference(leads) is not None:
        return not sheet or audited.has_sheets(sheet)
    names = {name.casefold() for name in audited.names}
    return leads.casefold() in names or audited.book_has_table(leads.partition("[")[0])


def volatile(audited: Audited) -> Iterator[Finding]:
    """Functions that change without an edit, or hide what they refer to."""
    for where, cell in audited.distinct:
        used = sorted({n.name for n in walk_formula(cell.tree) if isinstance(n, Call)} & _VOLATILE) if cell.tree else []
        if used:
            yield _finding(
                "volatile function", where, f"it uses {', '.join(used)}",
                "It is computed anew at every change, and its precedents cannot be traced.",
                "Use INDEX for OFFSET and INDIRECT; keep dates and random numbers as inputs.",
            )  # fmt: skip


def intersecting(audited: Audited) -> Iterator[Finding]:
    """Ranges where one number is wanted."""
    for where, cell in audited.distinct:
        if cell.tree is not None and not cell.is_array and _intersects(cell.tree, ranges_are_fine=False):
            yield _finding(
                "implicit intersection", where, "it computes with a whole range as if it were one number",
                "Most spreadsheets take one cell of the range, or give #VALUE!; some compute all of it.",
                "Put SUMPRODUCT around it, or enter it as an array formula.",
            )  # fmt: skip


def _intersects(node: Formula, *, ranges_are_fine: bool) -> bool:
    if isinstance(node, syntax.Binary) and node.sign in syntax.REFERENCE_SIGNS:
        return node.sign != " " and not ranges_are_fine
    if isinstance(node, Reference):
        return not node.is_cell and not ranges_are_fine
    if isinstance(node, Call):
        if node.name in _ARRAYS:
            return any(_has_if_on_range(a) for a in node.args) if node.name == "SUMPRODUCT" else False
        return any(_intersects(a, ranges_are_fine=node.name not in _SCALARS) for a in node.args)
    return any(_intersects(child, ranges_are_fine=False) for child in syntax.children(node))


def _has_if_on_range(node: Formula) -> bool:
    """``IF`` is not carried out on arrays, even inside SUMPRODUCT."""
    calls = (n for n in walk_formula(node) if isinstance(n, Call) and n.name == "IF")
    return any(_intersects(call.args[0], ranges_are_fine=False) for call in calls if call.args)


def failing(audited: Audited) -> Iterator[Finding]:
    """Cells that show an error or hold no value."""
    for where, cell in audited.cells.items():
        value = audited.value(where)
        if isinstance(value, str) and value in syntax.ERRORS and (cell.data_type in ("e", "f")):
            if not audited.is_accepted(where):
                advice = "Mend the formula, or say in a comment why it is meant."
                yield _finding("error", where, f"it shows {value}", "Figures that depend on it fail too.", advice)
        elif cell.data_type == "f" and value is None:
            yield _finding(
                "no value", where, "the formula was saved without its value",
                "Previews and programs that read the file see an empty cell.", "Open it in a spreadsheet and save it.",
            )  # fmt: skip


def unread(audited: Audited) -> Iterator[Finding]:
    """Formulas that cannot be read."""
    for where, cell in audited.distinct:
        if cell.tree is None:
            yield _finding(
                "unreadable formula", where, f"{cell.text[:60]} cannot be read", "It is not audited.", "Check it."
            )


def unchecked(audited: Audited) -> Iterator[Finding]:
    """A workbook without checks."""
    texts = (str(c.value) for c in audited.cells.values() if c.data_type == "s")
    labelled = any(re.search(r"\bchecks?\b", t, re.IGNORECASE) for t in (*audited.sheets, *texts))
    if len(audited.formulas) >= 5 and not labelled:
        yield _finding(
            "no checks", audited.sheets[0], f"{len(audited.formulas)} formulas and no check among them",
            "A slip stays unseen until someone relies on the figure.",
            "Add checks: sums that must be 1, bounds, two formulas that must agree, and one flag over all.",
        )  # fmt: skip


def unprotected(audited: Audited) -> Iterator[Finding]:
    """Sheets whose formulas can be overwritten."""
    for sheet in audited.book.worksheets:
        places = [w for w in audited.formulas if w[0] == sheet.title]
        locked = sheet.protection.sheet and all(audited.cells[w].protection.locked for w in places)
        if places and not locked:
            yield _finding(
                "unprotected formulas", place((sheet.title, 1, 1)), f"{len(places)} formula(s) can be overwritten",
                "A formula that is typed over is lost without a trace.",
                "Unlock the input cells and protect the sheet, without a password.",
            )  # fmt: skip


_FORMULA_LIKE = re.compile(r"=\s*[-+(@A-Za-z0-9$'\"]|[-@+]\s*[A-Z][A-Z0-9.]*\(")


def formula_like(audited: Audited) -> Iterator[Finding]:
    """Texts that look like formulas."""
    for where, cell in audited.cells.items():
        if cell.data_type == "s" and _FORMULA_LIKE.match(cell.value) and not cell.quotePrefix:
            yield _finding(
                "text that looks like a formula", where, f"{cell.value[:40]!r} is text",
                "It is never computed, and becomes a formula when someone edits or imports it.",
                "Enter it as a formula, or put something in front of it.",
            )  # fmt: skip


RULES: tuple[Rule, ...] = (
    hard_coded, inconsistent, typed_over, overflowing, minus_before_power, rounded_sums, broken, volatile, intersecting,
    failing, unread, unchecked, unprotected, numbers_as_text, formula_like,
)  # fmt: skip
"""Every rule, in the order of the docstring of :func:`softsym.workbook.audit.audit`."""
