"""The whole catalogue on every engine against exact fractions: integers and nulls equal, others within 1e-12."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pytest

pytestmark = pytest.mark.engines

ENGINES = ("embedded", "duckdb", "postgres", "spark")
EARLIER = dt.date(2025, 7, 8)


@dataclass(frozen=True)
class Asked:
    """One question, in the words of the query and of the reference."""

    by: tuple[str, ...] = ()
    grain: str | None = None
    as_of: dt.date | None = None
    where: tuple[str, str] | None = None
    credit: str = "owner"
    restated: bool = False
    start: dt.date | None = None
    end: dt.date | None = None

    def __str__(self) -> str:
        return "-".join(str(part) for part in vars(self).values() if part)


ALL = (
    Asked(),
    Asked(("team",)),
    Asked(("region", "product"), restated=True),
    Asked(("rep",), "quarter", credit="credit"),
    Asked(("team",), "month", as_of=EARLIER),
    Asked(("stage",), as_of=EARLIER),
    Asked(("lead_source",), "year"),
    Asked(("sector",), "quarter", where=("family", "P")),
    Asked(("account", "country"), where=("region", "emea")),
    Asked(("team",), credit="credit", restated=True, as_of=EARLIER),
    Asked(("region",), "quarter", credit="credit", where=("product", "plus")),
    Asked((), "month", start=dt.date(2025, 2, 11), end=dt.date(2025, 11, 6)),
)  # fmt: skip


@pytest.mark.parametrize("asked", ALL, ids=str)
@pytest.mark.parametrize("engine", ENGINES)
def test_every_kpi_is_what_exact_fractions_say(
    engine: str, asked: Asked, open_engine: Callable[[str], Any], company: Any
) -> None:
    from kpis_in_fractions import KPIS

    none = nothing()
    found = answered(open_engine(engine), asked, tuple(KPIS))
    expected = exact(company, asked, tuple(KPIS))
    wrong = [
        (key, kpi, values[kpi], wanted)
        for key, values in found.items()
        for kpi, wanted in zip(KPIS, expected.get(key, none), strict=True)
        if not same(values[kpi], wanted)
    ]
    assert not wrong
    assert {key for key, values in expected.items() if values != none} <= set(found)
    assert len(found) > 1 or not asked.by


def answered(data: Any, asked: Asked, kpis: tuple[str, ...]) -> Mapping[Any, Mapping[str, Any]]:
    from salesnb.calendar import FiscalCalendar
    from salesnb.kpis import Query, run

    query = Query(
        kpis=kpis,
        by=asked.by,
        grain=asked.grain,
        as_of=asked.as_of,
        where=(asked.where,) if asked.where else (),
        credit=asked.credit,
        restated=asked.restated,
        start=asked.start,
        end=asked.end,
        labels=False,
    )
    result = run(query, data, FiscalCalendar())
    names = [column.name for column in result.columns]
    found = {}
    for row in result.rows:
        values = dict(zip(names, row, strict=True))
        found[values.get(asked.grain, ""), tuple(values[name] for name in asked.by)] = values
    return found


def exact(company: Any, asked: Asked, kpis: tuple[str, ...]) -> Mapping[Any, tuple[Any, ...]]:
    from invented import FIRST, LATEST
    from kpis_in_fractions import ALWAYS, NEVER, periods_of, table

    as_of = asked.as_of or LATEST
    book = replace(company.book, as_of=as_of, restated=asked.restated)
    if asked.credit == "credit" and {*asked.by, *(asked.where or ())[:1]} & {"rep", "region", "team"}:
        book = replace(book, shares=company.shares)
    periods: Any = (("", asked.start or NEVER, asked.end or ALWAYS),)
    if asked.grain:
        last = asked.end - dt.timedelta(days=1) if asked.end else as_of
        periods = [
            (label, max(start, asked.start or start), min(end, asked.end or end))
            for label, start, end in periods_of(asked.grain, asked.start or FIRST, last)
        ]
    name, value = asked.where or ("", "")
    # A filter is on one more dimension, which is looked at and left out.
    by = (*asked.by, name) if name and name not in asked.by else asked.by
    found = table(book, kpis, by, periods=periods)
    if not name:
        return found
    place = by.index(name)
    return {
        (bucket, key[: len(asked.by)]): values
        for (bucket, key), values in found.items()
        if key[place] == value
    }


def same(actual: Any, wanted: Any) -> bool:
    if actual is None or wanted is None:
        return actual is wanted
    if isinstance(wanted, int):
        return actual == wanted
    return abs(Fraction(actual) - Fraction(wanted)) <= Fraction(1, 10**12) * max(1, abs(Fraction(wanted)))


def nothing() -> tuple[Any, ...]:
    """What a group without a single deal has."""
    from kpis_in_fractions import ALWAYS, KPIS, Selection

    empty: Any = {"closed": (), "created": (), "open_at_end": (), "open_at_start": ()}
    return tuple(kpi(Selection(**empty, as_of=ALWAYS, rate_so_far=Fraction(0))) for kpi in KPIS.values())
