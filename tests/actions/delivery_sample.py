"""A workspace with a run that can be delivered, made without a kernel."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from salesnb.actions.handing_out import Book, hand_out
from salesnb.actions.recipients import Reviewed
from salesnb.workspace import Workspace

RUN = "2017-Q4-asof-2017-12-12"
ABOUT = {"plan": "fy18", "as_of": "2017-12-12"}
SMTP = '[deliveries.smtp]\nhost = "127.0.0.1"\nport = {port}\nstarttls = false\nfrom = "Planning <plan@example.com>"\n'


def write_settings(root: Path, text: str) -> Workspace:
    """Write salesnb.toml and open the workspace."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "salesnb.toml").write_text(text, encoding="utf-8")
    return Workspace.open(root)


def make_run(
    workspace: Workspace, names: Sequence[str], words: Mapping[str, str] | None = None, **more: object
) -> Book:
    """Write a run with a review for each name, whose page says a word, and lay out who gets it."""
    folder = workspace.reviews_dir / "fy18" / RUN
    folder.mkdir(parents=True, exist_ok=True)
    link = folder.parent / "latest"
    if not link.is_symlink():
        link.symlink_to(RUN)
    reviews = [review_of(folder, name, (words or {}).get(name, ""), **more) for name in names]
    company = _written(folder, "index.html", "all of " + " ".join(names))
    reviews.insert(
        0,
        Reviewed(
            id="company",
            name="Acme",
            about="KPI reviews Q4",
            finding="All is well.",
            files=company,
            pages=("index.html",),
            whole=True,
        ),
    )
    return hand_out(folder, ABOUT, reviews, workspace.settings.deliveries)


def review_of(folder: Path, name: str, word: str = "", **more: object) -> Reviewed:
    """Write a page and a notebook about a team."""
    stem = hashlib.sha256(name.encode()).hexdigest()[:8]
    files = _written(folder, f"{stem}.html", f"<p>{name} {word} – ü</p>") | _written(
        folder, f"{stem}.ipynb", f"{name} {word}"
    )
    given = {"why": "The data names no manager."} | more
    return Reviewed(
        id=f"id/{name}",
        name=name,
        about="KPI review Q4",
        finding=f"{name} is on pace.",
        files=files,
        pages=(f"{stem}.html",),
        **given,
    )


def _written(folder: Path, name: str, content: str) -> dict[str, str]:
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_text(content, encoding="utf-8", errors="replace")
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest()}
