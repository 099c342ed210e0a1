"""A workspace's own KPIs in a review."""

import json
from typing import Any

import pytest
from extract_builder import World, deals, make_document

from salesnb.workbooks.extract import review_from_document
from salesnb.workbooks.review import Review

BASE = json.dumps(make_document(World(deals=tuple(deals()))))
NOTE = {
    "label": "Large wins", "unit": "count", "formula": "count(where won and amount >= 5000)", "version": "2",
    "status": "certified", "owner": "Ann",
}  # fmt: skip


def document(note: dict[str, Any] | None = None, **own: Any) -> dict[str, Any]:
    """Give an extract in which big_wins is 7, after 5 and 9."""
    found: dict[str, Any] = json.loads(BASE)
    found["kpis"]["big_wins"] = {**NOTE, **(note or {})}
    values = {"period": 7, "previous": 5, "last_year": 9}
    for name, key in (("headline", "window"), ("by_month", "month")):
        table = found["tables"][name]
        place = table["columns"].index(key)
        table["columns"].append("big_wins")
        for row in table["rows"]:
            row.append(values.get(row[place], 1))
    found["own"] = {"names": ["big_wins"], "left_out": [], "targets": {}, **own}
    return found


def shown(found: dict[str, Any]) -> dict[str, str]:
    bundle: dict[str, str] = Review(review_from_document(found)).own_kpis._repr_mimebundle_()
    return bundle


def test_a_review_has_figures_status_version_formula_and_owner() -> None:
    text = shown(document())["text/plain"]
    for told in (
        "Large wins",
        "7",
        "5",
        "9",
        "+40%",
        "-22%",
        "certified",
        "2 certified",
        "Ann",
        NOTE["formula"],
    ):
        assert told in text, told
    assert "Target" not in text


def test_the_target_of_a_plan_stands_beside_the_figure() -> None:
    text = shown(document(targets={"big_wins": 12}))["text/plain"]
    assert "Target" in text
    assert "12" in text


def test_a_draft_says_that_it_is_one_and_why() -> None:
    why = "Its file was changed after it was certified; promote it again."
    text = shown(document({"status": "draft", "why_draft": why}))["text/plain"]
    assert f"2 draft. {why}" in text


def test_one_that_could_not_be_computed_is_named_and_the_others_stay() -> None:
    text = shown(document(left_out=[{"name": "torn", "why": "There is no column 'secter'."}]))["text/plain"]
    assert "Left out: torn: There is no column 'secter'." in text
    assert "Large wins" in text
    alone = shown(document(names=[], left_out=[{"name": "torn", "why": "It is no TOML."}]))["text/plain"]
    assert "torn" in alone


def test_without_own_kpis_nothing_is_shown_and_no_version_told() -> None:
    found = document(names=[])
    assert shown(found)["text/plain"] == ""
    assert "h2" not in shown(found)["text/html"]
    del found["own"]
    review = Review(review_from_document(found))
    assert review.own_kpis.plain == ""
    assert "KPIs of this workspace" not in review.provenance.plain


def test_the_review_says_which_version_it_used() -> None:
    assert "big_wins 2 (certified)" in Review(review_from_document(document())).provenance.plain


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.mark.parametrize("key", ["label", "formula", "owner", "version", "status", "why_draft"])
def test_whatever_an_analyst_wrote_is_only_text(key: str) -> None:
    html = shown(document({key: HOSTILE}, left_out=[{"name": "x", "why": HOSTILE}]))["text/html"]
    assert "<script" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_tables_have_headings_for_screen_readers() -> None:
    html = shown(document())["text/html"]
    assert "<h2>KPIs of this workspace</h2>" in html
    assert html.count("<caption") == 2
    assert html.count('scope="row"') == 2
    assert html.count('scope="col"') >= 8
