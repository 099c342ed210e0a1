"""Text from anybody is a KPI or a clear error, and never anything else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.errors import SalesnbError
from salesnb.kpis import catalogue
from salesnb.kpis.definition import Definition
from salesnb.kpis.kpi import BASES, UNITS
from salesnb.kpis.language.compiling import compile_definition
from salesnb.kpis.language.words import KEYWORDS

PIECES = [
    *sorted(KEYWORDS), *BASES, "amount", "created_on", "product", "accounts.employees", "win_rate", "mine", "quota",
    "(", ")", ",", "+", "-", "*", "/", "=", "!=", "<", ">=", "'a'", '"b"', "'2017-01-31'", "`x y`", "0", "1_000",
    "0.5", "12.345", "99999999999999999999", "\n", "--", ";", "{}", "%s", "'", "é",
]  # fmt: skip
pieces = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)
# Mostly right, so that what comes after the parser is reached too.
shapes = st.sampled_from(
    [
        "sum({})",
        "count(where {})",
        "median({} where {})",
        "{} / count()",
        "count({}) - {}",
        "mean({} at {})",
        "{}",
    ]
).flatmap(lambda shape: st.tuples(*[pieces] * shape.count("{}")).map(lambda parts: shape.format(*parts)))


def attempt(expression: str, where: str, unit: str, at: str) -> None:
    try:
        definition = Definition(name="mine", expression=expression, unit=unit, where=where, at=at)
        kpis = compile_definition(definition, catalogue(), None)
    except SalesnbError as error:
        assert str(error)
        return
    assert kpis[-1].name == "mine"


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(shapes | st.text(max_size=60), st.just("") | pieces, st.sampled_from(UNITS), st.sampled_from(BASES))
def test_any_text_is_a_kpi_or_a_clear_error(expression: str, where: str, unit: str, at: str) -> None:
    attempt(expression, where, unit, at)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "sum(amount).__class__",
        "lambda: 1",
        "count(where product = 'a'); DROP TABLE opportunities",
        "count(where exists (select 1))",
        "f'{amount}'",
        "{0.__class__}",
        "%(amount)s",
        "sum(amount)[0]",
        "open('/etc/passwd')",
        "exec(open)",
        "sum(amount -- where won\n)",
        "sum(amount) /* x */",
        "count(where product = $1)",
        "𝐬um(amount)",
        "count(where ‘won’ = 1)",
    ],
)
def test_what_is_not_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(SalesnbError):
        compile_definition(Definition(name="mine", expression=text, unit="count"), catalogue(), None)
