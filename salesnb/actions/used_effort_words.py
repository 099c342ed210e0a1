"""Used against planned as people and programs read it."""

from typing import Any

from salesnb.actions.allocation_problem import shown_amount
from salesnb.actions.used_effort import Used, UsedLine
from salesnb.money import Formatter, to_major

__all__ = ["used_document", "used_lines", "used_records"]


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
            "expected": fmt.money(line.expected),
            "80 of 100": f"{fmt.money(line.low)} to {fmt.money(line.high)}",
            "return": _return(line, fmt),
            "cost per won deal": None
            if line.cost_per_won_deal is None
            else _cost(line, line.cost_per_won_deal, fmt),
        }
        for line in found.lines
    ]


def used_document(found: Used, digits: int) -> dict[str, Any]:
    """Give everything as JSON has it: money in major units as text, what is not known as null."""
    return {
        "months": list(found.months),
        "of_months": found.whole,
        "lines": [_line(line, digits) for line in found.lines],
    }


def _return(line: UsedLine, fmt: Formatter) -> str | None:
    """Write sales for 1 of money, or for an hour or head."""
    value = line.return_on_spend
    if value is None:
        return None
    return fmt.number(value, 2) if line.resource.unit == "money" else fmt.money(value)


def _cost(line: UsedLine, value: float, fmt: Formatter) -> str:
    return fmt.money(value) if line.resource.unit == "money" else fmt.number(value, 1)


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
