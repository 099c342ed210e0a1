"""What the KPI engine promises: definitions, groups, time, filters and formats."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import BadUsage, UnknownName
from salesnb.kpis import Query, Result, Target, catalogue, rows, run

CALENDAR = FiscalCalendar()
MAKE = Callable[..., Any]


def ask(data: Any, *kpis: str, calendar: FiscalCalendar = CALENDAR, **more: Any) -> Result:
    return run(Query(kpis=kpis, **more), data, calendar)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_sums_counts_and_their_ratios(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1", amount=100), deal("2", amount=301), deal("3", "lost", 50), deal("4", "open", 70)
    )
    found = ask(data, "won_amount", "won_count", "lost_count", "win_rate", "average_deal", "win_rate_value")
    assert found.rows == ((401, 2, 1, 2 / 3, 200.5, 401 / 451),)


def test_nothing_closed_gives_zero_sums_and_no_ratios(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", "open"))
    found = ask(
        data, "won_amount", "closed_count", "win_rate", "average_deal", "median_deal", "median_cycle_days"
    )
    assert found.rows == ((0, 0, None, None, None, None),)


def test_an_empty_table_has_no_rates_either(make_dataset: MAKE) -> None:
    assert ask(make_dataset(), "won_amount", "win_rate", "open_count").rows == ((0, None, 0),)


def test_a_ratio_is_the_ratio_of_sums_at_every_grain(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1"), deal("2", "lost", rep_id="r3"), deal("3", "lost", rep_id="r3"), deal("4", rep_id="r3")
    )
    by_region = dict(ask(data, "win_rate", by=("region",)).rows)
    assert by_region == {"East": 1.0, "West": 1 / 3}
    assert ask(data, "win_rate").rows == ((0.5,),)


def test_medians_interpolate(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(*(deal(str(i), amount=amount) for i, amount in enumerate((100, 201, 400, 800))))
    assert ask(data, "median_deal", "median_cycle_days", "mean_cycle_days").rows == ((300.5, 10.0, 10.0),)


def test_a_deal_counts_for_the_team_of_its_closing_day(make_dataset: MAKE, deal: MAKE) -> None:
    before, after = day("2026-02-14"), day("2026-02-15")
    data = make_dataset(
        deal("1", rep_id="r2", closed_on=before),
        deal("2", rep_id="r2", closed_on=after),
        deal("3", "open", rep_id="r2"),
    )
    assert ask(data, "won_count", "open_count", by=("team",)).rows == (
        ("Coast", 0, 0),
        ("North", 1, 0),
        ("South", 1, 1),
    )
    january = ask(data, "open_count", by=("team",), as_of=day("2026-01-31")).rows
    assert january == (("Coast", 0), ("North", 3), ("South", 0))


def test_no_dimension_multiplies_rows(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(*(deal(str(i), rep_id=f"r{i % 4 + 1}", account_id=f"a{i % 3}") for i in range(20)))
    names = ("rep", "region", "team", "account", "sector", "product", "family", "channel", "stage")
    for name in names:
        assert sum(ask(data, "won_count", by=(name,)).column("won_count")) == 20
    assert sum(ask(data, "won_count", by=names).column("won_count")) == 20


def test_two_reps_of_one_name_are_told_apart(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", rep_id="r3"), deal("2", rep_id="r4"), deal("3", rep_id="r4"))
    assert ask(data, "won_count", by=("rep",)).rows[-2:] == (("Cid (r3)", 1), ("Cid (r4)", 2))
    assert ask(data, "won_count", by=("rep",), labels=False).rows[-2:] == (("r3", 1), ("r4", 2))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("owner", "rep"),
        ("Sellers", "rep"),
        ("sales_person", "rep"),
        ("customer", "account"),
        ("industry", "sector"),
        ("territory", "region"),
    ],
)
def test_what_others_call_a_dimension_is_understood(
    make_dataset: MAKE, deal: MAKE, said: str, meant: str
) -> None:
    with pytest.raises(UnknownName) as refused:
        ask(make_dataset(deal("1")), "won_amount", by=(said,))
    assert refused.value.hint.startswith(f"Did you mean '{meant}'?")


def test_only_a_dimension_that_the_data_has_is_offered(make_dataset: MAKE, deal: MAKE) -> None:
    with pytest.raises(UnknownName) as refused:
        ask(make_dataset(deal("1")), "won_amount", by=("billing country",))
    assert not refused.value.hint.startswith("Did you mean 'country'")


def test_one_dimension_shows_all_its_known_values_and_those_of_nobody(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", product=None), deal("2", product="Base"))
    assert ask(data, "won_count", by=("product",)).rows == ((None, 1), ("Base", 1), ("Plus", 0))


def test_crossings_show_the_combinations_that_have_rows(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", product="Base"), deal("2", rep_id="r3", product="Plus"))
    assert ask(data, "won_count", by=("region", "product")).rows == (("East", "Base", 1), ("West", "Plus", 1))


def test_time_has_every_bucket_from_first_to_last(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", closed_on=day("2026-01-20")), deal("2", closed_on=day("2026-03-02")))
    assert ask(data, "won_count", grain="month").rows == (("2026-01", 1), ("2026-02", 0), ("2026-03", 1))


def test_columns_stand_in_the_order_asked(make_dataset: MAKE, deal: MAKE) -> None:
    found = ask(
        make_dataset(deal("1")), "win_rate", "won_count", by=("quarter", "team"), start=day("2026-01-01")
    )
    assert [column.name for column in found.columns] == ["quarter", "team", "win_rate", "won_count"]
    assert found.rows[0] == ("2026-Q1", "Coast", None, 0)


@pytest.mark.parametrize(
    ("grain", "label"), [("week", "2026-W04"), ("month", "2026-01"), ("quarter", "2026-Q4"), ("year", "2026")]
)
def test_buckets_follow_the_fiscal_calendar(make_dataset: MAKE, deal: MAKE, grain: str, label: str) -> None:
    found = ask(make_dataset(deal("1")), "won_count", calendar=FiscalCalendar(4), grain=grain)
    assert dict(found.rows)[label] == 1


def test_the_end_is_not_included(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", closed_on=day("2026-01-31")), deal("2", closed_on=day("2026-02-01")))
    january = {"start": day("2026-01-01"), "end": day("2026-02-01")}
    assert ask(data, "won_count", **january).rows == ((1,),)


def test_what_happened_after_the_as_of_day_is_not_known(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", closed_on=day("2026-02-10")), deal("2", created_on=day("2026-02-01")))
    found = ask(data, "won_count", "open_count", "created_count", as_of=day("2026-01-15"))
    assert found.rows == ((0, 1, 1),)


def test_open_deals_are_told_as_of_the_last_day_of_each_bucket(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1", created_on=day("2026-01-31"), closed_on=day("2026-02-28")),
        deal("2", "open", created_on=None),
        deal("3", created_on=day("2026-02-01"), closed_on=day("2026-03-31")),
        as_of=day("2026-03-30"),
    )
    found = ask(
        data, "open_count", "open_amount", grain="month", start=day("2026-01-01"), end=day("2026-05-01")
    )
    expected = (("2026-01", 2, 200), ("2026-02", 2, 200), ("2026-03", 2, 200), ("2026-04", None, None))
    assert found.rows == expected


def test_a_cohort_counts_what_became_of_those_created(make_dataset: MAKE, deal: MAKE) -> None:
    late = day("2026-03-01")
    data = make_dataset(
        deal("1", closed_on=late), deal("2", "lost", closed_on=late), deal("3", "open"), deal("4", "open")
    )
    january = {"start": day("2026-01-01"), "end": day("2026-02-01")}
    assert ask(data, "created_count", "win_rate_cohort", "win_rate_cohort_closed", **january).rows == (
        (4, 0.25, 0.5),
    )


def test_the_pipeline_is_weighted_by_probability(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", "open", 1000, probability=0.25), deal("2", "open", 2000, probability=0.5))
    found = ask(data, "weighted_amount")
    assert (found.rows, found.notices) == (((1250,),), ())


def test_a_missing_probability_is_estimated_and_said(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1"), deal("2", "lost"), deal("3", "lost"), deal("4", "lost"), deal("5", "open", 1000)
    )
    found = ask(data, "weighted_amount")
    assert found.rows == ((250,),)
    assert "estimated" in found.notices[0]


def test_an_estimate_of_an_earlier_day_does_not_know_what_closed_since(
    make_dataset: MAKE, deal: MAKE
) -> None:
    """By the end of January one of two deals was won; by the end of March one of four."""
    data = make_dataset(
        deal("1"),
        deal("2", "lost"),
        deal("3", "lost", closed_on=day("2026-03-02")),
        deal("4", "lost", closed_on=day("2026-03-03")),
        deal("5", "open", 1000),
    )
    found = ask(data, "weighted_amount", grain="month", start=day("2026-01-01"), end=day("2026-04-01"))
    assert found.rows == (("2026-01", 600), ("2026-02", 600), ("2026-03", 250))


def test_the_rows_of_a_weighted_pipeline_add_up_to_it(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(*(deal(str(n), "open", 100 + n, probability=1 / 3) for n in range(7)))
    listed = rows("weighted_amount", data, FiscalCalendar(), Query(kpis=("weighted_amount",)))
    ((total,),) = ask(data, "weighted_amount").rows
    assert total == 240
    assert sum(row[-1] for row in listed.rows) == total


def test_a_crossing_is_told_where_it_has_rows_though_nothing_was_won(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"), deal("2", "lost", rep_id="r2", product="Top"))
    assert ask(data, "won_amount", by=("rep", "product"), labels=False).rows == (
        ("r1", "Base", 100),
        ("r2", "Top", 0),
    )


def test_the_stage_of_an_earlier_day_comes_from_the_history(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1", closed_on=day("2026-03-20")), deal("2", "open", stage="Proposal"), deal("3", "open")
    )
    for identity, stage, entered in (
        ("1", "Demo", "2026-01-12"),
        ("1", "Won", "2026-03-20"),
        ("2", "Demo", "2026-01-11"),
        ("2", "Proposal", "2026-03-01"),
    ):
        data.backend.con.execute(
            "INSERT INTO stage_history VALUES (?, ?, ?)", [identity, stage, day(entered)]
        )
    now = dict(ask(data, "open_count", by=("stage",)).rows)
    then = dict(ask(data, "open_count", by=("stage",), as_of=day("2026-02-01")).rows)
    assert {stage: count for stage, count in now.items() if count} == {"Proposal": 1, "Open": 1}
    assert {stage: count for stage, count in then.items() if count} == {"Demo": 2, "Open": 1}


def test_velocity_divides_by_the_time_of_all_that_left(make_dataset: MAKE, deal: MAKE) -> None:
    """Two open at the start, win rate 1/2, deal 300, exits after 10 and 30 days: 2 x 1/2 x 300 / 20."""
    data = make_dataset(
        deal("1", amount=300, created_on=day("2026-01-10"), closed_on=day("2026-01-20")),
        deal("2", "lost", created_on=day("2025-12-31"), closed_on=day("2026-01-30")),
        deal("3", "open", created_on=day("2025-12-01")),
    )
    found = ask(data, "sales_velocity", start=day("2026-01-01"), end=day("2026-02-01"))
    assert found.rows == ((15.0,),)


def test_filters_take_names_and_ids_and_nothing(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"), deal("2", rep_id="r3"), deal("3", rep_id="r4", product=None))
    for value, expected in (("Ann", 1), ("r3", 1), ("Cid (r4)", 1), ("Cid", 2)):
        assert ask(data, "won_count", where=(("rep", value),)).rows == ((expected,),), value
    assert ask(data, "won_count", where=(("product", ""),)).rows == ((1,),)
    assert ask(data, "won_count", where=(("region", "West"), ("product", "Base"))).rows == ((1,),)


def test_attainment_and_pacing_follow_the_season(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", amount=300), as_of=day("2026-01-31"))
    target = Target(
        dimension="team",
        value="East/North",
        start=day("2026-01-01"),
        end=day("2026-04-01"),
        amount=1000,
        months=(("2026-01", 2000), ("2026-02", 3000), ("2026-03", 5000)),
    )
    quarter = {"start": day("2026-01-01"), "end": day("2026-04-01"), "targets": (target,), "by": ("team",)}
    found = ask(data, "attainment", "pacing", **quarter)
    assert found.rows == (("Coast", None, None), ("North", 0.3, 1.5), ("South", None, None))
    by_month = ask(data, "attainment", grain="month", **quarter)
    assert [row for row in by_month.rows if row[0] == "North"] == [
        ("North", "2026-01", 1.5), ("North", "2026-02", 0.0), ("North", "2026-03", 0.0),
    ]  # fmt: skip


def test_coverage_is_nothing_once_the_goal_is_reached(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1", amount=400),
        deal("2", "open", 900, expected_close_on=day("2026-03-01")),
        deal("3", "open", 5000, expected_close_on=day("2026-06-01")),
    )
    quarter = {"start": day("2026-01-01"), "end": day("2026-04-01")}
    for amount, expected in ((1000, (1.5, 5900 / 600)), (400, (None, None))):
        target = Target(dimension="company", value="", amount=amount, **quarter)
        found = ask(data, "coverage", "coverage_all_open", targets=(target,), **quarter)
        assert found.rows == (expected,)


def test_rows_add_up_to_their_figure(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        *(deal(str(i), "won" if i % 2 else "lost", 100 + i, rep_id=f"r{i % 4 + 1}") for i in range(12))
    )
    query = Query(kpis=("won_amount",), by=("team",), where=(("region", "East"),))
    found = rows("won_amount", data, CALENDAR, query)
    assert sum(found.column("won_amount")) == sum(run(query, data, CALENDAR).column("won_amount"))
    assert len(found.rows) == len({row[1] for row in found.rows})


def test_rows_of_a_ratio_carry_its_parts(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"), deal("2", "lost"), deal("3", "open"))
    found = rows("win_rate", data, CALENDAR, Query(kpis=("win_rate",)))
    assert (sum(found.column("won_count")), sum(found.column("closed_count"))) == (1, 2)


def test_rows_of_a_kpi_of_two_times_are_refused(make_dataset: MAKE, deal: MAKE) -> None:
    with pytest.raises(BadUsage, match="different times"):
        rows("sales_velocity", make_dataset(deal("1")), CALENDAR, Query(kpis=("sales_velocity",)))


def test_csv_has_the_currency_s_decimals_and_empty_nulls(make_dataset: MAKE, deal: MAKE) -> None:
    found = ask(make_dataset(deal("1", amount=12345)), "won_amount", "win_rate", by=("team",))
    assert found.to_csv(2) == "team,won_amount,win_rate\nCoast,0.00,\nNorth,123.45,1.0\nSouth,0.00,\n"


def test_records_have_the_keys_of_the_csv(make_dataset: MAKE, deal: MAKE) -> None:
    found = ask(make_dataset(deal("1", amount=12345)), "won_amount", "win_rate")
    assert found.to_records(2) == [{"won_amount": 123.45, "win_rate": 1.0}]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"kpis": ("won_amnt",)}, "won_amount"),
        ({"kpis": ("won_amount",), "by": ("teem",)}, "team"),
        ({"kpis": ("won_amount",), "where": (("teem", "x"),)}, "team"),
        ({"kpis": ("won_amount",), "where": (("team", "Nort"),)}, "North"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(
    make_dataset: MAKE, query: dict[str, Any], word: str
) -> None:
    with pytest.raises(UnknownName, match=word):
        run(Query(**query), make_dataset(), CALENDAR)


@pytest.mark.parametrize(
    "query",
    [
        {"kpis": ()},
        {"kpis": ("won_amount", "won_amount")},
        {"kpis": ("won_amount",), "by": ("month", "year")},
        {"kpis": ("won_amount",), "start": dt.date(2026, 2, 1), "end": dt.date(2026, 2, 1)},
    ],
)
def test_a_query_that_cannot_be_meant_is_refused(query: dict[str, Any]) -> None:
    with pytest.raises(BadUsage):
        Query(**query)


def test_the_number_of_scans_does_not_grow_with_the_kpis(make_dataset: MAKE, deal: MAKE) -> None:
    few, many = make_dataset(deal("1")), make_dataset(deal("1"))
    # A median takes a scan of its own.
    ask(few, "won_amount", "created_count", "open_count", "median_deal", by=("product",))
    closed = [name for name, kpi in catalogue().items() if kpi.kind != "weighted" and kpi.basis != "at_start"]
    ask(many, *(name for name in closed if name != "sales_velocity"), by=("product",))
    assert many.queries == few.queries


DEALS = st.lists(
    st.tuples(
        st.sampled_from(["won", "lost", "open"]),
        st.integers(0, 10**6),
        st.sampled_from(["r1", "r2", "r3", "r4", None]),
        st.sampled_from(["Base", "Plus", None]),
        st.dates(dt.date(2025, 1, 1), dt.date(2026, 3, 31)),
        st.integers(0, 90),
    ),
    max_size=25,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=DEALS)
def test_parts_add_up_over_dimensions_and_time(
    make_dataset: MAKE, deal: MAKE, found: list[tuple[Any, ...]]
) -> None:
    data = make_dataset(
        *(
            deal(
                str(i), status, amount, rep_id=rep, product=product, created_on=created,
                closed_on=None if status == "open" else created + dt.timedelta(days=days),
            )
            for i, (status, amount, rep, product, created, days) in enumerate(found)
        )
    )  # fmt: skip
    names = [name for name, kpi in catalogue().items() if kpi.additive and kpi.kind == "sum"]
    whole = ask(data, *names)
    for by in (("rep",), ("team",), ("product", "region")):
        parts = ask(data, *names, by=by)
        assert [sum(parts.column(name)) for name in names] == list(whole.rows[0])
    over_time = [name for name in names if catalogue().get(name).additive_over_time]
    for grain in ("week", "month", "quarter"):
        parts = ask(data, *over_time, grain=grain)
        assert [sum(parts.column(name)) for name in over_time] == [
            whole.column(name)[0] for name in over_time
        ]


def test_windows_may_overlap_and_each_tells_its_own_days(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1", closed_on=day("2026-01-20")), deal("2", closed_on=day("2026-02-20")), deal("3", "open")
    )
    windows = tuple(
        Period(label=label, start=day(start), end=day(end))
        for label, start, end in (("all", "2026-01-01", "2026-04-01"), ("early", "2026-01-01", "2026-02-01"))
    )
    found = ask(
        data, "won_count", "created_count", "open_count", "sales_velocity", by=("region",), windows=windows
    )
    assert found.rows[:2] == (("East", "all", 2, 3, 1, 0.0), ("East", "early", 1, 3, 2, 0.0))
    for window in windows:
        alone = ask(data, "won_count", "created_count", "open_count", start=window.start, end=window.end)
        assert [row[2:5] for row in found.rows if row[:2] == ("East", window.label)] == list(alone.rows)


def test_windows_and_other_days_together_are_refused() -> None:
    window = Period(label="w", start=day("2026-01-01"), end=day("2026-02-01"))
    with pytest.raises(BadUsage, match="alone"):
        Query(kpis=("won_count",), windows=(window,), start=day("2026-01-01"))
