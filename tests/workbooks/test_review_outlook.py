"""What a review says of the rest of its period."""

from typing import Any

from extract_cases import document

from salesnb.workbooks.extract import review_from_document
from salesnb.workbooks.findings_outlook import prospect_from, prospect_sentence
from salesnb.workbooks.findings_reading import Reading
from salesnb.workbooks.review_outlook import outlook_table

# Money is in cents.
PROSPECT: dict[str, Any] = {
    "id": "North", "name": "North", "target": 100_000, "to_date": 30_000, "probability": 0.64, "reason": "",
    "low": 80_000, "high": 130_000, "even": 104_000, "levels": [[0.9, 80_000], [0.5, 104_000], [0.2, 121_000]], "views": "two views",
    "reps": [
        {
            "id": "rep:1", "name": "<b>Ann</b>", "target": 40_000, "to_date": 41_000, "probability": 0.99, "reason": "",
            "low": 41_000, "high": 60_000, "even": 47_000, "levels": [[0.9, 41_000], [0.5, 47_000], [0.2, 55_000]],
        }
    ],
}  # fmt: skip


def reading(**more: Any) -> Reading:
    told = document(won=30_000, target=100_000)
    return Reading(review_from_document(told | {"outlook": PROSPECT | more}))


def said(**more: Any) -> str:
    found = reading(**more)
    assert found.extract.outlook is not None
    return prospect_sentence(found, found.extract.outlook)


def test_the_probability_stands_beside_the_range() -> None:
    sentence = said()
    assert "The goal of $1K is attained with a probability of 64%" in sentence
    assert "ends between $800 and $1.3K in 80 of 100 such cases" in sentence
    assert "as likely reached as not" not in sentence


def test_an_unlikely_goal_says_what_is_as_likely_reached_as_not() -> None:
    assert "$1.04K is as likely reached as not" in said(probability=0.19)
    assert "as likely" not in said(probability=0.2)


def test_without_a_probability_the_range_stands_alone_with_the_reason() -> None:
    sentence = said(probability=None, reason="not enough history: 3 of the 8 months")
    assert "No probability is shown: not enough history: 3 of the 8 months." in sentence
    assert "%" not in sentence


def test_what_is_reached_is_said_to_be_reached() -> None:
    assert said(to_date=100_000, probability=0.99).startswith("The goal of $1K is reached")


def test_the_table_has_the_unit_and_its_reps_and_runs_no_name() -> None:
    chart = outlook_table(reading())
    bundle = chart._repr_mimebundle_()
    text, html = bundle["text/plain"], bundle["text/html"]
    assert "64%" in text
    assert "reached" in text
    assert "<b>Ann</b>" not in html
    assert "two views" in text


def test_a_page_without_an_outlook_says_why() -> None:
    bare = Reading(review_from_document(document(won=30_000, target=100_000)))
    assert bare.extract.outlook is None
    assert "There is no outlook" in outlook_table(bare)._repr_mimebundle_()["text/plain"]


def test_what_a_later_package_adds_is_left_out() -> None:
    found = prospect_from(PROSPECT | {"colour": "blue"})
    assert found is not None
    assert found.reps[0].target == 40_000
    assert prospect_from(None) is None
