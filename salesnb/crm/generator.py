"""The sample that ships: three years of an invented company's CRM, calibrated, with the dirt of real ones.

Everything is drawn from a seed: the same arguments give the same bytes. What was put in comes back as a
:class:`Truth`, so that an estimate can be held against it.

Dirt, at the rates of :data:`salesnb.crm.calibration.CALIBRATION`: one product that opportunities spell
otherwise than the price list, a sector and a country with a typing slip, open opportunities without an
account, ones in stage Prospecting without created date, lost ones with the amount 0, and open ones that died
long ago.
"""

import contextlib
import csv
import io
import math
import os
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import IO

import numpy as np

from salesnb.crm._generator_company import Company, found_company
from salesnb.crm._generator_effort import Effort, ResponseCurve, spend_effort
from salesnb.crm._generator_model import Model, build_model
from salesnb.crm._generator_names import PRODUCTS
from salesnb.crm._generator_truth import TeamTruth, Truth, WinRate, tell_truth
from salesnb.crm.calibration import CALIBRATION
from salesnb.errors import BadInput
from salesnb.files import cannot_write, write_atomic

__all__ = ["LAST_DAY", "SEED", "ResponseCurve", "TeamTruth", "Truth", "WinRate", "write_sample"]

# A Friday late in a quarter, and a seed with which every team's story shows in that quarter.
LAST_DAY = date(2026, 9, 11)
SEED = 63

_YEARS = 3
_OPPORTUNITIES = (1_000, 10_000_000)
_TEAMS = (5, 400)
# As found in real data, for the profile to repair.
_MISSPELT = {"technology": "technolgy", "Philippines": "Philipines"}


def write_sample(
    folder: Path, *, opportunities: int = 7_000, seed: int = SEED, last_day: date = LAST_DAY, teams: int = 8
) -> Truth:
    """Write opportunities, accounts, reps, products and effort as CSV files for the profile ``sample``.

    Parameters
    ----------
    folder
        Made if it is not there; files of the same names in it are replaced, each in one step.
    opportunities
        How many rows, from 1,000 to 10 million; memory stays flat.
    seed
        The same seed and arguments give the same bytes.
    last_day
        The day of the export. Closing begins three years before.
    teams
        From 5 to 400. The first eight have names and stories of their own.

    Returns
    -------
    Truth
        What was put in: win rates, hazards, seasons, response curves.

    Raises
    ------
    BadInput
        When a size or the seed is out of range.
    CannotWrite
        When the folder cannot be written; a file is either whole or not there.
    """
    _check("opportunities", opportunities, *_OPPORTUNITIES)
    _check("teams", teams, *_TEAMS)
    _check("seed", seed, 0, 2**63)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,)))
    company = found_company(teams=teams, accounts=_account_count(opportunities), last_day=last_day, rng=rng)
    first_day = _years_before(last_day)
    origin = first_day - timedelta(days=CALIBRATION.longest_cycle_days)
    effort = spend_effort(company.teams, origin, last_day, rng)
    model = build_model(company, effort, origin, last_day)
    _write_small_tables(folder, company, effort)
    _write_opportunities(folder / "opportunities.csv", model, company, opportunities, seed)
    return tell_truth(model, company, effort, count=opportunities, seed=seed)


def _check(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise BadInput(
            f"{name} is {value}; a sample can have {least:,} to {most:,}.",
            hint=f"Choose {name} in that range.",
        )


def _years_before(day: date) -> date:
    """Give the day after the last one, some years earlier: three whole years end on the last day."""
    following = date.fromordinal(day.toordinal() + 1)
    # 29 February has no counterpart.
    return following.replace(
        year=following.year - _YEARS, day=min(following.day, 28 if following.month == 2 else 31)
    )


def _account_count(opportunities: int) -> int:
    """Count customers, who grow more slowly than sales: 85 at the size of the calibration."""
    return min(round(85 * math.sqrt(max(opportunities / 8_800, 1.0))), 2_000)


def _write_small_tables(folder: Path, company: Company, effort: Effort) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    _write(
        folder / "accounts.csv",
        ("account_id", "name", "sector", "employees", "revenue", "country"),
        (
            (a.account_id, a.name, _as_found(a.sector), a.employees, a.revenue, _as_found(a.country))
            for a in company.accounts
        ),
    )
    _write(
        folder / "reps.csv",
        ("rep_id", "name", "email", "team", "region", "manager", "start_on", "end_on"),
        (
            (
                rep.rep_id,
                rep.name,
                rep.email,
                team.name,
                team.region,
                team.manager,
                rep.start_on,
                rep.end_on or "",
            )
            for rep in company.reps
            for team in (company.teams[rep.team],)
        ),
    )
    prices = (product.list_price for product in CALIBRATION.products)
    _write(
        folder / "products.csv",
        ("product", "family", "list_price"),
        ((product.name, product.family, price) for product, price in zip(PRODUCTS, prices, strict=True)),
    )
    _write(
        folder / "effort.csv",
        ("period", "segment", "resource", "amount"),
        ((row.period, row.segment, row.resource, row.amount) for row in effort.rows),
    )


def _as_found(word: str) -> str:
    return _MISSPELT.get(word, word)


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_atomic(path, text.getvalue())


def _write_opportunities(path: Path, model: Model, company: Company, count: int, seed: int) -> None:
    with _whole_file(path) as file:
        _write_chunks(file, model, company, count, seed)


def _write_chunks(file: IO[bytes], model: Model, company: Company, count: int, seed: int) -> None:
    """Write chunk after chunk, so that memory does not grow with the count."""
    from pyarrow import csv as arrow_csv

    from salesnb.crm._generator_rows import opportunity_tables

    # No invented word needs quoting; Arrow would refuse one that does.
    plain = arrow_csv.WriteOptions(include_header=False, quoting_style="none")
    for place, table in enumerate(opportunity_tables(model, company, count=count, seed=seed)):
        if place == 0:
            file.write(f"{','.join(table.column_names)}\n".encode())
        arrow_csv.write_csv(table, file, plain)


@contextlib.contextmanager
def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside the path, and rename it there when all of it is written."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        beside.unlink(missing_ok=True)
