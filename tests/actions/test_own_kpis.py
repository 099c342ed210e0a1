"""A workspace's own KPIs in a run of reviews: bad ones stand aside, changed ones make reviews run again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from salesnb.actions.own_kpis import files_key, own_names, own_part, usable
from salesnb.errors import BadInput
from salesnb.kpis import catalogue, with_definition
from salesnb.kpis.definition import Definition

SOUND = Definition(name="big_wins", expression="count(where won and amount >= 500)", unit="count")
SUMMED = Definition(name="big_sum", expression="sum(amount where won)", unit="money")


class Figures:
    """Stands in for the figures of a run: one KPI cannot be computed, though it compiles."""

    def __init__(self) -> None:
        self.known: Any = catalogue()
        for definition in (
            SOUND,
            SUMMED,
            replace(SOUND, name="on_top", expression="big_sum / won_count", unit="money"),
        ):
            self.known = with_definition(self.known, definition, None)
        self.data = self.calendar = self.as_of = None

    @property
    def kpis(self) -> tuple[str, ...]:
        return tuple(name for name, kpi in self.known.items() if not kpi.needs_target)


def test_what_cannot_be_computed_stands_aside_with_all_that_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(query: Any, _data: Any, _calendar: Any, known: Any) -> None:
        for name in query.kpis:
            if name == "big_sum" or "big_sum" in known.get(name).needs:
                message = "Overflow in sum"
                raise OverflowError(message)

    monkeypatch.setattr("salesnb.actions.own_kpis.run", run)
    facts = Figures()
    facts.known = usable(facts)  # type: ignore[arg-type]
    assert own_names(facts.known) == ("big_wins",)
    part = own_part(facts)  # type: ignore[arg-type]
    assert part["names"] == ["big_wins"]
    assert {row["name"] for row in part["left_out"]} == {"big_sum", "on_top"}
    assert "Overflow in sum" in part["left_out"][0]["why"]
    with pytest.raises(BadInput, match="Overflow"):
        facts.known.get("big_sum")


def test_where_all_can_be_computed_nothing_is_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("salesnb.actions.own_kpis.run", lambda query, *_: asked.append(query.kpis))
    facts = Figures()
    assert usable(facts) is facts.known  # type: ignore[arg-type]
    assert asked == [("big_wins", "big_sum", "on_top")]


def test_any_change_of_a_file_changes_what_a_run_is_kept_by(tmp_path: Path) -> None:
    empty = files_key(tmp_path)
    (tmp_path / "big_wins.toml").write_text(SOUND.to_toml())
    first = files_key(tmp_path)
    (tmp_path / ".history").mkdir()
    (tmp_path / ".history" / "old.toml").write_text("x")
    assert files_key(tmp_path) == first
    (tmp_path / "big_wins.toml").write_text(replace(SOUND, label="Large").to_toml())
    assert len({str(key) for key in (empty, first, files_key(tmp_path))}) == 3
