"""The table of rules: no known inequality in it is refuted, and every row can be read."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from softsym.language import Statement, parse_statement
from softsym.proof.replay.table import rows
from softsym.refute import search

TEXT = re.sub("#.*\n", "", (files("softsym.proof.replay") / "rules.txt").read_text())
BLOCKS = [block.strip().split("\n    ") for block in TEXT.split("\n\n") if block.strip()]
PLACE = re.compile(r"\b([fg])\((\w)\)")


def terms(text: str) -> str:
    """u and w for f and g, at k unless the text is for every k."""
    entry = "" if "for every k" in text else "[k]"
    text = PLACE.sub(lambda m: f"{'u' if m[1] == 'f' else 'w'}[{m[2]}]", text.replace(" for every k: index", ""))
    return re.sub(r"\bg\b", f"w{entry}", re.sub(r"\bf\b", f"u{entry}", text))


def statement_of(lines: list[str]) -> Statement | None:
    """A row about numbers, vectors and terms f and g of a sum over k as a statement, with u[k] and w[k] for f and g."""
    text = "\n".join(lines)
    if re.search(r"diff\(|grad\(|hessian|jacobian|with|between|to |every [js]", text):
        return None
    says = next(line for line in lines if line.split()[0] not in ("of", "if"))
    needs = [line[3:] for line in lines if line.startswith("if ")]
    own = [n for n in needs if not re.fullmatch(r"sum\(delta\(k, \w\), k\) == 1|(\w) == \1.*", n)]
    plain = [terms(text) for text in (says, *own)]
    kinds = re.findall(r"where (\w+: \w+)", text)
    return parse_statement(f"{plain[0]} where {', '.join(['q: real', *kinds, *plain[1:]])}")


NO_CLAIMS = ("in ", "values of ", "a case")
STATEMENTS = [(f"{name} {n}", own) for n, (name, *lines) in enumerate(BLOCKS)
              if not name.startswith(NO_CLAIMS) and (own := statement_of(lines))]  # fmt: skip


@pytest.mark.parametrize(("name", "statement"), STATEMENTS, ids=[name for name, _ in STATEMENTS])
def test_no_row_of_the_table_is_refuted(name: str, statement: Statement) -> None:
    found = search(statement, seconds=0.05)
    assert found.counterexample is None, f"{statement} fails at {found.counterexample}"


def test_most_rows_are_tried() -> None:
    assert len(STATEMENTS) > 50


@pytest.mark.parametrize("name", sorted({name for name, *_ in BLOCKS}))
def test_every_row_can_be_read(name: str) -> None:
    assert rows(name)
