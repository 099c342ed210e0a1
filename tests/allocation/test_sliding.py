"""What linked sliders promise: the total stays, bounds and locks hold, and the others keep their proportions."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.allocation.sliding import Slid, Slider, slide

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sliding.json").read_text())["cases"]


@st.composite
def rows(draw: st.DrawFn) -> list[Slider]:
    """Sliders of any size, most of them within their bounds."""
    most = draw(st.sampled_from((5, 100, 10**9, 10**14)))
    found = []
    for _ in range(draw(st.integers(1, 8))):
        low, amount, high = sorted(draw(st.tuples(*[st.integers(0, most)] * 3)))
        outside = draw(st.sampled_from((amount, amount, amount, 0)))
        found.append(
            Slider(amount=outside, low=low, high=high, locked=draw(st.sampled_from((False,) * 3 + (True,))))
        )
    return found


@pytest.mark.parametrize("case", VECTORS, ids=[case["why"] for case in VECTORS])
def test_vectors(case: dict[str, Any]) -> None:
    sliders = [Slider(**slider) for slider in case["sliders"]]
    found = slide(sliders, case["place"], case["wanted"])
    assert found == Slid(amounts=tuple(case["amounts"]), stopped=case["stopped"])


@given(row=rows(), data=st.data())
def test_the_total_stays_and_bounds_and_locks_hold(row: list[Slider], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(row) - 1))
    wanted = data.draw(st.integers(0, 2 * max(slider.high for slider in row) + 1))
    found = slide(row, place, wanted)
    assert sum(found.amounts) == sum(slider.amount for slider in row)
    moved = found.amounts != tuple(slider.amount for slider in row)
    for slider, amount in zip(row, found.amounts, strict=True):
        assert amount == slider.amount if slider.locked else not moved or slider.low <= amount <= slider.high
    assert (found.stopped == "") == (found.amounts[place] == wanted)


@given(row=rows(), data=st.data())
def test_nothing_nearer_to_what_is_wanted_can_be_had(row: list[Slider], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(row) - 1))
    wanted = data.draw(st.integers(0, 2 * max(slider.high for slider in row) + 1))
    got = slide(row, place, wanted).amounts[place]
    if row[place].locked or got == wanted:
        return
    nearer = got + (1 if wanted > got else -1)
    others = [slider for n, slider in enumerate(row) if n != place and not slider.locked]
    rest = row[place].amount + sum(slider.amount for slider in others) - nearer
    fits = row[place].low <= nearer <= row[place].high
    room = sum(slider.low for slider in others) <= rest <= sum(slider.high for slider in others)
    can_start = slide(row, place, row[place].amount).amounts[place] == row[place].amount
    assert not (fits and room and can_start)


@given(row=rows(), data=st.data())
def test_those_between_their_bounds_have_the_same_share_of_what_they_had(
    row: list[Slider], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(row) - 1))
    found = slide(row, place, data.draw(st.integers(0, max(slider.high for slider in row))))
    if found.amounts == tuple(slider.amount for slider in row):
        return
    free = [
        (Fraction(amount), slider.amount)
        for n, (slider, amount) in enumerate(zip(row, found.amounts, strict=True))
        if n != place and not slider.locked and slider.low + 1 < amount < slider.high - 1 and slider.amount
    ]
    # One step of rounding either way, of each.
    for (new, old), (other, before) in zip(free, free[1:], strict=False):
        assert abs(new * before - other * old) <= old + before


@given(row=rows(), data=st.data())
def test_the_order_of_the_others_only_tells_who_gets_what_does_not_divide(
    row: list[Slider], data: st.DataObject
) -> None:
    wanted = data.draw(st.integers(0, max(slider.high for slider in row)))
    there = slide(row, 0, wanted).amounts
    back = slide([row[0], *row[:0:-1]], 0, wanted).amounts
    assert there[0] == back[0]
    assert all(abs(a - b) <= 1 for a, b in zip(there[1:], back[:0:-1], strict=True))
