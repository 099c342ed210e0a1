"""What the plan's own workbook says of its chances."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from plan_builder import make_plan_document

from salesnb.planning import answer_quota, commit_to, plan_to_document
from salesnb.planning.document import plan_from_document
from salesnb.workbooks.plan_view import PlanView
from salesnb.workbooks.plan_view_read import plan_from_extract

AT = datetime(2017, 10, 3, tzinfo=UTC)
OUTLOOK: dict[str, Any] = {
    "id": "company", "name": "MavenTech", "target": 300_000_000, "to_date": 90_000_000, "probability": 0.19, "reason": "",
    "low": 210_000_000, "high": 320_000_000, "even": 260_000_000, "levels": [[0.9, 210_000_000], [0.5, 260_000_000], [0.2, 299_000_000]],
    "views": "two views", "quantiles": [200_000_000 + 3_000_000 * n for n in range(40)],
    "reps": [
        {"id": "West", "name": "West", "target": 100_000_000, "to_date": 101_000_000, "probability": 0.99, "reason": "",
         "low": 101_000_000, "high": 120_000_000, "even": 110_000_000, "levels": [[0.9, 101_000_000], [0.5, 110_000_000], [0.2, 117_000_000]]},
    ],
}  # fmt: skip
LEVERS = [
    {"driver": "deal size", "move": 0.11, "measured": True, "down": 0.1, "up": 0.6},
    {"driver": "attrition", "move": 0.1, "measured": False, "down": 0.2, "up": 0.18},
]
CAPACITY = {
    "nodes": [
        {"name": "MavenTech", "level": "company", "quota": 300, "capacity": 280, "heads": 12.0},
        {"name": "Team A", "level": "team", "quota": 200_00, "capacity": 150_00, "heads": 6.0},
        {"name": "Team B", "level": "team", "quota": 100_00, "capacity": 130_00, "heads": 6.0},
    ],
    "lines": ["Ramp: none."],
}
FAIRNESS = {
    "basis": "Results to date.",
    "bands": [{"label": "below 50 %", "reps": 3}, {"label": "50 % and more", "reps": 9}],
    "lines": [
        "Together they attain 90%.",
        "60% of reps are at or above theirs: as many as healthy (a source).",
        "Territories.",
    ],
}


def view(**parts: Any) -> PlanView:
    return PlanView(plan_from_extract(make_plan_document(**parts)))


def text(shown: Any) -> str:
    return str(shown._repr_mimebundle_()["text/plain"])


def test_the_outlook_says_how_likely_the_goal_is_and_what_is_as_likely_as_not() -> None:
    said = text(view(outlook=OUTLOOK).outlook)
    assert "The goal of $3M is attained with a probability of 19%" in said
    assert "between $2.1M and $3.2M in 80 of 100 such cases" in said
    assert "$2.6M is as likely reached as not" in said


def test_without_a_probability_the_range_stands_alone_with_the_reason() -> None:
    said = text(view(outlook=OUTLOOK | {"probability": None, "reason": "not enough history"}).outlook)
    assert "No probability is shown: not enough history." in said


def test_every_node_has_its_chance_and_levels() -> None:
    said = text(view(outlook=OUTLOOK).outlook_table)
    assert "Nine in ten" in said
    assert "reached" in said


def test_levers_name_the_one_that_moves_most_and_what_is_not_measured() -> None:
    said = text(view(levers=LEVERS).levers)
    assert "Deal size moves the chance most: from 10% to 60%." in said
    assert "attrition by a tenth for want of history" in said


def test_capacity_names_the_team_that_lacks_most() -> None:
    page = view(capacity=CAPACITY)
    assert "1 of 2 teams has more quota than capacity; Team A lacks the most, $50." in text(page.capacity)
    assert "Ramp: none." in text(page.capacity_notes)


def test_fairness_draws_the_bands_and_keeps_the_source_in_the_note() -> None:
    page = view(fairness=FAIRNESS)
    said = text(page.fairness)
    assert said.startswith("60% of reps are at or above theirs: as many as healthy.")
    assert "Healthy: a source." in said
    assert "Territories." in text(page.fairness_notes)


def test_goals_are_checked_with_the_chance_of_the_outlook() -> None:
    goal = make_plan_document()["plan"]["goals"][0]["id"]
    page = view(likely={goal: {"low": 0.1, "high": 0.19, "why": "", "attained": None}})
    said = text(page.goal_checks)
    assert "1 of 5 checks fails" in said
    assert "attained with 10% to 19% only" in said
    assert "10% to 19% only" in text(page.unsettled)
    assert "cannot be told" in text(view().goal_checks)


def test_what_the_outlook_says_is_not_said_to_be_unknown_nor_what_to_type() -> None:
    goal = make_plan_document()["plan"]["goals"][0]["id"]
    band = {"low": 0.5, "high": 0.6, "why": "", "attained": None}
    why = {"why": "No probability is shown: no history.", "attained": None}
    assert "has not been estimated" in text(view().unsettled)
    assert "has not been estimated" not in text(view(likely={goal: band}).unsettled)
    said = text(view(likely={goal: why}).goal_checks)
    assert ("No probability is shown: no history." in said, "has not been estimated" in said) == (True, False)
    for page in (view(), view(likely={goal: why})):
        assert "salesnb plan" not in text(page.goal_checks) + text(page.unsettled)


def test_answers_show_who_has_accepted_and_every_dispute() -> None:
    document = make_plan_document()
    plan = plan_from_document(document["plan"])
    first, second = "rep:Lajuana Vencill", "rep:Moses Frase"
    plan = answer_quota(plan, first, "accepted", goal="won_amount", by="L", at=AT)
    plan = answer_quota(plan, second, "disputed", goal="won_amount", by="M", at=AT, reason="<b>too much</b>")
    plan = commit_to(plan, second, 100_00, goal="won_amount", by="M", at=AT)
    shown = view(plan=plan_to_document(plan)).answers
    said = text(shown)
    assert "1 of 22 quotas is accepted, 1 disputed." in said
    assert "Disputed by M: <b>too much</b>" in said
    assert "<b>too" not in shown._repr_mimebundle_()["text/html"]
    # The team stands for what one of its two reps commits to.
    assert "$100 (1 of 2)" in said
    assert "Nobody has accepted" in text(view().answers)


def test_an_answer_to_an_earlier_quota_is_shown_and_counts_as_none() -> None:
    document = make_plan_document()
    plan = plan_from_document(document["plan"])
    goal = plan.goal("won_amount")
    first = next(quota for quota in plan.quotas_of(goal) if quota.level == "rep")
    plan = answer_quota(replace(plan, revision=3), first.id, "accepted", goal="won_amount", by="L", at=AT)
    more = tuple(
        replace(one, amount=one.amount + 100_00) if one.node == first.id else one for one in plan.answers
    )
    shown = text(view(plan=plan_to_document(replace(plan, answers=more))).answers)
    assert "None of 22 quotas is accepted; 1 answered an earlier number and is to be asked again." in shown
    assert "in revision 3; the quota is now" in shown
    assert "Accepted $" in shown


def test_what_is_not_known_is_said_or_left_out() -> None:
    page = view()
    assert "There is no outlook" in text(page.outlook)
    assert "not known" in text(page.capacity)
    assert "Nobody carries a quota" in text(page.fairness)
    for nothing in (
        page.outlook_table,
        page.levers,
        page.leads,
        page.activities,
        page.time_spent,
        page.fairness_notes,
    ):
        assert text(nothing) == ""


def test_milestones_show_spread_and_what_is_reached() -> None:
    steps = [
        {"label": "2017-10", "last_day": "2017-10-31", "state": "over", "due": 63_000_000, "to_date": 63_000_000,
         "low": 50_000_000, "high": 70_000_000, "actual": 60_000_000},
    ]  # fmt: skip
    said = text(view(roadmap={"steps": steps, "past": "the 3 quarters before"}).milestone_table)
    assert "The milestone of Oct 2017 was not met: $600K of $630K" in said
    assert "$500K to $700K" in said
    assert "the 3 quarters before" in said


def test_goals_that_are_not_split_are_told_by_node() -> None:
    document = make_plan_document()
    rate = {
        **document["plan"]["goals"][0],
        "id": "win_rate",
        "kpi": "win_rate",
        "unit": "ratio",
        "value": 0.6,
    }
    for key in ("amount_minor", "baseline_minor"):
        rate.pop(key, None)
    rate |= {"baseline_value": 0.55, "below": "same"}
    document["plan"]["goals"].append(rate)
    nodes = [
        {"name": "MavenTech", "level": "company", "depth": 0, "target": 0.6, "value": 0.65, "holds": True},
        {"name": "<b>West</b>", "level": "region", "depth": 1, "target": 0.6, "value": 0.5, "holds": False},
        {"name": "Ann", "level": "rep", "depth": 2, "target": 0.7, "value": None, "holds": None},
    ]
    page = PlanView(plan_from_extract(document | {"held": {"win_rate": nodes}}))
    said = text(page.held)
    assert said.startswith("Win rate holds at 1 of 2 nodes.")
    assert "at least 70.0%" in said
    assert "&lt;b&gt;West" in str(page.held._repr_mimebundle_()["text/html"])
    assert text(PlanView(plan_from_extract(make_plan_document())).held) == ""
