"""Whether quotas agree with the totals that stand beside them, and which of them look like slips."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from salesnb.calendar import Period
from salesnb.crm.quotas.layout import Sheet
from salesnb.crm.quotas.owners import Directory, Owner
from salesnb.crm.quotas.periods import TOTAL, PeriodName
from salesnb.money import Formatter, minor_digits
from salesnb.outliers import far_from_neighbours

__all__ = ["Figure", "TotalRow", "disagreements", "outliers"]

_FAR_FROM_OTHERS = 100
_FEWEST_OTHERS = 2


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of a sheet, with its place counted from 0.

    Attributes
    ----------
    period
        What it is for; None for a total, and for what the calendar does not have.
    amount, unit
        Minor units of ``money``, or a ``count``.
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
    unit: str = "money"
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
    sheet: Sheet,
    figures: Sequence[Figure],
    totals: Sequence[TotalRow],
    directory: Directory,
    fmt: Formatter,
) -> tuple[list[Figure], list[str], list[str]]:
    """Part quotas from totals, and list the totals that their parts do not add up to.

    A column of a longer period is a total where the row has parts of it; a row of a node is one where all reps below it
    have quotas in the sheet.

    Returns
    -------
    tuple
        The quotas, a sentence for each total that disagrees, and the totals that wait for names.
    """
    said: list[str] = []
    fine: list[Figure] = []
    for row in _by_row(figures).values():
        parts, sums = _finest(row)
        fine += parts
        said += _across(sheet, parts, sums, fmt)
    leaves = _complete_nodes(fine, directory)
    quotas = [figure for figure in fine if (figure.row, figure.column) not in leaves]
    for figure in fine:
        if below := leaves.get((figure.row, figure.column)):
            total = sum(part.amount for part in below)
            if total != figure.amount and figure.owner:
                where = _where(sheet, figure)
                said.append(
                    f"{where}: {figure.owner.name} has {_amount(figure, fmt)}, its reps add up to"
                    f" {_amount(figure, fmt, total)}; theirs count."
                )
    wrong, waiting = _down(sheet, quotas, totals, directory, fmt)
    return quotas, [*said, *wrong], waiting


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


def _across(sheet: Sheet, parts: Sequence[Figure], sums: Sequence[Figure], fmt: Formatter) -> list[str]:
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
                f"{where}: {total.text or 'the row'} has {_amount(total, fmt)}, the parts add up to"
                f" {_amount(total, fmt, expected)}."
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


def _down(
    sheet: Sheet,
    quotas: Sequence[Figure],
    totals: Sequence[TotalRow],
    directory: Directory,
    fmt: Formatter,
) -> tuple[list[str], list[str]]:
    """Check rows of totals: of a node all below it; else all since the total before, or all above.

    A total of a node is one of whoever stands there, also of names that nobody has. Where it may be of names that are not
    known yet, the check waits for them.
    """
    said: list[str] = []
    waiting: list[str] = []
    before = -1
    for total in totals:
        for figure in total.figures:
            parts = [
                part
                for part in quotas
                if part.kpi == total.kpi and not part.reason and _is_part(part, figure)
            ]
            sums = _sums(parts, total, before)
            if not parts or figure.amount in sums:
                continue
            if total.of and any(not (part.owner or directory.is_nobody(part.text)) for part in parts):
                waiting.append(repr(total.label))
                continue
            where = _where(sheet, figure)
            said.append(
                f"{where}: {total.label!r} has {_amount(figure, fmt)}, the quotas add up to"
                f" {_amount(figure, fmt, sums[0])}."
            )
        before = total.row
    return said, list(dict.fromkeys(waiting))


def _is_part(quota: Figure, total: Figure) -> bool:
    """Tell whether a quota is one of those that a figure of a row of totals adds up."""
    if total.name.grain == TOTAL or (quota.column, quota.name) == (total.column, total.name):
        return True
    if quota.period is None or total.period is None:
        return False
    return total.period.start <= quota.period.start and quota.period.end <= total.period.end


def _sums(parts: Sequence[Figure], total: TotalRow, before: int) -> list[int]:
    """Give what a total may come to, the likeliest first."""
    since = [part for part in parts if before < part.row < total.row]
    if total.of is None:
        return [_sum(since)]
    if total.of == "":
        return [_sum(part for part in parts if part.row < total.row), _sum(since), _sum(parts)]
    own = [part for part in parts if part.owner and total.of in (part.owner.id, *part.owner.above)]
    strangers = [part for part in since if part.owner is None]
    return [_sum([*own, *strangers]), _sum(own)]


def _sum(figures: Iterable[Figure]) -> int:
    return sum(figure.amount for figure in figures)


def outliers(sheet: Sheet, figures: Sequence[Figure], fmt: Formatter) -> list[str]:
    """Name the figures that are ten times their neighbours or a tenth of them: slips in typing, or not.

    Neighbours are the nearest four in time of the same owner, of which those that are named already do not count; an
    owner's single figure is held against those of its level, and named when it is a hundred times what they have.
    """
    found: list[tuple[float, str]] = []
    lines: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.period and figure.amount > 0:
            whose = figure.owner.id if figure.owner else figure.text
            lines[whose, figure.kpi, figure.name.grain].append(figure)
    for line in lines.values():
        found += _slips(sheet, sorted(line, key=_start), fmt)
    alone = [line[0] for line in lines.values() if len(line) == 1]
    for figure in alone:
        others = [other.amount for other in alone if other is not figure and _is_peer(other, figure)]
        if len(others) >= _FEWEST_OTHERS:
            ratio = figure.amount / median(others)
            if not 1 / _FAR_FROM_OTHERS < ratio < _FAR_FROM_OTHERS:
                found.append(_told(sheet, figure, ratio, "what others have", fmt))
    return [sentence for _, sentence in sorted(found, key=lambda pair: -pair[0])]


def _start(figure: Figure) -> date:
    return figure.period.start if figure.period else date.min


def _is_peer(one: Figure, other: Figure) -> bool:
    levels = [figure.owner and figure.owner.level for figure in (one, other)]
    return (one.period, one.kpi, levels[0]) == (other.period, other.kpi, levels[1])


def _slips(sheet: Sheet, line: list[Figure], fmt: Formatter) -> list[tuple[float, str]]:
    """Find the slips among the figures of one owner, the farthest first."""
    far = far_from_neighbours([figure.amount for figure in line])
    return [_told(sheet, line[place], ratio, "its neighbours", fmt) for place, ratio in far]


def _told(sheet: Sheet, figure: Figure, ratio: float, whose: str, fmt: Formatter) -> tuple[float, str]:
    name = figure.owner.name if figure.owner else figure.text
    size = f"{fmt.number(ratio)} times {whose}" if ratio > 1 else f"1/{fmt.number(1 / ratio)} of {whose}"
    where = _where(sheet, figure)
    return max(ratio, 1 / ratio), f"{where}: {name} has {_amount(figure, fmt)}, {size}."


def _amount(figure: Figure, fmt: Formatter, amount: int | None = None) -> str:
    """Write an amount of a figure's unit, its own by default, with cents where it has some."""
    value = figure.amount if amount is None else amount
    if figure.unit == "count":
        return fmt.count(value)
    return fmt.money(value, cents=value % 10 ** minor_digits(fmt.currency) != 0)


def _where(sheet: Sheet, figure: Figure) -> str:
    column = (figure.text if sheet.turned else figure.head) or sheet.place(figure.row, figure.column)
    return f"{sheet.name}, row {sheet.line(figure.row, figure.column)}, {column}"
