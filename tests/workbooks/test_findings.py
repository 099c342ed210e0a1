"""The finding in words, on cases with known answers."""

from datetime import date
from typing import Any

import pytest
from extract_cases import CASE, read, sentences

from salesnb.workbooks.findings_improve import observations
from salesnb.workbooks.findings_standing import due_on


def said(**case: Any) -> str:
    return " ".join(sentences(**case))


def test_behind_pace_tells_by_how_much_and_what_is_left() -> None:
    text = said(won=300, target=1000, milestones=[("2017-10", 400)], as_of="2017-10-31")
    assert "West has won $300 of the $1K goal for Q4 2017 (30%) with 61 days left." in text
    assert "The season asks for $400 by now, so it is $100 (25%) behind pace; $700 is still to come." in text


def test_ahead_of_pace_is_said_as_such() -> None:
    text = said(won=500, target=1000, milestones=[("2017-10", 400)], as_of="2017-10-31")
    assert "so it is $100 (25%) ahead of pace" in text


@pytest.mark.parametrize("won", [392, 400, 408])
def test_within_two_per_cent_of_what_is_due_is_on_pace(won: int) -> None:
    assert "so it is on pace" in said(won=won, target=1000, milestones=[("2017-10", 400)], as_of="2017-10-31")


@pytest.mark.parametrize(("won", "word"), [(391, "behind pace"), (409, "ahead of pace")])
def test_more_than_two_per_cent_off_is_not(won: int, word: str) -> None:
    assert word in said(won=won, target=1000, milestones=[("2017-10", 400)], as_of="2017-10-31")


def test_without_milestones_the_pace_is_even_and_called_so() -> None:
    text = said(won=100, target=920, milestones=[], as_of="2017-10-31")
    assert "An even pace asks for $310 by now" in text
    assert "season" not in text


def test_a_reached_goal_is_not_behind_anything() -> None:
    text = said(won=1100, target=1000, as_of="2017-12-01")
    assert "West has reached the Q4 2017 goal with 30 days left: won $1.1K, 110% of $1K." in text
    assert "behind" not in text
    assert "missing" not in text


def test_a_finished_period_is_told_in_the_past() -> None:
    text = said(won=600, target=1000, as_of="2018-01-31")
    assert text.startswith("West won $600 in Q4 2017, 60% of the $1")
    assert "$400 short" in text
    assert "left" not in text
    assert "by now" not in text


def test_exactly_the_goal_is_reached_and_one_cent_less_is_not() -> None:
    assert "short" not in said(won=1000, target=1000, as_of="2017-12-31")
    text = " ".join(sentences(won_minor=99_999, target=1000, as_of="2017-12-31"))
    assert text == "West won $1K in Q4 2017, just under 100% of the $1K goal; that is $0.01 short."


def test_a_share_just_below_the_goal_is_not_rounded_to_it() -> None:
    assert "(99.6%)" in said(won=996, target=1000, milestones=[("2017-10", 990)], as_of="2017-10-31")


def test_no_goal_gives_no_pace_and_no_verdict() -> None:
    text = said(won=300, target=None)
    assert "No goal is set, so there is no pace to measure it by." in text
    assert "behind" not in text
    assert "missing" not in text


def test_nothing_won_is_said_in_words() -> None:
    assert "has won nothing of the $1" in said(won=0, target=1000)


def test_one_day_left_is_singular() -> None:
    assert "with 1 day left" in said(won=300, target=1000, as_of="2017-12-30")


def test_a_period_that_has_not_begun_says_only_that() -> None:
    text = said(won=None, target=1000, as_of="2017-09-30")
    assert text.startswith("Q4 2017 has not begun as of Sep 30, 2017; the goal is $1")
    assert "behind" not in text
    assert "below" not in text


def test_the_main_driver_of_a_decline_is_named_and_what_went_against_it() -> None:
    effects = {"volume": 20, "win rate": -80, "deal size": -40, "mix": 0}
    text = said(won=300, last_year=400, effects=effects)
    assert (
        "Won amount is $100 (25%) below the same days of Q4 2016, mainly because of a lower win rate (-$80)"
        in text
    )
    assert "more deals closed gave back $20" in text


def test_the_main_driver_of_growth_is_named() -> None:
    text = said(won=500, last_year=400, effects={"volume": 0, "win rate": 0, "deal size": 100, "mix": 0})
    assert "$100 (25%) above the same days of Q4 2016, mainly because of larger deals (+$100)." in text


def test_effects_that_cancel_out_are_no_change() -> None:
    text = said(won=400, last_year=400, effects={"volume": 90, "win rate": -90, "deal size": 0, "mix": 0})
    assert "Won amount is about what it was in the same days of Q4 2016, $400" in text
    assert "more deals closed (+$90) and a lower win rate (-$90) cancel out" in text


def test_without_last_year_the_period_before_is_compared() -> None:
    text = said(won=300, last_year=None, previous=200, effects={"volume": 100})
    assert "$100 (50%) above the same days of Q3 2017" in text
    assert "2016" not in text


def test_without_any_past_nothing_is_compared() -> None:
    text = said(won=300, last_year=None, previous=None)
    assert "above" not in text
    assert "2016" not in text


def test_effects_that_do_not_add_up_are_not_told() -> None:
    assert "below" not in said(won=300, last_year=400, effects={"volume": -99})


def test_too_small_a_pipeline_says_how_much_more_is_needed() -> None:
    text = said(won=300, target=1000, open_amount=700, open_count=7, win_rate=0.5, closed=20)
    assert (
        "The open pipeline of $700 is 1.0 times what is missing, where a win rate of 50% asks for about 2.0 times."
        in text
    )
    assert "about $700 more pipeline is needed" in text


@pytest.mark.parametrize(
    ("amount", "verdict"),
    [
        (1399, "is needed"),
        (1400, "an even chance and no reserve"),
        (2099, "an even chance and no reserve"),
        (2100, "that is enough"),
    ],
)
def test_the_verdict_on_the_pipeline_changes_at_its_thresholds(amount: int, verdict: str) -> None:
    assert verdict in said(won=300, target=1000, open_amount=amount, open_count=7, win_rate=0.5, closed=20)


def test_a_pipeline_that_is_enough_only_with_stalled_deals_is_called_so() -> None:
    case = {"won": 300, "target": 1000, "open_amount": 2100, "open_count": 7, "win_rate": 0.5, "closed": 20}
    stalled = {"usual_cycle_days": 90, "stalled_count": 3, "stalled_amount": 700_01}
    assert "that is enough, but without the stalled deals it is 2.0 times." in said(**case, pipeline=stalled)
    assert "stalled" not in said(**case, pipeline=stalled | {"stalled_amount": 700_00})


def test_no_open_deal_leaves_nothing_to_win_with() -> None:
    assert "No deal is open to win the missing $700 with." in said(
        won=300, target=1000, open_amount=0, open_count=0
    )


def test_an_unknown_win_rate_gives_no_verdict() -> None:
    text = said(won=0, target=1000, open_amount=5000, open_count=9, win_rate=None, closed=0, last_year=None)
    assert "how much of it is usually won is not known" in text
    assert "enough" not in text


def test_reps_below_four_fifths_of_what_is_due_are_named_worst_first() -> None:
    reps = [("Ann", 100, 200), ("Bob", 20, 200), ("Cy", 190, 200)]
    text = said(won=310, target=600, milestones=[("2017-10", 300)], as_of="2017-10-31", reps=reps)
    assert "Look first at Bob ($20 of $100 due by now)." in text


def test_nobody_is_named_before_a_fifth_of_the_season_is_due() -> None:
    reps = [("Ann", 100, 500), ("Bob", 0, 500)]
    early = {
        "won": 100,
        "target": 1000,
        "milestones": [("2017-10", 199)],
        "as_of": "2017-10-31",
        "reps": reps,
    }
    assert "Bob" not in said(**early)
    assert "Bob" in said(**early | {"milestones": [("2017-10", 200)]})


def test_a_shortfall_that_all_share_is_called_so() -> None:
    reps = [("Ann", 90, 200), ("Bob", 90, 200)]
    text = said(won=180, target=400, milestones=[("2017-10", 200)], as_of="2017-10-31", reps=reps)
    assert "The shortfall is spread out: no rep is below 80% of what is due." in text


def test_one_rep_is_not_compared_with_itself() -> None:
    assert "Look first" not in said(won=10, target=400, reps=[("Ann", 10, 400)])


def test_a_goal_in_deals_is_counted_in_deals() -> None:
    text = said(kpi="won_count", won_count=1, target_count=10, target=10, won=300)
    assert "West has won 1 deal of the 10 goal" in text


def test_due_follows_the_season_and_not_the_days() -> None:
    period = read().period
    # Last year's quarter won 1.5, 2.0 and 5.5: by the end of month 2 that is 3.5 of 9, not 6.
    points = ((date(2017, 10, 31), 150), (date(2017, 11, 30), 350), (date(2017, 12, 31), 900))
    assert [due_on(day, points, period) for day, _ in points] == [150, 350, 900]
    assert due_on(date(2017, 11, 15), points, period) == 250
    assert due_on(date(2017, 9, 30), points, period) == 0


def test_observations_are_ranked_and_at_most_four() -> None:
    found = observations(
        CASE(
            won=300,
            last_year=400,
            target=1000,
            effects={"volume": -60, "win rate": -10, "deal size": -30, "mix": 0},
            open_amount=700,
            open_count=7,
            win_rate=0.5,
            closed=20,
        )
    )
    assert [o.worth for o in found] == sorted((o.worth for o in found), reverse=True)
    assert 2 <= len(found) <= 4
    assert found[0].topic == "pipeline"
    assert all(o.basis for o in found)


def test_effects_below_two_per_cent_of_the_goal_are_not_worth_saying() -> None:
    case = {
        "won": 395,
        "last_year": 400,
        "target": 400,
        "effects": {"volume": 2, "win rate": -7, "deal size": 0, "mix": 0},
    }
    assert "win rate" not in [o.topic for o in observations(CASE(**case))]
    worse = case | {"won": 394, "effects": {"volume": 2, "win rate": -8, "deal size": 0, "mix": 0}}
    assert "win rate" in [o.topic for o in observations(CASE(**worse))]


def test_two_observations_on_the_win_rate_become_one() -> None:
    found = observations(
        CASE(
            won=300,
            last_year=400,
            target=1000,
            effects={"win rate": -100},
            win_rate=0.5,
            closed=20,
            peers={"level": "team", "n": 5, "win_rate": 0.9},
        )
    )
    assert [o.topic for o in found].count("win rate") == 1


def test_no_peers_means_no_word_of_the_others() -> None:
    found = observations(
        CASE(won=300, last_year=400, target=1000, effects={"win rate": -100}, win_rate=0.5, closed=20)
    )
    assert all("other" not in o.detail for o in found)


def test_stalled_deals_are_told_from_a_quarter_on() -> None:
    pipeline = {
        "usual_cycle_days": 90,
        "stalled_count": 2,
        "stalled_amount": 400_00,
        "without_expected_close_count": 8,
    }
    few = CASE(
        won=900, target=1000, open_amount=900, open_count=9, win_rate=0.5, closed=20, pipeline=pipeline
    )
    assert "stalled" not in [o.topic for o in observations(few)]
    many = CASE(
        won=900, target=1000, open_amount=900, open_count=8, win_rate=0.5, closed=20, pipeline=pipeline
    )
    assert "stalled" in [o.topic for o in observations(many)]
