"""Whether yesterday's number changed when late data arrived, by the imports that a workspace keeps."""

from dataclasses import replace

import pytest

from salesnb.actions.promoting import gate_checks, promote
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping
from salesnb.kpis.definition import Definition
from salesnb.workspace import Settings, Workspace

# Every test imports data.
pytestmark = pytest.mark.slow

BEFORE = """\
id,rep,amount,created,closed,status
4,Ann,1000,2026-09-01,2026-10-20,won
5,Bob,500,2026-11-02,,open
6,Cid,50,2026-09-01,2026-11-02,won
"""
# What Ann won in October is corrected, and a deal of October is entered late.
AFTER = """\
id,rep,amount,created,closed,status
4,Ann,1300,2026-09-01,2026-10-20,won
5,Bob,500,2026-11-02,2026-12-03,won
6,Cid,50,2026-09-01,2026-11-02,won
7,Ann,70,2026-09-01,2026-10-15,won
"""
MAPPING = """\
[opportunities]
file = "deals.csv"
columns = { opportunity_id = "id", rep_id = "rep", amount = "amount", created_on = "created", closed_on = "closed", status = "status" }
[reps]
file = "reps.csv"
columns = { rep_id = "rep", team = "team" }
"""
WON = Definition(name="sold", expression="sum(amount where won)", unit="money")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("restating") / "mine"
    found = Workspace.create(folder, replace(Settings(), levels=("team",)))
    source = folder / "crm"
    source.mkdir()
    (source / "mapping.toml").write_text(MAPPING)
    (source / "reps.csv").write_text("rep,team\nAnn,East\nBob,West\nCid,South\n")
    for text in (BEFORE, AFTER):
        (source / "deals.csv").write_text(text)
        settings = ImportSettings(currency="USD", levels=("team",))
        import_source(source, load_mapping(source / "mapping.toml"), settings, found.data_dir)
    return found


def stays(workspace: Workspace, definition: Definition) -> tuple[str, str]:
    with workspace.dataset() as data:
        checks = gate_checks(workspace, definition, data, workspace.catalogue(data))
    found = {check.name: check for check in checks}["what it says of the past stays"]
    return found.outcome, found.told


def test_a_closed_month_that_a_later_import_changed_is_told_with_both_figures(workspace: Workspace) -> None:
    outcome, told = stays(workspace, WON)
    assert outcome == "failed"
    assert "earlier imports (as of Nov 2, 2026)" in told
    assert "2026-10 was $1,000.00 on Nov 2, 2026 and is $1,370.00" in told
    assert stays(workspace, replace(WON, restates=True))[0] == "passed"


def test_what_no_import_changed_stays(workspace: Workspace) -> None:
    """Ann alone sold in October, by what was known then and by what is known now."""
    outcome, told = stays(
        workspace, Definition(name="sellers", expression="count_distinct(rep)", unit="count")
    )
    assert outcome == "passed"
    assert "earlier imports" in told
    assert "none has changed" in told


def test_one_that_restates_is_refused_until_its_author_says_so(workspace: Workspace) -> None:
    refused = promote(workspace, WON)
    assert [check.name for check in refused.failures] == ["what it says of the past stays"]
    assert not (workspace.kpis_dir / "sold.toml").exists()
    kept = promote(workspace, replace(WON, restates=True, owner="Ann"))
    assert kept.accepted
    assert "restates = true" in (workspace.kpis_dir / "sold.toml").read_text()
