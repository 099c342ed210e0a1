"""Whether what is certified still is what was certified, and which version a definition has."""

from dataclasses import replace
from pathlib import Path

import pytest

from salesnb.errors import StaleSave
from salesnb.kpis import catalogue, with_definition
from salesnb.kpis.definition import Definition, Expected
from salesnb.kpis.saved import with_saved
from salesnb.kpis.shelf import Shelf
from salesnb.kpis.standing import certificate, why_not_certified

BIG = Definition(
    name="big_wins", expression="count(where won and amount >= 50_000)", unit="count", owner="Ann",
    expected=(Expected(value="17", period="2017-Q4"),),
)  # fmt: skip
SHARE = Definition(name="big_share", expression="big_wins / won_count", unit="ratio")


def certified(definition: Definition, known: object = None) -> Definition:
    mark = certificate(definition, known or catalogue())
    return replace(definition, status="certified", certified=mark)


@pytest.mark.parametrize(
    "changed",
    [
        {"expression": "count(where won and amount >= 40_000)"},
        {"at": "created_on"},
        {"where": "product = 'Base'"},
        {"additive_over": ("team", "time")},
        {"restates": True},
        {"expected": (Expected(value="18", period="2017-Q4"),)},
    ],
)
def test_a_change_of_what_the_gate_looked_at_makes_it_a_draft(changed: dict[str, object]) -> None:
    kept = certified(BIG)
    assert why_not_certified(kept, catalogue()) == ""
    assert "changed after it was certified" in why_not_certified(replace(kept, **changed), catalogue())


@pytest.mark.parametrize(
    "changed",
    [{"label": "Large wins"}, {"owner": "Bob"}, {"expression": " count( where won AND amount>=50000 )"}],
)
def test_a_change_of_words_or_spacing_does_not(changed: dict[str, object]) -> None:
    assert why_not_certified(replace(certified(BIG), **changed), catalogue()) == ""


def test_a_status_typed_by_hand_certifies_nothing() -> None:
    assert why_not_certified(replace(BIG, status="certified"), catalogue())
    assert why_not_certified(replace(BIG, status="certified", certified="a-b"), catalogue())


def test_what_a_certified_kpi_reads_must_stay_as_it_was() -> None:
    known = with_definition(catalogue(), certified(BIG), None)
    share = certified(SHARE, known)
    assert why_not_certified(share, known) == ""
    changed = certified(replace(BIG, expression="count(where won and amount >= 60_000)"))
    assert "reads has changed" in why_not_certified(share, with_definition(catalogue(), changed, None))
    assert "big_wins" in why_not_certified(share, with_definition(catalogue(), BIG, None))


def test_a_file_that_was_edited_is_listed_as_a_draft_with_the_reason(tmp_path: Path) -> None:
    for definition in (certified(BIG), SHARE):
        (tmp_path / f"{definition.name}.toml").write_text(definition.to_toml(), encoding="utf-8")
    kept = with_saved(catalogue(), tmp_path, None).get("big_wins")
    assert (kept.status, kept.why_draft) == ("certified", "")
    path = tmp_path / "big_wins.toml"
    path.write_text(path.read_text().replace("50000", "40000").replace("50_000", "40_000"), encoding="utf-8")
    edited = with_saved(catalogue(), tmp_path, None).get("big_wins")
    assert edited.status == "draft"
    assert "changed after it was certified" in edited.why_draft


def test_changed_figures_get_the_next_version_and_all_versions_stay(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "kpis")
    shelf.folder.mkdir()
    first = certified(BIG)
    assert shelf.next_version(BIG, first.certified) == 1
    assert shelf.save(first, read=None)
    assert not shelf.save(first, read=shelf.text("big_wins"))
    other = replace(BIG, expression="count(where won and amount >= 60_000)")
    second = replace(certified(other), version=shelf.next_version(other, certified(other).certified))
    assert second.version == 2
    assert shelf.save(second, read=shelf.text("big_wins"))
    assert shelf.versions("big_wins") == (1, 2)
    assert (shelf.version("big_wins", 1), shelf.version("big_wins", 2)) == (first, second)
    relabelled = replace(other, label="Large wins")
    assert shelf.next_version(relabelled, certificate(relabelled, catalogue())) == 2
    assert shelf.next_version(BIG, first.certified) == 3


def test_a_file_that_was_written_by_hand_is_kept_as_an_earlier_version(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    (tmp_path / "big_wins.toml").write_text(BIG.to_toml(), encoding="utf-8")
    other = replace(BIG, expression="count(where won and amount >= 60_000)")
    mark = certificate(other, catalogue())
    assert shelf.next_version(other, mark) == 2
    shelf.save(replace(other, version=2), read=shelf.text("big_wins"))
    assert shelf.version("big_wins", 1) == BIG
    (tmp_path / "big_wins.toml").write_text("this is no definition", encoding="utf-8")
    shelf.save(replace(other, version=2), read=shelf.text("big_wins"))
    kept = list((tmp_path / ".history" / "big_wins").glob("replaced-*.toml"))
    assert [path.read_text() for path in kept] == ["this is no definition"]


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    read = shelf.text("big_wins")
    shelf.save(BIG, read=read)
    with pytest.raises(StaleSave, match="was changed while it was checked"):
        shelf.save(replace(BIG, expression="count(where lost)"), read=read)
    assert shelf.text("big_wins") == BIG.to_toml().encode()


def test_what_is_saved_is_the_same_bytes_each_time_and_one_line_a_key(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.save(certified(BIG), read=None)
    text = (tmp_path / "big_wins.toml").read_text()
    assert text.splitlines()[0] == 'name = "big_wins"'
    assert Definition.from_toml(text, where="big_wins.toml").to_toml() == text
