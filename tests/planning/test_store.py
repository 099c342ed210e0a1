import json
import os
from dataclasses import replace
from datetime import datetime

import pytest

from salesnb.errors import BadInput, BadUsage, CannotWrite, Damaged, StaleSave, UnknownName
from salesnb.planning import Objective, PlanStore, approve, edited, plan_to_json, set_goal


@pytest.fixture
def store(tmp_path):
    return PlanStore(tmp_path / "plans")


@pytest.fixture
def save(store, at):
    """Save with the stamps that do not matter here."""

    def save(plan, read_at=None, author="Ann", reason="because"):
        return store.save(plan, read_at=read_at, author=author, reason=reason, at=at)

    return save


def rewrite(store, name, old, new):
    path = store.path(name)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_saved_plan_is_read_as_it_was_saved(store, save, plan):
    saved = save(plan)
    assert saved == replace(plan, revision=1)
    assert store.load("fy18") == saved
    assert store.names() == ("fy18",)


def test_each_save_is_a_revision_with_author_time_and_reason(store, save, plan, at):
    save(plan, reason="first")
    save(set_goal(plan, "won_amount", 1), 1, author="Bob", reason="lower")
    entries = store.history("fy18")
    assert [(e.revision, e.after, e.author, e.at, e.reason, e.status, e.kept) for e in entries] == [
        (1, 0, "Ann", at, "first", "draft", True),
        (2, 1, "Bob", at, "lower", "draft", True),
    ]
    assert store.revision("fy18", 1).goals[0].target == 300_000_00
    assert sorted(os.listdir(store.folder / ".history" / "fy18"))[-2:] == ["000001.json", "000002.json"]


def test_a_stale_save_is_refused_with_what_changed_in_between(store, save, plan):
    save(plan)
    save(set_goal(plan, "won_amount", 320_000_00), 1)
    before = store.path("fy18").read_bytes()
    with pytest.raises(StaleSave, match="is at revision 2, you had read revision 1") as caught:
        save(set_goal(plan, "won_amount", 310_000_00), 1)
    assert caught.value.differences[0] == "Goal won_amount: 300,000 → 320,000"
    assert store.path("fy18").read_bytes() == before
    assert len(store.history("fy18")) == 2


def test_the_plan_as_it_was_read_says_what_the_saver_saw(store, save, plan):
    first = save(plan)
    second = save(set_goal(first, "won_amount", 1), first)
    with pytest.raises(StaleSave):
        save(first, first)
    assert save(first, second).revision == 3


def test_a_new_plan_does_not_take_the_place_of_another(save, plan):
    save(plan)
    with pytest.raises(StaleSave, match="There is a plan fy18 already, at revision 1"):
        save(plan)


def test_a_plan_that_was_deleted_is_not_brought_back_by_a_save(store, save, plan):
    save(plan)
    store.path("fy18").unlink()
    with pytest.raises(StaleSave, match="is gone"):
        save(plan, 1)


def test_numbers_go_on_when_a_deleted_name_is_used_again(store, save, plan):
    save(plan)
    store.path("fy18").unlink()
    assert save(set_goal(plan, "won_amount", 1)).revision == 2
    assert store.revision("fy18", 1).goals[0].target == 300_000_00


def test_a_plan_edited_by_hand_becomes_a_revision_of_its_own(store, save, plan):
    save(plan)
    rewrite(store, "fy18", "Grow in the West", "Grow in the East")
    read = store.load("fy18")
    saved = save(set_goal(read, "won_amount", 1), read)
    assert saved.revision == 3
    assert [(e.author, e.reason) for e in store.history("fy18")][1] == ("unknown", "edited outside salesnb")
    assert store.revision("fy18", 2).objectives[0].text == "Grow in the East"


def test_an_edit_by_hand_that_the_saver_may_not_have_seen_is_not_overwritten(store, save, plan):
    save(plan)
    rewrite(store, "fy18", "Grow in the West", "Grow in the East")
    with pytest.raises(StaleSave) as caught:
        save(set_goal(plan, "won_amount", 1), 1)
    assert caught.value.differences == ("Objective grow, text: Grow in the West → Grow in the East",)
    assert store.load("fy18").objectives[0].text == "Grow in the East"
    assert save(store.load("fy18"), store.load("fy18").revision).revision == 3


def test_an_older_file_taken_out_of_git_loses_no_revision(store, save, plan):
    old = plan_to_json(save(plan))
    save(set_goal(plan, "won_amount", 1), 1)
    store.path("fy18").write_text(old)
    assert save(set_goal(plan, "won_amount", 2), 1).revision == 3
    assert [entry.kept for entry in store.history("fy18")] == [True, False, True]


def test_a_plan_without_history_gets_one(store, save, plan):
    store.folder.mkdir()
    store.path("fy18").write_text(plan_to_json(replace(plan, revision=5)))
    assert store.history("fy18") == ()
    assert save(plan, 5).revision == 6
    assert [(e.revision, e.reason) for e in store.history("fy18")] == [
        (5, "found without history"),
        (6, "because"),
    ]


def test_a_copied_file_is_a_plan_of_that_name(store, save, plan):
    save(plan)
    store.path("fy19").write_bytes(store.path("fy18").read_bytes())
    assert store.load("fy19").name == "fy19"
    assert save(store.load("fy19"), 1).revision == 2


def test_an_earlier_revision_comes_back_as_a_new_one(store, save, plan, at):
    save(plan)
    save(set_goal(plan, "won_amount", 1), 1)
    back = store.restore("fy18", 1, author="Cid", at=at)
    assert back == replace(plan, revision=3)
    assert store.history("fy18")[-1].reason == "Restored revision 1"


def test_a_restored_approved_plan_is_a_draft(store, save, plan, at):
    save(approve(plan, by="Ann", at=at))
    save(edited(plan), 1)
    assert store.restore("fy18", 1, author="Cid", at=at).status == "draft"


@pytest.mark.parametrize("content", ["", "{", '{"schema_version": 99}', "\0" * 100])
def test_a_damaged_plan_is_named_set_aside_and_restored(store, save, plan, at, content):
    save(plan)
    store.path("fy18").write_text(content)
    with pytest.raises(Damaged, match=r"fy18\.plan\.json"):
        store.load("fy18")
    with pytest.raises(Damaged):
        save(plan, 1)
    assert store.path("fy18").read_text() == content
    assert [entry.revision for entry in store.history("fy18")] == [1]
    assert store.restore("fy18", 1, author="Cid", at=at) == store.load("fy18")
    assert (store.folder / ".history" / "fy18" / "damaged-001.txt").read_text() == content


def test_a_plan_whose_numbers_do_not_fit_is_named_on_reading(store, save, plan):
    save(plan)
    rewrite(store, "fy18", '"amount_minor": 18000000', '"amount_minor": 18000001')
    with pytest.raises(BadInput, match=r"fy18\.plan\.json, quotas, won_amount 2017-Q4"):
        store.load("fy18")


def test_a_plan_whose_numbers_do_not_fit_is_not_saved(store, save, plan):
    with pytest.raises(BadInput, match="add up"):
        save(replace(plan, quotas=(plan.quotas[0], replace(plan.quotas[1], amount=1), *plan.quotas[2:])))
    assert not store.folder.exists()


def test_a_damaged_entry_of_the_history_is_named_and_does_not_stop_saving(store, save, plan):
    save(plan)
    entry = store.folder / ".history" / "fy18" / "000001.json"
    entry.write_text('{"revision": 1}')
    with pytest.raises(Damaged, match=r"\.history/fy18/000001\.json"):
        store.history("fy18")
    with pytest.raises(Damaged):
        store.revision("fy18", 1)
    read = store.load("fy18")
    assert save(read, read).revision == 3


def test_an_approved_plan_is_frozen_until_it_is_a_draft(store, save, plan, at):
    approved = save(approve(plan, by="Ann", at=at))
    lower = set_goal(approved, "won_amount", 1)
    with pytest.raises(BadInput, match="approved and frozen"):
        save(replace(lower, status="approved", approval=approved.approval), 1)
    assert save(lower, 1).status == "draft"
    assert store.revision("fy18", 1).status == "approved"


def test_a_plan_that_is_not_there_is_named_with_the_nearest(store, save, plan):
    save(plan)
    with pytest.raises(UnknownName, match="no plan 'fy81'") as caught:
        store.load("fy81")
    assert "Did you mean 'fy18'?" in caught.value.hint
    with pytest.raises(UnknownName):
        store.history("fy81")
    with pytest.raises(UnknownName, match="no revision 2"):
        store.revision("fy18", 2)


def test_without_a_folder_there_are_no_plans(store):
    assert store.names() == ()


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../fy18",
        "a/b",
        "a\\b",
        "/etc/passwd",
        ".hidden",
        "-x",
        "a b",
        "a\0",
        "a\n",
        "CON",
        "nul.x",
        "a" * 65,
    ]
    + [
        "x.plan",
        "x.plan.json",
        "x.",
        "C:x",
        "e\u0301",
        "\u212b",
        "%2e%2e",
        "~root",
        "\u4e00" * 64 + "a",
        "a.plan.b",
    ],
)
def test_names_that_could_lead_elsewhere_are_refused(store, save, plan, name):
    with pytest.raises((BadUsage, BadInput), match="cannot be the name of a plan"):
        save(replace(plan, name=name))
    for read in (store.load, store.path, store.history):
        with pytest.raises(BadUsage, match="cannot be the name of a plan"):
            read(name)
    assert not store.folder.exists()


@pytest.mark.parametrize("name", ["fy18", "FY18_Q4-v1.2", "Süd", "2018", "計画"])
def test_ordinary_names_are_taken(store, save, plan, name):
    save(replace(plan, name=name))
    assert store.names() == (name,)
    assert store.load(name).name == name


def test_a_name_that_differs_in_case_alone_is_refused(save, plan):
    save(plan)
    with pytest.raises(BadUsage, match="There is a plan 'fy18' already"):
        save(replace(plan, name="FY18"))


def test_files_that_are_no_plans_are_not_listed(store, save, plan):
    save(plan)
    for name in (".fy18.plan.json.abc.tmp", "notes.txt", "plan.json", "a b.plan.json", ".plan.json"):
        (store.folder / name).write_text("x")
    assert store.names() == ("fy18",)


def test_left_over_temporary_files_of_this_plan_alone_are_removed(store, save, plan):
    save(plan)
    mine = [
        store.folder / ".fy18.plan.json.abc.tmp",
        store.folder / ".history" / "fy18" / ".000002.json.abc.tmp",
    ]
    other = store.folder / ".fy19.plan.json.abc.tmp"
    for path in (*mine, other):
        path.write_text("x")
    save(plan, 1)
    assert ([path.exists() for path in mine], other.exists()) == ([False, False], True)


@pytest.mark.parametrize(("author", "moment"), [("", None), (" ", None), ("Ann", datetime(2017, 9, 1))])
def test_a_save_names_its_author_and_a_time_with_zone(store, plan, at, author, moment):
    with pytest.raises(BadUsage):
        store.save(plan, read_at=None, author=author, reason="", at=moment or at)


def test_a_save_that_waits_too_long_says_so(store, save, plan, at):
    from filelock import FileLock

    save(plan)
    impatient = PlanStore(store.folder, patience=0.01)
    with (
        FileLock(store.folder / ".history" / "fy18" / ".lock"),
        pytest.raises(CannotWrite, match="Another process"),
    ):
        impatient.save(plan, read_at=1, author="Ann", reason="", at=at)
    assert store.load("fy18").revision == 1


@pytest.mark.parametrize("broken", ["fy18.plan.json", "000002.json"])
def test_a_full_disk_leaves_the_plan_and_its_history_as_they_were(store, save, plan, monkeypatch, broken):
    from salesnb.planning import entries
    from salesnb.planning import store as module

    save(plan)
    whole = module.write_atomic

    def full(path, content):
        if path.name == broken:
            raise CannotWrite("Cannot write: no space left on device.")
        whole(path, content)

    monkeypatch.setattr(module, "write_atomic", full)
    monkeypatch.setattr(entries, "write_atomic", full)
    with pytest.raises(CannotWrite):
        save(set_goal(plan, "won_amount", 1), 1)
    monkeypatch.undo()
    assert [entry.revision for entry in store.history("fy18")] == [1]
    assert save(set_goal(plan, "won_amount", 2), 1).revision == 2


def test_a_folder_that_cannot_be_made_is_told(tmp_path, plan, at):
    (tmp_path / "plans").write_text("a file in the way")
    with pytest.raises(CannotWrite, match=r"Cannot write fy18\.plan\.json"):
        PlanStore(tmp_path / "plans").save(plan, read_at=None, author="Ann", reason="", at=at)


def test_history_is_readable_json_with_the_whole_plan(store, save, plan):
    saved = save(plan)
    entry = json.loads((store.folder / ".history" / "fy18" / "000001.json").read_text())
    assert list(entry) == ["revision", "after", "author", "at", "reason", "plan"]
    assert entry["plan"] == json.loads(plan_to_json(saved))


def test_a_plan_grows_with_many_objectives_without_trouble(store, save, plan):
    many = tuple(Objective(id=f"o{i}", text="x" * 100) for i in range(200))
    save(edited(plan, objectives=(*plan.objectives, *many)))
    assert len(store.load("fy18").objectives) == 201
