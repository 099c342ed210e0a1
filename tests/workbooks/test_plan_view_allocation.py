"""What the plan's own workbook says of its allocation."""

import base64
from typing import Any

import pytest
from plan_builder import make_plan_document

from salesnb.workbooks.plan_view import PlanView
from salesnb.workbooks.plan_view_read import plan_from_extract

LINE = {
    "resource": "budget",
    "unit": "money",
    "counts": "",
    "low": None,
    "high": None,
    "portion": None,
    "worth": None,
}
ALLOCATION: dict[str, Any] = {
    "leeway": 0.01,
    "said": ["Best found; at most 0.1% better exists. The next $1,000 is worth $3,400 in North."],
    "lines": [
        {**LINE, "segment": "North", "today": 20_000_00, "planned": 30_000_00, "low": 25_000_00, "high": 36_000_00,
         "portion": 1_000_00, "worth": 3_400_00, "limits": []},
        {**LINE, "segment": "South", "today": 20_000_00, "planned": 10_000_00, "low": 10_000_00, "high": 10_000_00,
         "limits": [{"what": "locked at $10,000", "by": "Ann", "why": "<b>contract</b>"}]},
    ],
    "gains": [
        {"over": "today's", "mean": 5_000_00, "low": -1_000_00, "high": 9_000_00, "share_better": 0.85, "sure": False},
        {"over": "equal", "mean": 4_000_00, "low": 1_00, "high": 8_000_00, "share_better": 0.9, "sure": True},
    ],
    "curves": [
        {"resource": "budget", "unit": "money", "counts": "", "segment": "North", "today": 20_000_00, "planned": 30_000_00,
         "source": "judgement", "points": [], "rows": [[0, 1_00, 1_00, 1_00], [40_000_00, 90_000_00, 80_000_00, 99_000_00]]},
    ],
    "method": ["Binds: total; one more of it is worth 3.40."],
}  # fmt: skip


def view(**parts: Any) -> PlanView:
    return PlanView(plan_from_extract(make_plan_document(**parts)))


def shown(part: Any, kind: str = "plain") -> str:
    return str(part._repr_mimebundle_()[f"text/{kind}"])


def drawn(part: Any) -> str:
    """The first picture of a cell."""
    return base64.b64decode(shown(part, "html").split("base64,")[1].split('"')[0]).decode()


@pytest.fixture
def page() -> PlanView:
    """The page of a plan whose allocation is known."""
    return view(allocation=ALLOCATION)


def test_words_come_first_and_are_those_of_the_extract(page: PlanView) -> None:
    assert shown(page.allocation) == ALLOCATION["said"][0]


def test_the_bars_name_the_segment_that_gets_the_most_and_how_much_more_than_today(page: PlanView) -> None:
    assert "North gets the most of budget: $30,000, $10,000 more than today." in shown(page.allocation_chart)


def test_each_resource_has_its_bars() -> None:
    visits = {"unit": "count", "counts": "hours", "resource": "visits", "planned": 40, "today": 40}
    lines = [*ALLOCATION["lines"], *(one | visits for one in ALLOCATION["lines"])]
    shown_chart = view(allocation=ALLOCATION | {"lines": lines}).allocation_chart
    said, html = shown(shown_chart), shown(shown_chart, "html")
    assert "North gets the most of budget: $30,000" in said
    assert "gets the most of visits: 40 hours" in said
    assert html.count("<img") == 2


def test_a_fitted_curve_draws_the_months_that_it_is_fitted_from() -> None:
    curve = ALLOCATION["curves"][0]
    points = [[10_000_00, 50_000_00], [30_000_00, 80_000_00]]
    bare, dotted = (
        drawn(view(allocation=ALLOCATION | {"curves": [curve | {"points": given}]}).allocation_method)
        for given in ([], points)
    )
    assert dotted.count("<circle") == bare.count("<circle") + 2
    assert "Each point is a month" in dotted
    assert "Each point is a month" not in bare


def test_the_table_has_today_planned_the_band_the_worth_and_who_locked_it_why(page: PlanView) -> None:
    rows = shown(page.resources).splitlines()
    north, south = (next(row for row in rows if row.startswith(name)) for name in ("North", "South"))
    for part in ("$20,000", "$30,000", "$25,000 to $36,000", "$3,400 for $1,000"):
        assert part in north
    assert "locked at $10,000" in south
    assert "South is locked at $10,000 (Ann: <b>contract</b>)." in shown(page.resources)
    assert "at most 1% of the outcome is lost" in shown(page.resources)
    assert "<b>contract" not in shown(page.resources, "html")


def test_gains_have_their_range_over_each_simpler_way(page: PlanView) -> None:
    said = shown(page.allocation_gains)
    assert "Against today's amounts it brings +$5,000, which is not sure." in said
    assert "-$1,000 to $9,000" in said
    assert "Equal shares" in said


def test_curves_tail_and_proof_are_folded_away_and_each_curve_has_its_figures_in_words(
    page: PlanView,
) -> None:
    html = shown(page.allocation_method, "html")
    assert '<details class="snb-folded"><summary>Method' in html
    assert "<details open" not in html
    assert 'alt="North: $30,000 planned, $20,000 today' in html
    said = shown(page.allocation_method)
    assert "one more of it is worth 3.40" in said
    assert "Source: judgement." in said


def test_hours_and_heads_are_counted_and_not_paid() -> None:
    heads = {"unit": "count", "counts": "heads", "resource": "people"}
    lines = [
        one | heads | {"planned": 3, "today": 2, "low": 2, "high": 4, "portion": 1}
        for one in ALLOCATION["lines"]
    ]
    page = view(allocation=ALLOCATION | {"lines": lines})
    assert "3 heads, 1 heads more than today" in shown(page.allocation_chart)
    assert "2 heads to 4 heads" in shown(page.resources)


def test_what_is_proved_no_more_is_said() -> None:
    document = make_plan_document()
    document["plan"] |= {
        "resources": [{"id": "b", "name": "budget", "unit": "money", "amount_minor": 1_00}],
        "segments": [{"id": "n", "name": "North", "conditions": []}],
        "allocation": [{"resource": "b", "segment": "n", "unit": "money", "amount_minor": 1_00}],
        "response_curves": [
            {
                "resource": "b",
                "segment": "n",
                "form": "power",
                "parameters": [],
                "source": "judgement",
                "today": 0,
            }
        ],
    }
    page = PlanView(plan_from_extract(document))
    assert "is not known now" in shown(page.allocation)
    assert "budget" in shown(page.resources)
    assert shown(page.allocation_chart) == shown(page.allocation_gains) == shown(page.allocation_method) == ""


def test_without_resources_one_line_says_so() -> None:
    page = view()
    assert shown(page.allocation) == "No resource is allocated in this plan."
    assert shown(page.resources) == ""
