"""Many processes save at once, and some are killed in the middle."""

import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from salesnb.errors import CannotWrite, StaleSave
from salesnb.planning import PlanStore, set_goal

resource = pytest.importorskip("resource")  # as fork, not on every system

AT = datetime(2017, 9, 1, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def forked(target, *arguments):
    process = multiprocessing.get_context("fork").Process(target=target, args=arguments)
    process.start()
    return process


def save(store, plan, read_at, author):
    return store.save(plan, read_at=read_at, author=author, reason="race", at=AT)


def assert_whole(store, name="fy18"):
    """The plan is readable, and every revision it goes back to is in the history, without a gap."""
    plan = store.load(name)
    entries = store.history(name)
    kept = [entry for entry in entries if entry.kept]
    assert kept[-1].revision == plan.revision
    assert [entry.after for entry in kept] == [0, *(entry.revision for entry in kept[:-1])]
    assert [entry.revision for entry in entries] == list(range(1, len(entries) + 1))
    assert store.revision(name, plan.revision) == plan
    for entry in entries:
        store.revision(name, entry.revision)
    return plan


def _save_once(store, plan, number, start, outcomes):
    start.wait()
    try:
        saved = save(store, set_goal(plan, "won_amount", 1_000_000 + number), 1, f"saver {number}")
        outcomes.put((number, saved.revision))
    except StaleSave as error:
        outcomes.put((number, error.differences[0]))


@pytest.mark.slow
def test_of_twenty_processes_that_save_at_once_one_wins(tmp_path, plan):
    store = PlanStore(tmp_path)
    first = save(store, plan, None, "first")
    context = multiprocessing.get_context("fork")
    start, outcomes = context.Barrier(20), context.SimpleQueue()
    processes = [forked(_save_once, store, first, number, start, outcomes) for number in range(20)]
    told = dict(outcomes.get() for _ in processes)
    for process in processes:
        process.join()
    winners = [number for number, outcome in told.items() if outcome == 2]
    assert len(winners) == 1
    assert assert_whole(store).goals[0].target == 1_000_000 + winners[0]
    refused = {outcome for number, outcome in told.items() if number not in winners}
    assert refused == {f"Goal won_amount: 300,000 → {(1_000_000 + winners[0]) / 100:,.2f}".replace(".00", "")}


def _save_until_done(store, number, start, failures):
    """Read, change and save until it is through, as a person would."""
    start.wait()
    while True:
        read = store.load("fy18")
        try:
            save(
                store,
                set_goal(read, "won_amount", int(read.goals[0].target) + 1),
                read.revision,
                f"saver {number}",
            )
            return
        except StaleSave:
            failures.put(number)


@pytest.mark.slow
def test_of_twenty_processes_that_try_again_none_is_lost(tmp_path, plan):
    store = PlanStore(tmp_path)
    save(store, plan, None, "first")
    context = multiprocessing.get_context("fork")
    start, failures = context.Barrier(20), context.Queue()
    processes = [forked(_save_until_done, store, number, start, failures) for number in range(20)]
    for process in processes:
        process.join()
    last = assert_whole(store)
    assert last.revision == 21
    assert last.goals[0].target == plan.goals[0].target + 20
    assert {entry.author for entry in store.history("fy18")} == {"first", *(f"saver {n}" for n in range(20))}


FILE_EVENTS = frozenset(
    {"open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "fcntl.flock", "os.scandir"}
)


def _save_and_die(store, plan, read_at, events):
    """Save, and be killed right before the file operation of that number."""
    left = events

    def hook(event, _arguments):
        nonlocal left
        if event in FILE_EVENTS:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    save(store, plan, read_at, "killed")


@pytest.mark.slow
def test_a_save_killed_before_any_of_its_file_operations_leaves_a_whole_plan(tmp_path, plan):
    """Every step of a save is tried, and the next save goes on as if nothing had happened."""
    store = PlanStore(tmp_path)
    read = save(store, plan, None, "first")
    outcomes, events = set(), 0
    for _ in range(200):
        changed = set_goal(read, "won_amount", int(read.goals[0].target) + 1)
        process = forked(_save_and_die, store, changed, read.revision, events)
        process.join()
        now = assert_whole(store)
        assert replace(now, revision=0) in {replace(read, revision=0), replace(changed, revision=0)}
        outcomes.add((process.exitcode, now.revision != read.revision))
        if len(outcomes) == 3:
            break
        # A revision that is kept as changes takes a file more to read than one that is whole.
        events += -2 if process.exitcode == 0 else 1
        read = save(store, set_goal(now, "won_amount", int(now.goals[0].target) + 1), now.revision, "next")
        assert_whole(store)
    assert outcomes == {(-signal.SIGKILL, False), (-signal.SIGKILL, True), (0, True)}
    assert not list(tmp_path.glob(".*.tmp"))


@pytest.mark.slow
def test_the_first_save_killed_before_any_of_its_file_operations_leaves_no_plan_or_a_whole_one(
    tmp_path, plan
):
    for events in range(200):
        store = PlanStore(tmp_path / str(events) / "plans")
        process = forked(_save_and_die, store, plan, None, events)
        process.join()
        if store.names():
            assert_whole(store)
        else:
            save(store, plan, None, "next")
        assert_whole_after_next(store)
        if process.exitcode == 0:
            return
    pytest.fail("the save never came to its end")


def assert_whole_after_next(store):
    read = store.load("fy18")
    save(store, read, read.revision, "after")
    assert store.history("fy18")[-1].revision == store.load("fy18").revision


def _save_in_threads(store, plan, number, start, outcomes):
    start.wait()
    try:
        outcomes.append(save(store, set_goal(plan, "won_amount", number), 1, f"thread {number}").revision)
    except StaleSave:
        outcomes.append(None)


def test_of_eight_threads_of_one_process_one_wins(tmp_path, plan):
    store = PlanStore(tmp_path)
    first = save(store, plan, None, "first")
    start, outcomes = threading.Barrier(8), []
    threads = [
        threading.Thread(target=_save_in_threads, args=(store, first, n, start, outcomes)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [2, *[None] * 7]
    assert_whole(store)


def _save_with(hinder, store, plan, outcomes):
    hinder()
    try:
        save(store, set_goal(plan, "won_amount", 1), 1, "hindered")
    except CannotWrite as error:
        outcomes.put(str(error))
    else:
        outcomes.put("saved")


def _be_nobody():
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


def _limit_files_to_a_kilobyte():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


@pytest.mark.parametrize(
    ("hinder", "mode", "said"),
    [
        (_be_nobody, 0o555, "Cannot write fy18.plan.json: permission denied."),
        (_limit_files_to_a_kilobyte, 0o755, "Cannot write 000002.json: file too large."),
    ],
)
def test_a_folder_that_takes_nothing_leaves_everything_as_it_was(tmp_path, plan, hinder, mode, said):
    store = PlanStore(tmp_path / "plans")
    first = save(store, plan, None, "first")
    folders = [store.folder, store.folder / ".history", store.folder / ".history" / "fy18"]
    for folder in (tmp_path.parent.parent, tmp_path.parent, tmp_path):
        folder.chmod(0o755)
    for folder in folders:
        folder.chmod(mode)
    before = {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()}
    outcomes = multiprocessing.get_context("fork").SimpleQueue()
    process = forked(_save_with, hinder, store, first, outcomes)
    told = outcomes.get()
    process.join()
    for folder in folders:
        folder.chmod(0o755)
    assert said in told
    assert {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()} == before
    assert assert_whole(store) == first


def _save_for_ever(store):
    while True:
        read = store.load("fy18")
        save(store, set_goal(read, "won_amount", int(read.goals[0].target) + 1), read.revision, "killed")


@pytest.mark.slow
def test_fifty_kills_at_random_moments_leave_a_whole_plan(tmp_path, plan):
    store = PlanStore(tmp_path)
    first = save(store, plan, None, "first")
    begun = time.perf_counter()
    before = save(store, set_goal(first, "won_amount", 1), first.revision, "second").revision
    # A busy machine saves more slowly, and a kill before anything is saved tries nothing.
    longest = max(0.12, 8 * (time.perf_counter() - begun))
    moments = random.Random(20171001)
    for _ in range(50):
        process = forked(_save_for_ever, store)
        process.join(timeout=moments.uniform(0.01, longest))
        process.kill()
        process.join()
        assert store.load("fy18").revision >= before
        before = store.load("fy18").revision
    assert_whole(store)
    # Enough saves went through for kills to have hit them at every step.
    assert before > 25
