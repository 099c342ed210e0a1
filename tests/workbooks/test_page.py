"""What a page shows of a notebook, and what it does not."""

import base64
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from salesnb.charts import MIME, bars, table
from salesnb.workbooks.html import PageInfo, render

INFO = PageInfo(
    title="Review of West", facts=("Data as of Dec 12, 2017",), provenance=("salesnb",), locale="de_DE"
)
CHART = bars("West leads", [("West", 120_000_000), ("East", 90_000_000)])
PIXEL = base64.b64encode(b"\x89PNG").decode()


def page(*outputs: dict[str, Any], markdown: str = "", info: PageInfo = INFO) -> str:
    """Render a notebook with one code cell."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "source": "secret = 1", "metadata": {}, "outputs": list(outputs)}
    ]
    if markdown:
        cells.append({"cell_type": "markdown", "source": markdown, "metadata": {}})
    return render({"cells": cells}, info)


def shown(data: dict[str, Any]) -> dict[str, Any]:
    """An output with this data."""
    return {"output_type": "display_data", "metadata": {}, "data": data}


def test_code_and_stderr_are_not_shown():
    made = page({"output_type": "stream", "name": "stderr", "text": "UserWarning: hush"})
    assert "secret" not in made
    assert "hush" not in made


def test_a_chart_is_inline_in_both_layouts_and_loads_nothing():
    made = page(shown(CHART._repr_mimebundle_()))
    assert made.count("<svg") == 2
    assert '<div class="snb-wide"><svg' in made
    assert "<script" not in made
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", made)
    assert "http" not in made.replace('http-equiv="Content-Security-Policy"', "")


def test_a_hostile_chart_falls_back_to_its_image():
    bundle = CHART._repr_mimebundle_()
    bundle[MIME] = {"wide": "<svg><script>alert(1)</script></svg>", "narrow": "<p>", "finding": "x"}
    made = page(shown(bundle))
    assert "alert(1)" not in made
    assert "data:image/svg+xml;base64," in made


def test_tables_scroll_inside_a_box():
    made = page(shown({"text/html": table("T", [("A",)], [("x",)]).html()}))
    assert re.search(r'<div class="snb-scroll" tabindex="0"><table class="snb-table">.*</table></div>', made)


def test_printed_text_waits_in_a_box_to_be_opened():
    made = page(
        {"output_type": "stream", "name": "stdout", "text": "\x1b[31m<b>12</b>\x1b[0m"},
        shown({"text/plain": "<X>"}),
    )
    assert made.count("<details") == 2
    assert "<pre>&lt;b&gt;12&lt;/b&gt;</pre>" in made
    assert "<pre>&lt;X&gt;</pre>" in made


def test_an_error_stands_in_a_box():
    made = page({"output_type": "error", "ename": "ValueError", "evalue": "no <b>", "traceback": ["/srv/x"]})
    assert 'role="alert"' in made
    assert "no &lt;b&gt;" in made
    assert "/srv/x" not in made


def test_there_is_one_heading_of_the_first_level():
    assert page().count("<h1") == 1
    made = page(shown({"text/html": "<h1>Own</h1>"}), markdown="# Second\n\n### Third")
    assert re.findall(r"<h(\d)>(\w+)", made) == [("1", "Own"), ("2", "Second"), ("3", "Third")]


def test_the_page_says_its_language_title_and_date():
    made = page()
    assert '<html lang="de-DE">' in made
    assert "<title>Review of West</title>" in made
    assert "Data as of Dec 12, 2017" in made
    assert 'href="#content"' in made


def test_the_date_is_said_once():
    own = shown({"text/html": '<h1>Own</h1><p class="snb-asof">Data as of Dec 12, 2017</p>'})
    assert page(own).count("Data as of") == 1


def test_only_a_page_that_may_links_back():
    assert "index.html" not in page()
    assert '<a href="index.html">' in page(info=PageInfo(title="Plan", back="index.html"))


def test_pictures_of_others_are_carried_within():
    made = page(
        shown({"image/png": PIXEL + "\n", "text/plain": '<Figure "a">'}),
        shown({"image/svg+xml": "<svg onload=x>"}),
    )
    assert f'src="data:image/png;base64,{PIXEL}"' in made
    assert "onload" not in made
    assert "&lt;Figure &quot;a&quot;&gt;" in made


def test_a_picture_that_is_no_base64_is_left_out():
    assert "evil" not in page(shown({"image/png": '"><script>evil()</script>'}))


@given(st.text(max_size=80))
def test_a_title_never_breaks_out(text):
    made = page(info=PageInfo(title=text + "<script>alert(1)</script>", facts=("<b>",), provenance=("<i>",)))
    assert "<script" not in made
    assert "<b>" not in made
    assert "<i>" not in made


@given(st.text(alphabet="<>[]()!#*_`|&;:\n javscriptx/\"'=", max_size=80))
def test_markdown_never_carries_html_or_scripts_through(text):
    made = page(
        markdown=f"{text}\n<script>alert(1)</script>\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    )
    assert "<script" not in made
    assert not re.search(r"<[^>]*(?:onerror|javascript:)[^>]*>", made)


def test_a_page_with_eight_charts_stays_small():
    assert len(page(*[shown(CHART._repr_mimebundle_())] * 8)) < 150_000
