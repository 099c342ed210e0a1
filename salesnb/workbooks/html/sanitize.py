"""Let through only HTML that shows something: what is not on the list below does not pass.

What a notebook puts out is not trusted: it can hold whatever somebody once typed into a CRM. Elements that
are not on the list go and their text stays; scripts, styles and the like go with all that is in them.
"""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from types import MappingProxyType

__all__ = ["safe_html", "safe_link"]

_VOID = frozenset({"br", "col", "hr", "img", "wbr"})
_SILENT = frozenset(
    {
        "applet", "audio", "embed", "frame", "frameset", "iframe", "math", "noembed", "noframes",
        "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title", "video",
        "xmp",
    }
)  # fmt: skip
_BLOCK = (
    "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "summary", "ul",
)  # fmt: skip
_TABLE = ("col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr")
_INLINE = (
    "a", "abbr", "b", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "s", "samp", "small", "span",
    "strong", "sub", "sup", "time", "u", "var", "wbr",
)  # fmt: skip
_ALLOWED = frozenset({*_BLOCK, *_TABLE, *_INLINE})

_LINK = re.compile(r"(?:https?://|mailto:)[^\s\"'<>\\]+|#[\w-]+", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}")
_CLASSES = re.compile(r"snb-[a-z0-9-]+|(?:mathjax|tex2jax)_ignore")
_NUMBER = re.compile(r"\d{1,4}")
_STYLE = re.compile(r"[a-z-]+")
_STYLE_VALUE = re.compile(r"(?:[a-z0-9.%# -]|var\(--snb-[a-z-]+(?:,#[0-9a-f]{3,8})?\))+", re.IGNORECASE)
_PROPERTIES = frozenset(
    {
        "background-color", "color", "font-style", "font-variant-numeric", "font-weight", "height",
        "max-width", "min-width", "padding-left", "text-align", "vertical-align", "white-space", "width",
    }
)  # fmt: skip


def safe_html(markup: str) -> str:
    """Give the markup with nothing left that could run, load, submit or disguise itself.

    Examples
    --------
    >>> safe_html('<p onclick="x()">Won <b>12</b><script>steal()</script></p>')
    '<p>Won <b>12</b></p>'
    >>> safe_html('<a href="javascript:x()">deal</a> <td>1 < 2')
    '<a>deal</a> <td>1 &lt; 2</td>'
    """
    writer = _Writer()
    writer.feed(markup)
    writer.close()
    return writer.result()


def safe_link(target: str) -> str:
    """Give a link's target when it is a web page, an address or a place on the same page; else nothing."""
    return target if _LINK.fullmatch(target.strip()) else ""


class _Writer(HTMLParser):
    """Writes again what is allowed, every element closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[str] = []
        self._silent: list[str] = []

    def result(self) -> str:
        closing = (f"</{tag}>" for tag in reversed(self._open))
        return "".join((*self._parts, *closing))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent or tag in _SILENT:
            if tag in _SILENT and tag not in {"embed", "frame"}:
                self._silent.append(tag)
            return
        if tag not in _ALLOWED:
            return
        kept = _attributes(tag, attrs)
        if tag == "img" and 'src="' not in kept:
            return
        self._parts.append(f"<{tag}{kept}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Treat ``<br/>`` as browsers do: the slash means nothing, but for elements of SVG."""
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
            return
        if tag not in self._open:
            return
        while (last := self._open.pop()) != tag:
            self._parts.append(f"</{last}>")
        self._parts.append(f"</{tag}>")

    def parse_marked_section(self, i: int, report: int = 1) -> int:  # noqa: ARG002 -- html.parser's
        """Skip ``<![…>`` as browsers do; the standard library's reader stumbles over it."""
        return self.parse_bogus_comment(i, report=False)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(escape(data, quote=False))


def _attributes(tag: str, attrs: list[tuple[str, str | None]]) -> str:
    kept: dict[str, str] = {}
    for name, value in attrs:
        safe = _attribute(tag, name, value or "")
        if safe is not None and name not in kept:
            kept[name] = safe
    if tag == "a" and kept.get("href", "").lower().startswith("http"):
        kept["rel"] = "noopener noreferrer"
    return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Give a value that may stay, or None."""
    if name in {"href", "src"}:
        wanted = {"a": "href", "img": "src"}.get(tag)
        if name != wanted:
            return None
        return safe_link(value) or None if tag == "a" else _matching(_PICTURE, value)
    check = _CHECKS.get(name)
    return check(value) if check else None


def _matching(pattern: re.Pattern[str], value: str) -> str | None:
    return value if pattern.fullmatch(value) else None


def _classes(value: str) -> str | None:
    return " ".join(name for name in value.split() if _CLASSES.fullmatch(name)) or None


def _style(value: str) -> str | None:
    """Keep the declarations that only set type and size."""
    kept = []
    for declaration in value.split(";"):
        name, _, content = (part.strip() for part in declaration.partition(":"))
        if name.lower() in _PROPERTIES and _STYLE_VALUE.fullmatch(content):
            kept.append(f"{name.lower()}:{content}")
    return ";".join(kept) or None


def _number(value: str) -> str | None:
    return _matching(_NUMBER, value)


def _scope(value: str) -> str | None:
    return value if value in {"col", "row", "colgroup", "rowgroup"} else None


_CHECKS: MappingProxyType[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "alt": str,
        "aria-label": str,
        "class": _classes,
        "colspan": _number,
        "height": _number,
        "open": lambda _: "",
        "rowspan": _number,
        "scope": _scope,
        "span": _number,
        "style": _style,
        "title": str,
        "width": _number,
    }
)
