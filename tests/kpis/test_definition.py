"""Definitions of KPIs: read strictly, written so that they come back the same."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.errors import BadInput, Damaged, SalesnbError
from salesnb.kpis.definition import STATUSES, Definition, Expected
from salesnb.kpis.kpi import BASES, UNITS

FILE = "kpis/big_wins.toml"
MINIMAL = 'name = "big_wins"\nexpression = "count(where won)"\nunit = "count"\n'

texts = st.text(max_size=40).filter(
    lambda text: all(letter.isprintable() or letter in "\n\t" for letter in text)
)
days = st.dates() | st.none()


@st.composite
def expectations(draw: st.DrawFn) -> Expected:
    first, last = draw(days), draw(days)
    if first and last and last < first:
        first, last = last, first
    period = "" if first or last else draw(st.sampled_from(["", "2017-Q4"]))
    value = draw(texts.filter(str.strip))
    pairs = tuple(draw(st.dictionaries(texts, texts, max_size=3)).items())
    return Expected(value=value, period=period, first=first, last=last, where=pairs, note=draw(texts))


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    return Definition(
        name=draw(st.from_regex(r"big(_[a-z0-9]{1,5}){1,3}", fullmatch=True)),
        expression=draw(st.sampled_from(["sum(amount where won)", "count(\n  where won\n) / count()"])),
        unit=draw(st.sampled_from(UNITS)),
        label=draw(texts),
        at=draw(st.sampled_from(BASES)),
        where=draw(st.sampled_from(["", 'product = "a\'b\\" and won', "stage = 'a\tb'"])),
        description=draw(texts),
        owner=draw(texts),
        source=draw(texts),
        version=draw(st.integers(1, 9)),
        status=draw(st.sampled_from(STATUSES)),
        additive_over=draw(st.none() | st.lists(texts, max_size=3).map(tuple)),
        higher_is_better=draw(st.booleans()),
        mixed_dates=draw(st.booleans()),
        expected=tuple(draw(st.lists(expectations(), max_size=2))),
    )


@settings(max_examples=50, deadline=None)
@given(definitions())
def test_a_definition_that_is_written_and_read_is_the_same(definition: Definition) -> None:
    assert Definition.from_toml(definition.to_toml(), where=FILE) == definition


def test_what_is_as_usual_is_not_written() -> None:
    definition = Definition.from_toml(MINIMAL, where=FILE)
    assert definition.to_toml() == MINIMAL + 'version = 1\nstatus = "draft"\n'


def test_an_expected_figure_keeps_its_digits_as_written() -> None:
    text = MINIMAL + "[[expected]]\nvalue = 12.50\n[[expected]]\nvalue = 7\nfirst = 2017-01-01\n"
    first, second = Definition.from_toml(text, where=FILE).expected
    assert (first.value, second.value, second.first) == ("12.50", "7", dt.date(2017, 1, 1))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("lable = 'x'", ["no key 'lable'", "'label'"]),
        ("version = '2'", ["version", "'2'", "whole number"]),
        ("version = 0", ["version is 0"]),
        ("version = true", ["version", "True"]),
        ("mixed_dates = 'yes'", ["mixed_dates", "true or false"]),
        ("additive_over = 'region'", ["additive_over", "list"]),
        ("status = 'certain'", ["status is 'certain'", "certified"]),
        ("at = 'close_on'", ["at is 'close_on'", "closed_on"]),
        ("owner = 3", ["owner", "text in quotes"]),
        ("[expected]\nvalue = 3", ["expected", "[[expected]]"]),
        ("[[expected]]\nvalu = 3", ["expected 1", "no key 'valu'", "'value'"]),
        ("[[expected]]\nnote = 'x'", ["expected 1", "value is missing"]),
        ("[[expected]]\nvalue = 3\nperiod = '2017'\nlast = 2017-01-01", ["expected 1", "period and days"]),
        ("[[expected]]\nvalue = 3\nfirst = 2017-01-02\nlast = 2017-01-01", ["from 2017-01-02 to 2017-01-01"]),
        ("[[expected]]\nvalue = 3\nfirst = 2017-01-02T00:00:00", ["first", "date such as"]),
        ("[[expected]]\nvalue = 3\nwhere = { region = 3 }", ["where, region", "text"]),
    ],
)
def test_a_key_that_cannot_be_meant_is_named_with_its_file(line: str, told: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        Definition.from_toml(MINIMAL + line, where=FILE)
    assert str(caught.value).startswith(FILE)
    for part in told:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    "name", ["", "Big", "2big", "big wins", "big__1", "_big", "big_", "é", "x" * 61, "a-b"]
)
def test_a_name_is_of_lower_case_words(name: str) -> None:
    with pytest.raises(BadInput, match="cannot be the name of a KPI"):
        Definition(name=name, expression="count()", unit="count")


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("sum", "language"),
        ("where", "language"),
        ("won", "language"),
        ("as_of", "language"),
        ("month", "grain of time"),
        ("rep", "dimension"),
        ("amount", "column of opportunities"),
        ("sector", "column of accounts"),
        ("quota", "target"),
    ],
)
def test_a_name_that_means_something_else_is_refused(name: str, taken: str) -> None:
    with pytest.raises(BadInput, match=taken):
        Definition(name=name, expression="count()", unit="count")


@pytest.mark.parametrize("text", ["name = ", "[" * 5_000, "name = 'a'\nname = 'b'"])
def test_what_is_not_toml_is_damaged(text: str) -> None:
    with pytest.raises(Damaged, match=FILE):
        Definition.from_toml(text, where=FILE)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_definition_or_a_clear_error(text: str) -> None:
    for given_text in (text, f"{MINIMAL}label = {text}", MINIMAL.replace("big_wins", text)):
        try:
            Definition.from_toml(given_text, where=FILE)
        except SalesnbError as error:
            assert FILE in str(error)


def test_text_that_cannot_be_seen_is_refused() -> None:
    with pytest.raises(BadInput, match="label has characters that cannot be seen"):
        Definition(name="big", expression="count()", unit="count", label="a\u202eb")
