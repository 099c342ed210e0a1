"""When reps were there: as cohorts of a period."""

from datetime import date

from salesnb.actions.staffing import Presence, cohorts_of
from salesnb.calendar import FiscalCalendar
from salesnb.planning import RAMPED, Cohort

CALENDAR = FiscalCalendar()
QUARTER = CALENDAR.months(CALENDAR.period("2024-Q2"))


def cohort(**days: date) -> tuple[Cohort, ...]:
    return cohorts_of(["rep:1"], {"rep:1": Presence(**days)}, QUARTER)


def test_who_was_hired_before_goes_on_ramping_from_the_month_of_hire() -> None:
    assert cohort(hired=date(2024, 2, 20)) == (Cohort(name="rep:1", tenure=2),)


def test_who_comes_within_a_month_counts_from_its_start() -> None:
    assert cohort(hired=date(2024, 5, 20)) == (Cohort(name="rep:1", month=2),)
    assert cohort(hired=date(2024, 4, 1)) == (Cohort(name="rep:1", month=1),)


def test_who_leaves_does_so_in_the_month_of_the_last_day() -> None:
    """The day after the last of April is the first of May."""
    assert cohort(hired=date(2024, 3, 1), left=date(2024, 5, 1)) == (Cohort(name="rep:1", tenure=1, last=1),)
    assert cohort(left=date(2024, 7, 1))[0].last == 3
    assert cohort(left=date(2024, 7, 2))[0].last is None


def test_who_left_before_or_comes_after_is_in_no_cohort() -> None:
    assert cohort(left=date(2024, 4, 1)) == ()
    assert cohort(hired=date(2024, 7, 1)) == ()


def test_who_came_on_a_day_that_is_not_known_is_ramped() -> None:
    assert cohort() == (Cohort(name="rep:1", tenure=RAMPED),)
    assert cohorts_of(["rep:2"], {}, QUARTER) == (Cohort(name="rep:2", tenure=RAMPED),)


def test_time_without_a_known_start_begins_with_the_first_deal() -> None:
    assert Presence(first=date(2023, 3, 1)).begins == date(2023, 3, 1)
    assert Presence(hired=date(2023, 2, 1), first=date(2023, 3, 1)).begins == date(2023, 2, 1)
    assert Presence().begins is None
