"""Every figure of a file of quotas is taken, set aside with its reason, or checked as a total."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.calendar import FiscalCalendar
from salesnb.crm.quotas import Directory, Hints, holds_quotas
from salesnb.errors import BadInput, MissingFile, SalesnbError

WIDE = "Rep,2024-01,2024-02,2024-03\nAnn Lee,100,200,300\nRobert Smith,10,,-\n"


def test_months_as_columns_become_a_quota_a_month(read, taken):
    reading = read(WIDE)
    assert taken(reading) == {
        ("1", "2024-01"): 100_00,
        ("1", "2024-02"): 200_00,
        ("1", "2024-03"): 300_00,
        ("2", "2024-01"): 10_00,
    }
    assert (reading.read, reading.rejected) == (4, ())


@pytest.mark.parametrize(
    ("heads", "labels"),
    [
        ("Jan-24,Feb-24,Mar 2024", ["2024-01", "2024-02", "2024-03"]),
        ("01/2024,2/2024,3.2024", ["2024-01", "2024-02", "2024-03"]),
        ("2024-01-01,2024-02-01 00:00:00,2024-03-01", ["2024-01", "2024-02", "2024-03"]),
        ("Q1 2024,Q2 FY24,3Q24", ["2024-Q1", "2024-Q2", "2024-Q3"]),
        ("FY2023,FY2024,FY25", ["2023", "2024", "2025"]),
        ("Quota Jan-24,Quota Feb-24,Quota Mär 2024", ["2024-01", "2024-02", "2024-03"]),
        ("januar 2024,février 2024,marzo 2024", ["2024-01", "2024-02", "2024-03"]),
        ("Jän 24,Feb 24,Mrz 24", ["2024-01", "2024-02", "2024-03"]),
    ],
)
def test_periods_are_read_as_people_write_them(read, heads, labels):
    reading = read(f"Rep,{heads}\nAnn Lee,1,2,3\nRobert Smith,1,2,3\n")
    assert [q.period.label for q in reading.quotas][:3] == labels


@pytest.mark.parametrize(
    ("title", "said"),
    [("Quotas FY2024\n\n", {}), ("", {"year": 2024}), ("", {"name": "quotas_2024.csv"})],
)
def test_months_without_a_year_are_of_the_one_that_stands_elsewhere(read, taken, title, said):
    reading = read(f"{title}Rep,Jan,Feb,Mar\nAnn Lee,1,2,3\n", **said)
    assert list(taken(reading)) == [("1", "2024-01"), ("1", "2024-02"), ("1", "2024-03")]


def test_a_year_of_its_own_column_is_that_of_the_row(read, taken):
    reading = read("Year,EmployeeID,M01,M02,M03\n2023,1,5,6,7\n2024,1,8,9,-\n")
    assert taken(reading) == {
        ("1", "2023-01"): 500, ("1", "2023-02"): 600, ("1", "2023-03"): 700,
        ("1", "2024-01"): 800, ("1", "2024-02"): 900,
    }  # fmt: skip


def test_years_above_the_months_reach_to_the_next_one(read, taken):
    reading = read(",2023,,2024,\nRep,Nov,Dec,Jan,Feb\nAnn Lee,1,2,3,4\n")
    assert list(taken(reading)) == [
        ("1", "2023-11"), ("1", "2023-12"), ("1", "2024-01"), ("1", "2024-02"),
    ]  # fmt: skip


def test_without_any_year_it_asks_for_one(read):
    with pytest.raises(BadInput, match=r"Which year are the quotas for\? 'Jan' does not say.*--year 2024"):
        read("Rep,Jan,Feb,Mar\nAnn Lee,1,2,3\n")


def test_months_by_number_of_a_fiscal_year_start_with_it_and_that_is_said(read, taken):
    reading = read("Quotas FY24\nRep,M01,M02,M03\nAnn Lee,1,2,3\n", start=4)
    assert list(taken(reading)) == [("1", "2023-04"), ("1", "2023-05"), ("1", "2023-06")]
    assert "months by number are read as months of the fiscal year: 1 is its first" in reading.notices[-1]


def test_named_months_of_a_fiscal_year_stay_themselves(read, taken):
    reading = read("Quotas FY24\nRep,Apr,Mar\nAnn Lee,1,2\nRobert Smith,1,2\n", start=4)
    assert list(taken(reading))[:2] == [("1", "2023-04"), ("1", "2024-03")]


def test_a_row_may_name_its_period_owner_kpi_and_currency(read):
    reading = read(
        "Owner,Period,KPI,Quota,Currency\n"
        "Ann Lee,2024-Q1,Won amount,1000,USD\n"
        "Ann Lee,2024-Q1,won_count,12,\n"
        "Ann Lee,2024-Q2,Won amount,1000,EUR\n"
        "Ann Lee,2024-Q3,Steps walked,9,USD\n"
    )
    assert [(q.kpi, q.amount) for q in reading.quotas] == [("won_amount", 1000_00), ("won_count", 12)]
    assert [r.reason for r in reading.rejected] == ["it is in EUR; quotas are in USD", "no KPI is called so"]


@pytest.mark.parametrize(
    ("said", "factor"),
    [
        ("all figures in thousands", 1_000),
        ("Quotas 2024 (k€)", 1_000),
        ("in Mio EUR", 1_000_000),
        ("ours", 1),
    ],
)
def test_the_unit_that_a_title_names_counts_and_is_said(read, said, factor):
    reading = read(f"{said}\n{WIDE}")
    assert reading.quotas[0].amount == 100_00 * factor
    assert any("multiplied" in notice for notice in reading.notices) == (factor > 1)


def test_a_scale_that_is_given_counts_instead(read):
    assert read(f"in thousands\n{WIDE}", scale=10).quotas[0].amount == 100_00 * 10


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("$1,250.50", 1_250_50),
        ('"1 250"', 1_250_00),
        ("1.2k", 1_200_00),
        ("USD 7", 7_00),
        ("1'000", 1_000_00),
    ],
)
def test_amounts_are_read_as_people_write_them(read, text, minor):
    text = text if text.startswith('"') else f'"{text}"'
    assert read(f"Rep,2024-01,2024-02\nAnn Lee,{text},1\n").quotas[0].amount == minor


def test_the_decimal_comma_is_found_from_all_figures_together(read):
    reading = read("Rep;2024-01;2024-02\nAnn Lee;1.200,50;1.200\n", locale="de_DE", currency="EUR")
    assert [q.amount for q in reading.quotas] == [1_200_50, 1_200_00]


@pytest.mark.parametrize("nothing", ["", "-", "–", "n/a", "NaN", "none"])
def test_words_for_nothing_are_no_quota_and_not_zero(read, nothing):
    reading = read(f"Rep,2024-01,2024-02\nAnn Lee,{nothing},0\n")
    assert [(q.period.label, q.amount) for q in reading.quotas] == [("2024-02", 0)]


def test_utf_16_with_tabs_is_read_and_said(read, taken):
    reading = read(WIDE.replace(",", "\t"), encoding="utf-16")
    assert taken(reading)["1", "2024-03"] == 300_00
    assert any("UTF-16" in notice for notice in reading.notices)


def test_several_sheets_are_read_and_those_without_quotas_named(read, taken):
    rows = [["Rep", "Jan", "Feb", "Mar"], ["Ann Lee", 1, 2, 3]]
    other = [["Rep", "Jan", "Feb", "Mar"], ["Zoë Brandt", 4, "-", 6]]
    reading = read({"East 2024": rows, "West 2024": other, "Read me": [["ask Jo"]]}, name="quotas.xlsx")
    assert taken(reading)["5", "2024-03"] == 6_00
    assert len(reading.quotas) == 5
    assert reading.notices == ("quotas.xlsx, Read me: no quotas are found here; it is passed over.",)


def test_a_quota_that_stands_twice_counts_once(read):
    reading = read(f"{WIDE}Ann Lee,1,,\n")
    assert reading.quotas[0].amount == 100_00
    assert reading.rejected[0].reason == "it stands twice, first in row 2 of quotas.csv"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("soon", "it is no number"),
        ("-5", "a quota is zero or more"),
        ("(5)", "a quota is zero or more"),
        ("#REF!", "it is no number"),
    ],
)
def test_what_cannot_be_a_quota_is_set_aside_with_its_place(read, cell, reason):
    reading = read(f"Rep,2024-01,2024-02\nAnn Lee,1,2\nRobert Smith,{cell},3\n")
    (aside,) = reading.rejected
    assert (aside.row, aside.field, aside.reason, aside.value) == (3, "2024-01", reason, cell)
    assert len(reading.quotas) == 3


def test_columns_of_actuals_are_no_quotas_and_are_named(read, taken):
    reading = read("Rep,2024-01,2024-02,2024-03,Actual,Attainment %\nAnn Lee,1,2,3,9,150\n")
    assert len(taken(reading)) == 3
    assert "these columns are no quotas: Actual, Attainment %" in reading.notices[0]


def test_a_column_of_figures_under_no_known_period_is_named(read, taken):
    reading = read("Rep,2024-01,2024-02,Lenz 2024\nAnn Lee,100,200,300\n")
    assert list(taken(reading)) == [("1", "2024-01"), ("1", "2024-02")]
    assert any("no quotas: Lenz 2024" in notice for notice in reading.notices)


@pytest.mark.parametrize(("start", "quarter"), [(1, "Q4"), (4, "Q3")])
def test_a_quarter_without_a_year_is_of_the_year_of_the_months_beside_it(read, start, quarter):
    reading = read(f"Rep,Oct-24,Nov-24,Dec-24,{quarter}\nAnn Lee,1,2,3,7\n", start=start)
    assert [quota.period.label for quota in reading.quotas] == ["2024-10", "2024-11", "2024-12"]
    assert len(reading.disagreements) == 1


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "just words\n"])
def test_a_file_without_quotas_is_refused_with_what_it_needs(read, content):
    with pytest.raises(BadInput, match="No quotas are found.*periods at the head of columns"):
        read(content or "\n")


def test_a_file_that_is_not_there_is_named(company, tmp_path, read):
    from salesnb.calendar import FiscalCalendar
    from salesnb.crm.quotas import Directory, Hints, read_quotas

    with pytest.raises(MissingFile, match="no file gone.csv"):
        read_quotas(tmp_path / "gone.csv", Directory(company), Hints(calendar=FiscalCalendar()))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('Rep,2024-01,2024-02\n"Ann Lee,1,2\n', "row 2: .*a quote is not closed"),
        ("Rep,2024-01,2024-02\nAnn\0Lee,1,2\n", "row 2: .*holds a NUL character"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(read, content, said):
    with pytest.raises(BadInput, match=said):
        read(content)


def test_a_row_is_called_by_its_physical_line(read):
    reading = read('Rep,2024-01,2024-02\n"Ann\nLee",1,2\nRobert Smith,soon,2\n')
    assert [(item.row, item.field) for item in reading.rejected] == [(4, "2024-01")]


def test_a_file_too_large_to_be_filled_in_by_hand_is_refused_unread(read, monkeypatch):
    monkeypatch.setattr("salesnb.crm.csv_rows._MOST_BYTES", 30)
    with pytest.raises(BadInput, match="no more than"):
        read(WIDE)


def test_a_long_text_is_cut_where_it_is_reported(read):
    reading = read(f"Rep,2024-01,2024-02\nAnn Lee,1,2\n{'x' * 5_000},1,2\n")
    assert [len(item.reason) < 300 for item in reading.rejected] == [True, True]


amounts = st.one_of(st.none(), st.integers(0, 10**9))
CELLS = st.sampled_from(["", "-", "7", "7.5", "soon", "-3", "1,000", "$5", "Total", "=1+1", "\u0663"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.lists(amounts, min_size=3, max_size=3), min_size=1, max_size=4))
def test_whatever_is_written_in_cents_comes_back(read, taken, table):
    names = ["Ann Lee", "Robert Smith", "Zoë Brandt", "East"]
    lines = [
        ",".join([name, *("" if a is None else f"{a // 100}.{a % 100:02d}" for a in row)])
        for name, row in zip(names, table, strict=False)
    ]
    text = "\n".join(["Rep,2024-01,2024-02,2024-03", *lines]) + "\n"
    wanted = {
        (owner, f"2024-{month:02d}"): amount
        for owner, row in zip(["1", "2", "5", "East"], table, strict=False)
        for month, amount in enumerate(row, start=1)
        if amount is not None
    }
    assert taken(read(text)) == wanted


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=6))
def test_every_figure_is_taken_or_set_aside_with_a_place_and_a_reason(read, table):
    rows = [f'"{row[0]}",' + ",".join(f'"{cell}"' for cell in row[1:]) for row in table]
    text = "Rep,2024-01,2024-02,2024-03\nAnn Lee,1,2,3\n" + "\n".join(rows) + "\n"
    reading = read(text)
    assert reading.read == len(reading.quotas) + len(reading.rejected)
    assert len(reading.quotas) >= 3
    assert all(item.reason and item.row > 1 and item.field for item in reading.rejected)


PIECES = st.sampled_from(
    [
        "Rep",
        "Ann Lee",
        "2024-01",
        "Feb 2024",
        "Q1",
        "Total",
        "12",
        "1.200,5",
        ",",
        ";",
        "\t",
        '"',
        "\n",
        "\r",
        "\0",
        "é",
    ]
    + ["2023", "FY24", "Quota", "Period", "Owner", "-", "East", "\ufeff", "9" * 40, "%"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES, max_size=60), encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_whatever_a_file_holds_is_read_or_refused_in_words(read, pieces, encoding):
    text = "".join(pieces)
    if encoding == "cp1252":
        text = text.replace("\ufeff", "")
    try:
        reading = read(text, encoding=encoding, year=2024)
    except SalesnbError as error:
        assert error.what
    else:
        assert all(item.reason for item in reading.rejected)


@pytest.mark.parametrize(
    ("cells", "options", "first"),
    [
        (("€ 100.000", "€ 95.000", "90000"), {}, 100_000_00),
        (("100.000", "95.000", "90.000"), {}, 100_000_00),
        (("100,000", "95,000", "90,000"), {"locale": "de_DE"}, 100_000_00),
        (("100.000", "95.5", "90.000"), {}, 100_00),
        (("€ 100.000", "95.5", "90"), {}, 100_000_00),
        (("0.500", "0.250", "0.125"), {}, 50),
        (("23.500", "20.000", "19.500"), {"scale": 1000}, 23_500_00),
        (("100.000", "95.000", "90.000"), {"currency": "KWD"}, 100_000),
    ],
)
def test_three_digits_behind_a_mark_are_thousands_where_money_has_no_three_decimals(
    read, cells, options, first
):
    heads = "Rep;2024-01;2024-02;2024-03\n"
    assert read(f"{heads}Ann Lee;{';'.join(cells)}\n", **options).quotas[0].amount == first


def test_figures_that_are_read_as_thousands_are_named(read):
    said = read("Rep;2024-01;2024-02;2024-03\nAnn Lee;100.000;95.000;90.000\n").notices
    assert said == ("quotas.csv: figures such as '100.000' are read as thousands, not as three decimals.",)


@pytest.mark.parametrize(
    ("title", "cell", "currency", "sign"),
    [
        ("Quotas 2024", "€ 100", "USD", "€"),
        ("Quotas 2024 (in k EUR)", "100", "USD", "EUR"),
        ("Quotas 2024", "$100", "CAD", None),
        ("Quotas 2024, USD", "$100", "USD", None),
        ("Quotas 2024", "$100", "EUR", "$"),
    ],
)
def test_a_currency_that_is_not_the_workspaces_is_named(read, title, cell, currency, sign):
    reading = read(f"{title}\nRep;Jan;Feb;Mar\nAnn Lee;{cell};1;1\n", currency=currency)
    named = [said for said in reading.notices if "stands there" in said]
    assert [said.startswith(f"quotas.csv: {sign} stands there") for said in named] == [True] * (
        sign is not None
    )


DOWN = "Quotas 2024,,,\nMonth,Ann Lee,Robert Smith,Total\nJan,100,10,110\nFeb,200,,200\nMar,300,x,301\nTotal,600,10,611\n"


def test_months_down_and_names_across_are_read_and_told_so(read, taken):
    reading = read(DOWN)
    assert taken(reading) == {
        ("1", "2024-01"): 100_00,
        ("1", "2024-02"): 200_00,
        ("1", "2024-03"): 300_00,
        ("2", "2024-01"): 10_00,
    }
    assert "quotas.csv: periods stand down and names across, and are read so." in reading.notices
    # Rows and columns are those of the file.
    first, last = reading.quotas[0], reading.quotas[-1]
    assert [(q.row, q.column) for q in (first, last)] == [(3, 2), (3, 3)]
    (slip,) = reading.rejected
    assert (slip.row, slip.field, slip.value) == (5, "Robert Smith", "x")
    assert any(told.startswith("quotas.csv, row 5, 4: ") for told in reading.disagreements)


@pytest.mark.parametrize(
    "content",
    [
        "Month,Units,Price\n2024-01,1,2\n2024-02,3,4\n2024-03,3,4\n",
        "Year,Month,Ann Lee,Robert Smith\n2024,Jan,1,2\n2024,Feb,3,4\n2024,Mar,3,4\n",
    ],
)
def test_months_down_are_no_quotas_without_known_names_or_with_years_beside_them(read, content):
    with pytest.raises(BadInput, match="No quotas are found") as refused:
        read(content, year=2024)
    assert "names that are known across" in refused.value.hint


def test_a_name_that_stands_once_above_several_rows_is_to_be_filled_down(read):
    reading = read(
        "Rep,Kind,2024-01,2024-02,2024-03\n,old,1,2,3\nAnn Lee,new,1,2,3\n,old,4,5,6\nRobert Smith,new,1,2,3\n"
    )
    reasons = [item.reason for item in reading.rejected]
    assert reasons[:3] == ["it does not say whose it is"] * 3
    assert all("merged cell, fill it down" in reason for reason in reasons[3:])
    assert [item.row for item in reading.rejected] == [2, 2, 2, 4, 4, 4]


@pytest.mark.parametrize("nothing", ["-", "", "n/a"])
def test_nothing_in_a_list_of_quotas_is_no_quota_and_refuses_no_other(read, taken, nothing):
    reading = read(
        f"Rep,Quarter,Quota\nAnn Lee,2024-Q1,100\nRobert Smith,2024-Q1,{nothing}\nAnn Lee,2024-Q2,300\n"
    )
    assert taken(reading) == {("1", "2024-Q1"): 100_00, ("1", "2024-Q2"): 300_00}
    assert reading.rejected == ()
    last = read(
        f"Rep,Quarter,Quota\nAnn Lee,2024-Q1,100\nAnn Lee,2024-Q2,300\nRobert Smith,2024-Q1,{nothing}\n"
    )
    assert taken(last) == {("1", "2024-Q1"): 100_00, ("1", "2024-Q2"): 300_00}


@pytest.mark.parametrize(
    "content",
    [
        "Rep,Q1 2024,Total\nAnn Lee,10,10\nZoë Brandt,20,20\n",
        "Region,Team,Rep,2024-01,Total\nAll,East,Ann Lee,10,10\nAll,West,Zoë Brandt,20,20\nTotal,,,30,30\n",
    ],
)
def test_one_period_beside_its_total_is_seen_as_quotas(read, taken, tmp_path, company, content):
    assert list(taken(read(content)).values()) == [1000, 2000]
    hints = Hints(calendar=FiscalCalendar())
    assert holds_quotas(tmp_path / "quotas.csv", Directory(company, {}), hints)
