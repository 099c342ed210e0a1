"""The promotion gate: each check passes what is right, and stops what is planted."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from salesnb.actions.kpi_fields import in_fields
from salesnb.calendar import FiscalCalendar
from salesnb.kpis import catalogue, with_definition
from salesnb.kpis.definition import Definition, Expected
from salesnb.kpis.gate import GateCheck, checked, gate, rules
from salesnb.kpis.gate.check import RULES, Verdict, passed
from salesnb.kpis.gate.subject import Subject
from salesnb.money import Formatter

pytestmark = pytest.mark.slow

CALENDAR = FiscalCalendar()
Data = Any


def made(expression: str, unit: str = "money", name: str = "mine", **more: Any) -> Definition:
    return Definition(name=name, expression=expression, unit=unit, **more)


def checks(definition: Definition, data: Data, known: Any = None) -> dict[str, GateCheck]:
    return {check.name: check for check in gate(definition, known or catalogue(), data, CALENDAR)}


def check(name: str, definition: Definition, data: Data, known: Any = None) -> GateCheck:
    """Run one check alone."""
    subject = Subject(
        definition=definition, others=known or catalogue(), data=data, calendar=CALENDAR, fmt=Formatter()
    )
    return checked(name, rules().get(name), subject)


@pytest.fixture
def data(make_dataset: Callable[..., Data], deal: Callable[..., dict[str, Any]]) -> Data:
    """Nine deals of three teams over three months: North has none closed in March."""
    days = [(1, 12), (1, 20), (2, 3), (2, 25), (3, 9)]
    rows = [
        deal("1", amount=100_00, closed_on=dt.date(2026, *days[0])),
        deal("2", "lost", amount=50_00, closed_on=dt.date(2026, *days[1]), product="Plus", account_id="a2"),
        deal("3", amount=30_00, closed_on=dt.date(2026, *days[2]), rep_id="r2"),
        deal("4", amount=20_00, closed_on=dt.date(2026, *days[3]), rep_id="r3", product="Plus"),
        deal("5", "lost", amount=90_00, closed_on=dt.date(2026, *days[3]), rep_id="r3", account_id="a2"),
        deal("6", "lost", amount=10_00, closed_on=dt.date(2026, *days[4]), rep_id="r4"),
        deal("7", amount=70_00, closed_on=dt.date(2026, *days[4]), rep_id="r4", account_id="a2"),
        deal("8", "open", amount=60_00),
        deal("9", "open", amount=40_00, rep_id="r3", created_on=dt.date(2026, 2, 14)),
    ]
    return make_dataset(*rows)


SOUND = made(
    "sum(amount where won) / count(where won)",
    owner="Ann",
    label="Deal size",
    expected=(Expected(value="55", note="220 / 4"),),
)


def test_a_sound_definition_passes_every_check(data: Data) -> None:
    found = checks(SOUND, data)
    assert {name: check.outcome for name, check in found.items()} == dict.fromkeys(found, "passed")
    assert len(found) == 10
    assert "$55.00" in found["can be computed"].told
    assert all(check.told.endswith(".") and not check.advice for check in found.values())


def test_who_answers_for_it_must_be_named(data: Data) -> None:
    found = check("is described", made("sum(amount where won)"), data)
    assert found.outcome == "not possible"
    assert "Nobody" in found.told
    assert "owner" in found.advice


def test_what_cannot_be_computed_passes_nothing_that_needs_figures(data: Data) -> None:
    found = checks(made("sum(amont where won)", owner="Ann"), data)
    assert found["can be computed"].outcome == "failed"
    assert "amont" in found["can be computed"].told
    assert {
        check.outcome for name, check in found.items() if name not in ("is described", "can be computed")
    } == {"not possible"}


def test_a_unit_that_does_not_fit_is_found(data: Data) -> None:
    found = check("can be computed", made("count(where won)", "money"), data)
    assert found.outcome == "failed"
    assert "count" in found.told


def test_of_no_data_nothing_is_said_to_pass_that_needs_some(make_dataset: Callable[..., Data]) -> None:
    data = make_dataset()
    for name in ("can be computed", "no fan-out", "is a ratio of sums", "what it says of the past stays"):
        assert check(name, SOUND, data).outcome == "not possible", name


def test_a_draft_that_it_reads_is_named(data: Data) -> None:
    known = with_definition(catalogue(), made("sum(amount where won)", name="basis"), data)
    found = check("rests on certified KPIs", made("basis / won_count", owner="Ann"), data, known)
    assert found.outcome == "not possible"
    assert "basis" in found.told
    assert found.advice == "Promote basis first."
    assert check("rests on certified KPIs", made("won_amount / won_count"), data).outcome == "passed"


@pytest.mark.parametrize(
    ("planted", "dimension"),
    [
        (
            "INSERT INTO accounts (account_id, name, sector) VALUES ('a1', 'Alpha again', 'software')",
            "sector",
        ),
        ("INSERT INTO products VALUES ('Plus', 'Q')", "family"),
        ("INSERT INTO rep_nodes VALUES ('r1', 'East/South', DATE '2026-01-01', DATE '2026-02-01')", "region"),
    ],
)
def test_a_dimension_that_multiplies_rows_is_named(data: Data, planted: str, dimension: str) -> None:
    assert check("no fan-out", SOUND, data).outcome == "passed"
    data.backend.con.execute(planted)
    found = check("no fan-out", SOUND, data)
    assert found.outcome == "failed"
    assert dimension in found.told
    assert "7 deals become" in found.told


def test_a_deal_that_stands_twice_is_found(data: Data) -> None:
    data.backend.con.execute(
        "INSERT INTO opportunities SELECT * FROM opportunities WHERE opportunity_id = '1'"
    )
    found = check("no fan-out", SOUND, data)
    assert found.outcome == "failed"
    assert "8 rows stand for 7 deals" in found.told


def test_the_mean_of_ratios_is_refused_and_a_difference_of_ratios_is_not(data: Data) -> None:
    mean = (
        "(count(where won and product = 'Base') / count(where product = 'Base')"
        " + count(where won and product = 'Plus') / count(where product = 'Plus')) / 2"
    )
    found = check("is a ratio of sums", made(mean, "ratio"), data)
    assert found.outcome == "failed"
    assert "mean of the ratios" in found.told
    assert (
        check("is a ratio of sums", made("0.5 * (win_rate + win_rate_value)", "ratio"), data).outcome
        == "failed"
    )
    assert check("is a ratio of sums", made("win_rate - win_rate_value", "ratio"), data).outcome == "passed"


def test_the_ratio_of_sums_is_told_beside_the_mean_that_it_is_not(data: Data) -> None:
    found = check("is a ratio of sums", made("count(where won) / count()", "ratio"), data)
    # Of 7 closed 4 are won; North 2 of 3, Coast 2 of 4; their mean is 58.33 %.
    assert found.outcome == "passed"
    assert "57.14%" in found.told
    assert "58.33%" in found.told


def test_a_kpi_whose_parts_do_not_give_it_is_found(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mean that the engine took deal by deal instead of a ratio of sums."""
    from salesnb.kpis.gate import subject as subjects

    right = subjects.Subject.computed_of
    monkeypatch.setattr(subjects.Subject, "computed_of", lambda self, values: (right(self, values) or 0) + 1)
    found = check("is a ratio of sums", SOUND, data)
    assert found.outcome == "failed"
    assert "$55.01" in found.told
    assert "$55.00" in found.told


def test_what_does_not_add_up_may_not_say_so(data: Data) -> None:
    """Alpha is in both months: different accounts do not add up over time, and over teams neither."""
    accounts = made("count_distinct(account_id)", "count", additive_over=("time",))
    found = check("adds up where it says so", accounts, data)
    assert found.outcome == "failed"
    assert "months add up to 6, and it is 2" in found.told
    assert "'time'" in found.advice
    over_region = made("count_distinct(account_id)", "count", additive_over=("region",))
    assert check("adds up where it says so", over_region, data).outcome == "failed"


def test_a_group_is_named_within_which_it_does_not_add_up(
    make_dataset: Callable[..., Data], deal: Any
) -> None:
    """As a whole two products have an account each; within Coast both have the same."""
    rows = [deal("1", account_id="a1", rep_id="r3"), deal("2", account_id="a1", rep_id="r3", product="Plus")]
    rows += [deal("3", account_id="a2"), deal("4", account_id="a3")]
    data = make_dataset(*rows)
    sneaky = made(
        "count_distinct(account_id) + count(where product = 'Plus')", "count", additive_over=("product",)
    )
    found = check("adds up where it says so", sneaky, data)
    assert found.outcome == "failed"
    median = made("median(amount where won)", additive_over=("region",))
    told = check("adds up where it says so", median, data)
    assert (told.outcome, "$2.00, and it is $1.00" in told.told) == ("failed", True)


def test_sums_add_up_and_ratios_claim_nothing(data: Data) -> None:
    summed = check("adds up where it says so", made("sum(amount where won)"), data)
    assert summed.outcome == "passed"
    assert all(name in summed.told for name in ("product", "rep", "region", "team", "months", "$220.00"))
    assert "does not say" in check("adds up where it says so", SOUND, data).told
    lying = made("sum(amount where won) / count(where won)", additive_over=("team",))
    assert check("adds up where it says so", lying, data).outcome == "failed"


def test_what_is_open_on_a_day_does_not_add_up_over_time(data: Data) -> None:
    pipeline = made("sum(expected_amount)", at="as_of", additive_over=("team", "time"))
    found = check("adds up where it says so", pipeline, data)
    assert found.outcome == "failed"
    assert "over time" in found.told


def test_nothing_to_divide_by_is_nothing(data: Data) -> None:
    found = check("is nothing where there is nothing to divide by", SOUND, data)
    assert found.outcome == "passed"
    assert "such as team" in found.told


def test_a_zero_in_the_place_of_nothing_is_found(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesnb.kpis.gate import subject as subjects

    monkeypatch.setattr(subjects.Subject, "computed_of", lambda _self, _values: 0)
    found = check("is nothing where there is nothing to divide by", SOUND, data)
    assert (found.outcome, "$0.00" in found.told) == ("failed", True)


@pytest.mark.parametrize(
    ("expression", "unit", "outcome", "told"),
    [
        ("sum(amount where won)", "money", "passed", "$0.00"),
        ("median(amount where won)", "money", "passed", "nothing"),
        ("won_amount / won_count", "money", "passed", "nothing"),
        ("1 - win_rate", "ratio", "passed", "nothing"),
        ("count(where won) + 5", "count", "failed", "it is 5 and should be 0"),
        ("open_count", "count", "passed", "nobody knows"),
    ],
)
def test_an_empty_period_gives_zero_or_nothing(
    data: Data, expression: str, unit: str, outcome: str, told: str
) -> None:
    found = check("is nothing in an empty period", made(expression, unit), data)
    assert (found.outcome, told in found.told) == (outcome, True), found.told


COHORT = "count(where won at created_on) / count(at created_on)"


def test_a_cohort_restates_and_its_author_must_say_so(make_dataset: Callable[..., Data], deal: Any) -> None:
    rows = [
        deal("1", created_on=dt.date(2026, 1, 5), closed_on=dt.date(2026, 2, 10)),
        deal("2", "open", created_on=dt.date(2026, 1, 6)),
        deal("3", "lost", created_on=dt.date(2026, 2, 6), closed_on=dt.date(2026, 2, 8)),
    ]
    data = make_dataset(*rows)
    found = check("what it says of the past stays", made(COHORT, "ratio"), data)
    assert found.outcome == "failed"
    assert "cut off" in found.told
    assert "2026-01 was 0.00% on Jan 31, 2026 and is 50.00%" in found.told
    assert "restates = true" in found.advice
    assert "tick “Past periods may change" in in_fields(found.advice)
    said = check("what it says of the past stays", made(COHORT, "ratio", restates=True), data)
    assert (said.outcome, "says that it restates" in said.told) == ("passed", True)
    assert check("what it says of the past stays", SOUND, data).outcome == "passed"


@pytest.mark.parametrize(
    ("unit", "expression", "expected", "outcome"),
    [
        ("money", "sum(amount where won)", Expected(value="220.00"), "passed"),
        ("money", "sum(amount where won)", Expected(value="220.01"), "failed"),
        ("money", "sum(amount where won)", Expected(value="130", period="2026-01"), "failed"),
        ("money", "sum(amount where won)", Expected(value="100", period="2026-01"), "passed"),
        ("money", "sum(amount where won)", Expected(value="50", period="2026-02"), "passed"),
        (
            "money",
            "sum(amount where won)",
            Expected(value="30", period="2026-02", where=(("team", "North"),)),
            "passed",
        ),
        (
            "money",
            "sum(amount where won)",
            Expected(value="120", first=dt.date(2026, 2, 3), last=dt.date(2026, 3, 9)),
            "passed",
        ),
        ("count", "count(where won)", Expected(value="4"), "passed"),
        ("count", "count(where won)", Expected(value="4.1"), "failed"),
        ("ratio", "count(where won) / count()", Expected(value="57 %"), "passed"),
        ("ratio", "count(where won) / count()", Expected(value="57.1 %"), "passed"),
        ("ratio", "count(where won) / count()", Expected(value="0.5714"), "passed"),
        ("ratio", "count(where won) / count()", Expected(value="57.2 %"), "failed"),
        ("ratio", "count(where won) / count()", Expected(value="nothing", period="2025"), "passed"),
        ("ratio", "count(where won) / count()", Expected(value="0", period="2025"), "failed"),
        ("money", "sum(amount where won)", Expected(value="about 220"), "failed"),
        ("money", "sum(amount where won)", Expected(value="22,0.00"), "failed"),
        ("money", "sum(amount where won)", Expected(value="1", where=(("team", "Nowhere"),)), "failed"),
    ],
)
def test_expected_figures_agree_to_the_digits_that_were_given(
    data: Data, unit: str, expression: str, expected: Expected, outcome: str
) -> None:
    found = check("gives the expected figures", made(expression, unit, expected=(expected,)), data)
    assert (found.outcome, bool(found.told)) == (outcome, True), found


def test_without_an_expected_figure_none_is_said_to_agree(data: Data) -> None:
    found = check("gives the expected figures", made("won_amount"), data)
    assert (found.outcome, "[[expected]]" in found.advice) == ("not possible", True)
    assert in_fields(found.advice) == "Work one out by hand and add it under “Figures worked out by hand”."


def test_a_check_that_breaks_down_has_failed_and_shows_the_error(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: object) -> Verdict:
        message = "the roof is on fire"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(
        RULES, "_items", {"breaks": (breaks, "here"), "holds": (lambda _: passed("Yes."), "here")}
    )
    found = checks(SOUND, data)
    assert found["breaks"].outcome == "failed"
    assert "ZeroDivisionError: the roof is on fire" in found["breaks"].told
    assert found["holds"].outcome == "passed"


def test_a_hostile_definition_is_only_text_to_the_gate(data: Data) -> None:
    drop = "'); DROP TABLE opportunities; --"
    hostile = made(
        f"sum(amount where stage != '{drop.replace(chr(39), chr(39) * 2)}')",
        label="<script>alert(1)</script>",
    )
    found = check("can be computed", hostile, data)
    assert (found.outcome, found.told.startswith("There is no stage")) == ("failed", True)
    assert data.backend.con.execute("SELECT count(*) FROM opportunities").fetchone() == (9,)


@pytest.mark.parametrize("by_orders", [False, True])
def test_what_is_about_retention_is_checked_in_a_quarter(
    make_dataset: Callable[..., Data], deal: Any, by_orders: bool
) -> None:
    """40 of 50 bought again in the first quarter of 2026; of all time there is no retention."""
    days = dt.date(2024, 12, 15), dt.date(2025, 2, 10), dt.date(2026, 2, 10)
    amounts = {"a1": (0, 30_00, 40_00), "a2": (1, 20_00, 0)}
    sold = [
        (f"{account}{day}", account, day, amount)
        for account, some in amounts.items()
        for day, amount in zip(days, some, strict=True)
        if amount
    ]
    deals = [
        deal(key, amount=amount, account_id=account, closed_on=day) for key, account, day, amount in sold
    ]
    orders = tuple((key, account, "r1", "Base", day, amount) for key, account, day, amount in sold)
    data = make_dataset(*(deals[:1] if by_orders else deals), orders=orders if by_orders else ())
    kept = made(
        "retention_net_amount / retention_start_amount - nrr * 0.5",
        "ratio",
        owner="Ann",
        expected=(Expected(value="40 %", period="2026-Q1"),),
    )
    found = checks(kept, data)
    assert {name: check.outcome for name, check in found.items()} == dict.fromkeys(found, "passed")
    assert "40.00% in 2026-Q1" in found["can be computed"].told
    assert ("ordered" if by_orders else "closed") in found["no fan-out"].told
    late = make_dataset(*deals, as_of=dt.date(2026, 12, 31))
    assert "year before" in check("can be computed", made("nrr", "ratio"), late).advice
