"""Pages as a browser shows them: alone, without scripts and network, on a phone, in the dark and on paper."""

import pytest

from salesnb.charts import bars, table
from salesnb.workbooks.html import PageInfo, render
from salesnb.workbooks.index import IndexPage, IndexRow, render_index

LONG = "A name without any break: " + "x" * 80

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def shown(chart):
    """A cell that shows a chart."""
    output = {"output_type": "display_data", "metadata": {}, "data": chart._repr_mimebundle_()}
    return {"cell_type": "code", "source": "", "metadata": {}, "outputs": [output]}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A review and an index in a folder of their own."""
    folder = tmp_path_factory.mktemp("pages")
    wide = table(LONG, [(f"Column {place}", "money") for place in range(14)], [(10**9,) * 14])
    cells = [
        shown(bars("West leads", [("West", 120_000_000), ("East", 90_000_000)])),
        shown(wide),
        {"cell_type": "markdown", "source": f"## {LONG}\n\n{LONG}", "metadata": {}},
    ]
    review = folder / "review.html"
    review.write_text(render({"cells": cells}, PageInfo(title=LONG, facts=(LONG,), provenance=(LONG,))))
    rows = (
        IndexRow(
            name=LONG, group="West", href="review.html", won=1, goal=2, attainment=0.5, pace=0.9, trend=(1, 2)
        ),
        IndexRow(name="B", group="East", status="failed", reason=LONG),
    )
    page = IndexPage(title="Reviews", company=LONG, rows=rows, total=IndexRow(name="All"), finding=LONG)
    index = folder / "index.html"
    index.write_text(render_index(page))
    return review, index


@pytest.fixture
def open_page(browser):
    """Open a file; gives the page and what went wrong."""
    contexts = []

    def look(path, **context):
        wrong = []
        made = browser.new_context(offline=True, **context)
        contexts.append(made)
        page = made.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("requestfailed", lambda request: wrong.append(request.url))
        page.goto(path.as_uri())
        return page, wrong

    yield look
    for context in contexts:
        context.close()


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("width", [320, 390, 1100])
def test_no_page_goes_sideways_or_complains(pages, open_page, which, width):
    page, wrong = open_page(pages[which], viewport={"width": width, "height": 800}, java_script_enabled=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert wrong == []


@pytest.mark.parametrize(
    ("width", "shows", "hides"), [(390, ".snb-narrow", ".snb-wide"), (1100, ".snb-wide", ".snb-narrow")]
)
def test_the_layout_that_fits_is_shown(pages, open_page, width, shows, hides):
    page, _ = open_page(pages[0], viewport={"width": width, "height": 800})
    assert page.locator(f"{shows} svg").first.is_visible()
    assert not page.locator(f"{hides} svg").first.is_visible()


def test_dark_follows_the_reader_and_paper_is_light(pages, open_page):
    page, _ = open_page(pages[0], color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.emulate_media(media="print", color_scheme="dark")
    assert dark != "rgb(255, 255, 255)"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_the_index_leads_to_the_review_without_scripts(pages, open_page):
    page, wrong = open_page(pages[1], java_script_enabled=False, viewport={"width": 390, "height": 800})
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/review.html")
    assert wrong == []
