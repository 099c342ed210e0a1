"""Names of the files that a run writes."""

import hashlib
import re
import unicodedata

__all__ = ["extract_name", "failed_name", "notebook_name", "page_name", "pdf_name", "slug"]

_LONGEST = 60


def slug(name: str, identity: str) -> str:
    """Give a file name that no other id shares: the name folded to ASCII and 6 hex digits of the id.

    The digits are always there, so that two teams of one name, or a renamed team and another that takes its
    name, never meet in one file.

    Examples
    --------
    >>> slug("Zürich & Süd", "West/Zürich & Süd")
    'zurich-sud-6613d8'
    >>> slug("東京", "Tokyo")
    'team-ec2d19'
    """
    folded = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", folded.lower()).strip("-")[:_LONGEST].strip("-")
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{words or 'team'}-{digest}"


def extract_name(of: str) -> str:
    """Path of a slug's extract from the run's folder, as the template gets it."""
    return f"extracts/{of}.json"


def notebook_name(of: str) -> str:
    """Name of a slug's finished notebook."""
    return f"{of}.ipynb"


def page_name(of: str) -> str:
    """Name of a slug's page."""
    return f"{of}.html"


def pdf_name(of: str) -> str:
    """Name of a slug's page as it was printed."""
    return f"{of}.pdf"


def failed_name(of: str) -> str:
    """Name of the notebook that is kept for a look when a run of it failed."""
    return f"{of}.failed.ipynb"
