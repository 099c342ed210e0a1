"""What a review says of the time since the import before."""

from datetime import date
from typing import Any

import pytest
from extract_cases import document

from salesnb.charts import Chart
from salesnb.errors import Damaged
from salesnb.kpis.bridge import BESIDE, EFFECTS, BridgeRow, Sums
from salesnb.money import Formatter
from salesnb.workbooks.extract import review_from_document
from salesnb.workbooks.extract_since import since_of, since_part
from salesnb.workbooks.findings_bridge import LABELS, Restated, Since, bridge_sentence, restated_sentence
from salesnb.workbooks.findings_words import Wording
from salesnb.workbooks.review import Review
from salesnb.workbooks.review_bridge import bridge_chart

SAY = Wording(Formatter())
EURO = Formatter("de_DE", "EUR")


def since(then: int = 1000_00, /, *, deals: int = 3, beside: dict | None = None, **effects: int) -> Since:
    """What moved since 2 November 2026, by effect in minor units."""
    row = BridgeRow(
        group=(),
        then=Sums(then, deals),
        now=Sums(then + sum(effects.values()), deals),
        effects={kind: Sums(amount, 0) for kind, amount in effects.items()},
        beside=beside or {},
    )
    return Since(since=date(2026, 11, 2), as_of=date(2026, 11, 9), row=row)


def part(**more: Any) -> dict[str, Any]:
    return since_part(since(created=500_00, won=-200_00)) | more


def review(found: dict[str, Any]) -> Review:
    return Review(review_from_document(document() | {"since": found}))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (since(created=500_00), "Open pipeline grew by $500 to $1.5K since Nov 2, 2026: created +$500."),
        (since(lost=-500_00, won=-100_00), "Open pipeline fell by $600 to $400 since Nov 2, 2026: lost -$500 and won -$100."),
        (since(created=50_00, won=-50_00), "Open pipeline is $1K, as on Nov 2, 2026: created +$50 and won -$50."),
        (since(), "Open pipeline is as it was on Nov 2, 2026: $1K in 3 deals."),
        (
            since(created=1_00, added_late=2_00, won=-300_00, lost=-4_00),
            "Open pipeline fell by $301 to $699 since Nov 2, 2026, mainly added late +$2, won -$300 and lost -$4.",
        ),
    ],
)  # fmt: skip
def test_the_title_says_what_moved_it(found: Since, said: str) -> None:
    assert bridge_sentence(found, SAY) == said


@pytest.mark.parametrize(
    ("then", "now", "deals", "said"),
    [
        (1, 1, 0, ""),
        (100_00, 120_00, 1, "Won amount of Q4 to Nov 2, 2026 was $100, now $120 (+$20): 1 deal was entered or changed since."),
        (100_00, 100_00, 2, "Won amount of Q4 to Nov 2, 2026 is $100 as it was, though 2 deals were entered or changed since."),
        (
            12_345_67_00, 12_345_00_00, 2,
            "Won amount of Q4 to Nov 2, 2026 was $1,234,567, now $1,234,500 (-$67): 2 deals were entered or changed since.",
        ),
    ],
)  # fmt: skip
def test_a_figure_that_is_not_what_it_was_says_both(then: int, now: int, deals: int, said: str) -> None:
    found = Since(
        since=date(2026, 11, 2),
        as_of=date(2026, 11, 9),
        row=BridgeRow(group=()),
        restated=Restated(then=then, now=now, deals=deals),
    )
    assert restated_sentence(found, SAY, "Q4") == said


def test_every_effect_has_a_name() -> None:
    assert set(LABELS) == {*EFFECTS, *BESIDE}
    found = since(**dict.fromkeys(EFFECTS, 100))
    assert [label for label, _ in found.steps] == [LABELS[kind] for kind in EFFECTS]


def test_the_extract_gives_back_what_was_written() -> None:
    found = since(created=500_00, beside={"pushed_later": Sums(100, 1)})
    assert since_of(since_part(found)) == found
    assert since_of(None) is None


def test_the_waterfall_goes_from_day_to_day_and_its_note_tells_what_stands_beside() -> None:
    found = since(created=500_00, beside={"pushed_later": Sums(100_00, 2), "pulled_earlier": Sums(5_00, 1)})
    chart = bridge_chart(found, EURO)
    assert [row[0] for row in chart.figures()[1:]] == ["02.11.2026", "Created", "09.11.2026"]
    assert "2 deals (100" in chart.note
    assert "to later and 1 deal (5" in chart.note


def test_a_correction_of_the_same_day_is_called_the_import_before() -> None:
    found = Since(since=date(2026, 11, 9), as_of=date(2026, 11, 9), row=since(created=500_00).row)
    chart = bridge_chart(found, Formatter())
    assert chart.finding == "Open pipeline grew by $500 to $1.5K since the import before: created +$500."
    assert [row[0] for row in chart.figures()[1:]] == ["Before", "Created", "Nov 9, 2026"]


def test_a_review_shows_it() -> None:
    found = review(part(restated={"then": 100_00, "now": 120_00, "deals": 1}))
    assert isinstance(found.since, Chart)
    assert "Q4 2017 to Nov 2, 2026 was $100, now $120" in found.restated.plain


def test_one_where_only_dates_moved_says_so_in_words() -> None:
    found = review(since_part(since(beside={"pushed_later": Sums(100_00, 1)})))
    assert found.since.plain.endswith(
        "The expected close moved, and the total did not, of 1 deal ($100) to later."
    )


def test_an_extract_whose_effects_do_not_add_up_is_refused() -> None:
    with pytest.raises(Damaged, match="do not add up"):
        review(part(now={"amount": 1, "deals": 3}))
    with pytest.raises(Damaged, match="has no 'then'"):
        review({key: value for key, value in part().items() if key != "then"})
