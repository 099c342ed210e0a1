"""Files as people have them: each gives one clear message or a counted row, never a wrong number in silence."""

import datetime as dt
import gzip
import io
import re
import zipfile

import pytest

from salesnb.crm.csv_format import LONGEST_LINE, bounded_lines
from salesnb.errors import BadInput, Damaged

# Every test imports data.
pytestmark = pytest.mark.slow


openpyxl = pytest.importorskip("openpyxl")

WON = "D1,Ann,Acme,Pump,Won,100,2024-01-02,2024-02-03"
LOST = "D2,Bob,Acme,Valve,Lost,0,2024-01-05,2024-02-10"
HEADER = ("id", "rep", "account", "product", "stage", "value", "created", "closed")
CELLS = (
    ("D1", "Ann", "Acme", "Pump", "Won", 100, dt.datetime(2024, 1, 2), dt.datetime(2024, 2, 3)),
    ("D2", "Bob", "Acme", "Valve", "Lost", 0, dt.datetime(2024, 1, 5), dt.datetime(2024, 2, 10)),
    ("D3", "Ann", "Beta", "Pump", "Open", None, dt.datetime(2024, 2, 1), None),
)


def said(report, *words):
    """Whether one notice holds all the words."""
    return any(all(word in notice for word in words) for notice in report.notices)


def sheet(source, change=lambda _sheet: None, rows=(HEADER, *CELLS)):
    """Put the deals into a workbook, changed in one place."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book.active)
    book.save(source.folder / "deals.xlsx")
    text = (source.folder / "mapping.toml").read_text().replace("deals.csv", "deals.xlsx")
    return source.file("mapping.toml", text)


def test_a_header_and_no_row(source):
    with pytest.raises(BadInput, match="There is a header and no row"):
        source.deals().load()


def test_a_header_that_stands_twice_is_set_aside_in_every_table(source):
    source.deals(",".join(HEADER), WON, LOST).file(
        "reps.csv", "rep,team,region\nrep,team,region\nAnn,Alps,South\n"
    )
    report = source.load()
    assert source.counts(report)[:3] == (3, 2, 1)
    assert source.counts(report, "reps")[:3] == (2, 1, 1)
    assert [row[:5] for row in source.rejected()] == [
        ("opportunities", "deals.csv", "2", "", "repeats the header"),
        ("reps", "reps.csv", "2", "", "repeats the header"),
    ]


@pytest.mark.parametrize(
    "word", ["Total", "grand total", "Grand Totals (2 records)", "Subtotal", "Gesamtsumme"]
)
def test_a_row_of_totals_is_no_deal(source, word):
    report = source.deals(WON, LOST, f"{word},,,,,100,,", f"{WON.replace('D1', 'Total')}").load()
    assert source.counts(report)[:3] == (4, 3, 1)
    assert source.rejected()[0][2:] == ("4", "", "looks like a total of other rows", word)


def test_a_row_of_totals_is_no_rep(source):
    source.file("reps.csv", "rep,team,region\nAnn,Alps,South\nTotal,,\nBob Total,,\n")
    assert source.counts(source.load(), "reps")[:3] == (3, 2, 1)


def test_titles_above_the_header_are_no_columns(source):
    with pytest.raises(BadInput, match="Column 'id' is not in deals.csv"):
        source.file("deals.csv", f"Export of March\n{','.join(HEADER)}\n{WON}\n").load()


def test_of_a_column_that_stands_twice_the_first_counts_and_it_is_said(source):
    source.deals(WON + ",7", LOST + ",7", header=",".join((*HEADER, "Value")))
    report = source.load()
    assert said(report, "'Value' heads more than one column; this one is called 'Value_2'")
    assert source.query("SELECT amount FROM opportunities WHERE opportunity_id = 'D1'") == [(10000,)]


def test_a_header_whose_quote_is_never_closed(source):
    with pytest.raises(BadInput, match="A quote in the header is never closed"):
        source.deals(WON, LOST, header=",".join(HEADER[:-1]) + ',"closed').load()


@pytest.mark.parametrize(
    "content", [gzip.compress(b"id,rep\n" * 9, mtime=0), b"PK\x03\x04\0\0\0", b"id\0,rep\nx,y\n"]
)
def test_a_file_that_is_not_text(source, content):
    with pytest.raises(Damaged, match="deals.csv: It is not a text file"):
        source.file("deals.csv", content).load()


def test_more_columns_than_the_engine_holds_are_refused_in_words(source):
    header = ",".join((*HEADER, *(f"x{place}" for place in range(600))))
    with pytest.raises(BadInput, match="It has 608 columns; 600 are the most that can be read"):
        source.deals(header=header).load()


def test_a_header_that_is_a_text_of_its_own_is_refused_in_words(source):
    with pytest.raises(BadInput, match="A header is longer than 1,000 characters: 'xxx"):
        source.deals(WON, header="x" * 3_000_000).load()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("beyond", range(-2, 3))
def test_of_a_line_without_end_only_the_begin_is_held_in_memory(end, beyond):
    text = f"a{end}{'x' * (LONGEST_LINE + beyond)}{end}b{end}"
    lines = list(bounded_lines(io.StringIO(text, newline="")))
    assert [line.rstrip() for line in (lines[0], lines[-1])] == ["a", "b"]
    assert len(lines) == 3
    assert len(lines[1]) <= LONGEST_LINE


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04and so on", "a workbook or a zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old workbook"),
        (gzip.compress(b"id,rep\n", mtime=0), "packed with gzip"),
        (b"\n<!DOCTYPE html><html>", "a web page"),
        (b"<html><table>", "a web page"),
    ],
)
def test_what_a_text_really_is_is_said(source, content, what):
    with pytest.raises(Damaged, match=f"It is not a text file but {what}"):
        source.file("deals.csv", content).load()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html><table></table></html>", "it is a web page"),
        (b"id,rep\n1,Ann\n", "it looks like a text"),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
    ],
)
@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_why_a_workbook_is_none_is_said(source, content, why, ending):
    source.file(f"deals.{ending}", content)
    text = (source.folder / "mapping.toml").read_text().replace("deals.csv", f"deals.{ending}")
    with pytest.raises(Damaged, match=f"cannot be read as a spreadsheet: .*{why}"):
        source.file("mapping.toml", text).load()


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("latin-99", "There is no encoding"),
        ("base64", "There is no encoding"),
        ("idna", "not written in idna"),
        ("utf-16", "not written in utf-16"),
    ],
)
def test_an_encoding_that_cannot_be_meant(source, encoding, message):
    source.mapping(options=f'encoding = "{encoding}"')
    with pytest.raises(BadInput, match=message):
        source.load()


def test_characters_that_are_not_in_the_encoding_named_are_counted(source):
    source.mapping(options='encoding = "ascii"')
    assert said(source.deals(WON.replace("Acme", "Äcme"), LOST).load(), "2 characters are not ascii")


def test_two_encodings_in_one_file_are_both_read_and_said(source):
    source.file("accounts.csv", "account\nJürg\nAcmé\n")
    rows = f"{','.join(HEADER)}\n{WON}\n".replace("Acme", "Acmé").encode() + LOST.replace(
        "Acme", "Jürg"
    ).encode("cp1252")
    report = source.file("deals.csv", rows).load()
    assert said(report, "1 character is not UTF-8 and read as Windows-1252")
    assert source.query("SELECT account_id FROM opportunities ORDER BY 1") == [("Acmé",), ("Jürg",)]


@pytest.mark.parametrize("delimiter", ['\\"', "\\n", "\\r", ",,", ""])
def test_a_delimiter_that_cannot_be_one(source, delimiter):
    source.mapping(options=f'delimiter = "{delimiter}"')
    with pytest.raises(BadInput, match="A delimiter is one character"):
        source.load()


def test_a_field_that_is_too_long_costs_its_row_only(source):
    rows = (WON, LOST.replace("Bob", "x" * 1_100_000), '"D4\n",Ann,Acme,Pump,Open,,2024-02-01,')
    report = source.deals(*rows).load()
    assert source.counts(report)[:3] == (3, 2, 1)
    assert source.rejected()[0][2:5] == ("3", "", "is longer than 1,000,000 characters")


def test_a_carriage_return_inside_a_cell_ends_no_row(source):
    rows = (WON, LOST.replace("D2", '"D\r2"'), 'D3,Ann,Acme,Pump,Open,"t\ren",2024-01-02,', 'x\ry,"a\rb"')
    report = source.deals(*rows).load()
    assert source.counts(report)[:3] == (5, 2, 3)
    assert source.query("SELECT opportunity_id FROM opportunities ORDER BY source_row") == [("D1",), ("D 2",)]
    assert [row[5] for row in source.rejected()] == ["t en", "x", "y,a b"]


def test_leading_zeros_of_ids_stay(source):
    source.deals(WON.replace("D1", "007"), LOST.replace("D2", "7")).load()
    assert source.query("SELECT opportunity_id FROM opportunities ORDER BY 1") == [("007",), ("7",)]


@pytest.mark.parametrize("word", ["NaT", "None", "n/a", "nan", "NULL", "#REF!", "#N/A", "-"])
def test_a_word_for_nothing_is_never_a_number_and_is_said_of_a_key(source, word):
    row = f"D3,{word},Acme,Pump,Won,{word},2024-01-02,2024-02-03"
    source.file("reps.csv", f"rep,team,region\nAnn,Alps,South\n{word},Alps,South\n")
    report = source.deals(WON, LOST, row).load()
    assert said(report, "rep_id is a word such as 'None'", "reps.csv, row 3")
    if word == "#REF!":
        assert source.rejected()[0][2:] == ("4", "amount", "is not an amount", "#REF!")
    else:
        assert source.query("SELECT amount FROM opportunities WHERE opportunity_id = 'D3'") == [(None,)]
        assert said(report, "amount is missing, though it is won", "row 4")


def test_a_mapping_for_another_file_names_the_column(source):
    with pytest.raises(BadInput, match=r"Column 'id' is not in deals.csv. Known: a, b, c"):
        source.file("deals.csv", "a,b,c\n1,2,3\n").load()


def test_words_for_won_and_lost_that_never_occur_are_said_with_those_that_do(source):
    report = source.deals(WON.replace("Won", "Gewonnen"), LOST.replace("Lost", "Verloren")).load()
    assert said(report, "no row is won or lost", "'Gewonnen', 'Verloren'", "[opportunities.status]")
    assert said(source.deals(WON, LOST.replace("Lost", "Verloren")).load(), "no row is lost")
    assert not said(source.deals(WON, LOST).load(), "no row is")


def test_probabilities_that_look_wrong_are_said(source):
    header = ",".join((*HEADER, "chance"))

    def notices(*rows):
        return source.deals(*rows, header=header).load()

    source.mapping(more=', probability = { column = "chance", scale = 0.01 }')
    assert said(notices(f"{WON},1", f"{LOST},0.75"), "no probability is above 1 %", "scale")
    whole = notices(f"{WON},100", f"{LOST},0.75", "D3,Ann,Acme,Pump,Open,1,2024-01-02,,100")
    assert not said(whole, "no probability")
    assert said(whole, "1 deal is open with a probability of 100 %", "[opportunities.status]")


def test_one_slip_in_a_date_does_not_move_everything_in_silence(source):
    report = source.deals(WON, LOST, "D3,Ann,Acme,Pump,Won,1,2024-01-02,2098-01-01").load()
    assert said(report, "2098-01-01, lies far from the others")
    assert not said(source.deals(WON, LOST).load(), "lies far")


def test_two_slips_in_one_deal_do_not_bear_each_other_out(source):
    slip = WON.replace("D1", "D9").replace("2024-", "2062-")
    assert said(source.deals(WON, LOST, slip).load(), "lies far from the others")


ORG = '[org]\nfile = "org.csv"\ncolumns = { node = "id", parent = "up" }'


@pytest.mark.parametrize("rows", ["a,a\n", "a,b\nb,c\nc,a\n", "a,\nb,c\nc,b\n"])
def test_an_organisation_in_a_circle(source, rows):
    source.mapping(sections=ORG).file("org.csv", f"id,up\n{rows}")
    with pytest.raises(BadInput, match="its parents go in a circle"):
        source.load()


@pytest.mark.parametrize("share", ["1.2", "120%", "60", "-0.1", "half"])
def test_a_share_that_is_none(source, share):
    columns = '{ rep_id = "rep", node = "node", share = "share" }'
    source.mapping(sections=f'[memberships]\nfile = "m.csv"\ncolumns = {columns}')
    report = source.file("m.csv", f"rep,node,share\nAnn,South,{share}\n").load()
    assert source.counts(report, "memberships")[:3] == (1, 0, 1)


# Spreadsheets


def test_merged_cells_are_said_and_the_rows_under_them_are_counted(source):
    report = sheet(source, lambda page: page.merge_cells("B2:B3")).load()
    assert said(report, "deals.xlsx: 1 cell is merged over several")
    assert said(report, "rep_id is missing", "row 3")


def test_formulas_that_nobody_calculated_are_said(source):
    def change(page):
        page["F2"] = "=50+50"
        page["F4"] = "=F2*2"

    report = sheet(source, change).load()
    assert said(report, "2 cells are formulas without a value", "open the file, save it")
    assert source.query("SELECT amount FROM opportunities WHERE opportunity_id = 'D1'") == [(None,)]


def test_errors_of_a_spreadsheet_are_said(source):
    def change(page):
        for place in ("B2", "F2", "F4"):
            page[place] = "#REF!"
            page[place].data_type = "e"

    report = sheet(source, change).load()
    assert said(report, "3 cells are errors such as #REF!")
    assert said(report, "rep_id is missing", "row 2")


def test_numbers_that_are_shown_with_leading_zeros_are_read_without_and_it_is_said(source):
    def change(page):
        page["A2"], page["A3"] = 7, "0008"
        page["A2"].number_format = "00000"

    report = sheet(source, change).load()
    assert said(report, "leading zeros that they do not have")
    assert source.query("SELECT opportunity_id FROM opportunities ORDER BY source_row") == [
        ("7",),
        ("0008",),
        ("D3",),
    ]


def test_ids_of_more_digits_than_a_spreadsheet_keeps_are_said(source):
    def change(page):
        page["A2"] = 12345678901234567

    report = sheet(source, change).load()
    assert said(report, "1 row has a number of more than 15 digits")
    assert source.query("SELECT opportunity_id FROM opportunities WHERE source_row = 2") == [
        ("12345678901234570",)
    ]


def test_dates_that_are_text_are_read_or_set_aside(source):
    def change(page):
        page["G2"], page["G3"], page["G4"] = "2024-01-02", "2 Jan 2024", "'2024-01-02"

    report = sheet(source, change).load()
    assert source.counts(report)[:3] == (3, 1, 2)
    assert {row[4] for row in source.rejected()} == {"is not a date"}


@pytest.mark.parametrize("place", ["XFD1048576", "AX1048576"])
def test_a_cell_far_from_the_table_is_refused_before_the_memory_is_filled(source, place):
    with pytest.raises(BadInput, match=r"reach to row 1,048,576 .* too far"):
        sheet(source, lambda page: page.__setitem__(place, "x")).load()


@pytest.mark.slow
def test_a_long_and_thin_sheet_is_read(source):
    report = sheet(source, lambda page: page.__setitem__("A1048576", "D9")).load()
    assert source.counts(report)[:3] == (4, 4, 0)


def test_a_workbook_that_is_named_as_text(source):
    sheet(source)
    (source.folder / "deals.xlsx").rename(source.folder / "deals.csv")
    with pytest.raises(Damaged, match="It is not a text file"):
        source.mapping().load()


@pytest.mark.parametrize("content", [b"", b"id,rep\n", b"<html><table></table></html>"])
@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods", "xlsb"])
def test_what_is_named_a_workbook_and_is_none(source, content, ending):
    source.file(f"deals.{ending}", content)
    text = (source.folder / "mapping.toml").read_text().replace("deals.csv", f"deals.{ending}")
    with pytest.raises(Damaged, match="cannot be read as a spreadsheet"):
        source.file("mapping.toml", text).load()


def test_a_workbook_without_any_sheet(source):
    sheet(source)
    whole = source.folder / "whole.xlsx"
    (source.folder / "deals.xlsx").rename(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(source.folder / "deals.xlsx", "w") as new:
        for part in old.infolist():
            new.writestr(part, re.sub(rb"<sheet .*?/>", b"", old.read(part)))
    with pytest.raises(Damaged, match=r"deals\.xlsx: It has no sheet"):
        source.load()


def test_a_sheet_without_anything(source):
    with pytest.raises(BadInput, match="It has no header"):
        sheet(source, rows=()).load()


THOUSANDS = (
    "D1,Ann,Acme,Pump,Won,12.345,2024-01-02,2024-02-03",
    "D2,Bob,Acme,Valve,Won,950,2024-01-05,2024-02-10",
)


def test_where_every_point_has_three_digits_after_it_they_are_thousands(source):
    report = source.deals(*THOUSANDS).load()
    assert source.query("SELECT amount FROM opportunities ORDER BY 1") == [(95_000,), (1_234_500,)]
    assert said(report, "value has values such as '12.345', read as thousands", "Set decimal")


@pytest.mark.parametrize(("other", "currency"), [("0.125", "USD"), ("1200", "USD"), ("950", "KWD")])
def test_three_decimals_stay_decimals_where_something_speaks_against_thousands(source, other, currency):
    first, second = THOUSANDS
    report = source.deals(first, second.replace("950", other)).load(currency=currency)
    assert max(source.query("SELECT amount FROM opportunities"))[0] < 1_000_000
    assert said(report, "read as decimals", "Set decimal") or currency == "KWD"


def test_amounts_in_one_other_currency_say_how_to_set_it_or_give_rates(source):
    source.deals(f"{WON},EUR", f"{LOST},EUR", header=f"{','.join(HEADER)},cur").mapping(
        more=', currency = "cur"'
    )
    with pytest.raises(BadInput, match="Every amount is in EUR, and the workspace is in USD") as refused:
        source.load()
    assert 'Set currency = "EUR" in salesnb.toml' in str(refused.value)
    source.file("rates.csv", "currency,valid_from,rate\nEUR,2020-01-01,1.1\n").load()
    assert source.query("SELECT max(amount) FROM opportunities") == [(11_000,)]


def test_a_guess_looks_past_a_quote_that_is_never_closed(tmp_path):
    from salesnb.crm.csv_format import read_head

    lines = ["id,name,amount", *(f'{n},"Deal, {n}",5' for n in range(30))]
    lines[3] = lines[3].replace('2",5', "2,5")
    path = tmp_path / "deals.csv"
    path.write_text("\n".join(lines) + "\n")
    head = read_head(path)
    assert len(head) == 31
    assert {len(row) for place, row in enumerate(head) if place != 3} == {3}
