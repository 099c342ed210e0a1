"""The pages of a run as people open them: offline, mailed alone, on a phone, in the dark, without scripts."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

VISIBLE = "els => els.filter(el => el.getClientRects().length > 0).length"
CONTRAST = """() => {
  const parts = (colour) => colour.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const light = (colour) => parts(colour)
    .map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const back = getComputedStyle(document.body).backgroundColor;
  return [...document.querySelectorAll("h1, h2, p, td, th, li, a, svg text")].map(el => {
    const style = getComputedStyle(el);
    const [a, b] = [light(el.closest("svg") ? style.fill : style.color), light(back)].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), el.textContent.slice(0, 40)];
  }).filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("name", ["index", "plan", "review"])
def test_a_page_opens_offline_without_errors(visit: Callable, demo: Path, review: Path, name: str) -> None:
    opened = visit((review if name == "review" else demo / f"{name}.html").as_uri())
    assert (opened.cut, opened.errors) == ([], [])
    assert opened.page.locator("h1").count() == 1
    assert "Data as of" in opened.page.inner_text("body")
    assert opened.page.locator("svg").count() > 0


def test_the_index_leads_to_every_review_and_a_review_leads_nowhere(
    visit: Callable, demo: Path, review: Path
) -> None:
    links = visit((demo / "index.html").as_uri()).page.eval_on_selector_all(
        "a[href]", "els => els.map(el => el.getAttribute('href'))"
    )
    pages = [link for link in links if link.endswith(".html")]
    assert {path.name for path in demo.glob("*.html")} - {"index.html"} == set(pages)
    own = visit(review.as_uri()).page.eval_on_selector_all(
        "a[href]", "els => els.map(el => el.getAttribute('href'))"
    )
    assert [link for link in own if not link.startswith("#")] == []


def test_a_review_mailed_alone_is_whole_on_a_phone_without_scripts(
    visit: Callable, review: Path, tmp_path: Path
) -> None:
    alone = shutil.copy(review, tmp_path / "review.html")
    page = visit(alone.as_uri(), width=390, javascript=False).page
    width = page.locator("html").bounding_box()["width"]
    assert width <= 390
    charts = page.locator("svg[role=img]")
    shown = [charts.nth(i).bounding_box() for i in range(charts.count()) if charts.nth(i).is_visible()]
    assert len(shown) >= 6
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 391 for box in shown)


def test_nothing_pushes_a_page_sideways(visit: Callable, demo: Path) -> None:
    for path in demo.glob("*.html"):
        page = visit(path.as_uri(), width=390).page
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390, path.name
        page.context.close()


def test_each_chart_has_one_layout_for_wide_and_one_for_narrow(visit: Callable, review: Path) -> None:
    wide, phone = visit(review.as_uri()).page, visit(review.as_uri(), width=390).page
    for page, seen, hidden in ((wide, ".snb-wide", ".snb-narrow"), (phone, ".snb-narrow", ".snb-wide")):
        assert page.eval_on_selector_all(seen, VISIBLE) >= 6
        assert page.eval_on_selector_all(hidden, VISIBLE) == 0


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read_in_light_and_dark(visit: Callable, demo: Path, review: Path, dark: bool) -> None:
    for path in (review, demo / "index.html", demo / "plan.html"):
        page = visit(path.as_uri(), dark=dark).page
        assert page.evaluate(CONTRAST) == [], path.name


def test_charts_are_there_on_paper(visit: Callable, review: Path) -> None:
    page = visit(review.as_uri()).page
    page.emulate_media(media="print")
    assert page.eval_on_selector_all("svg[role=img]", VISIBLE) >= 6


def test_no_page_holds_scripts_handlers_or_anything_from_elsewhere(demo: Path) -> None:
    for path in demo.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text.lower(), path.name
        assert not re.search(r"<[^>]+\son[a-z]+\s*=", text), path.name
        assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?https?:""", text), path.name


def test_no_code_is_shown(visit: Callable, review: Path) -> None:
    text = visit(review.as_uri()).page.inner_text("body")
    assert "open_review" not in text
    assert "import " not in text.lower().replace("import,", "").replace("at import", "")
    assert "Traceback" not in text
