"""The open pipeline: by stage, what it covers, what stalls, and the deals to look at."""

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from salesnb.charts import Chart, Link, stages, table
from salesnb.workbooks.findings import pipeline_sentence
from salesnb.workbooks.findings_need import chances
from salesnb.workbooks.findings_words import plural
from salesnb.workbooks.review_text import Text, paragraph

if TYPE_CHECKING:
    from salesnb.workbooks.findings_need import Need
    from salesnb.workbooks.findings_reading import Reading

__all__ = ["coverage_table", "deal_table", "stage_chart"]


def stage_chart(reading: "Reading") -> Chart | Text:
    """Draw the open deals by stage."""
    rows = [row for row in reading.extract.table("stages") if row["open_count"]]
    if not rows:
        return paragraph([f"No deal was open on {reading.say.date(reading.extract.origin.as_of)}."])
    return stages(
        _stage_finding(reading, rows),
        [
            (
                _name(row["stage"]),
                row["open_count"],
                row["open_amount"],
                row["weighted_amount"],
                row["median_age_days"],
            )
            for row in rows
        ],
        fmt=reading.extract.fmt,
        subtitle=f"Open deals by stage on {reading.say.date(reading.extract.origin.as_of)}, expected amount",
    )


def _name(value: object) -> str:
    return str(value) if value not in {None, ""} else "Not given"


def _stage_finding(reading: "Reading", rows: list[dict[str, Any]]) -> str:
    say, total = reading.say, sum(int(row["open_amount"] or 0) for row in rows)
    count = sum(int(row["open_count"]) for row in rows)
    deals = say.count(count, "open deal")
    if len(rows) == 1 or not total:
        return f"{deals}, {say.money(total)}, {'is' if count == 1 else 'are'} in {_name(rows[0]['stage'])}."
    top = max(rows, key=lambda row: int(row["open_amount"] or 0))
    amount = int(top["open_amount"] or 0)
    share = say.share(Fraction(amount, total))
    return f"{_name(top['stage'])} holds {say.money(amount)} of {say.money(total)} open ({share}), in {deals} in all."


def coverage_table(reading: "Reading") -> Chart | Text:
    """Show what the pipeline covers of the goal, each figure beside its definition."""
    open_, at, say = reading.pipeline, reading.at, reading.say
    if not open_.count and open_.coverage is None:
        return paragraph(["With no open deal there is nothing to cover the goal with."])
    rows = [*_coverage(reading), *_stalled(reading)]
    if not rows:
        words = "The goal is reached" if at.pace == "reached" else "Without a goal in won amount"
        return paragraph([f"{words}: there is no gap to cover, and coverage is not defined."])
    return table(
        pipeline_sentence(reading) or f"{say.money(open_.amount)} is open.",
        [("Measure",), ("", "figure"), ("How it is told",)],
        rows,
        fmt=reading.extract.fmt,
    )


def _coverage(reading: "Reading") -> list[list[str]]:
    open_, at, say = reading.pipeline, reading.at, reading.say
    if open_.coverage is None or at.to_go is None or at.state == "over":
        return []
    gap = f"{say.money(at.to_go)} missing to the goal"
    rows = []
    if open_.closable is not None:
        count = f" ({say.count(open_.closable_count, 'deal')})" if open_.closable_count is not None else ""
        told = f"{say.money(open_.closable)} open and expected to close by the period's end, or without a date{count} / {gap}"
        rows.append(["Coverage", say.times(open_.coverage), told])
    rows.append(
        [
            "Coverage by all open deals",
            say.times(open_.coverage_all or 0),
            f"{say.money(open_.amount)} open / {gap}",
        ]
    )
    if open_.need is not None:
        rows += _needed(open_.need, reading)
    elif open_.required is not None and open_.win_rate is not None:
        told = f"1 / win rate of {say.share(open_.win_rate)} ({open_.rate_basis}); one and a half times that is called enough"
        rows.append(["Needed for an even chance", say.times(open_.required), told])
    return rows


def _needed(need: "Need", reading: "Reading") -> list[list[str]]:
    """Show what the chosen confidence needs, and an even chance, of pipeline like that at hand."""
    say = reading.say
    each = f"each open deal by its age and the {say.count(need.days_left, 'day')} left"
    told = f"open deals like these / missing to the goal, so that the won ones reach it; {each}, by {need.basis(say)}"
    even = f"as above; {say.share(need.won_share or 0)} of their amount is won in time on average"
    if need.even == need.coverage:
        return [[f"Needed for {chances(need.confidence, say)}", say.times(need.coverage or 0), told]]
    return [
        [f"Needed for {chances(need.confidence, say)}", say.times(need.coverage or 0), told],
        ["Needed for an even chance", say.times(need.even or 0), even],
    ]


def _stalled(reading: "Reading") -> list[list[str]]:
    open_, say = reading.pipeline, reading.say
    if open_.stalled_count is None or open_.usual_cycle_days is None or not open_.count:
        return []
    share = say.share(Fraction(open_.stalled_count, open_.count))
    told = (
        f"{say.fmt.count(open_.stalled_count)} of {say.count(open_.count, 'open deal')}, {say.money(open_.stalled_amount)}, "
        f"older than {say.days(open_.usual_cycle_days)}: nine of ten won deals took no longer"
    )
    return [["Stalled", share, told]]


def deal_table(reading: "Reading") -> Chart | Text:
    """Show the largest open deals, linked to the CRM where it is known."""
    rows = reading.extract.table("open_deals")
    if not rows:
        return paragraph(["There is no open deal to look at."])
    named = any(_has_name(row) for row in rows)
    people = len({row["rep"] for row in rows}) > 1
    columns: list[tuple[str, ...]] = [
        ("Deal",),
        *([("Account",)] if named else []),
        *([("Rep",)] if people else []),
    ]
    columns += [("Stage",), ("Amount", "money", "bar"), ("Age, days", "days"), ("Expected close",)]
    return table(
        _deal_finding(reading, rows),
        columns,
        [_deal(reading, row, named=named, people=people) for row in rows],
        fmt=reading.extract.fmt,
    )


def _deal(reading: "Reading", row: dict[str, Any], *, named: bool, people: bool) -> list[Any]:
    account = row["account"] or f"No account ({row['opportunity_id']})"
    label = row["name"] if _has_name(row) else account
    cells: list[Any] = [Link(str(label), str(row["url"] or ""))]
    cells += [row["account"]] if named else []
    cells += [row["rep"]] if people else []
    return [*cells, row["stage"], row["expected_amount"], row["age_days"], _expected(reading, row)]


def _has_name(row: dict[str, Any]) -> bool:
    return bool(row["name"]) and row["name"] not in {row["account"], row["opportunity_id"]}


def _expected(reading: "Reading", row: dict[str, Any]) -> str | None:
    if not row["expected_close_on"]:
        return None
    day = reading.say.date(date.fromisoformat(str(row["expected_close_on"])))
    return f"{day}, overdue" if _overdue(reading, row) else day


def _overdue(reading: "Reading", row: dict[str, Any]) -> bool:
    expected = row["expected_close_on"]
    return bool(expected) and date.fromisoformat(str(expected)) < reading.extract.origin.as_of


def _deal_finding(reading: "Reading", rows: tuple[dict[str, Any], ...]) -> str:
    say, open_ = reading.say, reading.pipeline
    amount = sum(int(row["expected_amount"] or 0) for row in rows)
    overdue = sum(_overdue(reading, row) for row in rows)
    which = f"the {plural(len(rows), 'largest open deal', say.fmt)}" if len(rows) > 1 else "the one open deal"
    if len(rows) >= open_.count and len(rows) > 1:
        which = f"all {plural(len(rows), 'open deal', say.fmt)}"
    share = (
        f", {say.share(Fraction(amount, open_.amount))} of what is open"
        if len(rows) < open_.count and open_.amount
        else ""
    )
    late = (
        f"; {say.fmt.count(overdue)} {'is' if overdue == 1 else 'are'} past the expected close date"
        if overdue
        else ""
    )
    worth = "is worth" if len(rows) == 1 else "are worth"
    return f"{which[0].upper()}{which[1:]} {worth} {say.money(amount)}{share}{late}."
