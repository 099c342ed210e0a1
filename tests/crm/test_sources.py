"""Spreadsheets, Parquet, databases and single files hold the same as a folder of CSV."""

import datetime
import zipfile

import duckdb
import pytest

from salesnb.errors import BadInput, Damaged, MissingFile

# Every test imports data.
pytestmark = pytest.mark.slow


ROWS = "SELECT opportunity_id, rep_id, status, amount, created_on, closed_on, source_row FROM opportunities ORDER BY 1"


@pytest.fixture
def expected(source):
    source.load()
    return source.query(ROWS)


def test_parquet_holds_the_same(source, expected):
    path = source.folder / "deals.parquet"
    duckdb.execute(f"COPY (FROM '{source.folder / 'deals.csv'}') TO '{path}'")
    source.file(
        "mapping.toml", (source.folder / "mapping.toml").read_text().replace("deals.csv", "deals.parquet")
    )
    source.load()
    assert [row[:-1] for row in source.query(ROWS)] == [row[:-1] for row in expected]


def test_a_database_holds_the_same(source, expected):
    path = source.folder / "crm.duckdb"
    with duckdb.connect(str(path)) as connection:
        for name in ("deals", "reps", "accounts", "products"):
            connection.execute(f"CREATE TABLE {name} AS FROM '{source.folder / name}.csv'")
    text = (source.folder / "mapping.toml").read_text()
    for name in ("deals", "reps", "accounts", "products"):
        text = text.replace(f'file = "{name}.csv"', f'sheet = "{name}"')
    source.file("mapping.toml", text).load(path)
    assert [row[:-1] for row in source.query(ROWS)] == [row[:-1] for row in expected]


def test_a_workbook_holds_the_same(source, expected):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    text = (source.folder / "mapping.toml").read_text()
    for name in ("deals", "reps", "accounts", "products"):
        sheet = book.create_sheet(name)
        sheet.append(["Confidential"])
        for line in (source.folder / f"{name}.csv").read_text().splitlines():
            sheet.append([_cell(cell) for cell in line.split(",")])
        text = text.replace(f'file = "{name}.csv"', f'sheet = "{name}"\nheader_row = 2')
    book.save(source.folder / "crm.xlsx")
    source.file("mapping.toml", text).load(source.folder / "crm.xlsx")
    assert source.query(ROWS) == [(*row[:-1], row[-1] + 1) for row in expected]


def _cell(text):
    if text.replace(".", "").isdigit():
        return float(text)
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return text or None


def test_a_single_file_finds_the_others_beside_it(source, expected):
    source.load(source.folder / "deals.csv")
    assert source.query(ROWS) == expected


def test_a_wide_table_becomes_long(source):
    source.file("quotas.csv", "who,2024-01,2024-02,note\nAnn,100,,x\nBob,5,7,y\n")
    source.mapping(
        sections='[quotas]\nfile = "quotas.csv"\nunpivot = { columns = "^20\\\\d\\\\d-\\\\d\\\\d$", into = "period", value = "amount" }\n'
        'columns = { owner = "who", period = "period", amount = "amount" }'
    )
    assert source.counts(source.load(), "quotas") == (3, 3, 0, 0, 0)
    assert source.query("SELECT owner, period, amount FROM quotas ORDER BY 1, 2") == [
        ("Ann", "2024-01", 10000),
        ("Bob", "2024-01", 500),
        ("Bob", "2024-02", 700),
    ]


@pytest.mark.parametrize("name", ["deals.xlsx", "deals.parquet", "deals.duckdb"])
def test_a_file_that_is_not_what_its_name_says_is_named(source, name):
    source.file(name, b"no such thing" * 100)
    source.file("mapping.toml", (source.folder / "mapping.toml").read_text().replace("deals.csv", name))
    with pytest.raises(Damaged, match=name):
        source.load()


def test_an_unknown_sheet_is_refused_with_the_nearest(source):
    with duckdb.connect(str(source.folder / "crm.duckdb")) as connection:
        connection.execute("CREATE TABLE deal AS SELECT 1 AS id")
    source.file(
        "mapping.toml",
        (source.folder / "mapping.toml")
        .read_text()
        .replace('file = "deals.csv"', 'file = "crm.duckdb"\nsheet = "deals"'),
    )
    with pytest.raises(MissingFile, match="Did you mean 'deal'"):
        source.load()


def test_a_missing_source_is_named(source):
    with pytest.raises(MissingFile, match="nowhere"):
        source.load(source.folder / "nowhere")


def test_a_missing_file_is_named_with_the_nearest(source):
    (source.folder / "deals.csv").rename(source.folder / "deal.csv")
    with pytest.raises(MissingFile, match=r"deals\.csv is not there.*Did you mean 'deal\.csv'"):
        source.load()


def test_a_missing_column_is_named_with_the_nearest(source):
    source.file("deals.csv", (source.folder / "deals.csv").read_text().replace("closed", "close_dat", 1))
    with pytest.raises(BadInput, match=r"Column 'closed' is not in deals\.csv\..*close_dat"):
        source.load()


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_file_without_header_is_refused(source, content):
    with pytest.raises(BadInput, match="It is empty"):
        source.file("deals.csv", content).load()


def test_a_file_nothing_reads_is_refused(source):
    source.file("deals.pdf", "x")
    source.file(
        "mapping.toml", (source.folder / "mapping.toml").read_text().replace("deals.csv", "deals.pdf")
    )
    with pytest.raises(BadInput, match="Known endings"):
        source.load()


def test_data_without_any_date_is_refused(source):
    with pytest.raises(BadInput, match="date on which something happened"):
        source.deals("D3,Ann,Beta,Pump,Open,,,").load()


def test_a_workbook_that_unpacks_without_end_is_refused_before_it_is_read(source):
    packed = source.folder / "deals.xlsx"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file, file.open("sheet1.xml", "w") as part:
        for _ in range(250):
            part.write(bytes(1_000_000))
    text = (source.folder / "mapping.toml").read_text().replace("deals.csv", "deals.xlsx")
    with pytest.raises(Damaged, match=r"deals.xlsx: It unpacks to 250 MB"):
        source.file("mapping.toml", text).load()


def test_a_workbook_whose_list_of_parts_is_damaged_is_refused_in_words(source):
    packed = source.folder / "deals.xlsx"
    part = zipfile.ZipInfo("xl/workbook.xml")
    # Two bytes of a kind, two of a length that reaches past the end.
    part.extra = b"PK\x01\x02past"
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr(part, "<workbook/>")
    text = (source.folder / "mapping.toml").read_text().replace("deals.csv", "deals.xlsx")
    with pytest.raises(Damaged, match=r"deals.xlsx: Its list of parts cannot be read"):
        source.file("mapping.toml", text).load()
