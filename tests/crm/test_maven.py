"""The real CRM export, and how people pass it on."""

from pathlib import Path

import pytest

from salesnb.crm.dataset import Dataset
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping

# Every test imports data.
pytestmark = pytest.mark.slow


MAPPINGS = Path(__file__).parent / "mappings"
SETTINGS = ImportSettings(currency="USD", levels=("region", "team"))
SAME = (
    "SELECT opportunity_id, account_id, rep_id, product, stage, status, amount, expected_amount, created_on,"
    " closed_on FROM opportunities {where} ORDER BY 1"
)


def rows(folder, where=""):
    with Dataset.open(folder) as data:
        return data.backend.con.execute(SAME.format(where=where)).fetchall()


@pytest.fixture(scope="module")
def maven(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("maven")
    report = import_source(shared_data / "maven_crm", load_mapping("maven"), SETTINGS, folder)
    return folder, report


def test_every_row_is_accounted_for(maven):
    counts = {t.name: (t.read, t.loaded, t.rejected, t.repaired, t.warned) for t in maven[1].tables}
    assert counts == {
        "opportunities": (8800, 8800, 0, 1480, 1588),
        "accounts": (85, 85, 0, 13, 0),
        "reps": (35, 35, 0, 0, 0),
        "products": (7, 7, 0, 0, 0),
    }
    assert next(iter(counts)) == "opportunities"


def test_totals_are_those_that_are_known(maven):
    with Dataset.open(maven[0]) as data:
        run = data.backend.con.execute
        assert run("SELECT sum(amount) FROM opportunities WHERE status = 'won'").fetchone() == (1000553400,)
        counts = "SELECT status, count(*) FROM opportunities GROUP BY 1 ORDER BY 1"
        assert run(counts).fetchall() == [("lost", 2473), ("open", 2089), ("won", 4238)]
        assert data.meta.as_of.isoformat() == "2017-12-31"


def test_dirt_is_repaired(maven):
    with Dataset.open(maven[0]) as data:
        run = data.backend.con.execute
        assert run(
            "SELECT count(*) FROM opportunities WHERE product IS NULL OR product = 'GTXPro'"
        ).fetchone() == (0,)
        dirty = "SELECT count(*) FROM accounts WHERE sector = 'technolgy' OR country = 'Philipines'"
        assert run(dirty).fetchone() == (0,)


def test_every_deal_has_its_team_and_no_join_multiplies(maven):
    with Dataset.open(maven[0]) as data:
        joined = data.backend.con.execute(
            "SELECT count(*), count(l.team) FROM opportunities o JOIN rep_nodes n ON o.rep_id = n.rep_id AND"
            " n.valid_from <= coalesce(o.closed_on, DATE '2017-12-31') AND coalesce(o.closed_on, DATE '2017-12-31')"
            " < n.valid_to JOIN org_levels l ON l.node = n.node"
        ).fetchone()
    assert joined == (8800, 8800)


@pytest.mark.parametrize(
    ("variant", "where"), [("mdy", ""), ("dmy", ""), ("closed_only", "WHERE status <> 'open'")]
)
def test_variants_agree_where_they_hold_the_same_rows(maven, shared_data, tmp_path, variant, where):
    mapping = load_mapping(MAPPINGS / f"variant_{variant}.toml")
    report = import_source(shared_data / "maven_crm", mapping, SETTINGS, tmp_path)
    assert report.tables[0].rejected == 0
    assert rows(tmp_path) == rows(maven[0], where)


@pytest.mark.parametrize("variant", ["mdy", "dmy"])
def test_date_order_is_detected_and_said(maven, shared_data, tmp_path, variant):
    text = (MAPPINGS / f"variant_{variant}.toml").read_text()
    text = text.replace('date_order = "mdy"', "").replace(', format = "%d-%m-%y"', "")
    (tmp_path / "mapping.toml").write_text(text)
    report = import_source(
        shared_data / "maven_crm", load_mapping(tmp_path / "mapping.toml"), SETTINGS, tmp_path / "data"
    )
    assert any("engage_date is read as" in notice for notice in report.notices)
    assert rows(tmp_path / "data") == rows(maven[0])


def test_monthly_targets_are_read_from_a_wide_utf16_table(shared_data, tmp_path):
    (tmp_path / "mapping.toml").write_text(
        '[quotas]\nfile = "ResellerSalesTargets.csv"\nmissing = ["-"]\n'
        'unpivot = { columns = "^M\\\\d\\\\d$", into = "month", value = "amount" }\n'
        'columns = { owner = "EmployeeID", period = "month", amount = "amount" }\n'
        '[opportunities]\nfile = "deals.csv"\ncolumns = { opportunity_id = "id", closed_on = "day" , stage = "id"}\n'
        '[opportunities.status]\nwon = ["1"]\n'
    )
    (tmp_path / "deals.csv").write_text("id,day\n1,2020-01-01\n")
    raw = (shared_data / "pl300_targets" / "ResellerSalesTargets.csv").read_bytes()
    (tmp_path / "ResellerSalesTargets.csv").write_bytes(raw)
    report = import_source(tmp_path, load_mapping(tmp_path / "mapping.toml"), SETTINGS, tmp_path / "data")
    table = next(item for item in report.tables if item.name == "quotas")
    lines = raw.decode("utf-16").splitlines()[1:]
    cells = [cell for line in lines for cell in line.split(",")[2:]]
    assert (table.read, table.rejected) == (sum(cell not in ("-", "") for cell in cells), 0)
    with Dataset.open(tmp_path / "data") as data:
        total = data.backend.con.execute("SELECT sum(amount) FROM quotas").fetchone()
    assert total == (100 * sum(int(cell) for cell in cells if cell not in ("-", "")),)
