"""A large CSV file is read as it is loaded, and gives what a small one gives."""

import pytest

from salesnb.crm.dataset import read_only
from salesnb.crm.generator import write_sample
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping
from salesnb.crm.sources import csv_file

# Every test imports data.
pytestmark = pytest.mark.slow


DEAL = "D{0},Ann,Acme,Pump,Won,{0},2024-01-02,2024-02-03"
MANY = tuple(DEAL.format(number) for number in range(100, 300))
PLACES = "SELECT opportunity_id, source_row, amount, created_on FROM opportunities ORDER BY source_row"


@pytest.fixture
def stays_in_place(monkeypatch):
    """Every file counts as large, and is looked at in its first four rows only; says which were staged after all."""
    staged = []
    real = csv_file._fast
    monkeypatch.setattr(csv_file, "LARGE", 0)
    monkeypatch.setattr(csv_file, "_PLACES", 1)
    monkeypatch.setattr(csv_file, "_LINES_EACH", 4)
    monkeypatch.setattr(
        csv_file, "_fast", lambda request, form: staged.append(request.path.name) or real(request, form)
    )
    return staged


def test_rows_stand_where_they_stood(source, stays_in_place):
    report = source.deals(*MANY).load()
    assert source.counts(report) == (200, 200, 0, 0, 0)
    assert [row[:2] for row in source.query(PLACES)] == [(f"D{n}", n - 98) for n in range(100, 300)]
    assert stays_in_place == []


def test_rejected_rows_are_told_with_their_line(source, stays_in_place):
    report = source.deals(*MANY, "D9,Ann,Acme,Pump,Won,much,2024-01-02,2024-02-03", MANY[0]).load()
    assert source.counts(report)[:3] == (202, 200, 2)
    assert [(row[2], row[3]) for row in source.rejected()] == [("202", "amount"), ("203", "opportunity_id")]
    assert stays_in_place == []


@pytest.mark.parametrize(
    "odd",
    [
        'D9,Ann,Acme,"Pu\nmp",Won,5,2024-01-02,2024-02-03',
        "",
        "D9,Ann,Acme",
        'D9,Ann,Acme,"Pump,Won,5,2024-01-02,2024-02-03',
    ],
)
def test_a_file_that_is_not_a_row_a_line_gives_the_same(make_source, stays_in_place, monkeypatch, odd):
    rows = (*MANY[:50], odd, *MANY[50:])
    large = make_source().deals(*rows)
    found = large.load()
    assert stays_in_place == ["deals.csv"]
    monkeypatch.setattr(csv_file, "LARGE", 10**9)
    small = make_source().deals(*rows)
    told = small.load()
    assert (found.tables, found.notices) == (told.tables, told.notices)
    assert large.query(PLACES) == small.query(PLACES)
    assert large.rejected() == small.rejected()


def test_a_column_that_the_sample_shows_nothing_of_is_looked_at_whole(source, stays_in_place):
    rows = [DEAL.format(n).replace(f",{n},", ",,") for n in range(100, 300)]
    source.deals(*rows, 'D9,Ann,Acme,Pump,Won,"1.234,5",2024-01-02,2024-02-03').load()
    assert source.query("SELECT amount FROM opportunities WHERE opportunity_id = 'D9'") == [(123_450,)]
    assert stays_in_place == []


@pytest.mark.slow
def test_rows_that_are_read_by_several_threads_keep_their_lines(tmp_path):
    write_sample(tmp_path / "crm", opportunities=400_000)
    mapping, settings = load_mapping("sample"), ImportSettings(currency="USD")
    report = import_source(tmp_path / "crm", mapping, settings, tmp_path / "data")
    with read_only(report.path) as connection:
        rows = connection.execute(
            "SELECT count(*), count(DISTINCT source_row),"
            " count_if(source_row = CAST(substr(opportunity_id, 5) AS BIGINT) + 1) FROM opportunities"
        ).fetchone()
    assert rows == (400_000, 400_000, 400_000)


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\n", "\r\n"])
@pytest.mark.parametrize("value", ["{0}D9", "D9{0}", "{0}{0}D9{0}"])
def test_blanks_around_a_value_are_no_part_of_it(source, stays_in_place, blank, value):
    written = value.format(blank)
    source.deals(*MANY, f'"{written}",Ann,Acme,Pump,Won,5,2024-01-02,2024-02-03').load()
    assert source.query("SELECT count(*) FROM opportunities WHERE opportunity_id = 'D9'") == [(1,)]


def test_one_row_in_a_hundred_that_changed_is_found_and_no_other(tmp_path):
    write_sample(tmp_path / "crm", opportunities=3_000)
    file, settings = tmp_path / "crm" / "opportunities.csv", ImportSettings(currency="USD")
    import_source(file.parent, load_mapping("sample"), settings, tmp_path / "data")
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    changed = {lines[place].split(",")[0] for place in range(0, 3_000, 100)}
    again = [f"{line} 2" if line.split(",")[0] in changed else line for line in lines]
    file.write_text("\n".join((header, *again)) + "\n", encoding="utf-8")
    report = import_source(file.parent, load_mapping("sample"), settings, tmp_path / "data")
    with read_only(report.path) as connection:
        rows = connection.execute("SELECT table_name, row_key, change FROM changes").fetchall()
    assert len(changed) == 30
    assert sorted(rows) == sorted(("opportunities", key, "changed") for key in changed)
