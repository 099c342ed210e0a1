"""Text in charts: made safe, measured without a browser, shortened and broken into lines."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

__all__ = ["aligned", "clean", "ellipsize", "text_width", "untypeset", "wrap"]

ELLIPSIS = "…"
# Advance widths of Helvetica in thousandths of the size, U+0020 to U+007E; Arial and Liberation share them.
_ASCII = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_WIDE = {
    "\u2013": 556,
    "\u2014": 1000,
    "\u2026": 1000,
    "\xb7": 333,
    "\u2022": 350,
    "\u2212": 584,
    "\u2019": 222,
}
_BOLD = 1.08
# What XML 1.0 forbids, and the controls that reorder or hide text around them.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff]"
    "|[\U0001fffe\U0001ffff\U000e0000-\U000e001f]"
)
# White space but the spaces that keep a figure and its unit on one line.
_BREAKS = re.compile("[ \t-\r\x1c-\x1f\x85\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+")
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


def clean(text: object) -> str:
    r"""Give text on one line that is valid in XML: no control characters, no bidirectional overrides.

    Examples
    --------
    >>> clean("Ann\n\tLee\x00 \u202eevil")
    'Ann Lee evil'
    """
    return _BREAKS.sub(" ", _FORBIDDEN.sub("", _BREAKS.sub(" ", str(text)))).strip(" ")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Estimate the width of one line of text in pixels, in Helvetica, Arial or Liberation Sans.

    East Asian letters count as one em, emoji as a little more, combining marks as nothing, letters of other
    scripts as wide Latin ones.

    Examples
    --------
    >>> round(text_width("$1.2M", 10), 2)
    27.79
    """
    return _advances(text) * size / 1000 * (_BOLD if bold else 1)


def ellipsize(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Shorten text with an ellipsis until it fits into ``room`` pixels; letters with marks stay whole.

    Examples
    --------
    >>> ellipsize("Bartholomew Featherstonehaugh", 80, 12)
    'Bartholome…'
    """
    if text_width(text, size, bold=bold) <= room + 0.01:
        return text
    unit = size / 1000 * (_BOLD if bold else 1)
    left = room / unit - _advance(ELLIPSIS)
    end = 0
    for index, letter in enumerate(text):
        left -= _advance(letter)
        if left < 0:
            break
        end = index + 1
    return text[: _whole(text, end)].rstrip() + ELLIPSIS


def wrap(text: str, room: float, size: float, *, bold: bool = False, lines: int = 3) -> tuple[str, ...]:
    """Break text into at most that many lines of ``room`` pixels; what is left over ends in an ellipsis.

    Examples
    --------
    >>> wrap("West closed more than any other region", 120, 12)
    ('West closed more', 'than any other region')
    """
    done: list[str] = []
    words = text.split(" ") if text else []
    while words and len(done) < lines - 1:
        taken = 1
        while taken < len(words) and text_width(" ".join(words[: taken + 1]), size, bold=bold) <= room:
            taken += 1
        done.append(ellipsize(" ".join(words[:taken]), room, size, bold=bold))
        words = words[taken:]
    if words:
        done.append(ellipsize(" ".join(words), room, size, bold=bold))
    return tuple(done)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Lay rows of text out in columns: the first to the left, the others to the right.

    Examples
    --------
    >>> print(aligned([("West", "$1.2M"), ("Central", "$900K")]))
    West     $1.2M
    Central  $900K
    """
    if not rows:
        return ""
    widths = [max(map(_cells, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    pads = [" " * (width - _cells(text)) for text, width in zip(row, widths, strict=True)]
    first, *others = (
        text + pad if place == 0 else pad + text
        for place, (text, pad) in enumerate(zip(row, pads, strict=True))
    )
    return "  ".join((first, *others)).rstrip()


def _cells(text: str) -> int:
    """Count the columns that a terminal gives to the text."""
    return sum(
        0 if _advance(letter) == 0 else 1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text
    )


@lru_cache(maxsize=10_000)
def _advances(text: str) -> int:
    """Sum up a line; a chart measures the same labels at many places."""
    return sum(map(_advance, text))


def _advance(letter: str) -> int:
    code = ord(letter)
    if 32 <= code < 127:
        return _ASCII[code - 32]
    if letter in _WIDE:
        return _WIDE[letter]
    if letter == "\xa0":
        return 278
    if letter == "\u202f":
        return 200
    return _other(letter)


def _other(letter: str) -> int:
    if letter in _JOINERS or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(letter) in "WF" or ord(letter) > 0xFFFF:
        return 1250 if ord(letter) > 0xFFFF else 1000
    base = unicodedata.normalize("NFD", letter)[0]
    if base != letter and " " <= base <= "~":
        return _ASCII[ord(base) - 32]
    return 760 if letter.isupper() else 620


def _whole(text: str, end: int) -> int:
    """Move a cut left until it does not split a letter from its marks or an emoji from its parts."""
    while 0 < end < len(text) and (_advance(text[end]) == 0 or text[end - 1] == "\u200d" or _tone(text[end])):
        end -= 1
    return end


def _tone(letter: str) -> bool:
    return "\U0001f3fb" <= letter <= "\U0001f3ff"


def untypeset(html: str) -> str:
    """Keep JupyterLab from reading two amounts in dollars as the ends of a formula."""
    return f'<div class="mathjax_ignore tex2jax_ignore">{html}</div>'
