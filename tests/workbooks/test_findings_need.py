"""What a review says of the pipeline that its goal needs."""

from typing import Any

import pytest
from extract_cases import CASE, document, sentences

from salesnb.money import Formatter
from salesnb.workbooks.extract import review_from_document
from salesnb.workbooks.findings_caveats import caveats
from salesnb.workbooks.findings_improve import observations
from salesnb.workbooks.findings_need import Need, chances, need_from, need_part
from salesnb.workbooks.findings_reading import Reading
from salesnb.workbooks.findings_words import Wording
from salesnb.workbooks.review_pipeline import coverage_table

NEED = {
    "confidence": 0.8,
    "wins": 212,
    "whose": "own",
    "days_left": 31,
    "deals": 40,
    "older": 0,
    "undated": 0,
    "coverage": 5.4,
    "even": 3.0,
    "won_share": 0.34,
}
# 700 are missing to the goal of 1,000.
PERIOD: dict[str, Any] = {"won": 300, "target": 1000, "open_count": 40, "win_rate": 0.5, "closed": 20}


def reading(open_amount: int, need: dict[str, Any] | None, **more: Any) -> Reading:
    told = document(**PERIOD, open_amount=open_amount, **more)
    return Reading(review_from_document(told | ({"need": need} if need else {})))


def said(open_amount: int, need: dict[str, Any] | None = NEED) -> str:
    from salesnb.workbooks.findings import pipeline_sentence

    return pipeline_sentence(reading(open_amount, need))


def test_what_is_needed_stands_beside_the_coverage_with_its_basis() -> None:
    assert said(3780) == (
        "The open pipeline of $3.78K is 5.4 times what is missing; 5.4 times are needed for four chances in five, "
        "by 212 wins of the last two years: that is enough."
    )


@pytest.mark.parametrize(
    ("amount", "verdict"),
    [
        (3780, "that is enough"),
        (3779, "more than an even chance and no reserve"),
        (2100, "more than an even chance and no reserve"),
        (2099, "For an even chance, about $1 more pipeline is needed"),
    ],
)
def test_the_verdict_changes_at_the_coverage_needed_and_at_that_of_an_even_chance(
    amount: int, verdict: str
) -> None:
    assert verdict in said(amount)


def test_a_pipeline_that_is_too_small_names_both_coverages() -> None:
    assert "5.4 times are needed for four chances in five and 3.0 times for an even one" in said(1400)
    assert "about $700 more pipeline is needed" in said(1400)


def test_the_companys_curve_is_called_so() -> None:
    assert "by 212 wins, the whole company's, of the last two years" in said(
        3780, NEED | {"whose": "company"}
    )


def test_with_too_few_wins_the_rule_of_thumb_stands_and_says_why() -> None:
    few = NEED | {"wins": 12, "coverage": None, "even": None}
    assert "where a win rate of 50% asks for about 2.0 times" in said(3780, few)
    told = " ".join(point.detail for point in caveats(reading(3780, few)))
    assert "what a safe coverage is cannot be told: 12 wins of the last two years; 30 are needed." in told


def test_a_review_says_what_the_needed_coverage_leaves_out() -> None:
    told = caveats(reading(3780, NEED | {"undated": 3, "older": 1}))
    point = next(point for point in told if "independent" in point.what)
    assert "a bad quarter" in point.detail
    assert "still to be created" in point.detail
    assert "3 open deals without a creation date left out" in point.detail
    assert "1 open deal older than the curve tells" in point.detail
    assert not any("rule of thumb" in point.what for point in told)


def test_the_table_shows_both_coverages_with_what_they_rest_on() -> None:
    rows = [row[:2] for row in coverage_table(reading(3780, NEED)).figures()]  # type: ignore[union-attr]
    assert ("Needed for four chances in five", "5.4 times") in rows
    assert ("Needed for an even chance", "3.0 times") in rows
    text = coverage_table(reading(3780, NEED)).text()  # type: ignore[union-attr]
    assert "each open deal by its age and the 31 days left, by 212 wins of the last two years" in text


def test_more_pipeline_is_asked_for_by_what_is_won_in_time() -> None:
    found = next(one for one in observations(reading(1400, NEED)) if one.topic == "pipeline")
    assert "about $700 of pipeline" in found.what
    assert "34% of such an amount is won in time, by 212 wins" in found.basis
    assert found.worth == 700_00 * 34 // 100


def test_a_goal_that_is_reached_needs_nothing() -> None:
    told = document(**PERIOD | {"won": 1200}, open_amount=500) | {"need": NEED}
    assert "needed" not in " ".join(sentences(**PERIOD | {"won": 1200}, open_amount=500))
    assert Reading(review_from_document(told)).pipeline.need is None


def test_an_extract_without_it_is_read_as_before() -> None:
    assert CASE(**PERIOD, open_amount=700).pipeline.need is None
    assert need_part(None) == {}


def test_what_is_needed_survives_the_extract() -> None:
    need = Need(**NEED)  # type: ignore[arg-type]
    assert need_from(need_part(need)["need"] | {"later": 1}) == need


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"wins": 29}, "29 wins of the last two years; 30 are needed"),
        ({"deals": 9}, "9 open deals with a creation date; 10 are needed"),
        ({}, "hardly any deal as old as the open ones was ever won within 31 days"),
    ],
)
def test_it_says_why_no_coverage_is_told(more: dict[str, Any], why: str) -> None:
    need = Need(**NEED | {"coverage": None} | more)  # type: ignore[arg-type]
    assert need.why_not(Wording(Formatter())) == why
    assert Need(**NEED).why_not(Wording(Formatter())) == ""  # type: ignore[arg-type]


def test_a_confidence_is_written_as_people_say_it() -> None:
    say = Wording(Formatter())
    assert [chances(share, say) for share in (0.5, 0.8, 0.9, 0.87)] == [
        "an even chance",
        "four chances in five",
        "nine chances in ten",
        "a chance of 87%",
    ]
