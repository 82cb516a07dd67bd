"""Random statements, true and spoilt: nothing false is proved and nothing true is refuted.

``SOFTSYM_STATEMENTS`` sets how many (``-s`` shows the tally); the default is a sample.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest

from softsym.errors import LanguageError, SoftsymError
from softsym.language import Statement, parse_statement
from softsym.proof import check
from softsym.refute import search
from tests.proof.points import outcomes
from tests.proof.random_statements import equation, spoilt, theorem

STATEMENTS = int(os.environ.get("SOFTSYM_STATEMENTS", "48"))
BATCHES = 12
POINTS = 12


def fault(statement: Statement, is_true: bool, rng: Random, tally: Counter[str]) -> str:
    """What is wrong with the verdict of a statement, or ``""``."""
    verdict = check(statement, timeout=1.5, seed=rng.randrange(100))
    tally[f"{'true' if is_true else 'spoilt'}, {verdict.status}"] += 1
    if is_true and verdict.status == "refuted":
        return f"true but refuted: {verdict}"
    if verdict.status != "proved":
        return ""
    failing = [at for outcome, at in outcomes(statement, rng, POINTS) if outcome == "fails"]
    if failing:
        return f"proved but false at {failing[0]}: {verdict}"
    found = search(statement, seconds=0.1 if is_true else 0.5, seed=rng.randrange(100)).counterexample
    return f"proved but refuted at {found.point}: {verdict}" if found else ""


def drawn(rng: Random) -> tuple[Statement, bool] | None:
    is_true = rng.random() < 0.5
    text = rng.choice((equation, theorem))(rng)
    try:
        return parse_statement(text if is_true else spoilt(text, rng)), is_true
    except (LanguageError, SoftsymError):  # a spoilt text need not be a statement
        return None


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_statements(batch: int) -> None:
    rng, tally, faults = Random(f"batch {batch}"), Counter[str](), []
    while tally.total() < STATEMENTS // BATCHES:
        found = drawn(rng)
        if found is not None:
            faults.append(fault(*found, Random(found[0].text), tally))
    print("", dict(tally), *(f for f in faults if f), sep="\n")
    assert not any(faults), "\n".join(f for f in faults if f)
