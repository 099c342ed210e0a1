"""What stands beside a figure: earlier periods, rolling windows, year to date, targets; and totals."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadUsage, UnknownName
from salesnb.kpis import Beside, Query, Result, Target, run
from salesnb.kpis.beside import Times

CALENDAR = FiscalCalendar()
MAKE = Callable[..., Any]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def ask(
    data: Any, *kpis: str, calendar: FiscalCalendar = CALENDAR, beside: Any = None, **more: Any
) -> Result:
    return run(Query(kpis=kpis, beside=Beside(**beside) if beside else None, **more), data, calendar)


def records(result: Result) -> list[dict[str, Any]]:
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def monthly(deal: MAKE, amounts: dict[str, int], **more: Any) -> list[dict[str, Any]]:
    """A deal on the tenth of each month named."""
    return [
        deal(month, amount=amount, closed_on=day(f"{month}-10"), created_on=day(f"{month}-01"), **more)
        for month, amount in amounts.items()
    ]


def test_each_month_stands_beside_the_one_before_and_that_of_last_year(
    make_dataset: MAKE, deal: MAKE
) -> None:
    data = make_dataset(*monthly(deal, {"2025-02": 50, "2026-01": 80, "2026-02": 100}))
    found = ask(
        data, "won_amount", grain="month", start=day("2026-02-01"), end=day("2026-03-01"),
        beside={"compare": ("previous", "last_year")},
    )  # fmt: skip
    assert [column.name for column in found.columns] == [
        "month", "won_amount", "won_amount_previous", "won_amount_previous_change", "won_amount_previous_growth",
        "won_amount_last_year", "won_amount_last_year_change", "won_amount_last_year_growth",
    ]  # fmt: skip
    assert found.rows == (("2026-02", 100, 80, 20, 0.25, 50, 50, 1.0),)


def test_a_ratio_is_compared_in_points_and_has_no_growth(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        *monthly(deal, {"2026-01": 1, "2026-02": 1}), deal("x", "lost", closed_on=day("2026-01-11"))
    )
    found = ask(
        data, "win_rate", grain="month", start=day("2026-02-01"), end=day("2026-03-01"),
        beside={"compare": ("previous",)},
    )  # fmt: skip
    assert found.rows == (("2026-02", 1.0, 0.5, 0.5),)
    assert found.columns[-1].unit == "points"


def test_a_period_that_is_not_over_is_compared_with_as_many_days(make_dataset: MAKE, deal: MAKE) -> None:
    early = [deal(m, amount=a, closed_on=day(f"{m}-05")) for m, a in (("2026-02", 7), ("2026-03", 9))]
    late = [deal(f"{m}!", amount=1000, closed_on=day(f"{m}-25")) for m in ("2026-01", "2026-02")]
    data = make_dataset(*early, *late, as_of=day("2026-03-12"))
    found = ask(
        data, "won_amount", grain="month", start=day("2026-03-01"), end=day("2026-04-01"),
        beside={"compare": ("previous",)},
    )  # fmt: skip
    assert found.rows[0][:3] == ("2026-03", 9, 7)
    assert found.notices == (
        "2026-03 is not over: it is compared with the first 12 days of the earlier period.",
    )


def test_rolling_figures_reach_back_before_the_first_day_asked_for(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(*monthly(deal, {"2025-12": 1, "2026-01": 10, "2026-02": 100, "2026-03": 1000}))
    found = ask(
        data, "won_amount", "median_deal", grain="month", start=day("2026-02-01"), beside={"rolling": 3}
    )
    assert [column.name for column in found.columns][2] == "won_amount_rolling_3"
    assert found.rows == (("2026-02", 100, 111, 100.0, 10.0), ("2026-03", 1000, 1110, 1000.0, 100.0))


def test_what_starts_before_the_data_is_nothing_and_not_zero(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(*monthly(deal, {"2026-01": 10, "2026-02": 20}))
    found = ask(
        data,
        "won_amount",
        grain="month",
        end=day("2026-03-01"),
        beside={"compare": ("previous",), "rolling": 2},
    )
    assert found.rows == (("2026-01", 10, None, None, None, None), ("2026-02", 20, 10, 10, 1.0, 30))


def test_a_year_to_date_starts_with_the_fiscal_year(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(*monthly(deal, {"2026-01": 1, "2026-03": 10, "2026-04": 100, "2026-05": 1000}), as_of=day("2026-05-31"))  # fmt: skip
    found = ask(
        data, "won_amount", grain="month", start=day("2026-03-01"),
        calendar=FiscalCalendar(year_start=4), beside={"year_to_date": True},
    )  # fmt: skip
    assert found.rows == (("2026-03", 10, 11), ("2026-04", 100, 100), ("2026-05", 1000, 1100))


def test_what_is_open_is_told_as_of_the_end_of_each_time(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1", "open", 5, created_on=day("2026-01-10")),
        deal("2", amount=7, created_on=day("2026-01-10"), closed_on=day("2026-02-10")),
    )
    found = ask(
        data, "open_amount", grain="month", start=day("2026-02-01"), end=day("2026-03-01"),
        beside={"compare": ("previous",), "rolling": 2, "year_to_date": True},
    )  # fmt: skip
    assert found.rows == (("2026-02", 5, 12, -7, -7 / 12, 5, 5),)


def test_a_stretch_of_days_is_compared_with_the_one_before(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("0", closed_on=day("2025-11-01"), created_on=day("2025-01-01")),
        deal("1", amount=3, closed_on=day("2026-01-05")),
        deal("2", amount=4, closed_on=day("2026-01-06")),
        deal("3", amount=5, closed_on=day("2025-01-06")),
    )
    found = ask(
        data, "won_amount", start=day("2026-01-06"), end=day("2026-01-07"),
        beside={"compare": ("previous", "last_year")},
    )  # fmt: skip
    assert found.rows == ((4, 3, 1, 1 / 3, 5, -1, -0.2),)


def test_totals_are_right_for_ratios_and_stand_under_their_rows(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1"),
        deal("2", "lost"),
        deal("3", "lost", product="Plus"),
        deal("4", rep_id="r3", product="Plus"),
    )
    found = ask(data, "win_rate", "won_count", by=("region", "product"), beside={"totals": True})
    assert found.rows == (
        ("East", "Base", None, 0.5, 1),
        ("East", "Plus", None, 0.0, 0),
        ("East", None, "product", 1 / 3, 1),
        ("West", "Plus", None, 1.0, 1),
        ("West", None, "product", 1.0, 1),
        (None, None, "region,product", 0.5, 2),
    )


def test_a_total_over_time_of_what_is_open_is_that_of_the_last_day(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", "open", 5), deal("2", "open", 7, created_on=day("2026-02-10")))
    found = ask(data, "open_amount", grain="month", start=day("2026-01-01"), beside={"totals": True})
    assert [row[-1] for row in found.rows] == [5, 12, 12, 12]


def test_a_total_of_a_period_that_is_not_over_is_compared_like_for_like_and_says_with_which_days(
    make_dataset: MAKE, deal: MAKE
) -> None:
    """Of three quarters the last has 73 days: those before are the three before them, the last as far."""
    days = {"2025-03-31": 1, "2025-04-01": 10, "2025-12-11": 100, "2025-12-12": 1000, "2025-12-13": 10_000}
    deals = [deal(one, amount=amount, closed_on=day(one)) for one, amount in days.items()]
    data = make_dataset(*deals, as_of=day("2026-09-11"))
    asked = {
        "grain": "quarter",
        "start": day("2026-01-01"),
        "beside": {"compare": ("previous",), "totals": True},
    }
    found = records(ask(data, "won_amount", **asked))
    assert found[-1]["won_amount_previous"] == 1110
    told = "The total of 2026-01-01 to 2026-09-11 is compared with 2025-04-01 to 2025-12-12."
    assert told in ask(data, "won_amount", **asked).notices
    # Without a grain whole months are counted, of the last one the first eleven days.
    asked = {"start": day("2026-01-01"), "end": day("2026-10-01"), "beside": {"compare": ("previous",)}}
    assert records(ask(data, "won_amount", **asked))[0]["won_amount_previous"] == 110
    early = ask(data, "won_amount", **asked | {"start": day("2025-01-01")})
    assert "of 2025-01-01 to 2026-09-11 has nothing to be compared with in the data." in early.notices[0]
    endless = ask(data, "won_amount", **asked | {"end": None})
    assert "say its first and its last day" in endless.notices[0]


@settings(max_examples=60)
@given(
    first=st.dates(day("2020-01-01"), day("2025-12-01")),
    count=st.integers(1, 9),
    grain=st.sampled_from(["week", "month", "quarter", "year"]),
    year_start=st.integers(1, 12),
)
def test_whole_periods_together_are_compared_with_those_that_each_is_compared_with(
    first: dt.date, count: int, grain: str, year_start: int
) -> None:
    calendar = FiscalCalendar(year_start=year_start)
    times = Times(calendar=calendar, grain=grain, as_of=day("2039-12-31"))
    buckets = [calendar.containing(first, grain)]
    for _ in range(count - 1):
        buckets.append(calendar.next(buckets[-1]))
    start, end = buckets[0].start, buckets[-1].end
    alone = [times.of("last_year", one.start, one.end) for one in buckets]
    assert times.of("last_year", start, end) == (alone[0][0], alone[-1][1])
    before = times.of("previous", start, end)
    assert before[1] == start
    assert len(calendar.buckets(*before, grain)) == count


def test_a_missing_value_is_told_from_a_total(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", channel=None), deal("2"))
    found = ask(data, "won_count", by=("channel",), beside={"totals": True})
    assert found.rows == ((None, None, 1), ("web", None, 1), (None, "channel", 2))


def test_a_group_that_sold_before_and_no_more_is_there(make_dataset: MAKE, deal: MAKE) -> None:
    gone = monthly(deal, {"2026-01": 9}, product="Plus", channel="shop")
    data = make_dataset(*monthly(deal, {"2025-01": 1, "2026-02": 1}), *gone)
    found = ask(
        data, "won_amount", by=("product", "channel"), start=day("2026-02-01"), end=day("2026-03-01"),
        beside={"compare": ("previous",)},
    )  # fmt: skip
    assert ("Plus", "shop", 0, 9, -9, -1.0) in found.rows


@pytest.fixture
def targets() -> tuple[Target, ...]:
    quarter = {"start": day("2026-01-01"), "end": day("2026-04-01")}
    months = (("2026-01", 2000), ("2026-02", 3000), ("2026-03", 5000))
    return (
        Target(dimension="region", value="East", amount=1000, months=months, **quarter),
        Target(dimension="region", value="East", amount=0.4, kpi="win_rate", **quarter),
        Target(dimension="company", value="company", amount=12, kpi="created_count", **quarter),
    )


def test_targets_stand_beside_actuals_by_the_season(
    make_dataset: MAKE, deal: MAKE, targets: tuple[Target, ...]
) -> None:
    data = make_dataset(deal("1", amount=260), deal("2", "lost"))
    found = records(
        ask(data, "won_amount", "win_rate", by=("region",), grain="month", start=day("2026-01-01"), targets=targets,
            beside={"targets": True})
    )  # fmt: skip
    east = found[0]
    assert (east["won_amount_target"], east["won_amount_target_change"]) == (200, 60)
    assert (east["win_rate_target"], east["win_rate_target_change"]) == (0.4, pytest.approx(0.1))
    assert [row["won_amount_target"] for row in found] == [200, 300, 500, None, None, None]


def test_any_kpi_may_have_a_target(make_dataset: MAKE, deal: MAKE, targets: tuple[Target, ...]) -> None:
    data = make_dataset(deal("1"))
    found = ask(
        data, "created_count", "open_count", start=day("2026-01-01"), end=day("2026-04-01"), targets=targets,
        beside={"targets": True},
    )  # fmt: skip
    assert found.rows == ((1, 12, -11, 0, None, None),)


def test_a_target_of_another_kpi_is_no_quota(
    make_dataset: MAKE, deal: MAKE, targets: tuple[Target, ...]
) -> None:
    data = make_dataset(deal("1"))
    found = ask(data, "attainment", start=day("2026-01-01"), end=day("2026-04-01"), targets=targets)
    assert found.rows == ((None,),)


def test_names_are_shown_and_ids_are_kept_apart(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", amount=1, rep_id="r3"), deal("2", amount=2, rep_id="r4"))
    rows = ask(data, "won_amount", by=("rep",), beside={"totals": True}).rows
    assert [row for row in rows if row[-1]] == [
        ("Cid (r3)", None, 1), ("Cid (r4)", None, 2), (None, "rep", 3),
    ]  # fmt: skip


def test_what_cannot_be_meant_is_refused(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"))
    with pytest.raises(BadUsage, match="no time grain"):
        ask(data, "won_amount", beside={"rolling": 3})
    with pytest.raises(BadUsage, match="cannot roll over 1 "):
        Beside(rolling=1)
    with pytest.raises(UnknownName, match="last_yaer") as refused:
        Beside(compare=("last_yaer",))
    assert "last_year" in refused.value.hint


def test_nothing_wanted_is_no_wish_at_all() -> None:
    assert not Beside()
    assert all((Beside(compare=("previous",)), Beside(totals=True), Beside(targets=True), Beside(rolling=2)))


@pytest.mark.parametrize(
    ("grain", "name", "start", "end", "expected"),
    [
        ("month", "previous", "2026-03-01", "2026-04-01", ("2026-02-01", "2026-03-01")),
        ("month", "last_year", "2024-02-01", "2024-03-01", ("2023-02-01", "2023-03-01")),
        ("quarter", "rolling_2", "2026-01-01", "2026-04-01", ("2025-10-01", "2026-04-01")),
        # A bucket that is cut by the days asked for is compared with the same part of the earlier one.
        ("month", "previous", "2026-03-11", "2026-03-21", ("2026-02-11", "2026-02-21")),
        ("month", "previous", "2026-03-30", "2026-04-01", ("2026-02-28", "2026-03-01")),
        ("week", "last_year", "2026-03-02", "2026-03-09", ("2025-03-03", "2025-03-10")),
        (None, "previous", "2026-01-01", "2026-04-01", ("2025-10-01", "2026-01-01")),
        (None, "last_year", "2026-01-10", "2026-01-20", ("2025-01-10", "2025-01-20")),
        (None, "year_to_date", "2026-02-10", "2026-02-20", ("2026-01-01", "2026-02-20")),
    ],
)
def test_times_beside_a_bucket(
    grain: str | None, name: str, start: str, end: str, expected: tuple[str, str]
) -> None:
    times = Times(calendar=CALENDAR, grain=grain, as_of=day("2026-12-31"))
    assert times.of(name, day(start), day(end)) == tuple(map(day, expected))


TIMES = {
    "2026-07": {
        "previous": ("2026-06-01", "2026-07-01"),
        "last_year": ("2025-07-01", "2025-08-01"),
        "rolling_3": ("2026-05-01", "2026-08-01"),
        "year_to_date": ("2026-01-01", "2026-08-01"),
    },
    "2026-08": {"previous": ("2026-07-01", "2026-08-01"), "rolling_3": ("2026-06-01", "2026-09-01")},
}
amounts = st.lists(
    st.tuples(
        st.integers(0, 500), st.integers(1, 90), st.sampled_from(["won", "lost", "open"]), st.integers(1, 4)
    ),
    min_size=1,
    max_size=25,
)


@pytest.mark.slow
@given(amounts)
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_figure_beside_is_what_its_own_days_give(make_dataset: MAKE, deal: MAKE, made: Any) -> None:
    first = day("2025-01-01")
    book = [
        deal(
            str(number), status, 10 + number, created_on=first + dt.timedelta(days=start), rep_id=f"r{rep}",
            closed_on=None if status == "open" else first + dt.timedelta(days=start + days),
        )
        for number, (start, days, status, rep) in enumerate(made)
    ]  # fmt: skip
    data = make_dataset(*book, deal("first", created_on=first, closed_on=first), as_of=day("2026-08-31"))
    kpis = ("won_amount", "win_rate", "median_deal", "open_amount", "created_count")
    found = records(
        ask(data, *kpis, by=("team",), grain="month", start=day("2026-07-01"),
            beside={"compare": ("previous", "last_year"), "rolling": 3, "year_to_date": True})
    )  # fmt: skip
    for label, times in TIMES.items():
        for name, (start, end) in times.items():
            direct = ask(data, *kpis, by=("team",), start=day(start), end=day(end)).rows
            rows = [row for row in found if row["month"] == label]
            assert [(row["team"], *(row[f"{kpi}_{name}"] for kpi in kpis)) for row in rows] == list(direct)
