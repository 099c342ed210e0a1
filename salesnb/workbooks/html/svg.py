"""Let through only SVG that draws: shapes, text and colours, none of what links, loads, runs or animates."""

import re
from html import escape
from xml.etree import ElementTree as ET

__all__ = ["safe_svg"]

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_TAGS = frozenset(
    {
        "circle", "clipPath", "defs", "desc", "ellipse", "g", "line", "linearGradient", "path", "pattern",
        "polygon", "polyline", "rect", "stop", "svg", "text", "title", "tspan",
    }
)  # fmt: skip
_ATTRIBUTES = frozenset(
    {
        "aria-hidden", "clip-path", "clip-rule", "clipPathUnits", "cx", "cy", "d", "dominant-baseline",
        "dx", "dy", "fill", "fill-opacity", "fill-rule", "font-family", "font-size", "font-style",
        "font-weight", "font-variant-numeric", "gradientTransform", "gradientUnits", "height", "id",
        "letter-spacing", "offset", "opacity", "paint-order", "patternTransform", "patternUnits", "points",
        "preserveAspectRatio", "r", "role", "rx", "ry", "shape-rendering", "stop-color", "stop-opacity",
        "stroke", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-opacity",
        "stroke-width", "text-anchor", "text-decoration", "textLength", "transform", "viewBox", "width",
        "x", "x1", "x2", "y", "y1", "y2",
    }
)  # fmt: skip
_LOADS = re.compile(r"url\s*\(", re.IGNORECASE)
_OWN = re.compile(r"url\(#([\w-]+)\)")
_LONGEST = 2_000_000


def safe_svg(markup: str, *, prefix: str) -> str:
    """Give the drawing for a place inside a page, or nothing when it is no SVG.

    Parameters
    ----------
    prefix
        Put before every id, so that the drawings of one page do not share any.

    Examples
    --------
    >>> drawn = '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"><rect id="a" width="2"/></svg>'
    >>> safe_svg(drawn, prefix="c1")
    '<svg><rect id="c1-a" width="2"/></svg>'
    >>> safe_svg("<svg><script>x()</script></svg>", prefix="c1")
    ''
    """
    if len(markup) > _LONGEST or "<!" in markup or "<?" in markup:
        return ""
    try:
        root = ET.fromstring(markup)  # noqa: S314 -- no entities: there is no <! in it
    except (ET.ParseError, ValueError, RecursionError):
        return ""
    if root.tag != f"{_NAMESPACE}svg":
        return ""
    parts: list[str] = []
    _write(root, prefix, parts)
    return "".join(parts)


def _write(element: ET.Element, prefix: str, parts: list[str]) -> None:
    tag = element.tag.removeprefix(_NAMESPACE) if isinstance(element.tag, str) else ""
    if tag not in _TAGS:
        return
    attributes = "".join(
        f' {name}="{escape(_own_ids(name, value, prefix))}"'
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and not _LOADS.search(_OWN.sub("", value))
    )
    inner: list[str] = [escape(element.text or "", quote=False)]
    for child in element:
        _write(child, prefix, inner)
        inner.append(escape(child.tail or "", quote=False))
    content = "".join(inner)
    parts.append(f"<{tag}{attributes}>{content}</{tag}>" if content else f"<{tag}{attributes}/>")


def _own_ids(name: str, value: str, prefix: str) -> str:
    return f"{prefix}-{value}" if name == "id" else _OWN.sub(rf"url(#{prefix}-\1)", value)
