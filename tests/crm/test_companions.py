"""Files of salesnb's own beside an export need no mapping."""

import pytest

# Every test imports data.
pytestmark = pytest.mark.slow


def said(report, *words):
    return any(all(word in notice for word in words) for notice in report.notices)


@pytest.mark.parametrize("alone", [False, True])
def test_a_table_that_is_named_so_and_has_its_columns_is_read(source, alone):
    source.file("memberships.csv", "Rep ID,node,Valid from,remark\nAnn,Shore,2024-02-01,moved\n")
    source.file("Credits.csv", "opportunity_id,rep_id,share\nD1,Bob,0.5\n")
    report = source.load(source.folder / "deals.csv" if alone else None)
    assert source.counts(report, "memberships") == (1, 1, 0, 0, 0)
    assert source.counts(report, "credits")[:3] == (1, 1, 0)
    assert said(report, "memberships: read from memberships.csv", "needs no mapping")
    assert not source.load(source.folder / "deals.csv" if alone else None).changed
    source.file("memberships.csv", "rep_id,node,valid_from\nAnn,Shore,2024-02-09\n")
    assert source.load(source.folder / "deals.csv" if alone else None).changed


def test_effort_is_read_where_it_says_when_for_whom_of_what_and_how_much(source):
    source.file(
        "effort.csv", "period,segment,resource,amount\n2024-02,Shore,budget,1500\n2024-02,Shore,visits,20\n"
    )
    report = source.load()
    assert source.counts(report, "effort")[:3] == (2, 2, 0)
    report = source.file("effort.csv", "month,team\n2024-02,Shore\n").load()
    assert said(report, "effort.csv is not read: it has no column period, segment, resource, amount.")


def test_activities_are_read_where_they_say_whose_what_and_when(source):
    source.file(
        "activities.csv", "rep_id,kind,date,minutes\nAnn,call,2024-02-01,15\nBob,meeting,2024-02-02,\n"
    )
    report = source.load()
    assert source.counts(report, "activities")[:3] == (2, 2, 0)
    report = source.file("activities.csv", "Owner,Subject\nAnn,Call\n").load()
    assert said(report, "activities.csv is not read: it has no column rep_id, kind, date.")


def test_a_table_that_lacks_a_column_is_told_and_not_read(source):
    report = source.file("memberships.csv", "Rep,Team\nAnn,Shore\n").load()
    assert said(
        report, "memberships.csv is not read: it has no column rep_id, node. The columns are rep_id, node,"
    )
    assert "memberships" not in {table.name for table in report.tables}


def test_what_a_mapping_reads_is_not_read_again(source):
    section = '[memberships]\nfile = "m.csv"\ncolumns = { rep_id = "rep", node = "node" }'
    source.mapping(sections=section).file("m.csv", "rep,node\nAnn,Shore\n")
    report = source.file("memberships.csv", "rep_id,node\nBob,Alps\nAnn,Alps\n").load()
    assert source.counts(report, "memberships")[:2] == (1, 1)


def test_sheets_of_the_deals_own_workbook_count_too(source):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "deals"
    for line in (source.folder / "deals.csv").read_text().splitlines():
        book.active.append(line.split(","))
    sheet = book.create_sheet("memberships")
    for row in (("rep_id", "node"), ("Ann", "Shore")):
        sheet.append(row)
    book.save(source.folder / "book.xlsx")
    text = (source.folder / "mapping.toml").read_text()
    source.file(
        "mapping.toml", text.split("[reps]")[0].replace('"deals.csv"', '"book.xlsx"\nsheet = "deals"')
    )
    report = source.load(source.folder / "book.xlsx")
    # Nobody has a team here, so that the row is read and set aside.
    assert source.counts(report, "memberships")[:3] == (1, 0, 1)


def test_a_guess_takes_them_for_what_they_are(source, tmp_path):
    from salesnb.crm.guessing import draft_mapping
    from salesnb.crm.importing import ImportSettings

    source.file("memberships.csv", "rep_id,node\nAnn,Shore\nBob,Alps\n")
    (source.folder / "mapping.toml").unlink()
    draft = draft_mapping(source.folder, ImportSettings(currency="USD"))
    assert "memberships.csv" not in draft.text and not draft.unused
    assert draft.beside == (
        "memberships: read from memberships.csv, which has salesnb's own columns and needs no mapping.",
    )
