"""What happens to each kind of row, good and bad."""

from datetime import date

import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.crm.dataset import Dataset
from salesnb.errors import BadInput
from salesnb.kpis import Query, run

# Every test imports data.
pytestmark = pytest.mark.slow


WON = "D1,Ann,Acme,Pump,Won,100,2024-01-02,2024-02-03"


def test_a_clean_source_loads_whole(source):
    assert source.counts(source.load()) == (3, 3, 0, 0, 0)


def test_money_is_whole_minor_units(source):
    source.load()
    assert source.query("SELECT amount FROM opportunities ORDER BY opportunity_id") == [
        (10000,),
        (0,),
        (None,),
    ]
    assert source.query("SELECT list_price FROM products ORDER BY product") == [(12050,), (3000,)]


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 100), ("KWD", 100000)])
def test_minor_units_follow_the_currency(source, currency, minor):
    source.deals(WON).load(currency=currency)
    assert source.query("SELECT amount FROM opportunities") == [(minor,)]


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("X,Ann,Acme,Pump,Won,-5,2024-01-02,2024-02-03", "amount", "is negative"),
        ("X,Ann,Acme,Pump,Won,12x,2024-01-02,2024-02-03", "amount", "is not an amount"),
        ("X,Ann,Acme,Pump,Won,9e15,2024-01-02,2024-02-03", "amount", "is too large to be an amount"),
        ("X,Ann,Acme,Pump,Won,1e999,2024-01-02,2024-02-03", "amount", "is not an amount"),
        ("X,Ann,Acme,Pump,Won,5,2024-02-30,2024-03-03", "created_on", "is not a date"),
        ("X,Ann,Acme,Pump,Won,5,soon,2024-03-03", "created_on", "is not a date"),
        (
            "X,Ann,Acme,Pump,Won,5,45292,2024-03-03",
            "created_on",
            'is a number, not a date; where Excel wrote it, format = "excel" in the mapping reads it',
        ),
        (
            "X,Ann,Acme,Pump,Won,5,0204-01-01,2024-03-03",
            "created_on",
            "is not between 1950-01-01 and 2099-12-31",
        ),
        ("X,Ann,Acme,Pump,Won,5,2024-02-04,2024-02-03", "closed_on", "is before created_on"),
        ("X,Ann,Acme,Pump,Won,5,2024-02-04,", "closed_on", "is missing, though it is won or lost"),
        (",Ann,Acme,Pump,Won,5,2024-01-02,2024-02-03", "opportunity_id", "is missing"),
        (
            "D1,Ann,Acme,Pump,Won,7,2024-01-02,2024-02-03",
            "opportunity_id",
            "was there before; the first is kept",
        ),
        ("X,Ann,Acme", "", "has 3 columns where the header has 8"),
        ("X,Ann,Acme,Pump,Won,1,000,2024-01-02,2024-02-03", "", "has 9 columns where the header has 8"),
        (
            'X,"Ann,Acme,Pump,Won,1,2024-01-02,2024-02-03',
            "",
            "a quote is not closed or stands inside a field",
        ),
    ],
)
def test_a_bad_row_is_set_aside_with_its_line_and_the_rest_goes_on(source, row, field, reason):
    report = source.deals(WON, row, "D4,Bob,Beta,Valve,Won,1,2024-01-02,2024-02-03").load()
    assert source.counts(report)[:3] == (3, 2, 1)
    assert [item[:5] for item in source.rejected()] == [("opportunities", "deals.csv", "3", field, reason)]
    assert source.query("SELECT opportunity_id, source_row FROM opportunities ORDER BY 2") == [
        ("D1", 2),
        ("D4", 4),
    ]


def test_the_first_of_two_that_pass_is_kept(source):
    source.deals(
        "D1,Ann,Acme,Pump,Won,bad,2024-01-02,2024-02-03", WON.replace("100", "1"), WON.replace("100", "2")
    ).load()
    assert source.query("SELECT amount, source_row FROM opportunities") == [(100, 3)]
    assert [item[2] for item in source.rejected()] == ["2", "4"]


def test_line_numbers_count_line_ends_inside_quotes_and_blank_lines(source):
    source.deals(
        'D1,Ann,"Ac\nme",Pump,Won,100,2024-01-02,2024-02-03', "", WON.replace("D1", "D2"), "bad,row"
    ).load()
    assert source.query("SELECT opportunity_id, source_row FROM opportunities ORDER BY 1") == [
        ("D1", 2),
        ("D2", 5),
    ]
    assert [item[2] for item in source.rejected()] == ["6"]


def test_an_unclosed_quote_costs_its_own_row_only(source):
    rows = [WON.replace("D1", f"D{i}") for i in range(50)]
    rows[10] = 'D10,"Ann,Acme,Pump,Won,1,2024-01-02,2024-02-03'
    assert source.counts(source.deals(*rows).load())[:3] == (50, 49, 1)


@pytest.mark.parametrize(
    ("written", "minor"), [("0.125", 12), ("0.135", 14), ("0.145000001", 15), ("1.005", 100)]
)
def test_excess_decimals_are_rounded_half_even_and_counted_as_repairs(source, written, minor):
    report = source.mapping(options='decimal = "."').deals(WON.replace("100", written)).load()
    assert source.query("SELECT amount FROM opportunities") == [(minor,)]
    assert source.counts(report) == (1, 1, 0, 1, 0)


def test_amounts_that_add_up_beyond_64_bits_are_refused(source):
    rows = [WON.replace("D1", f"D{i}").replace("100", "9999999999999") for i in range(9300)]
    with pytest.raises(BadInput, match="adds up to more than can be held"):
        source.deals(*rows).load()
    assert not list(source.data.glob("crm-*"))


def test_a_reference_without_partner_is_kept_empty_with_a_warning(source):
    report = source.deals("D1,Zoe,Nowhere,Gizmo,Won,1,2024-01-02,2024-02-03").load()
    assert source.counts(report) == (1, 1, 0, 0, 1)
    assert source.query("SELECT rep_id, account_id, product FROM opportunities") == [(None, None, None)]
    assert any(
        "rep_id is not in reps" in notice and "deals.csv, row 2" in notice for notice in report.notices
    )


def test_a_missing_created_date_is_a_warning(source):
    report = source.deals("D1,Ann,Acme,Pump,Won,1,,2024-02-03").load()
    assert source.counts(report) == (1, 1, 0, 0, 1)


def test_a_close_date_of_an_open_row_is_an_expectation(source):
    source.deals("D1,Ann,Acme,Pump,Open,,2024-01-02,2024-09-03").load()
    assert source.query("SELECT closed_on, expected_close_on FROM opportunities") == [
        (None, date(2024, 9, 3))
    ]


def test_an_expectation_does_not_move_the_as_of_date(source):
    report = source.deals(WON, "D2,Ann,Acme,Pump,Open,,2024-01-02,2024-09-03").load()
    assert report.as_of == date(2024, 2, 3)


def test_a_given_as_of_date_rules(source):
    assert source.load(as_of=date(2024, 6, 30)).as_of == date(2024, 6, 30)


def test_an_expected_amount_is_the_amount_when_not_mapped(source):
    source.load()
    assert source.query("SELECT expected_amount FROM opportunities WHERE opportunity_id = 'D1'") == [(10000,)]


def test_an_expected_amount_can_be_looked_up_through_a_repair(source):
    source.mapping(
        more=', expected_amount = { column = "product", via = "products", take = "list_price" }',
        sections='[opportunities.repair.product]\n"Pmp" = "Pump"',
    )
    report = source.deals(WON.replace("Pump", "Pmp")).load()
    assert source.query("SELECT product, expected_amount FROM opportunities") == [("Pump", 12050)]
    assert source.counts(report) == (1, 1, 0, 1, 0)


def test_further_columns_are_kept_and_renamed_where_they_collide(source):
    report = source.deals(
        WON + ",web,7,x", header="id,rep,account,product,stage,value,created,closed,Source,win_rate,problem"
    ).load()
    assert source.query('SELECT "Source", "opportunities.win_rate", problem FROM opportunities') == [
        ("web", "7", "x")
    ]
    assert any("'win_rate' is kept as 'opportunities.win_rate'" in notice for notice in report.notices)


def test_names_full_of_sql_are_only_names(source):
    nasty = "a\"b'; DROP TABLE opportunities; --"
    source.file(
        "deals.csv",
        f'id,rep,account,product,stage,value,created,closed,"{nasty.replace(chr(34), chr(34) * 2)}"\n{WON},v\n',
    )
    source.load()
    assert source.query("SELECT * FROM opportunities")[0][-2:] == ("v", 2)


def test_status_can_stand_in_several_columns(source):
    source.file(
        "mapping.toml",
        (source.folder / "mapping.toml")
        .read_text()
        .replace(
            'won = ["Won"]\nlost = ["Lost"]',
            'won = { stage = ["closed"], flag = ["true"] }\nlost = { stage = ["closed"], flag = ["false"] }',
        ),
    )
    rows = [
        WON.replace("Won", "Closed") + ",True",
        WON.replace("D1", "D2").replace("Won", "Closed") + ",false",
        WON.replace("D1", "D3") + ",true",
    ]
    source.deals(*rows, header="id,rep,account,product,stage,value,created,closed,flag").load()
    assert source.query("SELECT status FROM opportunities ORDER BY opportunity_id") == [
        ("won",),
        ("lost",),
        ("open",),
    ]


def test_another_currency_is_converted_at_the_rate_of_its_day_and_set_aside_without(source):
    source.file("rates.csv", "cur,day,rate\nEUR,2024-01-01,1.10\nEUR,2024-02-01,1.20\n")
    source.mapping(
        more=', currency = "cur"',
        sections='[rates]\nfile = "rates.csv"\ncolumns = { currency = "cur", valid_from = "day", rate = "rate" }',
    )
    rows = [
        WON + ",EUR",
        WON.replace("D1", "D2").replace("2024-02-03", "2024-01-20") + ",eur",
        WON.replace("D1", "D3") + ",GBP",
        WON.replace("D1", "D4") + ",",
    ]
    source.deals(*rows, header="id,rep,account,product,stage,value,created,closed,cur").load()
    assert source.query("SELECT opportunity_id, amount FROM opportunities ORDER BY 1") == [
        ("D1", 12000),
        ("D2", 11000),
        ("D4", 10000),
    ]
    assert source.rejected()[0][2:] == ("4", "currency", "has no rate on that day", "GBP")


def test_orders_count_as_won_where_there_are_no_opportunities(source):
    source.file("orders.csv", "no,rep,day,sum\n1,Ann,2024-03-01,20\n2,Ann,2024-03-05,-5\n")
    source.file(
        "mapping.toml",
        '[orders]\nfile = "orders.csv"\ncolumns = { order_id = "no", rep_id = "rep", ordered_on = "day", amount = "sum" }\n',
    )
    report = source.load()
    assert source.counts(report, "orders") == (2, 2, 0, 0, 0)
    assert source.query("SELECT status, amount, closed_on, created_on FROM opportunities ORDER BY 3") == [
        ("won", 2000, date(2024, 3, 1), None),
        ("won", -500, date(2024, 3, 5), None),
    ]
    assert source.query("SELECT rep_id, node FROM reps") == [("Ann", "company")]


def test_of_orders_alone_no_win_rate_is_told(source):
    source.file("orders.csv", "no,rep,day,sum\n1,Ann,2024-03-01,20\n2,Ann,2024-03-05,-5\n")
    source.file(
        "mapping.toml",
        '[orders]\nfile = "orders.csv"\ncolumns = { order_id = "no", rep_id = "rep", ordered_on = "day", amount = "sum" }\n',
    )
    source.load()
    asked = Query(kpis=("won_count", "win_rate", "win_rate_value", "average_deal"))
    with Dataset.open(source.data) as data:
        (found,) = run(asked, data, FiscalCalendar()).rows
    assert found == (2, None, None, 750)


def test_a_header_without_rows_is_said(source):
    with pytest.raises(BadInput, match="a header and no row"):
        source.deals().load()


def test_the_reason_is_said_when_every_row_is_set_aside(source):
    with pytest.raises(
        BadInput, match=r"Every row is set aside.*created_on is not a date \(first in deals.csv, row 2\)"
    ):
        source.deals("D1,Ann,Acme,Pump,Won,100,soon,2024-02-03").load()


@pytest.mark.parametrize("word", ["NaT", "None", "n/a", " NULL "])
def test_a_word_that_means_nothing_is_told_as_it_stands(source, word):
    source.deals(WON, f"X,Ann,Acme,Pump,Won,5,2024-02-04,{word}").load()
    assert source.query("SELECT field, reason, value FROM rejected") == [
        ("closed_on", "is missing, though it is won or lost", word)
    ]


def test_a_needed_value_that_is_a_word_for_nothing_is_told_as_it_stands(source):
    source.mapping(options='missing = ["-"]').deals(WON, "-,Ann,Acme,Pump,Won,5,2024-02-04,2024-02-05").load()
    assert source.query("SELECT field, reason, value FROM rejected") == [
        ("opportunity_id", "is missing", "-")
    ]
