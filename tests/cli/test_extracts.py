"""Extracts: a review by any dimension holds its own rows, and its parts add up."""

from pathlib import Path
from typing import Any

import pytest

from salesnb.actions.extracts import review_extracts
from salesnb.actions.facts import Facts
from salesnb.actions.naming import Names
from salesnb.workbooks.extract import review_from_document
from salesnb.workspace import Workspace

pytestmark = pytest.mark.slow


def extracts_of(folder: Path, by: str) -> list[dict[str, Any]]:
    workspace = Workspace.open(folder)
    plan = workspace.plans().load("q3")
    with workspace.dataset() as data:
        facts = Facts(
            data=data,
            calendar=workspace.calendar,
            names=Names(data=data, as_of=data.meta.as_of),
            by=by,
            period=plan.period,
            as_of=data.meta.as_of,
        )
        return [extract.content for extract in review_extracts(workspace, plan, facts, "kpi_review")]


def column(extract: dict[str, Any], table: str, name: str) -> list[Any]:
    found = extract["tables"][table]
    return [row[found["columns"].index(name)] for row in found["rows"]]


@pytest.mark.parametrize("by", ["team", "region", "rep", "product", "sector", "account", "stage", "company"])
def test_a_review_by_any_dimension_adds_up(planned: Path, by: str) -> None:
    extracts = extracts_of(planned, by)
    assert extracts
    for extract in extracts:
        review_from_document(extract)
        for kpi in ("won_amount", "won_count", "open_count"):
            whole = column(extract, "headline", kpi)[0]
            for table in ("by_product", "by_segment", *(["by_rep"] if by != "rep" else [])):
                assert sum(value or 0 for value in column(extract, table, kpi)) == (whole or 0), (
                    by,
                    table,
                    kpi,
                )
        assert sum(column(extract, "stages", "open_count")) == column(extract, "headline", "open_count")[0]


def test_quotas_of_reps_add_up_to_their_team_s(planned: Path) -> None:
    for extract in extracts_of(planned, "team"):
        assert sum(value or 0 for value in column(extract, "by_rep", "quota")) == extract["goal"]["target"]
        assert extract["milestones"][-1]["target_to_date"] == extract["goal"]["target"]


def test_a_team_s_extract_names_no_rep_of_another(planned: Path) -> None:
    reps = {
        extract["node"]["name"]: set(column(extract, "by_rep", "rep"))
        for extract in extracts_of(planned, "team")
    }
    for extract in extracts_of(planned, "team"):
        others = set().union(*(names for team, names in reps.items() if team != extract["node"]["name"]))
        text = str(extract)
        assert others
        assert not [name for name in others if f"'{name}'" in text]


def test_with_two_teams_no_aggregate_of_the_others_is_told(planned: Path) -> None:
    assert {extract["peers"] is None for extract in extracts_of(planned, "team")} == {True}
