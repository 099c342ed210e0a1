"""Curves by any dimension: the deals are counted by age as every other KPI counts them, in one grouped query."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, BadUsage, UnknownName
from salesnb.kpis import Query, run
from salesnb.kpis.aging import CURVE_BASIS, AgedDeals, count_by_age, curves_of
from salesnb.kpis.curves import win_curve

MAKE = Callable[..., Any]
CALENDAR = FiscalCalendar()
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "win_curves.json").read_text(encoding="utf-8"))
JANUARY_10 = dt.date(2026, 1, 10)


def count(data: Any, half_life_days: float | None = None, **asked: Any) -> AgedDeals:
    return count_by_age(Query(kpis=(CURVE_BASIS,), **asked), data, CALENDAR, half_life_days=half_life_days)


def ages(found: AgedDeals, *key: str | None) -> list[tuple[str, int, int, float]]:
    return sorted((one.outcome, one.age, one.entered, one.count) for one in found.groups[key])


def test_an_age_is_from_creation_to_closing_or_to_the_as_of_day(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"), deal("2"), deal("3", "lost"), deal("4", "open"))
    assert ages(count(data)) == [("lost", 10, 0, 1), ("open", 80, 0, 1), ("won", 10, 0, 2)]


def test_a_deal_that_closed_later_is_open_as_of_a_day(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"), deal("2", created_on=dt.date(2026, 1, 18)))
    assert ages(count(data, as_of=dt.date(2026, 1, 15))) == [("open", 5, 0, 1)]
    assert ages(count(data, as_of=dt.date(2026, 1, 20))) == [("won", 2, 0, 1), ("won", 10, 0, 1)]


def test_only_deals_created_in_the_days_asked_for_count(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1"), deal("2", created_on=dt.date(2026, 1, 11)), deal("3", created_on=dt.date(2026, 1, 12))
    )
    assert ages(count(data, start=dt.date(2026, 1, 11), end=dt.date(2026, 1, 12))) == [("won", 9, 0, 1)]


def test_a_deal_without_created_date_has_no_age_and_is_counted_apart(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1"), deal("2", "open", created_on=None), deal("3", created_on=None, rep_id="r3")
    )
    found = count(data, by=("team",))
    assert found.undated == {("East/North",): 1, ("West/Coast",): 1}
    assert ages(found, "East/North") == [("won", 10, 0, 1)]
    assert [group.key for group in curves_of(found)] == [("North",)]


def test_closed_before_it_was_created_is_closed_at_age_zero(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", created_on=dt.date(2026, 1, 25)))
    assert ages(count(data)) == [("won", 0, 0, 1)]


def test_a_deal_created_before_anything_is_known_of_closing_counts_from_its_age_then(
    make_dataset: MAKE, deal: MAKE
) -> None:
    old = dt.date(2025, 12, 12)
    data = make_dataset(deal("1"), deal("2", created_on=old), deal("3", "open", created_on=old))
    found = count(data)
    assert found.first_known == dt.date(2026, 1, 1)
    assert ages(found) == [("open", 109, 20, 1), ("won", 10, 0, 1), ("won", 39, 20, 1)]


def test_nothing_closed_leaves_every_deal_at_risk_from_its_first_day(make_dataset: MAKE, deal: MAKE) -> None:
    found = count(make_dataset(deal("1", "open")))
    assert (found.first_known, ages(found)) == (None, [("open", 80, 0, 1)])


def test_groups_are_those_of_every_other_kpi(make_dataset: MAKE, deal: MAKE) -> None:
    rows = [
        deal(str(n), status, rep_id=f"r{n % 4 + 1}", product=("Base", "Plus")[n % 2], account_id=f"a{n % 3}")
        for n, status in enumerate(["won", "lost", "open", "won", "won"] * 4)
    ]
    data = make_dataset(*rows)
    for by in ((), ("team",), ("rep",), ("product", "region"), ("sector",), ("month",), ("month", "team")):
        found = count(data, by=by)
        created = run(Query(kpis=("created_count",), by=by), data, CALENDAR).rows
        expected = {row[:-1]: row[-1] for row in created if row[-1]}
        assert {
            found.labels[key]: sum(t.count for t in some) for key, some in found.groups.items()
        } == expected


def test_filters_hold(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"), deal("2", "lost", rep_id="r3"), deal("3", "lost", account_id="a2"))
    assert ages(count(data, where=(("region", "East"), ("sector", "retail")))) == [("won", 10, 0, 1)]
    with pytest.raises(UnknownName, match="There is no region 'Nort'"):
        count(data, where=(("region", "Nort"),))


def test_counting_takes_one_grouped_query_however_many_groups_there_are(
    make_dataset: MAKE, deal: MAKE, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_dataset(*(deal(str(n), rep_id=f"r{n % 4 + 1}") for n in range(12)))
    asked: list[str] = []
    real = data.backend.to_pyarrow
    monkeypatch.setattr(
        data.backend, "to_pyarrow", lambda *a, **k: (asked.append(str(a[0])), real(*a, **k))[1]
    )
    numbers = []
    for by in ((), ("rep",), ("rep", "product")):
        asked.clear()
        count(data, by=by, labels=False)
        numbers.append(sum("Aggregate" in query for query in asked))
    # One counts, the other finds the first day on which anything closed.
    assert numbers == [2, 2, 2]


@pytest.mark.parametrize("name", ["stage", "status", "opportunities.stage", "loss_reason"])
def test_a_dimension_that_says_how_deals_ended_is_refused(make_dataset: MAKE, deal: MAKE, name: str) -> None:
    with pytest.raises(BadUsage, match="says how a deal ended"):
        count(make_dataset(deal("1")), by=(name,))
    with pytest.raises(BadUsage, match="says how a deal ended"):
        count(make_dataset(deal("1")), where=((name, "won"),))


def test_a_half_life_halves_older_deals_and_keeps_what_they_can_tell(make_dataset: MAKE, deal: MAKE) -> None:
    year_ago = dt.date(2025, 3, 10)
    old = [deal(f"o{n}", "lost", created_on=year_ago, closed_on=dt.date(2025, 3, 20)) for n in range(4)]
    new = [deal(f"n{n}", created_on=dt.date(2026, 3, 10), closed_on=dt.date(2026, 3, 20)) for n in range(4)]
    found = count(make_dataset(*old, *new), half_life_days=365.25)
    lost, won = ages(found)
    assert lost[3] == pytest.approx(won[3] / 2)
    # Kish: (4 + 2)^2 / (4 + 4/4) = 7.2 deals tell as much.
    assert lost[3] + won[3] == pytest.approx(7.2)
    with pytest.raises(BadInput, match="half-life is 0 days"):
        count(make_dataset(deal("1")), half_life_days=0)


def test_groups_are_told_in_the_order_of_the_contract(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", account_id=None), deal("2"), deal("3", account_id="a2"))
    assert [group.key for group in curves_of(count(data, by=("sector",)))] == [
        (None,),
        ("medical",),
        ("retail",),
    ]


def test_without_any_deal_there_is_one_curve_of_nothing(make_dataset: MAKE) -> None:
    (group,) = curves_of(count(make_dataset()))
    assert (group.key, group.curve.told_to, group.curve.created) == ((), None, 0)
    assert curves_of(count(make_dataset(), by=("team",))) == ()


def test_all_groups_together_are_the_whole(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(*(deal(str(n), rep_id=f"r{n % 4 + 1}") for n in range(9)))
    together = count(data, by=("rep",)).pooled()
    assert sum(tally.count for tally in together) == 9
    assert win_curve(together, least=1) == win_curve(count(data).pooled(), least=1)


def test_four_win_rates_have_four_names(make_dataset: MAKE, deal: MAKE) -> None:
    vector = VECTORS["four_win_rates"]
    statuses = [
        status
        for status, number in zip(("won", "lost", "open"), vector["created_in_january"], strict=True)
        for _ in range(number)
    ]
    january = [deal(f"j{n}", status, amount=100) for n, status in enumerate(statuses)]
    december = [deal(f"d{n}", created_on=dt.date(2025, 12, 1), amount=700) for n in range(10)]
    data = make_dataset(*january, *december)
    names = ("win_rate", "win_rate_value", "win_rate_cohort", "win_rate_cohort_closed")
    period = {"start": dt.date(2026, 1, 1), "end": dt.date(2026, 2, 1)}
    found = run(Query(kpis=names, **period), data, CALENDAR).rows[0]
    assert found == (
        13 / 20,
        (300 + 7000) / (1000 + 7000),
        vector["win_rate_cohort"],
        vector["win_rate_cohort_closed"],
    )
