"""Cards for notebooks: no script, everything escaped, and present for expressions and verdicts."""

from __future__ import annotations

import pytest

from softsym.calculus import derive
from softsym.language import parse_expression
from tests.page.sample import PROVED, REFUTED, UNKNOWN


def test_an_expression_shows_its_definition() -> None:
    card = parse_expression("lse(z)")._repr_html_()
    assert r"$\displaystyle \operatorname{LSE}(z)$" in card
    assert r"<summary>definition</summary>$\displaystyle \log \sum_{k=1}^{N} e^{z_k}$" in card
    assert "definition" not in parse_expression("z[i] + 1")._repr_html_()
    assert "`lse(z)`" in parse_expression("lse(z)")._repr_markdown_()
    assert parse_expression("lse(z)")._repr_latex_() == r"$\displaystyle \operatorname{LSE}(z)$"


@pytest.mark.parametrize("verdict", [PROVED, REFUTED, UNKNOWN], ids=lambda v: v.status)
def test_a_verdict_says_why(verdict: object) -> None:
    card = verdict._repr_html_()  # type: ignore[attr-defined]
    assert f">{verdict.status}</b>" in card  # type: ignore[attr-defined]
    assert "<script" not in card
    assert f"**{verdict.status}**" in verdict._repr_markdown_()  # type: ignore[attr-defined]


def test_a_counterexample_is_shown() -> None:
    assert "<code>z = (0, 0), beta = 1</code>" in REFUTED._repr_html_()


def test_steps_are_numbered_and_folded() -> None:
    found = derive("lse(z, beta)", "z")
    card = found._repr_html_()
    assert card.startswith(r"<div>$\displaystyle \nabla_z\operatorname{LSE}_\beta(z)$ $=$")
    assert f"<summary>{len(found.steps)} steps</summary><ol><li>" in card
    assert "<script" not in card
    assert card.count("<li>") == len(found.steps)
    assert "Result" in found._repr_markdown_()
