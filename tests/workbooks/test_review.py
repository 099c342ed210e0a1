"""The KPI review as its readers see it."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from extract_builder import SECTORS, World, deals, make_document
from extract_cases import document

from salesnb import open_review
from salesnb.charts import Chart
from salesnb.errors import Damaged, MissingFile
from salesnb.workbooks.extract import review_from_document
from salesnb.workbooks.review import Review

PARTS = (
    "title", "finding", "goal", "headline", "pacing", "trend", "changes", "pipeline", "coverage", "reps", "rep_table",
    "products", "product_table", "segments", "segment_table", "open_deals", "improve", "caveats", "definitions",
    "provenance", "restated", "since", "own_kpis", "outlook",
    "roadmap", "leads", "activities", "time_spent", "own_past", "quota_made", "answers", "outlook_chart",
    "held_goals", "outlook_track", "effort",
)  # fmt: skip
# Nothing to say is said by nothing.
MAY_BE_EMPTY = {
    "segment_table", "restated", "since", "own_kpis", "leads", "activities", "time_spent", "own_past", "answers",
    "outlook_chart", "held_goals", "outlook_track", "effort",
}  # fmt: skip
HOSTILE = "<script>alert(1)</script>\n\"'&amp; =1+1 \u202eevil 👩‍👩‍👧 " + "x" * 300
WORLD = World(deals=tuple(deals()))
BASE = json.dumps(make_document(WORLD))
TEMPLATE = Path(__file__).parents[2] / "templates" / "kpi_review.ipynb"


def base() -> dict[str, Any]:
    """Give the running quarter, anew each time."""
    found: dict[str, Any] = json.loads(BASE)
    return found


def review(document: dict[str, Any] | None = None) -> Review:
    return Review(review_from_document(document or base()))


def bundle(part: Any) -> dict[str, Any]:
    found: dict[str, Any] = part._repr_mimebundle_()
    return found


def text(part: Any) -> str:
    return str(bundle(part)["text/plain"])


def shown(part: Any) -> str:
    """Give all that a part shows, as text of markup."""
    data = bundle(part)
    drawing = data.get("application/vnd.salesnb.chart+json", {})
    return "\n".join((str(data["text/html"]), str(drawing.get("wide", "")), str(drawing.get("narrow", ""))))


def figures(chart: Any) -> dict[str, tuple[str, ...]]:
    assert isinstance(chart, Chart)
    return {row[0]: row[1:] for row in chart.figures()[1:]}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    "document",
    [
        base(),
        make_document(replace(WORLD, as_of=date(2017, 12, 31)), target=400_000_00),
        make_document(replace(WORLD, as_of=date(2017, 9, 1))),
        make_document(World(deals=()), target=None, peers=None, pipeline=None),
        make_document(World(deals=()), target=0),
        document(last_year=None),
        document(kpi="won_count", target_count=10),
    ],
    ids=["running", "over", "before", "no deals", "goal of zero", "no last year", "goal in deals"],
)
def test_every_part_shows_something_in_every_case(part: str, document: dict[str, Any]) -> None:
    found = getattr(review(document), part)
    if part not in MAY_BE_EMPTY:
        assert text(found).strip()
    assert not re.search(r"\b(nan|inf|Fraction|Traceback|None(?! of))\b|−", text(found))


@pytest.mark.parametrize("part", PARTS)
def test_hostile_names_are_text_everywhere(part: str) -> None:
    source = base()
    source["node"]["name"] = HOSTILE
    source["node"]["parent_name"] = HOSTILE
    source["goal"]["objective"] = HOSTILE
    source["tables"]["open_deals"]["rows"][0][9] = f"https://crm.example.com/{HOSTILE}"
    for table, column in (
        ("by_rep", 1),
        ("by_product", 0),
        ("by_segment", 0),
        ("by_segment_month", 0),
        ("stages", 0),
    ):
        for row in source["tables"][table]["rows"]:
            row[column] = f"{HOSTILE}{row[column]}"
    for row in source["tables"]["open_deals"]["rows"]:
        row[1:5] = [HOSTILE] * 4
    source["tables"]["open_deals"]["rows"][1][9] = "javascript:alert(1)"
    html = shown(getattr(review(source), part))
    assert "<script" not in html
    assert 'href="javascript:' not in html
    assert "onerror=" not in html
    assert "\u202e" not in html


def test_words_and_tables_tell_the_same_numbers() -> None:
    found = review()
    row = base()["tables"]["headline"]["rows"][0]
    won = found.extract.fmt.compact(row[1])
    assert f"has won {won} of the $900K goal" in text(found.finding)
    assert figures(found.headline)["Won amount"][1] == won
    assert figures(found.goal)["Won amount"][0] == won
    assert f"({round(100 * row[1] / 900_000_00)}%)" in text(found.finding)
    assert figures(found.rep_table)["All"][0] == found.extract.fmt.money(row[1])


def test_every_amount_of_the_finding_stands_in_a_chart_or_table() -> None:
    found = review()
    parts = (
        found.goal,
        found.pacing,
        found.changes,
        found.pipeline,
        found.coverage,
        found.reps,
        found.improve,
    )
    elsewhere = "\n".join(text(part) for part in parts)
    amounts = set(re.findall(r"\$[\d.]+[KM]?", text(found.finding)))
    due = {amount for amount in amounts if amount not in elsewhere}
    # What each rep should have by now is in the finding alone.
    assert due <= set(re.findall(r"of (\$[\d.]+K) due by now", text(found.finding)))


def test_attainment_of_the_reps_is_the_ratio_of_sums() -> None:
    rows = base()["tables"]["by_rep"]["rows"]
    sums = sum(row[3] for row in rows) / sum(row[2] for row in rows)
    assert figures(review().rep_table)["All"][2] == f"{sums:.1%}"
    mean = sum(row[3] / row[2] for row in rows) / len(rows)
    assert f"{mean:.1%}" != f"{sums:.1%}"


def test_words_and_chart_agree_on_what_is_on_pace() -> None:
    case = {"target": 1000, "milestones": [("2017-10", 400)], "as_of": "2017-10-31"}
    reps = [("Ann", 196, 500), ("Bob", 195, 500)]
    for won, words, red in ((392, "so it is on pace", False), (391, "behind pace", True)):
        found = review(document(won=won, reps=reps, **case))
        assert words in str(found.pacing.finding)
        assert ("var(--snb-bad" in found.pacing.svg()) == red
    assert "none of 2 reps has reached quota, 1 is on pace for it" in found.reps.finding


@pytest.mark.parametrize(
    ("as_of", "words"), [("2017-10-31", "not reached yet."), ("2018-01-05", "not reached.")]
)
def test_a_quota_can_still_be_reached_while_the_period_runs(as_of: str, words: str) -> None:
    found = review(document(target=1000, milestones=[], as_of=as_of, won=392, reps=[("Ann", 196, 500)]))
    assert found.reps.finding.endswith(f"the quota is {words}")


def test_the_waterfall_adds_up_from_last_year_to_this() -> None:
    chart = review().changes
    assert isinstance(chart, Chart)
    assert (
        chart.data.start.amount + sum(effect.amount for effect in chart.data.effects) == chart.data.end.amount
    )


def test_coverage_stands_beside_its_definition() -> None:
    words = text(review().coverage)
    assert "expected to close by the period's end, or without a date" in words
    assert "missing to the goal" in words
    assert "1 / win rate" in words


def test_a_reached_goal_has_no_coverage() -> None:
    found = review(make_document(WORLD, target=100_000_00))
    assert "Coverage by all open deals" not in text(found.coverage)
    assert "more pipeline" not in text(found.finding)


def test_deals_link_to_the_crm_only_by_web_addresses() -> None:
    html = shown(review().open_deals)
    assert html.count('<a href="https://crm.example.com/opportunity/') == 12
    source = base()
    for row in source["tables"]["open_deals"]["rows"]:
        row[9] = None
    assert "<a " not in shown(review(source).open_deals)


def test_deals_are_named_by_account_where_they_have_no_name() -> None:
    source = base()
    for row in source["tables"]["open_deals"]["rows"]:
        row[1] = None
    heading, first, *_ = text(review(source).open_deals).split("\n\n")[1].splitlines()
    assert "Account" not in heading
    assert first.startswith("Erdware")


def test_segments_are_small_multiples_with_their_months_and_bars_without() -> None:
    source = base()
    assert review(source).segments.form == "small_multiples"  # type: ignore[union-attr]
    del source["tables"]["by_segment_month"]
    assert review(source).segments.form == "bars"  # type: ignore[union-attr]
    assert set(figures(review(source).segments)) == set(SECTORS)


def test_products_as_segments_are_not_shown_twice() -> None:
    source = base() | {"segment_dimension": "product"}
    assert text(review(source).segments) == "The data has no segments beside products."
    assert text(review(source).segment_table) == ""


def test_where_no_deal_has_a_product_nothing_is_found_by_product() -> None:
    source = base()
    for row in source["tables"]["by_product"]["rows"]:
        row[0] = None
    del source["tables"]["by_product"]["rows"][1:]
    found = review(source)
    assert text(found.products) == "The deals of Q4 2017 have no product."
    assert text(found.product_table) == ""
    assert "Not given" not in text(found.improve)


def test_deals_without_a_value_do_not_lead_or_fall() -> None:
    source = base()
    rows = source["tables"]["by_product"]["rows"]
    columns = source["tables"]["by_product"]["columns"]
    won, before = (columns.index(name) for name in ("won_amount", "last_year_won_amount"))
    largest = max(rows, key=lambda row: row[won])
    largest[0], largest[before] = None, largest[won] * 9
    found = review(source)
    assert "Not given" in figures(found.products)
    assert "Not given" not in found.products.finding  # type: ignore[union-attr]
    assert "Not given sells less" not in text(found.improve)


def test_what_is_not_known_names_every_gap() -> None:
    words = text(review().caveats)
    for gap in (
        "1,480 rows were repaired",
        "1,588 rows have a gap",
        "have no expected close date",
        "3 open deals have no creation date",
    ):
        assert gap in words
    source = base()
    source["provenance"]["set_aside"] = {"rejected": 1, "repaired": 0, "warned": 0}
    assert "1 row was set aside at import." in text(review(source).caveats)


def test_the_fiscal_year_names_the_period() -> None:
    source = base()
    source["workspace"]["fiscal_year_start"] = 4
    assert "KPI review Q4 FY2017" in text(review(source).title)


def test_the_reader_sees_their_locale_and_currency() -> None:
    source = base()
    source["workspace"] |= {"currency": "EUR", "locale": "de_DE"}
    words = text(review(source).finding)
    assert "€" in words
    assert "$" not in words
    assert re.search(r"\d+ %", words.replace("\xa0", " "))


def test_a_part_makes_the_same_bytes_twice() -> None:
    for part in PARTS:
        assert bundle(getattr(review(), part)) == bundle(getattr(review(), part))


def test_a_missing_extract_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match=r"There is no extract .* salesnb review"):
        open_review(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("[]", "not an extract"),
        ('{"format": "salesnb-extract/2"}', "not an extract of the format"),
        ('{"format": "salesnb-extract/1", "kind": "plan"}', "'kpi_review' is wanted"),
        ('{"format": "salesnb-extract/1", "kind": "kpi_review"}', "has no 'workspace'"),
    ],
)
def test_a_damaged_extract_is_refused_with_its_reason(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "west.json"
    path.write_text(content)
    with pytest.raises(Damaged, match=message) as caught:
        open_review(path)
    assert caught.value.where == "west.json"


@pytest.mark.parametrize("part", ["node", "period", "kpis", "tables", "provenance"])
def test_a_missing_part_is_named(part: str) -> None:
    source = base()
    del source[part]
    with pytest.raises(Damaged, match=f"has no '{part}'"):
        review(source)


def test_a_table_with_a_short_row_is_named() -> None:
    source = base()
    source["tables"]["by_rep"]["rows"][2].pop()
    with pytest.raises(Damaged, match="row 2 of by_rep"):
        review(source)


def test_the_template_shows_every_part_once_and_says_nothing_else() -> None:
    cells = json.loads(TEMPLATE.read_text())["cells"]
    code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    assert sorted(code[2:]) == sorted(f"review.{part}" for part in PARTS)
    assert all(cell["metadata"]["jupyter"]["source_hidden"] for cell in cells if cell["cell_type"] == "code")
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert not any(cell.get("outputs") for cell in cells)


def test_goals_that_are_not_split_stand_beside_what_the_kpi_is() -> None:
    told = base()
    now = dict(zip(told["tables"]["headline"]["columns"], told["tables"]["headline"]["rows"][0], strict=True))
    told["held"] = [
        {"kpi": "win_rate", "target": now["win_rate"], "direction": "at_least"},
        {"kpi": "median_cycle_days", "target": now["median_cycle_days"] - 1, "direction": "at_most"},
        {"kpi": "not_kept_any_more", "target": 1, "direction": "at_least"},
    ]
    rows = figures(review(told).held_goals)
    assert [row[-1] for row in rows.values()] == ["yes", "no"]
    assert "1 of 2 goals that are not split holds so far." in text(review(told).held_goals)
    assert "but goals that are not split" in text(review(told | {"goal": None}).goal)
