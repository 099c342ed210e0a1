"""Whatever a file is written in."""

import datetime

import pytest

# Every test imports data.
pytestmark = pytest.mark.slow


ROW = "D1,Ann,Äcme,Pump,Won,{value},{created},{closed}"
WON = ("SELECT amount, created_on, closed_on, account_id FROM opportunities ORDER BY opportunity_id LIMIT 1",)


def told(report, words):
    return any(words in notice for notice in report.notices)


def text(value="100.50", created="2024-01-02", closed="2024-02-03", end="\n"):
    row = ROW.format(value=value, created=created, closed=closed)
    return f"id,rep,account,product,stage,value,created,closed{end}{row}{end}"


def check(source, report, amount=10050):
    assert source.counts(report)[:3] == (1, 1, 0)
    day = datetime.date
    assert source.query(WON[0]) == [(amount, day(2024, 1, 2), day(2024, 2, 3), "Äcme")]


@pytest.fixture
def source(source):
    return source.file("accounts.csv", "account\nÄcme\n")


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_encodings_are_detected_and_said(source, encoding, said):
    report = source.file("deals.csv", text().encode(encoding)).load()
    check(source, report)
    assert told(report, said) is True


def test_a_file_put_together_from_two_encodings_is_read_in_both(source):
    """Taken whole for Windows-1252, the first name would become MÃ¼ller."""
    header, row = text().splitlines()
    lines = (
        header.encode(),
        row.replace("D1,Ann", "D1,Müller").encode(),
        row.replace("D1,Ann", "D2,Zoë").encode("cp1252"),
    )
    source.file("deals.csv", b"\n".join((*lines, b""))).file(
        "reps.csv", "rep,team,region\nMüller,A,B\nZoë,A,B\n"
    )
    report = source.load()
    assert told(report, "2 characters are not UTF-8 and read as Windows-1252")
    assert source.query("SELECT rep_id, account_id FROM opportunities ORDER BY 1") == [
        ("Müller", "Äcme"),
        ("Zoë", "Äcme"),
    ]


def test_headers_that_stand_twice_are_said(source):
    source.file("deals.csv", text().replace("closed\n", "closed,id\n").replace("-03\n", "-03,9\n"))
    report = source.load()
    check(source, report)
    assert told(report, "'id' heads more than one column; this one is called 'id_2'")


@pytest.mark.parametrize("word", ["NaT", "None", "n/a", "#N/A", "null", "NULL", "nan", "-", "–"])
def test_words_for_nothing_are_nothing_where_a_date_or_number_stands(source, word):
    report = source.file("deals.csv", text(value=word, created=word)).load()
    assert source.counts(report)[:3] == (1, 1, 0)
    assert source.query("SELECT amount, created_on FROM opportunities") == [(None, None)]


def test_a_name_may_be_a_word_for_nothing_elsewhere(source):
    source.file("deals.csv", text().replace("Äcme", "NA")).file("accounts.csv", "account\nNA\n").load()
    assert source.query("SELECT account_id FROM opportunities") == [("NA",)]


def test_an_encoding_can_be_given(source):
    source.mapping(options='encoding = "latin-1"')
    check(source, source.file("deals.csv", text().encode("latin-1")).load())


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_read(source, end):
    check(source, source.file("deals.csv", text(end=end)).load())


@pytest.mark.parametrize(("delimiter", "said"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_delimiters_are_detected_and_said(source, delimiter, said):
    report = source.file("deals.csv", text().replace(",", delimiter)).load()
    check(source, report)
    assert told(report, said)


def test_a_decimal_comma_is_detected_and_said(source):
    report = source.file("deals.csv", text(value="1.100#50").replace(",", ";").replace("#", ",")).load()
    check(source, report, amount=110050)
    assert told(report, "decimal comma")


def test_a_point_among_decimal_commas_is_not_read_as_ten_times_as_much(source):
    rows = "".join(
        f"D{i};Ann;Äcme;Pump;Won;{value};2024-01-02;2024-02-03\n"
        for i, value in enumerate(["1.5", "3,25"], 2)
    )
    report = source.file("deals.csv", text(value="7#25").replace(",", ";").replace("#", ",") + rows).load()
    assert source.counts(report)[:3] == (3, 2, 1)
    assert source.rejected()[0][5] == "1.5"


@pytest.mark.parametrize(
    ("created", "closed", "said"),
    [
        ("01/02/2024", "02/03/2024", ""),
        ("1/2/2024 10:30", "2/3/2024 08:00", ""),
        ("2024/01/02", "2024/02/03", "year/month/day"),
        ("20240102", "20240203", "without separators"),
        ("2-Jan-24", "3-Feb-24", "name of the month"),
        ("Jan 2, 2024", "Feb 3, 2024", "name of the month"),
        ("2024-01-02T23:59:59", "2024-02-03 00:00", ""),
    ],
)
def test_dates_are_detected(source, created, closed, said):
    row = text(created=f'"{created}"', closed=f'"{closed}"')
    report = source.file("deals.csv", row).load()
    check(source, report)
    assert told(report, said)


def test_doubt_about_day_and_month_is_said(source):
    assert told(
        source.file("deals.csv", text(created="01/02/2024", closed="02/03/2024")).load(), "set date_order"
    )


def test_one_column_settles_the_order_of_another(source):
    rows = text(created="02/01/2024", closed="03/02/2024") + "D2,Ann,Äcme,Pump,Won,1,05/01/2024,28/02/2024\n"
    report = source.file("deals.csv", rows).load()
    assert source.query(WON[0])[0][1:3] == (datetime.date(2024, 1, 2), datetime.date(2024, 2, 3))
    assert told(report, "created is read as day, month, year")


def test_moments_become_dates_in_the_workspaces_time_zone(source):
    source.file("deals.csv", text(created="2024-01-01T23:30:00Z", closed="2024-02-02T23:30:00.000+0000"))
    report = source.load(time_zone="Europe/Berlin")
    check(source, report)
    assert told(report, "Europe/Berlin")


def test_a_format_and_a_time_zone_can_be_given(source):
    rule = '{ column = "created", format = "%d.%m.%Y %H:%M", time_zone = "America/New_York" }'
    mapping = (
        (source.folder / "mapping.toml").read_text().replace('created_on = "created"', f"created_on = {rule}")
    )
    source.file("mapping.toml", mapping).file("deals.csv", text(created="01.01.2024 22:00"))
    check(source, source.load())


def test_a_scale_turns_per_cent_into_a_probability(source):
    source.mapping(more=', probability = { column = "p", scale = 0.01 }')
    source.file(
        "deals.csv", text().replace("closed\n", "closed,p\n").replace("2024-02-03\n", "2024-02-03,45\n")
    )
    source.load()
    assert source.query("SELECT probability FROM opportunities") == [(0.45,)]


def test_a_probability_beyond_one_is_set_aside(source):
    source.mapping(more=', probability = "p"')
    source.file(
        "deals.csv", text().replace("closed\n", "closed,p\n").replace("2024-02-03\n", "2024-02-03,45\n")
    )
    source.load(as_of=datetime.date(2024, 3, 1))
    assert source.rejected()[0][3:] == ("probability", "is not between 0 and 1", "45")


def test_lines_above_the_header_and_totals_below_are_left_out(source):
    source.mapping(options='header_row = 3\nskip_rows_matching = "^(Total|Confidential)"')
    report = source.file("deals.csv", "Export\n\n" + text() + "Total,,,,,100.50,,\nConfidential\n").load()
    check(source, report)
    assert source.query("SELECT source_row FROM opportunities") == [(4,)]


def test_a_sign_of_the_workspaces_currency_may_stand_by_an_amount(source):
    check(source, source.file("deals.csv", text(value='"$ 1,100.50"')).load(), amount=110050)


def test_a_sign_of_another_currency_may_not(source):
    source.file("deals.csv", text(value="€5")).load(as_of=datetime.date(2024, 3, 1))
    assert source.rejected()[0][3:5] == ("amount", "is not an amount")
