"""softsym: state a formula once; get its derivation, a proof for every N, a stable NumPy function and a live workbook.

>>> import softsym as ss
>>> z, beta = ss.vector("z"), ss.beta
>>> ss.grad(ss.lse(z, beta), z)
softmax(z, beta)
>>> ss.check("sum(softmax(z, beta)) == 1").status
'proved'

Every function of the language is a Python function here (``ss.softmax``, ``ss.lse``, ...). The parts are loaded when
they are first used, so that ``import softsym`` is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PLACES: dict[str, tuple[str, ...]] = {
    "softsym.language": ("Statement", "parse", "parse_expression", "parse_statement"),
    "softsym.errors": (
        "BudgetError",
        "DomainError",
        "LanguageError",
        "ShapeError",
        "SoftsymError",
        "UnsupportedError",
    ),
    "softsym.bindings": ("value",),
    "softsym.comparison": ("Figure", "figures"),
    "softsym.proof": ("Verdict", "check"),
    "softsym.page.plot": ("plot",),
    "softsym.report": ("Report",),
    "softsym.expression": ("Expr",),
    "softsym.targets.numpy": ("lambdify",),
    "softsym.targets.sympy_reader": ("from_sympy",),
    "softsym.calculus": ("Derivation", "derive", "diff", "grad", "hessian", "jacobian", "limit", "resolve", "simplify"),
}
"""The public names by the module that holds them."""

_HOMES = {name: module for module, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    else:
        value = getattr(import_module("softsym.vocabulary"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    from softsym.vocabulary import WORDS

    return sorted({*globals(), *_HOMES, *WORDS})
