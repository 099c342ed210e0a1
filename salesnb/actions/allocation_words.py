"""An allocation as people and programs read it."""

import math
from collections.abc import Mapping
from typing import Any

from salesnb.actions.allocating import Allocated, Next, Solved
from salesnb.actions.allocation_method_words import Sales, known_from
from salesnb.actions.allocation_problem import Posed, shown_amount
from salesnb.actions.allocation_scenarios import AS_PLANNED, Side, Sides
from salesnb.allocation import Gain
from salesnb.allocation.judgement import Hinge
from salesnb.allocation.limits import Key, line_of
from salesnb.money import Formatter, to_major

__all__ = [
    "NOT_SURE",
    "allocation_document",
    "allocation_lines",
    "allocation_records",
    "compared_lines",
    "hinge_lines",
    "may_lie",
    "scenario_lines",
    "scenario_records",
]

# Of a difference that lies on both sides of nothing in 80 of 100 cases.
NOT_SURE = "which is not sure"
_TENTH = 1000
_SHOWN = 8
_OVER = {
    "today's": "today's amounts",
    "proportional": "shares in proportion to today's",
    "equal": "equal shares",
}
_ANSWERED = {"none": "sales with no effort", "now": "sales with today's effort", "saturated": "sales at most"}


def allocation_lines(found: Allocated, fmt: Formatter, *, hint: bool = True) -> tuple[str, ...]:
    """Say in a few sentences what the allocation brings, how good it is, and what more would be worth.

    ``hint`` says too how to ask for more at the command line.
    """
    solved = found.solved
    money = Sales(solved.posed, fmt)
    gain = found.gains["today's"]
    period = solved.posed.plan.period.label
    expected = (
        f"Expected sales of {period}: {money(solved.outcome)}, with today's amounts {money(found.today)}."
    )
    return (
        expected,
        " ".join((_gain(gain, solved.cost, money, fmt), *_today_spends(solved, fmt))),
        f"{_quality(solved, found.asked.seconds, fmt)} {_next_sentences(found, money, fmt)}".strip(),
        known_from(solved.posed, hint=hint),
        *_left_out(solved.posed),
    )


def allocation_records(found: Allocated, fmt: Formatter) -> list[dict[str, object]]:
    """Give a row a line: today, proposed, change, and between which amounts it may lie where that was asked."""
    posed = found.solved.posed
    several = len(posed.resources) > 1
    records: list[dict[str, object]] = []
    for key, amount in found.solved.amounts.items():
        resource, today = posed.resource(key), posed.today[key]
        record: dict[str, object] = {"resource": resource.name} if several else {}
        record |= {
            "segment": line_of(key).segment,
            "today": shown_amount(resource, today, fmt),
            "proposed": shown_amount(resource, amount, fmt),
            "change": _signed(shown_amount(resource, amount - today, fmt), amount - today),
        }
        if found.leeway:
            low, high = may_lie(found, key, amount)
            record["from"], record["to"] = (shown_amount(resource, end, fmt) for end in (low, high))
        records.append(record)
    return records + _totals(found, fmt, several=several)


def compared_lines(found: Allocated, fmt: Formatter) -> tuple[str, ...]:
    """Say how much more it brings than each of the simpler ways, a sentence each."""
    money = Sales(found.solved.posed, fmt)
    return tuple(
        f"Against {_OVER[name]}: {_signed_money(gain.mean, money)}"
        f" (in 80 of 100 cases {_signed_money(gain.low, money)} to {_signed_money(gain.high, money)}"
        f"{'' if gain.is_sure else ': not sure'})."
        for name, gain in found.gains.items()
    )


def hinge_lines(hinged: tuple[Hinge, ...], posed: Posed, fmt: Formatter) -> tuple[str, ...]:
    """Say what a fifth more or less in an answer would move, the costliest first, as far as there is a cost."""
    money = Sales(posed, fmt)
    dear = [item for item in hinged if round(item.lost * money.unit) > 0][:_SHOWN]
    return tuple(
        f"{line_of(item.segment)}, {_ANSWERED[item.answer]}: a fifth more or less moves"
        f" {fmt.ratio(item.moved)} of the amounts; keeping to these would cost {money(item.lost)}."
        for item in dear
    )


def scenario_records(found: Sides, fmt: Formatter) -> list[dict[str, object]]:
    """Give a row a scenario: what it brings, against the plan, and how often it is better."""
    records: list[dict[str, object]] = []
    for side in found.sides:
        one, money = side.compared, Sales(side.solved.posed, fmt)
        first = one.name == AS_PLANNED
        records.append(
            {
                "scenario": one.name,
                "expected": money(one.mean),
                "shrunk": money(one.shrunk),
                "difference": None if first else _signed_money(one.difference, money),
                "80 of 100": None
                if first
                else f"{_signed_money(one.low, money)} to {_signed_money(one.high, money)}",
                "better": None if first else fmt.ratio(one.share_better, 0),
                "gap": fmt.ratio(side.solved.gap, 2),
            }
        )
    return records


def scenario_lines(found: Sides, fmt: Formatter) -> tuple[str, ...]:
    """Say what drives each difference, and what to expect of the best one."""
    money = Sales(found.sides[0].solved.posed, fmt)
    best = max(found.sides, key=lambda side: side.compared.mean).compared
    told = [_driver_line(side, money) for side in found.sides if side.compared.name != AS_PLANNED]
    told.append(
        f"Best: {best.name}. Having been picked as the best of {len(found.sides)}, it is to be expected at"
        f" {money(best.shrunk)}, {money(found.overstated)} below its figure."
    )
    return tuple(told)


def allocation_document(found: Allocated, sides: Sides | None, digits: int) -> dict[str, Any]:
    """Give everything as JSON has it: money in major units as text, shares as numbers."""
    solved, posed = found.solved, found.solved.posed
    major = _Major(posed.scale.sales(), digits)
    document: dict[str, Any] = {
        "plan": found.plan.name,
        "revision": found.read_at,
        "period": found.plan.period.label,
        "currency": found.plan.currency,
        "aim": "mean" if found.asked.worst is None else f"worst {found.asked.worst:g}",
        "expected": major(solved.outcome),
        "today": major(found.today),
        "cost": major(solved.cost),
        "net": major(solved.aim),
        "bound": major(solved.bound),
        "gap": solved.gap,
        "in_time": solved.best.in_time,
        "lines": [_line(found, key, amount, digits) for key, amount in solved.amounts.items()],
        "gains": {name: _gain_document(gain, major) for name, gain in found.gains.items()},
        "next": [
            {
                "resource": item.resource.name,
                "amount": _plain_amount(item.resource.unit, item.portion, digits),
                "worth": major(item.worth),
                "segment": line_of(item.key).segment,
            }
            for item in found.nexts
        ],
        "binding": [{"limit": price.why, "worth": price.worth} for price in solved.best.prices],
    }
    if found.hinges:
        document["hinges"] = [
            {
                "segment": line_of(item.segment).segment,
                "resource": posed.resource(item.segment).name,
                "answer": item.answer,
                "moved": item.moved,
                "lost": major(item.lost),
            }
            for item in found.hinges
        ]
    if sides is not None:
        document["scenarios"] = [_side(side, major) for side in sides.sides]
        document["overstated"] = major(sides.overstated)
    return document


class _Major:
    """Writes major units of sales as programs read them."""

    def __init__(self, unit: int, digits: int) -> None:
        self.unit, self.digits = unit, digits

    def __call__(self, major: float) -> str:
        return f"{to_major(round(major * self.unit), self.digits):.{self.digits}f}"


def _signed(text: str, value: float) -> str:
    return f"+{text}" if value > 0 else text


def _signed_money(value: float, money: Sales) -> str:
    return _signed(money(value), round(value * money.unit))


def _gain(gain: Gain, cost: float, money: Sales, fmt: Formatter) -> str:
    if not round(gain.mean * money.unit):
        return "That is what today's amounts bring too."
    net = f"Less costs of {money(cost)}, that is" if cost else "That is"
    more = f"{money(abs(gain.mean))} {'more' if gain.mean > 0 else 'less'} than today's"
    cases = (
        f"in 80 of 100 cases {_signed_money(gain.low, money)} to {_signed_money(gain.high, money)},"
        f" and better in {fmt.ratio(gain.share_better, 0)} of them"
    )
    return f"{net} {more}, {NOT_SURE}: {cases}." if not gain.is_sure else f"{net} {more}: {cases}."


def _today_spends(solved: Solved, fmt: Formatter) -> tuple[str, ...]:
    """Say by how much today's amounts come to more or less than those proposed, as a gain over them depends on it."""
    posed, told = solved.posed, []
    for resource in posed.resources.values():
        mine = [key for key, place in posed.places.items() if place[0] == resource.id]
        apart = sum(posed.today[key] - solved.amounts[key] for key in mine)
        if apart:
            more = "more" if apart > 0 else "less"
            told.append(f"{shown_amount(resource, abs(apart), fmt)} {more} of {resource.name}")
    return (f"Today's amounts come to {' and '.join(told)}.",) if told else ()


def _quality(solved: Solved, seconds: float, fmt: Formatter) -> str:
    most = fmt.ratio(math.ceil(solved.gap * _TENTH - 1e-9) / _TENTH or 1 / _TENTH)
    found = "Best found" if solved.best.in_time else f"Best found in {fmt.number(seconds, 0)} seconds"
    return f"{found}; at most {most} better exists."


def _next_sentences(found: Allocated, money: Sales, fmt: Formatter) -> str:
    told = [_next(item, money, fmt) for item in found.nexts]
    named = {item.resource.id for item in found.nexts}
    told += [
        f"No segment may have more of {resource.name}."
        for resource in found.solved.posed.resources.values()
        if resource.id not in named
    ]
    return " ".join(told)


def _next(item: Next, money: Sales, fmt: Formatter) -> str:
    portion = shown_amount(item.resource, item.portion, fmt)
    more = f"The next {portion}" if item.portion > 1 else f"One more of {item.resource.name}"
    if item.worth <= 0 and item.resource.spend != "all":
        return f"{more} would not earn what it costs."
    return f"{more} is worth {money(item.worth)} in {line_of(item.key).segment}."


def _left_out(posed: Posed) -> tuple[str, ...]:
    """Name what is there and no curve says anything about, and segments without a curve."""
    used = {resource.id for resource in posed.resources.values()}
    idle = [item.name for item in posed.plan.resources if item.id not in used]
    curved = {segment for _, segment in posed.places.values()}
    bare = [item.name for item in posed.plan.segments if item.id not in curved]
    told = [f"Not allocated, because no curve says what it brings: {', '.join(idle)}."] if idle else []
    told += [f"Without a curve, and so without a share: {', '.join(bare)}."] if bare else []
    return tuple(told)


def _totals(found: Allocated, fmt: Formatter, *, several: bool) -> list[dict[str, object]]:
    posed, rows = found.solved.posed, []
    for resource in posed.resources.values():
        mine = [key for key, place in posed.places.items() if place[0] == resource.id]
        today, amount = sum(posed.today[key] for key in mine), sum(found.solved.amounts[key] for key in mine)
        row: dict[str, object] = {"resource": resource.name} if several else {}
        row |= {
            "segment": "Total",
            "today": shown_amount(resource, today, fmt),
            "proposed": shown_amount(resource, amount, fmt),
            "change": _signed(shown_amount(resource, amount - today, fmt), amount - today),
        }
        rows.append(row | ({"from": None, "to": None} if found.leeway else {}))
    return rows


def _driver_line(side: Side, money: Sales) -> str:
    driven, (key, apart) = side.drivers, side.drivers.most
    return (
        f"{side.compared.name}: {_signed_money(driven.amounts, money)} by other amounts,"
        f" {_signed_money(driven.assumptions, money)} by what it assumes; most in {line_of(key)}"
        f" ({_signed_money(apart, money)})."
    )


def _line(found: Allocated, key: Key, amount: int, digits: int) -> dict[str, Any]:
    posed = found.solved.posed
    resource = posed.resource(key)
    line: dict[str, Any] = {
        "resource": resource.name,
        "segment": line_of(key).segment,
        "unit": resource.counts or resource.unit,
        "today": _plain_amount(resource.unit, posed.today[key], digits),
        "proposed": _plain_amount(resource.unit, amount, digits),
        "change": _plain_amount(resource.unit, amount - posed.today[key], digits),
        "source": posed.stored(key).source,
    }
    if (fit := posed.stored(key).fit) is not None:
        line["fit"] = {
            "first": fit.first,
            "last": fit.last,
            "months": fit.months,
            "prior": fit.prior,
            "elasticity": list(fit.elasticity),
            "doubts": list(fit.doubts),
        }
    if found.leeway:
        low, high = may_lie(found, key, amount)
        line |= {
            name: _plain_amount(resource.unit, end, digits) for name, end in (("from", low), ("to", high))
        }
    return line


def may_lie(found: Allocated, key: Key, amount: int) -> tuple[int, int]:
    """Give the ends of a line's leeway, in whole smallest units within it."""
    may, unit = found.leeway[key], found.solved.posed.scale.of(found.solved.posed.resource(key))
    low, high = math.ceil(may.low * unit - 1e-6), math.floor(may.high * unit + 1e-6)
    return min(low, amount), max(high, amount)


def _plain_amount(unit: str, amount: int, digits: int) -> str | int:
    return f"{to_major(amount, digits):.{digits}f}" if unit == "money" else amount


def _gain_document(gain: Gain, major: _Major) -> Mapping[str, object]:
    return {
        "mean": major(gain.mean),
        "low": major(gain.low),
        "high": major(gain.high),
        "share_better": gain.share_better,
        "sure": gain.is_sure,
    }


def _side(side: Side, major: _Major) -> dict[str, Any]:
    one = side.compared
    return {
        "scenario": one.name,
        "mean": major(one.mean),
        "shrunk": major(one.shrunk),
        "difference": major(one.difference),
        "low": major(one.low),
        "high": major(one.high),
        "share_better": one.share_better,
        "share_best": one.share_best,
        "gap": side.solved.gap,
        "by_amounts": major(side.drivers.amounts),
        "by_assumptions": major(side.drivers.assumptions),
        "amounts": {str(line_of(key)): amount for key, amount in side.solved.amounts.items()},
    }
