"""One sheet of quotas, read from the top down: whose each row is, and what each figure is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from salesnb.calendar import FiscalCalendar
from salesnb.crm.quotas.amounts import amount, decimal_mark, has_only_thousands, unit_of
from salesnb.crm.quotas.checks import Figure, TotalRow
from salesnb.crm.quotas.currencies import other_currencies
from salesnb.crm.quotas.layout import Layout, Sheet, row_period, total_of
from salesnb.crm.quotas.owners import Directory, Owner, folded
from salesnb.crm.quotas.periods import GRAINS, TOTAL, PeriodName, YearHint, in_period, year_hint
from salesnb.crm.staging import shown
from salesnb.errors import BadInput
from salesnb.money import Formatter, minor_digits, to_minor

__all__ = ["Hints", "SheetReader"]

_OTHER_MARK = {".": ",", ",": "."}
_THREE = 3


@dataclass(frozen=True, kw_only=True)
class Hints:
    """What the workspace and whoever asks say about a file of quotas.

    Attributes
    ----------
    fmt
        How people write amounts, and the currency of quotas.
    kpis
        What a KPI may be called, folded, and its name with its unit, ``money`` or ``count``.
    kpi
        The KPI of quotas that name none.
    year
        The year of months that name none.
    scale
        What a figure is multiplied by; None where the file's own words tell.
    """

    calendar: FiscalCalendar
    fmt: Formatter = field(default_factory=Formatter)
    kpis: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    kpi: str = "won_amount"
    year: YearHint | None = None
    scale: int | None = None


class SheetReader:
    """Walks down one sheet."""

    def __init__(
        self, sheet: Sheet, layout: Layout, directory: Directory, hints: Hints, months: Mapping[str, int]
    ) -> None:
        self.sheet, self.layout, self.directory, self.hints, self.months = (
            sheet,
            layout,
            directory,
            hints,
            months,
        )
        self.figures: list[Figure] = []
        self.totals: list[TotalRow] = []
        self.notices: list[str] = []
        self.rounded = 0
        self._heading = ""
        self._last_places: dict[int, str] = {}
        titles = [text for row in sheet.rows[: layout.header] for text in row if text.strip()]
        if sheet.turned and layout.periods:
            titles += filter(None, sheet.rows[layout.header][: layout.periods[0][0]])
        heads = [text for text in sheet.rows[layout.header] if text.strip()]
        self._year = (
            year_hint(titles)
            or year_hint([sheet.sheet])
            or year_hint([Path(sheet.file).stem])
            or self._year_beside()
            or hints.year
        )
        unit, said = unit_of([*titles, *heads, sheet.sheet])
        self._scale = hints.scale or unit
        if unit != 1 and hints.scale is None:
            self.notices.append(f"{sheet.name}: figures are multiplied by {unit:,}, as {said!r} says.")
        if layout.passed_over:
            self.notices.append(
                f"{sheet.name}: these columns are no quotas: {', '.join(layout.passed_over)}."
            )
        columns = [column for column, _ in layout.periods] or [layout.amount or 0]
        texts = [
            sheet.cell(row, column) for row in range(layout.header + 1, len(sheet.rows)) for column in columns
        ]
        self._mark = decimal_mark(texts, usual=_usual_mark(hints.fmt.locale))
        self._find_thousands(texts)
        self._name_currencies([*titles, *heads, *texts])

    def _year_beside(self) -> YearHint | None:
        """Give the one fiscal year that the other columns name: the quarter beside Oct-24, Nov-24, Dec-24 is of theirs."""
        calendar = self.hints.calendar
        named = (in_period(name, None, calendar) for _, name in self.layout.periods if name.year)
        years = {calendar.containing(period.start, "year").label for period in named if period}
        return YearHint(int(years.pop()), fiscal=True) if len(years) == 1 else None

    def _find_thousands(self, texts: Sequence[str]) -> None:
        """Take the mark for one of thousands where it cannot be one of decimals: no amount of money has three."""
        if self._scale != 1 or minor_digits(self.hints.fmt.currency) == _THREE:
            return
        if has_only_thousands(texts, self._mark):
            first = next(text for text in texts if self._mark in text)
            self._mark = _OTHER_MARK[self._mark]
            self.notices.append(
                f"{self.sheet.name}: figures such as {first.strip()!r} are read as thousands, not as three decimals."
            )

    def _mark_in(self, text: str) -> str:
        """Give the decimal mark of a figure: one with the sign of a currency has no three decimals."""
        is_signed = any(sign in text for sign in "$€£¥₹")
        may_be = self._scale == 1 and minor_digits(self.hints.fmt.currency) != _THREE
        return (
            _OTHER_MARK[self._mark]
            if is_signed and may_be and has_only_thousands([text], self._mark)
            else self._mark
        )

    def _name_currencies(self, texts: Sequence[str]) -> None:
        own = self.hints.fmt.currency
        for sign, text in other_currencies(texts, own).items():
            self.notices.append(
                f"{self.sheet.name}: {sign} stands there ({shown(text)!r}), but quotas are in {own}: the figures are taken as"
                f" {own} as they stand. If they are not, convert them first."
            )

    def read(self) -> None:
        """Read all rows."""
        for row in range(self.layout.header + 1, len(self.sheet.rows)):
            self._row(row)
        if (
            self.layout.period is None
            and self.hints.calendar.year_start != 1
            and any(
                name.numbered and name.grain == "month" and name.year is None
                for _, name in self.layout.periods
            )
        ):
            self.notices.append(f"{self.sheet.name}: months by number are read {self._numbering()}.")

    def _numbering(self) -> str:
        if self._year and self._year.fiscal:
            return "as months of the fiscal year: 1 is its first"
        return "as calendar months: 1 is January"

    def _row(self, row: int) -> None:
        sheet, layout = self.sheet, self.layout
        names = [text for column in (*layout.people, *layout.places) if (text := sheet.cell(row, column))]
        announced = [name for name in names if total_of(name) is not None and not self._is_owner(name)]
        total = total_of(announced[0]) if announced else None
        cells = self._cells(row, is_total=total is not None)
        if not cells:
            if len(names) == 1 and total is None:
                self._heading = names[0]
            return
        kpi = self._kpi(row)
        if total is not None:
            self.totals.append(
                TotalRow(
                    row=row,
                    of=self._total_of(total or self._place_beside(row)),
                    label=announced[0] if total else " ".join(names),
                    kpi=kpi or "",
                    figures=tuple(cells),
                )
            )
            return
        owner, text = self._owner(row)
        for cell in cells:
            self.figures.append(
                replace(
                    cell, owner=owner, text=text, kpi=kpi or "", reason=cell.reason or self._doubt(row, kpi)
                )
            )

    def _is_owner(self, text: str) -> bool:
        return bool(self.directory.find(text))

    def _place_beside(self, row: int) -> str:
        """Name the place in whose column of the row something stands beside a total without a name: East | Total."""
        texts = [self.sheet.cell(row, column) for column in self.layout.places]
        return next((text for text in texts if text and total_of(text) is None), "")

    def _total_of(self, name: str) -> str | None:
        """Give the node that a total is for; empty for all, None where nobody knows what it is for."""
        if not name:
            return ""
        found = self.directory.find(name)
        return found[0].id if len(found) == 1 else None

    def _doubt(self, row: int, kpi: str | None) -> str:
        """Say what is wrong with all figures of a row."""
        if kpi is None:
            return "no KPI is called so"
        if self.layout.currency is not None:
            currency = self.sheet.cell(row, self.layout.currency).upper()
            if currency not in {"", self.hints.fmt.currency}:
                return f"it is in {currency[:8]}; quotas are in {self.hints.fmt.currency}"
        return ""

    def _kpi(self, row: int) -> str | None:
        """Name the KPI of a row; None where it names one that is not known."""
        if self.layout.kpi is not None and (text := self.sheet.cell(row, self.layout.kpi)):
            found = self.hints.kpis.get(folded(text))
            return found[0] if found else None
        found = self.hints.kpis.get(folded(self.sheet.sheet))
        return found[0] if found else self.hints.kpi

    def _owner(self, row: int) -> tuple[Owner | None, str]:
        """Find whose a row is, and what it calls them."""
        sheet, layout = self.sheet, self.layout
        for column in layout.places:
            if text := sheet.cell(row, column):
                self._last_places[column] = text
        people = [text for column in layout.people if (text := sheet.cell(row, column))]
        near = (*self._last_places.values(), self._heading)
        for text in people:
            found = self.directory.find(text, near=near)
            if len(found) == 1:
                return found[0], text
        if people:
            return None, people[0]
        # A row for a place; its name may stand once above many rows, which a quota of its own does not.
        for column in layout.places:
            if text := sheet.cell(row, column):
                found = self.directory.find(text, near=(*(sheet.cell(row, c) for c in layout.places), *near))
                return (found[0] if len(found) == 1 else None), text
        found = self.directory.find(sheet.sheet)
        return (found[0], sheet.sheet) if len(found) == 1 else (None, "")

    def _cells(self, row: int, *, is_total: bool) -> list[Figure]:
        """Read the figures of a row; cells that mean nothing are none."""
        layout = self.layout
        if layout.period is not None and layout.amount is not None:
            text = self.sheet.cell(row, layout.period)
            head = folded(self.sheet.cell(layout.header, layout.period))
            name = row_period(head, text, self.months)
            columns = [(layout.amount, name or PeriodName(TOTAL))]
        else:
            columns = list(layout.periods)
        found = [self._figure(row, column, name, is_total=is_total) for column, name in columns]
        return [figure for figure in found if figure is not None]

    def _figure(self, row: int, column: int, name: PeriodName, *, is_total: bool) -> Figure | None:
        text = self.sheet.cell(row, column)
        period = in_period(name, self._hint(row, column), self.hints.calendar)
        if period is None and name.grain in GRAINS and name.year is None and self._hint(row, column) is None:
            raise BadInput(
                f"Which year are the quotas for? {self._head(column)!r} does not say.",
                where=self.sheet.name,
                hint="Give --year 2024, or write the year above them.",
            )
        figure = Figure(
            row=row,
            column=column,
            head=self._head(column),
            name=name,
            period=period,
            amount=0,
            shown=text,
            unit=self._unit(row),
        )
        try:
            value = amount(text, self._mark_in(text))
        except ValueError:
            return None if is_total else replace(figure, reason="it is no number")
        if value is None:
            return None
        digits = minor_digits(self.hints.fmt.currency) if figure.unit == "money" else 0
        minor, rounded = to_minor(value * self._scale, digits)
        self.rounded += rounded and not is_total
        reason = "a quota is zero or more" if minor < 0 else ""
        return replace(figure, amount=minor, reason=reason)

    def _head(self, column: int) -> str:
        return self.sheet.cell(self.layout.header, column)

    def _unit(self, row: int) -> str:
        kpi = self._kpi(row)
        return next((unit for name, unit in self.hints.kpis.values() if name == kpi), "money")

    def _hint(self, row: int, column: int) -> YearHint | None:
        if self.layout.year is not None and (found := year_hint([self.sheet.cell(row, self.layout.year)])):
            return found
        return self.layout.above.get(column) or self._year


def _usual_mark(locale: str) -> str:
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(locale)
