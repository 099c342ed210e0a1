"""Reviews refuse data that is too old or has lost too many rows, unless told otherwise."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from salesnb.actions import clock
from salesnb.actions.reviewing import ReviewRequest, review
from salesnb.actions.stale_data import row_drops
from salesnb.errors import BadInput
from salesnb.workspace import Settings, Workspace

# Every test imports data.
pytestmark = pytest.mark.slow


LAST_DAY = dt.date(2017, 9, 27)


def allow(workspace: Path, text: str) -> None:
    with (workspace / "salesnb.toml").open("a") as file:
        file.write(f"\n[freshness]\n{text}\n")


def at(monkeypatch: pytest.MonkeyPatch, day: dt.date) -> None:
    monkeypatch.setattr(clock, "today", lambda _zone: day)


def cut(export: Path, rows: int) -> None:
    path = export / "sales_pipeline.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[: rows + 1]))


def nothing_made(workspace: Path) -> bool:
    return not list((workspace / "reviews").rglob("*.html"))


def test_the_data_of_these_tests_ends_where_they_think(planned: Path) -> None:
    with Workspace.open(planned).dataset() as data:
        assert data.meta.as_of == LAST_DAY


def test_older_data_is_refused_with_both_figures_and_the_switch(
    run: Callable, planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(planned, 'max_age = "3d"')
    at(monkeypatch, LAST_DAY + dt.timedelta(days=4))
    done = run("-C", planned, "review", "q3")
    assert done.code == 1
    assert (
        "as of Sep 27, 2017, 4 days before today, Oct 1, 2017: 1 day more than the 3 days that max_age allows"
        in done.err
    )
    assert "--stale-ok" in done.err
    assert nothing_made(planned)


@pytest.mark.parametrize(("days", "refused"), [(-2, False), (0, False), (3, False), (4, True)])
def test_the_age_allowed_is_still_allowed(planned: Path, days: int, refused: bool) -> None:
    allow(planned, 'max_age = "3d"')
    request = ReviewRequest(only=("Nobody",), today=LAST_DAY + dt.timedelta(days=days))
    with pytest.raises(Exception, match="max_age" if refused else "Nobody"):
        review(Workspace.open(planned), request)


def test_without_the_section_any_age_will_do(planned: Path) -> None:
    with pytest.raises(KeyError, match="Nobody"):
        review(Workspace.open(planned), ReviewRequest(only=("Nobody",), today=dt.date(2099, 1, 1)))


def test_lost_rows_are_said_at_import_and_refused_by_reviews(
    run: Callable, planned: Path, export: Path
) -> None:
    allow(planned, "max_row_drop = 0.2")
    cut(export, 31)
    done = run("-C", planned, "import", export, "--mapping", "maven")
    words = (
        "opportunities has 31 rows, 22.5% fewer than the 40 of the import before; max_row_drop allows 20.0%"
    )
    assert (done.code, words in done.err) == (1, True)
    done = run("-C", planned, "import", export, "--mapping", "maven", "--yes")
    assert done.code == 0
    assert f"{words}. Check that the export is whole; until then reviews refuse it." in done.err
    assert words in run("-C", planned, "import", export, "--mapping", "maven").err
    done = run("-C", planned, "review", "q3")
    assert (done.code, words in done.err, "--stale-ok" in done.err) == (1, True, True)
    assert nothing_made(planned)


def test_a_drop_that_is_allowed_is_not_said(run: Callable, planned: Path, export: Path) -> None:
    allow(planned, "max_row_drop = 0.2")
    cut(export, 32)
    assert "fewer" not in run("-C", planned, "import", export, "--mapping", "maven").err


def test_without_the_section_reviews_take_what_was_accepted(
    run: Callable, planned: Path, export: Path
) -> None:
    cut(export, 5)
    done = run("-C", planned, "import", export, "--mapping", "maven", "--yes")
    assert (done.code, "fewer" in done.err, "reviews refuse" in done.err) == (0, True, False)
    with pytest.raises(KeyError, match="Nobody"):
        review(Workspace.open(planned), ReviewRequest(only=("Nobody",), today=dt.date(2099, 1, 1)))


def test_every_table_is_compared_and_none_that_is_new_or_gone() -> None:
    settings = Settings(max_row_drop=0.5)
    before = {"opportunities": 10, "reps": 4, "accounts": 0, "gone": 7}
    now = {"opportunities": 5, "reps": 1, "accounts": 0, "new": 3}
    assert [doubt.short for doubt in row_drops(before, now, settings)] == ["reps fell from 4 to 1 row"]


def test_the_table_count_stays_with_the_data(run: Callable, planned: Path, export: Path) -> None:
    cut(export, 20)
    run("-C", planned, "import", export, "--mapping", "maven", "--yes")
    with Workspace.open(planned).dataset() as data:
        assert data.meta.loaded_before["opportunities"] == 40
        assert data.loaded()["opportunities"] == 20


def test_what_is_accepted_is_no_error(planned: Path) -> None:
    allow(planned, 'max_age = "1w"')
    request = ReviewRequest(only=("Nobody",), today=dt.date(2099, 1, 1), stale_ok=True)
    with pytest.raises(KeyError, match="Nobody"):
        review(Workspace.open(planned), request)
    with pytest.raises(BadInput, match="more than the 7 days that max_age allows"):
        review(Workspace.open(planned), ReviewRequest(today=dt.date(2099, 1, 1)))


@pytest.mark.slow
def test_every_page_says_what_was_accepted_and_stays_the_same(
    run: Callable, planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(planned, 'max_age = "3d"')
    at(monkeypatch, LAST_DAY)
    assert run("-C", planned, "review", "q3").code == 0
    folder = next((planned / "reviews" / "q3").glob("2017-Q3*"))
    assert not any("allowed" in page.read_text() for page in folder.glob("*.html"))
    at(monkeypatch, dt.date(2018, 9, 27))
    accepted = run("-C", planned, "review", "q3", "--stale-ok")
    assert accepted.code == 0
    # The pages stay the same from day to day; how old the data is, is said where the command was given.
    assert (
        "365 days before today, Sep 27, 2018: 362 days more than the 3 days that max_age allows."
        in accepted.err
    )
    pages = {page.name: page.read_text() for page in folder.glob("*.html")}
    assert len(pages) == 4
    for page in pages.values():
        assert "Data as of Sep 27, 2017 (older than the 3 days allowed)" in page
    at(monkeypatch, dt.date(2018, 9, 28))
    assert "0 made" in run("-C", planned, "review", "q3", "--stale-ok").err
    assert {page.name: page.read_text() for page in folder.glob("*.html")} == pages
