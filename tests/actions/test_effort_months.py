"""Which months of effort count, and what is used up in them."""

from datetime import date

from salesnb.actions.effort_months import is_people, known_months, used_in
from salesnb.calendar import FiscalCalendar

CALENDAR = FiscalCalendar()


def known(labels, as_of):
    found = known_months(CALENDAR, CALENDAR.period("2017-Q4"), labels, as_of)
    return [month.label for month in found]


def test_months_count_from_the_start_without_a_break_once_they_are_over():
    assert known({"2017-10", "2017-11", "2017-12"}, date(2017, 12, 30)) == ["2017-10", "2017-11"]
    assert known({"2017-10", "2017-12"}, date(2018, 1, 31)) == ["2017-10"]
    assert known({"2017-11"}, date(2018, 1, 31)) == []


def test_people_are_averaged_over_months_and_all_else_adds_up():
    assert used_in(15, 3, people=True) == 5
    assert used_in(15, 3, people=False) == 15
    assert is_people("inside_reps", "")
    assert is_people("sales", "FTE")
    assert not is_people("visits", "hours")
