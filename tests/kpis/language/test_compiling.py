"""What a definition compiles to, and what is refused, as far as no data is needed."""

from fractions import Fraction

import pytest

from salesnb.errors import BadInput, BadUsage
from salesnb.kpis import Kpi, catalogue, with_definition
from salesnb.kpis.definition import Definition
from salesnb.kpis.language.compiling import compile_definition
from salesnb.registry import Registry
from salesnb.testing import kpi_problems


def define(expression: str, unit: str = "ratio", **more: object) -> Definition:
    return Definition(name="mine", expression=expression, unit=unit, **more)


def compiled(expression: str, unit: str = "ratio", **more: object) -> tuple[Kpi, ...]:
    return compile_definition(define(expression, unit, **more), catalogue(), None)


def refused(expression: str, unit: str = "ratio", **more: object) -> str:
    with pytest.raises(BadInput) as caught:
        compiled(expression, unit, **more)
    assert "mine" in str(caught.value)
    return str(caught.value)


def test_a_single_aggregate_is_one_measure() -> None:
    (kpi,) = compiled("sum(amount where won)", "money", label="Won", owner="Ann", version=3)
    assert (kpi.name, kpi.kind, kpi.basis, kpi.hidden) == ("mine", "sum", "closed_on", False)
    assert (kpi.label, kpi.owner, kpi.version, kpi.status) == ("Won", "Ann", "3", "draft")
    assert kpi.formula == "sum(amount where won)"
    assert kpi.source == "kpis/mine.toml"
    assert kpi.additive_over_time


def test_everything_else_is_computed_from_hidden_measures_each_once() -> None:
    *parts, kpi = compiled("count(where won) / (count(where won at closed_on) + count(where lost))")
    assert [part.name for part in parts] == ["mine__1", "mine__2"]
    assert all(part.hidden and part.unit == "count" for part in parts)
    assert (kpi.kind, kpi.needs, kpi.basis, kpi.additive) == (
        "derived",
        ("mine__1", "mine__2"),
        "closed_on",
        False,
    )


def test_a_mean_is_the_sum_over_the_number_of_values() -> None:
    total, count, kpi = compiled("mean(amount where won)", "money")
    assert total.formula == "sum(amount where won at closed_on)"
    assert count.formula == "count(where won and amount is not null at closed_on)"
    assert kpi.function(mine__1=10, mine__2=4) == 2.5


@pytest.mark.parametrize(
    ("expression", "kind", "additive"),
    [
        ("sum(amount)", "sum", True),
        ("count()", "sum", True),
        ("count_distinct(account)", "distinct", False),
        ("median(amount)", "quantile", False),
        ("max(amount)", "quantile", False),
        ("sum(amount) - 2 * sum(expected_amount)", "derived", True),
        ("-sum(amount)", "derived", True),
        ("0.5 * sum(amount)", "derived", False),
        ("sum(amount) + 5", "derived", False),
        ("sum(amount) / 2", "derived", False),
        ("won_amount - sum(expected_amount where won)", "derived", True),
        ("average_deal - median_deal", "derived", False),
    ],
)
def test_sums_and_their_whole_multiples_add_up(expression: str, kind: str, additive: bool) -> None:
    unit = "count" if expression.startswith("count") else "money"
    kpi = compiled(expression, unit)[-1]
    assert (kpi.kind, kpi.additive) == (kind, additive)


def test_an_author_can_say_that_it_does_not_add_up_over_time() -> None:
    assert not compiled("count()", "count", additive_over=("region",))[-1].additive_over_time
    assert compiled("count()", "count", additive_over=("region", "time"))[-1].additive_over_time


@pytest.mark.parametrize(
    ("expression", "unit"),
    [
        ("sum(amount)", "money"),
        ("count() / count()", "ratio"),
        ("count() / count_distinct(rep)", "count"),
        ("1 - count(where won) / count()", "ratio"),
        ("sum(amount) / count()", "money"),
        ("sum(amount) / sum(expected_amount)", "ratio"),
        ("sum(amount) / sum(days(created_on, closed_on))", "money_per_day"),
        ("median(days(created_on, closed_on))", "days"),
        ("sum(days(created_on, closed_on)) / count()", "days"),
        ("count(where won) * average_deal / median(days(created_on, closed_on))", "money_per_day"),
        ("win_rate * average_deal", "money"),
        ("2 * win_rate", "ratio"),
        ("count() / 2", "count"),
        ("1 / win_rate", "ratio"),
        ("won_amount / quota", "ratio"),
        ("quota - won_amount", "money"),
    ],
)
def test_units_follow_from_the_expression(expression: str, unit: str) -> None:
    assert compiled(expression, unit)[-1].unit == unit


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("sum(amount) + count()", "money and count do not add up"),
        ("sum(amount) * sum(amount)", "money times money"),
        ("count() * count()", "count times count"),
        ("count() / sum(amount)", "count divided by money"),
        ("1 / sum(amount)", "number divided by money"),
        ("win_rate + count()", "ratio and count do not add up"),
        ("sum(amount + days(created_on, closed_on))", "money and days do not add up"),
        ("count(where amount > days(created_on, closed_on))", "cannot be compared"),
        ("sum(amount * expected_amount)", "Two columns are multiplied"),
        ("sum(0.5 * amount)", "Multiply the aggregate"),
        ("sum(product)", "product is text"),
        ("sum(created_on)", "days(created_on, closed_on)"),
        ("sum(days(created_on, amount))", "amount is money"),
        ("sum(3)", "reads no column"),
        ("2 + 3", "reads no deals and no KPI"),
        ("count(where product > 'a')", "no order"),
        ("count(where amount = 'a')", "amount is money"),
        ("count(where created_on = 3)", "cannot be compared"),
        ("count(where created_on >= '2017-02-30')", "not a date"),
        ("count(where amount >= 1.005)", "at most 2 decimals"),
        ("count(where days(created_on, closed_on) > 1.5)", "no decimals"),
        ("count(where 1 = 1)", "No column is compared"),
        ("count(where product in ('a', 1))", "values of one kind"),
        ("count(where product = '')", "is null"),
        ("count(where status = 'one')", "no status 'one'"),
        ("count() / 0", "divides by zero"),
        ("won_amont + 1", "Did you mean 'won_amount'"),
        ("amount + 1", "amount is a column, and no KPI"),
        ("count(where won at as_of)", "would tell the future"),
        ("count(where status = 'won' at as_of)", "would tell the future"),
        ("sum(amount at at_start)", "Use expected_amount"),
        ("count(where closed_on is null at as_of)", "Use expected_close_on"),
        ("sum(days(created_on, closed_on) at as_of)", "Use expected_close_on"),
        ("count_distinct(loss_reason at as_of)", "would tell the future"),
        ("count(where open)", "at as_of"),
        ("count(where not open or won)", "at as_of"),
        ("sum(accounts.employees)", "count it once a deal"),
        ("mean(employees where won)", "count it once a deal"),
        ("sum(products.list_price - amount)", "count it once a deal"),
        ("count(where employees > 'many')", "is a text"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_the_kpi_named(expression: str, told: str) -> None:
    assert told in refused(expression)


@pytest.mark.parametrize("expression", ["median(accounts.employees where won)", "max(list_price)"])
def test_figures_of_accounts_may_be_ranked(expression: str) -> None:
    (kpi,) = compiled(expression, "money" if "list_price" in expression else "count")
    assert kpi.reads in (("accounts.employees",), ("products.list_price",))


def test_a_unit_that_does_not_fit_is_told_with_those_that_would() -> None:
    assert "Write unit = 'money'" in refused("sum(amount) / count()", "count")
    told = refused("count(where won) / count()", "money")
    assert "gives ratio or count" in told


def test_parts_told_by_different_dates_need_the_authors_word() -> None:
    told = refused("count(where won) / count(at created_on)")
    assert "closed in the period (at closed_on)" in told
    assert "created in the period (at created_on)" in told
    assert "mixed_dates = true" in told
    kpi = compiled("count(where won) / count(at created_on)", mixed_dates=True)[-1]
    assert kpi.basis == ""
    assert compiled("count(where won at created_on) / count(at created_on)")[-1].basis == "created_on"


def test_dates_of_kpis_that_are_named_count_too() -> None:
    assert "won_count tells those closed" in refused("won_count / created_count")
    # What a standard KPI mixes was decided where it is defined.
    assert compiled("2 * sales_velocity", "money_per_day")


def test_the_definitions_own_date_holds_where_none_is_named() -> None:
    (kpi,) = compiled("sum(expected_amount)", "money", at="as_of")
    assert (kpi.basis, kpi.additive_over_time) == ("as_of", False)
    assert kpi.formula == "sum(expected_amount), at as_of"


def test_the_definitions_own_condition_holds_for_every_aggregate() -> None:
    *parts, kpi = compiled("count(where won) / count()", where="product = 'Pro' or amount > 3")
    assert [part.formula for part in parts] == [
        "count(where (product = 'Pro' or amount > 3) and won at closed_on)",
        "count(where product = 'Pro' or amount > 3 at closed_on)",
    ]
    assert kpi.formula == "count(where won) / count(), where product = 'Pro' or amount > 3"


def test_a_fault_of_the_condition_is_shown_in_the_condition() -> None:
    told = refused("count(at as_of)", "count", where="product = 'Pro' and won")
    assert "KPI mine, where" in told
    assert "\n    product = 'Pro' and won\n" in told


def test_a_condition_beside_other_kpis_would_hold_for_some_parts_only() -> None:
    assert "win_rate is defined elsewhere" in refused("win_rate", where="won")


def test_a_name_that_a_standard_kpi_has_is_refused_naming_both() -> None:
    definition = Definition(name="win_rate", expression="count()", unit="count")
    with pytest.raises(BadInput, match=r"kpis/win_rate.toml and by salesnb.kpis.rates"):
        compile_definition(definition, catalogue(), None)


def known_with(**expressions: str) -> Registry[Kpi]:
    known = catalogue()
    for name, expression in expressions.items():
        known = with_definition(known, Definition(name=name, expression=expression, unit="count"), None)
    return known


def test_a_kpi_that_refers_to_itself_names_the_path() -> None:
    assert "mine needs mine" in refused("mine + count()")
    known = known_with(mine="count()", second="mine * 2", third="second + mine")
    with pytest.raises(BadInput, match="mine needs third needs second needs mine"):
        with_definition(known, define("third", "count"), None)


def test_a_definition_replaces_its_earlier_version_and_its_parts() -> None:
    known = known_with(mine="count(where won) - count(where lost)", second="mine * 2")
    assert "mine__2" in known
    changed = with_definition(known, define("count()", "count"), None)
    assert changed.get("mine").formula == "count()"
    assert "mine__1" not in changed
    assert known.get("mine").kind == "derived"
    assert "second" in changed


def test_parts_of_other_kpis_cannot_be_named() -> None:
    known = known_with(other="count(where won) - count(where lost)")
    with pytest.raises(BadInput, match="no KPI 'other__1'"):
        compile_definition(define("other__1", "count"), known, None)


def test_a_chain_of_kpis_has_an_end() -> None:
    known = catalogue()
    name = "won_count"
    with pytest.raises(BadInput, match="more than 20 long"):
        for number in range(30):
            definition = Definition(name=f"link_{number}", expression=f"2 * {name}", unit="count")
            known, name = with_definition(known, definition, None), f"link_{number}"


@pytest.mark.parametrize(
    ("expression", "unit", "values", "expected"),
    [
        ("won_count / lost_count", "ratio", (1, 3), 1 / 3),
        ("won_count / lost_count", "ratio", (4, 2), 2.0),
        ("won_count / lost_count", "ratio", (1, 0), None),
        ("won_count / lost_count", "ratio", (None, 3), None),
        ("won_count - lost_count", "count", (1, 3), -2),
        ("won_count - lost_count", "count", (1, None), None),
        ("-won_count + lost_count", "count", (1, 3), 2),
        ("0.1 * won_count + 0.2 * lost_count", "count", (1, 1), 0.3),
        ("won_count / lost_count * 3", "ratio", (1, 3), 1.0),
        ("won_count / (lost_count / 0.5) / 2", "ratio", (7, 7), 0.25),
    ],
)
def test_values_are_exact_and_null_where_a_part_is(
    expression: str, unit: str, values: tuple[int | None, ...], expected: float | None
) -> None:
    kpi = compiled(expression, unit)[-1]
    found = kpi.function(**dict(zip(("won_count", "lost_count"), values, strict=True)))
    assert found == expected
    assert type(found) is type(expected)


def test_numbers_beside_money_are_in_major_units() -> None:
    kpi = compiled("won_amount - 1_000.50", "money")[-1]
    assert kpi.function(won_amount=100_050) == 0
    assert "at most 2 decimals" in refused("won_amount - 0.001", "money")


def test_values_of_other_kpis_may_be_fractions() -> None:
    kpi = compiled("average_deal - won_amount / won_count", "money")[-1]
    third = Fraction(100, 3)
    assert kpi.function(average_deal=float(third), won_amount=100, won_count=3) == pytest.approx(0, abs=1e-12)


def test_what_was_read_without_data_cannot_be_computed() -> None:
    (kpi,) = compiled("count(where stage = 'Demo')", "count")
    with pytest.raises(BadUsage, match="with the dataset"):
        kpi.function(None)


@pytest.mark.parametrize("expression", ["count()", "count(where won) / count()", "mean(amount)"])
def test_what_is_defined_as_data_conforms_as_a_standard_kpi_does(expression: str) -> None:
    unit = {"count()": "count", "mean(amount)": "money"}.get(expression, "ratio")
    for kpi in compiled(expression, unit):
        assert kpi_problems(kpi) == ()


def test_two_of_one_text_are_the_same() -> None:
    assert compiled("sum(amount where won)", "money") == compiled("sum(amount WHERE won )", "money")
    assert compiled("sum(amount where won)", "money") != compiled("sum(amount where lost)", "money")


def test_the_fingerprint_is_of_what_changes_the_number() -> None:
    usual = define("count(where won)/count()").fingerprint
    same = define(
        "COUNT(WHERE won) / count( )", label="x", owner="y", description="z", version=4, status="certified"
    )
    assert same.fingerprint == usual
    others = [
        define("count(where lost) / count()"),
        define("count(where won)/count()", at="created_on"),
        define("count(where won)/count()", where="won"),
        define("count(where won)/count()", "count"),
    ]
    assert len({usual, *(one.fingerprint for one in others)}) == 5
