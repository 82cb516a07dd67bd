"""What a workbook must show: its own mathematics, as its sheets state it, evaluated by ball arithmetic.

Nothing here looks at a formula. The mathematics that stands above a column, beside a result or in a check is read as
text, and evaluated from its definition at the exact values of the inputs: no stable form, no printer, no spreadsheet.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flint import arb

from softsym.bindings import point
from softsym.evaluation import Undecided, Undefined, evaluate
from softsym.expression import Expr, free_symbols
from softsym.workbook.audit import ACCEPTED
from softsym.workbook.checks import FAIL, NO_VALUE, OTHERWISE, RESULT
from softsym.workbook.plan import Cell, Plan, Sheet
from softsym.workbook.scope import Scope
from tests.workbook.engines import Values, Where
from tests.workbook.ranges import DIGITS, FAILURE, LARGEST, SMALLEST, leaves_the_range, parsed

LOG_OF_SUM = 1e-15
SNAPPED = 2**-47
"""LibreOffice takes a sum for 0 where it is some 2**-48 of an addend."""
_LOGARITHMS = re.compile("log|lse|entropy|mellowmax|softplus|kl")
ALLOWED = 1e-12
_NOTHING = arb("1e-1000")


@dataclass
class Expected:
    """The inputs of a plan at an edit, and what follows from them."""

    plan: Plan
    scope: Scope
    edits: Mapping[Where, float]
    names: dict[str, Any] = field(default_factory=dict)
    cells: dict[Where, Any] = field(default_factory=dict)
    """By cell, the number that it must show, or FAILURE."""
    sources: dict[Where, tuple[str, Mapping[str, Any], int | None]] = field(default_factory=dict)
    """By cell, the mathematics, the numbers that it is computed from, and which entry of it the cell is."""
    allowed: dict[Where, float] = field(default_factory=dict)
    """How far the sides of checks may be off: as far as the check itself allows."""
    accepted: set[Where] = field(default_factory=set)
    """Cells whose sheet says that they may overflow."""
    verdicts: dict[Where, str] = field(default_factory=dict)
    logs: dict[Where, float] = field(default_factory=dict)
    """Cells that are logarithms of a sum, with what an ulp of 1 in it is: spreadsheets have no log1p."""
    flags: dict[Where, str] = field(default_factory=dict)
    beyond: set[int] = field(default_factory=set)
    """Rows of checks with a power outside the range of numbers: programs differ in what they make of it."""

    def __post_init__(self) -> None:
        for name, kind in self.scope.kinds.items():
            if self.scope.cells[name].startswith("Inputs!"):
                numbers = [Fraction(self.number(w)) for w in places(self.scope.cells[name])]
                self.names[name] = numbers if kind.type == "vector" else numbers[0]
        for sheet in self.plan.sheets:
            if sheet.name not in ("README", "Inputs", "Results", "Derivation", "Checks"):
                self._headed(sheet)
        self._results()
        self._checks()

    def number(self, where: Where) -> float:
        """The number in a cell without a formula."""
        if where in self.edits:
            return self.edits[where]
        found = self.plan.sheet(where[0]).cells[where[1], where[2]].value
        assert isinstance(found, int | float), where
        return found

    def _headed(self, sheet: Sheet) -> None:
        """Tables and sweeps: mathematics above a header above a column."""
        for (row, column), cell in sorted(sheet.cells.items()):
            if cell.style == "Mathematics":
                self._column(sheet, row + 1, column, str(cell.value))
            elif cell.style == "Heading 3" and column == 1 and " down, " in str(cell.value):
                self._grid(sheet, row, str(cell.value), str(sheet.cells[row - 1, 1].value))

    def _column(self, sheet: Sheet, header: int, column: int, text: str) -> None:
        name, text = _named(text, str(sheet.cells[header, column].value))
        rows = list(_rows_under(sheet, header, column))
        corner = str(sheet.cells[header, 1].value)
        note = sheet.cells[header, column].comment.startswith(ACCEPTED)
        self.accepted |= {(sheet.name, row, column) for row in rows if note}
        if sheet.cells[header + 1, 1].style == "Input":  # a sweep: the parameter stands at the left
            for row in rows:
                here = {**self.names, corner: Fraction(self.number((sheet.name, row, 1)))}
                self._put((sheet.name, row, column), text, here)
            return
        body = [row for row in rows if sheet.cells[row, column].style != "Total"]
        found = self._vector(text, len(body))
        for k, row in enumerate(body):
            self.cells[sheet.name, row, column] = found[k]
            self.sources[sheet.name, row, column] = (text, self.names, k)
            if _LOGARITHMS.search(text):
                self.logs[sheet.name, row, column] = _log_error(self.names)
        if name != text:
            self.names[name] = found
        for row in rows[len(body) :]:
            self._total(sheet, row, column, name)

    def _grid(self, sheet: Sheet, top: int, corner: str, text: str) -> None:
        """A block over two parameters, with its mathematics under the title."""
        down, across = (part.partition(" ")[0] for part in corner.split(", "))
        for row in _rows_under(sheet, top, 2):
            column = 2
            while (row, column) in sheet.cells:
                here = {down: (sheet.name, row, 1), across: (sheet.name, top, column)}
                values = {n: Fraction(self.number(w)) for n, w in here.items()}
                self._put((sheet.name, row, column), text, {**self.names, **values})
                column += 1

    def _total(self, sheet: Sheet, row: int, column: int, name: str) -> None:
        formula = sheet.cells[row, column].formula
        text = f"{formula.partition('(')[0].lower().replace('product', 'prod')}({name})"
        self._put((sheet.name, row, column), text, self.names)
        label = str(sheet.cells[row, 1].value).partition(" = ")[0]
        if label in self.scope.kinds:
            self.names[label] = self.cells[sheet.name, row, column]

    def _results(self) -> None:
        sheet = self.plan.sheet("Results")
        for (row, column), cell in sorted(sheet.cells.items()):
            where = (sheet.name, row, column)
            if column == 3 and cell.style == "Output":
                name, text = str(sheet.cells[row, 1].value), str(sheet.cells[row, 2].value)
                self._put(where, text, self.names)
                self.names[name] = self.cells[where]
            elif column == 3 and cell.style == "Linked Cell":
                (source,) = places(cell.formula)
                self.cells[where], self.sources[where] = self.cells[source], self.sources[source]

    def _checks(self) -> None:
        sheet = self.plan.sheet("Checks")
        for (row, column), cell in sorted(sheet.cells.items()):
            if column != RESULT or not cell.formula:
                continue
            text = str(sheet.cells[row, 3].value)
            if text.startswith("the source prints"):
                self.verdicts["Checks", row, RESULT] = "n/a, inputs changed" if self._inputs_changed() else "OK"
            elif text:
                with suppress(Undecided):  # a value that is too close to 0 to be told from it
                    self._check(sheet, row, text)
            elif str(sheet.cells[row, 2].value).startswith("no errors"):
                failed = any(self.cells[w] is FAILURE for w in places(_argument(sheet.cells[row, 4].formula)))
                self.verdicts["Checks", row, RESULT] = "FAIL" if failed else "OK"
            else:  # of inputs, which are edited within their domains
                self.verdicts["Checks", row, RESULT] = "OK"
        self.cells["Checks", 6, 3] = Fraction(self._inputs_changed())
        number = sum(column == RESULT and bool(cell.formula) for (_, column), cell in sheet.cells.items())
        if number == len(self.verdicts):
            flag = flag_of(self.verdicts.values())
            self.flags = {("Checks", 5, 3): flag}
            self.flags |= {(s.name, 3, 1): flag for s in self.plan.sheets if s.name != "Checks"}

    def _inputs_changed(self) -> int:
        written = self.plan.sheet("Inputs").cells
        return sum(v != written[w[1:]].value for w, v in self.edits.items() if w[0] == "Inputs")

    def _check(self, sheet: Sheet, row: int, text: str) -> None:
        left, relation, right = next(text.partition(f" {r} ") for r in ("==", "<=", ">=") if f" {r} " in text)
        sides = [self._any(side) for side in (left, right)]
        if any(
            leaves_the_range(self._parsed(side, self.names), self.names, self.scope.lengths) for side in (left, right)
        ):
            self.beyond.add(row)
        if any(isinstance(side, list) for side in sides):
            sides = [_largest_difference(*sides), Fraction(0)]
        otherwise = str(sheet.cells[row, OTHERWISE].value)
        if otherwise != "FAIL":
            self.accepted |= {("Checks", row, column) for column in (4, 6, 7)}
        for column, side in zip((4, 6), sides, strict=True):
            if sheet.cells[row, column].formula:
                self.cells["Checks", row, column] = side
        if FAILURE in sides:
            self.verdicts["Checks", row, RESULT] = otherwise if otherwise == FAIL else NO_VALUE
            return
        gap = {"==": abs(sides[0] - sides[1]), "<=": sides[0] - sides[1], ">=": sides[1] - sides[0]}[relation.strip()]
        holds = gap <= Fraction(1e-9) * max(1, abs(sides[1]))
        for column in (4, 6):
            self.allowed["Checks", row, column] = 1e-9 * float(max(1, abs(sides[1])))
        self.verdicts["Checks", row, RESULT] = "OK" if holds else otherwise

    # evaluation

    def _put(self, where: Where, text: str, names: Mapping[str, Any]) -> None:
        found = self._scalar(text, names)
        if _LOGARITHMS.search(text):
            self.logs[where] = _log_error(names)
        self.cells[where] = found
        self.sources[where] = (text, names, None)

    def slack(self, where: Where) -> float:
        """How far the number of a cell moves when every number that it is computed from moves by an ulp."""
        if where not in self.sources:
            return self.allowed.get(where, 0.0)
        text, names, entry = self.sources[where]
        gaps = [Fraction(0)]
        for seed in range(3):
            moved = self._any(text, shaken(names, seed))
            moved = moved[entry] if isinstance(moved, list) and entry is not None else moved
            if FAILURE not in (moved, self.cells[where]):
                gaps.append(abs(moved - self.cells[where]))
        return 4 * float(max(gaps))

    def _scalar(self, text: str, names: Mapping[str, Any]) -> Any:
        found = self._any(text, names)
        assert not isinstance(found, list), f"{text} is no number"
        return found

    def _vector(self, text: str, length: int, names: Mapping[str, Any] | None = None) -> list[Any]:
        found = self._any(text, names)
        return found if isinstance(found, list) else [found] * length

    def _any(self, text: str, names: Mapping[str, Any] | None = None) -> Any:
        known = self.names if names is None else names
        expr = self._parsed(text, known)
        used = {s.name for s in free_symbols(expr)}
        given = {n: v for n, v in known.items() if n in used}
        if any(v is FAILURE or (isinstance(v, list) and FAILURE in v) for v in given.values()):
            return self._entry_by_entry(text, given) if expr.shape else FAILURE
        lengths = {n: size for size, n in self.scope.lengths.items() if n in used}
        try:
            return _ranged(evaluate(expr, point(expr, {**given, **lengths}), digits=DIGITS))
        except Undefined:
            return FAILURE

    def _parsed(self, text: str, known: Mapping[str, Any]) -> Expr:
        return parsed(text, tuple((n, isinstance(v, list) and len(v)) for n, v in sorted(known.items())))

    def _entry_by_entry(self, text: str, given: Mapping[str, Any]) -> Any:
        """A figure of a column with failures fails; an entrywise step fails where its column does."""
        sizes = {len(v) for v in given.values() if isinstance(v, list)}
        if any(f"{fold}(" in text for fold in ("sum", "max", "min", "dot", "mean")) or len(sizes) != 1:
            return [FAILURE] * max(sizes) if sizes and len(sizes) == 1 else FAILURE
        whole = range(max(sizes))
        rows = [{n: v[k] if isinstance(v, list) else v for n, v in given.items()} for k in whole]
        return [FAILURE if FAILURE in row.values() else self._any(text, row) for row in rows]


def _log_error(names: Mapping[str, Any]) -> float:
    """A logarithm of a sum may be divided by a small inverse temperature, and added to an entry that it cancels."""
    slopes = [abs(v) for v in names.values() if isinstance(v, Fraction) and abs(v) > 1e-9]
    entries = [abs(x) for v in names.values() if isinstance(v, list) for x in v if x is not FAILURE]
    return max(LOG_OF_SUM / float(min([1, *slopes])), SNAPPED * float(max(entries, default=0)))


def _argument(formula: str) -> str:
    """The range that a check counts errors in."""
    return formula.removesuffix(")").rpartition("(")[2].rstrip(")")


def flag_of(verdicts: Iterable[object]) -> str:
    """What the flag says of the results of all checks."""
    found = list(verdicts)
    failed = found.count(FAIL)
    return f"{failed} of {len(found)} checks fail" if failed else "all checks pass"


def check_rows(plan: Plan, what: str) -> list[int]:
    """The rows of the checks that are called so."""
    cells = sorted(plan.sheet("Checks").cells.items())
    return [row for (row, column), cell in cells if column == 2 and cell.value == what]


def places(where: str) -> list[Where]:
    """The cells of an anchored reference with its sheet."""
    from softsym.targets.excel_syntax import Reference, parse_formula

    node = parse_formula(f"={where}")
    assert isinstance(node, Reference)
    return [(node.sheet, row, column) for row, column in node.cells()]


def shaken(names: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The names with every number moved by an ulp or so."""
    rng = random.Random(seed)

    def moved(number: Any) -> Any:
        return number if number is FAILURE else number * (1 + Fraction(rng.choice((-1, 1)), 2**52))

    return {n: [moved(x) for x in v] if isinstance(v, list) else moved(v) for n, v in names.items()}


def _named(text: str, header: str) -> tuple[str, str]:
    name, equals, rest = text.partition(" = ")
    return (name, rest) if equals and name.isidentifier() else (header, text)


def _rows_under(sheet: Sheet, header: int, column: int) -> Iterator[int]:
    row = header + 1
    while (cell := sheet.cells.get((row, 1))) is not None and cell.style in ("Heading 4", "Total", "Input"):
        if sheet.cells.get((row, column), Cell()).formula:
            yield row
        row += 1


def _ranged(found: Any) -> Any:
    """Enclosures as fractions, and what no cell holds as a failure."""
    if isinstance(found, tuple):
        return [_ranged(x) for x in found]
    if abs(found) > LARGEST:
        return FAILURE
    if isinstance(found, Fraction):
        return found
    if abs(found) < _NOTHING:
        return Fraction(0)
    assert found.rel_accuracy_bits() > 3 * DIGITS, f"no more is known than {found}"
    return Fraction(Decimal(found.mid().str(DIGITS, radius=False)))


def _largest_difference(left: Any, right: Any) -> Any:
    """The largest difference of two vectors over 1 + the largest entry."""
    if isinstance(left, list) and left and isinstance(left[0], list):
        rows = [_largest_difference(a, right[k] if isinstance(right, list) else right) for k, a in enumerate(left)]
        return FAILURE if FAILURE in rows else max(rows)
    size = len(left) if isinstance(left, list) else len(right)
    pairs = zip(*(side if isinstance(side, list) else [side] * size for side in (left, right)), strict=True)
    gaps = [FAILURE if FAILURE in pair else abs(pair[0] - pair[1]) for pair in pairs]
    size = max(map(abs, right)) if isinstance(right, list) and FAILURE not in right else 0
    return FAILURE if FAILURE in gaps else max(gaps) / (1 + size)


def differences(expected: Expected, found: Values, relative: float = ALLOWED) -> list[tuple[Any, ...]]:
    """The cells that show something else than they should.

    A naive exponential may leave the range of doubles where the quantity does not: it shows an error, or 0.
    """
    off = []
    for where, wanted in expected.cells.items():
        given = found[where]
        if not _is_right(expected, where, given, relative):
            off.append((where, given, wanted if wanted is FAILURE else float(wanted)))
    return off


def _is_right(expected: Expected, where: Where, given: Any, relative: float) -> bool:
    wanted = expected.cells[where]
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if wanted is FAILURE:
        return not is_number
    if is_number:
        scale = relative * abs(float(wanted)) + expected.logs.get(where, SMALLEST)
        gap = abs(Fraction(given) - wanted)
        if gap <= scale or gap <= scale + expected.slack(where):
            return True
    if not is_number and where[0] == "Checks" and where[1] in expected.beyond:
        return True
    return not (is_number and given) and where in expected.accepted and _is_hot(expected.names)


def wrong_verdicts(expected: Expected, found: Values) -> list[tuple[Any, ...]]:
    """The results of checks, and the flags, that say something else than they should.

    A naive formula may overflow where the quantity does not; its row then says so, and stays out of the flag.
    """
    found_beyond = {("Checks", row, RESULT): found["Checks", row, RESULT] for row in expected.beyond}
    verdicts = {**expected.verdicts, **found_beyond}
    wanted = {**verdicts, **dict.fromkeys(expected.flags, flag_of(verdicts.values()))}
    off = [(where, found[where], verdict) for where, verdict in wanted.items() if found[where] != verdict]
    return [o for o in off if not _is_naive_overflow(expected, *o)]


def _is_naive_overflow(expected: Expected, where: Where, given: Any, verdict: str) -> bool:
    otherwise = expected.plan.sheet("Checks").cells.get((where[1], OTHERWISE), Cell()).value
    return (where[0], given, verdict) == ("Checks", otherwise, "OK") and given != "FAIL" and _is_hot(expected.names)


def _is_hot(names: Mapping[str, Any]) -> bool:
    """Whether a naive exponential of these numbers overflows."""
    scalars = [max(abs(v), 1 / abs(v)) for v in names.values() if isinstance(v, Fraction) and abs(v) > 1e-9]
    vectors = [abs(x) for v in names.values() if isinstance(v, list) for x in v if x is not FAILURE]
    return max(scalars, default=1) * max(vectors, default=1) > 600
