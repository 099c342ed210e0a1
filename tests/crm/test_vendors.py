"""What Salesforce and HubSpot give, in the shapes in which people get it out of them."""

import pytest
from vendor_files import API, DEALS, REPORT, SETTINGS, SHAPES, write

from salesnb.crm.dataset import Dataset
from salesnb.crm.importing import import_source
from salesnb.crm.mapping import load_mapping
from salesnb.errors import BadInput, MissingFile

# Every test imports data.
pytestmark = pytest.mark.slow


def load(tmp_path, profile, files):
    return import_source(write(tmp_path / "crm", files), load_mapping(profile), SETTINGS, tmp_path / "data")


def query(tmp_path, sql):
    with Dataset.open(tmp_path / "data") as data:
        return data.backend.con.execute(sql).fetchall()


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_deals(tmp_path, shape):
    report = load(tmp_path, *SHAPES[shape])
    assert query(
        tmp_path,
        "SELECT o.name, status, amount, CAST(created_on AS VARCHAR), CAST(coalesce(closed_on, expected_close_on)"
        " AS VARCHAR), r.name, a.name FROM opportunities o LEFT JOIN reps r USING (rep_id)"
        " LEFT JOIN accounts a USING (account_id) ORDER BY opportunity_id",
    ) == [
        ("Pumps", "won", 100050, "2024-01-10", "2024-03-31", "Ann Fox", "Acme"),
        ("Valves", "lost", 20000, "2024-01-10", "2024-04-02", "Ann Fox", "Beta"),
        ("Pipes", "open", 30000, "2024-02-01", "2024-06-30", "Ann Fox", "Beta"),
        ("Late", "won", 5000, "2024-03-01", "2024-03-01", "Max Hill", "Acme"),
    ]
    assert report.tables[0].rejected == 0
    assert query(tmp_path, "SELECT probability FROM opportunities WHERE name = 'Pipes'") == [(0.75,)]


@pytest.mark.parametrize("shape", ["API names", "loader"])
def test_a_salesforce_team_is_the_managers(tmp_path, shape):
    load(tmp_path, *SHAPES[shape])
    found = query(
        tmp_path,
        "SELECT r.name, t.name, g.name FROM reps r JOIN org_levels l ON r.node = l.node"
        " LEFT JOIN org t ON t.node = l.team LEFT JOIN org g ON g.node = l.region ORDER BY ALL",
    )
    assert found[0] == ("Ann Fox", "Max Hill", "Vera Lane")
    assert [row[0] for row in found] == ["Ann Fox", "Max Hill", "Vera Lane"]


@pytest.mark.parametrize("shape", ["report", "HubSpot export", "HubSpot loader"])
def test_teams_come_from_what_there_is(tmp_path, shape):
    load(tmp_path, *SHAPES[shape])
    teams = query(
        tmp_path,
        "SELECT r.name, o.name FROM reps r JOIN org o ON r.node = o.node WHERE r.name <> 'Vera' ORDER BY 1",
    )
    assert teams == [("Ann Fox", "East"), ("Max Hill", "East")]


def test_short_and_long_ids_are_the_same(tmp_path):
    profile, files = SHAPES["API names"]
    short = API.replace("005A0000001aaaAIAQ", "005A0000001aaaA")
    load(tmp_path, profile, {**files, "Opportunity.csv": short})
    assert query(tmp_path, "SELECT count(*) FROM opportunities WHERE rep_id IS NULL") == [(0,)]


def test_the_three_letters_of_a_long_id_are_those_that_salesforce_appends(tmp_path):
    load(tmp_path, "salesforce", {"report.csv": REPORT.replace("006A00000000001", "006q000000Hddoh")})
    assert query(tmp_path, "SELECT opportunity_id FROM opportunities WHERE name = 'Pumps'") == [
        ("006q000000HddohAAB",)
    ]


def test_what_is_left_out_is_said(tmp_path):
    report = load(tmp_path, *SHAPES["API names"])
    assert any("1 row is left out, where IsDeleted is true" in notice for notice in report.notices)


def test_the_footer_of_a_report_is_left_out_and_said(tmp_path):
    report = load(tmp_path, *SHAPES["report"])
    assert report.tables[0].read == 4
    assert any("5 lines after the last row are left out as a footer" in notice for notice in report.notices)


def test_fields_of_ones_own_are_kept_as_dimensions(tmp_path):
    load(tmp_path, *SHAPES["API names"])
    found = query(tmp_path, 'SELECT DISTINCT "Segment__c" FROM opportunities ORDER BY 1')
    assert found == [("Mid",), ("Small",)]


def test_only_deleted_rows_are_said_to_be_so(tmp_path):
    with pytest.raises(BadInput, match="5 rows are left out, where IsDeleted is true"):
        load(tmp_path, "salesforce", {"Opportunity.csv": API.replace(",false,001", ",true,001")})


def test_a_report_without_won_and_without_known_stages_is_refused(tmp_path):
    text = DEALS.replace("Deal Stage", "Etappe")
    with pytest.raises(BadInput, match="what is won and lost"):
        load(tmp_path, "hubspot", {"deals.csv": text})


def test_a_folder_of_something_else_is_refused(tmp_path):
    with pytest.raises(MissingFile, match="No file here is named"):
        load(tmp_path, "salesforce", {"weather.csv": "a,b\n1,2\n"})


def test_several_files_that_could_be_meant_are_named(tmp_path):
    with pytest.raises(BadInput, match=r"report1\.csv, report2\.csv"):
        load(tmp_path, "salesforce", {"report1.csv": REPORT, "report2.csv": REPORT})


@pytest.mark.parametrize("profile", ["salesforce", "hubspot"])
def test_a_loaders_own_seeds_are_read(shared_data, tmp_path, profile):
    source = shared_data / "crm_seeds" / f"dbt_{profile}"
    if profile == "salesforce":
        # All its opportunities are deleted ones.
        with pytest.raises(BadInput, match="10 rows are left out, where is_deleted is true"):
            import_source(source, load_mapping(profile), SETTINGS, tmp_path)
        return
    report = import_source(source, load_mapping(profile), SETTINGS, tmp_path)
    assert [(table.name, table.read, table.loaded) for table in report.tables] == [
        ("opportunities", 44, 44),
        ("accounts", 24, 24),
        ("reps", 100, 100),
        ("stage_history", 14, 14),
    ]
