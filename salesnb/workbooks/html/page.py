"""The page of one finished notebook."""

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from salesnb.charts import css_variables
from salesnb.workbooks.html.outputs import blocks, has_title, says_as_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PageInfo", "environment", "language", "render", "style"]


@dataclass(frozen=True, kw_only=True)
class PageInfo:
    """What a page says besides what its notebook shows.

    Attributes
    ----------
    title
        Of the document; also its heading, unless the notebook brings one.
    facts
        Short texts above the title, such as ``Data as of 30 Sep 2026``, unless the notebook says that itself.
    provenance
        Short texts at the foot.
    back
        Where a link back leads; empty for all that leaves the company and must not lead to the index.
    locale
        Such as ``de_DE``; becomes the page's language.
    """

    title: str
    facts: tuple[str, ...] = ()
    provenance: tuple[str, ...] = ()
    back: str = ""
    locale: str = "en_US"


def render(notebook: "Mapping[str, Any]", info: PageInfo) -> str:
    """Render a notebook as one self-contained page: code hidden, charts inline, nothing in it that runs.

    Parameters
    ----------
    notebook
        A finished notebook of format 4.
    info
        What the page says besides.
    """
    body = blocks(notebook)
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            info=info,
            language=language(info.locale),
            style=style(),
            blocks=body,
            own_title=has_title(body),
            # A notebook that says below its title what it rests on needs no second line above it.
            facts=() if says_as_of(body) else info.facts,
        )
    )


def environment() -> Environment:
    """Give the templates of pages; everything is escaped unless it was made safe."""
    return Environment(
        loader=PackageLoader("salesnb.workbooks.html", "."),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def language(locale: str) -> str:
    """Language tag of a locale.

    Examples
    --------
    >>> language("de_DE")
    'de-DE'
    """
    return locale.partition(".")[0].replace("_", "-")


def style(*sheets: str) -> Markup:
    """Give the style of a page: the colours of the charts' theme, then the named sheets."""
    folder = files("salesnb.workbooks.html")
    texts = [(folder / f"{sheet}.css").read_text(encoding="utf-8") for sheet in ("page", *sheets)]
    return Markup("\n".join((css_variables(), *texts)))  # noqa: S704 -- our own files
