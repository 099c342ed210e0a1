"""Pages printed to PDF by a Chromium that is there, as its own print command does."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from salesnb.errors import MissingFile
from salesnb.files import write_atomic

__all__ = ["find_browser", "print_page"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_SECONDS = 60


def find_browser(names: Sequence[str] = _BROWSERS) -> str:
    """Find a Chromium, or a browser built on it.

    Raises
    ------
    MissingFile
        When there is none on the search path.
    """
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    raise MissingFile(
        "There is no Chromium to print PDF with.",
        hint="Install chromium or google-chrome, or leave out --pdf and print the pages from any browser.",
    )


def print_page(page: Path, pdf: Path, browser: str) -> str:
    """Print a page; give what went wrong, or nothing. A PDF that is no older than its page stays as it is."""
    try:
        if pdf.stat().st_mtime_ns >= page.stat().st_mtime_ns:
            return ""
    except FileNotFoundError:
        pass
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "page.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-pdf-header-footer",
            # Apart from a browser that the user may have open.
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={made}",
            page.absolute().as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # Chromium's sandbox refuses root; there is no script in a page.
            command.insert(1, "--no-sandbox")
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 -- found above
        except (OSError, subprocess.TimeoutExpired):
            return f"{page.name} could not be printed: the browser did not answer within {_SECONDS} seconds."
        if not made.is_file():
            return f"{page.name} could not be printed: the browser ended with exit code {done.returncode}."
        write_atomic(pdf, made.read_bytes())
    return ""
