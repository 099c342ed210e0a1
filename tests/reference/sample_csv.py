"""The sample's CSV files read straight into deals, sharing no line with the importer."""

import csv
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

from kpis_in_fractions import ALWAYS, NEVER, Book, Deal

_REPAIRED = {"BrookPro": "Brook Pro", "technolgy": "technology", "Philipines": "Philippines"}
_STATUS = {"Won": "won", "Lost": "lost"}


def read_sample_book(folder: Path, as_of: date, facts: Sequence[str]) -> Book:
    """Read the files as the generator wrote them, dirt repaired; levels hold node ids."""
    people = {row["rep_id"]: row for row in _rows(folder / "reps.csv")}
    return Book(
        deals=tuple(_deal(row, facts) for row in _rows(folder / "opportunities.csv")),
        spells={rep: ((NEVER, ALWAYS, rep),) for rep in people},
        levels={
            rep: {"region": row["region"], "team": f"{row['region']}/{row['team']}"}
            for rep, row in people.items()
        },
        accounts={
            row["account_id"]: {name: _REPAIRED.get(row[name], row[name]) for name in ("sector", "country")}
            for row in _rows(folder / "accounts.csv")
        },
        families={row["product"]: row["family"] for row in _rows(folder / "products.csv")},
        as_of=as_of,
    )


def _deal(row: dict[str, str], facts: Sequence[str]) -> Deal:
    known: dict[str, str | None] = {name: value or None for name, value in row.items()}
    status = _STATUS.get(row["stage"], "open")
    known |= {"status": status, "product": _REPAIRED.get(row["product"], row["product"])}
    return Deal(
        opportunity_id=row["opportunity_id"],
        rep_id=row["rep_id"],
        account_id=known["account_id"],
        product=known["product"],
        status=status,
        amount=int(row["amount"]) * 100 if row["amount"] else None,
        expected=int(row["expected_amount"]) * 100,
        created=_day(row["created_on"]),
        closed=_day(row["closed_on"]),
        expected_close=_day(row["expected_close_on"]),
        probability=Fraction(float(row["probability"])) if row["probability"] else None,
        facts={name: known[name] for name in facts},
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
