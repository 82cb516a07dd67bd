"""The shape of the code: which module may import which, how long a file may be, what must be documented."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "softsym"

ORDER = (
    "errors",
    "symbols",
    "definitions",
    "shapes",
    "expression",
    "language",
    "expansion",
    "signs",
    "entries",
    "vocabulary",
    "evaluation",
    "bindings",
    "comparison",
    "algebra",
    "limits",
    "calculus",
    "refute",
    "proof",
    "stable",
    "targets",
    "numeric",
    "workbook",
    "page",
    "catalog",
    "report",
    "reporting",
    "cli",
)
"""The flow: text -> expression -> derivation -> verdict, -> stable form -> targets -> workbook, page. A module imports
at import time only what stands before it."""

MODULES = sorted(PACKAGE.rglob("*.py"))
TYPING_ONLY = "TYPE_CHECKING"


def part(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def module_name(path: Path) -> str:
    names = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def imported_on_import(body: list[ast.stmt]) -> Iterator[str]:
    """The modules of softsym that a module imports when it is imported: not in functions, not for types alone."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("softsym"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("softsym"):
            yield from (f"{node.module}.{a.name}" for a in node.names)
        elif isinstance(node, ast.If) and not (isinstance(node.test, ast.Name) and node.test.id == TYPING_ONLY):
            yield from imported_on_import(node.body + node.orelse)
        elif isinstance(node, ast.Try | ast.With | ast.ClassDef):
            yield from imported_on_import(node.body)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_go_one_way(path: Path) -> None:
    own = part(module_name(path))
    if not own:
        assert list(imported_on_import(ast.parse(path.read_text()).body)) == [], "import softsym must load nothing"
        return
    assert own in ORDER, f"{own} has no place in the flow: add it to ORDER"
    for module in imported_on_import(ast.parse(path.read_text()).body):
        other = part(module)
        assert other == own or ORDER.index(other) < ORDER.index(own), f"{own} must not import {module}"


@pytest.mark.parametrize("path", [*MODULES, *(ROOT / "reports").glob("*.py"), *(ROOT / "tests").rglob("*.py")], ids=str)
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 400


def test_no_catch_all_modules() -> None:
    assert not {p.stem for p in MODULES} & {"utils", "helpers", "common", "misc"}


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_public_things_are_documented(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), f"{path.name} says nothing of itself"
    bare = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not any(isinstance(d, ast.Name) and d.id == "overload" for d in node.decorator_list)
    ]
    assert not bare, f"without a docstring: {', '.join(bare)}"


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout


def test_import_is_light() -> None:
    loaded = python("import softsym, sys; print(*sys.modules)").split()
    assert not {"sympy", "numpy", "openpyxl", "flint", "rich"} & {name.split(".")[0] for name in loaded}


def test_command_line_help_loads_nothing_heavy() -> None:
    loaded = python("import softsym.cli, sys; print(*sys.modules)").split()
    assert not {"sympy", "numpy", "openpyxl", "flint"} & {name.split(".")[0] for name in loaded}


def test_every_public_name_resolves() -> None:
    import softsym

    for name in dir(softsym):
        assert getattr(softsym, name) is not None


def test_a_wrong_public_name_gets_a_hint() -> None:
    import softsym

    with pytest.raises(AttributeError, match="did you mean 'softmax'"):
        _ = softsym.sofmax
