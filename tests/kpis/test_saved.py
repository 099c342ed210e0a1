"""The KPIs that a workspace keeps as files: read, never run, and one that is wrong takes no other with it."""

from pathlib import Path

import pytest

from salesnb.errors import BadInput, Damaged, SalesnbError, UnknownName
from salesnb.kpis import catalogue
from salesnb.kpis.definition import Definition
from salesnb.kpis.lineage import lineage
from salesnb.kpis.saved import saved_definitions, with_saved
from salesnb.registry import Registry


def keep(folder: Path, name: str, expression: str, unit: str = "count", **more: object) -> None:
    definition = Definition(name=name, expression=expression, unit=unit, **more)
    (folder / f"{name}.toml").write_text(definition.to_toml(), encoding="utf-8")


def test_files_are_known_beside_the_catalogue_whatever_their_order(tmp_path: Path) -> None:
    keep(tmp_path, "a_first", "z_last * 2 + m_middle")
    keep(tmp_path, "m_middle", "z_last - won_count")
    keep(tmp_path, "z_last", "count(where won)")
    known = with_saved(catalogue(), tmp_path, None)
    assert known.get("a_first").needs == ("z_last", "m_middle")
    assert known.failures == {}
    assert known.origin("a_first") == "kpis/a_first.toml"
    assert "win_rate" in known
    assert "a_first" not in catalogue()


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert with_saved(catalogue(), tmp_path / "kpis", None).names() == catalogue().names()


BROKEN = {
    "torn": ("name = ", Damaged, "not valid TOML"),
    "other": (
        'name = "another"\nexpression = "count()"\nunit = "count"',
        BadInput,
        "Call the file another.toml",
    ),
    "asked": ('name = "asked"\nexpression = "smu(amount)"\nunit = "count"', BadInput, "'sum'"),
    "odd_unit": ('name = "odd_unit"\nexpression = "count()"\nunit = "money"', BadInput, "'count'"),
    "lost_part": (
        'name = "lost_part"\nexpression = "asked + 1"\nunit = "count"',
        BadInput,
        "asked cannot be used",
    ),
    "ring_a": (
        'name = "ring_a"\nexpression = "ring_b"\nunit = "count"',
        BadInput,
        "ring_a needs ring_b needs ring_a",
    ),
    "ring_b": (
        'name = "ring_b"\nexpression = "ring_a"\nunit = "count"',
        BadInput,
        "ring_b needs ring_a needs ring_b",
    ),
    "of_ring": ('name = "of_ring"\nexpression = "ring_a"\nunit = "count"', BadInput, "ring_a cannot be used"),
    "huge": ("# " + "x" * 200_000, BadInput, "too large"),
}


def test_each_file_that_is_wrong_is_named_and_the_others_stay(tmp_path: Path) -> None:
    keep(tmp_path, "good", "count()")
    for name, (text, _, _) in BROKEN.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "notes.md").write_text("nothing of ours")
    known = with_saved(catalogue(), tmp_path, None)
    assert known.get("good").formula == "count()"
    assert set(known.failures) == {*BROKEN, "bytes", "folder"}
    for name, (_, kind, told) in BROKEN.items():
        assert told in known.failures[name], name
        with pytest.raises(kind) as caught:
            known.get(name)
        assert name in str(caught.value)


def test_a_file_with_the_name_of_a_standard_kpi_does_not_replace_it(tmp_path: Path) -> None:
    (tmp_path / "win_rate.toml").write_text('name = "win_rate"\nexpression = "count()"\nunit = "count"')
    known = with_saved(catalogue(), tmp_path, None)
    assert known.get("win_rate") is catalogue().get("win_rate")
    assert "defined twice" in known.failures["win_rate"]


def test_a_chain_of_many_files_ends_in_words(tmp_path: Path) -> None:
    for number in range(60):
        keep(tmp_path, f"link_{number:02}", f"link_{number + 1:02} * 2" if number < 59 else "count()")
    known = with_saved(catalogue(), tmp_path, None)
    assert "link_59" in known
    assert "more than 20 long" in " ".join(known.failures.values())


def test_definitions_are_read_as_they_were_kept(tmp_path: Path) -> None:
    keep(tmp_path, "good", "count()", owner="Ann", version=4)
    (tmp_path / "torn.toml").write_text("=")
    found = saved_definitions(tmp_path)
    assert found["good"] == Definition(
        name="good", expression="count()", unit="count", owner="Ann", version=4
    )
    assert isinstance(found["torn"], SalesnbError)


def test_what_is_set_aside_raises_its_own_error_and_copies_keep_it() -> None:
    known = Registry[str]("colour")
    known.add("red", "#f00", origin="here")
    known.set_aside("blue", Damaged("It is torn.", where="blue.toml"))
    for registry in (known, known.copy(), known.copy(without={"red"})):
        with pytest.raises(Damaged, match="It is torn"):
            registry.get("blue")
    assert known.copy(without={"red"}).names() == ()
    with pytest.raises(UnknownName):
        known.copy(without={"blue"}).get("blue")


@pytest.mark.slow  # what a measure in Python reads is told by the engine
def test_lineage_tells_kpis_measures_columns_dimensions_and_dates(tmp_path: Path) -> None:
    keep(tmp_path, "east", "sum(amount where won and region = 'East')", "money")
    keep(tmp_path, "east_share", "east / won_amount", "ratio")
    keep(tmp_path, "of_goal", "east / quota", "ratio")
    known = with_saved(catalogue(), tmp_path, None)
    found = lineage(known.get("east_share"), known)
    assert found.text().splitlines() == [
        "east_share = east / won_amount",
        "  east = sum(amount where won and region = 'East'); at closed_on; reads status, amount, region",
        "  won_amount = sum of amount over won opportunities; at closed_on; reads amount, status",
    ]
    assert found.all_columns == ("amount", "region", "status")
    assert found.bases == ("closed_on",)
    assert [part.kind for part in lineage(known.get("of_goal"), known).parts] == ["sum", "target"]
    assert lineage(known.get("sales_velocity"), known).bases == ("at_start", "closed_on")
