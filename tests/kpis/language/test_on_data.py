"""KPIs that are defined as data, computed: against the standard ones, and against plain Python."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import BadInput, SalesnbError
from salesnb.kpis import Kpi, Query, catalogue, rows, run, with_definition
from salesnb.kpis.definition import Definition
from salesnb.registry import Registry

pytestmark = pytest.mark.slow

CALENDAR = FiscalCalendar(1, "monday")
SAME = {
    "won_amount": ("sum(amount where won)", "money"),
    "closed_count": ("count(where won or lost)", "count"),
    "win_rate": ("count(where won) / count(where won or lost)", "ratio"),
    "win_rate_value": (
        "sum(expected_amount where won) / sum(expected_amount where status in ('won', 'lost'))",
        "ratio",
    ),
    "win_rate_cohort": ("count(where won at created_on) / count(at created_on)", "ratio"),
    "created_amount": ("sum(expected_amount at created_on)", "money"),
    "average_deal": ("mean(amount where won)", "money"),
    "median_deal": ("median(amount where won)", "money"),
    "long_cycle_days": ("quantile(days(created_on, closed_on), 0.9 where won)", "days"),
    "mean_cycle_days": ("mean(days(created_on, closed_on) where won)", "days"),
    "open_amount": ("sum(expected_amount at as_of)", "money"),
    "open_at_start_count": ("count(at at_start)", "count"),
    "open_undated_count": ("count(where expected_close_on is null at as_of)", "count"),
}
ASKED = [
    {},
    {"by": ("team",)},
    {"by": ("rep", "product")},
    {"grain": "month", "start": dt.date(2025, 11, 1)},
    {"by": ("region",), "grain": "quarter", "as_of": dt.date(2026, 2, 10)},
    {"by": ("sector",), "where": (("team", "North"),)},
    {"by": ("team",), "restated": True, "start": dt.date(2026, 1, 1)},
    {"windows": (Period(label="a", start=dt.date(2026, 1, 1), end=dt.date(2026, 2, 20)), Period(label="b", start=dt.date(2025, 12, 1), end=dt.date(2026, 3, 1)))},
]  # fmt: skip


def some_deals(deal: Callable[..., dict[str, Any]], count: int = 120) -> list[dict[str, Any]]:
    """Make up deals with every kind of gap, always the same."""
    pick = random.Random(5)
    found = []
    for number in range(count):
        status = pick.choice(["won", "lost", "open"])
        created = dt.date(2025, 10, 1) + dt.timedelta(days=pick.randrange(170))
        closed = None if status == "open" else created + dt.timedelta(days=pick.randrange(0, 60))
        amount = pick.randrange(0, 90_000)
        found.append(
            deal(
                str(number), status, amount,
                rep_id=pick.choice(["r1", "r2", "r3", "r4", None]),
                account_id=pick.choice(["a1", "a2", None]),
                product=pick.choice(["Base", "Plus", None]),
                channel=pick.choice(["web", "Größe's", None]),
                created_on=pick.choice([created, created, created, None]),
                closed_on=closed,
                expected_close_on=pick.choice([created + dt.timedelta(days=90), None]),
                probability=pick.choice([0.25, 0.5, None]),
            )
        )  # fmt: skip
    return found


def with_all(definitions: dict[str, tuple[str, str]], data: Any) -> Registry[Kpi]:
    known = catalogue()
    for name, (expression, unit) in definitions.items():
        known = with_definition(known, Definition(name=name, expression=expression, unit=unit), data)
    return known


def test_a_definition_of_a_standard_kpi_gives_the_same_however_it_is_asked(make_dataset, deal) -> None:
    data = make_dataset(*some_deals(deal))
    known = with_all({f"my_{name}": same for name, same in SAME.items()}, data)
    for asked in ASKED:
        names = tuple(SAME)
        result = run(Query(kpis=(*names, *(f"my_{name}" for name in names)), **asked), data, CALENDAR, known)
        for name in names:
            assert result.column(f"my_{name}") == result.column(name), (name, asked)
    assert len(set(result.column("won_amount"))) > 1


def won(row: dict[str, Any]) -> bool:
    return row["status"] == "won"


# Each against what it says in plain Python; a deal's team is that of r1 to r4 when it closed, see conftest.
MEANT: dict[str, tuple[str, str, Callable[[list[dict[str, Any]]], Any]]] = {
    "of_a_channel": (
        "count(where channel = 'Größe''s')", "count",
        lambda deals: sum(row["channel"] == "Größe's" for row in deals),
    ),
    "but_a_product": (
        "count(where product != 'Base')", "count",
        lambda deals: sum(row["product"] not in (None, "Base") for row in deals),
    ),
    "not_of_some": (
        "count(where product not in ('Base') or product is null)", "count",
        lambda deals: sum(row["product"] != "Base" for row in deals),
    ),
    "of_a_region": (
        "sum(amount where region = 'East')", "money",
        lambda deals: sum(row["amount"] for row in deals if row["rep_id"] in ("r1", "r2")),
    ),
    "of_two_of_a_name": (
        "count(where rep = 'Cid')", "count", lambda deals: sum(row["rep_id"] in ("r3", "r4") for row in deals)
    ),
    "of_a_sector": (
        "count(where won and accounts.sector in ('medical'))", "count",
        lambda deals: sum(won(row) and row["account_id"] == "a2" for row in deals),
    ),
    "large": ("count(where amount >= 450.01)", "count", lambda deals: sum(row["amount"] >= 45_001 for row in deals)),
    "quick": (
        "count(where 30 > days(created_on, closed_on))", "count",
        lambda deals: sum((row["created_on"] or dt.date.min) > row["closed_on"] - dt.timedelta(days=30) for row in deals),
    ),
    "discount": (
        "sum(expected_amount - amount where won)", "money",
        lambda deals: sum(row["expected_amount"] - row["amount"] for row in deals if won(row)),
    ),
    "in_days": (
        "count(where closed_on in ('2026-01-05', '2026-01-06') or closed_on > '2026-02-27')", "count",
        lambda deals: sum(
            row["closed_on"] in (dt.date(2026, 1, 5), dt.date(2026, 1, 6)) or row["closed_on"] > dt.date(2026, 2, 27)
            for row in deals
        ),
    ),
    "doubted": (
        "count(where probability <= 0.25)", "count",
        lambda deals: sum(row["probability"] is not None and row["probability"] <= 0.25 for row in deals),
    ),
    "accounts_won": (
        "count_distinct(account where won)", "count",
        lambda deals: len({row["account_id"] for row in deals if won(row)} - {None}),
    ),
    "never": ("count_distinct(rep where amount < 0)", "count", lambda _: 0),
    "spread": (
        "max(amount where won) - min(amount where won)", "money",
        lambda deals: max(row["amount"] for row in deals if won(row)) - min(row["amount"] for row in deals if won(row)),
    ),
    "middle": (
        "median(2 * amount + 1.00 where lost or won)", "money", lambda deals: median(2 * row["amount"] + 100 for row in deals)
    ),
    "nobody": ("median(amount where amount < 0)", "money", lambda _: None),
    "per_rep": (
        "count() / count_distinct(rep_id)", "count",
        lambda deals: float(Fraction(len(deals), len({row["rep_id"] for row in deals} - {None}))),
    ),
}  # fmt: skip


def test_figures_are_what_plain_python_says(make_dataset, deal) -> None:
    deals = some_deals(deal)
    data = make_dataset(*deals)
    known = with_all({name: (text, unit) for name, (text, unit, _) in MEANT.items()}, data)
    result = run(Query(kpis=tuple(MEANT)), data, CALENDAR, known)
    closed = [row for row in deals if row["closed_on"] is not None and row["closed_on"] <= data.meta.as_of]
    expected = {name: meant(closed) for name, (_, _, meant) in MEANT.items()}
    assert dict(zip(MEANT, result.rows[0], strict=True)) == expected


# Of deals that are open on a day: what their age is on that day, in plain Python.
AGED: dict[str, tuple[str, str, Callable[[list[dict[str, Any]], dt.date], Any]]] = {
    "median_age": (
        "median(days(created_on, as_of) at as_of)", "days",
        lambda deals, day: median(ages(deals, day)) if ages(deals, day) else None,
    ),
    "oldest": (
        "max(days(created_on, as_of) at as_of)", "days", lambda deals, day: max(ages(deals, day), default=None)
    ),
    "mean_age": (
        "mean(days(created_on, as_of) at as_of)", "days",
        lambda deals, day: float(Fraction(sum(ages(deals, day)), len(ages(deals, day)))) if ages(deals, day) else None,
    ),
    "old_count": (
        "count(where days(created_on, as_of) > 30 at as_of)", "count",
        lambda deals, day: sum(age > 30 for age in ages(deals, day)),
    ),
    "overdue": (
        "sum(expected_amount where expected_close_on < as_of at as_of)", "money",
        lambda deals, day: sum(
            row["expected_amount"] for row in deals if row["expected_close_on"] and row["expected_close_on"] < day
        ),
    ),
    "days_to_close": (
        "sum(days(as_of, expected_close_on) where expected_close_on >= as_of at as_of)", "days",
        lambda deals, day: sum(
            (row["expected_close_on"] - day).days for row in deals
            if row["expected_close_on"] and row["expected_close_on"] >= day
        ),
    ),
}  # fmt: skip


def ages(deals: list[dict[str, Any]], day: dt.date) -> list[int]:
    return [(day - row["created_on"]).days for row in deals if row["created_on"]]


def open_on(deals: list[dict[str, Any]], day: dt.date) -> list[dict[str, Any]]:
    return [
        row
        for row in deals
        if (row["created_on"] is None or row["created_on"] <= day)
        and (row["closed_on"] is None or row["closed_on"] > day)
    ]


def aged(data: Any) -> Registry[Kpi]:
    return with_all({name: (text, unit) for name, (text, unit, _) in AGED.items()}, data)


@pytest.mark.parametrize("as_of", [dt.date(2026, 3, 31), dt.date(2026, 3, 10)])
def test_an_age_is_that_on_the_day_as_of_which_each_bucket_is_told(
    make_dataset, deal, as_of: dt.date
) -> None:
    """Of a month its last day, or the as-of day within it."""
    deals = some_deals(deal)
    data = make_dataset(*deals)
    query = Query(kpis=tuple(AGED), grain="month", start=dt.date(2025, 11, 1), as_of=as_of)
    ends = [dt.date(2025, 11, 30), dt.date(2025, 12, 31), dt.date(2026, 1, 31), dt.date(2026, 2, 28), as_of]
    expected = [tuple(meant(open_on(deals, day), day) for _, _, meant in AGED.values()) for day in ends]
    found = run(query, data, CALENDAR, aged(data)).rows
    assert [row[1:] for row in found] == expected
    assert all(expected[-1])


def test_an_age_before_a_period_is_that_on_the_day_before_it(make_dataset, deal) -> None:
    deals = some_deals(deal)
    data = make_dataset(*deals)
    known = with_all({"age": ("median(days(created_on, as_of) at at_start)", "days")}, data)
    day = dt.date(2026, 1, 31)
    found = run(Query(kpis=("age",), start=dt.date(2026, 2, 1)), data, CALENDAR, known)
    assert found.rows == ((median(ages(open_on(deals, day), day)),),)


@pytest.mark.parametrize("more", [{}, {"restated": True}, {"credit": "credit"}], ids=str)
def test_an_age_is_the_same_whosever_the_organisation_and_the_credit(make_dataset, deal, more) -> None:
    """Bob is of South from 15 February; told of January, what is his is of North, or of South when restated."""
    day = dt.date(2026, 1, 31)
    data = make_dataset(
        deal("1", "open", rep_id="r2", created_on=dt.date(2026, 1, 1)),
        deal("2", "open", rep_id="r2", created_on=dt.date(2026, 1, 21)),
    )
    data.backend.con.execute(
        "CREATE TABLE credited AS SELECT * FROM (VALUES ('1', 'r2', 'revenue', 0.6, 60::BIGINT, 60::BIGINT),"
        " ('1', 'r1', 'revenue', 0.4, 40, 40)) t(opportunity_id, rep_id, kind, share, amount, expected_amount)"
    )
    query = Query(
        kpis=("median_age", "mean_age"),
        by=("team",),
        grain="month",
        start=day,
        end=day + dt.timedelta(1),
        **more,
    )
    found = {row[0]: row[2:] for row in run(query, data, CALENDAR, aged(data)).rows}
    assert found["South" if "restated" in more else "North"] == (20.0, 20.0)


def test_rows_behind_an_age_have_that_of_the_day(make_dataset, deal) -> None:
    data = make_dataset(deal("1", "open"), deal("2", "open", created_on=None), as_of=dt.date(2026, 3, 31))
    query = Query(kpis=("oldest",), grain="month", start=dt.date(2026, 2, 1))
    assert rows("oldest", data, CALENDAR, query, aged(data)).column("oldest") == (49, 80)


@pytest.mark.parametrize(
    "expression", ["median(days(created_on, as_of))", "count(where created_on < as_of at created_on)"]
)
def test_the_day_told_is_refused_where_deals_are_of_many_days(make_dataset, expression: str) -> None:
    definition = Definition(name="mine", expression=expression, unit="days")
    with pytest.raises(BadInput, match="as_of is the day on which open deals are told") as caught:
        with_definition(catalogue(), definition, make_dataset())
    assert "at as_of" in str(caught.value)


def test_the_order_of_rows_does_not_matter(make_dataset, deal) -> None:
    deals = some_deals(deal, 60)
    definitions = {name: (text, unit) for name, (text, unit, _) in MEANT.items()}
    query = Query(kpis=tuple(MEANT), by=("region",))
    shown = []
    for ordered in (deals, deals[::-1]):
        data = make_dataset(*ordered)
        shown.append(run(query, data, CALENDAR, with_all(definitions, data)).rows)
    assert shown[0] == shown[1]


def test_amounts_in_an_expression_are_in_major_units_of_the_datas_currency(make_dataset, deal) -> None:
    definition = Definition(name="mine", expression="count(where amount >= 50)", unit="count")
    for digits, amounts in ((0, (49, 50, 51)), (2, (4_999, 5_000, 5_100)), (3, (49_999, 50_000, 60_000))):
        data = make_dataset(*(deal(str(amount), amount=amount) for amount in amounts))
        object.__setattr__(data.meta, "digits", digits)
        assert run(
            Query(kpis=("mine",)), data, CALENDAR, with_definition(catalogue(), definition, data)
        ).rows == ((2,),)
    with pytest.raises(BadInput, match="at most 3 decimals"):
        with_definition(
            catalogue(),
            Definition(name="mine", expression="count(where amount > 0.0001)", unit="count"),
            data,
        )


def test_a_condition_on_the_organisation_is_that_of_the_day_that_counts(make_dataset, deal) -> None:
    # Bob was in North until 14 February.
    data = make_dataset(
        deal("1", rep_id="r2", closed_on=dt.date(2026, 2, 14)),
        deal("2", rep_id="r2", closed_on=dt.date(2026, 2, 15)),
    )
    known = with_all({"north": ("count(where team = 'North')", "count")}, data)
    assert run(Query(kpis=("north",)), data, CALENDAR, known).rows == ((1,),)
    assert run(Query(kpis=("north",), restated=True), data, CALENDAR, known).rows == ((0,),)
    assert run(Query(kpis=("north",), by=("team",)), data, CALENDAR, known).rows == (
        ("Coast", 0),
        ("North", 1),
        ("South", 0),
    )


def test_by_credit_a_condition_on_a_team_counts_what_that_team_has_of_a_deal(make_dataset, deal) -> None:
    data = make_dataset(deal("1", amount=100), deal("2", amount=50, rep_id="r3"))
    data.backend.con.execute(
        "CREATE TABLE credited AS SELECT * FROM (VALUES ('1', 'r1', 'revenue', 0.6, 60::BIGINT, 60::BIGINT),"
        " ('1', 'r3', 'revenue', 0.4, 40, 40)) t(opportunity_id, rep_id, kind, share, amount, expected_amount)"
    )
    known = with_all(
        {
            "coast": ("sum(amount where team = 'Coast')", "money"),
            "deals": ("count(where team = 'Coast')", "count"),
        },
        data,
    )
    asked = ("coast", "deals", "won_amount", "won_count")
    by_team = run(Query(kpis=asked, by=("team",), credit="credit"), data, CALENDAR, known).rows
    assert by_team == (("Coast", 90, 2, 90, 2), ("North", 0, 0, 60, 1), ("South", 0, 0, 0, 0))
    assert run(Query(kpis=asked), data, CALENDAR, known).rows == ((50, 1, 150, 2),)
    assert run(Query(kpis=asked, credit="credit"), data, CALENDAR, known).rows == ((90, 2, 150, 2),)


def test_by_credit_a_deal_of_several_teams_stays_one_for_kpis_that_read_no_team(make_dataset, deal) -> None:
    data = make_dataset(deal("1", amount=100))
    data.backend.con.execute(
        "CREATE TABLE credited AS SELECT * FROM (VALUES ('1', 'r1', 'revenue', 0.6, 60::BIGINT, 60::BIGINT),"
        " ('1', 'r2', 'revenue', 0.4, 40, 40)) t(opportunity_id, rep_id, kind, share, amount, expected_amount)"
    )
    data.backend.con.execute("UPDATE rep_nodes SET node = 'East/South' WHERE rep_id = 'r2'")
    known = with_all(
        {
            "north": ("sum(amount where team = 'North')", "money"),
            "of_bob": ("sum(amount where rep = 'Bob')", "money"),
        },
        data,
    )
    query = Query(kpis=("north", "of_bob", "won_count", "won_amount"), by=("region",), credit="credit")
    assert run(query, data, CALENDAR, known).rows == (("East", 60, 40, 1, 100), ("West", 0, 0, 0, 0))


def test_rows_add_up_to_the_figure(make_dataset, deal) -> None:
    data = make_dataset(*some_deals(deal))
    known = with_all(
        {
            "east": ("sum(amount where won and region = 'East')", "money"),
            "share": ("sum(amount where won and region = 'East') / won_amount", "ratio"),
            "north": ("sum(expected_amount where team = 'North' at as_of)", "money"),
        },
        data,
    )  # fmt: skip
    for name in ("east", "north"):
        figure = run(Query(kpis=(name,)), data, CALENDAR, known).rows[0][0]
        assert figure > 0
        assert sum(rows(name, data, CALENDAR, Query(kpis=(name,)), known).column(name)) == figure
    listed = rows("share", data, CALENDAR, Query(kpis=("share",)), known)
    value = run(Query(kpis=("share",)), data, CALENDAR, known).rows[0][0]
    assert sum(listed.column("share__1")) / sum(listed.column("won_amount")) == value
    assert "share__1 is sum(amount where won and region = 'East' at closed_on)." in listed.notices


def test_figures_of_accounts_can_be_compared_and_ranked(make_dataset, deal) -> None:
    data = make_dataset(
        deal("1"), deal("2", account_id="a2"), deal("3", account_id=None), deal("4", account_id="a2")
    )
    known = with_all(
        {
            "of_large": ("count(where accounts.employees >= 1_000)", "count"),
            "of_small": ("count(where employees + 1 < 12)", "count"),
            "usual_size": ("median(employees where won)", "count"),
        },
        data,
    )  # fmt: skip
    query = Query(kpis=("of_large", "of_small", "usual_size", "won_count"))
    assert run(query, data, CALENDAR, known).rows == ((2, 1, 2000.0, 4),)
    by_sector = run(replace(query, by=("accounts.sector",)), data, CALENDAR, known).rows
    assert by_sector == ((None, 0, 0, None, 1), ("medical", 2, 0, 2000.0, 2), ("retail", 0, 1, 10.0, 1))


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("count(where chanel = 'web')", "Did you mean 'channel'"),
        ("count(where channel = 'wep')", "Did you mean 'web'"),
        ("count(where team = 'Nort')", "Did you mean 'North'"),
        ("count(where rep = 'Zed')", "There is no rep 'Zed'"),
        ("count(where product in ('Base', 'Pluss'))", "Did you mean 'Plus'"),
        ("count(where stage = 'Won''')", "no stage"),
    ],
)
def test_a_column_or_value_that_the_data_does_not_have_is_refused(
    make_dataset, deal, expression: str, told: str
) -> None:
    data = make_dataset(deal("1"), deal("2", channel="phone"))
    with pytest.raises(BadInput) as caught:
        with_definition(catalogue(), Definition(name="mine", expression=expression, unit="count"), data)
    assert told in str(caught.value)
    assert "KPI mine, expression" in str(caught.value)


def test_a_name_that_the_data_has_for_a_dimension_is_refused(make_dataset, deal) -> None:
    definition = Definition(name="channel", expression="count()", unit="count")
    with pytest.raises(BadInput, match="'channel' has the name of a column or dimension"):
        with_definition(catalogue(), definition, make_dataset(deal("1")))


@pytest.mark.parametrize(
    "value", ["' OR 1=1 --", "a'; DROP TABLE opportunities; --", "{0}", "%s", "\\", "𝔘", '"', "`"]
)
def test_a_value_is_a_value_whatever_stands_in_it(make_dataset, deal, value: str) -> None:
    data = make_dataset(deal("1", channel=value), deal("2"))
    text = "'" + value.replace("'", "''") + "'"
    definition = Definition(
        name="mine", expression=f"count(where channel = {text} and name is null)", unit="count"
    )
    assert run(
        Query(kpis=("mine",)), data, CALENDAR, with_definition(catalogue(), definition, data)
    ).rows == ((1,),)
    free = Definition(name="free", expression=f"count(where opportunity_id = {text})", unit="count")
    assert run(Query(kpis=("free",)), data, CALENDAR, with_definition(catalogue(), free, data)).rows == (
        (0,),
    )


PIECES = [
    "won", "lost", "amount", "expected_amount", "created_on", "closed_on", "probability", "channel", "team", "rep",
    "accounts.sector", "days(created_on, closed_on)", "and", "or", "not", "in", "(", ")", "=", "!=", "<", ">=", "+",
    "-", "*", "'web'", "'North'", "'2026-01-20'", "0", "1", "0.5", "is null", "is not null", ",",
]  # fmt: skip
conditions = st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map(" ".join)
KINDS = ["count(where {})", "sum(amount where {})", "median(amount where {})", "count_distinct(rep where {})",
         "mean(amount - expected_amount where {})", "max({})", "count(where {} at created_on)", "count(where {} at as_of)"]  # fmt: skip


def test_whatever_compiles_can_be_computed(make_dataset, deal) -> None:
    data = make_dataset(*some_deals(deal, 8), deal("x"))
    computed = []

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(KINDS), conditions, st.sampled_from(["count", "money", "days"]))
    def attempt(kind: str, condition: str, unit: str) -> None:
        try:
            definition = Definition(name="mine", expression=kind.format(condition), unit=unit)
            known = with_definition(catalogue(), definition, data)
        except SalesnbError:
            return
        computed.append(definition.expression)
        run(Query(kpis=("mine",), by=("team",)), data, CALENDAR, known)

    attempt()
    assert computed
