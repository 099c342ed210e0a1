"""What else is asked of a dataset, on every engine as on the imported data: rows, names, goals, the command line."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.engines
ENGINES = ("postgres", "spark")


def query(*kpis: str, **more: Any) -> Any:
    from salesnb.kpis import Query

    return Query(kpis=kpis, **more)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "more",
    [
        {"by": ("team",), "credit": "credit"},
        {"grain": "quarter", "as_of": dt.date(2025, 7, 8)},
    ],
    ids=["by credit", "by quarter"],
)
def test_the_rows_behind_a_figure_are_those_of_the_imported_data(
    engine: str, more: dict[str, Any], open_engine: Callable[[str], Any]
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import rows

    found, wanted = (
        rows("won_amount", open_engine(one), FiscalCalendar(), query("won_amount", **more)).rows
        for one in (engine, "embedded")
    )
    assert len(wanted) > 20
    assert found == wanted


@pytest.mark.parametrize("engine", ENGINES)
def test_dimensions_their_values_and_names_are_those_of_the_imported_data(
    engine: str, open_engine: Callable[[str], Any]
) -> None:
    from salesnb.kpis.deals import Deals

    found, wanted = (Deals(open_engine(one), dt.date(2026, 3, 17)) for one in (engine, "embedded"))
    assert set(found.dimensions) == set(wanted.dimensions)
    for name in ("rep", "account", "product", "team", "region", "lead_source", "sector"):
        one, other = found.dimension(name), wanted.dimension(name)
        assert set(found.values(one)) == set(wanted.values(other)), name
        assert found.labels(one) == wanted.labels(other), name


@pytest.mark.parametrize("engine", ENGINES)
def test_goals_are_met_on_every_engine_alike(engine: str, open_engine: Callable[[str], Any]) -> None:
    """The whole catalogue with quotas of two teams; nothing but what needs a quota is compared elsewhere."""
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Target, catalogue, run

    start, end = dt.date(2026, 1, 1), dt.date(2026, 4, 1)
    targets = tuple(
        Target(dimension="team", value=team, start=start, end=end, amount=amount)
        for team, amount in (("Alps", 5_000_000_00), ("coast", 70))
    )
    names = tuple(name for name, _ in catalogue().items())
    asked = query(*names, by=("team",), start=start, end=end, targets=targets, labels=False)
    found, wanted = (run(asked, open_engine(one), FiscalCalendar()) for one in (engine, "embedded"))
    assert found.notices == wanted.notices
    assert [row[0] for row in found.rows] == [row[0] for row in wanted.rows]
    assert any(value is not None for value in wanted.column("attainment"))
    for name in names:
        pairs = zip(found.column(name), wanted.column(name), strict=True)
        assert all(same(one, other) for one, other in pairs), name


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "more", [{"by": ("team",)}, {"by": ("rep",), "grain": "quarter"}, {"by": ("product",)}], ids=str
)
def test_spending_and_what_it_brings_are_those_of_the_imported_data(
    engine: str, more: dict[str, Any], open_engine: Callable[[str], Any]
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import run

    asked = query("spend", "cost_per_won_deal", "return_on_spend", **more)
    found, wanted = (run(asked, open_engine(one), FiscalCalendar()) for one in (engine, "embedded"))
    assert any(value is not None for value in wanted.column("cost_per_won_deal"))
    assert found.rows == wanted.rows
    assert found.notices == wanted.notices


def same(one: float | None, other: float | None) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-12, abs=0)
    return one == other


@pytest.mark.parametrize("engine", ENGINES)
def test_the_organisation_is_that_of_the_imported_data(
    engine: str, open_engine: Callable[[str], Any]
) -> None:
    from salesnb.actions.organisation import org_tree

    for day in (dt.date(2025, 4, 1), dt.date(2026, 3, 17)):
        found, wanted = (org_tree(open_engine(one), "Company", day) for one in (engine, "embedded"))
        assert {node.id: node for node in found.nodes} == {node.id: node for node in wanted.nodes}


def test_sparks_session_counts_overflow_as_an_error_and_is_no_one_elses(
    open_engine: Callable[[str], Any], spark: Any
) -> None:
    from salesnb.errors import BadInput

    backend = open_engine("spark").backend
    assert backend._session.conf.get("spark.sql.ansi.enabled") == "true"
    assert backend._session.conf.get("spark.sql.session.timeZone") == "UTC"
    assert backend._session is not spark
    huge = backend.sql("SELECT CAST(9223372036854775807 AS BIGINT) AS x", schema={"x": "int64"})
    with pytest.raises(BadInput, match="overflow"):
        backend.to_pyarrow(huge.select(y=huge.x + 1))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_text_with_quotes_and_backslashes_is_found_as_it_is(
    engine: str, open_engine: Callable[[str], Any]
) -> None:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import run

    name = 'O\'Hara \\ "web"; --'
    asked = query("won_count", by=("lead_source",), where=(("lead_source", name),))
    found, wanted = (run(asked, open_engine(one), FiscalCalendar()).rows for one in (engine, "embedded"))
    assert found == wanted
    assert wanted[0][0] == name
    assert wanted[0][1] > 0
