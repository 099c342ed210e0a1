"""Commitments come up beside what was handed down; null is not zero; answers are of one amount."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from salesnb.actions.agreeing import answer_lines, standing_records
from salesnb.errors import BadInput, BadUsage, UnknownName
from salesnb.money import Formatter
from salesnb.planning import (
    answer_quota,
    approve,
    commit_to,
    of_nobody,
    plan_from_json,
    plan_to_json,
    problems,
    set_goal,
    standings,
)

AT = datetime(2017, 9, 1, tzinfo=UTC)


def committed(plan, **amounts):
    for node, amount in amounts.items():
        name = node if node in {"East", "West", "company"} else f"rep:{node}"
        plan = commit_to(plan, name, amount, goal="won_amount", by="Ann", at=AT)
    return plan


def standing(plan):
    return {one.quota.id: one for one in standings(plan, plan.goal("won_amount"))}


def test_nobody_has_committed_at_first_and_no_gap_is_told(plan):
    assert all(one.gap is None and one.below is None for one in standing(plan).values())


def test_a_parent_says_how_many_of_its_children_have_committed(plan):
    found = standing(committed(plan, East1=100, East2=None, West1=0))
    assert (found["East"].below, found["East"].answered, found["East"].children) == (100, 1, 2)
    assert (found["West"].below, found["West"].answered, found["West"].children) == (0, 1, 3)
    assert (found["company"].below, found["company"].answered) == (100, 0)
    assert found["East"].gap is found["company"].gap is None


def test_null_is_not_zero(plan):
    found = standing(committed(plan, East1=None, East2=0))
    assert found["rep:East1"].gap is None
    assert found["rep:East2"].gap == -found["rep:East2"].quota.amount


def test_the_gap_is_told_once_all_below_have_committed(plan):
    found = standing(committed(plan, East1=100, East2=50, West=7))
    assert found["East"].gap == 150 - found["East"].quota.amount
    assert (found["company"].below, found["company"].answered) == (157, 2)
    assert found["company"].gap == 157 - 300_000_00


def test_what_a_manager_commits_stands_before_the_sum_of_those_below(plan):
    found = standing(committed(plan, East1=100, East2=50, East=120))
    assert (found["East"].committed, found["East"].below) == (120, 150)
    assert found["East"].gap == 120 - found["East"].quota.amount
    assert found["company"].below == 120


def test_a_later_commitment_takes_the_place_of_the_earlier(plan):
    twice = committed(committed(plan, East1=100), East1=70)
    assert [one.amount for one in twice.commitments] == [70]


def test_an_answer_holds_for_the_amount_that_was_answered(plan):
    said = answer_quota(plan, "West", "accepted", goal="won_amount", by="Ann", at=AT)
    assert standing(said)["West"].answer.answer == "accepted"
    assert standing(set_goal(said, "won_amount", 400_000_00))["West"].answer is None


def test_an_answer_to_an_earlier_amount_stays_and_is_to_be_asked_again(plan):
    said = answer_quota(replace(plan, revision=3), "West", "accepted", goal="won_amount", by="Ann", at=AT)
    before = standing(said)["West"]
    assert before.outdated is None
    later = set_goal(said, "won_amount", 400_000_00)
    now = standing(later)["West"]
    assert now.answer is None
    assert (now.outdated.answer, now.outdated.amount, now.outdated.revision) == (
        "accepted",
        before.quota.amount,
        3,
    )
    (record,) = (one for one in standing_records(later, Formatter("en_US", "USD")) if one["node"] == "West")
    show = Formatter("en_US", "USD").value
    then, new = show(before.quota.amount, "money"), show(now.quota.amount, "money")
    assert record["answer"] == f"accepted {then} in revision 3; the quota is now {new}: ask again"
    again = answer_quota(later, "West", "disputed", goal="won_amount", by="Ann", at=AT, reason="two left")
    assert standing(again)["West"].outdated is None
    assert standing(again)["West"].answer.answer == "disputed"


def test_an_answer_that_goes_back_to_the_amount_holds_again(plan):
    said = answer_quota(plan, "West", "accepted", goal="won_amount", by="Ann", at=AT)
    there = set_goal(said, "won_amount", 400_000_00)
    back = set_goal(there, "won_amount", 300_000_00)
    assert standing(back)["West"].answer.answer == "accepted"
    assert standing(back)["West"].outdated is None


def test_whoever_answered_an_earlier_number_has_not_answered_this_one(plan):
    shown = Formatter("en_US", "USD")
    assert answer_lines(plan, shown) == ()
    said = answer_quota(replace(plan, revision=3), "West", "accepted", goal="won_amount", by="Ann", at=AT)
    count = len(plan.quotas_of(plan.goal("won_amount")))
    first = f"Of the {count} quotas of won_amount "
    assert answer_lines(said, shown) == (
        f"{first}1 is accepted, 0 are disputed, and {count - 1} are not answered as they are.",
    )
    later = set_goal(said, "won_amount", 400_000_00)
    lines = answer_lines(later, shown)
    assert lines[0] == f"{first}0 are accepted, 0 are disputed, and {count} are not answered as they are."
    assert lines[1].startswith("West accepted $")
    assert lines[1].endswith(": ask again.")


def test_an_answer_of_an_earlier_release_has_its_day(plan):
    said = answer_quota(plan, "West", "disputed", goal="won_amount", by="Ann", at=AT, reason="two left")
    old = replace(said, answers=tuple(replace(one, revision=None) for one in said.answers))
    assert "revision" not in json.loads(plan_to_json(old))["answers"][0]
    assert plan_from_json(plan_to_json(old)) == old
    later = set_goal(old, "won_amount", 400_000_00)
    (record,) = (one for one in standing_records(later, Formatter("en_US", "USD")) if one["node"] == "West")
    assert " on Sep 1, 2017; the quota is now " in record["answer"]
    assert record["answer"].endswith(": ask again (two left)")


def test_answering_a_plan_does_not_change_it(plan):
    approved = approve(plan, by="Ada", at=AT)
    said = answer_quota(approved, "West", "disputed", goal="won_amount", by="Ann", at=AT, reason="two left")
    assert (said.status, said.quotas, said.approval) == ("approved", approved.quotas, approved.approval)
    assert committed(said, West=5).status == "approved"


def test_it_is_written_and_read_as_it_is(plan):
    said = answer_quota(committed(plan, East1=None), "West", "accepted", goal="won_amount", by="Ann", at=AT)
    assert plan_from_json(plan_to_json(said)) == said


def test_what_cannot_be_said_is_refused(plan):
    with pytest.raises(BadUsage, match="needs its reason"):
        answer_quota(plan, "West", "disputed", goal="won_amount", by="Ann", at=AT)
    with pytest.raises(BadUsage, match="'perhaps' is not an answer"):
        answer_quota(plan, "West", "perhaps", goal="won_amount", by="Ann", at=AT)
    with pytest.raises(UnknownName, match="no quota for 'Wst'"):
        answer_quota(plan, "Wst", "accepted", goal="won_amount", by="Ann", at=AT)
    with pytest.raises(BadInput, match="negative"):
        committed(plan, West=-1)


def test_what_was_said_for_somebody_without_a_quota_any_more_is_named_and_counts_nowhere(plan):
    said = committed(plan, East1=100, West1=7)
    said = answer_quota(said, "rep:East1", "accepted", goal="won_amount", by="Bob", at=AT)
    gone = replace(
        said,
        commitments=tuple(replace(one, node=one.node.replace("East1", "Zed")) for one in said.commitments),
        answers=tuple(replace(one, period="2018-Q1") for one in said.answers),
    )
    assert of_nobody(said) == ()
    assert [(one.node, one.period) for one in of_nobody(gone)] == [
        ("rep:Zed", "2017-Q4"),
        ("rep:East1", "2018-Q1"),
    ]
    whats = [problem.what for problem in problems(gone) if problem.rule == "people"]
    handed = gone.answers[0].amount / 100
    assert whats == [
        "Ann committed 1 for Zed, who has no quota of won_amount in 2017-Q4 any more.",
        f"Bob answered to {handed:,.0f} for East rep 1, who has no quota of won_amount in 2018-Q1 any more.",
    ]
    assert standing(gone)["East"].below is None
    assert [record["answer"] for record in standing_records(gone, Formatter("en_US", "USD"))][-2:] == [
        "committed by Ann: no quota any more",
        "accepted by Bob: no quota any more",
    ]
