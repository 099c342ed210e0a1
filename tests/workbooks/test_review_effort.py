"""Planned and used effort as a review shows it."""

from typing import Any

from salesnb.money import Formatter
from salesnb.workbooks.findings_effort import effort_from
from salesnb.workbooks.findings_words import Wording
from salesnb.workbooks.review_effort import effort_table

LINE = {
    "resource": "budget", "segment": "East", "unit": "money", "counts": "", "planned": 1_200_00, "used": 1_000_00,
    "won_amount": 2_000_00, "won_count": 20, "return": 2.0, "cost": 50_00.0,
}  # fmt: skip
HOURS = LINE | {
    "resource": "visits", "unit": "count", "counts": "hours", "planned": None, "used": 40, "return": 50_00.0, "cost": 2.0,
}  # fmt: skip


def shown(*lines: dict[str, Any], kind: str = "plain") -> str:
    part = {"months": ["2023-10", "2023-11"], "of_months": 3, "lines": list(lines)} if lines else None
    return str(effort_table(effort_from(part), Wording(Formatter()))._repr_mimebundle_()[f"text/{kind}"])


def test_the_segment_furthest_from_its_plan_is_named_with_both_amounts() -> None:
    nearer = LINE | {"segment": "West", "planned": 1_000_00, "used": 990_00}
    assert "East used $1,000 of $1,200 planned of budget." in shown(nearer, LINE)


def test_money_brings_a_ratio_and_hours_bring_money() -> None:
    money, hours = (row for row in shown(LINE, HOURS).splitlines() if row.startswith("East  "))
    assert ("$1,200" in money, "2.00" in money, "$50" in money) == (True, True, True)
    assert ("40 hours" in hours, "$50" in hours, "2.0" in hours) == (True, True, True)


def test_without_a_plan_no_column_of_it_stands_there() -> None:
    assert "Planned" not in shown(HOURS)
    assert "East used 40 hours of visits." in shown(HOURS)


def test_what_is_not_known_is_a_dash_and_never_none() -> None:
    bare = LINE | {"won_amount": None, "return": None, "cost": None}
    assert "None" not in shown(bare)
    assert "–" in shown(bare)


def test_without_effort_nothing_is_shown_and_names_are_escaped() -> None:
    assert shown() == ""
    assert "<script" not in shown(LINE | {"segment": "<script>"}, kind="html")
