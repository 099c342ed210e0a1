"""The plan's workbook as leaders see it."""

import json
from pathlib import Path
from typing import Any

import pytest
from plan_builder import make_plan_document

from salesnb import open_plan
from salesnb.charts import Chart
from salesnb.errors import Damaged
from salesnb.money import to_minor
from salesnb.workbooks.plan_view import PlanView
from salesnb.workbooks.plan_view_read import plan_from_extract

PARTS = (
    "title", "finding", "objectives", "goals", "cascade", "cascade_table", "basis", "milestones", "milestone_table",
    "segments", "segment_table", "allocation", "assumptions", "checks", "history", "unsettled", "provenance", "outlook",
    "capacity", "fairness",
)  # fmt: skip
# What is left out where nothing is known of it.
QUIET = (
    "goal_checks", "outlook_table", "levers", "capacity_notes", "fairness_notes", "answers", "leads", "activities", "time_spent",
    "outlook_track", "held",
    "resources", "allocation_chart", "allocation_gains", "allocation_method",
)  # fmt: skip
HOSTILE = "<script>alert(1)</script>\n\"'&amp; =1+1 \u202eevil"
TEMPLATE = Path(__file__).parents[2] / "templates" / "plan.ipynb"


def view(document: dict[str, Any] | None = None) -> PlanView:
    return PlanView(plan_from_extract(document or make_plan_document()))


def text(part: Any) -> str:
    return str(part._repr_mimebundle_()["text/plain"])


def html(part: Any) -> str:
    data = part._repr_mimebundle_()
    drawing = data.get("application/vnd.salesnb.chart+json", {})
    return f"{data['text/html']}{drawing.get('wide', '')}{drawing.get('narrow', '')}"


def empty() -> dict[str, Any]:
    """Give a plan that holds nothing but its name."""
    document = make_plan_document(revisions=[], tree=[])
    document["plan"] |= {"objectives": [], "goals": [], "quotas": [], "milestones": []}
    document["plan"]["assumptions"] |= {"seasonality": []}
    document["history"]["rows"] = []
    document["segments"]["rows"] = []
    return document


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("document", [make_plan_document(), empty()], ids=["full", "empty"])
def test_every_part_shows_something(part: str, document: dict[str, Any]) -> None:
    words = text(getattr(view(document), part))
    assert words.strip()
    assert "None" not in words


@pytest.mark.parametrize("part", (*PARTS, *QUIET))
def test_hostile_names_are_text_everywhere(part: str) -> None:
    document = make_plan_document()
    document["workspace"]["company"] = HOSTILE
    document["plan"]["objectives"][0] |= {"text": HOSTILE, "owner": HOSTILE}
    document["plan"]["goals"][0]["owner"] = HOSTILE
    document["plan"]["assumptions"]["notes"] = [HOSTILE]
    for quota in document["plan"]["quotas"]:
        quota["name"] = f"{HOSTILE}{quota['name']}"
    for row in document["segments"]["rows"]:
        row[0] = HOSTILE
    document["revisions"][0] |= {"author": HOSTILE, "reason": HOSTILE, "at": HOSTILE}
    shown = html(getattr(view(document), part))
    assert "<script" not in shown
    assert "\u202e" not in shown


def test_the_finding_says_what_is_asked_of_whom_and_when() -> None:
    words = text(view().finding)
    assert (
        "The plan asks MavenTech for $3M of won amount in Q4 2017, 12% more than the $2.68M of Q4 2016."
        in words
    )
    assert "6 teams with 12 reps carry it" in words
    assert "Dec 2017 is to bring the most, $1.59M (53%)." in words
    assert "It is a draft." in words


def test_the_cascade_table_shows_the_tree_and_adds_up() -> None:
    chart = view().cascade_table
    assert isinstance(chart, Chart)
    rows = chart.figures()[1:]
    amounts = {row[0]: to_minor(row[2].replace("$", "").replace(",", ""), 2)[0] for row in rows}
    levels = {row[0]: row[1] for row in rows}
    whole = amounts["MavenTech"]
    assert whole == 3_000_000_00
    for level in ("Region", "Team", "Rep"):
        # Each is shown in whole dollars, so a sum may be off by a few of them.
        assert abs(sum(amounts[name] for name in amounts if levels[name] == level) - whole) <= 10_00
    assert 'padding-left:18px">Central' in html(chart)
    assert 'padding-left:54px">New Hire, locked' in html(chart)


def test_last_year_stands_beside_each_quota() -> None:
    document = make_plan_document()
    chart = view(document).cascade_table
    assert isinstance(chart, Chart)
    months = {"2016-10", "2016-11", "2016-12"}
    east = sum(
        amount for node, month, amount in document["history"]["rows"] if node == "East" and month in months
    )
    row = next(row for row in chart.figures() if row[0] == "East")
    assert row[4] == view().extract.fmt.money(east)


def test_a_lock_is_told_with_its_reason() -> None:
    assert "New Hire is locked at $60,000. Ada Byron: ramping since September" in text(view().basis)


def test_milestones_come_to_the_goal() -> None:
    chart = view().milestone_table
    assert isinstance(chart, Chart)
    assert [row[3] for row in chart.figures()[1:]] == ["$630,000", "$1,410,000", "$3,000,000"]


def test_checks_say_that_sums_are_exact() -> None:
    words = text(view().checks)
    assert "parts add up to the whole at all 10 places of the cascade" in words
    assert "the quotas come to the goal, $3,000,000.00" in words


def test_a_sum_that_does_not_fit_is_told_and_not_called_exact() -> None:
    document = make_plan_document()
    rep = next(quota for quota in document["plan"]["quotas"] if quota["id"] == "rep:Reed Clapper")
    rep["amount_minor"] += 1
    words = text(view(document).checks)
    assert "The quotas below Rocco Neubert add up to" in words
    assert "parts add up to the whole" not in words
    assert "1 number in it does not fit" in text(view(document).finding)


def test_what_is_not_settled_names_kpis_by_their_labels() -> None:
    document = make_plan_document()
    document["plan"]["goals"][0] |= {"owner": "", "baseline_minor": None, "baseline_period": ""}
    words = text(view(document).unsettled)
    assert "Nobody answers for won amount." in words
    assert "won_amount" not in words
    assert "what there was before is not known" in text(view(document).finding)


def test_resources_are_shown_where_they_go() -> None:
    document = make_plan_document()
    document["plan"]["segments"] = [{"id": "big", "name": "Large accounts", "conditions": []}]
    document["plan"]["resources"] = [
        {"id": "mkt", "name": "Marketing", "unit": "money", "amount_minor": 50_000_00}
    ]
    document["plan"]["allocation"] = [
        {"resource": "mkt", "segment": "big", "unit": "money", "amount_minor": 20_000_00}
    ]
    words = text(view(document).resources)
    assert "Large accounts" in words
    assert "40.0%" in words


def test_revisions_are_told_newest_first() -> None:
    rows = text(view().history).splitlines()
    assert rows.index(next(row for row in rows if "New hire in the West" in row)) < rows.index(
        next(row for row in rows if "New plan" in row)
    )


def test_a_damaged_plan_is_refused(tmp_path: Path) -> None:
    document = make_plan_document()
    del document["history"]
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    with pytest.raises(Damaged, match="has no 'history'"):
        open_plan(path)


def test_the_template_shows_every_part_once() -> None:
    cells = json.loads(TEMPLATE.read_text())["cells"]
    code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    assert sorted(code[2:]) == sorted(f"plan.{part}" for part in (*PARTS, *QUIET))
