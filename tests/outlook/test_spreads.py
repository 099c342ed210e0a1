import numpy as np
import pytest

from salesnb.outlook.spreads import measured_spreads

AS_OF = 1_119


def stretches(*months, rep="r"):
    """A row a deal: for each stretch of 30 days before day 1119, oldest first, (won, lost, age of wins, amount)."""
    rows = []
    for place, (won, lost, age, amount) in enumerate(months):
        day = AS_OF - 30 * (len(months) - 1 - place) - 29
        rows += [(rep, day - age, day, "won", amount, 1.0)] * won + [
            (rep, day - 5, day, "lost", 0, 1.0)
        ] * lost
    return rows


FOUR = ((5, 5, 10, 100.0), (6, 4, 20, 100.0), (5, 5, 10, 300.0), (8, 2, 20, 100.0))


def test_spreads_are_standard_deviations_through_means(deals_of):
    found = measured_spreads(deals_of(*stretches(*FOUR)), AS_OF)
    assert found["win rate"] == pytest.approx(np.std([0.5, 0.6, 0.5, 0.8], ddof=1) / 0.6)
    assert found["cycle"] == pytest.approx(np.std([10, 20, 10, 20], ddof=1) / 15)
    assert found["deal size"] == pytest.approx(np.std([100, 100, 300, 100], ddof=1) / 150)


def test_creation_counts_a_month_without_deals_too(deals_of):
    rows = [("r", AS_OF - 30 * ago - 3, None, "open", 0, 1.0) for ago in (0, 2, 3) for _ in range(8)]
    first = ("r", AS_OF - 200, AS_OF - 125, "won", 1, 1.0)
    assert measured_spreads(deals_of(*rows, first), AS_OF)["creation"] == pytest.approx(
        np.std([8, 0, 8, 8], ddof=1) / 6
    )


def test_too_little_history_or_too_few_deals_are_no_measure(deals_of):
    short = measured_spreads(deals_of(*stretches(*FOUR[1:])), AS_OF)
    assert set(short.values()) == {None}
    few = measured_spreads(deals_of(*stretches(*[(2, 1, 10, 1.0)] * 6)), AS_OF)
    assert (few["win rate"], few["deal size"]) == (None, None)


def test_spreads_are_of_those_asked_for(deals_of):
    rows = (*stretches(*FOUR, rep="Ada"), *stretches(*[(5, 5, 10, 100.0)] * 4, rep="Bo"))
    assert measured_spreads(deals_of(*rows), AS_OF, owners=("Bo",))["win rate"] == 0


def test_what_comes_after_the_day_is_no_history(deals_of):
    later = [("r", AS_OF + 1, AS_OF + 9, "won", 9e9, 1.0)] * 50
    plain, more = (measured_spreads(deals_of(*stretches(*FOUR), *some), AS_OF) for some in ((), later))
    assert more == plain


def test_attrition_varies_as_a_share_of_so_many_reps_does(deals_of):
    deals = deals_of(*stretches(*FOUR), teams={"r": "t", "s": "t", "u": "t", "v": "t"})
    assert measured_spreads(deals, AS_OF, attrition=0.2)["attrition"] == pytest.approx(0.2)
    assert measured_spreads(deals, AS_OF)["attrition"] is None
