"""What curves say in words: never more than the deals behind them tell."""

import pytest

from salesnb.actions.curve_words import curve_finding, curve_lines, curve_note, differ
from salesnb.kpis.aging import CurveGroup
from salesnb.kpis.curves import Estimate, Tally, win_curve
from salesnb.money import Formatter

FMT = Formatter()


def group(name: str | None, *rows: tuple[int, str, int], undated: int = 0) -> CurveGroup:
    tallies = [Tally(age=age, outcome=outcome, count=count) for age, outcome, count in rows]
    return CurveGroup(key=() if name is None else (name,), curve=win_curve(tallies), undated=undated)


def team(name: str, won: int, *, of: int = 100, last: int = 200) -> CurveGroup:
    return group(name, (40, "won", won), (last, "open", of - won))


def test_one_curve_says_how_much_is_won_and_how_fast() -> None:
    one = group(None, (10, "won", 30), (20, "lost", 20), (30, "won", 30), (90, "open", 20))
    assert curve_finding("win", [one], FMT) == (
        "60% of the deals created are won within 30 days (53% to 66%), half of these within 10 days; 20% are lost."
    )
    assert curve_finding("cycle", [one], FMT) == (
        "Half of the deals created have left the pipeline after 20 days; half of the wins come within 10 days, "
        "nine of ten within 30 days."
    )


def test_where_half_never_leaves_it_says_so() -> None:
    one = group(None, (10, "won", 30), (90, "open", 70))
    assert curve_finding("cycle", [one], FMT).startswith(
        "Only 30% of the deals created have left the pipeline after 10 days; half of the wins"
    )


def test_nothing_won_is_said() -> None:
    one = group(None, (10, "lost", 30), (90, "open", 70))
    assert curve_finding("win", [one], FMT) == "No deal is won within 10 days; 30% are lost."
    assert curve_finding("cycle", [one], FMT).endswith("after 10 days; none is won.")


@pytest.mark.parametrize("name", ["win", "cycle"])
def test_too_few_deals_tell_nothing(name: str) -> None:
    few = group(None, (10, "won", 5))
    assert curve_finding(name, [few], FMT) == "Too few deals are closed to tell a curve."
    assert curve_finding(name, [], FMT) == "Too few deals are closed to tell a curve."
    assert curve_lines(name, [few])[0] == []


def test_groups_that_chance_may_part_are_not_called_different() -> None:
    alike = [team("North", 50), team("South", 45), team("West", 55)]
    assert curve_finding("win", alike, FMT) == (
        "Of the deals created, 55% in West and 45% in South are won within 40 days: no more than chance may bring."
    )
    apart = [team("North", 50), team("South", 30), team("West", 70)]
    assert curve_finding("win", apart, FMT).endswith("within 40 days: more than chance explains.")


def test_the_ends_of_many_groups_are_not_enough_to_call_them_different() -> None:
    # 42 and 58 of 100 alone differ at the 5 % level; as the ends of twelve groups they do not.
    ends = [team("Low", 42), team("High", 58)]
    middle = [team(f"Team {n}", 50) for n in range(10)]
    assert "more than chance explains" in curve_finding("win", ends, FMT)
    assert "no more than chance may bring" in curve_finding("win", [*ends, *middle], FMT)


def test_groups_are_compared_at_an_age_that_all_have_reached() -> None:
    old = group("Old", (10, "won", 20), (90, "won", 40), (200, "open", 40))
    younger = group("Younger", (10, "won", 30), (60, "open", 70))
    assert "30% in Younger and 20% in Old are won within 60 days" in curve_finding("win", [old, younger], FMT)


def test_a_group_too_young_for_half_the_ages_is_not_compared() -> None:
    old = group("Old", (10, "won", 20), (90, "won", 40), (200, "open", 40))
    young = group("Young", (10, "won", 30), (20, "open", 70))
    told = curve_finding("win", [old, young], FMT)
    assert told == (
        "Of the deals created, 60% in Old are won within 90 days; the others are too few or too young to compare."
    )


def test_those_that_the_finding_names_are_drawn_first_then_the_largest() -> None:
    groups = [
        team("Small", 60, of=100),
        team("Large", 250, of=500),
        team("Middle", 120, of=250),
        team("Low", 8, of=40),
    ]
    lines, ages = curve_lines("win", groups)
    assert [line.name for line in lines] == ["Small", "Low", "Large", "Middle"]
    assert ages == (0, 10, 20, 30, 40)


def test_the_note_says_what_curves_rest_on() -> None:
    groups = [team(f"Team {n}", 50) for n in range(8)] + [group("Few", (3, "won", 2))]
    assert curve_note(groups, 12, FMT) == (
        "802 deals created, 400 still open. Intervals: 80%. A curve ends where fewer than 10 were open. "
        "2 groups of 8 not drawn. 1 group with too few left out. 12 without created date left out."
    )
    assert curve_note([], 0, FMT) == ""


def test_shares_differ_beyond_the_five_per_cent_limit_of_chi_square() -> None:
    def one(share: float) -> Estimate:
        return Estimate(share=share, variance=0.01**2, low=None, high=None)

    # Two: chi-square with one degree of freedom, 3.84; the difference is sqrt(2 * 3.84) standard errors, 2.77.
    assert differ([one(0.5), one(0.5281)])
    assert not differ([one(0.5), one(0.5273)])
    assert not differ([one(0.5)])
    assert not differ([one(0.5), Estimate(share=0.0, variance=0.0, low=None, high=None)])
