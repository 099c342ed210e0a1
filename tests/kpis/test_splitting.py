"""Taking sums apart: what may be folded, and that nothing changes by it."""

from collections.abc import Callable
from typing import Any

import ibis
import pyarrow as pa
import pytest

from salesnb.kpis import catalogue
from salesnb.kpis.expressions import count_where, sum_where
from salesnb.kpis.splitting import is_additive, mentions, summand

COLUMNS = {
    "opportunity_id": "string",
    "status": "string",
    "amount": "int64",
    "expected_amount": "int64",
    "created_on": "date",
}
ROWS = {
    "opportunity_id": list("abcdefgh"),
    "status": ["won", "won", "lost", "open", None, "won", "lost", "open"],
    "amount": [1, 20, 300, None, 5000, None, 700, 9],
    "expected_amount": [7, None, 50, 4, 3, 2, 1, 0],
    "created_on": [None, "2026-01-01", "2026-01-02", None, "2026-02-01", "2026-02-02", None, "2026-03-01"],
}
MEASURES: dict[str, Callable[[Any], Any]] = {
    "sum of a status": lambda deals: sum_where(deals.amount, deals.status == "won"),
    "sum of all but one": lambda deals: sum_where(deals.amount, deals.status != "open"),
    "count of a status": lambda deals: count_where(deals.status == "won"),
    "count of a status and a column": lambda deals: count_where(
        (deals.status == "won") & deals.created_on.notnull()
    ),
    "sum by a column": lambda deals: sum_where(deals.amount, deals.created_on.isnull()),
    "count of all": lambda deals: count_where(deals.opportunity_id.notnull()),
    "either of two": lambda deals: sum_where(deals.amount, (deals.status == "won") | (deals.amount > 400)),
    "a difference": lambda deals: (
        sum_where(deals.amount, deals.status == "won") - deals.expected_amount.sum()
    ),
    "the engine's own count": lambda deals: deals.count(),
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_taken_apart_by_status_is_the_same(name: str) -> None:
    backend = ibis.duckdb.connect()
    deals = backend.create_table("deals", ibis.memtable(pa.table(ROWS)).cast(COLUMNS))
    whole = MEASURES[name](deals)
    part = summand(whole)
    groups = deals.group_by("status").aggregate(part=part.rows)
    assert groups.aggregate(value=part.of(groups, "part")).to_pyarrow().to_pylist() == [
        {"value": deals.aggregate(value=whole).to_pyarrow().to_pylist()[0]["value"]}
    ]


def test_measures_that_differ_in_status_alone_are_one_sum_over_rows() -> None:
    deals = ibis.table(COLUMNS, name="deals")
    won, lost = (sum_where(deals.amount, deals.status == status) for status in ("won", "lost"))
    assert summand(won).rows.op() == summand(lost).rows.op()
    assert summand(won).is_by_status
    assert (
        summand(sum_where(deals.amount, deals.opportunity_id.notnull())).rows.op() == summand(won).rows.op()
    )
    either = sum_where(deals.amount, (deals.status == "won") | (deals.amount > 4))
    assert summand(either).conditions == ()


@pytest.mark.parametrize(
    ("measure", "adds_up"),
    [
        (lambda deals: sum_where(deals.amount, deals.status == "won"), True),
        (lambda deals: deals.count(), True),
        (lambda deals: deals.amount.sum() - deals.expected_amount.sum().fill_null(0), True),
        (lambda deals: deals.amount.max(), False),
        (lambda deals: deals.opportunity_id.nunique(), False),
        (lambda deals: deals.amount.mean(), False),
        (lambda deals: deals.amount.sum() * deals.count(), False),
        (lambda deals: deals.amount.cast("float64").sum(), False),
        (lambda deals: deals.amount.sum().fill_null(1), False),
    ],
)
def test_only_what_adds_up_is_folded(measure: Callable[[Any], Any], adds_up: bool) -> None:
    assert is_additive(measure(ibis.table(COLUMNS, name="deals"))) == adds_up


def test_every_sum_of_the_catalogue_is_folded() -> None:
    columns = COLUMNS | dict.fromkeys(
        ("closed_on", "expected_close_on", "period_start", "period_end"), "date"
    )
    deals = ibis.table(columns, name="deals")
    sums = [kpi for _, kpi in catalogue().items() if kpi.kind in {"sum", "weighted"}]
    assert len(sums) > 15
    assert [kpi.name for kpi in sums if not is_additive(kpi.function(deals))] == []


def test_columns_of_the_table_behind_are_not_read() -> None:
    deals = ibis.table(COLUMNS, name="deals")
    seen = deals.filter(deals.created_on.notnull()).mutate(status=deals.status.upper())
    assert mentions(sum_where(seen.amount, seen.status == "WON")) == {"amount", "status"}
