import numpy as np
import pytest

from salesnb.errors import BadInput
from salesnb.outlook.deals import NEVER, Deals, add_up

ROWS = (
    ("Ada", 10, 30, "won", 500, 400),
    ("Ada", 25, 28, "lost", 0, 900),
    ("Bo", 21, None, "open", 0, 300),
    ("Bo", None, 22, "won", 70, 0),
    ("Bo", None, None, "open", 0, 0),
)


def test_what_closed_later_was_open_and_what_was_created_later_was_not_known(deals_of):
    known = deals_of(*ROWS).known(22)
    assert known.created.tolist() == [10, 21, NEVER]
    assert known.closed.tolist() == [NEVER, NEVER, 22]
    assert known.won.tolist() == [False, False, True]


def test_a_day_belongs_to_the_period_that_starts_with_it(deals_of):
    deals = deals_of(*ROWS)
    assert deals.won_between(22, 30).tolist() == [0, 70]
    assert deals.won_between(30, 31).tolist() == [500, 0]


def test_teams_are_numbered_by_name_whatever_the_order_of_reps(deals_of):
    deals = deals_of(*ROWS, teams={"Ada": "South", "Bo": "North"})
    assert deals.team_number.tolist() == [1, 0]


def test_places_without_values_add_up_to_zero():
    assert add_up(np.array([2, 2]), np.array([True, True]), 4).tolist() == [0, 0, 2, 0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"won": np.array([True])}, "different lengths"),
        ({"owners": ("Ada", "Ada")}, "named twice"),
        ({"teams": ("team",)}, "without a team"),
        ({"owner": np.array([0, 0, 1, 1, 2])}, "not listed"),
        ({"won": np.array([True, False, True, True, False])}, "no day of closing"),
    ],
)
def test_what_cannot_be_is_refused_in_words(deals_of, change, words):
    with pytest.raises(BadInput, match=words):
        Deals(**vars(deals_of(*ROWS)) | change)
