"""The whole catalogue on the sample: the engine against exact fractions over the same raw tables."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from kpis_in_fractions import ALWAYS, KPIS, NEVER, Book, Selection, periods_of, read_book, table
from sample_csv import read_sample_book

# Every test imports data.
pytestmark = pytest.mark.slow


FACTS = ("product", "stage", "status", "loss_reason", "forecast_category", "lead_source")
CROSSINGS: tuple[tuple[tuple[str, ...], str | None], ...] = (
    ((), None),
    (("team",), None),
    (("region",), None),
    (("rep",), None),
    (("product",), None),
    (("family",), None),
    (("sector",), None),
    (("country",), None),
    (("account",), None),
    (("stage",), None),
    (("lead_source",), None),
    ((), "month"),
    ((), "quarter"),
    ((), "year"),
    (("team",), "month"),
    (("team",), "quarter"),
    (("rep",), "quarter"),
    (("product",), "year"),
    (("region", "product"), None),
    (("region", "product"), "quarter"),
)

# What a group without a single deal has.
NOTHING = tuple(
    kpi(
        Selection(
            closed=(), created=(), open_at_end=(), open_at_start=(), as_of=ALWAYS, rate_so_far=Fraction(0)
        )
    )
    for kpi in KPIS.values()
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from salesnb.crm.generator import write_sample

    folder = tmp_path_factory.mktemp("files")
    write_sample(folder, opportunities=1_500, seed=11, last_day=date(2026, 9, 30))
    return folder


@pytest.fixture(scope="module")
def data(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from salesnb.crm.importing import ImportSettings, import_source
    from salesnb.crm.mapping import load_mapping

    folder = tmp_path_factory.mktemp("data")
    settings = ImportSettings(currency="USD", time_zone="UTC", levels=("region", "team"))
    import_source(files, load_mapping("sample"), settings, folder)
    return folder


@pytest.fixture(scope="module")
def book(data: Path) -> Book:
    """The raw tables, read and closed before the engine opens them: one process opens a file in one way only."""
    path = data / (data / "current").read_text().strip()
    with duckdb.connect(path.as_posix(), read_only=True) as engine:
        as_of = engine.execute("SELECT value FROM meta WHERE key = 'as_of'").fetchall()[0][0]
        return read_book(engine, date.fromisoformat(as_of), FACTS)


@pytest.fixture(scope="module")
def dataset(data: Path, book: Book) -> Iterator[Any]:
    from salesnb.crm.dataset import Dataset

    with Dataset.open(data) as opened:
        assert opened.meta.as_of == book.as_of
        yield opened


def test_the_raw_tables_hold_what_the_files_say(files: Path, book: Book) -> None:
    written = read_sample_book(files, book.as_of, FACTS)
    found = {deal.opportunity_id: deal for deal in book.deals}
    assert len(found) == len(book.deals)
    assert found == {deal.opportunity_id: deal for deal in written.deals}
    for deal in written.deals:
        for name in ("region", "team", "family", "sector", "country"):
            assert book.dimension(deal, name, book.as_of) == written.dimension(deal, name, book.as_of)


@pytest.mark.parametrize(
    ("by", "grain"), CROSSINGS, ids=lambda value: "+".join(value) if isinstance(value, tuple) else value
)
def test_every_kpi_equals_exact_fractions(
    by: tuple[str, ...],
    grain: str | None,
    dataset: Any,
    book: Book,
    same: Callable[..., bool],
    by_key: Callable[..., Any],
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Query, run

    kpis = tuple(KPIS)
    found = by_key(run(Query(kpis=kpis, by=by, grain=grain, labels=False), dataset, FiscalCalendar()))
    periods = periods_of(grain, date(2023, 1, 1), book.as_of) if grain else (("", NEVER, ALWAYS),)
    exact = table(book, kpis, by, periods=periods)
    assert len(found) >= 1
    wrong = [
        (key, kpi, row[kpi], expected)
        for key, row in found.items()
        for kpi, expected in zip(kpis, exact.get(key, NOTHING), strict=True)
        if not same(row[kpi], expected)
    ]
    assert not wrong
    buckets = {bucket for bucket, _ in found}
    missing = {key for key, values in exact.items() if key[0] in buckets and values != NOTHING} - set(found)
    assert not missing


def test_buckets_run_from_the_first_to_the_last_without_a_gap(dataset: Any, book: Book) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Query, run

    result = run(
        Query(kpis=("won_count", "created_count", "open_count"), grain="month"), dataset, FiscalCalendar()
    )
    first = min(day for deal in book.deals for day in (deal.created, deal.closed) if day)
    assert [row[0] for row in result.rows] == [
        label for label, _, _ in periods_of("month", first, book.as_of)
    ]


@pytest.mark.parametrize("year_start", [4, 10])
def test_fiscal_quarters_and_years_equal_exact_fractions(
    year_start: int, dataset: Any, book: Book, same: Callable[..., bool], by_key: Callable[..., Any]
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Query, run

    kpis = ("won_amount", "win_rate", "median_deal", "open_amount", "sales_velocity", "created_count")
    for grain in ("quarter", "year"):
        query = Query(kpis=kpis, by=("team",), grain=grain, labels=False)
        found = by_key(run(query, dataset, FiscalCalendar(year_start=year_start)))
        periods = periods_of(grain, date(2022, 1, 1), book.as_of, year_start=year_start)
        exact = table(book, kpis, ("team",), periods=periods)
        for key, row in found.items():
            assert all(same(row[kpi], value) for kpi, value in zip(kpis, exact[key], strict=True)), key


@pytest.mark.parametrize("as_of", [date(2024, 2, 29), date(2025, 8, 17)])
def test_an_earlier_as_of_date_knows_nothing_of_what_came_after(
    as_of: date, dataset: Any, book: Book, same: Callable[..., bool], by_key: Callable[..., Any]
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Query, run

    kpis = tuple(KPIS)
    then = replace(book, as_of=as_of)
    for by, grain in ((("team",), None), (("rep",), "quarter")):
        found = by_key(
            run(Query(kpis=kpis, by=by, grain=grain, as_of=as_of, labels=False), dataset, FiscalCalendar())
        )
        periods = periods_of(grain, date(2023, 1, 1), as_of) if grain else (("", NEVER, ALWAYS),)
        exact = table(then, kpis, by, periods=periods)
        wrong = [
            (key, kpi, row[kpi], expected)
            for key, row in found.items()
            for kpi, expected in zip(kpis, exact.get(key, NOTHING), strict=True)
            if not same(row[kpi], expected)
        ]
        assert not wrong


def test_a_period_and_a_filter_equal_exact_fractions(
    dataset: Any, book: Book, same: Callable[..., bool], by_key: Callable[..., Any]
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Query, run

    kpis = tuple(KPIS)
    start, end = date(2025, 5, 20), date(2026, 2, 11)
    query = Query(
        kpis=kpis, by=("team",), start=start, end=end, where=(("lead_source", "Partner"),), labels=False
    )
    found = by_key(run(query, dataset, FiscalCalendar()))
    exact = table(
        book,
        kpis,
        ("team",),
        periods=(("", start, end),),
        where=lambda deal: deal.facts["lead_source"] == "Partner",
    )
    for key, row in found.items():
        assert all(same(row[kpi], value) for kpi, value in zip(kpis, exact.get(key, NOTHING), strict=True)), (
            key
        )


def test_goals_are_met_paced_and_covered_as_exact_fractions_say(
    dataset: Any, book: Book, same: Callable[..., bool], by_key: Callable[..., Any]
) -> None:
    """A quarter's quotas of two teams, on a day two thirds through it."""
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Query, Target, run

    start, end, as_of = date(2026, 4, 1), date(2026, 7, 1), date(2026, 6, 10)
    season = (("2026-04", 2), ("2026-05", 3), ("2026-06", 5))
    # April and May are over, and ten of June's thirty days.
    elapsed = Fraction(2 + 3, 10) + Fraction(5, 10) * Fraction(10, 30)
    quotas = {"Europe/Alps": 500, "Americas/Andes": 90_000_000}
    targets = tuple(
        Target(dimension="team", value=team, start=start, end=end, amount=amount, months=season)
        for team, amount in quotas.items()
    )
    kpis = ("attainment", "pacing", "coverage", "coverage_all_open")
    query = Query(kpis=kpis, by=("team",), start=start, end=end, as_of=as_of, labels=False, targets=targets)
    found = by_key(run(query, dataset, FiscalCalendar()))
    deals = [(deal, book.dimension(deal, "team", as_of)) for deal in book.deals]
    for (_, (team,)), row in found.items():
        if team not in quotas:
            assert [row[kpi] for kpi in kpis] == [None] * 4
            continue
        won = sum(
            deal.amount or 0
            for deal, place in deals
            if place == team and deal.status == "won" and deal.closed and start <= deal.closed <= as_of
        )
        still_open = [deal for deal, place in deals if place == team and deal.is_open(as_of)]
        closable = [d for d in still_open if d.expected_close is None or start <= d.expected_close < end]
        rest = quotas[team] - won
        expected = (
            Fraction(won, quotas[team]),
            won / (quotas[team] * elapsed),
            Fraction(sum(d.expected or 0 for d in closable), rest) if rest > 0 else None,
            Fraction(sum(d.expected or 0 for d in still_open), rest) if rest > 0 else None,
        )
        assert all(same(row[kpi], value) for kpi, value in zip(kpis, expected, strict=True))
        assert (rest <= 0) == (team == "Europe/Alps")
