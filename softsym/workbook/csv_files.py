"""CSV files of numbers, as spreadsheets and other programs write them; what is doubtful is refused, never guessed.

A file is text in UTF-8, or in UTF-16 with its mark; its cells stand between commas, semicolons or tabs, and where that
is no comma a number may have a decimal comma. Lines without anything in them are passed over.
"""

from __future__ import annotations

import csv
import os
import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from softsym.bindings import read_number
from softsym.errors import DomainError

PathLike = str | os.PathLike[str]
Line = tuple[int, list[str]]
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ",;\t"
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_DECIMAL = re.compile(r"[-+]?[0-9]*,[0-9]+(?:[eE][-+]?[0-9]+)?")
_DIGITS = r"(?:\d{1,3}(?:[,.'_\u00a0\u202f ]\d{3})+(?:[.,]\d+)?|\d*[.,]?\d+)"
_ALMOST = re.compile(
    rf"[-+\u2212(]?\s*[€$£¥]?\s*[-+\u2212]?{_DIGITS}(?:[eE][-+]?[0-9]+)?\s*[%‰€$£¥)]?|[-+]?[0-9]+/[0-9]+|0x[0-9a-f]+|"
    r"[-+]?nan|[-+]?inf(?:inity)?|n/?a|null|none|true|false|#[a-z0/]+[!?]?|",
    re.IGNORECASE,
)
"""What was meant as a number, or as one that is missing, in some other way of writing."""


def read_rows(path: PathLike, most: int) -> tuple[list[str], list[str], np.ndarray[Any, Any]]:
    """The classes, the labels and the numbers of a file: a header of classes, then a row for each example.

    The first column holds the labels of the rows if it has no name, or no number in its first row.

    Raises :class:`~softsym.errors.DomainError` that names the line of a cell which is no finite number, or for a header
    that is missing or names a class twice, or for more than ``most`` rows.
    """
    with _lines(path) as lines:
        header, first = next(lines), next(lines)[1]
        skip = int(not header[1][0] or _is_label(path, header[0] + 1, first[:1]))
        classes = _classes(path, header[1][skip:])
        width, labels, numbers = skip + len(classes), [], array("d")
    with _lines(path) as lines:
        next(lines)
        for count, (line, cells) in enumerate(lines, 1):
            if count > most:
                raise DomainError(f"{path} has more rows than the {most} that a sheet holds; split the file")
            if len(cells) < width or any(cells[width:]):
                raise DomainError(f"{path}, line {line}: {len(cells)} cells under a header of {width}")
            labels += cells[:skip]
            numbers.extend(_number(path, line, cell) for cell in cells[skip:width])
    return classes, labels, np.frombuffer(numbers).reshape(-1, len(classes))


def read_columns(path: PathLike) -> dict[str, list[str] | str]:
    """The columns of a file by the names in its header; a column with one value is that value.

    Columns may have different lengths: cells under the last value of a column are empty.

    Raises :class:`~softsym.errors.DomainError` that names the line of a cell which is no finite number, or is empty
    above another, and for a name that stands twice in the header.
    """
    with _lines(path) as lines:
        header = _named(path, next(lines)[1])
        columns: dict[str, list[str]] = {name: [] for name in header}
        for count, (line, cells) in enumerate(lines):
            if any(cells[len(header) :]):
                raise DomainError(f"{path}, line {line}: {len(cells)} cells under a header of {len(header)}")
            for name, cell in zip(header, cells, strict=False):
                if cell:
                    _continues(f"{path}, line {line}: {name}", columns[name], count)
                    read_number(cell, f"{path}, line {line}: {name}")
                    columns[name].append(cell)
    return {name: cells[0] if len(cells) == 1 else cells for name, cells in columns.items()}


def read_header(path: PathLike) -> list[str]:
    """The cells of a file's header."""
    with _lines(path) as lines:
        return next(lines)[1]


@contextmanager
def _lines(path: PathLike) -> Iterator[Iterator[Line]]:
    """The lines of a file that hold something: their numbers and cells, a header and at least one more."""
    with Path(path).open("rb") as raw:
        encoding = "utf-16" if raw.read(2) in _UTF_16 else "utf-8-sig"
    try:
        with Path(path).open(newline="", encoding=encoding) as file:
            mark = _separator(file)
            if len(list(islice(_filled(file, mark), 2))) < 2:
                raise DomainError(f"{path} needs a header with names, such as z,y or cat,dog, and rows under it")
            yield _filled(file, mark)
    except UnicodeDecodeError as error:
        raise DomainError(f"{path} is no text in UTF-8 ({error.reason}); save it as CSV in UTF-8") from None
    except csv.Error as error:
        raise DomainError(f"{path} is no CSV file: {error}") from None


def _filled(file: TextIO, mark: str) -> Iterator[Line]:
    file.seek(0)
    reader = csv.reader(file, delimiter=mark)
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells) and not _names_separator(row):
            yield reader.line_num, cells if mark == "," else [_with_point(cell) for cell in cells]


def _names_separator(row: Sequence[str]) -> bool:
    """Whether a line only says what the separator is, as ``sep=;`` does for Excel."""
    return row[0].startswith("sep=") and len("".join(row)) <= len("sep=") + 1


def _separator(file: TextIO) -> str:
    """What stands between the cells of the header: the mark that is most frequent in it outside quotes."""
    for line in file:
        bare = re.sub(r'"[^"]*"?', "", line).strip("\r\n ")
        if bare.startswith("sep=") and len(bare) > len("sep="):
            return bare[4]
        if bare.strip(_SEPARATORS):
            return max(_SEPARATORS, key=bare.count)
    return ","


def _with_point(cell: str) -> str:
    """A number with a decimal comma as one with a point; other text as it is."""
    return cell.replace(",", ".") if _DECIMAL.fullmatch(cell) else cell


def _is_label(path: PathLike, line: int, cells: Sequence[str]) -> bool:
    """Whether the first cell of a row is a label; what looks like a number that is written otherwise is refused."""
    cell = "".join(cells)
    if _NUMBER.fullmatch(cell):
        return False
    if _ALMOST.fullmatch("".join(filter(str.isprintable, cell))):
        _number(path, line, cell)
    return True


def _number(path: PathLike, line: int, cell: str) -> float:
    value = float(cell) if _NUMBER.fullmatch(cell) else float("nan")
    if abs(value) < float("inf"):
        return value
    shown = repr(cell if len(cell) <= 40 else cell[:39] + "…") if cell else "an empty cell"
    hint = "; write 0.1 for 10%" if cell.endswith("%") else "; write 1000 for 1,000" if "," in cell else ""
    raise DomainError(
        f"{path}, line {line}: every cell must be a finite number such as 3, -0.5 or 1e-3, not {shown}{hint}"
    )


def _named(path: PathLike, header: Sequence[str]) -> list[str]:
    """The names of a header, without empty cells at its end."""
    names = list(header)
    while names and not names[-1]:
        names.pop()
    if "" in names:
        raise DomainError(f"{path}: column {names.index('') + 1} has no name in the header")
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise DomainError(f"{path}: {twice[0]!r} stands twice in the header; every column needs a name of its own")
    return names


def _classes(path: PathLike, header: Sequence[str]) -> list[str]:
    """The names of classes; numbers are names only where they count the classes."""
    names = _named(path, header)
    if not names:
        raise DomainError(f"{path} has no column of numbers; commas, semicolons or tabs stand between columns")
    if all(map(_NUMBER.fullmatch, names)):
        numbers = [float(name) for name in names]
        if numbers[0] not in (0, 1) or numbers != [numbers[0] + k for k in range(len(names))]:
            raise DomainError(f"{path}: the first line holds numbers, {', '.join(names[:4])}; put a header above them")
    return names


def _continues(where: str, column: Sequence[str], count: int) -> None:
    if len(column) < count:
        raise DomainError(f"{where} follows an empty cell; only cells under the last value of a column may be empty")
