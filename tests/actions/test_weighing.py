"""Who is new, as the workspace knows it: by the day they started, else by their first membership."""

from datetime import date
from types import SimpleNamespace

import pyarrow as pa
import pytest

from salesnb.actions.weighing import new_reps
from salesnb.calendar import FiscalCalendar

TABLES = {
    "reps": [
        {"rep_id": "old", "start_on": date(2015, 1, 1)},
        {"rep_id": "hired", "start_on": date(2017, 3, 1)},
        {"rep_id": "later", "start_on": date(2017, 11, 1)},
        {"rep_id": "member", "start_on": None},
        {"rep_id": "undated", "start_on": None},
        {"rep_id": "rejoined", "start_on": date(2014, 1, 1)},
    ],
    "memberships": [
        {"rep_id": "member", "valid_from": date(2017, 5, 1), "valid_to": None},
        {"rep_id": "rejoined", "valid_from": date(2017, 5, 1), "valid_to": None},
        {"rep_id": "undated", "valid_from": None, "valid_to": None},
    ],
}


@pytest.fixture
def data():
    return SimpleNamespace(
        table=lambda name: SimpleNamespace(to_pyarrow=lambda: pa.Table.from_pylist(TABLES[name]))
    )


def test_who_came_within_the_twelve_months_before_is_new_and_whose_days_are_not_known_is_not(data):
    new = new_reps(data, FiscalCalendar().period("2017-Q4"))
    assert new == {"rep:hired", "rep:later", "rep:member"}
