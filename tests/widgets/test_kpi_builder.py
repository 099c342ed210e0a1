"""The form of a KPI without a browser: the page asks, and the model and what is shown are read."""

import json
from dataclasses import asdict, replace

import pytest

from salesnb.actions.kpi_picks import Picks
from salesnb.actions.plan_session import PlanSession
from salesnb.widgets import KpiBuilder
from salesnb.workspace import Workspace
from tests.actions.test_allocating import AT, bare
from tests.actions.test_kpi_builder import BIG, imported, workspace  # noqa: F401 -- fixtures
from tests.widgets.test_allocation_sliders import page_asks


def sent(picks=BIG, number=1, **more):
    aspect = {"grain": "month", "by": "", "beside": ""}
    return {
        "asked": ["mine", number],
        "picks": json.loads(json.dumps(asdict(picks))),
        "aspect": aspect,
        **more,
    }


def test_a_workspace_is_enough_and_a_plan_shares_its_open_data(tmp_path):
    (tmp_path / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\n')
    bare_one = Workspace.open(tmp_path)
    assert KpiBuilder(bare_one).value.expression == "sum(amount where won)"
    bare_one.plans().save(bare(), read_at=None, author="Ann", reason="New plan", at=AT)
    session = PlanSession(bare_one, "fy18")
    assert KpiBuilder(session).builder.kpis is session.kpis
    assert KpiBuilder(bare_one, "fy18").value is not None


def test_what_a_page_cannot_have_sent_changes_nothing(tmp_path):
    (tmp_path / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\n')
    widget = KpiBuilder(Workspace.open(tmp_path))
    for told in ({"picks": 3}, {"picks": {"parts": "x"}}, {}, {"picks": {}, "aspect": {"grain": "century"}}):
        page_asks(widget, do="pick", **told)
        assert widget.builder.picks == Picks()
    page_asks(widget, do="edit", at="edit", name="../../etc/passwd")
    assert "keeps no KPI '../../etc/passwd'" in widget.said["text"]
    page_asks(widget, do="_run")
    assert list(tmp_path.glob("kpis/*")) == []


@pytest.mark.slow
def test_every_answer_says_which_question_it_answers(workspace):  # noqa: F811
    widget = KpiBuilder(workspace)
    seen = []
    widget.observe(lambda change: seen.append(change["new"].expression), "value")
    page_asks(widget, do="pick", **sent(number=7))
    assert widget.shown["asked"] == ["mine", 7]
    assert (widget.shown["look"]["heads"][0]["value"], widget.shown["tabled"]) == ("2", True)
    assert widget.value.where == "amount >= 300"
    assert seen == ["count(where won)"]
    aspect = {"grain": "month", "by": "rep", "beside": ""}
    page_asks(widget, do="pick", **{**sent(number=8), "aspect": aspect})
    assert not widget.shown["tabled"]
    page_asks(widget, do="table")
    assert widget.shown["tabled"]
    assert [row["name"] for row in widget.shown["table"]["rows"]] == ["Ann", "Bob"]


@pytest.mark.slow
def test_checks_are_shown_one_by_one_while_they_run(workspace):  # noqa: F811
    widget = KpiBuilder(workspace)
    states = []
    widget.observe(lambda change: states.append(change["new"]["gate"]), "shown")
    page_asks(widget, do="promote", at="promote", **sent())
    counts = [len(state["rows"]) for state in states if state]
    assert counts == [*range(11), 10]
    assert widget.shown["gate"]["sentence"].startswith("big_wins is certified now")
    assert (workspace.kpis_dir / "big_wins.toml").exists()
    # A gate tells of one definition only.
    page_asks(widget, do="pick", **sent(replace(BIG, label="Other", name="big_wins"), number=2))
    assert widget.shown["gate"] is None
    (kept,) = widget.given["saved"]
    assert kept == ("big_wins", "Big wins, certified, version 1")


@pytest.mark.slow
def test_what_stands_against_a_promotion_is_said_beside_it(workspace):  # noqa: F811
    widget = KpiBuilder(workspace)
    page_asks(widget, do="promote", at="promote", **sent(replace(BIG, label="")))
    assert widget.said == {"at": "promote", "text": "It has no name yet. Type a label or a name."}
    assert widget.shown["gate"] is None
    assert list(workspace.kpis_dir.glob("*.toml")) == []


@pytest.mark.slow
def test_the_builder_tells_of_its_fields(workspace):  # noqa: F811
    widget = KpiBuilder(workspace)
    page_asks(widget, do="check", at="promote", **sent(replace(BIG, owner="", expected=())))
    told = {row["name"]: row["advice"] for row in widget.shown["gate"]["rows"]}
    assert told["is described"] == "Fill in “Who answers for it”."
    assert told["gives the expected figures"].endswith("add it under “Figures worked out by hand”.")
