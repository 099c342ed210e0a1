"""The bridge from one open pipeline to another adds up exactly, by group and as a whole."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.calendar import Period
from salesnb.kpis.bridge import BESIDE, EFFECTS, OpenDeal, Sums, bridge

Q4 = Period(label="2026-Q4", start=date(2026, 10, 1), end=date(2027, 1, 1))
BEFORE, EARLY, LATE, AFTER = date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1)
EAST, WEST = ("East",), ("West",)


def open_deal(amount: int = 100, expected: date | None = None, group: object = EAST) -> OpenDeal:
    return OpenDeal({group: amount}, expected)


def effects(old: OpenDeal | None, new: OpenDeal | None, fate: str = "", within: Period | None = None) -> dict:
    """Give the effects of one deal by kind and group, amounts only."""
    found = bridge({"D": old} if old else {}, {"D": new} if new else {}, {"D": fate}, within)
    return {(move.kind, move.group): move.sums.amount for move in found.moves}


groups = st.sampled_from([None, (None,), EAST, WEST, ("North",)])
days = st.one_of(st.none(), st.dates(date(2026, 8, 1), date(2027, 3, 1)))
open_deals = st.builds(
    OpenDeal, st.dictionaries(groups, st.integers(0, 10**15), min_size=1, max_size=4), days
)
pipelines = st.dictionaries(st.sampled_from("ABCDEFGH"), open_deals)
periods = st.sampled_from([None, Q4])


def totals(pipeline: dict[str, OpenDeal], within: Period | None) -> dict:
    found = {}
    for deal in pipeline.values():
        day = deal.expected_close_on
        if within is None or day is None or within.start <= day < within.end:
            for group, amount in deal.parts.items():
                old = found.get(group, (0, 0))
                found[group] = (old[0] + amount, old[1] + 1)
    found.pop(None, None)
    return found


@given(pipelines, pipelines, periods)
def test_effects_add_up_to_the_difference_in_every_group_and_over_all(then, now, within) -> None:
    fates = {deal: "won" if deal in then else "created" for deal in {*then, *now}}
    found = bridge(then, now, fates, within)
    before, after = totals(then, within), totals(now, within)
    for row in (*found.rows, found.total):
        told = [row.then, *row.effects.values()]
        assert tuple(map(sum, zip(*told, strict=True))) == row.now
        assert set(row.effects) <= set(EFFECTS)
        assert set(row.beside) <= set(BESIDE)
    assert {row.group: row.then for row in found.rows if row.then.deals} == before
    assert {row.group: row.now for row in found.rows if row.now.deals} == after


@given(pipelines, pipelines, periods)
def test_groups_add_up_to_the_whole(then, now, within) -> None:
    def whole(pipeline):
        return {
            deal: OpenDeal({(): sum(o.parts.values())}, o.expected_close_on) for deal, o in pipeline.items()
        }

    def seen(pipeline):
        """Nothing is left out by a filter, so that the groups are all there are."""
        return {
            deal: OpenDeal({group or ("rest",): a for group, a in o.parts.items()}, o.expected_close_on)
            for deal, o in pipeline.items()
        }

    fates = {deal: "lost" if deal in then else "reopened" for deal in {*then, *now}}
    by_group = bridge(seen(then), seen(now), fates, within).total
    over_all = bridge(whole(then), whole(now), fates, within).total
    for kind in (*EFFECTS, *BESIDE):
        assert by_group.effect(kind).amount == over_all.effect(kind).amount, kind
    assert by_group.effect("reassigned").amount == 0
    assert (by_group.then.amount, by_group.now.amount) == (over_all.then.amount, over_all.now.amount)


@given(pipelines, periods)
def test_nothing_happened_between_a_pipeline_and_itself(pipeline, within) -> None:
    found = bridge(pipeline, pipeline, {}, within)
    assert found.moves == ()
    assert all(row.then == row.now and not row.moved for row in found.rows)


@pytest.mark.parametrize("fate", ["created", "added_late", "reopened"])
def test_a_deal_that_came_counts_whole(fate: str) -> None:
    assert effects(None, open_deal(70), fate) == {(fate, EAST): 70}


@pytest.mark.parametrize("fate", ["won", "lost", "removed"])
def test_a_deal_that_went_counts_as_it_was_while_open(fate: str) -> None:
    assert effects(open_deal(70), None, fate) == {(fate, EAST): -70}


def test_a_deal_that_grew_is_resized_where_it_was_and_then_reassigned() -> None:
    assert effects(open_deal(100), open_deal(130, group=WEST)) == {
        ("resized", EAST): 30,
        ("reassigned", EAST): -130,
        ("reassigned", WEST): 130,
    }


def test_parts_of_a_shared_deal_are_resized_in_proportion() -> None:
    old, new = OpenDeal({EAST: 60, WEST: 40}), OpenDeal({EAST: 90, WEST: 110})
    assert effects(old, new) == {
        ("resized", EAST): 60, ("resized", WEST): 40, ("reassigned", EAST): -30, ("reassigned", WEST): 30,
    }  # fmt: skip


def test_a_deal_without_amount_that_gets_one_is_resized() -> None:
    assert effects(open_deal(0), open_deal(50)) == {("resized", EAST): 50}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (EARLY, AFTER, ("pushed_out", -100)),
        (AFTER, EARLY, ("pulled_in", 130)),
        (BEFORE, LATE, ("slipped_in", 130)),
        (EARLY, BEFORE, ("pulled_ahead", -100)),
        (None, AFTER, ("pushed_out", -100)),
        (None, BEFORE, ("pulled_ahead", -100)),
        (AFTER, None, ("pulled_in", 130)),
        (BEFORE, None, ("slipped_in", 130)),
    ],
)
def test_a_deal_that_crosses_the_ends_of_the_period_counts_whole(before, after, told) -> None:
    kind, amount = told
    assert effects(open_deal(100, before), open_deal(130, after), within=Q4) == {(kind, EAST): amount}


def test_a_deal_that_stays_out_of_the_period_is_not_told() -> None:
    assert effects(open_deal(100, BEFORE), open_deal(130, AFTER), within=Q4) == {}
    assert effects(open_deal(100, AFTER), None, "won", within=Q4) == {}


@pytest.mark.parametrize("within", [None, Q4])
@pytest.mark.parametrize(
    ("days", "kind"), [((EARLY, LATE), "pushed_later"), ((LATE, EARLY), "pulled_earlier")]
)
def test_a_date_that_moves_a_deal_nowhere_stands_beside_the_bridge(within, days, kind) -> None:
    old, new = (open_deal(100, day) for day in days)
    row = bridge({"D": old}, {"D": new}, {}, within).total
    assert row.beside == {kind: Sums(100, 1)}
    assert row.effects == {}


def test_what_a_filter_leaves_out_is_no_group_and_crossing_it_is_reassigning() -> None:
    found = bridge({"D": open_deal(100, group=None)}, {"D": open_deal(100)}, {})
    assert [row.group for row in found.rows] == [EAST]
    assert found.total.effects == {"reassigned": Sums(100, 1)}


def test_a_deal_that_is_closed_and_was_not_expected_in_the_period_is_not_missed() -> None:
    found = bridge({"D": open_deal(100, LATE)}, {}, {"D": "won"}, Q4)
    assert found.row(EAST).effects == {"won": Sums(-100, -1)}
    assert found.row(WEST).then == Sums()
