"""Used against planned as people and programs read it."""

from typing import Any

from salesnb.actions.allocation_problem import shown_amount
from salesnb.actions.used_effort import Used, UsedLine
from salesnb.allocation.realised import Comparison, Realised
from salesnb.money import Formatter, to_major

__all__ = ["result_lines", "result_records", "used_document", "used_lines", "used_records"]


def used_lines(found: Used) -> tuple[str, ...]:
    """Say what is compared."""
    known = f"Known: {', '.join(found.months)}, {len(found.months)} of {found.whole} of the period's months."
    return (known, *found.notices)


def used_records(found: Used, fmt: Formatter) -> list[dict[str, object]]:
    """Give a row a line: planned for the months known, used, what came of it, and what the curve says for it."""
    several = len({line.resource.id for line in found.lines}) > 1
    return [
        ({"resource": line.resource.name} if several else {})
        | {
            "segment": line.segment,
            "planned": None if line.due is None else shown_amount(line.resource, line.due, fmt),
            "used": shown_amount(line.resource, line.used, fmt),
            "won": None if line.won_amount is None else fmt.money(line.won_amount),
            "return": _return(line, fmt),
            "cost per won deal": None
            if line.cost_per_won_deal is None
            else _cost(line, line.cost_per_won_deal, fmt),
        }
        for line in found.lines
    ]


def result_records(found: Used, fmt: Formatter) -> list[dict[str, object]]:
    """Give a row a segment: predicted sales for what it used, realised ones, and whether these came as predicted."""
    return [
        {
            "segment": row.segment,
            "months": row.ahead,
            "predicted": fmt.money(row.predicted),
            "80 of 100": f"{fmt.money(row.low)} to {fmt.money(row.high)}",
            "realised": fmt.money(row.actual),
            "off": _off(row, fmt),
            "came": _came(row),
        }
        for row in found.results
    ]


def result_lines(found: Used) -> tuple[str, ...]:
    """Say how far off predictions were over all segments."""
    if not found.results:
        return (
            "No month came after those that the curves are fitted from, so nothing tells whether they were right.",
        )
    if not sum(row.actual for row in found.results) > 0:
        return ("Nothing was won in the months that were predicted.",)
    return (Comparison.of(found.results).said,)


def _off(row: Realised, fmt: Formatter) -> str | None:
    """Write by how much more or less came than was predicted."""
    if not row.predicted:
        return None
    share = row.actual / row.predicted - 1
    return f"+{fmt.ratio(share, 0)}" if share > 0 else fmt.ratio(share, 0)


def _came(row: Realised) -> str:
    if row.within:
        return "within"
    return "above" if row.actual > row.high else "below"


def used_document(found: Used, digits: int) -> dict[str, Any]:
    """Give everything as JSON has it: money in major units as text, what is not known as null."""
    return {
        "months": list(found.months),
        "of_months": found.whole,
        "lines": [_line(line, digits) for line in found.lines],
        "results": [_result(row, digits) for row in found.results],
    }


def _return(line: UsedLine, fmt: Formatter) -> str | None:
    """Write sales for 1 of money, or for an hour or head."""
    value = line.return_on_spend
    if value is None:
        return None
    return fmt.number(value, 2) if line.resource.unit == "money" else fmt.money(value)


def _cost(line: UsedLine, value: float, fmt: Formatter) -> str:
    return fmt.money(value) if line.resource.unit == "money" else fmt.number(value, 1)


def _result(row: Realised, digits: int) -> dict[str, Any]:
    amounts = {name: getattr(row, name) for name in ("predicted", "low", "high", "actual")}
    money = {name: f"{to_major(round(value), digits):.{digits}f}" for name, value in amounts.items()}
    return {"segment": row.segment, "months": row.ahead, **money, "came": _came(row)}


def _line(line: UsedLine, digits: int) -> dict[str, Any]:
    def money(minor: float | None) -> str | None:
        return None if minor is None else f"{to_major(round(minor), digits):.{digits}f}"

    def amount(value: float | None) -> object:
        return money(value) if line.resource.unit == "money" else value

    value = line.return_on_spend
    return {
        "resource": line.resource.name,
        "segment": line.segment,
        "planned": amount(line.planned),
        "due": amount(line.due),
        "used": amount(line.used),
        "won_amount": money(line.won_amount),
        "won_count": line.won_count,
        "expected": money(line.expected),
        "low": money(line.low),
        "high": money(line.high),
        "return_on_spend": value if line.resource.unit == "money" else money(value),
        "cost_per_won_deal": amount(line.cost_per_won_deal),
    }
