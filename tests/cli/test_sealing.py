"""Where nothing has changed since a whole run, a review opens neither data nor plan; whatever has changed is noticed."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salesnb.actions import clock, sealing
from salesnb.actions.review_request import ReviewRequest
from salesnb.planning.store import PlanStore
from salesnb.workspace import Workspace

# Every test imports data.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("played")]

REVIEW = ("review", "q3")
TOML = 'name = "big_wins"\nexpression = "count(where won and amount >= 1_100)"\nunit = "count"\n'


@pytest.fixture
def reviewed(run: Callable, planned: Path) -> Path:
    assert run("-C", planned, *REVIEW).code == 0
    return planned


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note whenever the data or a plan is opened."""
    seen: list[str] = []
    data, load = Workspace.dataset, PlanStore.load

    def dataset(self: Workspace) -> Any:
        seen.append("data")
        return data(self)

    def plan(self: PlanStore, *rest: Any) -> Any:
        seen.append("plan")
        return load(self, *rest)

    monkeypatch.setattr(Workspace, "dataset", dataset)
    monkeypatch.setattr(PlanStore, "load", plan)
    return seen


def test_a_run_that_is_whole_and_unchanged_is_told_by_its_files_alone(
    run: Callable, reviewed: Path, opened: list[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in reviewed.rglob("*")}
    done = run("-C", reviewed, *REVIEW)
    assert (done.code, opened) == (0, [])
    assert "0 made, 3 unchanged, 0 failed" in done.err
    assert done.out.strip().endswith("2017-Q3-asof-2017-09-27/index.html")
    assert Path(done.out.strip()).is_file()
    assert {path: path.stat().st_mtime_ns for path in reviewed.rglob("*")} == before


def edit(path: Path) -> None:
    path.write_text(path.read_text() + " ")


CHANGES: dict[str, Callable[[Path], Any]] = {
    "a page": lambda home: edit(next((home / "reviews/q3/latest").glob("mia-*.html"))),
    "a notebook": lambda home: next((home / "reviews/q3/latest").glob("mia-*.ipynb")).unlink(),
    "an extract": lambda home: edit(next((home / "reviews/q3/latest/extracts").glob("mia-*"))),
    "the index": lambda home: edit(home / "reviews/q3/latest/index.html"),
    "the plan": lambda home: edit(home / "plans/q3.plan.json"),
    "another plan": lambda home: (home / "plans/q4.plan.json").write_text("{}"),
    "settings": lambda home: edit(home / "salesnb.toml"),
    "a KPI": lambda home: (home / "kpis/big_wins.toml").write_text(TOML),
    "a template": lambda home: (home / "templates/own.ipynb").write_text("{}"),
    "the data": lambda home: next((home / "data").glob("*.duckdb")).touch(),
    "which data": lambda home: edit(home / "data/current"),
    "the seal": lambda home: next((home / "reviews/.seals").glob("*.json")).write_text('{"of": 3'),
}


def holds(home: Path) -> bool:
    return sealing.Seal(Workspace.open(home), ReviewRequest(plan="q3")).outcome() is not None


def test_a_seal_breaks_by_whatever_has_changed(
    reviewed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, change in enumerate(CHANGES.values()):
        home = shutil.copytree(reviewed, tmp_path / str(place), symlinks=True)
        assert holds(home)
        change(home)
    assert [what for place, what in enumerate(CHANGES) if holds(tmp_path / str(place))] == []
    assert holds(reviewed)
    monkeypatch.setattr(sealing, "_has_plugins", lambda: True)
    assert not holds(reviewed)
    monkeypatch.undo()
    monkeypatch.setattr(sealing, "package_hash", lambda **_: "newer")
    assert not holds(reviewed)


@pytest.mark.parametrize(
    "more", [("--by", "region"), ("--period", "2017-Q2"), ("--force",), ("--only", "Mia")]
)
def test_what_is_asked_otherwise_is_made(
    run: Callable, reviewed: Path, opened: list[str], more: tuple[str, ...]
) -> None:
    assert run("-C", reviewed, *REVIEW, *more).code == 0
    assert "data" in opened
    # And it does not stand for the whole.
    opened.clear()
    assert "0 made, 3 unchanged" in run("-C", reviewed, *REVIEW).err


def test_a_run_in_which_something_failed_has_no_seal(
    run: Callable, planned: Path, opened: list[str], played: Any
) -> None:
    played.failing.add("Mia")
    assert run("-C", planned, *REVIEW).code == 1
    opened.clear()
    assert run("-C", planned, *REVIEW).code == 1
    assert "data" in opened


def test_where_the_age_of_data_counts_a_seal_holds_for_the_day(
    run: Callable, planned: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (planned / "salesnb.toml").open("a") as file:
        file.write('\n[freshness]\nmax_age = "3d"\n')
    monkeypatch.setattr(clock, "today", lambda _zone: dt.date(2017, 9, 28))
    run("-C", planned, *REVIEW)
    opened.clear()
    assert run("-C", planned, *REVIEW).code == 0
    assert opened == []
    monkeypatch.setattr(clock, "today", lambda _zone: dt.date(2017, 10, 28))
    done = run("-C", planned, *REVIEW)
    assert (done.code, "max_age" in done.err) == (1, True)


def test_a_seal_names_nothing_of_the_machine(reviewed: Path) -> None:
    text = next((reviewed / "reviews/.seals").glob("*.json")).read_text()
    assert json.loads(text)["folder"] == "q3/2017-Q3-asof-2017-09-27"
    assert str(reviewed) not in text
