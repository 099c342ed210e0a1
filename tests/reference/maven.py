"""The public one-year data set and the figures computed for it elsewhere, in the words of the catalogue."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from kpis_in_fractions import ALWAYS, NEVER, Book, Deal

AS_OF = date(2017, 12, 31)

# Name in the reference, name in the catalogue, whether it is money.
NAMES = {
    "won_count": ("won_count", False),
    "lost_count": ("lost_count", False),
    "won_amount": ("won_amount", True),
    "win_rate_count": ("win_rate", False),
    "win_rate_value": ("win_rate_value", False),
    "avg_deal": ("average_deal", True),
    "median_deal": ("median_deal", True),
    "median_cycle_won": ("median_cycle_days", False),
    "mean_cycle_won": ("mean_cycle_days", False),
    "open_count": ("open_count", False),
    "open_amount": ("open_amount", True),
}
# Open deals have no period there, and here they are as of each period's end.
_NOT_BY_TIME = {"open_count", "open_amount"}
# The grouping there, dimensions here, grain here.
GROUPINGS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "all": ((), None),
    "agent": (("rep",), None),
    "manager": (("team",), None),
    "region": (("region",), None),
    "product": (("product",), None),
    "series": (("family",), None),
    "sector": (("sector",), None),
    "close_month": ((), "month"),
    "close_quarter": ((), "quarter"),
    "manager_quarter": (("team",), "quarter"),
    "product_quarter": (("product",), "quarter"),
    "region_quarter": (("region",), "quarter"),
}
COMPARABLE = 1_359


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of the reference; money in minor units, ``None`` for null."""

    grouping: str
    names: tuple[str, ...]
    bucket: str
    kpi: str
    value: float | None


def figures(folder: Path) -> tuple[Figure, ...]:
    """Every figure of the reference that the catalogue defines in the same way."""
    with (folder / "reference_kpis.csv").open(newline="") as file:
        return tuple(_figures(csv.DictReader(file)))


def _figures(rows: Iterator[dict[str, str]]) -> Iterator[Figure]:
    for row in rows:
        _, grain = GROUPINGS[row["grouping"]]
        if row["kpi"] not in NAMES or (grain and row["kpi"] in _NOT_BY_TIME):
            continue
        kpi, is_money = NAMES[row["kpi"]]
        *names, bucket = row["key"].split("|") if grain else [*row["key"].split("|"), ""]
        value = float(row["value"]) * (100 if is_money else 1) if row["value"] else None
        yield Figure(
            grouping=row["grouping"],
            names=() if row["grouping"] == "all" else tuple(names),
            bucket=bucket.replace("Q", "-Q"),
            kpi=kpi,
            value=value,
        )


def read_csv_book(folder: Path) -> Book:
    """Read the CSV files straight into deals, with the one repair that the data set needs."""
    prices = {row["product"]: row for row in _rows(folder / "products.csv")}
    people = {row["sales_agent"]: row for row in _rows(folder / "sales_teams.csv")}
    deals = []
    for row in _rows(folder / "sales_pipeline.csv"):
        product = row["product"].replace("GTXPro", "GTX Pro")
        deals.append(
            Deal(
                opportunity_id=row["opportunity_id"],
                rep_id=row["sales_agent"],
                account_id=row["account"] or None,
                product=product,
                status={"Won": "won", "Lost": "lost"}.get(row["deal_stage"], "open"),
                amount=round(Fraction(row["close_value"]) * 100) if row["close_value"] else None,
                expected=int(prices[product]["sales_price"]) * 100,
                created=_day(row["engage_date"]),
                closed=_day(row["close_date"]),
                expected_close=None,
                probability=None,
                facts={"product": product},
            )
        )
    return Book(
        deals=tuple(deals),
        spells={name: ((NEVER, ALWAYS, name),) for name in people},
        levels={
            name: {"team": row["manager"], "region": row["regional_office"]} for name, row in people.items()
        },
        accounts={
            row["account"]: {
                "sector": row["sector"].replace("technolgy", "technology"),
                "country": row["office_location"],
            }
            for row in _rows(folder / "accounts.csv")
        },
        families={name: row["series"] for name, row in prices.items()},
        as_of=AS_OF,
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
