"""The record of predictions: append-only, one a key, whole whatever happens to the processes that write it."""

import datetime as dt
import multiprocessing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.actions.prediction_file import FILE, Record, add_predictions, read_predictions
from salesnb.errors import CannotWrite
from salesnb.outlook.predictions import Prediction

SAID = Prediction(
    plan="fy18",
    kpi="won_amount",
    node="West/Zoë \n Müller",
    level="team",
    period="2017-Q4",
    start=dt.date(2017, 10, 1),
    end=dt.date(2018, 1, 1),
    as_of=dt.date(2017, 10, 31),
    closed="2017-10",
    unit="money",
    target=100_000,
    log_odds=-0.25,
    shown=True,
)
MANY = [replace(SAID, node=f"n{number}") for number in range(4)]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert read_predictions(tmp_path) == Record()
    assert add_predictions(tmp_path, [SAID, *MANY]) == 5
    assert read_predictions(tmp_path) == Record(predictions=(SAID, *MANY))


def test_of_one_key_the_first_stays(tmp_path: Path) -> None:
    later = replace(SAID, as_of=dt.date(2017, 11, 15), target=7, log_odds=2.0)
    assert add_predictions(tmp_path, [SAID, later]) == 1
    before = (tmp_path / FILE).read_bytes()
    assert add_predictions(tmp_path, [later, SAID]) == 0
    assert (tmp_path / FILE).read_bytes() == before
    assert read_predictions(tmp_path).predictions == (SAID,)
    assert add_predictions(tmp_path, [replace(later, closed="2017-11")]) == 1
    assert (tmp_path / FILE).read_bytes().startswith(before)


@given(st.integers(min_value=0, max_value=2_000))
def test_a_line_that_a_killed_process_left_is_skipped_and_counted(cut: int) -> None:
    with TemporaryDirectory() as folder:
        plans = Path(folder)
        add_predictions(plans, MANY)
        whole = (plans / FILE).read_bytes()
        left = whole[: min(cut, len(whole))]
        (plans / FILE).write_bytes(left)
        lines, torn = left.count(b"\n"), not left.endswith(b"\n") and bool(left)
        assert read_predictions(plans) == Record(predictions=tuple(MANY[:lines]), unreadable=int(torn))
        add_predictions(plans, [SAID])
        found = read_predictions(plans)
        assert SAID in found.predictions
        assert set(MANY[:lines]) <= set(found.predictions)
        assert (plans / FILE).read_bytes().startswith(left)
        assert found.unreadable + len(found.predictions) == lines + torn + 1


@pytest.mark.parametrize(
    "line",
    [b"7", b"{}", b"null", b'"x"', b"\xff\xfe", b'{"plan": 1}', b"[" * 5_000, b'{"log_odds": 1e999}'],
)
def test_lines_that_are_no_predictions_are_counted(line: bytes, tmp_path: Path) -> None:
    add_predictions(tmp_path, [SAID])
    with (tmp_path / FILE).open("ab") as file:
        file.write(line + b"\n\n")
    assert read_predictions(tmp_path) == Record(predictions=(SAID,), unreadable=1)


def _add(plans: Path, names: range) -> None:
    for number in names:
        add_predictions(plans, [replace(SAID, node=str(node)) for node in (number, number + 1)])


@pytest.mark.slow
def test_two_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_add, args=(tmp_path, range(start, start + 40))) for start in (0, 20)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    found = read_predictions(tmp_path)
    assert sorted(int(said.node) for said in found.predictions) == list(range(61))
    assert (tmp_path / FILE).read_bytes().count(b"\n") == 61
    assert not found.unreadable


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".history").write_text("in the way")
    with pytest.raises(CannotWrite, match="predictions"):
        add_predictions(tmp_path, [SAID])
