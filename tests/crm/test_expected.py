"""Reports as people download them: which column is what, what is a row, how amounts and dates are written."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from vendor_files import API, DEALS, REPORT

from salesnb.crm.expected import Expected, Wanted, id_key, read_expected
from salesnb.errors import BadInput, MissingFile, UnknownName

# Every test imports data.
pytestmark = pytest.mark.slow


def read(path: Path, text: str | bytes, **wanted: Any) -> Expected:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    settings: dict[str, Any] = {"kpi": "won_amount", "currency": "USD", "digits": 2}
    return read_expected(path, Wanted(**settings | wanted))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.csv"


def columns(found: Expected) -> dict[str, str]:
    return {column.ours: column.theirs for column in found.columns}


def test_a_salesforce_report_is_read_without_its_footer(path: Path) -> None:
    found = read(path, REPORT)
    assert {name: columns(found)[name] for name in ("opportunity_id", "amount", "closed_on", "rep_id")} == {
        "opportunity_id": "Opportunity ID", "amount": "Amount", "closed_on": "Close Date",
        "rep_id": "Opportunity Owner",
    }  # fmt: skip
    assert [(deal.row, deal.status, deal.amount, deal.closed_on) for deal in found.deals] == [
        (2, "won", 100_050, date(2024, 3, 31)),
        (3, "lost", 20_000, date(2024, 4, 2)),
        (4, "open", 30_000, date(2024, 6, 30)),
        (5, "won", 5_000, date(2024, 3, 1)),
    ]


def test_api_names_tell_won_and_lost_by_their_flags(path: Path) -> None:
    text = (
        next(text for name, text in API.items() if name.startswith("Opportunity."))
        if isinstance(API, dict)
        else API
    )
    found = read(path, text)
    assert columns(found)["opportunity_id"] == "Id"
    assert {deal.status for deal in found.deals} == {"won", "lost", "open"}
    assert any("told by 'IsWon' and 'IsClosed'" in said for said in found.notices)


def test_hubspots_export_is_read_by_its_stages(path: Path) -> None:
    found = read(path, DEALS)
    assert (columns(found)["opportunity_id"], columns(found)["name"]) == ("Record ID", "Deal Name")
    assert [deal.status for deal in found.deals] == ["won", "lost", "open", "won"]


def test_our_own_rows_are_read_by_what_each_adds(path: Path) -> None:
    found = read(
        path,
        "opportunity_id,name,stage,status,created_on,closed_on,expected_close_on,amount,expected_amount,won_amount\n"
        "1,A,Won,won,2024-01-01,2024-02-01,,10.00,12.00,6.00\n",
    )
    assert (columns(found)["amount"], columns(found)["status"]) == ("won_amount", "status")
    assert (found.deals[0].amount, found.deals[0].closed_on) == (600, date(2024, 2, 1))


def test_the_expected_amount_of_a_pipeline_is_never_salesforces_weighted_one(path: Path) -> None:
    text = "Opportunity ID,Amount,Expected Revenue\n1,100,50\n2,80,8\n"
    for amount in ("amount", "expected_amount"):
        assert columns(read(path, text, amount=amount))["amount"] == "Amount"


def test_titles_and_totals_around_the_table_are_no_deals(path: Path) -> None:
    found = read(
        path,
        'Won in Q1,,\n,,\nDeal ID,Deal Name,Amount\n1,A,"1,000.50"\n2,B,(5)\nSubtotal,,995.50\nGrand Total,,"995.50"\n',
    )
    assert [(deal.row, deal.amount) for deal in found.deals] == [(4, 100_050), (5, -500)]
    assert "2 rows of totals are left out: 995.50 in row 7; it is the sum of the rows." in found.notices
    wrong = read(path, "Deal ID,Deal Name,Amount\n1,A,10\n2,B,20\nTotal,,40\n")
    assert any("the rows do not add up to it" in said for said in wrong.notices)


def test_a_deal_whose_name_begins_with_total_is_a_deal(path: Path) -> None:
    found = read(path, "Deal Name,Deal ID,Amount\nTotal Energies renewal,7,10\nTotal,,10\n")
    assert [deal.name for deal in found.deals] == ["Total Energies renewal"]


def test_an_amount_that_cannot_be_read_is_named_with_its_row(path: Path) -> None:
    found = read(path, "Deal ID,Amount\n1,10\n2,tbd\n3,-\n4,1.2k\n")
    assert [(deal.amount, deal.unreadable) for deal in found.deals] == [
        (1_000, ""), (None, "tbd"), (None, ""), (120_000, ""),
    ]  # fmt: skip
    assert "The amount cannot be read and counts as nothing in row 3 ('tbd')." in found.notices


def test_decimal_commas_and_days_first_are_seen_and_said(path: Path) -> None:
    found = read(path, "Deal ID;Amount;Close Date\n1;1.200,50;31.03.2024\n2;900;01.04.2024\n", locale="de_DE")
    assert [(deal.amount, deal.closed_on) for deal in found.deals] == [
        (120_050, date(2024, 3, 31)), (90_000, date(2024, 4, 1)),
    ]  # fmt: skip
    assert any("decimal comma" in said for said in found.notices)


def test_of_two_amounts_the_converted_one_is_taken_and_that_is_said(path: Path) -> None:
    text = "Opportunity ID,Amount Currency,Amount,Amount (converted) Currency,Amount (converted)\n1,EUR,100,USD,120\n2,USD,50,USD,50\n"
    found = read(path, text)
    assert (columns(found)["amount"], found.deals[0].amount) == ("Amount (converted)", 12_000)
    assert any("'Amount (converted)' is taken, not 'Amount'" in said for said in found.notices)
    given = read(path, text, columns={"amount": "amount"})
    assert (given.deals[0].amount, [deal.currency for deal in given.deals]) == (10_000, ["", ""])
    named = read(path, text, columns={"amount": "Amount", "currency": "Amount Currency"})
    assert [deal.currency for deal in named.deals] == ["EUR", ""]


def test_the_currency_of_a_deal_is_that_of_its_column_or_of_its_text(path: Path) -> None:
    hub = read(path, "Record ID,Amount,Currency\n1,100,EUR\n2,50,USD\n")
    assert [deal.currency for deal in hub.deals] == ["EUR", ""]
    company = read(path, "Record ID,Amount in company currency,Currency\n1,120,EUR\n2,50,USD\n")
    assert [(deal.currency, deal.original_currency) for deal in company.deals] == [("", "EUR"), ("", "")]
    text = read(path, 'Record ID,Amount\n1,"EUR 1,100.00"\n2,USD 50.00\n')
    assert [(deal.currency, deal.amount) for deal in text.deals] == [("EUR", 110_000), ("", 5_000)]


def test_a_column_of_known_ids_is_the_id_whatever_it_is_called(path: Path) -> None:
    found = read(
        path, "Nr,Deal,Ref,Amount\n1,A,X-1,10\n2,B,X-2,20\n", known_ids=frozenset({"X-1", "X-2", "X-3"})
    )
    assert columns(found)["opportunity_id"] == "Ref"


def test_columns_named_by_hand_win_and_none_takes_one_away(path: Path) -> None:
    text = "Deal ID,Deal Name,Amount,Net\n1,A,10,8\n2,B,20,16\n"
    found = read(path, text, columns={"amount": "net", "opportunity_id": ""})
    assert (columns(found).get("opportunity_id"), found.deals[0].amount) == (None, 800)
    with pytest.raises(UnknownName, match="no column 'Nett'"):
        read(path, text, columns={"amount": "Nett"})
    with pytest.raises(UnknownName, match="no 'ammount'"):
        read(path, text, columns={"ammount": "Net"})


def test_a_workbook_is_read_by_the_sheet_that_tells_of_deals(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Notes"])
    sheet = book.create_sheet("Deals")
    for cells in (
        ["Won deals"],
        [],
        ["Deal ID", "Deal Name", "Amount", "Close Date"],
        [1, "A", 10.5, date(2024, 1, 2)],
        [2, "B", 20, date(2024, 1, 3)],
        ["Total", None, 30.5, None],
    ):
        sheet.append(cells)
    path = tmp_path / "report.xlsx"
    book.save(path)
    found = read_expected(path, Wanted(kpi="won_amount", currency="USD", digits=2))
    assert [(deal.opportunity_id, deal.amount, deal.closed_on) for deal in found.deals] == [
        ("1", 1_050, date(2024, 1, 2)),
        ("2", 2_000, date(2024, 1, 3)),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Deal ID,Deal Name\n1,A\n", "No column is an amount"),
        ("Amount,Stage\n1,Won\n2,Lost\n", "No column says which deal a row is"),
        ("Deal ID,Amount\n", "no row"),
        ("", "."),
    ],
)
def test_a_report_that_cannot_be_compared_is_refused_with_what_to_do(
    path: Path, text: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        read(path, text)


def test_a_report_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="no gone.csv"):
        read_expected(tmp_path / "gone.csv", Wanted(kpi="won_amount", currency="USD", digits=2))


def test_eighteen_characters_that_do_not_check_stay_as_they_are() -> None:
    assert id_key("006A00000000001IAA") == "006A00000000001"
    assert id_key("006A00000000001ZZZ") == "006A00000000001ZZZ"
