"""What must hold in a warehouse for its figures to be right, asked in one query; and what an answer needs to know.

An import sets rows aside that break a rule. A warehouse is read where it is, so that it is refused instead, with all
that is wrong at once and how many rows it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from typing import Any

from salesnb.counting import counted
from salesnb.crm.credits import OVERLAY, REVENUE, SLACK, WHOLE
from salesnb.crm.tables import Table, table_named
from salesnb.crm.warehouse.columns import Found
from salesnb.crm.warehouse.credits import share_parts
from salesnb.crm.warehouse.organisation import STEPS, chain
from salesnb.errors import BadInput

__all__ = ["Findings", "examine"]

_EPOCH = date(1970, 1, 1)
_EARLIEST, _LATEST = date(1950, 1, 1), date(2099, 12, 31)
_ALWAYS = date(1, 1, 1), date(9999, 12, 31)
_HAPPENED = {
    "opportunities": ("created_on", "closed_on"), "stage_history": ("entered_on",), "orders": ("ordered_on",),
}  # fmt: skip
# No figure is computed from these.
_UNUSED = {"rates", "calls", "activities", "effort", "market"}
# Where a sentence about what is wrong has its number.
_NUMBER = re.compile(r"\{n:(?P<one>[^|]+)\|(?P<many>[^}]+)\}")
# A float that has added up to less than this has not missed 2^63 by its own rounding.
_MOST = float(2**62)
_SHARE = 1 + 1e-9
_MENDED = "Correct these rows, or leave them out in a view and name that in [data.tables]."

Numbers = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What was found.

    Attributes
    ----------
    rows
        By table.
    latest
        The latest day on which something happened; None where nothing is dated.
    unknown
        Number of rows that name a partner that is not there, by table and column.
    facts
        All numbers by table and name, which change when the data does.
    """

    rows: Mapping[str, int]
    latest: date | None
    unknown: Mapping[tuple[str, str], int] = field(default_factory=dict)
    facts: Mapping[tuple[str, str], int | None] = field(default_factory=dict)

    def is_true(self, table: str, name: str) -> bool:
        """Whether a number about a table is there and not zero."""
        return bool(self.facts.get((table, name)))


def _counted(said: str, count: int) -> str:
    """Put a number into a sentence, with the words for one or for several."""
    return _NUMBER.sub(lambda words: counted(count, words["one"], words["many"]), said)


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """Numbers about the rows of a table; one whose name has ``{n:one|many}`` in it says what is wrong where it is not zero."""

    table: str
    rows: Any
    numbers: Numbers


def examine(
    found: Mapping[str, Found], currency: str, ask: Callable[[Any], list[dict[str, Any]]]
) -> Findings:
    """Ask all questions at once.

    Parameters
    ----------
    ask
        How a query is answered.

    Raises
    ------
    BadInput
        When a rule is broken.
    """
    sheets = [sheet for name in found for sheet in _sheets(name, found, currency)]
    known = _answers(sheets, ask)
    problems = [
        f"{found[table].label}: {_counted(name, value)}"
        for (table, name), value in known.items()
        if _NUMBER.search(name) and value
    ]
    if problems:
        raise BadInput(" ".join(problems), hint=_MENDED)
    days = [value for (_, name), value in known.items() if name == "latest" and value is not None]
    return Findings(
        rows={table: value or 0 for (table, name), value in known.items() if name == "rows"},
        latest=_EPOCH + timedelta(days=max(days)) if days else None,
        unknown={
            (table, name.removeprefix("unknown ")): value
            for (table, name), value in known.items()
            if name.startswith("unknown ") and value
        },
        facts=known,
    )


def _answers(
    sheets: list[_Sheet], ask: Callable[[Any], list[dict[str, Any]]]
) -> dict[tuple[str, str], int | None]:
    """Make each sheet a row, with as many columns as the widest, so that one query answers all."""
    import ibis

    width = max(len(sheet.numbers) for sheet in sheets)
    parts = []
    for place, sheet in enumerate(sheets):
        row = sheet.rows.aggregate(**{f"v{n}": value for n, value in enumerate(sheet.numbers.values())})
        missing = {f"v{n}": ibis.null("int64") for n in range(len(sheet.numbers), width)}
        values = {f"v{n}": row[f"v{n}"].cast("int64") for n in range(len(sheet.numbers))}
        parts.append(row.select(sheet=ibis.literal(place, type="int64"), **values, **missing))
    answers = {row["sheet"]: row for row in ask(reduce(lambda one, other: one.union(other), parts))}
    return {
        (sheet.table, name): None if (value := answers[place][f"v{n}"]) is None else int(value)
        for place, sheet in enumerate(sheets)
        for n, name in enumerate(sheet.numbers)
    }


def _sheets(name: str, found: Mapping[str, Found], currency: str) -> Iterator[_Sheet]:
    """Few sheets a table: an engine plans each of them anew."""
    table, rows = table_named(name), found[name].view
    if table is None or name in _UNUSED:
        return
    if name == "org":
        rows = chain(rows, STEPS)
    yield _Sheet(table=name, rows=rows, numbers=_numbers(table, rows, currency))
    yield from _partners(table, found)
    if name == "credits":
        yield _excess(rows)
    if name == "memberships":
        yield _overlaps(rows)
    yield from _without(name, found)


def _numbers(table: Table, rows: Any, currency: str) -> Numbers:
    own: dict[str, Callable[[Any], Numbers]] = {
        "opportunities": lambda rows: {**_currencies(rows, currency), **_deals(rows)},
        "orders": lambda rows: _currencies(rows, currency),
        "org": _nodes,
        "credits": _kinds,
    }
    found = {"rows": rows.count(), **_keys(table, rows), **_amounts(table, rows), **_days(table, rows)}
    return found | own[table.name](rows) if table.name in own else found


def _kinds(rows: Any) -> Numbers:
    return {"{n:row is|rows are} neither revenue nor overlay.": _count(~rows.kind.isin([REVENUE, OVERLAY]))}


def _without(name: str, found: Mapping[str, Found]) -> Iterator[_Sheet]:
    """Reps without a membership, and nodes named that are not there."""
    rows = found[name].view
    if name == "memberships" and "reps" in found:
        reps = found["reps"].view.anti_join(rows, "rep_id")
        yield _Sheet(table=name, rows=reps, numbers={"reps without": reps.count()})
    if name in {"memberships", "reps"} and "org" in found:
        lost = rows.filter(rows.node.notnull()).anti_join(found["org"].view, "node")
        yield _Sheet(table=name, rows=lost, numbers={"lost": lost.count()})


def _nodes(linked: Any) -> Numbers:
    """What a table of nodes lacks, and how many nodes have somebody one step above them, two steps, and so on."""
    top = linked.node == "company"
    return {
        "roots": _count(top),
        "named": _count(linked.level.notnull() & ~top),
        "lost": _count(linked.parent.notnull() & ~top & linked.a1.isnull()),
        **{f"step {n}": linked[f"a{n}"].count() for n in range(1, STEPS + 1)},
    }


def _count(condition: Any) -> Any:
    return condition.fill_null(False).ifelse(1, 0).cast("int64").sum().fill_null(0)


def _keys(table: Table, rows: Any) -> Numbers:
    """Keys that are not there, or stand on several rows: a join would count what belongs to them as often."""
    needed = [one.name for one in table.fields if one.required and not one.input_only]
    found = {f"{{n:row has|rows have}} no {name}.": _count(rows[name].isnull()) for name in needed}
    if len(table.key) == 1:
        key = rows[table.key[0]]
        found[f"{{n:row repeats|rows repeat}} the {table.key[0]} of another."] = key.count() - key.nunique()
    return found


def _amounts(table: Table, rows: Any) -> Numbers:
    """Amounts that are refused, and sums that could pass what 64 bits hold."""
    found: Numbers = {}
    for one in table.kept:
        column = rows[one.name]
        if one.kind == "money" and table.name == "opportunities":
            found[f"{{n:row has|rows have}} a negative {one.name}."] = _count(column < 0)
        if "money" in one.kind:
            too_much = column.cast("float64").abs().sum() > _MOST
            found[f"{one.name} adds up to more than can be held exactly ({{n:sum|sums}})."] = (
                too_much.fill_null(False).ifelse(1, 0)
            )
            # Within what is allowed no part of the sum can overflow; beyond it the sum is not asked for.
            found[f"sum {one.name}"] = (column.abs() < 10**15).ifelse(column, 0).sum()
        if one.kind == "probability":
            outside = (column < 0) | (column > 1)
            found[f"{{n:row has|rows have}} a {one.name} that is not between 0 and 1."] = _count(outside)
    return found


def _days(table: Table, rows: Any) -> Numbers:
    import ibis

    found: Numbers = {}
    for name in _HAPPENED.get(table.name, ()):
        outside = (rows[name] < ibis.date(_EARLIEST)) | (rows[name] > ibis.date(_LATEST))
        found[f"{{n:row has|rows have}} a {name} that is not between {_EARLIEST} and {_LATEST}."] = _count(
            outside
        )
    days = [rows[name].max().delta(ibis.date(_EPOCH), unit="day") for name in _HAPPENED.get(table.name, ())]
    if days:
        earliest = ibis.literal((_ALWAYS[0] - _EPOCH).days)
        # Spark takes no largest of one.
        latest = ibis.greatest(earliest, *(day.fill_null(earliest) for day in days))
        found["latest"] = latest.nullif(earliest)
    return found


def _deals(rows: Any) -> Numbers:
    closed = rows.status.isin(["won", "lost"])
    return {
        "{n:row has|rows have} a status that is not open, won or lost.": _count(
            ~rows.status.fill_null("").isin(["open", "won", "lost"])
        ),
        "{n:row is|rows are} won or lost without a closed_on.": _count(closed & rows.closed_on.isnull()),
        "{n:row was|rows were} closed before being created.": _count(
            closed & (rows.closed_on < rows.created_on)
        ),
    }


def _currencies(rows: Any, currency: str) -> Numbers:
    other = rows["input:currency"].upper() != currency
    return {f"{{n:row is|rows are}} in another currency than {currency}.": _count(other)}


def _partners(table: Table, found: Mapping[str, Found]) -> Iterator[_Sheet]:
    """References that find no partner: of a credit they are wrong, else they are taken to be empty."""
    known = [one for one in table.references if one.table in found]
    if not known or table.name == "stage_history":
        return
    rows = found[table.name].view
    for place, reference in enumerate(known):
        partner = found[reference.table].view.select(**{f"p{place}": reference.field})
        rows = rows.left_join(partner, rows[reference.field] == partner[f"p{place}"])
    refused = "{{n:row has|rows have}} a {} that is not in {}." if table.name == "credits" else "unknown {}"
    numbers = {
        refused.format(one.field, one.table): _count(rows[one.field].notnull() & rows[f"p{place}"].isnull())
        for place, one in enumerate(known)
    }
    yield _Sheet(table=table.name, rows=rows, numbers=numbers)


def _excess(rows: Any) -> _Sheet:
    """Deals whose revenue, or overlay of one rep, is shared out more than once."""
    import ibis

    whose = (rows.kind == OVERLAY).ifelse(rows.rep_id, ibis.null("string"))
    parts = rows.select("opportunity_id", "kind", whose=whose, parts=share_parts(rows.share))
    sums = parts.group_by("opportunity_id", "kind", "whose").aggregate(
        parts=parts.parts.sum().cast("int64"), n=parts.count()
    )
    over = sums.filter(sums.parts > WHOLE + SLACK * sums.n)
    said = "{n:deal has|deals have} shares that add up to more than 1."
    return _Sheet(table="credits", rows=over, numbers={said: over.count()})


def _overlaps(rows: Any) -> _Sheet:
    """Reps that belong to several nodes with more than a share of 1, on a day on which one of these begins."""
    import ibis

    dated = rows.select(
        "rep_id",
        since=rows.valid_from.fill_null(ibis.date(_ALWAYS[0])),
        until=rows.valid_to.fill_null(ibis.date(_ALWAYS[1])),
        share=rows.share.fill_null(1.0),
    )
    days = dated.select(who="rep_id", day="since").distinct()
    there = days.inner_join(
        dated, (days.who == dated.rep_id) & (dated.since <= days.day) & (days.day < dated.until)
    )
    sums = there.group_by("who", "day").aggregate(share=there.share.sum())
    over = sums.filter(sums.share > _SHARE)
    said = "{n:rep belongs|reps belong} to several nodes with more than a share of 1."
    return _Sheet(table="memberships", rows=over, numbers={said: over.who.nunique()})
