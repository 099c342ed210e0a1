"""What a review may say of others: an aggregate in which nobody can be told apart."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from salesnb.actions.peers import LEAST_REPS, LEAST_UNITS, everybody_of, peers_of


def facts(closed: dict[str, int], reps: dict[str, int]) -> Any:
    """Stand in for figures: deals closed and reps, by unit."""
    sums = {
        unit: {"won_count": count // 2, "closed_count": count, "won_amount": 100 * count}
        for unit, count in closed.items()
    }
    named = {unit: frozenset(f"{unit}-{n}" for n in range(reps.get(unit, 0))) for unit in closed}
    return SimpleNamespace(by="team", period_sums=sums, reps_with_figures=named)


def of(unit: str, figures: Any) -> Any:
    figures.everybody = everybody_of(figures.period_sums, figures.reps_with_figures)
    return peers_of(SimpleNamespace(id=unit), figures)  # type: ignore[arg-type]


def test_others_are_told_together_with_the_ratio_of_their_sums() -> None:
    found = of("A", facts({"A": 10, "B": 2, "C": 4, "D": 6}, {"A": 3, "B": 2, "C": 2, "D": 2}))
    assert found == {"level": "team", "n": 3, "win_rate": 0.5, "average_deal": 200.0}


def test_a_unit_that_closed_nothing_does_not_count_as_another() -> None:
    """Else the aggregate of one team with figures and two without would be that team's own."""
    assert of("A", facts({"A": 10, "B": 9, "C": 0, "D": 0}, {"A": 3, "B": 9})) is None


def test_a_rep_who_sold_for_both_is_the_readers_own() -> None:
    figures = facts({"A": 1, "B": 1, "C": 1, "D": 1}, {"B": 2, "C": 2, "D": 1})
    assert of("A", figures) is not None
    figures.reps_with_figures["A"] = frozenset({"B-0"})
    assert of("A", figures) is None


@given(
    st.dictionaries(st.sampled_from("ABCDEFG"), st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1)
)
def test_nothing_is_told_of_fewer_than_three_units_or_five_reps(units: dict[str, tuple[int, int]]) -> None:
    figures = facts({u: c for u, (c, _) in units.items()}, {u: r if c else 0 for u, (c, r) in units.items()})
    for unit in units:
        others = [u for u, (count, _) in units.items() if u != unit and count]
        enough = len(others) >= LEAST_UNITS and sum(units[u][1] for u in others) >= LEAST_REPS
        assert (of(unit, figures) is not None) == enough


@given(
    st.dictionaries(st.sampled_from("ABCDEFG"), st.tuples(st.integers(0, 9), st.integers(2, 3)), min_size=4)
)
def test_what_is_told_is_the_others_without_a_trace_of_the_reader_s_own(
    units: dict[str, tuple[int, int]],
) -> None:
    closed, reps = {u: c for u, (c, _) in units.items()}, {u: r if c else 0 for u, (c, r) in units.items()}
    for unit in units:
        found = of(unit, facts(closed, reps))
        assert found == of(unit, facts(closed | {unit: 0}, reps | {unit: 0}))
        if found:
            others = [count for u, count in closed.items() if u != unit and count]
            assert found["n"] == len(others)
            assert found["win_rate"] == sum(count // 2 for count in others) / sum(others)
