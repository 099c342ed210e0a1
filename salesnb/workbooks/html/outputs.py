"""What a page shows of a notebook's cells."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markupsafe import Markup

from salesnb.charts import MIME
from salesnb.workbooks.html.sanitize import safe_html
from salesnb.workbooks.html.svg import safe_svg

__all__ = ["Block", "blocks", "has_title", "says_as_of"]

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_HEADING = re.compile(r"<(/?)h([1-6])\b")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A piece of a page.

    Attributes
    ----------
    kind
        ``text``, ``chart``, ``picture``, ``print`` or ``error``.
    html
        Safe markup.
    name
        Of an error.
    """

    kind: str
    html: Markup
    name: str = ""


def blocks(notebook: Mapping[str, Any]) -> tuple[Block, ...]:
    """List what the page shows, in the order of the cells; code and what went to stderr is not shown."""
    found: list[Block] = []
    for place, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "markdown":
            found.append(_text(_markdown(_joined(cell["source"]))))
        elif cell["cell_type"] == "code":
            for number, output in enumerate(cell.get("outputs", ())):
                found.extend(_output(output, f"c{place}-{number}"))
    return _one_title([block for block in found if block.html])


def has_title(body: Sequence[Block]) -> bool:
    """Tell whether the notebook brings the page's heading."""
    return any("<h1" in block.html for block in body)


def says_as_of(body: Sequence[Block]) -> bool:
    """Tell whether the notebook says itself as of when its data is."""
    return any('class="snb-asof"' in block.html for block in body if block.kind == "text")


def _output(output: Mapping[str, Any], place: str) -> Iterator[Block]:
    match output["output_type"]:
        case "stream":
            if output.get("name") == "stdout":
                yield _printed(_joined(output["text"]))
        case "error":
            name, message = str(output.get("ename", "Error")), str(output.get("evalue", ""))
            yield Block(kind="error", html=Markup(escape(_ANSI.sub("", message)) or "&nbsp;"), name=name)  # noqa: S704
        case "display_data" | "execute_result":
            yield from _data(output["data"], place)


def _data(data: Mapping[str, Any], place: str) -> Iterator[Block]:
    """Show the richest form that a page can show safely."""
    chart = _chart(data.get(MIME), place)
    if chart is not None:
        yield chart
    elif "text/html" in data:
        yield _text(safe_html(_joined(data["text/html"])))
    elif "text/markdown" in data:
        yield _text(_markdown(_joined(data["text/markdown"])))
    elif "image/svg+xml" in data:
        encoded = base64.b64encode(_joined(data["image/svg+xml"]).encode()).decode("ascii")
        yield _picture("image/svg+xml", encoded, data)
    elif kind := next((kind for kind in _PICTURES if kind in data), None):
        encoded = _joined(data[kind])
        if _BASE64.fullmatch(encoded):
            yield _picture(kind, re.sub(r"\s", "", encoded), data)
    elif "text/plain" in data:
        yield _printed(_joined(data["text/plain"]))


def _chart(content: object, place: str) -> Block | None:
    """Put both layouts of one of our charts into the page; the style shows the one that fits."""
    if not isinstance(content, dict):
        return None
    drawn = [
        (width, safe_svg(str(content.get(width, "")), prefix=f"{place}{width[0]}"))
        for width in ("wide", "narrow")
    ]
    if not all(svg for _, svg in drawn):
        return None
    html = "".join(f'<div class="snb-{width}">{svg}</div>' for width, svg in drawn)
    return Block(kind="chart", html=Markup(html))  # noqa: S704 -- went through safe_svg


def _picture(kind: str, encoded: str, data: Mapping[str, Any]) -> Block:
    alt = escape(_joined(data.get("text/plain", "")))
    return Block(kind="picture", html=Markup(f'<img alt="{alt}" src="data:{kind};base64,{encoded}">'))  # noqa: S704


def _text(safe: str) -> Block:
    """Give text its place; a table scrolls inside a box of its own, so that the page never does sideways."""
    boxed = _TABLE.sub(lambda table: f'<div class="snb-scroll" tabindex="0">{table[0]}</div>', safe)
    return Block(kind="text", html=Markup(boxed.strip()))  # noqa: S704 -- went through safe_html


def _printed(text: str) -> Block:
    plain = _ANSI.sub("", text).strip()
    return Block(kind="print", html=Markup(escape(plain)))  # noqa: S704


def _markdown(source: str) -> str:
    import mistune

    render = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
    return safe_html(str(render(source)))


def _joined(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _one_title(body: Sequence[Block]) -> tuple[Block, ...]:
    """Keep the first heading of level 1 and lower the others: a page has one title."""
    seen = False
    levelled = []
    for block in body:
        html = str(block.html)
        if block.kind == "text" and "<h1" in html:
            first, _, rest = html.partition("</h1>") if not seen else ("", "", html)
            kept = f"{first}</h1>" if first else ""
            seen = True
            html = kept + _HEADING.sub(lambda h: f"<{h[1]}h{max(int(h[2]), 2)}", rest)
        levelled.append(Block(kind=block.kind, html=Markup(html), name=block.name))  # noqa: S704 -- was safe before
    return tuple(levelled)
