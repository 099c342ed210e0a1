"""The public data set: the figures computed for it elsewhere, against fractions and against the engine."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from kpis_in_fractions import ALWAYS, NEVER, periods_of, table
from maven import AS_OF, COMPARABLE, GROUPINGS, Figure, figures, read_csv_book

# Every test imports data.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> tuple[Figure, ...]:
    return figures(shared_data / "maven_crm")


@pytest.fixture(scope="module")
def dataset(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from salesnb.crm.dataset import Dataset
    from salesnb.crm.importing import ImportSettings, import_source
    from salesnb.crm.mapping import load_mapping

    data = tmp_path_factory.mktemp("maven")
    settings = ImportSettings(currency="USD", time_zone="UTC", levels=("region", "team"))
    report = import_source(shared_data / "maven_crm", load_mapping("maven"), settings, data)
    counted = {table.name: table for table in report.tables}["opportunities"]
    assert (counted.read, counted.loaded, counted.rejected, counted.repaired) == (8_800, 8_800, 0, 1_480)
    with Dataset.open(data) as opened:
        yield opened


def test_nearly_all_of_the_reference_is_compared(reference: tuple[Figure, ...]) -> None:
    assert len(reference) == COMPARABLE
    assert {figure.grouping for figure in reference} == set(GROUPINGS)


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_fractions_equal_the_reference(
    grouping: str, reference: tuple[Figure, ...], shared_data: Path, same: Callable[..., bool]
) -> None:
    book = read_csv_book(shared_data / "maven_crm")
    by, grain = GROUPINGS[grouping]
    wanted = [figure for figure in reference if figure.grouping == grouping]
    kpis = sorted({figure.kpi for figure in wanted})
    periods = periods_of(grain, date(2017, 1, 1), AS_OF) if grain else (("", NEVER, ALWAYS),)
    found = table(book, kpis, by, periods=periods)
    wrong = [
        figure
        for figure in wanted
        if not same(figure.value, found[figure.bucket, figure.names][kpis.index(figure.kpi)])
    ]
    assert not wrong


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_the_engine_equals_the_reference(
    grouping: str,
    reference: tuple[Figure, ...],
    dataset: Any,
    same: Callable[..., bool],
    by_key: Callable[..., Any],
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Query, run

    by, grain = GROUPINGS[grouping]
    wanted = [figure for figure in reference if figure.grouping == grouping]
    kpis = tuple(sorted({figure.kpi for figure in wanted}))
    found = by_key(run(Query(kpis=kpis, by=by, grain=grain), dataset, FiscalCalendar()))
    wrong = [
        (figure, found[figure.bucket, figure.names][figure.kpi])
        for figure in wanted
        if not same(found[figure.bucket, figure.names][figure.kpi], figure.value)
    ]
    assert not wrong


def test_reps_without_opportunities_appear_with_zeros_and_nulls(
    dataset: Any, by_key: Callable[..., Any]
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Query, run

    found = by_key(run(Query(kpis=("won_count", "win_rate"), by=("rep",)), dataset, FiscalCalendar()))
    idle = [row for row in found.values() if row["won_count"] == 0]
    assert (len(found), len(idle)) == (35, 5)
    assert {row["win_rate"] for row in idle} == {None}
