"""What makes no sense is refused in a sentence: never a number that is none, and never another program's error."""

import math

import pytest

from salesnb.allocation import (
    Resource,
    Setting,
    allocate,
    between,
    exponential,
    group,
    hill,
    lock,
    power,
)
from salesnb.errors import BadInput, Infeasible, UnknownName

CURVES = {"A": power(gain=3, exponent=0.5), "B": power(gain=4, exponent=0.5)}


@pytest.mark.parametrize(
    "total", [0, -1, math.nan, math.inf, "many", None, Resource(total=0, spend="what pays")]
)
def test_a_total_that_is_none_is_refused(total):
    with pytest.raises(BadInput, match="total"):
        allocate(CURVES, total)


def test_without_segments_there_is_nothing_to_allocate_to():
    with pytest.raises(BadInput, match="no segment"):
        allocate({}, 10)


@pytest.mark.parametrize(
    "make",
    [
        lambda: power(gain=-1, exponent=0.5),
        lambda: power(gain=math.nan, exponent=0.5),
        lambda: power(gain=1, exponent=1.5),
        lambda: exponential(ceiling=math.inf, scale=1),
        lambda: hill(ceiling=1, half=0),
        lambda: hill(ceiling=1, half=1, slope=0),
    ],
)
def test_curves_that_fall_or_are_not_finite_are_refused(make):
    with pytest.raises(BadInput, match="response curve has a"):
        make()


@pytest.mark.parametrize("given", [3, [3], "power", None])
def test_what_is_no_curve_is_named_with_its_segment(given):
    with pytest.raises(BadInput, match="A has"):
        allocate({**CURVES, "A": given}, 10)


@pytest.mark.parametrize("draws", [[], [CURVES["A"]] * 3])
def test_segments_need_as_many_draws(draws):
    with pytest.raises(BadInput, match="different numbers of draws"):
        allocate({"A": draws, "B": [CURVES["B"]] * 2}, 10)


@pytest.mark.parametrize("size", [1e300, 1e-300])
def test_numbers_that_a_computer_cannot_add_up_are_refused(size):
    curves = {name: power(gain=size, exponent=0.5) for name in "AB"}
    with pytest.raises(BadInput, match="too (large|small)"):
        allocate(curves, size)


@pytest.mark.parametrize(
    ("limits", "named", "off"),
    [
        ([between("A", low=30), between("B", low=40)], ["total", "A at least 30", "B at least 40"], 20),
        ([group("AB", name="Coast", high=30)], ["total", "Coast at most 30"], 20),
        ([lock("A", 5), between("A", low=9)], ["A locked at 5", "A at least 9"], 4),
        (
            [group("AB", name="Coast", low=45), between("A", high=20), between("B", high=10)],
            ["Coast at least 45"],
            35,
        ),
    ],
    ids=["lows", "group", "one segment", "group and ends"],
)
def test_limits_that_cannot_hold_are_named_with_how_much_they_are_off(limits, named, off):
    with pytest.raises(Infeasible) as caught:
        allocate(CURVES, 50, limits)
    said = str(caught.value)
    assert all(name in said for name in named)
    assert f"by {off}:" in said


def test_names_that_are_not_known_are_said():
    for call in (
        lambda: allocate(CURVES, 10, [lock("C", 1)]),
        lambda: allocate(CURVES, 10, setting=Setting(today={"C": 1})),
        lambda: allocate(CURVES, 10, setting=Setting(moving_cost={"C": 1})),
        lambda: allocate({("hours", "A"): CURVES["A"], "B": CURVES["B"]}, {"hours": 3}),
    ):
        with pytest.raises(UnknownName):
            call()
    with pytest.raises(BadInput, match="No segment uses"):
        allocate({("money", "A"): CURVES["A"]}, {"money": 3, "hours": 3})


def test_what_pays_without_an_end_is_refused():
    with pytest.raises(BadInput, match="Nothing ends"):
        Resource(spend="what pays")
    with pytest.raises(BadInput, match="without an end"):
        allocate({"A": power(gain=3, exponent=1)}, Resource(spend="what pays", unit_cost=2))
