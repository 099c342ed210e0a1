"""A report that was downloaded from the CRM, read row by row; totals and notes around the table are left out."""

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.counting import counted
from salesnb.crm.convert import MOST_MINOR, date_sql
from salesnb.crm.expected.columns import Columns, choose_columns, is_converted, told_of_deals
from salesnb.crm.expected.deals import Expected, ExpectedDeal, ReadColumn, Wanted
from salesnb.crm.expected.statuses import status_of_stages, switches
from salesnb.crm.files import places_of
from salesnb.crm.formats import Column, date_shapes
from salesnb.crm.guessing.survey import TableFacts, survey
from salesnb.crm.importing import open_engine
from salesnb.crm.mapping import ColumnRule
from salesnb.crm.quotas.amounts import amount, decimal_mark
from salesnb.crm.sql import quote_identifier as q
from salesnb.errors import BadInput, MissingFile

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["read_expected"]

_DATES = ("created_on", "closed_on", "expected_close_on")
_TOTAL = re.compile(
    r"((grand|sub)[ -]?)?(totals?|sums?|gesamt(summe)?|summe|count|average|avg)\b.*", re.IGNORECASE
)
_CODE = re.compile(r"\b[A-Z]{3}\b")
_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR"}
_SHOWN = 5


def read_expected(path: Path, wanted: Wanted) -> Expected:
    """Read the deals of a report: CSV, Excel, Parquet or DuckDB, with whatever its columns are called.

    Raises
    ------
    MissingFile
        When there is no such file, or nothing reads files of its kind.
    BadInput
        When it holds no rows, no column is an amount, or nothing says which deal a row is.
    UnknownName
        When a column that was named by hand is not there.
    """
    if not path.is_file():
        raise MissingFile(
            f"There is no {path.name or path}.", where=str(path.parent), hint="Check the path of --expect."
        )
    places = places_of(path)
    if not places:
        raise MissingFile(
            f"{path.name} is of no kind that can be read.", where=str(path.parent), hint="Give CSV or Excel."
        )
    with tempfile.TemporaryDirectory(prefix="salesnb-") as folder:
        scratch = Path(folder)
        with open_engine(scratch, scratch, (path.absolute(),), None) as connection:
            tables, unread = survey(connection, path, scratch, say=lambda _: None)
            best = max(tables, key=told_of_deals, default=None)
            if best is None or not best.rows:
                raise BadInput(
                    " ".join(unread) or "There is no row in it.",
                    where=path.name,
                    hint="Export the rows as well.",
                )
            return _Reader(connection, best, wanted).read()


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A row as the engine gives it: its line, its first text, its cells and its dates by our names."""

    line: int
    first: str
    texts: dict[str, str]
    dates: dict[str, date | None]


class _Reader:
    def __init__(self, connection: "DuckDBPyConnection", facts: TableFacts, wanted: Wanted) -> None:
        self._connection = connection
        self._facts = facts
        self._wanted = wanted
        self._columns: Columns
        self._columns, told = choose_columns(connection, facts, wanted)
        self._notices = [*told]

    def read(self) -> Expected:
        """Read every row that is a deal."""
        rows = [row for row in self._rows() if any(row.texts.values())]
        totals = [row for row in rows if self._is_total(row)]
        deals = self._deals([row for row in rows if not self._is_total(row)])
        self._tell_rows(totals, deals)
        columns = [ReadColumn(ours=ours, theirs=column.name) for ours, column in self._columns.items()]
        return Expected(
            file=self._facts.name, deals=deals, columns=tuple(columns), notices=tuple(self._notices)
        )

    def _rows(self) -> list[_Row]:
        staged = self._facts.staged
        extra = self._switches()
        texts = {ours: column.sql for ours, column in self._columns.items() if ours not in _DATES}
        texts |= {f"switch:{name}": self._facts.column(name).sql for name in extra}
        dates = {ours: self._columns[ours].sql for ours in _DATES if ours in self._columns}
        cells = [f"coalesce(trim({sql}), '')" for sql in (*texts.values(), *dates.values())]
        first = (
            f"coalesce({', '.join(f'nullif(trim({c.sql}), {chr(39) * 2})' for c in self._facts.columns)}, '')"
        )
        found = self._connection.execute(
            f"SELECT {', '.join((staged.row_sql, first, *cells, *self._date_sql(dates)))} FROM {q(staged.relation)}"
            f" WHERE {staged.keep_sql} ORDER BY 1"
        ).fetchall()
        names, width = [*texts, *dates], len(cells)
        rows = [
            _Row(
                line=int(row[0]),
                first=str(row[1]),
                texts=dict(zip(names, row[2 : 2 + width], strict=True)),
                dates=dict(zip(dates, row[2 + width :], strict=True)),
            )
            for row in found
        ]
        self._tell_dates(rows)
        return rows

    def _date_sql(self, dates: dict[str, str]) -> list[str]:
        """Write how each date is read; one column that shows its order settles the others."""
        relation = f"(SELECT * FROM {q(self._facts.staged.relation)} WHERE {self._facts.staged.keep_sql})"
        trimmed = {ours: f"nullif(trim({sql}), '')" for ours, sql in dates.items()}
        asked = [
            Column(relation=relation, sql=sql, name=self._columns[ours].name) for ours, sql in trimmed.items()
        ]
        shapes = date_shapes(self._connection, tuple(asked), file=self._facts.name)
        self._notices += [finding.notice for finding in shapes.values() if finding.notice]
        return [
            date_sql(
                sql,
                shape=shapes[self._columns[ours].name].shape,
                rule=ColumnRule(column=self._columns[ours].name),
                time_zone=self._wanted.time_zone,
            )
            for ours, sql in trimmed.items()
        ]

    def _switches(self) -> tuple[str, ...]:
        names = [column.name for column in self._facts.columns]
        self._found = switches(names, {column.name: column.samples for column in self._facts.columns})
        return tuple(name for name in (self._found.won, self._found.closed) if name)

    def _is_total(self, row: _Row) -> bool:
        """Tell a total from a deal: its first text says so, and it has no id of its own, or no name but that."""
        if not _TOTAL.fullmatch(row.first):
            return False
        identity, name = (row.texts.get(ours, "") for ours in ("opportunity_id", "name"))
        return identity in {"", row.first} and name in {"", row.first}

    def _deals(self, rows: Sequence[_Row]) -> tuple[ExpectedDeal, ...]:
        texts = [row.texts.get("amount", "") for row in rows]
        mark = decimal_mark(texts, usual=_usual_mark(self._wanted.locale))
        if mark == "," and "amount" in self._columns:
            self._notices.append(f"{self._columns['amount'].name} is read with a decimal comma.")
        status = self._statuses(rows)
        return tuple(self._deal(row, mark, status(row)) for row in rows)

    def _deal(self, row: _Row, mark: str, status: str | None) -> ExpectedDeal:
        text = row.texts.get("amount", "")
        minor, unreadable = _minor(text, mark, self._wanted.digits)
        own, stated = self._wanted.currency, row.texts.get("currency", "").upper()
        # An amount that the CRM has converted stands beside the currency in which the deal was made.
        converted = "currency" in self._columns and _is_converted(self._columns)
        currency = _currency(text) or ("" if converted else stated)
        return ExpectedDeal(
            row=row.line,
            opportunity_id=row.texts.get("opportunity_id", ""),
            name=row.texts.get("name", ""),
            account=row.texts.get("account_id", ""),
            owner=row.texts.get("rep_id", ""),
            stage=row.texts.get("stage", ""),
            status=status,
            **row.dates,
            amount=minor,
            unreadable=unreadable,
            currency="" if currency == own else currency,
            original_currency=stated if converted and stated != own else "",
            dimensions={name: row.texts[name] for name in self._wanted.dimensions if name in self._columns},
        )

    def _statuses(self, rows: Sequence[_Row]) -> Callable[[_Row], str | None]:
        """Say how a row tells its status: in so many words, by yes and no, or by its stage."""
        if "status" in self._columns:
            self._notices.append(f"What is won, lost and open is told by {self._columns['status'].name!r}.")
            return lambda row: row.texts["status"].casefold() or None
        flags = self._found
        stages, told = status_of_stages((row.texts.get("stage", "") for row in rows), self._wanted.statuses)
        if flags.won or flags.closed:
            said = " and ".join(repr(name) for name in (flags.won, flags.closed) if name)
            self._notices.append(f"What is won, lost and open is told by {said}.")
        else:
            self._notices += told

        def status(row: _Row) -> str | None:
            texts = {name: row.texts.get(f"switch:{name}", "") for name in (flags.won, flags.closed)}
            return flags.status(texts) or stages.get(row.texts.get("stage", ""))

        return status

    def _tell_dates(self, rows: Sequence[_Row]) -> None:
        for ours in (name for name in _DATES if name in self._columns):
            lost = [
                row for row in rows if row.texts[ours] and row.dates[ours] is None and not self._is_total(row)
            ]
            if lost:
                count = counted(len(lost), "date", "dates")
                self._notices.append(
                    f"{count} of {self._columns[ours].name!r} cannot be read (first in row {lost[0].line}:"
                    f" {lost[0].texts[ours]!r}) and are taken to be as here."
                )

    def _tell_rows(self, totals: Sequence[_Row], deals: Sequence[ExpectedDeal]) -> None:
        """Say what is no deal, whether the report's own total is that of its rows, and what cannot be read."""
        staged = self._facts.staged
        self._notices += [notice for notice in staged.notices if "footer" not in notice]
        lost = [deal for deal in deals if deal.unreadable]
        if lost:
            rows = ", ".join(f"{deal.row} ({deal.unreadable!r})" for deal in lost[:_SHOWN])
            more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
            self._notices.append(f"The amount cannot be read and counts as nothing in row {rows}{more}.")
        if staged.broken:
            broken = self._connection.execute(
                f"SELECT count(*), min(CAST(source_row AS BIGINT)), any_value(reason) FROM {q(staged.broken)}"
            ).fetchone()
            if broken:
                self._notices.append(
                    f"Rows that do not fit the header are left out: {broken[0]} (row {broken[1]} {broken[2]})."
                )
        if totals:
            self._tell_total(totals, deals)

    def _tell_total(self, totals: Sequence[_Row], deals: Sequence[ExpectedDeal]) -> None:
        rows = counted(len(totals), "row of totals is", "rows of totals are")
        text = totals[-1].texts.get("amount", "")
        mark = decimal_mark([text], usual=_usual_mark(self._wanted.locale))
        stated, _ = _minor(text, mark, self._wanted.digits)
        if stated is None:
            self._notices.append(f"{rows} left out (row {totals[-1].line}).")
            return
        missing = stated - sum(deal.amount or 0 for deal in deals)
        same = (
            "it is the sum of the rows"
            if not missing
            else "the rows do not add up to it, and are what counts"
        )
        self._notices.append(f"{rows} left out: {text} in row {totals[-1].line}; {same}.")


def _minor(text: str, mark: str, digits: int) -> tuple[int | None, str]:
    """Give minor units, and the text where it is no amount."""
    try:
        value = amount(text, mark)
    except ValueError:
        return None, text
    if value is None:
        return None, ""
    minor = int(value.scaleb(digits).to_integral_value(ROUND_HALF_EVEN)) if abs(value) < MOST_MINOR else None
    return minor, "" if minor is not None else text


def _currency(text: str) -> str:
    """Find the currency that stands by an amount; a dollar sign could be that of many."""
    code = _CODE.search(text)
    if code:
        return code[0]
    return next((name for sign, name in _SIGNS.items() if sign in text), "")


def _is_converted(columns: Columns) -> bool:
    """Tell whether the amount was converted by the CRM, while the currency is that of the deal."""
    return is_converted(columns["amount"]) and not is_converted(columns["currency"])


def _usual_mark(locale: str) -> str:
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(locale)
