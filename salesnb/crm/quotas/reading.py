"""Quotas out of files as people keep them: every figure is taken, set aside with its reason, or checked as a total."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from salesnb.calendar import Period
from salesnb.crm.quotas.checks import Figure, disagreements, outliers
from salesnb.crm.quotas.layout import Sheet, find_quotas
from salesnb.crm.quotas.owners import Directory, Owner
from salesnb.crm.quotas.periods import GRAINS, month_names
from salesnb.crm.quotas.sheet_reader import Hints, SheetReader
from salesnb.crm.sources import GridSource, source_for
from salesnb.crm.staging import shown
from salesnb.errors import BadInput, MissingFile

__all__ = ["NAMELESS", "GivenQuota", "Reading", "Rejected", "UnknownOwner", "holds_quotas", "read_quotas"]

_HEAD = 60
# How the reason of a figure without a name begins.
NAMELESS = "it does not say whose it is"


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
    """What a file of quotas holds; figures read = ``quotas`` + ``rejected``.

    Of those that were set aside, ``unclaimed`` are the ones whose name nobody has; their ``owner`` is that name.
    """

    quotas: tuple[GivenQuota, ...]
    rejected: tuple[Rejected, ...]
    unknown: tuple[UnknownOwner, ...]
    disagreements: tuple[str, ...]
    outliers: tuple[str, ...]
    notices: tuple[str, ...]
    rounded: int = 0
    unclaimed: tuple[GivenQuota, ...] = ()

    @property
    def read(self) -> int:
        """Figures that were found."""
        return len(self.quotas) + len(self.rejected)


def holds_quotas(path: Path, directory: Directory, hints: Hints) -> bool:
    """Tell whether a file holds quotas and cannot be anything else; looks at the first rows only."""
    source = source_for(path)
    if not isinstance(source, GridSource):
        return False
    months = month_names(hints.fmt.locale)
    for name in source.tables(path) or ("",):
        sheet = Sheet(file=path.name, sheet=name, rows=source.head(path, name)[:_HEAD])
        if find_quotas(sheet, directory, months) is not None:
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
    months = month_names(hints.fmt.locale)
    notices: list[str] = []
    sheets: list[SheetReader] = []
    for name in source.tables(path) or ("",):
        rows, said = source.grid(path, name)
        sheet = Sheet(file=path.name, sheet=name, rows=rows)
        found = find_quotas(sheet, directory, months, surely=True)
        if found is None:
            notices.append(f"{sheet.name}: no quotas are found here; it is passed over.")
            continue
        notices += said
        if found[0].turned:
            notices.append(f"{sheet.name}: periods stand down and names across, and are read so.")
        sheets.append(SheetReader(*found, directory, hints, months))
    if not sheets:
        raise BadInput(
            "No quotas are found.",
            where=path.name,
            hint="Give periods at the head of columns, such as 2024-01, Jan or Q1, and a column of names beside them;"
            " or periods down the first column and names that are known across; or columns named owner, period and quota.",
        )
    gathered = _Gathered(directory)
    for reader in sheets:
        reader.read()
        gathered.add(reader)
        notices += reader.notices
    return gathered.reading(tuple(notices), sum(reader.rounded for reader in sheets))


class _Gathered:
    """What the sheets of a file hold together: what is a total, what stands twice, what is nobody's."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._kept: dict[tuple[str, str, str], GivenQuota] = {}
        self._rejected: list[Rejected] = []
        self._named_in = ""
        self._unknown: Counter[str] = Counter()
        self._unclaimed: list[GivenQuota] = []
        self._disagreements: list[str] = []
        self._outliers: list[str] = []
        self._waiting: list[str] = []

    def add(self, reader: SheetReader) -> None:
        """Take what one sheet holds."""
        sheet, fmt = reader.sheet, reader.hints.fmt
        quotas, told, waiting = disagreements(sheet, reader.figures, reader.totals, self._directory, fmt)
        self._disagreements += told
        if waiting:
            self._waiting.append(
                f"{sheet.name}: not checked before all names are known: {', '.join(waiting)}."
            )
        self._outliers += outliers(sheet, [figure for figure in quotas if not figure.reason], fmt)
        for figure in quotas:
            self._take(sheet, figure)

    def _take(self, sheet: Sheet, figure: Figure) -> None:
        reason = figure.reason or _reason(figure, self._directory, is_below=self._named_in == sheet.name)
        if figure.text:
            self._named_in = sheet.name
        if reason or figure.owner is None or figure.period is None:
            self._set_aside(sheet, figure, reason)
            return
        key = (figure.owner.id, figure.kpi, figure.period.label)
        if key in self._kept:
            first = self._kept[key]
            self._set_aside(sheet, figure, f"it stands twice, first in row {first.row} of {first.file}")
            return
        self._kept[key] = _given(sheet, figure, figure.owner.id, figure.period)

    def _set_aside(self, sheet: Sheet, figure: Figure, reason: str) -> None:
        self._rejected.append(_rejected(sheet, figure, reason))
        is_new = figure.owner is None and not figure.reason and not self._directory.is_nobody(figure.text)
        if is_new and figure.text:
            self._unknown[figure.text] += 1
            if figure.period:
                self._unclaimed.append(_given(sheet, figure, figure.text, figure.period))

    def reading(self, notices: tuple[str, ...], rounded: int) -> Reading:
        """Give it all, with whom an unknown name may mean."""
        find, nearest = self._directory.find, self._directory.nearest
        return Reading(
            quotas=tuple(self._kept.values()),
            rejected=tuple(self._rejected),
            unknown=tuple(
                UnknownOwner(text=text, quotas=count, nearest=find(text) or nearest(text))
                for text, count in self._unknown.items()
            ),
            disagreements=tuple(self._disagreements),
            outliers=tuple(self._outliers),
            notices=(*notices, *self._waiting),
            rounded=rounded,
            unclaimed=tuple(self._unclaimed),
        )


def _reason(figure: Figure, directory: Directory, *, is_below: bool) -> str:
    """Say why a figure cannot be taken; ``is_below`` tells that a row above it names somebody."""
    if figure.period is None:
        return (
            "its period is not in the calendar"
            if figure.name.grain in GRAINS
            else "it is for no month, quarter or year"
        )
    if figure.owner is None:
        if not figure.text:
            merged = "; if the name above is meant, as in a merged cell, fill it down to every row"
            return f"{NAMELESS}{merged if is_below else ''}"
        if directory.is_nobody(figure.text):
            return f"{figure.text!r} was left out"
        several = len(directory.find(figure.text))
        return f"{several} are called {figure.text!r}" if several else f"nobody is called {figure.text!r}"
    return ""


def _given(sheet: Sheet, figure: Figure, owner: str, period: Period) -> GivenQuota:
    return GivenQuota(
        owner=owner,
        kpi=figure.kpi,
        period=period,
        amount=figure.amount,
        file=sheet.name,
        row=sheet.line(figure.row, figure.column),
        column=sheet.place(figure.row, figure.column),
    )


def _rejected(sheet: Sheet, figure: Figure, reason: str) -> Rejected:
    return Rejected(
        file=sheet.name,
        row=sheet.line(figure.row, figure.column),
        field=(figure.text if sheet.turned else figure.head)
        or f"column {sheet.place(figure.row, figure.column)}",
        reason=shown(reason),
        value=shown(figure.shown),
    )
