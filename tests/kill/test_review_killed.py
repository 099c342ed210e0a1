"""A review that is killed at any moment leaves whole files only, and the next one finishes it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

if TYPE_CHECKING:
    from conftest import Killer

_KILLS = 50


def _assert_whole(reviews: Path) -> None:
    """Every file that a reader would open parses to its end; ``latest`` leads to a whole run."""
    for path in reviews.rglob("*"):
        if path.is_dir() or any(part.startswith(".") for part in path.relative_to(reviews).parts):
            continue
        if path.suffix == ".ipynb":
            nbformat.validate(nbformat.read(path, as_version=4))
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".html":
            text = path.read_text(encoding="utf-8")
            assert text.startswith("<!")
            assert text.rstrip().endswith("</html>")
    for latest in reviews.glob("*/latest"):
        record = json.loads((latest / "run.json").read_text(encoding="utf-8"))
        assert (latest / "index.html").is_file()
        for team in record["teams"]:
            assert team["status"] == "failed" or (latest / f"{team['slug']}.html").is_file()


@pytest.mark.slow
def test_fifty_kills_at_random_moments_leave_whole_workbooks(workspace: Path, killer: "Killer") -> None:
    reviews = workspace / "reviews"
    review = ("command", "-C", workspace, "review", "q3", "--only", "Alps", "--jobs", "1", "--force")
    usual = min(killer.finish(*review) for _ in range(2))
    _assert_whole(reviews)
    killed = 0
    for _ in range(_KILLS):
        killed += killer.kill(usual, *review)
        _assert_whole(reviews)
    assert killed > _KILLS // 2
    killer.finish(*review)
    _assert_whole(reviews)
    left = [path for path in reviews.rglob("*") if path.name.endswith(".tmp")]
    assert not left
