"""Entries of a plan's history: small, exact, and each as good as the whole plan."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.errors import Damaged
from salesnb.planning import Objective, PlanStore, plan_from_json, plan_to_json, set_goal
from salesnb.planning.changed_json import changed, changes
from salesnb.planning.document import json_text, plan_to_document

AT = datetime(2026, 9, 11, 12, tzinfo=UTC)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=25,
)


def written(value):
    return json.dumps(value, sort_keys=True)


@given(before=VALUES, after=VALUES)
@settings(max_examples=200, deadline=None)
def test_a_document_and_its_changes_make_the_other_to_the_letter(before, after):
    was = deepcopy(before)
    made = json.loads(json.dumps(list(changes(before, after))))
    assert written(changed(before, made)) == written(after)
    assert written(before) == written(was)
    assert (made == []) == (written(before) == written(after))


def test_what_is_equal_and_not_written_alike_is_a_change():
    for one, other in ((1, 1.0), (1, True), (0, False), (0.0, -0.0)):
        assert written(changed([one, [one]], changes([one, [one]], [other, [other]]))) == written(
            [other, [other]]
        )


def test_one_number_of_many_is_one_change():
    before = {"quotas": [{"id": str(n), "amount": n} for n in range(1000)]}
    after = deepcopy(before)
    after["quotas"][7]["amount"] = 70
    assert list(changes(before, after)) == [{"at": ["quotas", 7, "amount"], "to": 70}]
    del after["quotas"][3]
    (one,) = changes(before, {"quotas": before["quotas"][:3] + before["quotas"][4:]})
    assert one == {"at": ["quotas"], "from": 3, "cut": 1, "put": []}


@pytest.fixture
def large(plan):
    """A plan of which a number is a small part."""
    return replace(
        plan,
        objectives=(*plan.objectives, *(Objective(id=f"o{n}", text=f"Objective {n}") for n in range(60))),
    )


@pytest.fixture
def store(tmp_path):
    return PlanStore(tmp_path / "plans")


def save(store, plan, read_at=None):
    return store.save(plan, read_at=read_at, author="Ann", reason="because", at=AT)


def entry(store, number):
    return store.folder / ".history" / "fy18" / f"{number:06d}.json"


def kept_in(store, number):
    return json.loads(entry(store, number).read_text())


def test_a_small_change_makes_a_small_entry_that_says_what_changed(store, large):
    saved = save(store, large)
    save(store, set_goal(saved, "won_amount", 310_000_00), saved)
    one = kept_in(store, 2)
    assert list(one) == ["revision", "after", "author", "at", "reason", "status", "of", "sha256", "changes"]
    assert (one["of"], one["status"]) == (1, "draft")
    assert {"at": ["goals", 0, "amount_minor"], "to": 310_000_00} in one["changes"]
    assert entry(store, 2).stat().st_size * 4 < entry(store, 1).stat().st_size
    assert [one.status for one in store.history("fy18")] == ["draft", "draft"]


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["target", "objective", "drop", "restore", "rewrite", "hand"]),
        st.integers(1, 10**9),
        st.integers(0, 99),
    ),
    min_size=1,
    max_size=8,
)


# The plan that is started from is never changed.
@pytest.mark.slow
@given(edits=EDITS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_revision_comes_back_exactly(tmp_path_factory, large, edits):
    store = PlanStore(tmp_path_factory.mktemp("plans"))
    now = save(store, large)
    known = {1: now}
    for what, number, place in edits:
        objectives = now.objectives
        if what == "restore":
            back = sorted(known)[place % len(known)]
            now = store.restore("fy18", back, author="Ann", at=AT)
        elif what == "hand":
            text = plan_to_json(
                replace(now, objectives=(*objectives, Objective(id=f"h{now.revision}", text="ü")))
            )
            store.path("fy18").write_text(text)
            now = save(store, set_goal(store.load("fy18"), "won_amount", number), store.load("fy18"))
            known |= {now.revision - 1: store.revision("fy18", now.revision - 1)}
            assert plan_to_json(replace(known[now.revision - 1], revision=0)) == plan_to_json(
                replace(plan_from_json(text), revision=0)
            )
        else:
            after = {
                "target": set_goal(now, "won_amount", number),
                "objective": replace(
                    now,
                    objectives=(
                        *objectives[:place],
                        Objective(id=f"n{now.revision}", text="\u2028 new"),
                        *objectives[place:],
                    ),
                ),
                "drop": replace(now, objectives=objectives[: place // 2 + 1] + objectives[place // 2 + 2 :]),
                "rewrite": replace(
                    now, objectives=tuple(replace(one, text=f"{one.text} {number}") for one in objectives)
                ),
            }[what]
            now = save(store, after, now)
        known[now.revision] = now
    again = PlanStore(store.folder)
    assert {number: plan_to_json(again.revision("fy18", number)) for number in known} == {
        number: plan_to_json(plan) for number, plan in known.items()
    }
    assert [one.revision for one in again.history("fy18")] == sorted(known)


def test_every_fiftieth_is_whole_and_none_rests_on_changes(store, large):
    now = save(store, large)
    for n in range(120):
        now = save(store, set_goal(now, "won_amount", 1_000_00 + n), now)
    of = {number: kept_in(store, number).get("of") for number in range(1, 122)}
    assert [number for number, base in of.items() if base is None] == [1, 51, 101]
    assert {number: base for number, base in of.items() if base} == {
        number: 1 + 50 * ((number - 1) // 50) for number in of if number not in {1, 51, 101}
    }


def test_a_change_of_nearly_everything_is_kept_whole(store, large, plan):
    saved = save(store, large)
    others = tuple(Objective(id=f"x{n}", text=f"Other {n}") for n in range(60))
    save(store, replace(large, objectives=(*plan.objectives, *others)), saved)
    assert "plan" in kept_in(store, 2)


def test_a_history_of_whole_entries_as_written_before_is_read_and_goes_on(store, large):
    store.path("fy18").parent.mkdir(parents=True)
    entry(store, 1).parent.mkdir(parents=True)
    plans = [replace(set_goal(large, "won_amount", 1_000_00 * n), revision=n) for n in range(1, 4)]
    for plan in plans:
        head = {
            "revision": plan.revision,
            "after": plan.revision - 1,
            "author": "Ann",
            "at": "2026-09-11T12:00:00Z",
            "reason": "old",
        }
        entry(store, plan.revision).write_text(json_text({**head, "plan": plan_to_document(plan)}))
    store.path("fy18").write_text(plan_to_json(plans[-1]))
    assert [store.revision("fy18", one.revision) for one in plans] == plans
    before = {number: entry(store, number).read_bytes() for number in (1, 2, 3)}
    fourth = save(store, set_goal(plans[-1], "won_amount", 7), plans[-1])
    assert (fourth.revision, kept_in(store, 4)["of"]) == (4, 3)
    assert {number: entry(store, number).read_bytes() for number in before} == before
    assert store.restore("fy18", 1, author="Ann", at=AT).goals == plans[0].goals
    assert [one.kept for one in store.history("fy18")] == [True] * 5


def damage(store, number, change):
    path = entry(store, number)
    path.write_text(change(path.read_text()))


@pytest.mark.parametrize(
    ("number", "change", "said"),
    [
        (1, lambda text: text[: len(text) // 2], r"fy18/000001\.json, line"),
        (1, lambda _: "[]", r"fy18/000001\.json"),
        (1, lambda text: text.replace("Objective 59", "Objective 58"), r"000001\.json do not make the plan that was kept"),
        (2, lambda text: text.replace("31000000", "31000001"), "do not make the plan that was kept"),
        (2, lambda text: text.replace('"changes": [', '"changes": [7, '), "Its changes cannot be read"),
        (2, lambda text: text.replace('"goals"', '"no goals"'), "Its changes cannot be read"),
        (2, lambda text: text.replace('"of": 1', '"of": "x"'), "Its changes cannot be read"),
        (2, lambda text: text.replace('"sha256"', '"sha"'), "Its changes cannot be read"),
        (2, lambda text: text.replace('"of": 1', '"of": 9'), r"holds the changes to \.history/fy18/000009\.json, which is not there"),
        (2, lambda text: text.replace('"of": 1', '"of": 2'), "has no plan"),
        (2, lambda text: text[:-20], r"fy18/000002\.json, line"),
    ],
)  # fmt: skip
def test_damage_is_refused_in_words_and_does_not_stop_the_next_save(store, large, number, change, said):
    first = save(store, large)
    second = save(store, set_goal(first, "won_amount", 310_000_00), first)
    damage(store, number, change)
    fresh = PlanStore(store.folder)
    with pytest.raises(Damaged, match=said):
        fresh.revision("fy18", 2)
    third = save(fresh, set_goal(second, "won_amount", 320_000_00), second)
    assert fresh.revision("fy18", third.revision) == third
    assert "plan" in kept_in(fresh, 3)
    # What is found at the next save is kept as a revision of its own: nothing of the plan as it was is lost.
    assert plan_to_json(replace(fresh.revision("fy18", third.revision - 1), revision=2)) == plan_to_json(
        second
    )
