"""Quotas out of files as people keep them: every figure is taken, set aside with its reason, or checked as a total."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from salesnb.calendar import Period
from salesnb.crm.quotas.checks import Figure, disagreements, outliers
from salesnb.crm.quotas.layout import Sheet, find_layout
from salesnb.crm.quotas.owners import Directory, Owner
from salesnb.crm.quotas.periods import GRAINS, month_names
from salesnb.crm.quotas.sheet_reader import Hints, SheetReader
from salesnb.crm.sources import GridSource, source_for
from salesnb.crm.staging import shown
from salesnb.errors import BadInput, MissingFile

__all__ = ["GivenQuota", "Reading", "Rejected", "UnknownOwner", "holds_quotas", "read_quotas"]

_HEAD = 60


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
    months = month_names(hints.fmt.locale)
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
    months = month_names(hints.fmt.locale)
    notices: list[str] = []
    sheets: list[SheetReader] = []
    for name in source.tables(path) or ("",):
        rows, said = source.grid(path, name)
        sheet = Sheet(file=path.name, sheet=name, rows=rows)
        layout = find_layout(sheet, directory, months, surely=True)
        if layout is None:
            notices.append(f"{sheet.name}: no quotas are found here; it is passed over.")
            continue
        notices += said
        sheets.append(SheetReader(sheet, layout, directory, hints, months))
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


def _together(sheets: Sequence[SheetReader], directory: Directory, notices: list[str]) -> Reading:
    """Put sheets together: what is a total, what stands twice, what is nobody's."""
    kept: dict[tuple[str, str, str], GivenQuota] = {}
    rejected: list[Rejected] = []
    unknown: dict[str, int] = {}
    wrong: list[str] = []
    odd: list[str] = []
    for reader in sheets:
        notices += reader.notices
        quotas, told = disagreements(reader.sheet, reader.figures, reader.totals, directory, reader.hints.fmt)
        wrong += told
        odd += outliers(reader.sheet, [figure for figure in quotas if not figure.reason], reader.hints.fmt)
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
            if figure.name.grain in GRAINS
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
        reason=shown(reason),
        value=shown(figure.shown),
    )
