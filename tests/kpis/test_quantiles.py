"""Quantiles that are asked for together are those that are asked for alone."""

from typing import Any

import duckdb
import ibis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.crm.embedded import Embedded
from salesnb.kpis.quantiles import apart, together

SHARES = st.lists(st.sampled_from([0.1, 0.25, 0.5, 0.9]), min_size=1, max_size=4)
ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.none() | st.integers(-50, 10**6), st.booleans()), min_size=1, max_size=12
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, shares=SHARES)
def test_each_quantile_is_the_same_as_alone(rows: list[Any], shares: list[float]) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE deals(team INT, amount BIGINT, won BOOLEAN)")
        connection.executemany("INSERT INTO deals VALUES (?, ?, ?)", rows)
        table = Embedded.from_connection(connection).table("deals")
        measures = {f"q{n}": table.amount.quantile(share) for n, share in enumerate(shares)}
        measures |= {
            f"won{n}": table.amount.quantile(share, where=table.won) for n, share in enumerate(shares)
        }
        measures |= {"sum": table.amount.sum(), "largest": table.amount.max()}
        alone = table.group_by("team").aggregate(**measures).order_by("team").to_pyarrow().to_pylist()
        asked, places = together(measures)
        found = table.group_by("team").aggregate(**asked).order_by("team").to_pyarrow().to_pylist()
    assert [{name: row[name] for name in ("team", *measures)} for row in apart(found, places)] == alone


def test_quantiles_of_the_same_values_are_one_list() -> None:
    table = ibis.table({"amount": "int64", "days": "int64"}, name="deals")
    measures = {
        "half": table.days.quantile(0.5),
        "nine": table.days.quantile(0.9),
        "size": table.amount.quantile(0.5),
    }
    asked, places = together(measures)
    assert set(asked) == {"size", "quantiles 3"}
    assert places == {"half": ("quantiles 3", 0), "nine": ("quantiles 3", 1)}
    assert "[0.5, 0.9]" in str(ibis.to_sql(table.aggregate(**asked), dialect="duckdb"))
