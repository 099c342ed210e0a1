"""Questions asked ahead are answered as if they were asked when their answers are wanted."""

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest

from salesnb.crm.ahead import Ahead
from salesnb.crm.embedded import Embedded
from salesnb.crm.warehouse.address import parse_address
from salesnb.crm.warehouse.files import connect
from salesnb.errors import BadInput

ENDLESS = "SELECT count(*) AS n FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = -1"


@pytest.fixture
def backend() -> Iterator[Embedded]:
    found = Embedded.from_connection(duckdb.connect())
    found.con.execute(
        "CREATE TABLE deals AS SELECT i, i % 7 AS team, 'no ' || i AS text FROM range(1000) t(i)"
    )
    yield found
    found.disconnect()


def counted(table: Any) -> Any:
    return table.group_by("team").aggregate(n=table.count(), most=table.i.max()).order_by("team")


def test_an_answer_is_the_same_beside_others(backend: Embedded) -> None:
    deals = backend.table("deals")
    questions = [counted(deals.filter(deals.i < most)) for most in (1000, 500, 1)]
    with Ahead(backend) as ahead:
        answers = [ahead.ask(question) for question in questions]
        assert [answer() for answer in answers] == [question.to_pyarrow() for question in questions]


def test_an_engine_that_answers_one_at_a_time_is_asked_when_the_answer_is_wanted() -> None:
    class Question:
        asked = 0

        def to_pyarrow(self) -> str:
            self.asked += 1
            return "answer"

    question = Question()
    with Ahead(object()) as ahead:
        answer = ahead.ask(question)
        assert question.asked == 0
        assert answer() == "answer"


def test_what_only_this_connection_knows_is_asked_of_it(backend: Embedded) -> None:
    backend.con.execute("CREATE TEMP VIEW known AS SELECT * FROM deals WHERE i < 3")
    known = backend.table("known", database="temp.main")
    rows = ibis.memtable(pa.table({"team": [1, 2]}))
    joined = backend.table("deals").semi_join(rows, "team")
    with Ahead(backend) as ahead:
        answers = [ahead.ask(counted(table)) for table in (known, joined)]
        assert [answer().num_rows for answer in answers] == [3, 2]


def test_names_and_time_zone_are_those_of_the_connection(backend: Embedded) -> None:
    backend.con.execute(
        "SET TimeZone = 'Asia/Tokyo'; CREATE SCHEMA later; CREATE TABLE later.deals AS SELECT 5 AS i"
    )
    backend.con.execute("SET search_path = 'later'")
    question = backend.sql(
        "SELECT i, CAST(TIMESTAMPTZ '2026-03-01 20:00:00+00' AS DATE) AS day FROM deals",
        schema={"i": "int32", "day": "date"},
    )
    with Ahead(backend) as ahead:
        assert ahead.ask(question)().to_pylist() == [{"i": 5, "day": date(2026, 3, 2)}]


def test_what_goes_wrong_is_told_as_without(tmp_path: Path) -> None:
    duckdb.sql("SELECT 'twelve' AS amount").write_parquet(str(tmp_path / "opportunities.parquet"))
    backend = connect(parse_address(f"parquet://{tmp_path}"), "UTC", tmp_path)
    table = backend.table("opportunities")
    question = table.select(amount=table.amount.cast("int64"))
    with pytest.raises(BadInput) as alone:
        question.to_pyarrow()
    with Ahead(backend) as ahead:
        answer = ahead.ask(question)
        with pytest.raises(BadInput) as beside:
            answer()
    assert str(beside.value) == str(alone.value)


@pytest.mark.parametrize("error", [KeyboardInterrupt, BadInput])
def test_nothing_runs_on_after_something_went_wrong(backend: Embedded, error: type[BaseException]) -> None:
    running = backend.ahead(backend.sql(ENDLESS, schema={"n": "int64"}))
    ahead = Ahead(backend)
    with pytest.raises(error), ahead:
        ahead.ask(backend.sql(ENDLESS, schema={"n": "int64"}))
        ahead._running.append(running)
        raise error("stopped")
    assert running is not None
    assert running._found.done()


def test_data_that_were_closed_meanwhile_answer_as_closed_data_do(backend: Embedded) -> None:
    question = counted(backend.table("deals"))
    with Ahead(backend) as ahead:
        answer = ahead.ask(question)
        running = backend.ahead(backend.sql(ENDLESS, schema={"n": "int64"}))
        ahead._running.append(running)
        backend.disconnect()
        assert running is not None
        assert running._found.done()
        with contextlib.suppress(duckdb.ConnectionException):
            assert answer().num_rows == 7
        with pytest.raises(duckdb.ConnectionException, match="closed"):
            running.answer()


def test_days_between_dates_are_subtracted(backend: Embedded) -> None:
    backend.con.execute(
        "CREATE TABLE days AS SELECT DATE '2024-02-28' AS a, DATE '2024-03-01' AS b, NULL::DATE AS c"
    )
    days = backend.table("days")
    question = days.select(on=days.b.delta(days.a, unit="day"), back=days.a.delta(days.b, unit="day") * 2)
    assert question.to_pyarrow().to_pylist() == [{"on": 2, "back": -4}]
    assert days.select(n=days.c.delta(days.a, unit="day")).to_pyarrow().to_pylist() == [{"n": None}]
    assert days.select(n=days.b.delta(days.a, unit="month")).to_pyarrow().to_pylist() == [{"n": 1}]
