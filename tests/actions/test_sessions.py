"""Data that stays open: the same question is answered at once, until data or definitions change."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from salesnb.actions.sessions import KpiSession
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping
from salesnb.errors import UnknownName
from salesnb.kpis import Query
from salesnb.workspace import Settings, Workspace

# Every test imports data.
pytestmark = pytest.mark.slow

MAPPING = """
[opportunities]
file = "deals.csv"
columns = { opportunity_id = "id", rep_id = "rep", amount = "amount", closed_on = "closed", created_on = "created", status = "status" }
"""
DEALS = "id,rep,amount,created,closed,status\n1,Ann,100,2026-01-05,2026-02-01,won\n2,Bob,50,2026-01-06,2026-02-03,lost\n"
WON = Query(kpis=("won_amount", "won_count"), by=("rep",))


def load(workspace: Workspace, deals: str) -> None:
    source = workspace.root / "crm"
    source.mkdir(exist_ok=True)
    (source / "mapping.toml").write_text(MAPPING)
    (source / "deals.csv").write_text(deals)
    settings = ImportSettings(currency="USD", levels=("team",))
    import_source(source, load_mapping(source / "mapping.toml"), settings, workspace.data_dir)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "mine", replace(Settings(), levels=("team",)))
    load(made, DEALS)
    return made


@pytest.fixture
def session(workspace: Workspace) -> Iterator[KpiSession]:
    with KpiSession(workspace) as opened:
        yield opened


def test_the_same_query_again_is_the_answer_that_is_kept(session: KpiSession) -> None:
    first = session.query(WON)
    assert first.rows == (("Ann", 10000, 1), ("Bob", 0, 0))
    assert session.query(replace(WON)) is first
    assert session.query(replace(WON, as_of=date(2026, 1, 31))).rows == (("Ann", 0, 0), ("Bob", 0, 0))


def test_another_import_is_noticed(session: KpiSession, workspace: Workspace) -> None:
    before, data = session.query(WON), session.data
    load(workspace, f"{DEALS}3,Bob,7,2026-01-07,2026-02-04,won\n")
    assert session.query(WON).rows == (("Ann", 10000, 1), ("Bob", 700, 1))
    assert session.data is not data
    assert before.rows == (("Ann", 10000, 1), ("Bob", 0, 0))


def test_a_changed_definition_is_computed_anew(session: KpiSession, workspace: Workspace) -> None:
    file = workspace.kpis_dir / "big_wins.toml"
    text = 'name = "big_wins"\nexpression = "count(where won and amount > {})"\nunit = "count"\n'
    asked = Query(kpis=("big_wins",))
    with pytest.raises(UnknownName):
        session.query(asked)
    for least, expected in ((10, 1), (99, 1), (100, 0)):
        file.write_text(text.format(least))
        os.utime(file, ns=(least, least))
        found = session.query(asked)
        assert found.rows == ((expected,),)
        assert session.query(asked) is found


def test_a_closed_session_opens_again_when_it_is_asked(session: KpiSession) -> None:
    first = session.query(WON)
    session.close()
    assert session.query(WON).rows == first.rows
    assert session.query(WON) is not first
