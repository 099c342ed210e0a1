"""Files of quotas as people keep them, and a small company that they are for."""

import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.crm.quotas import Directory, Hints, Owner, YearHint, read_quotas
from salesnb.money import Formatter

KPIS = {"won amount": ("won_amount", "money"), "won_count": ("won_count", "count")}


def rep(number, name, team, email=""):
    return Owner(
        id=f"rep:{number}",
        name=name,
        level="rep",
        aliases=(str(number), *([email] if email else [])),
        above=("company", team),
    )


@pytest.fixture
def company():
    """Two teams; East and West each have a John Li."""
    return (
        Owner(id="company", name="Acme", level="company"),
        Owner(id="East", name="East", level="team", above=("company",)),
        Owner(id="West", name="West", level="team", above=("company",)),
        rep(1, "Ann Lee", "East", "ann@acme.example"),
        rep(2, "Robert Smith", "East"),
        rep(3, "John Li", "East"),
        rep(4, "John Li", "West"),
        rep(5, "Zoë Brandt", "West"),
    )


@pytest.fixture
def read(tmp_path, company):
    """Read a file of quotas: text of a CSV, or rows by sheet of a workbook."""

    def reading(content, *, name="quotas.csv", names=None, year=None, start=1, encoding="utf-8", **hints):
        path = tmp_path / name
        if isinstance(content, str):
            path.write_text(content, encoding=encoding)
        else:
            save(path, content)
        fmt = Formatter(hints.pop("locale", "en_US"), hints.pop("currency", "USD"))
        known = Hints(
            calendar=FiscalCalendar(year_start=start),
            fmt=fmt,
            kpis=KPIS,
            year=YearHint(year) if year else None,
            **hints,
        )
        return read_quotas(path, Directory(company, names or {}), known)

    return reading


def save(path, sheets):
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


@pytest.fixture
def taken():
    """Quotas as ``{(owner, period): amount}`` in minor units."""
    return lambda reading: {(q.owner.removeprefix("rep:"), q.period.label): q.amount for q in reading.quotas}
