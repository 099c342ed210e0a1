"""Quotas out of sheets as people keep them: every figure is read, set aside with its reason, or checked as a total."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from salesnb.calendar import FiscalCalendar, Period
from salesnb.crm.quotas.amounts import amount, decimal_mark, unit_of
from salesnb.crm.quotas.checks import Figure, TotalRow, disagreements, outliers
from salesnb.crm.quotas.layout import Layout, Sheet, find_layout, row_period, total_of
from salesnb.crm.quotas.owners import Directory, Owner, folded
from salesnb.crm.quotas.periods import TOTAL, PeriodName, YearHint, in_period, month_names, year_hint
from salesnb.crm.sources import GridSource, source_for
from salesnb.errors import BadInput, MissingFile
from salesnb.money import to_minor

__all__ = ["GivenQuota", "Hints", "Reading", "Rejected", "UnknownOwner", "holds_quotas", "read_quotas"]

_HEAD = 60
_FINEST = ("month", "quarter", "year")


@dataclass(frozen=True, kw_only=True)
class Hints:
    """What the workspace and whoever asks say about a file of quotas.

    Attributes
    ----------
    kpis
        What a KPI may be called, folded, and its name with the decimals of its amounts.
    kpi
        The KPI of quotas that name none.
    year
        The year of months that name none.
    scale
        What a figure is multiplied by; None where the file's own words tell.
    """

    calendar: FiscalCalendar
    digits: int
    currency: str
    locale: str = "en_US"
    kpis: Mapping[str, tuple[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    kpi: str = "won_amount"
    year: YearHint | None = None
    scale: int | None = None


@dataclass(frozen=True, kw_only=True)
class GivenQuota:
    """A quota of a file; ``row`` and ``column`` count from 1."""

    owner: str
    kpi: str
    period: Period
    amount: int
    file: str
    row: int
    column: int


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A figure that was set aside."""

    file: str
    row: int
    field: str
    reason: str
    value: str


@dataclass(frozen=True, kw_only=True)
class UnknownOwner:
    """A name that nobody has, how many quotas are behind it, and who may be meant."""

    text: str
    quotas: int
    nearest: tuple[Owner, ...]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a file of quotas holds; figures read = ``quotas`` + ``rejected``."""

    quotas: tuple[GivenQuota, ...]
    rejected: tuple[Rejected, ...]
    unknown: tuple[UnknownOwner, ...]
    disagreements: tuple[str, ...]
    outliers: tuple[str, ...]
    notices: tuple[str, ...]
    rounded: int = 0

    @property
    def read(self) -> int:
        """Figures that were found."""
        return len(self.quotas) + len(self.rejected)


def holds_quotas(path: Path, directory: Directory, hints: Hints) -> bool:
    """Tell whether a file holds quotas and cannot be anything else; looks at the first rows only."""
    source = source_for(path)
    if not isinstance(source, GridSource):
        return False
    months = month_names(hints.locale)
    for name in source.tables(path) or ("",):
        sheet = Sheet(file=path.name, sheet=name, rows=source.head(path, name)[:_HEAD])
        if find_layout(sheet, directory, months) is not None:
            return True
    return False


def read_quotas(path: Path, directory: Directory, hints: Hints) -> Reading:
    """Read every sheet of a file.

    Raises
    ------
    MissingFile
        When the file is not there.
    BadInput
        When no sheet holds quotas, or nothing says which year they are for.
    """
    if not path.is_file():
        raise MissingFile(f"There is no file {path.name}.", where=str(path.parent), hint="Check the path.")
    source = source_for(path)
    if not isinstance(source, GridSource):
        raise BadInput("Quotas are read from CSV files and spreadsheets.", where=path.name)
    months = month_names(hints.locale)
    notices: list[str] = []
    sheets: list[_SheetReader] = []
    for name in source.tables(path) or ("",):
        rows, said = source.grid(path, name)
        sheet = Sheet(file=path.name, sheet=name, rows=rows)
        layout = find_layout(sheet, directory, months, surely=True)
        if layout is None:
            notices.append(f"{sheet.name}: no quotas are found here; it is passed over.")
            continue
        notices += said
        sheets.append(_SheetReader(sheet, layout, directory, hints, months))
    if not sheets:
        raise BadInput(
            "No quotas are found.",
            where=path.name,
            hint="Give periods at the head of columns, such as 2024-01, Jan or Q1, and a column of names beside them;"
            " or columns named owner, period and quota.",
        )
    for reader in sheets:
        reader.read()
    return _together(sheets, directory, notices)


class _SheetReader:
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
        self.rejected: list[Rejected] = []
        self.notices: list[str] = []
        self.rounded = 0
        self._heading = ""
        self._last_places: dict[int, str] = {}
        titles = [text for row in sheet.rows[: layout.header] for text in row if text.strip()]
        heads = [text for text in sheet.rows[layout.header] if text.strip()]
        self._year = (
            year_hint(titles) or year_hint([sheet.sheet]) or year_hint([Path(sheet.file).stem]) or hints.year
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
        self._mark = decimal_mark(texts, usual=_usual_mark(hints.locale))

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
        total = next(
            (found for name in names if (found := total_of(name)) is not None and not self._is_owner(name)),
            None,
        )
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
                    of=self._total_of(total),
                    label=" ".join(names),
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
            if currency not in {"", self.hints.currency}:
                return f"it is in {currency[:8]}; quotas are in {self.hints.currency}"
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
        if period is None and name.grain in _FINEST and name.year is None and self._hint(row, column) is None:
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
            digits=self._digits(row),
        )
        try:
            value = amount(text, self._mark)
        except ValueError:
            return None if is_total else replace(figure, reason="it is no number")
        if value is None:
            return None
        minor, rounded = to_minor(Decimal(value) * self._scale, figure.digits)
        self.rounded += rounded and not is_total
        reason = "a quota is zero or more" if minor < 0 else ""
        return replace(figure, amount=minor, reason=reason)

    def _head(self, column: int) -> str:
        return self.sheet.cell(self.layout.header, column)

    def _digits(self, row: int) -> int:
        kpi = self._kpi(row)
        return next((digits for name, digits in self.hints.kpis.values() if name == kpi), self.hints.digits)

    def _hint(self, row: int, column: int) -> YearHint | None:
        if self.layout.year is not None and (found := year_hint([self.sheet.cell(row, self.layout.year)])):
            return found
        return self.layout.above.get(column) or self._year


def _usual_mark(locale: str) -> str:
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(locale)


def _together(sheets: Sequence[_SheetReader], directory: Directory, notices: list[str]) -> Reading:
    """Put sheets together: what is a total, what stands twice, what is nobody's."""
    kept: dict[tuple[str, str, str], GivenQuota] = {}
    rejected: list[Rejected] = []
    unknown: dict[str, int] = {}
    wrong: list[str] = []
    odd: list[str] = []
    for reader in sheets:
        notices += reader.notices
        quotas, told = disagreements(reader.sheet, reader.figures, reader.totals, directory)
        wrong += told
        odd += outliers(reader.sheet, [figure for figure in quotas if not figure.reason])
        for figure in quotas:
            reason = figure.reason or _reason(figure, directory)
            key = (
                figure.owner.id if figure.owner else "",
                figure.kpi,
                figure.period.label if figure.period else "",
            )
            if not reason and key in kept:
                first = kept[key]
                reason = f"it stands twice, first in row {first.row} of {first.file}"
            if reason:
                rejected.append(_rejected(reader.sheet, figure, reason))
                if (
                    figure.owner is None
                    and not figure.reason
                    and figure.text
                    and not directory.is_nobody(figure.text)
                ):
                    unknown[figure.text] = unknown.get(figure.text, 0) + 1
            elif figure.period:
                kept[key] = GivenQuota(
                    owner=key[0],
                    kpi=figure.kpi,
                    period=figure.period,
                    amount=figure.amount,
                    file=reader.sheet.name,
                    row=figure.row + 1,
                    column=figure.column + 1,
                )
    return Reading(
        quotas=tuple(kept.values()),
        rejected=tuple(rejected),
        unknown=tuple(
            UnknownOwner(text=text, quotas=count, nearest=directory.find(text) or directory.nearest(text))
            for text, count in unknown.items()
        ),
        disagreements=tuple(wrong),
        outliers=tuple(odd),
        notices=tuple(notices),
        rounded=sum(reader.rounded for reader in sheets),
    )


def _reason(figure: Figure, directory: Directory) -> str:
    if figure.period is None:
        return (
            "its period is not in the calendar"
            if figure.name.grain in _FINEST
            else "it is for no month, quarter or year"
        )
    if figure.owner is None:
        if not figure.text:
            return "it does not say whose it is"
        if directory.is_nobody(figure.text):
            return f"{figure.text!r} was left out"
        several = len(directory.find(figure.text))
        return f"{several} are called {figure.text!r}" if several else f"nobody is called {figure.text!r}"
    return ""


def _rejected(sheet: Sheet, figure: Figure, reason: str) -> Rejected:
    return Rejected(
        file=sheet.name,
        row=figure.row + 1,
        field=figure.head or f"column {figure.column + 1}",
        reason=reason,
        value=figure.shown,
    )
