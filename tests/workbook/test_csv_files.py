"""CSV files as they come: what they hold is read as it is meant, or refused with the line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from softsym.errors import DomainError
from softsym.targets.numpy import lambdify
from softsym.workbook import audit, write_rows
from softsym.workbook.csv_files import read_columns, read_rows
from tests.workbook.engines import cellrune_values

NUMBERS = [[1.5, -25.0], [3.0, 4.0]]


def rows(content: str | bytes, folder: Path, most: int = 10) -> tuple[list[str], list[str], list[list[float]]]:
    path = folder / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    classes, labels, numbers = read_rows(path, most)
    return classes, labels, numbers.tolist()


@pytest.mark.parametrize(
    "text",
    ["name,cat,dog\nx,1.5,-25\ny,3,4\n", "name;cat;dog\nx;1,5;-2,5e1\ny;3;4\n",
     "name\tcat\tdog\nx\t1.5\t-25\ny\t3\t4\n", "\ufeffname;cat;dog\r\nx;1.5;-25\r\ny;3;4\r\n",
     'name,"cat","dog"\r"x",1.5,"-25"\ry, 3 ,+4.\r', "sep=;\nname;cat;dog\nx;1,5;-25\ny;3;4",
     ",cat,dog\nx,1.5,-25\ny,3,4\n", "name,cat,dog,\nx,1.5,-25,\n\n,,,\ny,3,4,\n"],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_ways_of_writing_one_table(text: str, encoding: str, tmp_path: Path) -> None:
    assert rows(text.encode(encoding), tmp_path) == (["cat", "dog"], ["x", "y"], NUMBERS)


def test_files_without_labels_and_with_odd_names(tmp_path: Path) -> None:
    assert rows("cat,dog\n1.5,-25\n3,4\n", tmp_path) == (["cat", "dog"], [], NUMBERS)
    assert rows("0,1\n1.5,-25\n3,4\n", tmp_path) == (["0", "1"], [], NUMBERS)
    assert rows(",cat\n0,7\n1,8\n", tmp_path) == (["cat"], ["0", "1"], [[7.0], [8.0]])
    found = rows('name,"cat, big","new\nline"\n"a ""b""",1.5,-25\n=cmd|x,3,4\n', tmp_path)
    assert found == (["cat, big", "new\nline"], ['a "b"', "=cmd|x"], NUMBERS)
    assert rows("day,a\n2024-10-11,1\nאב,2\n", tmp_path)[1] == ["2024-10-11", "אב"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a,b\n1\n", "line 2: 1 cells under a header of 2"),
        ("a,b\n1,2,3\n", "line 2: 3 cells"),
        ("a\nnan\n", "finite"),
        ("a,b\n1,x\n", "line 2"),
        ("a,b\n1,\n", "an empty cell"),
        ("a\n", "header"),
        ("", "header"),
        ("\n \n,\n", "header"),
        ("a,a\n1,2\n", "'a' stands twice"),
        ("a,,b\n1,2,3\n", "column 2 has no name"),
        ("4.5,2\n3,4\n", "first line holds numbers"),
        ("a|b\n1|2\n", "no column of numbers"),
        ("a,b\n1\x00,2\n", "line 2"),
        ("Bär,b\n1,2\n".encode("latin-1"), "UTF-8"),
        ("a,b\n" + "1,2\n" * 11, "more rows than the 10 that a sheet holds; split"),
        (f"name,a\n{'x' * 200_000},1\n", "limit"),
    ],
)
def test_faults_of_files_are_named(content: str | bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(DomainError, match=says):
        rows(content, tmp_path)


@pytest.mark.parametrize(
    "cell",
    ["10%", '"1,000"', "1'000.5", "1 000", "€1", "1/3", "0x10", "1_000", "\u22121", "(5)", "1e999", "NaN", "-inf",
     "N/A", "TRUE", "#NUM!", "\uff11", ""],
)  # fmt: skip
def test_numbers_written_otherwise_are_no_labels(cell: str, tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="line 2: every cell must be a finite number"):
        rows(f"a,b\n{cell},2\n", tmp_path)


def columns(text: str, folder: Path) -> dict[str, list[str] | str]:
    (folder / "a.csv").write_text(text, encoding="utf-8")
    return read_columns(folder / "a.csv")


@pytest.mark.parametrize("text", ["z,y,beta\n1.5,1/3,2\n3,4,\n", 'sep=;\n"z";"y";"beta"\n1,5;1/3;2\n3;4\n'])
def test_columns_by_name(text: str, tmp_path: Path) -> None:
    assert columns(text, tmp_path) == {"z": ["1.5", "3"], "y": ["1/3", "4"], "beta": "2"}


@pytest.mark.parametrize(
    ("text", "says"),
    [("z,z\n1,2\n", "stands twice"), ("z,y\n1,2\n,3\n4,5\n", "line 4: z follows an empty cell"),
     ("z\n10%\n", "line 2: z"), ("z,\n1,2\n", "line 2: 2 cells"), ("z\n1,5\n", "line 2: 2 cells")],
)  # fmt: skip
def test_faults_of_columns_are_named(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(DomainError, match=says):
        columns(text, tmp_path)


def test_labels_of_all_sorts_stay_text_beside_live_figures(tmp_path: Path) -> None:
    names = ["=cmd|x", "#NUM!", "+1", "-5", "@x", "😀", "שלום", "_x0041_", "x" * 40_000]
    text = "name,=1+1,#N/A\n" + "".join(f"{name},{k},-1e3\n" for k, name in enumerate(names))
    classes, labels, numbers = rows(text, tmp_path)
    write_rows("softmax(z, beta)", classes, numbers, tmp_path / "a.xlsx", labels=labels, beta=2)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Rows"]
    cells = [sheet.cell(7 + k, 1) for k in range(len(names))]
    assert {c.data_type for c in cells} == {"s"}
    assert [c.quotePrefix for c in cells[:6]] == [True, False, True, True, True, False]
    assert audit(tmp_path / "a.xlsx") == []
    expected = lambdify("softmax(z, beta)")(np.array(numbers), 2.0)
    (values,) = cellrune_values(tmp_path / "a.xlsx")
    found = [[values["Rows", 7 + k, sheet.max_column - 1 + c] for c in range(2)] for k in range(len(names))]
    assert np.allclose(found, expected, rtol=1e-12, atol=1e-300)
    assert values["Checks", 5, 3] == "all checks pass"
