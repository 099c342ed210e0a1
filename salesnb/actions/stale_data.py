"""Whether data is too old, or has lost too many rows, to be reviewed: the one question that today's date answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from salesnb.counting import counted
from salesnb.errors import BadInput

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.crm.importing import ImportReport
    from salesnb.money import Formatter
    from salesnb.workspace import Settings

__all__ = ["Doubt", "accepted", "data_doubts", "import_doubts", "row_drops"]

# Without a setting, an export of deals that lost more than this share is not loaded unasked.
_MOST_LOST = 0.2
_OF_DEALS = ("opportunities", "orders")


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Something that the settings do not allow.

    Attributes
    ----------
    what
        A full sentence with both figures.
    short
        The same for a page. Today's date is not in it: the same data give the same pages.
    advice
        What to do before it is loaded all the same.
    """

    what: str
    short: str
    advice: str = "Check that the export is whole."


def data_doubts(data: "Dataset", settings: "Settings", today: date) -> tuple[Doubt, ...]:
    """Compare the data with what ``[freshness]`` allows; nothing is wrong where that section is left out."""
    return (
        *_age(data.meta.as_of, settings, today),
        *row_drops(data.meta.loaded_before, data.loaded(), settings),
    )


def accepted(doubts: tuple[Doubt, ...], *, stale_ok: bool) -> str:
    """Give what the pages say about doubts that somebody accepts; empty when there are none.

    Raises
    ------
    BadInput
        When nobody accepts them.
    """
    if doubts and not stale_ok:
        raise BadInput(
            " ".join(doubt.what for doubt in doubts),
            hint="Import newer or complete data, or go on with --stale-ok; the pages then say so.",
        )
    return "; ".join(doubt.short for doubt in doubts)


def import_doubts(
    before: "ImportReport | None", now: "ImportReport", settings: "Settings"
) -> tuple[Doubt, ...]:
    """Say what speaks against an import: nothing is won, rows are gone, the as-of date goes back."""
    unwon = (Doubt(what=now.unwon[0], short="nothing is won", advice=now.unwon[1]),) if now.unwon else ()
    return (*unwon, *(_partial(before, now, settings) if before else ()))


def _partial(before: "ImportReport", now: "ImportReport", settings: "Settings") -> tuple[Doubt, ...]:
    """Say what speaks for a partial or an old export."""
    was, is_ = ({table.name: table.loaded for table in report.tables} for report in (before, now))
    find = _lost_deals if settings.max_row_drop is None else row_drops
    drops = find(was, is_, settings)
    if now.as_of >= before.as_of:
        return drops
    fmt = settings.formatter
    days = f"as of {fmt.date(now.as_of)}"
    what = f"The data is {days}; that of the import before is as of {fmt.date(before.as_of)}, which is later."
    return (*drops, Doubt(what=what, short=days))


def _lost_deals(before: Mapping[str, int], now: Mapping[str, int], settings: "Settings") -> tuple[Doubt, ...]:
    fmt = settings.formatter
    return tuple(
        Doubt(
            what=f"{table} has {_rows(now[table], fmt)}, {fmt.ratio(1 - now[table] / before[table])} fewer than"
            f" the {fmt.count(before[table])} of the import before.",
            short=f"{table} fell from {fmt.count(before[table])} to {_rows(now[table], fmt)}",
        )
        for table in _OF_DEALS
        if before.get(table) and before[table] - now.get(table, before[table]) > _MOST_LOST * before[table]
    )


def row_drops(before: Mapping[str, int], now: Mapping[str, int], settings: "Settings") -> tuple[Doubt, ...]:
    """Name the tables that lost a larger share of their rows since the import before than the settings allow."""
    most, fmt = settings.max_row_drop, settings.formatter
    if most is None:
        return ()
    return tuple(
        Doubt(
            what=f"{table} has {_rows(now[table], fmt)}, {fmt.ratio(1 - now[table] / count)} fewer than the"
            f" {fmt.count(count)} of the import before; max_row_drop allows {fmt.ratio(most)}.",
            short=f"{table} fell from {fmt.count(count)} to {_rows(now[table], fmt)}",
        )
        for table, count in before.items()
        if table in now and count - now[table] > most * count
    )


def _age(as_of: date, settings: "Settings", today: date) -> tuple[Doubt, ...]:
    most, fmt = settings.max_age, settings.formatter
    if most is None or today - as_of <= most:
        return ()
    over = _days(today - as_of - most)
    return (
        Doubt(
            what=f"The data is as of {fmt.date(as_of)}, {_days(today - as_of)} before today, {fmt.date(today)}:"
            f" {over} more than the {_days(most)} that max_age allows.",
            short=f"older than the {_days(most)} allowed",
        ),
    )


def _rows(count: int, fmt: "Formatter") -> str:
    return f"{fmt.count(count)} {'row' if count == 1 else 'rows'}"


def _days(age: timedelta) -> str:
    return counted(age.days, "day", "days")
