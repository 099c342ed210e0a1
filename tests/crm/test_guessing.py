"""A mapping is guessed, shown and written; it is right without edits on what people have."""

import shutil

import pytest
from vendor_files import REPORT, SETTINGS, SHAPES, write, write_book

from salesnb.crm.dataset import Dataset
from salesnb.crm.guessing import draft_mapping
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping
from salesnb.errors import BadInput, MissingFile

SAME_DEALS = (
    "SELECT o.name, status, amount, CAST(created_on AS VARCHAR), CAST(coalesce(closed_on, expected_close_on)"
    " AS VARCHAR), r.name, a.name, probability FROM opportunities o LEFT JOIN reps r USING (rep_id)"
    " LEFT JOIN accounts a USING (account_id) ORDER BY opportunity_id"
)
TEAMS = "SELECT r.name, o.name, o.parent FROM reps r JOIN org o ON r.node = o.node ORDER BY ALL"


def load(source, folder, mapping, settings=SETTINGS):
    import_source(source, load_mapping(mapping), settings, folder)
    with Dataset.open(folder) as data:
        return [data.backend.con.execute(sql).fetchall() for sql in (SAME_DEALS, TEAMS)]


def guess(source, tmp_path, settings=SETTINGS):
    draft = draft_mapping(source, settings)
    path = tmp_path / "mapping.toml"
    path.write_text(draft.text)
    return draft, path


@pytest.mark.parametrize("shape", SHAPES)
def test_the_vendors_shapes_are_known_without_a_word(tmp_path, shape):
    profile, files = SHAPES[shape]
    source = write(tmp_path / "crm", files)
    draft, path = guess(source, tmp_path)
    assert (draft.profile, draft.missing) == (profile, ())
    assert load(source, tmp_path / "guessed", path) == load(source, tmp_path / "profile", profile)


@pytest.mark.parametrize("shape", ["report", "HubSpot export"])
def test_a_single_file_is_enough(tmp_path, shape):
    profile, files = SHAPES[shape]
    folder = write(tmp_path / "crm", files)
    (source,) = folder.iterdir()
    _, path = guess(source, tmp_path)
    assert load(source, tmp_path / "guessed", path) == load(source, tmp_path / "profile", profile)
    # Next week's file has another name.
    other = source.with_name(f"later{source.suffix}")
    source.rename(other)
    assert load(other, tmp_path / "later", path)[0]


def test_a_report_in_a_workbook_is_shown_and_read_as_the_same_in_text(tmp_path):
    source = write_book(tmp_path / "report17.xlsx", REPORT)
    draft, path = guess(source, tmp_path)
    assert [(value.value, value.count) for value in draft.status] == [
        ("Closed Won", 2),
        ("Closed Lost", 1),
        ("Negotiation", 1),
    ]
    report = import_source(source, load_mapping(path), SETTINGS, tmp_path / "data")
    assert (report.tables[0].read, report.tables[0].loaded) == (4, 4)
    assert any("5 lines after the last row are left out as a footer" in notice for notice in report.notices)


VARIANTS = {"kisaraF": "", "thomaskieny": "", "shreif7": "WHERE status <> 'open'"}
MAVEN = ImportSettings(currency="USD")


@pytest.mark.parametrize("variant", ["", *VARIANTS])
def test_maven_and_its_variants_need_no_edits(shared_data, tmp_path, variant):
    folder = shared_data / "maven_crm"
    source = folder
    if variant:
        source = tmp_path / "crm"
        source.mkdir()
        for name in ("accounts.csv", "products.csv", "sales_teams.csv"):
            shutil.copy(folder / name, source)
        shutil.copy(folder / "variants" / f"sales_pipeline_{variant}.csv", source)
    draft, path = guess(source, tmp_path, MAVEN)
    assert draft.profile == ("" if variant else "maven")
    import_source(source, load_mapping(path), MAVEN, tmp_path / "guessed")
    import_source(folder, load_mapping("maven"), MAVEN, tmp_path / "profile")
    expected = "" if variant == "shreif7" else ", expected_amount"
    sql = (
        f"SELECT opportunity_id{expected}, account_id, o.rep_id, product, stage, status, amount, created_on,"
        " closed_on, n.node FROM opportunities o LEFT JOIN reps n USING (rep_id)"
        f" {VARIANTS.get(variant, '')} ORDER BY 1"
    )
    found = []
    for data_dir in ("guessed", "profile"):
        with Dataset.open(tmp_path / data_dir) as data:
            found.append(data.backend.con.execute(sql).fetchall())
    assert found[0] == found[1]


def test_a_file_of_a_folder_that_a_profile_knows_stands_for_itself(shared_data, tmp_path):
    source = shared_data / "maven_crm" / "sales_pipeline.csv"
    draft, path = guess(source, tmp_path, MAVEN)
    assert (draft.profile, draft.missing) == ("", ())
    report = import_source(source, load_mapping(path), MAVEN, tmp_path / "data")
    assert [(table.name, table.loaded) for table in report.tables] == [("opportunities", 8800)]


def test_everything_that_was_guessed_is_shown(tmp_path):
    source = tmp_path / "deals.csv"
    source.write_text(
        "Deal No,Customer,Seller,Team,Phase,Deal Amount (USD),Opened on,Close date,Colour\n"
        "1,Acme,Ann,East,Won,10,2024-01-02,2024-02-03,red\n"
        "2,Beta,Bob,West,Lost,20,2024-01-03,2024-02-04,blue\n"
        "3,Beta,Bob,West,Talks,30,2024-01-03,,blue\n"
    )
    draft, path = guess(source, tmp_path)
    shown = {(line.table, line.ours): line.theirs for line in draft.lines}
    assert shown["opportunities", "amount"] == "Deal Amount (USD)"
    assert shown["opportunities", "created_on"] == "Opened on"
    assert shown["reps", "team"] == "Team"
    assert [(value.value, value.count, value.meaning) for value in draft.status] == [
        ("Lost", 1, "lost"),
        ("Talks", 1, "open"),
        ("Won", 1, "won"),
    ]
    assert draft.unmapped == (("deals.csv", ("Team", "Colour")),)
    assert "# 10, 20, 30" in draft.text
    assert load(source, tmp_path / "data", path)[1] == [
        ("Ann", "East", "company"),
        ("Bob", "West", "company"),
    ]


def test_titles_above_the_header_and_a_footer_are_seen(tmp_path):
    source = tmp_path / "deals.csv"
    source.write_text(
        "Deals of the year\n\nid,owner,stage,amount,created,closed\n"
        "1,Ann,Won,10,2024-01-02,2024-02-03\n2,Bob,Lost,5,2024-01-02,2024-02-03\nConfidential\n"
    )
    draft, path = guess(source, tmp_path)
    assert "header_row = 3" in draft.text
    assert "skip_footer = true" in draft.text
    assert len(load(source, tmp_path / "data", path)[0]) == 2


def test_partners_are_found_by_the_values_they_share(tmp_path):
    source = write(
        tmp_path / "crm",
        {
            "a.csv": "no,who,what,stage,amount,created,closed,customer\n"
            "1,7,P-1,Won,10,2024-01-02,2024-02-03,Acme\n2,8,P2,Lost,5,2024-01-02,2024-02-03,Beta\n",
            "b.csv": "number,full name,squad\n7,Ann Fox,East\n8,Bob Hill,West\n9,Cy Lane,West\n",
            "c.csv": "code,list price\nP1,12\nP2,15\n",
        },
    )
    draft, path = guess(source, tmp_path)
    shown = {(line.table, line.ours): line.theirs for line in draft.lines}
    assert ("reps", "rep_id") not in shown  # nothing in its name says that `who` is a rep
    source.joinpath("a.csv").write_text(
        source.joinpath("a.csv").read_text().replace("who", "rep").replace("what", "item")
    )
    draft, path = guess(source, tmp_path)
    shown = {(line.table, line.ours): line.theirs for line in draft.lines}
    assert shown["reps", "rep_id"] == "number"
    assert shown["reps", "team"] == "squad"
    assert '"P-1" = "P1"' in draft.text
    deals, teams = load(source, tmp_path / "data", path)
    assert [row[5] for row in deals] == ["Ann Fox", "Bob Hill"]
    assert [row[:2] for row in teams] == [("Ann Fox", "East"), ("Bob Hill", "West"), ("Cy Lane", "West")]


def test_what_cannot_be_guessed_is_asked_for(tmp_path):
    source = tmp_path / "deals.csv"
    source.write_text(
        "id,owner,stage,amount,created,closed\n1,Ann,S7,10,2024-01-02,2024-02-03\n2,Bob,S9,5,2024-01-02,2024-02-03\n"
    )
    draft, _ = guess(source, tmp_path)
    assert "No value says that a deal is won" in draft.missing[0]
    assert "# TO FILL IN: No value says that a deal is won" in draft.text


@pytest.mark.parametrize("ending", ["xlsx", "duckdb", "parquet"])
def test_other_kinds_of_files_are_guessed_too(tmp_path, ending):
    rows = [("id", "owner", "stage", "amount", "created", "closed")]
    rows += [
        ("1", "Ann", "Won", "10", "2024-01-02", "2024-02-03"),
        ("2", "Bob", "Lost", "5", "2024-01-02", "2024-02-03"),
    ]
    source = tmp_path / f"deals.{ending}"
    if ending == "xlsx":
        from openpyxl import Workbook

        book = Workbook()
        book.active.append(["Deals of the year"])
        for row in rows:
            book.active.append(row)
        book.create_sheet("Notes").append(["nothing", "here"])
        book.save(source)
    else:
        import duckdb

        values = ", ".join(str(row) for row in rows[1:])
        columns = ", ".join(rows[0])
        query = f"SELECT * FROM (VALUES {values}) t({columns})"
        with duckdb.connect(str(source) if ending == "duckdb" else ":memory:") as connection:
            made = f"CREATE TABLE deals AS {query}" if ending == "duckdb" else f"COPY ({query}) TO '{source}'"
            connection.execute(made)
    draft, path = guess(source, tmp_path)
    assert draft.missing == ()
    assert len(load(source, tmp_path / "data", path)[0]) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [("a,b\n1,2\n", "Nothing here looks like deals"), ("", "Nothing here looks like deals")],
)
def test_what_is_not_deals_is_refused(tmp_path, content, message):
    source = tmp_path / "weather.csv"
    source.write_text(content)
    with pytest.raises(BadInput, match=message):
        draft_mapping(source, SETTINGS)


def test_a_source_that_is_not_there_or_empty_is_named(tmp_path):
    with pytest.raises(MissingFile, match=r"There is no none\.csv"):
        draft_mapping(tmp_path / "none.csv", SETTINGS)
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingFile, match="Nothing here can be read"):
        draft_mapping(tmp_path / "empty", SETTINGS)


def test_texts_of_a_source_cannot_break_out_of_the_mapping(tmp_path):
    source = tmp_path / "deals.csv"
    nasty = '"ow""ner\n[accounts]\nfile = ""/etc/passwd"""'
    source.write_text(
        f"id,{nasty},stage,amount,created,closed\n"
        '1,Ann,Won,10,2024-01-02,2024-02-03\n2,Bob,"Lost\n[x]",5,2024-01-02,2024-02-03\n'
    )
    _, path = guess(source, tmp_path)
    assert [table.table for table in load_mapping(path).tables] == ["opportunities"]
