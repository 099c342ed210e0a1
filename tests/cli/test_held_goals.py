"""Goals on KPIs that do not add up: made, told at every node, changed, and refused where they cannot be."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def made(run: Callable, folder: Path, *goals: str) -> object:
    typed = [part for goal in goals for part in ("--goal", goal)]
    return run("-C", folder, "plan", "new", "held", "--period", "2017-Q3", *typed)


def told(run: Callable, folder: Path) -> dict[tuple[str, str], dict]:
    done = run("-C", folder, "plan", "goals", "held", "--format", "json")
    assert done.code == 0, done.err
    return {(one["goal"], one["aspect"]): one for one in json.loads(done.out)}


def asked(run: Callable, folder: Path, kpi: str, by: str) -> list[dict]:
    days = ("--from", "2017-07-01", "--to", "2017-09-30")
    return json.loads(run("-C", folder, "kpi", "query", kpi, "--by", by, *days, "--format", "json").out)


def test_each_node_is_told_by_the_value_of_the_kpi_itself(run: Callable, planned: Path) -> None:
    assert made(run, planned, "win_rate=50%", "average_deal=900").code == 0
    found = told(run, planned)
    for row in asked(run, planned, "win_rate", "team"):
        if row["team"] is None or row["win_rate"] is None:
            continue
        one = found["win_rate", f"at {row['team']}"]
        assert f"It is {row['win_rate']:.1%}" in one["finding"]
        assert one["holds"] == ("yes" if row["win_rate"] >= 0.5 else "no")
    assert "the outlook is of goals that add up" in found["win_rate", "achievable"]["finding"] or (
        "The period is over" in found["win_rate", "achievable"]["finding"]
    )
    plan = json.loads(run("-C", planned, "plan", "show", "held", "--format", "json").out)
    assert plan["quotas"] == []


def test_what_is_open_is_asked_of_the_whole_alone_at_the_end(run: Callable, planned: Path) -> None:
    assert made(run, planned, "open_amount=1000").code == 0
    aspects = [aspect for goal, aspect in told(run, planned) if goal == "open_amount" and aspect[:3] == "at "]
    assert len(aspects) == 1
    assert "no node below has a part of it" in run("-C", planned, "plan", "show", "held").err


def test_a_node_has_a_target_of_its_own_by_a_lock(run: Callable, planned: Path) -> None:
    assert made(run, planned, "win_rate=50%").code == 0
    cascade = ("-C", planned, "plan", "cascade", "held")
    assert run(*cascade, "--lock", "Ann=90%", "--why", "senior").code == 0
    assert "90.0%" in run("-C", planned, "plan", "show", "held").err
    assert run(*cascade, "--goal", "win_rate=60%").code == 0
    assert run(*cascade, "--unlock", "Ann").code == 0
    refused = run(*cascade, "--unlock", "Ann")
    assert refused.code == 1
    assert "no target of its own" in refused.err
    assert "is not split" in run(*cascade, "--basis", "equal").err
    assert "Did you mean 'Ann'" in run(*cascade, "--lock", "Anm=1%", "--why", "x").err


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ("win_rate=130%", "cannot be 130.0%: it lies between 0.0% and 100.0%"),
        ("win_rate=nan", "'nan' is not a number"),
        ("win_rate=-5%", "is below zero: -5%"),
        ("won_count=-5", "is below zero: -5"),
        ("median_cycle_days=-1", "is below zero: -1"),
    ],
)
def test_a_target_that_the_kpi_can_never_be_is_refused_in_words(
    run: Callable, planned: Path, goal: str, said: str
) -> None:
    done = made(run, planned, goal)
    assert done.code == 1
    assert said in done.err


def test_a_changed_target_is_held_to_the_range_too(run: Callable, planned: Path) -> None:
    assert made(run, planned, "win_rate=50%").code == 0
    assert "cannot be 150.0%" in run("-C", planned, "plan", "cascade", "held", "--goal", "win_rate=150%").err


def test_a_goal_on_activities_says_that_none_are_loaded(run: Callable, planned: Path) -> None:
    done = made(run, planned, "call_count=60", "won_amount=30000")
    assert done.code == 0
    assert "No activities are loaded; import activities.csv" in done.err
    assert "no history" not in done.err + done.out
    assert "No activities are loaded" in told(run, planned)["call_count", "achievable"]["finding"]
    refused = run("-C", planned, "plan", "outlook", "held", "--kpi", "call_count")
    assert refused.code == 2
    assert "No activities are loaded" in refused.err
    beside = run("-C", planned, "plan", "outlook", "held")
    assert beside.code == 0, beside.err
    assert "Left out: call_count. No activities are loaded" in beside.out + beside.err


def test_how_often_it_was_so_before_stands_in_for_a_chance(run: Callable, planned: Path) -> None:
    assert made(run, planned, "win_rate=50%").code == 0
    finding = told(run, planned)["win_rate", "achievable"]["finding"]
    days = ("--from", "2016-01-01", "--to", "2017-06-30")
    rows = json.loads(
        run("-C", planned, "kpi", "query", "win_rate", "--by", "quarter", *days, "--format", "json").out
    )
    # The first quarter with deals may have begun before its records.
    known = [row["win_rate"] for row in rows if row["win_rate"] is not None][1:]
    if known:
        kept = sum(value >= 0.5 for value in known)
        assert f"In {kept} of " in finding
        assert f"{min(known):.1%} and {max(known):.1%}" in finding
    else:
        assert "before it was" not in finding
