"""An invented workspace of thousands of teams, and what a review of it costs where nothing has to run.

``python -m benchmarks.many_teams DIR [TEAMS] [figures]`` makes it in DIR, where it is not there yet, plays the cells of all
reviews without a kernel, and prints the seconds of a run in which nothing has changed.
"""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from salesnb.actions.importing import import_data
from salesnb.actions.making import make_plan
from salesnb.actions.review_request import ReviewOutcome, ReviewRequest
from salesnb.actions.reviewing import explain_review
from salesnb.actions.sealing import Seal, sealed_review
from salesnb.crm.generator import LAST_DAY, SEED, write_sample
from salesnb.workbooks.jobs import Job, Outcome, RunHeader, Task
from salesnb.workbooks.paths import extract_name, slug
from salesnb.workbooks.runner import run_jobs
from salesnb.workbooks.templates import shipped
from salesnb.workspace import Settings, Workspace

__all__ = ["Played", "many_teams"]

# What a page, a notebook and an extract of a real review take.
_PAGE, _NOTEBOOK, _EXTRACT = 190_000, 290_000, 45_000
_MOST_TEAMS = 400
_DEALS_A_TEAM = 100


class Played(Executor):
    """Hands back pages and notebooks of the usual size without running a cell."""

    def submit(self, _fn: Any, task: Task, /) -> Future[Any]:  # type: ignore[override]
        """Do it at once."""
        future: Future[Any] = Future()
        outcome = Outcome(notebook=_long(task.notebook, _NOTEBOOK), page=_long(f"<p>{task.title}", _PAGE))
        future.set_result((outcome, 0.1))
        return future


def many_teams(folder: Path, teams: int) -> Workspace:
    """Make a workspace with a plan and so many teams of five or more reps, unless it is there."""
    if (folder / "salesnb.toml").is_file():
        return Workspace.open(folder)
    workspace = Workspace.create(folder, Settings())
    files = folder / "files"
    parts = -(-teams // _MOST_TEAMS)
    write_sample(
        files, opportunities=_DEALS_A_TEAM * teams, seed=SEED, last_day=LAST_DAY, teams=max(5, teams // parts)
    )
    _split(files, parts)
    import_data(workspace, files, "sample")
    make_plan(workspace, "q3", "2026-Q3", [("won_amount", str(1_000_000 * teams))])
    return workspace


def _split(files: Path, parts: int) -> None:
    """Let each rep and team be several, who share their deals; the first of them keep the effort."""
    with _rewritten(files / "reps.csv") as (rows, write):
        for row in rows:
            for part in range(parts):
                own = {key: f"{row[key]} {part}" for key in ("rep_id", "name", "team", "manager")}
                write({**row, **own, "email": f"{part}.{row['email']}"})
    with _rewritten(files / "opportunities.csv") as (rows, write):
        for place, row in enumerate(rows):
            write({**row, "rep_id": f"{row['rep_id']} {place % parts}"})
    with _rewritten(files / "effort.csv") as (rows, write):
        for row in rows:
            write({**row, "segment": f"{row['segment']} 0"})


@contextmanager
def _rewritten(path: Path) -> Iterator[tuple[list[dict[str, str]], Any]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        yield rows, writer.writerow


def _long(text: str, size: int) -> str:
    if text.startswith("{"):
        notebook = json.loads(text)
        notebook["metadata"]["filled"] = "x" * size
        return json.dumps(notebook)
    return text + "x" * size


@contextmanager
def _timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"{what:<50} {time.perf_counter() - began:8.2f} s", flush=True)


def _played_run(workspace: Workspace, teams: int) -> ReviewOutcome:
    """Write a run of so many reviews by the runner itself, with extracts of the usual size and no figures in them."""
    template = next(path for path in shipped("templates") if path.stem == "kpi_review")
    jobs = [
        Job(
            id=f"team-{place}",
            name=f"Team {place}",
            slug=slug(f"Team {place}", str(place)),
            template=template,
            parameters={"extract": extract_name(slug(f"Team {place}", str(place)))},
            extract=json.dumps({"place": place, "filled": "x" * _EXTRACT}).encode(),
            title=f"Team {place}",
        )
        for place in range(teams)
    ]
    header = RunHeader(plan="q3", revision=1, as_of=LAST_DAY.isoformat(), template="kpi_review")
    folder = workspace.reviews_dir / "q3" / "played"
    report = run_jobs(jobs, folder, header=header, executor=Played(), finish=lambda _: {"index.html": "x"})
    return ReviewOutcome(folder=report.folder, index=folder / "index.html", failures=(), summary="")


def main() -> None:
    """Measure; with ``figures`` as third word also what reading them for all teams takes."""
    folder, teams = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    with _timed(f"A workspace of {teams} teams"):
        workspace = many_teams(folder, teams)
    with _timed("A run of as many reviews, cells and figures played"):
        outcome = _played_run(workspace, teams)
    with _timed("The same again, decided file by file"):
        _played_run(workspace, teams)
    Seal(workspace, ReviewRequest()).put_on(outcome)
    with _timed("Its seal looked at"):
        sealed_review(workspace, ReviewRequest())
    command = [sys.executable, "-m", "salesnb", "-C", str(folder), "review"]
    with _timed("The whole command, where nothing has changed"):
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- ours
    if "figures" in sys.argv[3:]:
        with _timed("The figures of all teams, and what would be made"):
            explain_review(workspace, ReviewRequest(force=True))


if __name__ == "__main__":
    main()
