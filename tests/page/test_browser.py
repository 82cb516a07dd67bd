"""Pages in a real browser: values against NumPy, no error, no request, usable by keyboard and assistive technology."""

# ruff: noqa: RUF001 - the page shows mathematical signs
from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from softsym.page import write_index, write_page
from tests.page.sample import document

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        if os.environ.get("SOFTSYM_REQUIRE_PROGRAMS"):
            pytest.fail("chromium is required and not installed")
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as run:
        started = run.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pages")
    write_page(document(), place / "sample.html")
    write_index(place)
    return place


@pytest.fixture
def page(browser: Any, folder: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The sample page, opened from disk; afterwards there must have been no error and no request."""
    settings = getattr(request, "param", {})
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **settings})
    context.set_default_timeout(90_000)
    opened, faults = context.new_page(), []
    opened.on("console", lambda message: faults.append(message.text))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("dialog", lambda dialog: faults.append("a script of the user's ran"))
    opened.on("request", lambda r: None if r.url.startswith("file:") else faults.append(r.url))
    opened.goto((folder / "sample.html").as_uri())
    yield opened
    context.close()
    assert faults == []


def softmax(z: Any, beta: float) -> Any:
    e = np.exp(beta * (np.asarray(z) - np.max(z)))
    return e / e.sum()


def lse(z: Any, beta: float) -> float:
    return float(np.max(z) + np.log(np.exp(beta * (np.asarray(z) - np.max(z))).sum()) / beta)


def column(page: Any, number: int) -> list[float]:
    texts = page.eval_on_selector_all(f'tbody td[data-column="{number}"]', "cells => cells.map(c => c.dataset.value)")
    return [float(t.replace("Infinity", "inf")) for t in texts]


def slide(page: Any, power: float) -> None:
    page.eval_on_selector(
        ".slider input", "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', { bubbles: true })); }", power
    )


def test_the_slider_moves_everything(page: Any) -> None:
    for power in (-3, -1.25, 0, 1, 2.5, 3.75, 4):
        slide(page, power)
        z, beta = [0.95, 0.99, 0.98], 10 ** float(page.input_value(".slider input"))
        assert beta == pytest.approx(10**power, rel=1e-12)
        assert column(page, 0) == pytest.approx(softmax(z, beta), rel=1e-13)
        found = float(page.get_attribute("dd >> nth=0", "data-value"))
        assert found == pytest.approx(lse(z, beta), rel=1e-13)


def test_entries_are_edited_added_and_removed(page: Any) -> None:
    page.fill('input[aria-label="z, entry 1"]', "1.5")
    assert column(page, 0) == pytest.approx(softmax([1.5, 0.99, 0.98], 1.0), rel=1e-13)
    page.click("button.add")
    page.fill('input[aria-label="z, entry 4"]', "1.5")
    assert column(page, 2) == [0.5, 0, 0, 0.5]
    page.click('button[aria-label="remove entry 2"]')
    assert column(page, 0) == pytest.approx(softmax([1.5, 0.98, 1.5], 1.0), rel=1e-13)
    page.fill('input[aria-label="z, entry 1"]', "")
    assert page.get_attribute('input[aria-label="z, entry 1"]', "aria-invalid") == "true"
    assert column(page, 0) == pytest.approx(softmax([1.5, 0.98, 1.5], 1.0), rel=1e-13)


def test_the_number_field_and_overflow_seen_happening(page: Any) -> None:
    page.fill('input[data-name="beta"]', "800")
    assert all(np.isnan(column(page, 1)))
    assert page.inner_text('tbody td[data-column="1"] >> nth=0') == "overflow (NaN)"
    assert column(page, 0) == pytest.approx(softmax([0.95, 0.99, 0.98], 800.0), rel=1e-12)
    page.fill('input[data-name="beta"]', "-1")
    assert page.get_attribute('input[data-name="beta"]', "aria-invalid") == "true"


def test_predict_then_reveal(page: Any) -> None:
    page.click("button.predict")
    assert "0.325599" not in page.inner_text(".play tbody")
    page.fill('input[aria-label="your guess for entry 1"]', "30%")
    page.press('input[aria-label="your guess for entry 1"]', "Enter")
    assert "0.325599" in page.inner_text(".play tbody")
    assert "yours 0.3" in page.inner_text(".play tbody")
    page.click("button.predict")
    assert "0.338887" in page.inner_text(".play tbody")


def test_predict_a_table(page: Any) -> None:
    table = f"#{page.get_attribute('button.prediction', 'aria-controls')}"
    page.click("button.prediction")
    assert "99.33%" not in page.inner_text(table)
    page.fill(f"{table} input >> nth=1", "99%")
    page.press(f"{table} input >> nth=1", "Enter")
    assert "99.33% yours 99%" in page.inner_text(table)


def test_curves_and_surface(page: Any) -> None:
    page.wait_for_selector(".plot canvas")
    words = page.get_attribute(".plot", "aria-label")
    assert words.startswith("softmax over β")
    assert "entry 2 goes from 0.333" in words
    assert page.locator(".plot canvas").count() == 1
    page.select_option(".curve-of", label="LSE")
    assert page.get_attribute(".plot", "aria-label").startswith("LSE over β")
    page.select_option(".surface-of", label="maximum")
    assert "between −5 and 5" in page.get_attribute(".surface", "aria-label")


@pytest.mark.parametrize(
    "page", [{"viewport": {"width": 360, "height": 740}}, {}], indirect=True, ids=["phone", "desk"]
)
def test_nothing_hangs_over_the_edge(page: Any) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no script"])
def test_readable_without_scripts(page: Any) -> None:
    text = page.inner_text("body")
    assert "0.338887" in text
    assert "the quotient rule" in text
    assert not page.locator("button.add").is_visible()
    assert page.locator("math").count() > 10


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no script"])
def test_the_numbers_are_the_same_with_and_without_scripts(page: Any, browser: Any, folder: Path) -> None:
    live = browser.new_page()
    live.goto((folder / "sample.html").as_uri())
    for place in (".play td[data-column]", "dd"):
        assert page.locator(place).all_inner_texts() == live.locator(place).all_inner_texts()
    live.close()


@pytest.mark.parametrize(
    "page", [{"color_scheme": "dark"}, {"color_scheme": "light"}], indirect=True, ids=["dark", "light"]
)
def test_accessibility(page: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    serious = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []


def test_user_text_stays_text(page: Any) -> None:
    assert page.inner_text("h1").startswith("<script>alert('x')</script>")
    assert page.locator('a[href^="javascript"]').count() == 0


def test_math_is_native_and_laid_out(page: Any) -> None:
    box = page.locator(".display math mfrac").first.bounding_box()
    assert box["height"] > 25


def test_printing_opens_folded_steps(page: Any) -> None:
    folded = page.locator("details:not([open]):not(.source)")
    assert folded.count() > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert folded.count() == 0
    assert len(page.pdf()) > 10_000


def test_the_index(browser: Any, folder: Path) -> None:
    opened = browser.new_page()
    opened.goto((folder / "index.html").as_uri())
    assert opened.locator(".badge").all_inner_texts() == ["1 proved", "1 refuted", "1 unknown"]
    opened.click("article a >> nth=0")
    assert opened.inner_text("h2 >> nth=0") == "Play"
    opened.close()


def test_every_report_of_the_project(browser: Any, reports: Any) -> None:
    """Each page as it is built: no error, no request, within a phone's width, under 2 MB."""
    for path in sorted(reports.folder.glob("*.html")):
        opened, faults = browser.new_page(viewport={"width": 360, "height": 740}), []
        opened.on("console", lambda message, faults=faults: faults.append(message.text))
        opened.on("pageerror", lambda error, faults=faults: faults.append(str(error)))
        opened.on("request", lambda r, faults=faults: None if r.url.startswith("file:") else faults.append(r.url))
        opened.goto(path.as_uri())
        opened.wait_for_load_state("load")
        assert faults == [], path.name
        assert opened.evaluate("document.documentElement.scrollWidth") == 360, path.name
        assert path.stat().st_size < 2_000_000
        opened.close()
