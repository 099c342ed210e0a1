"""Who gets which review, what lies in a recipient's folder, and what is delivered into folders or by other ways."""

import json
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock

from salesnb.actions import carriers
from salesnb.actions.contacts import Contact, Contacts
from salesnb.actions.delivering import DeliveryRequest, deliver
from salesnb.actions.handing_out import DELIVERIES, hand_out
from salesnb.actions.plugins import registries
from salesnb.actions.recipients import Reviewed, deliveries_of
from salesnb.delivery_settings import Deliveries
from salesnb.errors import BadInput, BadUsage, Damaged, MissingFile, UnknownName
from salesnb.workspace import Workspace
from tests.actions.delivery_sample import ABOUT, RUN, make_run, write_settings

TO = '[deliveries]\ncompany = ["cro@example.com"]\n[deliveries.to]\nAlps = "ann@example.com"\n"id/Andes" = ["bob@example.com", "cid@example.com"]\n'
FOLDER = '[deliveries.folder]\nbase = "outbox"\n'
TEAMS = ("Alps", "Andes", "Oceania")
WORDS = {"Alps": "quokka-seven", "Andes": "tapir-eleven", "Oceania": "wombat-three"}
SEND = DeliveryRequest(send=True)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    found = write_settings(tmp_path / "mine", TO + FOLDER)
    make_run(found, TEAMS, WORDS)
    return found


@pytest.fixture
def run(workspace) -> Path:
    return workspace.reviews_dir / "fy18" / RUN


def told(run):
    return json.loads((run / DELIVERIES).read_text(encoding="utf-8"))


def words_in(folder):
    """Which of the planted words stand in a folder, as names or contents."""
    texts = [path.read_text(errors="replace") + path.name for path in folder.rglob("*") if path.is_file()]
    return {team for team, word in WORDS.items() if any(word in text for text in texts)}


def state(folder):
    return {
        str(path.relative_to(folder)): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
    }


def review(name, **more):
    return Reviewed(id=f"id/{name}", name=name, about="KPI review", **more)


def resolved(reviews, **settings):
    found, missing = deliveries_of(reviews, Deliveries(**settings))
    return {one.address: [r.id for r in one.reviews] for one in found}, {one.id: one.why for one in missing}


# Who gets what


def test_the_settings_come_before_what_the_data_says():
    asked = [review("Alps", address="data@example.com"), review("Andes", address="data@example.com")]
    found, missing = resolved(asked, to={"Alps": ("ann@example.com",)})
    assert found == {"ann@example.com": ["id/Alps"], "data@example.com": ["id/Andes"]}
    assert missing == {}


@pytest.mark.parametrize("name", ["id/Alps", "Alps", "Mia Manager"])
def test_a_team_may_be_named_by_id_name_or_manager(name):
    found, _ = resolved([review("Alps", manager="Mia Manager")], to={name: ("ann@example.com",)})
    assert found == {"ann@example.com": ["id/Alps"]}


def test_several_people_may_get_one_review_and_one_person_several():
    found, _ = resolved(
        [review("Alps"), review("Andes")],
        to={"Alps": ("ann@example.com", "bob@example.com"), "Andes": ("Ann@Example.com",)},
    )
    assert found == {"ann@example.com": ["id/Alps", "id/Andes"], "bob@example.com": ["id/Alps"]}


def test_a_name_that_two_teams_share_tells_neither():
    asked = [review("Alps", why="Nobody."), Reviewed(id="other/Alps", name="Alps", about="", why="Nobody.")]
    found, missing = resolved(asked, to={"Alps": ("ann@example.com",)})
    assert found == {}
    assert missing["other/Alps"] == "Several are called Alps; write 'other/Alps' in [deliveries.to]."


def test_who_has_no_recipient_is_listed_with_the_reason():
    asked = [
        review("Alps", why="The data names no manager."),
        review("Andes", failed="The review failed: ValueError: no deals"),
        review("Iberia"),
    ]
    _, missing = resolved(asked, to={"Iberia": ()})
    assert missing == {
        "id/Alps": "The data names no manager. Name somebody in [deliveries.to].",
        "id/Andes": "The review failed: ValueError: no deals",
        "id/Iberia": "[deliveries.to] says that nobody gets it.",
    }


PEOPLE = [
    {"rep_id": "1", "name": "Ann", "email": "ann@example.com", "end_on": None},
    {"rep_id": "2", "name": "Bob", "email": "not an address", "end_on": None},
    {"rep_id": "3", "name": "Cid", "email": "cid@example.com", "end_on": date(2017, 6, 1)},
    {"rep_id": "4", "name": "Dea", "email": "dea@example.com", "end_on": None},
    {"rep_id": "5", "name": "Dea", "email": "other@example.com", "end_on": None},
    {"rep_id": "6", "name": "Eve", "email": None, "end_on": None},
    {"rep_id": "7", "name": "Fay", "email": "old@example.com", "end_on": date(2017, 1, 1)},
    {"rep_id": "8", "name": "Fay", "email": "fay@example.com", "end_on": date(2019, 1, 1)},
]


@pytest.mark.parametrize(
    ("manager", "address", "why"),
    [
        ("Ann", "ann@example.com", ""),
        ("Bob", "", "The data has no e-mail address of Bob."),
        ("Cid", "", "Cid has left."),
        ("Dea", "", "Several people are called Dea."),
        ("Eve", "", "The data has no e-mail address of Eve."),
        ("Fay", "fay@example.com", ""),
        ("Gus", "", "The data has no e-mail address of Gus."),
    ],
)
def test_a_team_goes_to_its_manager_where_the_data_has_one_address(manager, address, why):
    contacts = Contacts(by="team", levels=("region", "team"), as_of=date(2017, 12, 12), people=PEOPLE)
    assert contacts.of("West/Alps", "Alps", manager) == Contact(person=manager, address=address, why=why)


def test_teams_called_as_their_manager_reps_and_other_dimensions():
    def contacts(by):
        return Contacts(by=by, levels=("team",), as_of=date(2017, 12, 12), people=PEOPLE)

    assert contacts("team").of("x", "Ann", "").address == "ann@example.com"
    assert contacts("team").of("x", "Alps", "").why == "The data names no manager."
    assert contacts("rep").of("4", "Dea", "").address == "dea@example.com"
    assert contacts("sector").of("Ann", "Ann", "").why == "Nobody stands for a sector."


# The folders


def test_a_recipient_s_folder_holds_exactly_that_recipient_s_files(run):
    by_recipient = {one["recipient"]: one for one in told(run)["deliveries"]}
    assert words_in(run / by_recipient["ann@example.com"]["folder"]) == {"Alps"}
    assert words_in(run / by_recipient["bob@example.com"]["folder"]) == {"Andes"}
    for one in by_recipient.values():
        names = {path.name for path in (run / one["folder"]).iterdir()}
        assert names == set(one["files"])
        assert ("index.html" in names) is (one["recipient"] == "cro@example.com")
    assert len(list((run / "for").iterdir())) == 4


def test_the_list_says_who_gets_what(run):
    ann = next(one for one in told(run)["deliveries"] if one["recipient"] == "ann@example.com")
    assert ann["subject"] == "Alps: KPI review Q4"
    assert ann["finding"] == "Alps is on pace."
    assert ann["status"] == "not sent"
    assert [one["id"] for one in told(run)["not_delivered"]] == ["id/Oceania"]


def test_the_company_s_pages_are_kept_apart_from_a_team_that_the_same_person_leads(tmp_path):
    workspace = write_settings(tmp_path, TO.replace("ann@", "cro@"))
    run = make_run(workspace, TEAMS, WORDS).folder
    apart = [path for path in (run / "for").iterdir() if path.name.startswith("cro-")]
    assert sorted((folder / "index.html").exists() for folder in apart) == [False, True]
    (team,) = [folder for folder in apart if not (folder / "index.html").exists()]
    assert words_in(team) == {"Alps"}


def test_nothing_is_written_where_nothing_has_changed(workspace, run):
    before = state(run)
    assert not make_again(workspace).changed
    deliver(workspace, DeliveryRequest())
    assert state(run) == before


def make_again(workspace):
    run = workspace.reviews_dir / "fy18" / RUN
    rows = told(run)["reviews"]
    reviews = [Reviewed(**{**row, "pages": tuple(row["pages"])}) for row in rows]
    return hand_out(run, ABOUT, reviews, workspace.settings.deliveries)


def test_a_team_that_goes_to_somebody_else_leaves_the_old_folder(workspace, run):
    stranger = run / "for" / "stranger"
    stranger.mkdir()
    (stranger / "x.html").write_text("tapir-eleven")
    (ann,) = [run / one["folder"] for one in told(run)["deliveries"] if one["recipient"] == "ann@example.com"]
    (ann / "left.html").write_text("tapir-eleven")
    moved = write_settings(workspace.root, TO.replace("Alps =", "Oceania =") + FOLDER)
    deliver(moved, DeliveryRequest())
    assert words_in(ann) == {"Oceania"}
    assert not stranger.exists()


def test_a_link_in_place_of_a_folder_is_not_followed(workspace, run, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").write_text("keep")
    (ann,) = [run / one["folder"] for one in told(run)["deliveries"] if one["recipient"] == "ann@example.com"]
    for path in ann.iterdir():
        path.unlink()
    ann.rmdir()
    ann.symlink_to(elsewhere)
    deliver(workspace, DeliveryRequest())
    assert [path.name for path in elsewhere.iterdir()] == ["mine.txt"]
    assert words_in(ann) == {"Alps"}


def test_where_there_are_no_second_names_copies_do(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr("os.link", refuse)
    workspace = write_settings(tmp_path, TO)
    run = make_run(workspace, TEAMS, WORDS).folder
    before = state(run)
    assert not make_again(workspace).changed
    assert state(run) == before
    make_run(workspace, ["Alps"], {"Alps": "tapir-eleven"})
    (ann,) = [run / one["folder"] for one in told(run)["deliveries"] if one["recipient"] == "ann@example.com"]
    assert words_in(ann) == {"Andes"}


def test_a_page_that_another_run_is_making_anew_harms_nobody_else(workspace, run):
    page = next(path for path in run.glob("*.html") if "quokka" in path.read_text())
    page.unlink()
    make_again(workspace)
    for ann in (run / "for").glob("ann-*"):
        (ann / page.name).unlink()
    make_again(workspace)
    assert words_in(next((run / "for").glob("bob-*"))) == {"Andes"}


# Delivering


def test_folders_get_each_review_once_and_whole(workspace, run):
    outcome = deliver(workspace, SEND)
    assert not outcome.failed
    assert [one.id for one in outcome.undelivered] == ["id/Oceania"]
    base = workspace.root / "outbox"
    assert words_in(next(base.glob("ann-*"))) == {"Alps"}
    assert words_in(next(base.glob("bob-*"))) == {"Andes"}
    (page,) = base.glob(f"ann-*/fy18/{RUN}/*.html")
    assert [one["status"] for one in told(run)["deliveries"]] == ["sent"] * 4
    page.unlink()
    assert {line.status for line in deliver(workspace, SEND).lines} == {"sent before"}
    assert not page.exists()


def test_a_copy_that_was_cut_short_is_made_again(workspace, monkeypatch):
    def cut(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(carriers, "write_atomic", cut)
        with pytest.raises(KeyboardInterrupt):
            deliver(workspace, SEND)
    assert {line.status for line in deliver(workspace, SEND).lines} == {"sent"}


def test_a_disk_that_does_not_take_a_copy_is_told_and_nothing_is_remembered(workspace):
    (workspace.root / "outbox").mkdir()
    ann = next((workspace.reviews_dir / "fy18" / RUN / "for").glob("ann-*")).name
    (workspace.root / "outbox" / ann).write_text("in the way")
    outcome = deliver(workspace, SEND)
    assert outcome.failed
    assert [line.status for line in outcome.lines] == ["sent", "not sent", "sent", "sent"]
    (workspace.root / "outbox" / ann).unlink()
    assert not deliver(workspace, SEND).failed


def test_a_page_that_somebody_changed_goes_to_nobody(workspace, run):
    page = next(path for path in run.glob("*.html") if "quokka" in path.read_text())
    page.write_text("tapir-eleven")
    outcome = deliver(workspace, SEND)
    assert "ann@example.com" not in {line.recipient for line in outcome.lines}
    assert (
        f"{page.name} is not as the run wrote it."
        in {one.name: one.why for one in outcome.undelivered}["Alps"]
    )
    assert not list((workspace.root / "outbox").glob("ann-*"))


def test_the_addresses_of_today_count(workspace):
    mended = write_settings(workspace.root, TO.replace("ann@", "zoe@") + FOLDER)
    assert "zoe@example.com" in {line.recipient for line in deliver(mended, DeliveryRequest()).lines}


def test_only_some_may_be_asked_for(workspace):
    def recipients(*only):
        return [line.recipient for line in deliver(workspace, DeliveryRequest(only=only)).lines]

    assert recipients("Alps") == ["ann@example.com"]
    assert recipients("id/Andes") == ["bob@example.com", "cid@example.com"]
    assert recipients("cid@example.com", "Alps") == ["ann@example.com", "cid@example.com"]
    assert recipients("Oceania") == []
    with pytest.raises(UnknownName, match="Did you mean 'Alps'"):
        recipients("Apls")


def test_names_in_the_settings_that_nothing_has_are_told(tmp_path):
    workspace = write_settings(tmp_path, TO.replace("Alps =", "Apls =") + FOLDER)
    make_run(workspace, TEAMS)
    assert "nothing in this run is called 'Apls'." in deliver(workspace, DeliveryRequest()).notices[0]


def test_without_a_way_one_can_look_and_not_send(tmp_path):
    workspace = write_settings(tmp_path, TO)
    make_run(workspace, TEAMS)
    assert "[deliveries.smtp]" in deliver(workspace, DeliveryRequest()).notices[0]
    with pytest.raises(BadInput, match="No way of delivery is set up"):
        deliver(workspace, SEND)


def test_of_several_ways_one_is_chosen(tmp_path):
    smtp = '[deliveries.smtp]\nhost = "h"\nfrom = "a@example.com"\n'
    workspace = write_settings(tmp_path, TO + FOLDER + smtp)
    make_run(workspace, TEAMS)
    with pytest.raises(BadInput, match="--to folder or smtp"):
        deliver(workspace, SEND)
    assert not deliver(workspace, DeliveryRequest(way="folder", send=True)).failed
    # What went into a folder was not mailed.
    assert {line.status for line in deliver(workspace, DeliveryRequest(way="smtp")).lines} == {"to send"}


def test_a_way_that_is_not_known_is_refused(tmp_path):
    workspace = write_settings(tmp_path, TO + "[deliveries.smpt]\nhost = 'h'\n")
    make_run(workspace, TEAMS)
    with pytest.raises(UnknownName, match="Did you mean 'smtp'"):
        deliver(workspace, DeliveryRequest())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[deliveries]\ncompany = "cro"\n', r"salesnb.toml, \[deliveries\] company: 'cro' is not an e-mail"),
        ("[deliveries.to]\nAlps = 7\n", r"salesnb.toml, \[deliveries.to\] 'Alps': '7' is not an e-mail"),
        (
            '[deliveries.to]\nAlps = ["a@b.c", "a@b.c\\nBcc: e@x.y"]\n',
            r"\[deliveries.to\] 'Alps': 'a@b.c Bcc: e@x.y' is",
        ),
        ('[deliveries]\nteams = "x"\n', r"There is no setting 'teams'"),
        ("deliveries = 3\n", r"deliveries stands outside a section"),
        ("[deliveries]\nto = 3\n", r"\[deliveries\]: (There is no|to is not a section)"),
    ],
)
def test_settings_that_do_not_fit_are_told_with_file_and_key(tmp_path, text, place):
    with pytest.raises(BadInput, match=place):
        write_settings(tmp_path, text)


def test_a_run_is_named_by_its_folder_or_its_plan(workspace, run):
    for name in ("", "fy18", str(run), str(run.parent / "latest")):
        assert deliver(workspace, DeliveryRequest(run=name)).folder == run
    with pytest.raises(UnknownName, match="Did you mean 'fy18'"):
        deliver(workspace, DeliveryRequest(run="fy19"))


def test_a_run_without_a_list_or_with_a_broken_one_says_what_to_do(workspace, run):
    (run / DELIVERIES).write_text("{")
    with pytest.raises(Damaged, match="Run salesnb review again"):
        deliver(workspace, DeliveryRequest())
    (run / DELIVERIES).unlink()
    with pytest.raises(MissingFile, match="Run salesnb review again"):
        deliver(workspace, DeliveryRequest())


def test_two_deliveries_of_a_run_do_not_meet(workspace, run):
    with FileLock(run.parent / f".{run.name}.lock"), pytest.raises(BadUsage, match="being delivered"):
        deliver(workspace, SEND)


def test_what_was_sent_and_cannot_be_read_is_not_taken_for_nothing(workspace, run):
    (run.parent / f".{run.name}.sent.jsonl").mkdir()
    with pytest.raises(Damaged, match="cannot be read"):
        deliver(workspace, SEND)


# Ways that packages add


class Pigeon:
    """A way of a package of one's own."""

    repeatable = False

    def __init__(self):
        self.carried = []

    def check(self, options):
        options.take("loft", str)

    @contextmanager
    def open(self, options):
        def carry(parcel):
            if parcel.recipient.startswith("bob"):
                raise carriers.OutOfReach("The loft is shut.")
            self.carried.append((options.take("loft", str), parcel.subject, parcel.read(parcel.pages[0])))

        yield carry


@pytest.fixture
def pigeon(monkeypatch):
    """Installs a package with a way of its own."""
    from salesnb.registry import Registry

    found = Pigeon()

    class Point:
        name, value, dist = "pigeon", "birds:pigeon", None
        load = staticmethod(lambda: found)

    registry = Registry("way of delivery", "salesnb.deliveries")
    for name, item in carriers.WAYS.items():
        registry.add(name, item, origin="salesnb")
    asked = lambda group: [Point] if group == "salesnb.deliveries" else []  # noqa: E731
    monkeypatch.setattr("salesnb.registry.entry_points", asked)
    monkeypatch.setattr(carriers, "WAYS", registry)
    monkeypatch.setattr("salesnb.actions.delivering.WAYS", registry)
    return found


def test_a_package_adds_a_way(tmp_path, pigeon):
    workspace = write_settings(tmp_path, TO + '[deliveries.pigeon]\nloft = "north"\n')
    make_run(workspace, TEAMS, WORDS)
    outcome = deliver(workspace, SEND)
    assert pigeon.carried[1] == ("north", "Alps: KPI review Q4", "<p>Alps quokka-seven – ü</p>".encode())
    # Once nothing can be delivered at all, the rest is not tried.
    assert [line.status for line in outcome.lines] == ["sent", "sent", "not sent", "not sent"]
    assert [line.why for line in outcome.lines[2:]] == ["The loft is shut."] * 2
    assert any(one.kind == "way of delivery" for one in registries())


def test_a_way_s_missing_option_is_told_with_its_place(tmp_path, pigeon):
    workspace = write_settings(tmp_path, TO + "[deliveries.pigeon]\n")
    make_run(workspace, TEAMS)
    with pytest.raises(BadInput, match=r"salesnb.toml, \[deliveries.pigeon\]: loft is missing"):
        deliver(workspace, DeliveryRequest())
