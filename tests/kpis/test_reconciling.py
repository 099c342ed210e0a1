"""A difference between a report and a KPI: each reason by hand, and effects that add up whatever was edited."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.crm.expected import Expected, ExpectedDeal, ReadColumn
from salesnb.errors import BadInput, BadUsage
from salesnb.kpis import Query, catalogue, run
from salesnb.kpis.engine import Run
from salesnb.kpis.reconciling import Reconciliation, explain
from salesnb.money import Formatter

# Every test imports data.
pytestmark = pytest.mark.slow


CALENDAR = FiscalCalendar()
MAKE = Callable[..., Any]
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 3, 31)
QUARTER = {"start": FIRST, "end": LAST + dt.timedelta(days=1)}
FIELDS = ("opportunity_id", "name", "stage", "status", "amount", "created_on", "closed_on", "rep_id")


def day(month: int, date: int) -> dt.date:
    return dt.date(2026, month, date)


def row(
    line: int, identity: str, amount: int | None = 100, status: str | None = "won", **more: Any
) -> ExpectedDeal:
    """Give a row of a report: a deal won on 20 January."""
    closed = more.pop("closed_on", day(1, 20) if status in {"won", "lost"} else None)
    return ExpectedDeal(
        row=line, opportunity_id=identity, amount=amount, status=status, closed_on=closed, **more
    )


def report(*rows: ExpectedDeal, fields: tuple[str, ...] = FIELDS) -> Expected:
    columns = tuple(ReadColumn(ours=name, theirs=name) for name in fields)
    return Expected(file="report.csv", deals=rows, columns=columns)


def compare(
    data: Any, *rows: ExpectedDeal, kpi: str = "won_amount", fields: Any = FIELDS, **more: Any
) -> Reconciliation:
    query = Query(kpis=(kpi,), **more)
    found = explain(Run(query, data, CALENDAR, catalogue()), report(*rows, fields=fields), Formatter())
    ((figure,),) = run(query, data, CALENDAR).rows
    assert found.actual == figure
    assert sum(effect.effect for effect in found.effects) == found.difference
    assert sum(total.effect for total in found.reasons) == found.difference
    return found


def told(found: Reconciliation) -> list[tuple[str, str, int, str]]:
    return [(item.opportunity_id, item.reason, item.effect, item.detail) for item in found.effects]


def test_what_agrees_has_no_effects(make_dataset: MAKE, deal: MAKE) -> None:
    found = compare(make_dataset(deal("1"), deal("2", "lost")), row(2, "1"))
    assert (found.expected, found.actual, found.effects) == (100, 100, ())


def test_another_day_is_told_with_both(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", closed_on=day(4, 2)), deal("2"), as_of=day(4, 30))
    found = compare(data, row(2, "1", closed_on=LAST), row(3, "2"), **QUARTER)
    assert told(found) == [("1", "date", -100, "closed on 2026-03-31 in the report, 2026-04-02 here")]


def test_a_deal_of_a_day_that_is_not_known_yet_is_told_so(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", closed_on=day(3, 20)), deal("2"))
    rows = row(2, "1", closed_on=day(3, 20)), row(3, "2")
    # Asked as of 10 March, of the report too: its row of the 20th does not count in it.
    assert compare(data, *rows, **QUARTER, as_of=day(3, 10)).effects == ()
    late = make_dataset(deal("1", closed_on=day(4, 20)), deal("2"), as_of=LAST)
    found = compare(late, row(2, "1", closed_on=day(4, 20)), row(3, "2"))
    assert told(found) == [
        (
            "1",
            "date",
            -100,
            "closed on 2026-04-20 here, after 2026-03-31, the day as of which it is told, as in the report",
        )
    ]


def test_another_status_is_told_with_both(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", "lost"), deal("2", "open"), deal("3"))
    found = compare(data, row(2, "1"), row(3, "2"), row(4, "3", status="open"))
    assert told(found) == [
        ("1", "status", -100, "won on 2026-01-20 in the report, lost on 2026-01-20 here"),
        ("2", "status", -100, "won on 2026-01-20 in the report, open (stage Open) here"),
        ("3", "status", 100, "open in the report, won on 2026-01-20 here"),
    ]
    assert any("1 row of the report does not count in its figure: 1 open." in said for said in found.notices)


def test_another_amount_is_told_with_both(make_dataset: MAKE, deal: MAKE) -> None:
    found = compare(make_dataset(deal("1", amount=9_050)), row(2, "1", 10_000))
    assert told(found) == [("1", "amount", -950, "$100.00 in the report, $90.50 here")]


def test_an_amount_that_cannot_be_read_counts_as_nothing(make_dataset: MAKE, deal: MAKE) -> None:
    found = compare(make_dataset(deal("1")), row(2, "1", None, unreadable="a lot"))
    assert told(found) == [("1", "unreadable", 100, "'a lot' in the report is not an amount; $1.00 here")]


def test_a_rep_who_moved_takes_the_deal_to_another_team(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", rep_id="r2", closed_on=day(3, 2)), deal("2"))
    rows = row(2, "1", closed_on=day(3, 2), owner="Bob"), row(3, "2", owner="Ann")
    found = compare(data, *rows, where=(("team", "North"),))
    assert told(found) == [("1", "owner", -100, "team here is South (owner Bob)")]
    assert "The report has no team; all of its rows are taken to be of team=North." in found.notices


def test_another_owner_is_told_with_both(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", rep_id="r3"), deal("2"))
    rows = row(2, "1", owner="Ann", dimensions={"rep": "Ann"}), row(3, "2", dimensions={"rep": "ann"})
    by_rep = compare(data, *rows, where=(("rep", "Ann"),), fields=(*FIELDS, "rep"))
    assert told(by_rep) == [("1", "owner", -100, "rep here is Cid (r3)")]
    found = compare(data, *rows, where=(("region", "East"),))
    assert told(found) == [
        ("1", "owner", -100, "region here is West (owner Ann in the report, Cid (r3) here)")
    ]


def test_rows_of_others_do_not_count_in_a_report_that_says_whose_they_are(
    make_dataset: MAKE, deal: MAKE
) -> None:
    data = make_dataset(deal("1"), deal("2", rep_id="r3"))
    rows = row(2, "1", dimensions={"rep": "Ann"}), row(3, "2", dimensions={"rep": "Cid (r3)"})
    found = compare(data, *rows, where=(("rep", "Ann"),), fields=(*FIELDS, "rep"))
    assert (found.expected, found.effects) == (100, ())


def test_another_product_is_another_group(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", product="Plus"), deal("2"))
    found = compare(data, row(2, "1"), row(3, "2"), where=(("product", "Base"), ("region", "East")))
    assert told(found) == [("1", "group", -100, "product here is Plus")]


def test_a_row_in_another_currency_is_converted_at_the_rate_of_its_day(
    make_dataset: MAKE, deal: MAKE
) -> None:
    data = make_dataset(deal("1", amount=12_000), deal("2", amount=13_500))
    data.backend.con.execute(
        "CREATE TABLE rates AS SELECT * FROM (VALUES ('eur', DATE '2025-01-01', 1.1::DOUBLE),"
        " ('EUR', DATE '2026-01-15', 1.2)) t(currency, valid_from, rate)"
    )
    found = compare(data, row(2, "1", 10_000, currency="EUR"), row(3, "2", 10_000, currency="EUR"))
    assert told(found) == [
        ("1", "currency", 2_000, "EUR 100.00 in the report, $120.00 here at 1.2"),
        ("2", "currency", 2_000, "EUR 100.00 in the report, $135.00 here at 1.2"),
        ("2", "amount", 1_500, "$100.00 in the report, $135.00 here"),
    ]
    converted = compare(data, row(2, "1", 11_500, original_currency="EUR"), row(3, "2", 13_500))
    assert told(converted) == [("1", "currency", 500, "$115.00 as the CRM converts EUR, $120.00 here at 1.2")]


def test_of_a_shared_deal_a_part_counts(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"), deal("2", rep_id="r3"))
    data.backend.con.execute(
        "CREATE TABLE credited AS SELECT * FROM (VALUES ('1', 'r1', 'revenue', 0.6, 60, 60),"
        " ('1', 'r3', 'revenue', 0.4, 40, 40), ('2', 'r3', 'overlay', 1.0, 100, 100))"
        " t(opportunity_id, rep_id, kind, share, amount, expected_amount)"
    )
    asked = {"where": (("region", "East"),), "credit": "credit"}
    found = compare(data, row(2, "1"), **asked)
    assert told(found) == [("1", "credit", -40, "it is shared: $0.60 of $1.00 counts here, 60.0%")]
    west = compare(data, row(2, "2"), where=(("region", "West"),), credit="credit")
    assert [(item.opportunity_id, item.reason, item.effect) for item in west.effects] == [
        ("1", "missing_there", 40)
    ]
    overlay = compare(data, row(2, "1"), row(3, "2"), credit="overlay")
    assert [(item.opportunity_id, item.reason, item.effect) for item in overlay.effects] == [
        ("1", "credit", -100)
    ]


def test_a_deal_that_stands_twice_in_the_report_is_a_duplicate(make_dataset: MAKE, deal: MAKE) -> None:
    found = compare(make_dataset(deal("1")), row(2, "1"), row(5, "1"), row(9, "1", 150))
    assert told(found) == [
        ("1", "duplicate", -100, "row 5 of the report repeats row 2"),
        ("1", "duplicate", -150, "row 9 of the report repeats row 2"),
    ]


def test_rows_that_are_parts_of_a_deal_add_up_to_it(make_dataset: MAKE, deal: MAKE) -> None:
    assert compare(make_dataset(deal("1")), row(2, "1", 30), row(3, "1", 70)).effects == ()
    halves = compare(make_dataset(deal("1")), row(2, "1", 100), row(3, "1", 100))
    assert [(item.reason, item.effect) for item in halves.effects] == [("duplicate", -100)]


def rejected(data: Any, *rows: tuple[Any, ...]) -> None:
    data.backend.con.execute(
        "CREATE TABLE rejected(table_name VARCHAR, file VARCHAR, source_row BIGINT, field VARCHAR, reason VARCHAR,"
        " value VARCHAR, row_key VARCHAR)"
    )
    for found in rows:
        data.backend.con.execute(
            "INSERT INTO rejected VALUES ('opportunities', 'deals.csv', ?, ?, ?, ?, ?)", found
        )


def test_what_the_import_set_aside_is_named_with_file_row_and_reason(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"))
    rejected(
        data,
        (17, "amount", "is negative", "-5", "2"),
        (18, "", "has 9 columns where the header has 8", "3,Ann,Base", None),
    )
    found = compare(data, row(2, "1"), row(3, "2"), row(4, "3"))
    assert told(found) == [
        ("2", "rejected", -100, "row 17 of deals.csv was set aside: amount is negative (-5)"),
        (
            "3",
            "rejected",
            -100,
            "row 18 of deals.csv was set aside: has 9 columns where the header has 8 (3,Ann,Base)",
        ),
    ]


def test_a_deal_of_which_another_row_was_set_aside_is_a_duplicate_of_the_files(
    make_dataset: MAKE, deal: MAKE
) -> None:
    data = make_dataset(deal("1"))
    rejected(data, (17, "opportunity_id", "was there before; the first is kept", "1", "1"))
    ((_, reason, effect, detail),) = told(compare(data, row(2, "1", 130)))
    assert (reason, effect) == ("duplicate", -30)
    assert detail == (
        "$1.30 in the report, $1.00 here; row 17 of deals.csv was set aside: opportunity_id was there before;"
        " the first is kept"
    )


def test_what_is_on_one_side_only_is_missing_on_the_other(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"), deal("2", amount=70), deal("3"))
    found = compare(data, row(2, "1"), row(3, "9", 55), row(4, "3"))
    assert told(found) == [
        (
            "9",
            "missing_here",
            -55,
            "no such deal here: not in the files that were imported, or left out by the mapping",
        ),
        ("2", "missing_there", 70, "won on 2026-01-20 here; account Alpha; rep Ann"),
    ]


def test_ids_of_fifteen_and_eighteen_characters_are_one(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("006A00000000001IAA"), deal("006A00000000002"))
    assert compare(data, row(2, "006A00000000001"), row(3, "006A00000000002IAA")).effects == ()


def test_leading_zeros_that_a_spreadsheet_took_are_no_difference(make_dataset: MAKE, deal: MAKE) -> None:
    assert compare(make_dataset(deal("0017"), deal("18")), row(2, "17"), row(3, "18")).effects == ()


def test_without_ids_deals_are_found_by_name_where_that_is_unique(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1", name="Pumps"), deal("2", name="Valves"), deal("3", name="Valves", account_id="a2"),
        deal("4", name="Pipes", amount=5), deal("5", name="Pipes", amount=5),
    )  # fmt: skip
    found = compare(
        data,
        row(2, "", 90, name="PUMPS"),
        row(3, "", 100, name="Valves", account="Beta"),
        row(4, "", 80, name="Valves", account="Alpha"),
        row(5, "", 5, name="Pipes", account="Alpha"),
    )
    assert [(item.opportunity_id, item.reason, item.effect) for item in found.effects] == [
        ("1", "amount", 10),
        ("2", "amount", 20),
        ("", "missing_here", -5),
        ("4", "missing_there", 5),
        ("5", "missing_there", 5),
    ]
    assert (
        found.effects[2].detail == "2 deals here have this name, and nothing in the report tells which it is"
    )
    assert any("3 rows were found by name" in said for said in found.notices)


def test_two_rows_of_one_name_are_never_both_one_deal(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", name="Pumps"), deal("2"))
    found = compare(data, row(2, "", 90, name="Pumps"), row(3, "", 80, name="Pumps"), row(4, "2"))
    assert [(item.reason, item.effect) for item in found.effects] == [
        ("missing_here", -90),
        ("missing_here", -80),
        ("missing_there", 100),
    ]
    assert found.effects[0].detail == "1 deal here has this name, and nothing in the report tells which it is"


def test_a_report_without_status_and_dates_is_taken_to_be_what_is_asked(
    make_dataset: MAKE, deal: MAKE
) -> None:
    data = make_dataset(deal("1"), deal("2", closed_on=day(2, 1)), deal("3", "open"))
    rows = [row(place, str(place), status=None, closed_on=None) for place in (1, 2, 3)]
    found = compare(data, *rows, fields=("opportunity_id", "amount"), start=FIRST, end=day(2, 1))
    assert told(found) == [
        ("2", "date", -100, "closed on 2026-02-01 here"),
        ("3", "status", -100, "counted in the report, open (stage Open) here"),
    ]
    assert (
        "The report does not say what is won, lost and open; all of its rows are taken to be won."
        in found.notices
    )


@pytest.mark.parametrize(
    ("kpi", "expected", "actual"),
    [
        ("won_amount", 100, 100), ("won_count", 1, 1), ("lost_count", 1, 1), ("closed_count", 2, 2),
        ("created_count", 4, 4), ("created_amount", 300, 320), ("open_count", 2, 2), ("open_amount", 130, 150),
    ],
)  # fmt: skip
def test_sums_and_counts_are_compared_whatever_they_count(
    make_dataset: MAKE, deal: MAKE, kpi: str, expected: int, actual: int
) -> None:
    data = make_dataset(deal("1"), deal("2", "lost", 70), deal("3", "open", 80), deal("4", "open", 70))
    created = {"created_on": day(1, 10)}
    rows = (
        row(2, "1", **created),
        row(3, "2", 70, "lost", **created),
        row(4, "3", 60, "open", **created),
        row(5, "4", 70, "open", **created),
    )
    found = compare(data, *rows, kpi=kpi)
    assert (found.expected, found.actual) == (expected, actual)
    assert {item.reason for item in found.effects} == ({"amount"} if expected != actual else set())


def test_a_whole_export_has_the_pipeline_of_an_earlier_day(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(
        deal("1", created_on=day(1, 1), closed_on=day(2, 20)), deal("2", "open", created_on=day(3, 5))
    )
    rows = (
        row(2, "1", closed_on=day(2, 20), created_on=day(1, 1)),
        row(3, "2", status="open", created_on=day(3, 5)),
    )
    found = compare(data, *rows, kpi="open_amount", as_of=day(2, 1))
    assert (found.expected, found.actual, found.effects) == (100, 100, ())


def test_a_deal_closed_since_the_report_is_open_there_only(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"), deal("2", "open"))
    found = compare(data, row(2, "1", status="open"), row(3, "2", status="open"), kpi="open_amount")
    assert told(found) == [("1", "status", -100, "open in the report, won on 2026-01-20 here")]


@pytest.mark.parametrize(
    ("kpi", "part"),
    [
        ("win_rate", "won_count, closed_count"),
        ("median_deal", "won_amount"),
        ("weighted_amount", "open_amount"),
    ],
)
def test_what_deals_do_not_add_up_to_is_refused_with_its_parts(
    make_dataset: MAKE, deal: MAKE, kpi: str, part: str
) -> None:
    with pytest.raises(BadUsage, match=part):
        compare(make_dataset(deal("1")), row(2, "1"), kpi=kpi)


def test_a_report_of_other_deals_is_refused(make_dataset: MAKE, deal: MAKE) -> None:
    with pytest.raises(BadInput, match="another CRM"):
        compare(make_dataset(deal("1")), row(2, "X"), row(3, "Y"))


def test_the_period_of_a_report_is_named_where_none_was_asked_for(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"), deal("2", closed_on=day(3, 1)))
    found = compare(data, row(2, "1"))
    assert found.notices[-1].endswith("compare with that alone: --from 2026-01-01 --to 2026-01-31.")


def test_a_day_that_the_report_leaves_empty_is_taken_to_be_as_here(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1", "open", created_on=None), deal("2", created_on=day(1, 3)))
    rows = row(2, "1", status="open"), row(3, "2", created_on=day(1, 3))
    found = compare(data, *rows, kpi="created_count")
    assert (found.expected, found.actual, found.effects) == (1, 1, ())


def test_a_report_of_all_is_seen_when_one_team_is_asked_for(make_dataset: MAKE, deal: MAKE) -> None:
    data = make_dataset(deal("1"), deal("2", rep_id="r3"), deal("3", rep_id="r3"))
    found = compare(data, row(2, "1"), row(3, "2"), row(4, "3"), where=(("team", "North"),))
    assert (
        "2 of 3 deals of the report are of another team here: if it is a report of all"
        in found.notices[-1]
    )


# --- whatever was edited ---

EDITS = ("drop", "add", "date", "owner", "amount", "again", "status", "nothing")
REASON = {
    "drop": "missing_there",
    "add": "missing_here",
    "date": "date",
    "owner": "owner",
    "amount": "amount",
    "again": "duplicate",
    "status": "status",
}


def edited(known: dict[str, Any], edit: str, line: int) -> list[ExpectedDeal]:
    """Give the rows that stand for a deal in a report where it was edited."""
    status = known["status"]
    plain = ExpectedDeal(
        row=line,
        opportunity_id=known["opportunity_id"],
        status=status,
        amount=known["amount"],
        closed_on=known["closed_on"],
        created_on=known["created_on"],
        dimensions={"rep": known["rep_id"]},
    )
    changed = {
        "date": {"closed_on": day(4, 5) if status == "won" else day(1, 7)},
        "owner": {"dimensions": {"rep": "r3" if known["rep_id"] == "r1" else "r1"}},
        "amount": {"amount": (known["amount"] or 0) + 7},
        "status": {"status": "open" if status == "won" else "won", "closed_on": day(1, 9)},
    }.get(edit, {})
    if edit == "drop":
        return []
    twice = [replace(plain, row=line + 1)] if edit == "again" else []
    new = (
        [replace(plain, row=line + 1, opportunity_id=f"new {known['opportunity_id']}")]
        if edit == "add"
        else []
    )
    return [replace(plain, **changed), *twice, *new]


DEALS = st.lists(
    st.tuples(
        st.sampled_from(["won", "won", "lost", "open"]),
        st.integers(1, 10**9),
        st.dates(FIRST, LAST),
        st.sampled_from(["r1", "r3"]),
        st.sampled_from(EDITS),
    ),
    min_size=1,
    max_size=8,
)


def build(deal: MAKE, made: Any) -> tuple[list[dict[str, Any]], list[ExpectedDeal]]:
    deals, rows = [], []
    for place, (status, amount, closed, rep, edit) in enumerate(made):
        known = deal(str(place), status, amount, rep_id=rep)
        known["closed_on"] = None if status == "open" else closed
        deals.append(known)
        rows += edited(known, edit, 10 * place + 2)
    return deals, rows


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=DEALS, kpi=st.sampled_from(["won_amount", "won_count", "open_amount"]), by_rep=st.booleans())
def test_effects_add_up_to_the_difference_whatever_was_edited(
    make_dataset: MAKE, deal: MAKE, made: Any, kpi: str, by_rep: bool
) -> None:
    deals, rows = build(deal, made)
    data = make_dataset(*deals, deal("always"))
    where = {"where": (("rep", "r1"),), "fields": (*FIELDS, "rep")} if by_rep else {}
    found = compare(data, *rows, row(999, "always", dimensions={"rep": "r1"}), kpi=kpi, **QUARTER, **where)
    for identity in {effect.opportunity_id for effect in found.effects}:
        mine = [effect for effect in found.effects if effect.opportunity_id == identity]
        assert sum(effect.effect for effect in mine) == mine[0].actual - mine[0].expected
    assert "credit" not in {effect.reason for effect in found.effects}


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=DEALS, by_rep=st.booleans())
def test_each_single_edit_has_its_own_reason(make_dataset: MAKE, deal: MAKE, made: Any, by_rep: bool) -> None:
    deals, rows = build(deal, made)
    data = make_dataset(*deals, deal("always"))
    where = {"where": (("rep", "r1"),), "fields": (*FIELDS, "rep")} if by_rep else {}
    found = compare(data, *rows, row(999, "always", dimensions={"rep": "r1"}), **QUARTER, **where)
    got = {(effect.opportunity_id.removeprefix("new "), effect.reason) for effect in found.effects}
    for place, (status, amount, _, rep, edit) in enumerate(made):
        mine = {reason for identity, reason in got if identity == str(place)}
        counts = status == "won" and (not by_rep or rep == "r1")
        if edit == "owner" and status == "won":
            assert mine == ({"owner"} if by_rep else set())
        elif edit == "status" and status != "won":
            # What is open or lost here was won for nothing, so that only its status can be told.
            expected = {"status"} if deals[place]["amount"] and (not by_rep or rep == "r1") else set()
            assert mine == expected
        else:
            assert mine == ({REASON[edit]} if counts and edit in REASON else set()), (status, edit, amount)
