"""Rounding tables: rows and columns still add up, and no cell moves by a whole unit."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from salesnb.kpis.rounding import whole_parts, whole_table

CELL = st.fractions(-5, 5, max_denominator=12)


@st.composite
def tables(draw: st.DrawFn) -> list[list[Fraction]]:
    """Rows of the same length, each with a whole sum."""
    width = draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=6))
    return [[row[0] - sum(row) + round(sum(row)), *row[1:]] for row in rows]


@given(rows=tables())
def test_rows_and_columns_add_up(rows: list[list[Fraction]]) -> None:
    whole = whole_table(rows)
    assert [sum(row) for row in whole] == [sum(row) for row in rows]
    for column, exact in zip(zip(*whole, strict=True), zip(*rows, strict=True), strict=True):
        assert abs(sum(column) - sum(exact)) < 1


@given(rows=tables())
def test_no_cell_moves_by_a_whole_unit(rows: list[list[Fraction]]) -> None:
    for row, exact in zip(whole_table(rows), rows, strict=True):
        assert all(abs(a - b) < 1 for a, b in zip(row, exact, strict=True))


@given(rows=tables())
def test_columns_are_those_of_the_whole_rounded_together(rows: list[list[Fraction]]) -> None:
    columns = [sum(column, Fraction()) for column in zip(*rows, strict=True)]
    found = tuple(sum(column) for column in zip(*whole_table(rows), strict=True))
    assert found == whole_parts(columns, int(sum(columns)))


def test_many_lines_that_all_round_one_way_still_meet_their_total() -> None:
    third = Fraction(1, 3)
    whole = whole_table([(third, third, third)] * 3000)
    assert [sum(column) for column in zip(*whole, strict=True)] == [1000, 1000, 1000]
