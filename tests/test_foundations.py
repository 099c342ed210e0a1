"""Errors that cross processes, files that are whole or absent, registries without duplicates."""

import pickle
import stat
from pathlib import Path

import pytest

from salesnb.errors import BadInput, CannotWrite, StaleSave, UnknownName, nearest
from salesnb.files import replace_link, sha256_of, write_atomic
from salesnb.registry import Registry


def test_an_error_keeps_every_part_across_a_process_boundary() -> None:
    error = pickle.loads(pickle.dumps(StaleSave("What.", where="there", hint="Do.", differences=("a", "b"))))
    assert (str(error), error.differences) == ("there: What. Do.", ("a", "b"))


def test_an_error_is_also_the_built_in_that_a_caller_would_catch() -> None:
    with pytest.raises(KeyError):
        raise UnknownName("There is none.")


def test_a_near_miss_is_offered() -> None:
    assert nearest("win_rat", ["won_amount", "win_rate"]).startswith("Did you mean 'win_rate'?")


def test_a_write_replaces_the_whole_file_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_atomic(path, "old")
    path.chmod(0o640)
    write_atomic(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.json"]


def test_a_write_into_a_missing_folder_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="no such file or directory"):
        write_atomic(tmp_path / "missing" / "plan.json", "new")
    assert list(tmp_path.iterdir()) == []


def test_a_link_moves_in_one_step(tmp_path: Path) -> None:
    link = tmp_path / "latest"
    for target in ("first", "second"):
        (tmp_path / target).mkdir()
        replace_link(link, target)
        assert link.resolve() == tmp_path / target
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["first", "latest", "second"]


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", b"abc")
    assert sha256_of(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_duplicate_name_is_an_error_that_names_both() -> None:
    registry = Registry[int]("KPI")
    registry.add("win_rate", 1, origin="salesnb.kpis.rates")
    with pytest.raises(BadInput, match=r"salesnb\.kpis\.rates and by acme") as caught:
        registry.add("win_rate", 2, origin="acme")
    assert caught.value.hint
    assert registry.get("win_rate") == 1


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    registry = Registry[int]("KPI")
    registry.add("win_rate", 1, origin="here")
    with pytest.raises(UnknownName, match="Did you mean 'win_rate'"):
        registry.get("win_rat")


def test_a_decorated_function_is_registered_and_unchanged() -> None:
    registry = Registry[object]("chart")

    @registry.register()
    def bullet() -> str:
        return "drawn"

    assert registry.get("bullet") is bullet
    assert bullet() == "drawn"


def test_what_is_added_to_a_copy_stays_there() -> None:
    registry = Registry[int]("KPI")
    registry.add("a", 1, origin="here")
    copy = registry.copy()
    copy.add("b", 2, origin="workspace")
    assert registry.names() == ("a",)
    assert copy.names() == ("a", "b")
