"""Deals in memory: every figure under any filter is the one that the engine gives."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from salesnb.actions.deal_cells import DealCells, read_cells
from salesnb.actions.segment_overlap import cover, coverage_words
from salesnb.actions.sessions import KpiSession
from salesnb.errors import BadUsage, UnknownName
from salesnb.kpis import Query
from salesnb.kpis.crossing import cross
from salesnb.planning import Condition, Segment
from tests.actions.segment_sample import LONG, MARKUP, workspace_of_deals

# Every test asks imported data.
pytestmark = pytest.mark.slow

NAMES = ("region", "team", "product", "industry", "source", "rep", "account")
YEAR = (date(2016, 9, 30), date(2017, 9, 30))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KpiSession]:
    with KpiSession(workspace_of_deals(tmp_path_factory.mktemp("cells") / "ws")) as opened:
        yield opened


@pytest.fixture(scope="module")
def cells(session: KpiSession) -> DealCells:
    return read_cells(session)


def asked(session: KpiSession, where, by=()) -> dict[str | None, tuple[int, ...]]:
    """What the engine says: won, deals, closed and won before, then open and open deals."""
    start, end = YEAR
    won = session.query(
        Query(kpis=("won_amount", "won_count", "closed_count"), by=by, where=where, start=start, end=end)
    )
    before = session.query(
        Query(kpis=("won_amount",), by=by, where=where, start=date(2015, 9, 30), end=start)
    )
    open_ = session.query(Query(kpis=("open_amount", "open_count"), by=by, where=where))
    found: dict[str | None, list[int]] = {}
    for place, rows in ((0, won.rows), (3, before.rows), (4, open_.rows)):
        for row in rows:
            values = found.setdefault(row[0] if by else None, [0] * 6)
            for n, value in enumerate(row[len(by) :]):
                values[place + n] = value
    return {key: tuple(values) for key, values in found.items() if any(values)}


def told(figures) -> tuple[int, ...]:
    return (figures.won, figures.deals, figures.closed, figures.before, figures.open, figures.open_deals)


@given(st.data())
@tried(max_examples=12)
def test_each_value_has_the_engines_figures_under_the_filters_of_the_other_dimensions(session, cells, data):
    wanted = {
        name: frozenset(data.draw(st.sets(st.integers(0, len(cells.columns[name].names) - 1), min_size=1)))
        for name in data.draw(st.sets(st.sampled_from(NAMES), max_size=3))
    }
    conditions = cells.conditions_of(wanted)
    assert cells.filters_of(conditions) == wanted
    where = tuple((one.dimension, one.values) for one in conditions)
    assert told(cells.total(cells.rows(wanted))) == asked(session, where).get(None, (0,) * 6)
    name = data.draw(st.sampled_from(NAMES))
    others = tuple(pair for pair in where if pair[0] != name)
    found = dict(zip(cells.columns[name].names, map(told, cells.crossfiltered(wanted)[name]), strict=True))
    assert {key: row for key, row in found.items() if any(row)} == asked(session, others, (name,))


def test_dimensions_are_those_that_tell_deals_apart(session, cells):
    assert tuple(cells.columns) == NAMES
    assert cells.columns["industry"].names[-1] is None
    assert {MARKUP, LONG.strip()} < set(cells.columns["industry"].names)
    assert tuple(read_cells(session, by).columns for by in (("team",),))[0].keys() == {"team"}
    with pytest.raises(UnknownName, match="no dimension 'planet'"):
        read_cells(session, ["planet"])
    # One that a segment of the plan has is there whatever it is; one that nobody knows is left out.
    assert "status" in read_cells(session, needed=["status", "planet"]).columns


def test_months_of_a_segment_add_up_to_its_year(cells):
    rows = cells.segment_rows(
        Segment(id="n", name="n", conditions=(Condition(dimension="team", values=("North",)),))
    )
    days = [YEAR[0] + timedelta(days=n) for n in (0, 31, 60, 200, 365)]
    assert sum(cells.by_span(rows, days)) == cells.total(rows).won
    assert len(cells.by_span(rows, days)) == 4


def test_a_segment_that_the_data_does_not_know_has_no_deals(cells):
    for dimension, value in (("planet", "Mars"), ("team", "Nobody")):
        one = Segment(id="x", name="x", conditions=(Condition(dimension=dimension, values=(value,)),))
        assert not cells.segment_rows(one).any()
    assert not cells.segment_rows(Segment(id="y", name="y", conditions=())).any()


@given(st.data())
@tried(max_examples=20)
def test_what_is_covered_shared_and_left_out_adds_up(cells, data):
    names = data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5))
    masks = []
    for name in names:
        codes = data.draw(st.sets(st.integers(0, len(cells.columns[name].names) - 1), max_size=3))
        masks.append(cells.rows({name: frozenset(codes)}))
    found = cover(cells, masks)
    assert found.covered.won + found.uncovered.won == cells.all.won
    assert found.covered.open_deals + found.uncovered.open_deals == cells.all.open_deals
    assert [one.won for one in found.segments] == [cells.total(mask).won for mask in masks]
    for pair in found.overlaps:
        assert told(pair.figures) == told(cells.total(masks[pair.one] & masks[pair.other]))
    pairs = [cells.total(one & other) for n, one in enumerate(masks) for other in masks[:n]]
    shared = sum(bool(figures.deals or figures.open_deals) for figures in pairs)
    assert found.pairs == shared
    for gap in found.gaps:
        own = cells.rows({gap.dimension: frozenset([gap.code])})
        assert gap.figures == cells.total(own & cells.rows({}) & ~sum_of(masks))


def sum_of(masks):
    found = masks[0]
    for mask in masks[1:]:
        found = found | mask
    return found


def test_coverage_is_said_in_words(session, cells):
    fmt = session.workspace.settings.formatter
    names = cells.columns["team"].names
    masks = [cells.rows({"team": frozenset([n])}) for n in range(2)]
    said = coverage_words(cover(cells, masks), fmt)
    assert said.startswith("2 segments cover")
    assert "No deal is in two of them." in said
    assert "In none of them:" in said
    every = [cells.rows({"team": frozenset([n])}) for n in range(len(names))]
    again = coverage_words(cover(cells, [*every, every[0]]), fmt)
    assert "1 pair shares deals: added up, the segments come to" in again
    assert again.endswith("Nothing is left out.")


def test_only_sums_of_one_basis_are_crossed(session):
    workspace = session.workspace
    known = workspace.catalogue(session.data)
    for kpis in (("median_deal",), ("won_amount", "open_amount")):
        with pytest.raises(BadUsage, match="cannot be crossed"):
            cross(Query(kpis=kpis), session.data, workspace.calendar, known)
    whole = cross(Query(kpis=("won_amount",)), session.data, workspace.calendar, known)
    assert int(whole.measures["won_amount"].sum()) == session.query(Query(kpis=("won_amount",))).rows[0][0]


def test_one_of_several_values_can_be_asked_of_the_engine(session):
    won = Query(kpis=("won_amount",))
    parts = [session.query(replace(won, where=(("source", value),))).rows[0][0] for value in ("partner", "")]
    both = session.query(replace(won, where=(("source", ("partner", "")),))).rows[0][0]
    assert both == sum(parts)
    assert all(parts)
