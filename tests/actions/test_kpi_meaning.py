"""What picks in a form mean, without data: the definition, the code it stands for, and the way back."""

import json
import re
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesnb
from salesnb.actions import defining
from salesnb.actions.kpi_code import code_of
from salesnb.actions.kpi_meaning import Meaning, Misfit, suggested_name
from salesnb.actions.kpi_picks import Figure, Filter, Part, Picks, read_picks
from salesnb.actions.kpi_unpicking import picks_of
from salesnb.errors import BadInput
from salesnb.kpis.definition import Definition, Expected
from salesnb.kpis.language.columns import Columns
from salesnb.settings import Settings

MEANING = Meaning(columns=Columns(None), settings=replace(Settings(), locale="en_US"))


def meant(**picked):
    return MEANING.definition(Picks(**picked))


def two(above, below=None):
    return (above, below or Part(what="count", deals="closed"))


@pytest.mark.parametrize(
    ("picked", "expression"),
    [
        ({}, "sum(amount where won)"),
        ({"kind": "count", "parts": two(Part(deals="all"))}, "count()"),
        ({"kind": "count_distinct", "parts": two(Part(of="account"))}, "count_distinct(account where won)"),
        (
            {"kind": "quantile", "parts": two(Part(of="amount", share="90 %"))},
            "quantile(amount, 0.9 where won)",
        ),
        (
            {"kind": "duration", "parts": two(Part(what="median", of="created_on", to="closed_on"))},
            "median(days(created_on, closed_on) where won)",
        ),
        (
            {"kind": "conversion", "parts": two(Part(deals="won"), Part(deals="closed"))},
            "count(where won) / count(where won or lost)",
        ),
        (
            {"kind": "ratio", "parts": two(Part(what="sum", of="amount"), Part(what="kpi", of="won_count"))},
            "sum(amount where won) / won_count",
        ),
        ({"kind": "formula", "formula": "won_amount - lost_count"}, "won_amount - lost_count"),
    ],
)
def test_every_kind_has_its_expression(picked, expression):
    assert meant(**picked).expression == expression


def test_conditions_hold_for_all_of_it_or_for_a_side():
    big = Filter(column="amount", sign="at least", values=("20,000",))
    ours = Filter(column="product", values=("Pro", "Plus"))
    found = meant(
        kind="conversion", parts=two(Part(deals="won", filters=(big,)), Part(deals="won")), filters=(ours,)
    )
    assert found.expression == "count(where won and amount >= 20000) / count(where won)"
    assert found.where == "product in ('Pro', 'Plus')"
    assert (
        meant(filters=(Filter(column="probability", sign="less than", values=("40 %",)),)).where
        == "probability < 0.4"
    )
    assert meant(filters=(Filter(column="next_step", sign="is missing"),)).where == "next_step is null"


@pytest.mark.parametrize(
    ("picked", "at", "why"),
    [
        ({"name": "../../etc/passwd"}, "name", "cannot be the name"),
        ({"name": "a" * 61}, "name", "cannot be the name"),
        ({"name": "won"}, "name", "a word of the language"),
        ({"at": "today"}, "at", "Pick the date"),
        ({"parts": two(Part(of=""))}, "parts.0", "Pick an amount"),
        (
            {"kind": "quantile", "parts": two(Part(of="amount", share="110 %"))},
            "parts.0",
            "between 0 and 100 %",
        ),
        (
            {"kind": "duration", "parts": two(Part(what="median", of="created_on"))},
            "parts.0",
            "the later date",
        ),
        ({"kind": "ratio", "parts": two(Part(of="amount"), Part(what="kpi"))}, "parts.1", "Pick a KPI"),
        ({"filters": (Filter(),)}, "filters.0", "what the condition is about"),
        ({"filters": (Filter(column="product"),)}, "filters.0", "Pick or type a value"),
        ({"filters": (Filter(column="amount", values=("much",)),)}, "filters.0", "'much' is not a number"),
        ({"filters": (Filter(column="closed_on", values=("May",)),)}, "filters.0", "not a date"),
        (
            {"filters": (Filter(column="product", sign="at least", values=("a", "b")),)},
            "filters.0",
            "takes one value",
        ),
        ({"kind": "formula", "formula": "__import__('os').system('x')"}, "formula", "'.' means nothing here"),
        ({"kind": "formula", "formula": "eval(won_count)"}, "formula", "no function 'eval'"),
        (
            {"kind": "formula", "formula": "won_count", "where": "1; drop"},
            "where",
            "no column|Expected|means nothing",
        ),
        ({"expected": (Figure(value="", period="2026-Q2"),)}, "expected.0", "Type the figure"),
        ({"expected": (Figure(value="3", period="soon"),)}, "expected.0", "no period 'soon'"),
        ({"label": "x" * 5000, "name": "fine"}, "label", "5,000 characters"),
    ],
)
def test_what_is_missing_or_wrong_is_told_at_its_control(picked, at, why):
    with pytest.raises(Misfit) as caught:
        meant(**picked)
    assert caught.value.at == at
    assert re.search(why, str(caught.value.error))


@pytest.mark.parametrize(
    "hostile", ["O'Brien", "' or won --", '"; import os', "<img src=x onerror=alert(1)>", "`x`"]
)
def test_a_hostile_value_is_a_text_and_nothing_else(hostile):
    found = meant(filters=(Filter(column="product", values=(hostile,)),))
    assert found.condition.right.value == hostile
    assert Definition.from_toml(found.to_toml(), where="") == found
    assert run(code_of(found, Path("/w"), Path("/w"))) == found


def test_a_value_that_cannot_be_written_is_refused():
    with pytest.raises(Misfit) as caught:
        meant(filters=(Filter(column="product", values=("two\nlines",)),))
    assert caught.value.at == "filters"


def test_a_name_follows_from_the_label_and_avoids_what_is_taken():
    assert suggested_name(Picks(label="Share of big wins")) == "share_of_big_wins"
    assert suggested_name(Picks(label="100 % <b>ours</b>")) == "kpi_100_b_ours_b"
    assert suggested_name(Picks(label="Team")) == "team_own"
    assert suggested_name(Picks(label="日本")) == "kpi"
    assert meant(label="Big").name == "big"
    assert meant(label="Big", name="other").name == "other"


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), max_size=20)
VALUES = TEXTS.filter(str.strip)
NUMBERS = st.decimals(-(10**9), 10**9, places=2).map(lambda number: f"{number:,f}")
DAYS = st.dates(date(1999, 1, 1), date(2040, 1, 1)).map(date.isoformat)


def filters_of(column, signs, values, most):
    sign = st.sampled_from(signs)
    several = st.lists(values, min_size=1, max_size=most, unique=True).map(tuple)
    return st.one_of(
        st.builds(Filter, column=st.just(column), sign=sign, values=several),
        st.builds(Filter, column=st.just(column), sign=st.sampled_from(["is known", "is missing"])),
    )


ONE = ["is", "is not", "at least", "more than", "at most", "less than"]
FILTERS = st.lists(
    st.one_of(
        filters_of("product", ["is", "is not"], VALUES, 3),
        filters_of("amount", ONE, NUMBERS, 1),
        filters_of("created_on", ONE, DAYS, 1),
    ),
    max_size=3,
).map(tuple)
PARTS = st.one_of(
    st.builds(
        Part,
        what=st.sampled_from(["sum", "mean", "median", "min", "max"]),
        of=st.sampled_from(["amount", "expected_amount"]),
        deals=st.sampled_from(["all", "won", "lost", "closed"]),
        filters=FILTERS,
    ),
    st.builds(Part, what=st.just("quantile"), of=st.just("amount"), share=st.sampled_from(["0.9", "0.25"])),
    st.builds(Part, what=st.just("count_distinct"), of=st.just("account"), filters=FILTERS),
    st.builds(Part, what=st.just("count"), deals=st.sampled_from(["all", "won"]), filters=FILTERS),
    st.builds(Part, what=st.just("kpi"), of=st.sampled_from(["won_amount", "won_count"])),
)
FIGURES = st.lists(
    st.builds(
        Figure,
        value=st.sampled_from(["1,234.50", "42 %", "17", "nothing"]),
        period=st.sampled_from(["", "2026-Q2"]),
        note=TEXTS,
        where=st.lists(
            st.tuples(st.sampled_from(["team", "region"]), TEXTS), max_size=2, unique_by=lambda one: one[0]
        ).map(tuple),
    ),
    max_size=2,
).map(tuple)
KINDS = st.sampled_from(
    [
        "sum",
        "count",
        "count_distinct",
        "mean",
        "median",
        "quantile",
        "min",
        "max",
        "duration",
        "conversion",
        "ratio",
    ]
)


@st.composite
def anything_picked(draw):
    kind = draw(KINDS)
    above, below = draw(PARTS), draw(PARTS)
    if kind == "duration":
        above = replace(
            above, what=draw(st.sampled_from(["median", "mean", "max"])), of="created_on", to="closed_on"
        )
    elif kind == "quantile":
        above = replace(above, of="amount", share="0.75")
    elif kind not in {"ratio", "conversion"}:
        above = replace(above, of="account" if kind == "count_distinct" else "amount")
    return Picks(
        kind=kind, parts=(above, below), filters=draw(FILTERS), name="mine", label=draw(TEXTS), owner=draw(TEXTS),
        at=draw(st.sampled_from(["closed_on", "created_on"])), higher_is_better=draw(st.booleans()),
        restates=draw(st.booleans()), additive_over=draw(st.sampled_from(["", "nothing", "region, time"])),
        expected=draw(FIGURES),
    )  # fmt: skip


def run(code):
    """Run a cell in a fresh namespace, in which defining gives what was defined."""
    space = {}
    stand_in = type("", (), {"open": staticmethod(lambda _: None)})
    before = salesnb.__dict__.get("Workspace"), salesnb.__dict__.get("define_kpi")

    def define(_workspace, name, expression, **more):
        usual = {"additive_over": None, "expected": ()}
        return defining.make_definition(name=name, expression=expression, **{**usual, **more})

    salesnb.Workspace, salesnb.define_kpi = stand_in, define
    try:
        exec(code, space)
    finally:
        for name, value in zip(("Workspace", "define_kpi"), before):
            if value is None:
                delattr(salesnb, name)
            else:
                setattr(salesnb, name, value)
    return space["kpi"]


@pytest.mark.slow
@given(anything_picked())
@settings(max_examples=30, deadline=None)
def test_the_code_that_it_stands_for_gives_the_same_definition(picks):
    found = MEANING.definition(picks)
    assert run(code_of(found, Path("/w"), Path("/w/notebooks"))) == found
    assert Definition.from_toml(found.to_toml(), where="") == found


@pytest.mark.slow
@given(anything_picked())
@settings(max_examples=30, deadline=None)
def test_a_definition_opens_as_what_was_picked(picks):
    found = MEANING.definition(picks)
    opened = picks_of(found, MEANING)
    assert opened.kind != "formula"
    assert MEANING.definition(opened) == found


def test_what_no_picks_give_opens_as_a_formula():
    for expression, where in [
        ("won_amount - lost_count * 2", ""),
        ("count(where won or amount > 3)", ""),
        ("sum(amount * 2 where won)", ""),
        ("count(where won)", "product = 'a' or product = 'b'"),
        ("count(where product = 'a' and won)", "1 < amount"),
    ]:
        kept = Definition(name="mine", expression=expression, unit="count", where=where, owner="Ann")
        opened = picks_of(kept, MEANING)
        assert opened.kind == "formula"
        assert replace(MEANING.definition(opened), unit="count") == kept


def test_figures_that_a_form_does_not_change_are_kept():
    figure = Expected(
        value="17", first=date(2026, 1, 2), last=date(2026, 2, 3), where=(("team", "A"),), note="by hand"
    )
    kept = Definition(name="mine", expression="count(where won)", unit="count", expected=(figure,))
    picks = read_picks(json.loads(json.dumps(asdict(picks_of(kept, MEANING)))))
    assert MEANING.definition(picks) == kept
    assert run(code_of(kept, Path("/w"), Path("/elsewhere"))) == kept
    assert 'Workspace.open("/w")' in code_of(kept, Path("/w"), Path("/elsewhere"))
    assert 'Workspace.open(".")' in code_of(kept, Path("/w"), Path("/w/notebooks"))


@pytest.mark.slow
@given(anything_picked())
@settings(max_examples=30, deadline=None)
def test_what_a_page_sends_back_is_what_it_was_shown(picks):
    assert read_picks(json.loads(json.dumps(asdict(picks)))) == picks


@pytest.mark.parametrize(
    "told",
    [
        {"kind": "execute"},
        {"kind": 3},
        {"parts": []},
        {"parts": [{}, {}, {}]},
        {"filters": {"column": "x"}},
        {"filters": [{"values": [1]}]},
        {"filters": [{}] * 201},
        {"expected": [{"where": [["a"]]}]},
        {"label": "x" * 4001},
        {"higher_is_better": "yes"},
        "text",
    ],
)
def test_a_page_that_sends_something_else_is_refused(told):
    with pytest.raises(BadInput):
        read_picks(told)
