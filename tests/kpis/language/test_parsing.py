"""Reading expressions: what they mean, one normal form, and what is wrong where."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.errors import BadInput
from salesnb.kpis.language import tree
from salesnb.kpis.language.parsing import parse_condition, parse_expression
from salesnb.kpis.language.words import AGGREGATES, DATES, STATUSES
from salesnb.kpis.language.writing import normal_form

PLACE = "KPI mine, expression"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum(amount WHERE Won)/COUNT( where won )", "sum(amount where won) / count(where won)"),
        ("count(at AS_OF where stage in ('A','B'))", "count(where stage in ('A', 'B') at as_of)"),
        ("1_000.50 * a", "1000.5 * a"),
        ("a-(b-c)-d", "a - (b - c) - d"),
        ("(a - b) - c", "a - b - c"),
        ("a/(b*c)", "a / (b * c)"),
        ("-(a+b)*--c", "-(a + b) * --c"),
        ("quantile(days(created_on,closed_on)+1,0.90)", "quantile(days(created_on, closed_on) + 1, 0.9)"),
        ('count(where product = "it\'s")', "count(where product = 'it''s')"),
        ("count(where product <> 'a')", "count(where product != 'a')"),
        ("count(where not (won or lost) and not open)", "count(where not (won or lost) and not open)"),
        ("count(where (won))", "count(where won)"),
        ("count(where (amount + 1) * 2 > 3)", "count(where (amount + 1) * 2 > 3)"),
        ("count(where ((amount)) is not null)", "count(where amount is not null)"),
        (
            "count(where `Deal Type` = 'x' or `won` is null)",
            "count(where `Deal Type` = 'x' or `won` is null)",
        ),
        ("count(where x not in (-1, 2))", "count(where x not in (-1, 2))"),
        ("sum(2*(amount-expected_amount))", "sum(2 * (amount - expected_amount))"),
        ("count_distinct(accounts.sector)", "count_distinct(accounts.sector)"),
    ],
)
def test_what_says_the_same_has_one_normal_form(text: str, expected: str) -> None:
    assert normal_form(parse_expression(text)) == expected
    assert parse_expression(expected) == parse_expression(text)


def test_and_binds_closer_than_or() -> None:
    found = parse_condition("won or lost and product = 'a'")
    assert isinstance(found, tree.Both)
    assert (found.word, len(found.parts)) == ("or", 2)


def test_numbers_are_exact() -> None:
    assert parse_expression("0.1") == tree.Number(value=Fraction(1, 10))


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("", 0, ["Expected a number, the name of a KPI", "found the end"]),
        ("sum(amount", 10, ['"where", "at", ")"', "found the end"]),
        ("sum(amount wher won)", 11, ["'wher'", "Did you mean 'where'"]),
        ("sum(amount where won where lost)", 21, ['"at", ")"']),
        ("count(where won) lost", 17, ["Expected the end", "'lost'"]),
        ("smu(amount)", 0, ["no function 'smu'", "Did you mean 'sum'"]),
        ("count(*)", 6, ["Write count()"]),
        ("count(amount)", 6, ["amount is not null", "count_distinct(amount)"]),
        ("sum(amount / 2)", 11, ["ratio of sums", "Divide aggregates"]),
        ("sum(sum(amount))", 4, ["within another aggregate"]),
        ("sum(open)", 4, ["word of the language", "`open`"]),
        ("sum('x')", 4, ["nothing to calculate with"]),
        ("quantile(amount)", 15, ["a comma and a share", "quantile(amount, 0.9 where won)"]),
        ("quantile(amount where won, 0.9)", 16, ["found 'where'", "quantile(amount, 0.9 where won)"]),
        ("quantile(0.9, amount where won)", 14, ["between 0 and 1", "quantile(amount, 0.9 where won)"]),
        ("sum(amount, won)", 10, ["found ','", "sum(… where won and product = 'Base')"]),
        ("quantile(amount, 1)", 17, ["between 0 and 1"]),
        ("quantile(amount, 0)", 17, ["between 0 and 1"]),
        ("count(at close_on)", 9, ["Did you mean 'closed_on'"]),
        ("count(where product = null)", 22, ["is null"]),
        ("count(where product is 3)", 23, ["Expected null"]),
        ("count(where product)", 19, ["one of ="]),
        ("count(where product in ())", 24, ["a text in quotes or a number"]),
        ("count(where product in 'a')", 23, ['"(" after in']),
        ("count(where 'a')", 15, ["one of ="]),
        ("count(where product = 'a)", 22, ["not closed", "Close it with '"]),
        ("count(where x = 12abc)", 16, ["not a number"]),
        ("50 %", 3, ["'%' means nothing", "0.42"]),
        ("a; b", 1, ["';' means nothing"]),
        ("days(created_on, closed_on)", 0, ["Expected a number, the name of a KPI"]),
        ("sum(days(created_on))", 19, ['"," after created_on']),
        ("won", 0, ["Expected a number, the name of a KPI"]),
        ("a\n+ * b", 4, ["'*'"]),
        ("1" * 21, 0, ["at most 20 digits"]),
        ("\x00", 0, ["U+0000"]),
    ],
)
def test_what_is_wrong_is_shown_at_its_place(text: str, place: int, told: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        parse_expression(text, PLACE)
    message = str(caught.value)
    assert message.startswith(f"{PLACE}: ")
    for part in told:
        assert part in message
    line = caught.value.what.splitlines()[-1]
    start = text.rfind("\n", 0, place) + 1
    assert line.index("^") - 4 == place - start


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000,
        "-" * 3_000 + "1",
        "count(where " + "not " * 900 + "won)",
        "+".join(["a"] * 1_500),
        "count(where " + " or ".join(["won"] * 600) + ")",
        "count(where " + "(" * 1_900 + "won",
        "+".join(["count()"] * 31),
        "a" * 5_000,
        "count(where x in (" + ",".join(["'" + "y" * 3_990 + "'"]) + "))",
    ],
    ids=range(9),
)
def test_more_than_anybody_can_read_is_refused_at_once(text: str) -> None:
    with pytest.raises(BadInput, match="more than|nested|at most"):
        parse_expression(text)


def test_a_long_line_is_shown_around_its_fault() -> None:
    with pytest.raises(BadInput) as caught:
        parse_expression("a + " * 60 + "? + b" * 3)
    lines = caught.value.what.splitlines()
    assert max(map(len, lines)) < 160
    assert lines[-2][lines[-1].index("^")] == "?"


names = st.sampled_from(
    ["amount", "accounts.sector", "Größe", "won", "Deal Type", "in", "x`y".replace("`", "'")]
)
columns = names.map(lambda name: tree.Column(name=name))
numbers = st.decimals(0, 10**9, places=3).map(lambda value: tree.Number(value=Fraction(value)))
literals = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=8).map(
    lambda value: tree.Literal(value=value)
)
spans = st.builds(lambda start, end: tree.Days(start=start, end=end), columns, columns)


def binaries(parts: st.SearchStrategy, signs: str) -> st.SearchStrategy:
    return st.builds(
        lambda sign, left, right: tree.Binary(sign=sign, left=left, right=right),
        st.sampled_from(signs),
        parts,
        parts,
    ) | parts.map(lambda of: tree.Negated(of=of))


values = st.recursive(columns | numbers | spans, lambda parts: binaries(parts, "+-*"), max_leaves=6)
listed = st.lists(literals | numbers | numbers.map(lambda of: tree.Negated(of=of)), min_size=1, max_size=3)
single = (
    st.sampled_from(STATUSES).map(lambda word: tree.Status(value=word))
    | st.builds(
        lambda sign, left, right: tree.Comparison(sign=sign, left=left, right=right),
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        values,
        values | literals,
    )
    | st.builds(lambda of, no: tree.IsNull(of=of, negated=no), values, st.booleans())
    | st.builds(
        lambda of, found, no: tree.Membership(of=of, values=tuple(found), negated=no),
        values,
        listed,
        st.booleans(),
    )
)
conditions = st.recursive(
    single,
    lambda parts: (
        parts.map(lambda of: tree.Not(of=of))
        | st.builds(
            lambda word, found: tree.Both(word=word, parts=tuple(found)),
            st.sampled_from(["and", "or"]),
            st.lists(parts, min_size=2, max_size=3),
        )
    ),
    max_leaves=5,
)


@st.composite
def aggregates(draw: st.DrawFn) -> tree.Aggregate:
    function = draw(st.sampled_from(AGGREGATES))
    value = None if function == "count" else draw(columns if function == "count_distinct" else values)
    share = Fraction(draw(st.integers(1, 99)), 100) if function == "quantile" else None
    where = draw(st.none() | conditions)
    return tree.Aggregate(
        function=function, value=value, share=share, where=where, basis=draw(st.sampled_from(["", *DATES]))
    )


references = st.sampled_from(["won_amount", "win_rate"]).map(lambda name: tree.Reference(name=name))
expressions = st.recursive(
    aggregates() | references | numbers, lambda parts: binaries(parts, "+-*/"), max_leaves=6
)


@settings(max_examples=60, deadline=None)
@given(expressions)
def test_the_normal_form_reads_as_the_same_tree(expression: tree.Expression) -> None:
    text = normal_form(expression)
    found = parse_expression(text)
    assert found == expression
    assert normal_form(found) == text


@settings(max_examples=40, deadline=None)
@given(conditions)
def test_the_normal_form_of_a_condition_reads_as_the_same_tree(condition: tree.Condition) -> None:
    assert parse_condition(normal_form(condition)) == condition
