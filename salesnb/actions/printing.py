"""The pages of a run as PDF files beside them."""

from collections.abc import Callable
from pathlib import Path

from salesnb.workbooks.paths import page_name, pdf_name
from salesnb.workbooks.pdf import print_page
from salesnb.workbooks.record import earlier_results

__all__ = ["print_reviews"]


def print_reviews(
    folder: Path, browser: str, *, progress: Callable[[str], None] | None = None
) -> tuple[str, ...]:
    """Print each review and the plan's page that has changed since it was printed last.

    Parameters
    ----------
    folder
        Of a run.
    browser
        See `salesnb.workbooks.pdf.find_browser`.

    Returns
    -------
    tuple of str
        What could not be printed, a sentence each.
    """
    made = [result for result in earlier_results(folder).values() if result.status != "failed"]
    found = []
    for place, result in enumerate(made, 1):
        if progress:
            progress(f"Printing: {place} of {len(made)}")
        found.append(print_page(folder / page_name(result.slug), folder / pdf_name(result.slug), browser))
    return tuple(filter(None, found))
