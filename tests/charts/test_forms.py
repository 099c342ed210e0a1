"""Rules that every form keeps, on the gallery's realistic and hard data and on hostile data made up here."""

import base64
import re
import runpy
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.charts import (
    FORMS,
    MIME,
    Aged,
    Chart,
    Line,
    bars,
    bullet,
    curve,
    distribution,
    pacing,
    response,
    small_multiples,
    sparkline,
    stages,
    table,
    tornado,
    trend,
    waterfall,
)
from salesnb.charts.scale import plottable
from salesnb.charts.text import clean
from salesnb.errors import UnknownName

GALLERY = runpy.run_path(str(Path(__file__).with_name("gallery.py")))
REALISTIC: dict[str, Chart] = GALLERY["realistic"]()
HARD: dict[str, Chart] = GALLERY["hard"]()
ALL = {**REALISTIC, **HARD}
DRAWN = {name: chart for name, chart in ALL.items() if chart.form != "table"}
SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {
    "svg": {"role", "width", "height", "viewBox", "font-family", "font-size", "fill", "stroke-linejoin"},
    "title": set(),
    "desc": set(),
    "text": {"x", "y", "text-anchor", "font-size", "font-weight", "fill"},
    "rect": {"x", "y", "width", "height", "fill"},
    "path": {"d", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray"},
    "circle": {"cx", "cy", "r", "fill", "stroke", "stroke-width"},
}

words = st.text(alphabet=st.characters(exclude_categories=()), max_size=24) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "]]>",
        "&amp;",
        "\x00\u202e",
        "' onload='x",
        "مبيعات",
        "👩\u200d👩\u200d👧",
        "a" * 300,
        "",
    ]
)
amounts = st.none() | st.integers(-(10**18), 10**18) | st.floats(-1e20, 1e20) | st.just(float("nan"))
whole = st.integers(-(10**15), 10**15)


def hostile() -> st.SearchStrategy[Chart]:
    """Any form with any words and numbers."""
    day = st.integers(0, 400).map(lambda days: date(2017, 1, 1) + timedelta(days=days))
    points = st.lists(st.tuples(day, whole), max_size=6)
    months = st.lists(st.tuples(words, amounts, amounts, amounts), max_size=14)
    units = st.sampled_from(["money", "count", "ratio", "days", "money_per_day", "odd"])
    look = st.fixed_dictionaries({"unit": units, "subtitle": words, "note": words, "nothing": words})
    series = st.lists(amounts, max_size=9)
    return st.one_of(
        st.builds(
            lambda f, d, k: bullet(f, d, **k),
            words,
            st.lists(st.tuples(words, *[amounts] * 4), max_size=5),
            look,
        ),
        st.builds(lambda f, d, p, k: trend(f, d, partial=p, **k), words, months, words, look),
        st.builds(
            lambda f, d, k: stages(f, d, **k),
            words,
            st.lists(st.tuples(words, *[amounts] * 4), max_size=6),
            look,
        ),
        st.builds(
            lambda f, d, n, k: bars(f, d, limit=n, highlight=[row[0] for row in d[-1:]], **k),
            words,
            st.lists(st.tuples(words, amounts, amounts), max_size=12),
            st.integers(1, 8),
            look,
        ),
        st.builds(falling, words, st.lists(st.tuples(words, whole), max_size=10), look),
        st.builds(lambda f, d, k: sparkline(f, d, **k), words, series, look),
        st.builds(
            lambda f, d, k: small_multiples(f, d, partial="x", limit=4, **k),
            words,
            st.lists(st.tuples(words, months), max_size=6),
            look,
        ),
        st.builds(
            lambda f, d, k: curve(f, d, ages=[0, 50, 400], **k),
            words,
            st.lists(aged_line(), max_size=8),
            look,
        ),
        st.builds(
            lambda f, q, g, t, r, k: distribution(f, q, goal=g, to_date=t, reached=r, **k),
            words,
            st.lists(amounts.filter(known), max_size=12).map(lambda found: sorted(found, key=float)),
            amounts,
            amounts,
            st.lists(st.tuples(words, amounts), max_size=3),
            look,
        ),
        st.builds(
            lambda f, d, b, n, k: tornado(f, d, base=b, base_name=n, **k),
            words,
            st.lists(st.tuples(words, amounts, amounts, words), max_size=6),
            amounts,
            words,
            look,
        ),
        st.builds(
            lambda f, d, p, t, k: response(
                f, d, points=p, today=t, allocated=t, source=f, amount_name=f, **k
            ),
            words,
            st.lists(st.tuples(*[amounts] * 4), max_size=6),
            st.lists(st.tuples(amounts, amounts), max_size=5),
            amounts,
            look,
        ),
        st.builds(
            lambda f, a, t, k: pacing(f, a, t, start=date(2017, 1, 1), end=date(2017, 4, 1), **k),
            words,
            points,
            points,
            look,
        ),
    )


def known(amount: Any) -> bool:
    """Whether an amount can be put in order."""
    return plottable(amount) is not None


def aged_line() -> st.SearchStrategy[Line]:
    """A curve of any shares, with its ages in order."""
    shares = st.floats(0, 1)
    edges = st.none() | shares
    steps = st.lists(
        st.tuples(st.integers(0, 400), shares, edges, edges), max_size=9, unique_by=lambda row: row[0]
    ).map(lambda rows: tuple(Aged(*row) for row in sorted(rows, key=lambda row: row[0])))
    risk = st.lists(st.tuples(st.sampled_from([0, 50, 400]), st.floats(0, 1e9)), max_size=3).map(tuple)
    return st.builds(
        lambda n, s, t, r: Line(name=n, steps=s, told_to=t, at_risk=r),
        words,
        steps,
        st.none() | st.integers(0, 900),
        risk,
    )


def falling(finding: str, effects: list[tuple[str, int]], look: dict[str, Any]) -> Chart:
    end = 10_00 + sum(amount for _, amount in effects)
    return waterfall(finding, ("Before", 10_00), effects, ("After", end), **look)


def check_svg(svg: str) -> None:
    """Well-formed, and nothing but shapes and text: no script, handler, style, link or reference."""
    for element in ET.fromstring(svg.encode()).iter():
        name = element.tag.removeprefix(SVG)
        assert set(element.attrib) <= ALLOWED[name], name
        for key, value in element.attrib.items():
            assert "url(" not in value
            if key not in {"font-family", "fill", "stroke"}:
                assert re.fullmatch(r"[-MLZ 0-9.a-z%]*", value), value


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=150)
@given(hostile(), st.sampled_from([720, 360]))
def test_any_words_and_numbers_give_safe_svg_and_text(chart: Chart, width: int) -> None:
    svg = chart.svg(width)
    check_svg(svg)
    assert "nan" not in re.sub(r"<(title|desc|text)[^>]*>[^<]*", "", svg)
    html = chart.html()
    assert html.count("<") == 1
    assert clean(chart.text().replace("\n", " ")) == clean(chart.text())


@settings(deadline=None, max_examples=50)
@given(words, st.lists(st.tuples(words, amounts, st.lists(amounts, max_size=4)), max_size=5), words)
def test_any_words_and_numbers_give_a_safe_table(
    finding: str, rows: list[tuple[Any, ...]], note: str
) -> None:
    html = table(
        finding, [("Name",), (note, "money", "bar"), ("Trend", "count", "spark")], rows, note=note
    ).html()
    root = ET.fromstring(re.sub(r"<br>", "<br/>", re.sub(r"(<img [^>]*)>", r"\1/>", html)).encode())
    assert {element.tag for element in root.iter()} <= {
        "div", "table", "caption", "small", "br", "thead", "tbody", "tfoot", "tr", "th", "td", "img",
    }  # fmt: skip
    for image in root.iter("img"):
        check_svg(base64.b64decode(image.attrib["src"].partition(",")[2]).decode())


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("width", [720, 360])
def test_a_chart_is_the_same_bytes_for_the_same_data(name: str, width: int) -> None:
    again = {**GALLERY["realistic"](), **GALLERY["hard"]()}[name]
    assert again == ALL[name]
    assert again.svg(width) == ALL[name].svg(width)


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("width", [720, 360])
def test_a_chart_is_safe_small_and_as_wide_as_asked(name: str, width: int) -> None:
    svg = DRAWN[name].svg(width)
    check_svg(svg)
    root = ET.fromstring(svg)
    assert int(root.attrib["width"]) == (width if DRAWN[name].form != "sparkline" else 180)
    assert len(svg.encode()) < 12_000


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("width", [720, 360])
def test_no_text_covers_another_or_leaves_the_sheet(name: str, width: int) -> None:
    drawing = DRAWN[name].drawing(width)
    for one, other in combinations(drawing.boxes, 2):
        near = one.left < other.right - 0.6 and other.left < one.right - 0.6
        assert not (near and one.top < other.bottom - 0.6 and other.top < one.bottom - 0.6), (one, other)
    for box in drawing.boxes:
        assert box.left >= -0.6, box
        assert box.right <= drawing.width + 0.6, box
        assert box.top >= -0.6, box
        assert box.bottom <= drawing.height + 0.6, box


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("width", [720, 360])
def test_no_shape_leaves_the_sheet(name: str, width: int) -> None:
    drawing = DRAWN[name].drawing(width)
    for element in ET.fromstring(DRAWN[name].svg(width)).iter():
        at = {key: float(value) for key, value in element.attrib.items() if key in {"x", "y", "cx", "cy"}}
        points = [
            tuple(map(float, pair.split()))
            for pair in re.findall(r"[-\d.]+ [-\d.]+", element.attrib.get("d", ""))
        ]
        across = [at.get("x", at.get("cx", 0)), *(x for x, _ in points)]
        down = [at.get("y", at.get("cy", 0)), *(y for _, y in points)]
        if element.tag == f"{SVG}rect":
            across.append(across[0] + float(element.attrib["width"]))
            down.append(down[0] + float(element.attrib["height"]))
        assert min(across) >= -3, element.attrib
        assert max(across) <= drawing.width + 3, element.attrib
        assert min(down) >= -3, element.attrib
        assert max(down) <= drawing.height + 3, element.attrib


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("width", [720, 360])
def test_no_text_is_smaller_than_eleven_pixels(name: str, width: int) -> None:
    root = ET.fromstring(DRAWN[name].svg(width))
    sizes = [float(element.attrib.get("font-size", 12)) for element in root.iter(f"{SVG}text")]
    assert min(sizes) >= 11


@pytest.mark.parametrize("name", DRAWN)
def test_a_phone_gets_a_layout_of_its_own(name: str) -> None:
    chart = DRAWN[name]
    if chart.form != "sparkline":
        assert chart.drawing(360).body != chart.drawing(720).body


@pytest.mark.parametrize("name", REALISTIC)
def test_text_and_alternative_carry_finding_and_figures(name: str) -> None:
    chart = REALISTIC[name]
    rows = chart.figures()[1:]
    for text in (chart.text(), chart.alt()):
        assert text.startswith(clean(chart.finding))
        assert all(cell in text for cell in rows[0])
    assert all(cell in chart.text() for row in rows for cell in row)


@pytest.mark.parametrize("name", DRAWN)
def test_without_a_notebook_it_shows_its_finding_and_numbers(name: str) -> None:
    assert repr(DRAWN[name]) == DRAWN[name].text()
    assert "Chart(" not in repr(DRAWN[name])


@pytest.mark.parametrize("name", DRAWN)
def test_screen_readers_get_a_title_and_a_description(name: str) -> None:
    root = ET.fromstring(DRAWN[name].svg())
    assert root.attrib["role"] == "img"
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text == clean(DRAWN[name].finding)
    assert root[1].text == DRAWN[name].description()


@pytest.mark.parametrize("name", DRAWN)
def test_the_headline_is_the_finding(name: str) -> None:
    chart = DRAWN[name]
    if chart.form != "sparkline":
        texts = [box.text for box in chart.drawing(720).boxes]
        assert texts[0].split()[0] == clean(chart.finding).split()[0]


@pytest.mark.parametrize("name", DRAWN)
def test_a_notebook_gets_text_an_image_and_both_layouts(name: str) -> None:
    chart = DRAWN[name]
    bundle = chart._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", MIME}
    assert bundle[MIME] == {"finding": clean(chart.finding), "wide": chart.svg(720), "narrow": chart.svg(360)}
    source = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', bundle["text/html"])
    assert source
    image = base64.b64decode(source[1]).decode()
    check_svg(image)
    assert "var(" not in image
    assert 'height="100%"' in image


def test_a_finding_that_is_cut_keeps_its_whole_text_behind() -> None:
    finding = "Unbreakable" * 30 + " and more words than three lines can hold " * 12
    svg = bars(finding, [("A", 1)]).svg(360)
    root = ET.fromstring(svg)
    behind = [element[0].text for element in root.iter(f"{SVG}text") if len(element)]
    assert clean(finding) in behind


EMPTY = (
    bullet("", [("Won", None)]),
    bullet("", []),
    trend("", []),
    trend("", [("2017-01", None, None)]),
    stages("", []),
    stages("", [("Prospecting", 0, 0)]),
    bars("", []),
    sparkline("", [None]),
    curve("", []),
    response("", [], source=""),
    response("", [(5, None), (6, 1)], today=3, source=""),
    curve("", [Line(name="Won", steps=(), told_to=None)]),
    small_multiples("", []),
    small_multiples("", [("West", [("2017-01", None)])]),
    pacing("", [], [], start=date(2017, 1, 1), end=date(2017, 4, 1)),
    distribution("", []),
    tornado("", []),
    table("", [("Name",)], []),
)


@pytest.mark.parametrize("chart", EMPTY, ids=lambda chart: chart.form)
def test_no_data_is_said_in_words(chart: Chart) -> None:
    assert chart.text() == chart.nothing
    assert chart.nothing in chart.html()
    if chart.form not in {"table", "sparkline"}:
        assert chart.nothing in chart.svg()


def test_every_form_is_registered_described_and_in_the_gallery() -> None:
    shown = {chart.form for chart in REALISTIC.values()}
    for name, form in FORMS.items():
        if not FORMS.origin(name).startswith("salesnb."):
            continue
        assert form.make.__name__ == name
        assert name in shown
        assert "Examples\n" in (form.make.__doc__ or "")


def test_an_unknown_form_is_named() -> None:
    with pytest.raises(UnknownName, match="'pie'"):
        Chart(form="pie", finding="No", data=()).svg()


def test_the_gallery_is_one_page_without_scripts() -> None:
    page = GALLERY["page"]()
    assert "<script>" not in page
    assert page.count("<section") == 2 * len(ALL)
