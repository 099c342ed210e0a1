"""What a review says of the roadmap, of how the quota was made and of activities."""

from typing import Any

import pytest
from extract_cases import document

from salesnb.workbooks.extract import review_from_document
from salesnb.workbooks.findings_reading import Reading
from salesnb.workbooks.review import Review
from salesnb.workbooks.review_made import own_past


def step(label: str, last_day: str, state: str, **more: Any) -> dict[str, Any]:
    return {"label": label, "last_day": last_day, "state": state, **more}


# Money is in cents; the quarter is 100, 200 and 300 dollars of which 270 are reached by the end of November.
ROADMAP: dict[str, Any] = {
    "steps": [
        step("2017-09", "2017-09-30", "over", create=6.4, created=9, hold=90_000, held=70_000),
        step("2017-10", "2017-10-31", "over", due=10_000, to_date=10_000, low=8_000, high=12_000, actual=11_000,
             create=4.0, created=2, hold=80_000, held=81_000),
        step("2017-11", "2017-11-30", "over", due=20_000, to_date=30_000, low=28_000, high=33_000, actual=27_000),
        step("2017-12", "2017-12-31", "ahead", due=30_000, to_date=60_000),
    ],
    "create_by_now": 10.4, "created_by_now": 11, "whose": "company", "wins": 44, "win_rate": 0.5, "cycle_days": 30,
    "size": 5_000, "season": "the same months of 2 years before", "past": "the 11 quarters before",
}  # fmt: skip
MADE: dict[str, Any] = {
    "basis": "history: the twelve months before the plan", "amount": 60_000, "own_past": 240_000, "parent": "North",
    "hired": "2017-09-04", "ramp": [["2017-10", 0.25], ["2017-11", 0.5]], "days_there": 80, "effective": 21_000,
    "over": [{"level": "rep", "over": 0.05}], "committed": 50_000, "gap": -10_000,
    "answer": {"answer": "disputed", "by": "Ann", "reason": "<i>two</i> accounts left", "on": "2017-10-03"},
    "places": [["North", "2017-10-01", "2017-11-30", 40_000], ["West", "2017-12-01", "2017-12-31", 20_000]],
    "handed": [{"what": "Acme", "way": "to", "name": "Bo", "on": "2017-11-16"}],
    "potential_times": 1.42, "potential_source": "the revenue of the accounts worked",
    "below": [
        {"name": "<b>Bo</b>", "quota": 30_000, "committed": 25_000,
         "answer": {"answer": "accepted", "by": "Bo", "reason": "", "on": "2017-10-02"}},
        {"name": "Cy", "quota": 30_000, "answer": None},
    ],
}  # fmt: skip
ACTIVITIES: dict[str, Any] = {
    "needs": [
        {
            "label": "Calls",
            "per_created": 3.0,
            "low": 2.5,
            "high": 3.5,
            "per_won": 6.0,
            "by_now": 33.0,
            "done": 40,
        },
        {"label": "Meetings", "per_created": 0.5, "per_won": 1.0, "by_now": 5.0, "done": 3},
    ],
    "time": [{"segment": "retail", "minutes": 300}, {"segment": "medical", "minutes": 100}],
}


def review(**parts: Any) -> Review:
    return Review(review_from_document(document(won=270, target=600) | parts))


def text(shown: Any) -> str:
    return str(shown._repr_mimebundle_()["text/plain"])


def test_the_roadmap_says_how_many_milestones_were_met_and_where_the_last_lies_in_the_spread() -> None:
    said = text(review(roadmap=ROADMAP).roadmap)
    assert (
        "1 of 2 milestones was met: $270 of $300 by the end of Nov 2017, below what the season's spread leaves."
        in said
    )
    assert "$280 to $330" in said
    assert "eight in ten of the 11 quarters before" in said
    # Deals before the period are no milestones.
    assert "Sep" not in said


@pytest.mark.parametrize(("actual", "where"), [(28_000, "within"), (33_001, None), (27_999, "below")])
def test_within_the_spread_is_between_its_ends(actual: int, where: str | None) -> None:
    steps = [*ROADMAP["steps"]]
    steps[2] = steps[2] | {"actual": actual}
    said = text(review(roadmap=ROADMAP | {"steps": steps}).roadmap)
    assert (
        (f"{where} what the season's spread leaves" in said)
        if where
        else ("2 of 2 milestones were met" in said)
    )


def test_deals_to_create_stand_beside_those_created_and_what_they_rest_on() -> None:
    said = text(review(roadmap=ROADMAP).leads)
    assert "Since the start of Sep 2017 11 deals were created, 1 deal more than the goal takes." in said
    assert (
        "44 wins of the last two years, the whole company's, of which half took no longer than 30 days"
        in said
    )
    assert "50% of the deals created are won, and one brings $50" in said
    assert "$900" in said


def test_without_curves_there_are_no_leads_and_without_milestones_it_is_said() -> None:
    bare = {key: ROADMAP[key] for key in ("steps", "season")}
    assert text(review(roadmap=bare).leads) == ""
    assert "There is no roadmap" in text(review().roadmap)
    assert text(review().leads) == ""


def test_how_a_quota_was_made_names_basis_ramp_presence_hedge_and_answer() -> None:
    shown = review(made=MADE).quota_made
    said = text(shown)
    for part in (
        "$600 by history: the twelve months before the plan.",
        "$2.4K of that kind was won",
        "Started on Sep 4, 2017 and ramps: Oct 2017 25%, Nov 2017 50%.",
        "There on 80 of 92 days.",
        "For the days so far it asks for $210",
        "The quotas of all reps come to 5% more than the goal.",
        "$400 of it at North, from Oct 1, 2017 to Nov 30, 2017.",
        "Acme goes to Bo on Nov 16, 2017, with its part of the quota for the days left.",
        "The territory's potential is 1.4 times the mean of all territories. The revenue of the accounts worked.",
        "commits to $500. -$100 against the quota.",
        "Disputed by Ann on Oct 3, 2017: <i>two</i> accounts left.",
    ):
        assert part in said
    assert "<i>" not in shown._repr_mimebundle_()["text/html"]
    # Of the node above only the name is known: its quota would tell others apart.
    assert "North." not in said


def test_the_quota_above_is_told_where_it_is_known() -> None:
    assert "20% of the $3K of North." in text(review(made=MADE | {"parent_amount": 300_000}).quota_made)


def test_reps_say_who_has_accepted_and_markup_stays_text() -> None:
    shown = review(made=MADE).answers
    assert "1 of 2 reps has accepted the quota." in text(shown)
    assert "<b>Bo</b>" not in shown._repr_mimebundle_()["text/html"]
    assert text(review(made=MADE | {"below": []}).answers) == ""


def test_an_answer_to_an_earlier_quota_is_to_be_asked_again() -> None:
    was = {
        "answer": "accepted", "by": "Ann", "reason": "", "on": "2017-10-03", "amount": 40_000, "revision": 3,
    }  # fmt: skip
    page = review(made=MADE | {"answer": None, "outdated": was})
    assert "Accepted $400 in revision 3; the quota is now $600: ask again." in text(page.quota_made)
    old = was | {"revision": None, "answer": "disputed", "reason": "<i>why</i>"}
    below = [{"name": "Cy", "quota": 30_000, "answer": None, "outdated": old}]
    shown = review(made=MADE | {"below": below}).answers
    assert (
        "None of 1 rep have accepted the quota; 1 answered an earlier number and is to be asked again."
        in text(shown)
    )
    assert "Disputed $400 on Oct 3, 2017; the quota is now $300: ask again (<i>why</i>)" in text(shown)
    assert "<i>" not in shown._repr_mimebundle_()["text/html"]


def test_without_an_answer_or_a_quota_it_is_said() -> None:
    assert "neither accepted nor disputed" in text(review(made=MADE | {"answer": None}).quota_made)
    assert "No quota of this period is set." in text(review().quota_made)


def test_the_own_past_is_the_pace_of_then_and_the_best_month() -> None:
    told = document(won=270, target=600, last_year=400)
    told["tables"]["by_month"] = {
        "columns": ["month", "won_amount", "closed_count"],
        "rows": [["2017-08", 30_000, 3], ["2017-09", 50_000, 3], ["2017-10", 20_000, 2]],
    }
    said = text(own_past(Reading(review_from_document(told))))
    assert "$270 so far, $130 below the same days of Q4 2016." in said
    assert "The best month was Sep 2017 with $500." in said
    told["best_month"] = ["2014-03", 70_000]
    best = text(own_past(Reading(review_from_document(told))))
    assert "The best month was Mar 2014 with $700." in best


def test_activities_name_the_kind_that_is_furthest_behind_and_the_share_of_time() -> None:
    page = review(activities=ACTIVITIES)
    assert "Meetings are at 60% of the 5 that the deals to create by now take." in text(page.activities)
    assert "2.5 to 3.5" in text(page.activities)
    assert "Retail got 75% of the time in activities." in text(page.time_spent)


def test_without_activities_nothing_is_shown() -> None:
    assert text(review().activities) == text(review().time_spent) == ""


def test_what_a_later_package_adds_is_left_out() -> None:
    later = {"colour": "blue"}
    steps = [one | later for one in ROADMAP["steps"]]
    needs = [one | later for one in ACTIVITIES["needs"]]
    page = review(
        roadmap=ROADMAP | later | {"steps": steps},
        made=MADE | later,
        activities=ACTIVITIES | {"needs": needs},
    )
    assert "milestones" in text(page.roadmap)
    assert "Disputed" in text(page.quota_made)
    assert "Meetings" in text(page.activities)


def test_who_came_or_left_within_the_period_is_named_with_the_day() -> None:
    told = document(won=270, target=600, reps=[("Ann", 200, 300), ("Bo", 70, 300)])
    told["tables"]["by_rep"]["columns"].append("moved")
    for row, moved in zip(
        told["tables"]["by_rep"]["rows"], ("to 2017-11-15", "from 2017-10-20"), strict=True
    ):
        row.append(moved)
    said = text(Review(review_from_document(told)).rep_table)
    assert (
        "Ann was here to Nov 15, 2017; Bo came on Oct 20, 2017: quota and figures are of the days here."
        in said
    )
    told["tables"]["by_rep"]["rows"] = [[*row[:-1], ""] for row in told["tables"]["by_rep"]["rows"]]
    assert "days here" not in text(Review(review_from_document(told)).rep_table)
