"""The catalogue: every statement is read, is nowhere false, and gets the verdict that is on record."""

from __future__ import annotations

import re

import pytest

from softsym.catalog import GROUPS, catalog, entry, recorded_verdicts, summary
from softsym.errors import SoftsymError
from softsym.language import parse_statement
from softsym.proof import check

ENTRIES = catalog()
RECORDED = recorded_verdicts()


def test_it_is_large_and_every_group_has_statements():
    assert len(ENTRIES) >= 120
    assert {e.group for e in ENTRIES} == set(GROUPS.values())
    assert all(summary(group) for group in GROUPS.values())


def test_names_are_unique_and_sources_are_given():
    assert len({e.name for e in ENTRIES}) == len(ENTRIES)
    assert all(e.source for e in ENTRIES)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", e.name) for e in ENTRIES)


def test_statements_are_all_different():
    assert len({str(e.statement) for e in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("one", ENTRIES, ids=lambda e: e.name)
def test_each_is_read_and_prints_back(one):
    assert one.statement.name == one.name
    assert parse_statement(str(one.statement)) == one.statement


def test_every_statement_is_proved_on_record():
    assert list(RECORDED) == [e.name for e in ENTRIES]
    assert {one.status for one in RECORDED.values()} == {"proved"}


@pytest.mark.parametrize("one", ENTRIES, ids=lambda e: e.name)
def test_what_is_on_record_is_proved(one):
    assert check(one.statement, timeout=20).status == "proved"


def test_a_wrong_name_gets_a_hint():
    with pytest.raises(SoftsymError, match="did you mean 'lse-gradient'"):
        entry("lse-gradent")
