"""Advice of the gate in terms of the builder's fields."""

import re

import pytest

from salesnb.actions import kpi_fields
from salesnb.actions.kpi_fields import in_fields
from salesnb.widgets.assets import script


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        ("Take 'time' out of additive_over.", "Take 'time' out of “Adds up over” under “More fields”."),
        (
            "Take 'time' out of additive_over: write additive_over = [].",
            "Take 'time' out: write nothing into “Adds up over” under “More fields”.",
        ),
        (
            'Take \'time\' out of additive_over: write additive_over = ["region", "team"].',
            "Take 'time' out: write region, team into “Adds up over” under “More fields”.",
        ),
        (
            "Give all parts one date (… at created_on), or write mixed_dates = true if this is meant.",
            (
                "Give all parts one date (… at created_on), or tick “Its parts are told by different dates, and that is meant”"
                " under “More fields” if this is meant."
            ),
        ),
        (
            "If that is as you mean it, write restates = true, so that readers are told.",
            (
                "If that is as you mean it, tick “Past periods may change, as those of a cohort do” under “More fields”,"
                " so that readers are told."
            ),
        ),
        (
            "Find out which of the two is wrong, and mend it.",
            "Find out which of the two is wrong, and mend it.",
        ),
    ],
)
def test_advice_on_a_file_is_said_of_the_form(advice, said):
    assert in_fields(advice) == said


def test_the_fields_are_called_as_in_the_form():
    page = script("kpi_builder")
    told = " ".join(field for _, field in kpi_fields._FIELDS)
    for label in set(re.findall("“(.*?)”", told)):
        assert f'"{label}"' in page
