"""Nothing that could run, load or submit comes through."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salesnb.charts import bars, table, trend
from salesnb.workbooks.html.sanitize import safe_html
from salesnb.workbooks.html.svg import safe_svg

TAGS = (
    "script style iframe object embed svg math a img form input button meta link base td table p div h1 "
    "template noscript textarea title select video plaintext xmp foreignobject animate use details body html"
).split()
NAMES = (
    "onclick onerror href src srcdoc style action formaction xlink:href class id name alt data background"
).split()
DANGEROUS = set(TAGS) - {"a", "img", "td", "table", "p", "div", "h1", "details"}
VALUES = (
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\tscript:x",
    "data:text/html,<script>",
    "//evil.example/x",
    "https://ok.example/",
    "x",
    "color:red;background:url(https://e)",
    "width:expression(1)",
    "&#106;avascript:x",
    "data:image/svg+xml;base64,AAAA",
    "vbscript:x",
    "url(#a)",
    "snb-table evil",
    '"><script>alert(1)</script>',
    "'`>",
)

attribute = st.builds(
    lambda name, quote, value: f" {name}={quote}{value}{quote}",
    st.sampled_from(NAMES),
    st.sampled_from(["", '"', "'"]),
    st.one_of(st.sampled_from(VALUES), st.text(max_size=12)),
)
piece = st.one_of(
    st.text(max_size=20),
    st.builds(
        lambda open_, tag, attributes, end: f"<{open_}{tag}{''.join(attributes)}{end}",
        st.sampled_from(["", "/", " ", "!--", "!", "?", "!["]),
        st.sampled_from(TAGS),
        st.lists(attribute, max_size=3),
        st.sampled_from([">", "/>", "", "-->", ">>"]),
    ),
)
markup = st.lists(piece, max_size=12).map("".join)


class Reader(HTMLParser):
    """Collects what a page would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.depth: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in {"br", "hr", "img", "col", "wbr"}:
            self.depth.append(tag)

    def handle_endtag(self, tag):
        assert self.depth.pop() == tag

    def handle_decl(self, decl):
        raise AssertionError(decl)

    def handle_comment(self, data):
        raise AssertionError(data)


@given(markup)
@example("<svg><p><style><!--</style><img src=x onerror=alert(1)>-->")
@example('<a href="java&#x0A;script:alert(1)">x</a>')
@example("<<script>script>alert(1)<</script>/script>")
def test_hostile_markup_is_disarmed(text):
    seen = Reader(safe_html(text))
    assert not set(seen.tags) & DANGEROUS
    for tag, name, value in seen.attributes:
        assert not name.startswith("on")
        assert name in {"alt", "class", "href", "rel", "src", "style"}
        if name == "href":
            assert tag == "a"
            assert value.lower().startswith(("https://", "http://", "mailto:", "#"))
        if name == "src":
            assert value.startswith("data:image/")
        if name == "style":
            assert "url" not in value
            assert "expression" not in value
    assert seen.depth == []


@given(markup)
def test_what_is_safe_stays_as_it_is(text):
    once = safe_html(text)
    assert safe_html(once) == once


@given(st.text())
def test_plain_text_comes_through_as_text(text):
    class Words(HTMLParser):
        said = ""

        def handle_data(self, data):
            self.said += data

    words = Words()
    words.feed(safe_html(text.replace("<", "‹").replace("&", "+")))
    words.close()
    assert (
        words.said == text.replace("<", "‹").replace("&", "+").replace("\r\n", "\n").replace("\r", "\n")
        or "\r" in text
    )


def test_our_own_tables_come_through_whole():
    made = table(
        "Two & two", [("Region",), ("Won", "money", "bar")], [("West", 1_200_00), ("East", None)]
    ).html()
    assert safe_html(made) == made


@pytest.mark.parametrize(
    "chart", [bars("A", [("x", 1), ("y", -2)]), trend("B", [("2017-10", 1), ("2017-11", 2)])]
)
def test_our_own_charts_keep_every_element(chart):
    for width in (360, 720):
        drawn = chart.svg(width)
        safe = safe_svg(drawn, prefix="c1")
        assert safe == drawn.replace(' xmlns="http://www.w3.org/2000/svg"', "").replace(
            "&#x27;", "'"
        ).replace("'", "&#x27;")


SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<a xlink:href="javascript:alert(1)"><text>x</text></a>',
        '<use href="https://evil.example/#a"/>',
        "<foreignObject><p>x</p></foreignObject>",
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<image href="https://evil.example/x.png"/>',
        '<rect onclick="alert(1)" style="fill:url(https://evil.example)" fill="url( https://evil.example"/>',
        '<style>@import "https://evil.example"</style>',
    ],
)
def test_svg_that_runs_or_loads_is_disarmed(inside):
    safe = safe_svg(f"<svg {SVG}>{inside}<rect width='1'/></svg>", prefix="p")
    assert safe.endswith('<rect width="1"/></svg>')
    assert not any(word in safe for word in ("alert", "evil", "href", "style"))


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<svg",
        "<p/>",
        f'<!DOCTYPE x [<!ENTITY a "b">]><svg {SVG}>&a;</svg>',
        "<svg>no namespace</svg>",
        "\x00",
    ],
)
def test_what_is_no_svg_becomes_nothing(markup):
    assert safe_svg(markup, prefix="p") == ""
