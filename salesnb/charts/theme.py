"""The colours of charts and pages, in light and dark, as CSS variables with fallbacks.

Hues follow Okabe and Ito's palette, which people with the common kinds of colour blindness tell apart, made
darker or lighter until text reaches a contrast of 4.5 to 1 against its background and shapes reach 3 to 1
(WCAG 2.2, 1.4.3 and 1.4.11). ``accent-soft`` and ``grid`` stay paler: what they show is also written beside
them. No meaning rests on colour alone: up and down also carry a sign, years a label.

References
----------
https://jfly.uni-koeln.de/color/ ; https://www.w3.org/TR/WCAG22/#contrast-minimum
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["BOTH", "DARK", "LIGHT", "colour", "css_variables", "fixed"]

LIGHT: Mapping[str, str] = MappingProxyType(
    {
        "bg": "#ffffff",
        "panel": "#f4f6f8",
        "ink": "#1b2530",
        "muted": "#566370",
        "grid": "#dde2e7",
        "accent": "#0a5290",
        "accent-soft": "#7fb0d6",
        "good": "#00755a",
        "bad": "#b8400a",
        "warn": "#8a6100",
        "last": "#87929d",
    }
)
DARK: Mapping[str, str] = MappingProxyType(
    {
        "bg": "#12181f",
        "panel": "#1b232c",
        "ink": "#e8edf2",
        "muted": "#a7b3bf",
        "grid": "#303b46",
        "accent": "#58aee6",
        "accent-soft": "#2e628b",
        "good": "#3dbf98",
        "bad": "#ff8d5e",
        "warn": "#e3b24c",
        "last": "#7d8a97",
    }
)
# For small pictures that cannot know on which of the two they stand.
BOTH: Mapping[str, str] = MappingProxyType({**LIGHT, "accent": "#2f82bf", "bad": "#d2561c"})
_USE = re.compile(r"var\(--snb-([a-z-]+),#[0-9a-f]{6}\)")


def colour(name: str) -> str:
    """Give a colour as SVG and CSS take it: the page's variable, or the light value where there is none.

    Examples
    --------
    >>> colour("ink")
    'var(--snb-ink,#1b2530)'
    """
    return f"var(--snb-{name},{LIGHT[name]})"


def fixed(svg: str, palette: Mapping[str, str] = LIGHT) -> str:
    """Replace every colour variable by one palette's value, for readers of SVG that know no variables.

    Examples
    --------
    >>> fixed('<path fill="var(--snb-bad,#b8400a)"/>', DARK)
    '<path fill="#ff8d5e"/>'
    """
    return _USE.sub(lambda use: palette[use[1]], svg)


def css_variables() -> str:
    """Give the style block's content that themes a page: light, dark by preference, light again on paper.

    ``data-theme="light"`` or ``"dark"`` on the root element overrules the reader's preference.

    Examples
    --------
    >>> css_variables().splitlines()[0].partition(";")[0]
    ':root{color-scheme:light'
    """
    light, dark = _block("light", LIGHT), _block("dark", DARK)
    return "\n".join(
        (
            f":root{{{light}}}",
            f'@media (prefers-color-scheme:dark){{:root:not([data-theme="light"]){{{dark}}}}}',
            f':root[data-theme="dark"]{{{dark}}}',
            f"@media print{{:root:root:root{{{light}}}}}",
        )
    )


def _block(scheme: str, palette: Mapping[str, str]) -> str:
    values = ";".join(f"--snb-{name}:{value}" for name, value in palette.items())
    return f"color-scheme:{scheme};{values}"
