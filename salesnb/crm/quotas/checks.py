"""Whether quotas agree with the totals that stand beside them, and which of them look like slips."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from salesnb.calendar import Period
from salesnb.crm.quotas.layout import Sheet
from salesnb.crm.quotas.owners import Directory, Owner
from salesnb.crm.quotas.periods import TOTAL, PeriodName
from salesnb.money import plain

__all__ = ["Figure", "TotalRow", "disagreements", "outliers"]

_SLIP = 10
_AROUND = 2
_FAR_FROM_OTHERS = 100


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of a sheet, with its place counted from 0.

    Attributes
    ----------
    period
        What it is for; None for a total, and for what the calendar does not have.
    amount
        Minor units of money, or a count.
    digits
        Decimals of the amount's unit.
    reason
        Why it cannot be a quota; empty where it can.
    """

    row: int
    column: int
    head: str
    name: PeriodName
    period: Period | None
    amount: int
    shown: str
    owner: Owner | None = None
    text: str = ""
    kpi: str = ""
    digits: int = 2
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TotalRow:
    """A row that adds others up: of a node, of all (empty), or of what nobody knows (None)."""

    row: int
    of: str | None
    label: str
    kpi: str
    figures: tuple[Figure, ...]


def disagreements(
    sheet: Sheet, figures: Sequence[Figure], totals: Sequence[TotalRow], directory: Directory
) -> tuple[list[Figure], list[str]]:
    """Part quotas from totals, and list the totals that their parts do not add up to.

    A column of a longer period is a total where the row has parts of it; a row of a node is one where all reps below it
    have quotas in the sheet.

    Returns
    -------
    tuple
        The quotas, and a sentence for each total that disagrees.
    """
    said: list[str] = []
    fine: list[Figure] = []
    for row in _by_row(figures).values():
        parts, sums = _finest(row)
        fine += parts
        said += _across(sheet, parts, sums)
    leaves = _complete_nodes(fine, directory)
    quotas = [figure for figure in fine if (figure.row, figure.column) not in leaves]
    for figure in fine:
        if below := leaves.get((figure.row, figure.column)):
            total = sum(part.amount for part in below)
            if total != figure.amount and figure.owner:
                where = _where(sheet, figure)
                said.append(
                    f"{where}: {figure.owner.name} has {plain(figure.amount, figure.digits)}, its reps add up to"
                    f" {plain(total, figure.digits)}; theirs count."
                )
    said += _down(sheet, quotas, totals)
    return quotas, said


def _by_row(figures: Iterable[Figure]) -> Mapping[int, list[Figure]]:
    rows: dict[int, list[Figure]] = defaultdict(list)
    for figure in figures:
        rows[figure.row].append(figure)
    return rows


def _finest(row: Sequence[Figure]) -> tuple[list[Figure], list[Figure]]:
    """Part the figures of a row into those that have no part beside them, and sums of others."""
    parts: list[Figure] = []
    sums: list[Figure] = []
    for figure in row:
        within = [
            other
            for other in row
            if other is not figure
            and other.period
            and figure.period
            and other.period != figure.period
            and figure.period.start <= other.period.start
            and other.period.end <= figure.period.end
        ]
        is_sum = bool(within) or (figure.name.grain == TOTAL and len(row) > 1)
        (sums if is_sum else parts).append(figure)
    return parts, sums


def _across(sheet: Sheet, parts: Sequence[Figure], sums: Sequence[Figure]) -> list[str]:
    """Check the sums of a row against its parts."""
    said = []
    for total in sums:
        if total.name.grain == TOTAL:
            within = list(parts)
        else:
            within = [
                part
                for part in parts
                if part.period
                and total.period
                and total.period.start <= part.period.start
                and part.period.end <= total.period.end
            ]
        expected = sum(part.amount for part in within)
        if not total.reason and expected != total.amount:
            where = _where(sheet, total)
            said.append(
                f"{where}: {total.text or 'the row'} has {plain(total.amount, total.digits)}, the parts add up to"
                f" {plain(expected, total.digits)}."
            )
    return said


def _complete_nodes(figures: Sequence[Figure], directory: Directory) -> dict[tuple[int, int], list[Figure]]:
    """Find the figures of nodes below which every rep has one of the same KPI and period, and list those."""
    reps: dict[str, set[str]] = defaultdict(set)
    for owner in directory.owners:
        if owner.level == "rep":
            for node in owner.above:
                reps[node].add(owner.id)
    given: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.owner and figure.owner.level == "rep" and figure.period and not figure.reason:
            given[figure.kpi, figure.period.label].append(figure)
    found = {}
    for figure in figures:
        if figure.owner is None or figure.owner.level == "rep" or figure.period is None or figure.reason:
            continue
        place = figure.owner.id
        below = [
            part
            for part in given[figure.kpi, figure.period.label]
            if part.owner and place in part.owner.above
        ]
        if below and reps[place] <= {part.owner.id for part in below if part.owner}:
            found[figure.row, figure.column] = below
    return found


def _down(sheet: Sheet, quotas: Sequence[Figure], totals: Sequence[TotalRow]) -> list[str]:
    """Check rows of totals: of a node all below it; else all since the total before, or all above."""
    said = []
    before = -1
    for total in totals:
        for figure in total.figures:
            column = [q for q in quotas if q.column == figure.column and q.kpi == total.kpi and not q.reason]
            above = sum(q.amount for q in column if q.row < total.row)
            if total.of is None:
                sums = [sum(q.amount for q in column if before < q.row < total.row)]
            elif total.of == "":
                sums = [
                    above,
                    sum(q.amount for q in column if before < q.row < total.row),
                    sum(q.amount for q in column),
                ]
            else:
                sums = [sum(q.amount for q in column if q.owner and total.of in (q.owner.id, *q.owner.above))]
            if figure.name.grain == TOTAL or not column:
                continue
            if figure.amount not in sums:
                where = _where(sheet, figure)
                said.append(
                    f"{where}: {total.label!r} has {plain(figure.amount, figure.digits)}, the quotas add up to"
                    f" {plain(sums[0], figure.digits)}."
                )
        before = total.row
    return said


def outliers(sheet: Sheet, figures: Sequence[Figure]) -> list[str]:
    """Name the figures that are ten times their neighbours or a tenth of them: slips in typing, or not.

    Neighbours are the two periods before and the two after; a single figure of an owner is held against the other
    owners of its level, and named when it is a hundred times what they have.
    """
    found: list[tuple[float, str]] = []
    lines: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.period and figure.amount > 0:
            lines[figure.owner.id if figure.owner else figure.text, figure.kpi, figure.name.grain].append(
                figure
            )
    for line in lines.values():
        ordered = sorted(line, key=lambda figure: figure.period.start if figure.period else None)  # type: ignore[arg-type,return-value]
        for place, figure in enumerate(ordered):
            near = [*ordered[max(place - _AROUND, 0) : place], *ordered[place + 1 : place + 1 + _AROUND]]
            usual = median(other.amount for other in near) if near else 0
            found += _slip(sheet, figure, usual, _SLIP, "its neighbours")
    alone = [line[0] for line in lines.values() if len(line) == 1]
    for figure in alone:
        others = [
            other.amount
            for other in alone
            if other is not figure
            and other.period == figure.period
            and other.kpi == figure.kpi
            and (other.owner and other.owner.level) == (figure.owner and figure.owner.level)
        ]
        if len(others) >= 2:
            found += _slip(sheet, figure, median(others), _FAR_FROM_OTHERS, "what others have")
    return [sentence for _, sentence in sorted(found, key=lambda pair: -pair[0])]


def _slip(sheet: Sheet, figure: Figure, usual: float, times: int, whose: str) -> list[tuple[float, str]]:
    if usual <= 0:
        return []
    ratio = figure.amount / usual
    if 1 / times < ratio < times:
        return []
    name = figure.owner.name if figure.owner else figure.text
    size = f"{ratio:.3g} times" if ratio > 1 else f"1/{1 / ratio:.3g} of"
    where = _where(sheet, figure)
    return [
        (max(ratio, 1 / ratio), f"{where}: {name} has {plain(figure.amount, figure.digits)}, {size} {whose}.")
    ]


def _where(sheet: Sheet, figure: Figure) -> str:
    return f"{sheet.name}, row {figure.row + 1}, {figure.head or figure.column + 1}"
