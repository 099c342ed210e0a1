"""Charts in a real browser: fonts are as wide as estimated, and no text covers another."""

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GALLERY = runpy.run_path(str(Path(__file__).with_name("gallery.py")))
MEASURE = """() => {
  const found = {covered: [], outside: [], count: 0};
  const measure = (text) => [text.textContent, text.getBoundingClientRect()];
  for (const svg of document.querySelectorAll("section[data-theme=light] svg[role=img]")) {
    const sheet = svg.getBoundingClientRect();
    const title = svg.closest("section").querySelector("h2").textContent;
    const name = title + " " + svg.getAttribute("width") + ": ";
    const texts = [...svg.querySelectorAll("text")].map(measure);
    found.count += texts.length;
    texts.forEach(([one, a], index) => {
      if (a.left < sheet.left - 1 || a.right > sheet.right + 1 || a.bottom > sheet.bottom + 1) {
        found.outside.push(name + one);
      }
      for (const [other, b] of texts.slice(index + 1)) {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        // Line boxes are higher than letters: up to 3.5 pixels of them may overlap.
        if (wide > 0.5 && high > 3.5) found.covered.push(name + one + " | " + other);
      }
    });
  }
  return found;
}"""


@pytest.fixture(scope="module")
def measured(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    page_path = tmp_path_factory.mktemp("gallery") / "gallery.html"
    page_path.write_text(GALLERY["page"](), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(page_path.as_uri())
    yield page.evaluate(MEASURE)
    page.close()


def test_the_page_shows_every_text(measured: dict[str, Any]) -> None:
    assert measured["count"] > 1000


def test_no_text_covers_another_as_drawn(measured: dict[str, Any]) -> None:
    assert measured["covered"] == []


def test_no_text_leaves_its_sheet_as_drawn(measured: dict[str, Any]) -> None:
    assert measured["outside"] == []
