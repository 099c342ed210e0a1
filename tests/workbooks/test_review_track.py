"""What pages say of how far outlooks were right on the past."""

from typing import Any

from extract_cases import document

from salesnb.money import Formatter
from salesnb.workbooks.extract import review_from_document
from salesnb.workbooks.findings_outlook import chance_words, no_probability, prospect_from, prospect_sentence
from salesnb.workbooks.findings_reading import Reading
from salesnb.workbooks.findings_track import track_from, track_sentences
from salesnb.workbooks.review_outlook import outlook_track

FMT = Formatter("en_US", "USD")
ROW: dict[str, Any] = {
    "level": "team", "origins": 24, "totals": 192, "is_judged": True, "is_beaten": False, "coverage80": 0.786,
    "brier": 0.162, "base_rate_brier": 0.219, "mase": 0.6, "mase_seasonal_naive": 1.2,
}  # fmt: skip
WHOLE = ROW | {"level": "all together", "totals": 900, "coverage80": 0.83}
PROSPECT: dict[str, Any] = {
    "id": "North", "name": "North", "target": 100_000, "to_date": 30_000, "probability": 0.64, "reason": "",
    "low": 80_000, "high": 130_000, "even": 104_000, "levels": [[0.9, 80_000], [0.5, 104_000], [0.2, 121_000]],
}  # fmt: skip


def said(level: str = "team", **more: Any) -> str:
    track = track_from({"steps": 1, "rows": [ROW | more, WHOLE]})
    assert track is not None
    return " ".join(track_sentences(track, level, FMT))


def page(**more: Any) -> Reading:
    told = document(won=30_000, target=100_000)
    told["node"]["level"] = "team"
    return Reading(review_from_document(told | {"outlook": PROSPECT | more}))


def test_two_sentences_say_what_held_and_what_was_beaten() -> None:
    assert said() == (
        "Such outlooks of a team were tried on 24 past month ends: 79 of 100 ranges held where 80 should, and"
        " probabilities beat the base rate (Brier score 0.162 against 0.219, and lower is better)."
        " The forecast missed by 50% less than the same months a year before would have."
    )


def test_a_level_that_is_not_told_of_has_the_figures_of_all_together() -> None:
    assert said("segment").startswith("Such outlooks were tried on 24 past month ends: 83 of 100")


def test_where_the_base_rate_is_as_good_it_is_said() -> None:
    words = said(is_beaten=True, brier=0.22)
    assert "no better than the base rate (Brier score 0.220 against 0.219" in words
    assert "the base rate stands in their place" in words


def test_too_few_month_ends_say_nothing_of_how_right_they_are() -> None:
    words = said(is_judged=False, origins=1)
    assert words == (
        "Such outlooks of a team were tried on 1 past month end: too few to say how far they are right."
    )


def test_a_forecast_that_is_no_better_than_last_year_says_so() -> None:
    assert "missed no less than the same months" in said(mase=1.2)
    assert "missed" not in said(mase=None)


def test_the_table_stands_behind_a_summary_and_runs_no_name() -> None:
    rows = [ROW | {"level": "<b>squad</b>"}, WHOLE]
    text = outlook_track(page(track={"steps": 3, "rows": rows}))
    assert "<details><summary>How that was found</summary>" in text.html
    assert "</table>" in text.html
    assert "<b>" not in text.html
    assert "Outlooks of 3 months" in text.plain
    assert "192" in text.plain


def test_a_page_that_may_not_tell_says_nothing() -> None:
    assert outlook_track(page(track=None)).plain == ""
    bare = Reading(review_from_document(document(won=30_000, target=100_000)))
    assert outlook_track(bare).plain == ""


def test_the_base_rate_stands_in_place_of_a_probability() -> None:
    reading = page(probability=None, reason="no better", base_rate=0.62)
    found = reading.extract.outlook
    assert found is not None
    assert no_probability(found, FMT) == "No probability is shown: no better: 62% of them were."
    assert prospect_sentence(reading, found).endswith("62% of them were.")
    assert chance_words(found, FMT) == "base rate 62%"


def test_a_goal_that_is_reached_needs_no_probability() -> None:
    reading = page(probability=None, reason="no better", to_date=100_000)
    found = reading.extract.outlook
    assert found is not None
    assert prospect_sentence(reading, found).startswith("The goal of $1K is reached")
    assert chance_words(found, FMT) == "reached"


def test_what_a_later_package_adds_is_left_out() -> None:
    assert track_from({"steps": 1, "rows": [ROW | {"new": 1}], "also": 2}) == track_from(
        {"steps": 1, "rows": [ROW]}
    )
    found = prospect_from(PROSPECT)
    assert found is not None
    assert found.track is None
