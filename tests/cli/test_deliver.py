"""From reviews to recipients on the command line: managers of the data, folders, mail, and nothing of another team."""

import base64
import csv
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest

from salesnb.workspace import Workspace
from tests.actions.delivery_sample import SMTP, make_run, write_settings
from tests.actions.smtp_server import Server, running

pytestmark = pytest.mark.slow

MAPPING = """
[opportunities]
file = "deals.csv"
columns = { opportunity_id = "id", account_id = "customer", rep_id = "owner", stage = "stage", amount = "value", created_on = "opened", closed_on = "closed" }
[opportunities.status]
column = "stage"
won = ["Won"]
lost = ["Lost"]
[reps]
file = "people.csv"
columns = { rep_id = "id", name = "name", email = "mail", team = "team", region = "region", manager = "boss" }
"""
# Whose words may stand in which folder.
PLANTED = {
    "Alps": ("Quokka", "quokkacorp", "QUO"),
    "Andes": ("Tapirovic", "tapircorp", "TAP"),
}
HEAD = {"Alps": "Mia Head", "Andes": "Noa Head"}


def write_files(folder: Path) -> Path:
    folder.mkdir(parents=True)
    people = [("id", "name", "mail", "team", "region", "boss")]
    people += [
        ("m1", "Mia Head", "mia@example.com", "", "", ""),
        ("m2", "Noa Head", "noa@example.com", "", "", ""),
    ]
    deals = [("id", "customer", "owner", "stage", "value", "opened", "closed")]
    for team, (name, customer, prefix) in PLANTED.items():
        for rep in range(3):
            people.append((f"{prefix}{rep}", f"{name} {rep}", "", team, "World", HEAD[team]))
            for index in range(12):
                stage = ("Won", "Lost", "Open")[index % 3]
                closed = "" if stage == "Open" else f"2017-{1 + index % 9:02d}-{5 + rep:02d}"
                amount = 1000 + 100 * index
                row = (
                    f"{prefix}-{rep}-{index}",
                    f"{customer}{index}",
                    f"{prefix}{rep}",
                    stage,
                    amount,
                    "2016-12-01",
                )
                deals.append((*row, closed))
    for file, rows in (("people.csv", people), ("deals.csv", deals)):
        with (folder / file).open("w", newline="", encoding="utf-8") as written:
            csv.writer(written).writerows(rows)
    (folder / "mapping.toml").write_text(MAPPING)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with reviews of two teams that the data knows the managers of, made once."""
    from salesnb.cli import main

    folder = tmp_path_factory.mktemp("deliver")
    files, mine = write_files(folder / "crm"), folder / "mine"
    assert main(["new", str(mine)]) == 0
    assert (
        main(["-C", str(mine), "import", str(files), "--mapping", str(files / "mapping.toml"), "--yes"]) == 0
    )
    goal = ["--period", "2017-Q3", "--goal", "won_amount=20000"]
    assert main(["-C", str(mine), "plan", "new", "q3", *goal]) == 0
    assert main(["-C", str(mine), "review", "q3"]) == 0
    return mine


@pytest.fixture
def mine(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "mine", symlinks=True)


def latest(workspace: Path) -> Path:
    return (workspace / "reviews" / "q3" / "latest").resolve()


def spelled(path: Path) -> str:
    """A file's text, also percent and base64 decoded, with its name."""
    text = path.name + path.read_bytes().decode("utf-8", "replace")
    for code in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        text += base64.b64decode(code + "=" * (-len(code) % 4)).decode("utf-8", "replace")
    return text + unquote(text)


def words_in(folder: Path) -> set[str]:
    texts = [spelled(path) for path in folder.rglob("*") if path.is_file()]
    return {team for team, words in PLANTED.items() if any(word in text for word in words for text in texts)}


def test_each_manager_s_folder_holds_the_own_team_and_nothing_of_another(mine: Path) -> None:
    content = json.loads((latest(mine) / "deliveries.json").read_text())
    by_recipient = {one["recipient"]: one for one in content["deliveries"]}
    assert set(by_recipient) == {"mia@example.com", "noa@example.com"}
    for recipient, team in (("mia@example.com", "Alps"), ("noa@example.com", "Andes")):
        folder = latest(mine) / by_recipient[recipient]["folder"]
        assert words_in(folder) == {team}
        assert {path.suffix for path in folder.iterdir()} == {".html", ".ipynb"}
        assert by_recipient[recipient]["subject"] == f"{team}: KPI review Q3 2017"
        # The review's own words.
        finding = by_recipient[recipient]["finding"]
        assert finding.startswith(f"{team} ")
        assert finding in next(folder.glob("*.ipynb")).read_text()
    assert [one["id"] for one in content["not_delivered"]] == ["company"]


def test_reviews_are_mailed_once(run: Callable, mine: Path) -> None:
    with running(Server()) as server:
        with (mine / "salesnb.toml").open("a") as settings:
            settings.write("\n" + SMTP.format(port=server.port))
        look = run("-C", mine, "deliver", "q3")
        assert (look.code, server.taken) == (0, [])
        assert "mia@example.com  Alps: KPI review Q3 2017" in look.out
        assert "Not delivered: Company: [deliveries] company names nobody." in look.err
        assert "2 to send, 1 review for nobody. This was a look; --send delivers." in look.err
        assert run("-C", mine, "deliver", "q3", "--send").code == 0
        again = run("-C", mine, "deliver", "--send")
        assert "2 sent before" in again.err
        assert sorted(server.recipients) == ["mia@example.com", "noa@example.com"]
        for place, (recipient, _) in enumerate(server.taken):
            (page,) = server.message(place).iter_attachments()
            text = page.get_content()
            own = "Alps" if recipient.startswith("mia") else "Andes"
            assert text == (latest(mine) / page.get_filename()).read_text()
            assert page.get_payload(decode=True) == (latest(mine) / page.get_filename()).read_bytes()
            assert PLANTED[own][0] in text


def test_a_run_that_changes_nothing_writes_nothing(run: Callable, mine: Path) -> None:
    def state() -> dict[Path, tuple[int, int]]:
        # A seal tells of which settings and files it was made.
        found = sorted(path for path in (mine / "reviews").rglob("*") if path.parent.name != ".seals")
        return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in found if path.is_file()}

    before = state()
    assert run("-C", mine, "review", "q3").code == 0
    assert state() == before
    # Settings that pages do not show: everything is asked again, and nothing comes out otherwise.
    with (mine / "salesnb.toml").open("a") as settings:
        settings.write("\n# a note\n")
    assert run("-C", mine, "review", "q3").code == 0
    changed = {path.name for path, known in state().items() if before.get(path) != known}
    assert changed <= {"run.json"}
    (latest(mine) / "deliveries.json").unlink()
    assert run("-C", mine, "review", "q3").code == 0
    assert (latest(mine) / "deliveries.json").is_file()


def test_a_failed_review_is_not_delivered_and_its_reason_is_told(run: Callable, mine: Path) -> None:
    template = json.loads(
        (Path(__file__).resolve().parents[2] / "templates" / "kpi_review.ipynb").read_text()
    )
    cell = {"cell_type": "code", "execution_count": None, "id": "bad", "metadata": {}, "outputs": []}
    source = "if review.extract.node.name == 'Alps':\n    raise ValueError('no luck')"
    template["cells"].append({**cell, "source": source})
    (mine / "templates").mkdir(exist_ok=True)
    (mine / "templates" / "picky.ipynb").write_text(json.dumps(template))
    (mine / "salesnb.toml").write_text(
        (mine / "salesnb.toml").read_text() + '\n[deliveries.folder]\nbase = "outbox"\n'
    )
    assert run("-C", mine, "review", "q3", "--template", "picky").code == 1
    done = run("-C", mine, "deliver", "--send")
    assert done.code == 0
    assert "Not delivered: Alps: The review failed: Cell" in done.err
    assert "ValueError: no luck" in done.err
    assert words_in(mine / "outbox") == {"Andes"}
    assert words_in(latest(mine) / "for") == {"Andes"}


def test_what_cannot_be_delivered_makes_the_exit_code_one(run: Callable, tmp_path: Path) -> None:
    with running(Server(refuse={"ann@example.com": "550 no such user"})) as server:
        to = '[deliveries.to]\nAlps = "ann@example.com"\nAndes = "bob@example.com"\n'
        workspace: Workspace = write_settings(tmp_path, to + SMTP.format(port=server.port))
        make_run(workspace, ("Alps", "Andes"))
        done = run("-C", tmp_path, "deliver", "--send")
        assert done.code == 1
        assert "refuses ann@example.com: 550 no such user" in done.out
        assert server.recipients == ["bob@example.com"]


def test_the_password_is_never_repeated(
    run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_WORD", "hunter2-secret")
    told = "550 you said hunter2-secret"
    with running(Server(refuse={"ann@example.com": told}, login=("u", "hunter2-secret"))) as server:
        login = 'user = "u"\npassword = "${MAIL_WORD}"\n'
        settings = '[deliveries.to]\nAlps = "ann@example.com"\n' + SMTP.format(port=server.port) + login
        make_run(write_settings(tmp_path, settings), ("Alps",))
        done = run("-C", tmp_path, "deliver", "--send")
        assert done.code == 1
        assert "you said ***" in done.out
        written = [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
        assert not any("hunter2" in text for text in (done.out, done.err, *written))
