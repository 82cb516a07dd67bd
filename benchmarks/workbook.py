"""Processor seconds per 100,000 formula cells: softsym's writer, plain openpyxl and, if it is installed, XlsxWriter.

    python benchmarks/workbook.py

Each writes the same sheet: a column of numbers and, beside it, columns of formulas on it. softsym and XlsxWriter write
every formula's value too; openpyxl writes none.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROWS, COLUMNS, TURNS = 10_000, 10, 3


def by_softsym(path: Path) -> None:
    from softsym.workbook.plan import Column, Plan
    from softsym.workbook.writer import write

    plan = Plan("benchmark")
    sheet = plan.sheet("Sheet")
    numbers = [k / ROWS for k in range(ROWS)]
    sheet.columns.append(Column(1, 1, numbers, style="Input"))
    values = [math.exp(x) for x in numbers]
    sheet.columns += [Column(1, 2 + c, values, "EXP($A{row})") for c in range(COLUMNS)]
    write(plan, path)


def by_openpyxl(path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in range(1, ROWS + 1):
        sheet.cell(row, 1, (row - 1) / ROWS)
        for column in range(2, 2 + COLUMNS):
            sheet.cell(row, column, f"=EXP($A{row})")
    book.save(path)


def by_xlsxwriter(path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for row in range(ROWS):
        sheet.write_number(row, 0, row / ROWS)
        value = math.exp(row / ROWS)
        for column in range(1, 1 + COLUMNS):
            sheet.write_formula(row, column, f"=EXP($A{row + 1})", None, value)
    book.close()


def seconds(writer: Callable[[Path], None]) -> float:
    """The least processor time of some turns, which other programs on the machine change little."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(TURNS):
            start = time.process_time()
            writer(Path(folder) / "a.xlsx")
            found.append(time.process_time() - start)
    return min(found)


def main() -> None:
    reference = seconds(by_openpyxl)
    for name, writer in (("openpyxl", by_openpyxl), ("softsym", by_softsym), ("XlsxWriter", by_xlsxwriter)):
        try:
            taken = reference if writer is by_openpyxl else seconds(writer)
        except ImportError:
            print(f"{name:12} is not installed")
            continue
        print(f"{name:12} {taken:6.2f} s per {ROWS * COLUMNS:,} formulas, {taken / reference:5.2f} times openpyxl")


if __name__ == "__main__":
    main()
