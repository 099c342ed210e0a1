"""Retention, orders and curves over age: on every engine what the imported data says, and what plain Python says."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

pytestmark = pytest.mark.engines
ENGINES = ("postgres", "spark")
YEAR = dt.date(2025, 3, 1), dt.date(2026, 3, 1)
RETENTION = (
    "nrr",
    "grr",
    "retention_start_amount",
    "retention_net_amount",
    "retention_gross_amount",
    "expansion_amount",
    "contraction_amount",
    "churn_amount",
)
ASKED: dict[str, dict[str, Any]] = {
    "by rep and team of a country": {"by": ("rep", "team"), "where": (("country", "FR"),)},
    "by source, credited": {"by": ("lead_source", "team"), "credit": "credit"},
}


SALES = ("orders", "opportunities")


def query(*kpis: str, **more: Any) -> Any:
    from salesnb.kpis import Query

    return Query(kpis=kpis, labels=False, **more)


def told(asked: Any, data: Any) -> Any:
    """Compute an answer anew, whatever is kept."""
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import catalogue
    from salesnb.kpis.engine import Run

    return Run(asked, data, FiscalCalendar(), catalogue()).result()


@pytest.fixture(params=SALES)
def sales(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have retention read the orders, as it does where there are both, or the opportunities."""
    if request.param == "opportunities":
        monkeypatch.setattr("salesnb.kpis.cohorts.deals_of_sales", lambda _: None)
    return str(request.param)


# Spark takes long for a statement, whatever it says; one of each kind will do.
@pytest.mark.parametrize(
    ("engine", "asked"),
    [("postgres", asked) for asked in ASKED.values()] + [("spark", ASKED["by rep and team of a country"])],
    ids=[*(f"postgres-{name}" for name in ASKED), "spark"],
)
def test_retention_is_that_of_the_imported_data(
    engine: str, asked: dict[str, Any], open_engine: Callable[[str], Any], sales: str
) -> None:
    """Few accounts that buy everywhere: nearly every amount is shared among places, down to the last cent."""
    months = query(*RETENTION, grain="month", start=dt.date(2025, 12, 1), end=dt.date(2026, 3, 1), **asked)
    found, wanted = (told(months, open_engine(one)) for one in (engine, "embedded"))
    assert found.rows == wanted.rows
    assert found.notices == wanted.notices
    # Orders have no source.
    told_by = sales == "opportunities" or "lead_source" not in asked["by"]
    assert any(wanted.column("retention_start_amount")) == told_by


@pytest.mark.parametrize("engine", ("embedded", *ENGINES))
def test_retention_of_the_company_is_what_fractions_say(
    engine: str, open_engine: Callable[[str], Any], company: Any, sales: str
) -> None:
    start, end = dt.date(2025, 12, 1), dt.date(2026, 3, 1)
    sums: dict[bool, Counter[Any]] = {True: Counter(), False: Counter()}
    for account, closed, amount in sold(company, sales):
        for now in (True, False):
            first, last = (day if now else day.replace(year=day.year - 1) for day in (start, end))
            if account and first <= closed < last:
                sums[now][account] += amount
    cohort = [(then, sums[True][account]) for account, then in sums[False].items() if then > 0]
    whole = sum(then for then, _ in cohort)
    nrr, grr = (
        Fraction(sum(kept), whole) for kept in ([now for _, now in cohort], [min(pair) for pair in cohort])
    )
    found = told(query("nrr", "grr", "retention_start_amount", start=start, end=end), open_engine(engine))
    assert found.rows == ((float(nrr), float(grr), whole),)
    assert len(cohort) > 1


def sold(company: Any, sales: str) -> list[tuple[Any, dt.date, int]]:
    """List what was sold: account, day and amount in cents."""
    if sales == "orders":
        return [(row["account_id"], row["ordered_on"], row["amount"]) for row in company.rows["orders"]]
    won = [deal for deal in company.book.deals if deal.status == "won"]
    return [(deal.account_id, deal.closed, deal.amount) for deal in won]


@pytest.mark.parametrize("engine", ("embedded", *ENGINES))
def test_items_of_orders_are_what_fractions_say(
    engine: str, open_engine: Callable[[str], Any], company: Any
) -> None:
    from salesnb.kpis.deals import Deals
    from salesnb.kpis.order_lines import items

    data = open_engine(engine)
    deals = Deals(data, data.meta.as_of)
    assert items(data.table("orders"), deals, ("product", "account"), (), YEAR) == by_hand(
        company.rows["orders"]
    )


def by_hand(orders: list[dict[str, Any]]) -> dict[Any, Any]:
    from salesnb.kpis.price_mix import Item

    found: dict[Any, Any] = defaultdict(Item)
    for row in orders:
        if YEAR[0] <= row["ordered_on"] < YEAR[1]:
            key, amount = (row["product"], row["account_id"]), row["amount"]
            units, item = Fraction(repr(row["quantity"] or 0.0)), found[key]
            if units or not amount:
                signed = abs(units) * (1 if amount > 0 else -1) if amount else units
                found[key] = Item(
                    units=item.units + signed, amount=item.amount + amount, unpriced=item.unpriced
                )
            else:
                found[key] = Item(units=item.units, amount=item.amount, unpriced=item.unpriced + amount)
    return dict(found)


@pytest.mark.parametrize("engine", ENGINES)
def test_price_volume_and_mix_are_those_of_the_imported_data(
    engine: str, open_engine: Callable[[str], Any]
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis.price_mix import explain_prices
    from salesnb.kpis.why import WhyQuery, WhyReader

    changes = []
    for one in (engine, "embedded"):
        calendar = FiscalCalendar()
        reader = WhyReader(
            open_engine(one), calendar, WhyQuery(by=("product",), where=(("sector", "retail"),))
        )
        assert reader.has_quantities
        before, after = (reader.items(calendar.period(label)) for label in ("2025-Q2", "2025-Q4"))
        changes.append({line.key: line for line in explain_prices(before, after).lines})
    assert changes[0] == changes[1]
    assert any(any(line.effects) for line in changes[1].values())


@pytest.mark.parametrize(
    "asked",
    [
        {"by": ("team",), "grain": "quarter"},
        {"by": ("product",), "as_of": dt.date(2025, 7, 8), "half_life_days": 90},
    ],
    ids=["by team and quarter", "earlier, with weights"],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_deals_by_age_are_those_of_the_imported_data(
    engine: str, asked: dict[str, Any], open_engine: Callable[[str], Any]
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis.aging import count_by_age, curves_of

    more = dict(asked)
    half_life = more.pop("half_life_days", None)
    aged = [
        count_by_age(query("won_count", **more), open_engine(one), FiscalCalendar(), half_life_days=half_life)
        for one in (engine, "embedded")
    ]
    found, wanted = (
        [(one.key, one.undated, one.curve) for one in curves_of(deals, least=1)] for deals in aged
    )
    assert found == wanted
    assert any(curve.won_count and curve.lost_count for _, _, curve in wanted)
    assert aged[0].first_known == aged[1].first_known


@pytest.mark.parametrize("engine", ("embedded", *ENGINES))
def test_deals_by_age_are_what_plain_python_counts(
    engine: str, open_engine: Callable[[str], Any], company: Any
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis.aging import count_by_age

    as_of = company.book.as_of
    first = min(deal.closed for deal in company.book.deals if deal.closed).replace(day=1)
    expected: Counter[Any] = Counter()
    for deal in company.book.deals:
        if deal.created:
            age = max(((deal.closed or as_of) - deal.created).days, 0)
            expected[age, deal.status, min(max((first - deal.created).days, 0), age)] += 1
    found: Counter[Any] = Counter()
    for tally in count_by_age(query("won_count"), open_engine(engine), FiscalCalendar()).pooled():
        found[tally.age, tally.outcome, tally.entered] += int(tally.count)
    assert found == expected
    assert len(expected) > 50
