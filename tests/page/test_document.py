"""Pages as texts: everything escaped, valid, self-contained, and never half written."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import pytest

from softsym.definitions import FUNCTIONS
from softsym.errors import DomainError, SoftsymError
from softsym.page import (
    Chart,
    Code,
    Document,
    Play,
    Prose,
    Section,
    Series,
    Table,
    to_html,
    to_markdown,
    write_index,
    write_page,
)
from softsym.targets.mathml import to_mathml
from tests.page.sample import document
from tests.test_latex import example


@pytest.fixture(scope="module")
def html() -> str:
    return to_html(document())


def test_html_is_valid(html: str) -> None:
    html5lib = pytest.importorskip("html5lib")
    parser = html5lib.HTMLParser(strict=True)
    assert parser.parse(html) is not None
    names = re.findall(r' id="([^"]+)"', html)
    assert len(names) == len(set(names))
    for attribute in ("aria-controls", "aria-labelledby"):
        for value in re.findall(f'{attribute}="([^"]+)"', html):
            assert set(value.split()) <= set(names)


def test_no_user_text_is_markup(html: str) -> None:
    assert html.count("<script>alert") == 0
    assert 'href="javascript' not in html
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in html


def test_the_policy_allows_exactly_what_is_there(html: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")
    for tag in ("script", "style"):
        for text in re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL):
            assert b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy[1]
    assert 'style="' not in html


def test_it_needs_nothing_else_and_is_small(html: str) -> None:
    assert len(html) < 300_000
    assert not re.search(r'<(link|img|iframe|object)\b|\bsrc="|@import|url\((?!data:font/woff2)', html)


def test_a_page_without_play_has_no_library() -> None:
    small = to_html(Document("t", (Section("s", (Prose("p"),)),)))
    assert "leeoniya" not in small
    assert len(small) < 70_000


def test_markdown_shows_every_block() -> None:
    text = to_markdown(document())
    for part in (
        "## Play",
        "1. **the definition of softmax**",
        "- **refuted**",
        "| 0.95 | 0.00% |",
        "```python",
        "## Sources",
    ):
        assert part in text
    assert "<script>" not in text.split("```")[0]
    assert r"\operatorname{softmax}_\beta(z)" in text


@pytest.mark.parametrize("text", ["a | b", "<b>", "# x", "[x](javascript:y)", "$5 and `", "a\nb", "*x*", "&amp;"])
def test_a_table_keeps_its_columns(text: str) -> None:
    table = Document("t", (Section("s", (Table(("a", "b"), ((text, 1),)),)),))
    rows = [line for line in to_markdown(table).splitlines() if line.startswith("|")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [3, 3, 3]
    assert "<b>" not in to_html(table)


def test_code_with_fences() -> None:
    text = to_markdown(Document("t", (Section("s", (Code("c", "```\nx\n```"),)),)))
    assert "````\n```\nx\n```\n````" in text


def test_an_infinite_point_leaves_a_gap() -> None:
    inf = float("inf")
    chart = Chart("c", (Series("s", (1.0, 2.0, 3.0, 4.0), (1.0, inf, 2.0, float("nan"))),))
    html = to_html(Document("t", (Section("s", (chart,)),)))
    curve = re.search(r'class="curve s1" d="([^"]+)"', html)
    assert curve is not None
    assert curve[1].count("M") == 2
    assert "nan" not in curve[1]


def test_an_empty_chart_and_equal_values() -> None:
    nothing = Chart("c", (Series("s", (1.0,), (float("nan"),)),))
    level = Chart("c", (Series("s", (1.0, 1.0), (2.0, 2.0)),), log_x=True)
    assert to_html(Document("t", (Section("s", (nothing, level)),)))


def playing(*inputs: tuple[str, float | tuple[float, ...]], vector: str = "softmax(z, beta)") -> str:
    return to_html(Document("t", (Section("s", (Play(inputs, (("f", vector),), ()),)),)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Table(("a",), (("x", "y"),)),
        lambda: Series("s", (1.0,), ()),
        lambda: playing(("beta", 1.0)),
        lambda: playing(("z", (1.0,)), ("w", (1.0, 2.0)), ("beta", 1.0)),
        lambda: playing(("z", (1.0,))),
        lambda: playing(("z", (1.0,)), ("beta", -1.0)),
        lambda: playing(("z", (1.0,)), ("beta", 1.0), vector="a*z"),
        lambda: playing(("z", (1.0,)), ("beta", 1.0), vector="outer(z, z)"),
    ],
)
def test_what_does_not_fit_is_an_error(make: Callable[[], object]) -> None:
    with pytest.raises(DomainError):
        make()


def test_play_with_any_expression() -> None:
    play = Play(
        (("x", (1.0, 2.0)), ("w", (0.5, 0.5)), ("T", 2.0), ("a", 3.0)),
        (("shares", "softmax(x*w, T)"), ("shifted", "x - a")),
        (("energy", "-T*lse(x, 1/T)"),),
        slider="T",
        naive="shares",
        pair=None,
    )
    html = to_html(Document("t", (Section("s", (play,)),)))
    assert "shares as defined" in html
    assert "surface-of" not in html.split("<script>")[0]


def test_files_are_replaced_whole(tmp_path: Path) -> None:
    page = write_page(document(), tmp_path / "sample.html")
    assert page.read_text(encoding="utf-8") == to_html(document())
    write_page(document(), tmp_path / "sample.md")
    (tmp_path / "other.html").write_text("<title>not ours</title>")
    index = write_index(tmp_path).read_text(encoding="utf-8")
    assert "1 proved" in index
    assert "sample.md" in index
    assert "not ours" not in index
    assert "<script>" not in index
    assert sorted(p.name for p in tmp_path.iterdir()) == ["index.html", "other.html", "sample.html", "sample.md"]


def test_a_bad_place_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SoftsymError, match="cannot write"):
        write_page(document(), tmp_path / "missing" / "a.html")
    with pytest.raises(SoftsymError, match=r"\.html or \.md"):
        write_page(document(), tmp_path / "a.pdf")


def test_the_font_has_every_character_of_the_notation() -> None:
    ttlib = pytest.importorskip("fontTools.ttLib")
    pytest.importorskip("brotli")
    with (files("softsym.page") / "assets" / "math.woff2").open("rb") as file:
        known = set(ttlib.TTFont(file).getBestCmap())
    formulas = [ElementTree.fromstring(to_mathml(example(name))) for name in FUNCTIONS]
    shown = {character for formula in formulas for text in formula.itertext() for character in text}
    assert {c for c in shown if ord(c) not in known} == set()
