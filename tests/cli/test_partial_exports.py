"""A partial or an older export is not loaded unasked, and the last import can be taken back."""

import json

import pytest

from salesnb.cli import import_
from salesnb.crm.dataset import Dataset

# Every test imports data.
pytestmark = pytest.mark.slow


@pytest.fixture
def half(make_export, tmp_path):
    from tests.cli.conftest import deals

    return make_export(tmp_path / "half", deals()[:20])


def state(workspace):
    with Dataset.open(workspace / "data") as data:
        table = data.table("quotas").to_pyarrow().to_pylist()
        return data.meta.as_of, data.loaded()["opportunities"], len(data.imports), table


def test_an_export_that_lost_many_deals_is_refused_and_yes_loads_it(run, workspace, half):
    before = state(workspace)
    done = run("-C", workspace, "import", half, "--mapping", "maven")
    assert done.code == 1
    assert "Nothing was loaded. opportunities has 20 rows, 50.0% fewer than the 40" in done.err
    assert f"salesnb import {half} --mapping maven --yes" in done.err
    assert state(workspace) == before
    done = run("-C", workspace, "import", half, "--mapping", "maven", "--yes")
    assert done.code == 0
    assert "Take it back with: salesnb import --undo" in done.err
    assert state(workspace)[1] == 20


def test_an_export_of_an_earlier_day_is_refused(run, workspace, make_export, tmp_path):
    from tests.cli.conftest import deals

    rows = [row for row in deals() if not row[6].startswith("2017-09")]
    done = run("-C", workspace, "import", make_export(tmp_path / "old", rows), "--mapping", "maven")
    assert done.code == 1
    assert "which is later" in done.err and "fewer" not in done.err


def test_what_the_workspace_allows_to_be_lost_is_not_asked_about(run, workspace, make_export, tmp_path):
    from tests.cli.conftest import deals

    settings = workspace / "salesnb.toml"
    settings.write_text(f"{settings.read_text()}\n[freshness]\nmax_row_drop = 0.3\n")
    fewer = [row for row in deals() if row[6].startswith("2017-09")] + deals()[:28]
    rows = list({row[0]: row for row in fewer}.values())
    done = run("-C", workspace, "import", make_export(tmp_path / "some", rows), "--mapping", "maven")
    assert (done.code, 1 - len(rows) / 40 > 0.2) == (0, True)


def test_at_a_terminal_people_are_asked(run, workspace, half, monkeypatch):
    monkeypatch.setattr(import_, "_at_terminal", lambda: True)
    for answer, code in ((False, 1), (True, 0)):
        monkeypatch.setattr(import_, "_agreed", lambda question, answer=answer: answer)
        assert run("-C", workspace, "import", half, "--mapping", "maven").code == code


def test_undo_brings_back_data_history_quotas_and_what_was_set_aside(run, workspace, half, tmp_path):
    (tmp_path / "quotas.csv").write_text("Rep,2017-10\nAnn,5000\n")
    assert run("-C", workspace, "import", tmp_path / "quotas.csv", "--quotas", "--yes").code == 0
    rejected = (workspace / "data" / "rejected.csv").read_text()
    before = state(workspace)
    assert before[3]
    (half / "sales_pipeline.csv").write_text((half / "sales_pipeline.csv").read_text() + ",Ann,,,Won,,,\n")
    assert run("-C", workspace, "import", half, "--mapping", "maven", "--yes").code == 0
    assert state(workspace) != before
    assert (workspace / "data" / "rejected.csv").read_text() != rejected
    done = run("-C", workspace, "import", "--undo", "--format", "json")
    assert done.code == 0
    assert {row["table"]: row["loaded"] for row in json.loads(done.out)}["opportunities"] == 40
    assert state(workspace) == before
    assert (workspace / "data" / "rejected.csv").read_text() == rejected
    assert len(list((workspace / "data").glob("crm-*"))) == 1
    done = run("-C", workspace, "import", "--undo")
    assert done.code == 1
    assert "nothing to go back to" in done.err
    assert state(workspace) == before


def test_undo_and_a_source_or_neither_is_wrong_usage(run, workspace, half):
    assert run("-C", workspace, "import", half, "--undo").code == 2
    assert run("-C", workspace, "import").code == 2
