"""What a team gets holds nothing of another team: words are planted there, and looked for in all that is written."""

import base64
import binascii
import csv
import html
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from salesnb.actions import reviewing
from salesnb.actions.reviewing import ReviewRequest
from salesnb.cli import main
from salesnb.workspace import Workspace

# Notebooks are run.
pytestmark = pytest.mark.slow

HOME = "Planted"
TEAMS = {HOME: "North", "Ada": "North", "Bea": "North", "Cleo": "South", "Dora": "South"}
# In this team alone: names of reps, of an account, of its sector, of a product, and ids of deals.
REPS = ("Qorvaxa Lindstrom", "Wimblenork Okafor")
ACCOUNT, SECTOR, PRODUCT, DEAL = "Zephquill Holding", "Yttrine smelting", "Vexomatic", "ID-Umbrascope"
DEALS_HEADER = (
    "opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date", "close_value",
)  # fmt: skip
WHY = "Krellbane agreed"
WORDS = ("qorvaxa", "wimblenork", "zephquill", "yttrine", "vexomatic", "umbrascope", "krellbane")
_ENCODED = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


def reps_of(team: str) -> tuple[str, ...]:
    return REPS if team == HOME else (f"{team} One", f"{team} Two")


def deals() -> Iterator[list[str]]:
    """List some deals a rep, by months; those of the planted team are of another account and product."""
    for place, team in enumerate(TEAMS):
        own = team == HOME
        for number, rep in enumerate(reps_of(team)):
            for index in range(14):
                month, stage = 1 + index % 9, ("Won", "Won", "Lost", "Engaging")[index % 4]
                closed = "" if stage == "Engaging" else f"2017-{month:02d}-{10 + index}"
                value = str(1000 + 137 * index + 1009 * place**2 + 53 * number) if stage == "Won" else ""
                identity = f"{DEAL if own else team}-{number}-{index}"
                product = PRODUCT if own and index % 2 else f"Base {place}"
                account = ACCOUNT if own else f"Account {place}"
                yield [identity, rep, product, account, stage, f"2016-1{index % 3}-15", closed, value]


def write(path: Path, *rows: Any) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of five teams whose reviews were made."""
    folder = tmp_path_factory.mktemp("private")
    export, home = folder / "crm", folder / "mine"
    export.mkdir()
    write(export / "sales_pipeline.csv", DEALS_HEADER, *deals())
    header = (
        "account",
        "sector",
        "year_established",
        "revenue",
        "employees",
        "office_location",
        "subsidiary_of",
    )
    accounts = [(ACCOUNT, SECTOR), *((f"Account {place}", "retail") for place in range(1, len(TEAMS)))]
    write(export / "accounts.csv", header, *((*one, "1999", "12.5", "100", "Norway", "") for one in accounts))
    write(
        export / "products.csv",
        ("product", "series", "sales_price"),
        # Of other teams nothing comes out round, or as somebody else's by chance.
        *((f"Base {place}", "B", str(1013 + 97 * place**2)) for place in range(len(TEAMS))),
        (PRODUCT, "V", "1511"),
    )
    write(
        export / "sales_teams.csv",
        ("sales_agent", "manager", "regional_office"),
        *((rep, team, region) for team, region in TEAMS.items() for rep in reps_of(team)),
    )
    for command in (
        ("new", home),
        ("-C", home, "import", export, "--mapping", "maven"),
        ("-C", home, "plan", "new", "q3", "--period", "2017-Q3", "--goal", "won_amount=100000"),
        ("-C", home, "plan", "cascade", "q3", "--lock", f"{HOME}=9011", "--why", WHY),
        ("-C", home, "review", "q3"),
    ):
        assert main([str(word) for word in command]) == 0, command
    return home


def folder_of(home: Path) -> Path:
    return (home / "reviews" / "q3" / "latest").resolve()


def files_of(home: Path, team: str) -> list[Path]:
    """List all that a team gets."""
    folder = folder_of(home)
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    files = next(row["files"] for row in record["teams"] if row["name"] == team)
    assert len(files) == 3
    return [folder / name for name in files]


def readings(text: str, depth: int = 3) -> Iterator[str]:
    """Give a text as it stands and however it may be read: escapes, percent signs and base64 undone, also twice."""
    yield text.casefold()
    if not depth:
        return
    plain = {html.unescape(text), unquote(text), text.encode().decode("unicode_escape", "ignore")} - {text}
    for other in plain:
        yield other.casefold()
    for found in {word for one in (text, *plain) for word in _ENCODED.findall(one)}:
        for start in range(4):
            cut = found[start:].rstrip("=")
            try:
                decoded = base64.b64decode(cut + "=" * (-len(cut) % 4))
            except binascii.Error:
                continue
            try:
                yield from readings(decoded.decode(), depth - 1)
                break
            except UnicodeDecodeError:
                continue


def leaks(path: Path, words: tuple[str, ...] = WORDS) -> set[str]:
    texts = list(readings(path.read_text(encoding="utf-8")))
    return {word for word in words if any(word in text for text in texts)}


def test_what_is_planted_stands_in_its_own_team_s_files(reviewed: Path) -> None:
    """Else the next test would look for what nobody tells."""
    found = set().union(*(leaks(path) for path in files_of(reviewed, HOME)))
    assert found == set(WORDS)


def test_a_word_is_found_however_it_is_wrapped(tmp_path: Path) -> None:
    inner = base64.b64encode(b'<svg><text x="1">a long enough Zephquill label</text></svg>').decode()
    percent = "".join(f"%{byte:02x}" for byte in b"Vexomatic")
    twice = base64.b64encode(f"data:image/svg+xml;base64,{inner}".encode()).decode()
    for text in (inner, percent, twice, "&#90;ephquill", r"\u005aephquill", "ZEPHQUILL"):
        path = tmp_path / "file"
        path.write_text(f"<p>before {text} after</p>")
        assert leaks(path), text


@pytest.mark.parametrize("team", [team for team in TEAMS if team != HOME])
def test_no_file_of_another_team_holds_a_planted_word(reviewed: Path, team: str) -> None:
    assert {path.name: found for path in files_of(reviewed, team) if (found := leaks(path))} == {}
    for path in files_of(reviewed, team):
        # Names of other teams' files lead to them.
        assert "planted-" not in path.read_text(encoding="utf-8")
        assert "index.html" not in path.read_text(encoding="utf-8")


def test_the_record_of_a_run_holds_no_rows(reviewed: Path) -> None:
    assert leaks(folder_of(reviewed) / "run.json") == set()


def test_no_file_names_a_folder_of_the_machine(reviewed: Path) -> None:
    places = [
        str(reviewed),
        str(reviewed.parent),
        str(Path.home()) + "/",
        sys.prefix,
        str(Path(reviewing.__file__).parents[2]),
    ]
    for path in folder_of(reviewed).rglob("*"):
        if path.is_file():
            texts = list(readings(path.read_text(encoding="utf-8")))
            assert [one for one in places if any(one.casefold() in text for text in texts)] == [], path.name


def figures(content: Any) -> Iterator[float]:
    """List all numbers of an extract."""
    if isinstance(content, dict):
        for value in content.values():
            yield from figures(value)
    elif isinstance(content, list):
        for value in content:
            yield from figures(value)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield content


KPIS = ("won_amount", "open_amount", "quota")


def wholes(home: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Give money by team, and of the region and company around it: ``{team: {place: {kpi: whole}}}``."""
    own: dict[str, dict[str, float]] = {}
    for team in TEAMS:
        extract = json.loads(
            next(path for path in files_of(home, team) if path.suffix == ".json").read_text()
        )
        table = extract["tables"]["headline"]
        row = dict(zip(table["columns"], table["rows"][0], strict=True))
        own[team] = {kpi: row.get(kpi) or 0 for kpi in KPIS} | {"quota": extract["goal"]["target"]}
    return {
        team: {
            place: {kpi: sum(own[one][kpi] for one in inside) for kpi in KPIS}
            for place, inside in (
                ("own", [team]),
                ("region", [one for one in TEAMS if TEAMS[one] == TEAMS[team]]),
                ("company", list(TEAMS)),
            )
        }
        for team in TEAMS
    }


@pytest.mark.parametrize("team", list(TEAMS))
def test_a_team_cannot_take_itself_out_of_a_region_of_few(reviewed: Path, team: str) -> None:
    """In a region two other teams or one are left, with four reps: neither it nor what remains is told, nor a share of it."""
    path = next(path for path in files_of(reviewed, team) if path.suffix == ".json")
    told = list(figures(json.loads(path.read_text(encoding="utf-8"))))
    found = wholes(reviewed)[team]
    for kpi in KPIS:
        own, region = found["own"][kpi], found["region"][kpi]
        assert own != region
        for secret in (region, region - own, own / region, (region - own) / region):
            assert not [one for one in told if abs(one - secret) < 1e-6 * abs(secret)], (kpi, secret)


@pytest.mark.parametrize("team", list(TEAMS))
def test_of_the_company_the_others_are_told_together_without_the_reader(reviewed: Path, team: str) -> None:
    """Four other teams with eight reps are left: their ratio is told, and no sum from which one's own could be taken."""
    path = next(path for path in files_of(reviewed, team) if path.suffix == ".json")
    extract = json.loads(path.read_text(encoding="utf-8"))
    assert extract["peers"]["n"] == len(TEAMS) - 1
    told, found = list(figures(extract)), wholes(reviewed)[team]
    for kpi in ("won_amount", "open_amount"):
        own, company = found["own"][kpi], found["company"][kpi]
        assert not [one for one in told if one in (company, company - own)], kpi


def test_a_copy_reads_the_same_elsewhere(reviewed: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(reviewed, tmp_path / "moved", symlinks=True)
    folder = folder_of(moved)
    assert Workspace.open(moved).root == moved
    told = reviewing.explain_review(Workspace.open(moved), ReviewRequest(plan="q3"))
    assert {one.verdict for one in told} == {"keep"}
    assert (folder / "index.html").is_file()
