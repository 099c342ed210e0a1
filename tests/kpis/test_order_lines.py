"""What items sold, added up in the engine: the decimals that stood in the file, exactly, and a row an item."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import ibis
import pytest

from salesnb.kpis.deals import Deals
from salesnb.kpis.order_lines import items
from salesnb.kpis.price_mix import Item
from salesnb.kpis.scan import filters

YEAR = dt.date(2026, 1, 1), dt.date(2027, 1, 1)
Line = tuple[str | None, int, str | None]


@pytest.fixture
def sold(make_dataset: Callable) -> Callable[..., dict[Any, Item]]:
    def add_up(lines: list[Line], **where: str) -> dict[Any, Item]:
        data = make_dataset()
        rows = [
            (str(number), "a1", "r1", product, dt.date(2026, 1, 20), amount, quantity)
            for number, (product, amount, quantity) in enumerate(lines)
        ]
        data.backend.con.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?::DOUBLE)", rows)
        deals = Deals(data, data.meta.as_of)
        found = items(data.table("orders"), deals, ("product",), filters(deals, where.items()), YEAR)
        return {product: item for (product,), item in found.items()}

    return add_up


def by_hand(lines: list[Line]) -> dict[Any, Item]:
    units: dict[Any, Fraction] = defaultdict(Fraction)
    priced: dict[Any, int] = defaultdict(int)
    unpriced: dict[Any, int] = defaultdict(int)
    for product, amount, written in lines:
        quantity = Fraction(written or 0)
        if not quantity:
            unpriced[product] += amount
            continue
        units[product] += quantity if not amount else abs(quantity) * (1 if amount > 0 else -1)
        priced[product] += amount
    return {
        name: Item(units=units[name], amount=priced[name], unpriced=unpriced[name])
        for name in {product for product, _, _ in lines}
    }


def test_decimals_add_up_as_they_were_written(sold: Callable) -> None:
    """A tenth and a fifth are three tenths; so are parts of a millionth, and more units than a float has millionths."""
    lines: list[Line] = [("Base", 10, "0.1"), ("Base", 20, "0.2"), ("Plus", 5, "0.0000001")]
    lines += [("Plus", 5, "0.0000003"), ("Large", 1, "123456789012.5"), ("Large", -1, "1")]
    found = sold(lines)
    assert found["Base"] == Item(units=Fraction(3, 10), amount=30)
    assert found["Plus"].units == Fraction(4, 10**7)
    assert found["Large"].units == Fraction("123456789011.5")


def test_random_lines_are_what_fractions_say(sold: Callable) -> None:
    dice = Random(8)
    written = (
        "3",
        "-2",
        "0.1",
        "17.35",
        "0.000001",
        "1e-9",
        "-0.0000015",
        "2251799813.7",
        "4503599627.371",
        "0",
        None,
    )
    lines: list[Line] = [
        (dice.choice(("Base", "Plus", None)), dice.choice((-700, 0, 99, 10**12)), dice.choice(written))
        for _ in range(600)
    ]
    assert sold(lines) == by_hand(lines)


def test_a_filter_leaves_only_its_lines(sold: Callable) -> None:
    lines: list[Line] = [("Base", 10, "1"), ("Plus", 20, "2"), (None, 30, "3")]
    assert sold(lines, product="Plus") == by_hand(lines[1:2])
    assert sold(lines, product="") == by_hand(lines[2:])


def test_the_engine_hands_over_a_row_an_item_however_many_lines_there_are(
    sold: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[int] = []
    fetch = ibis.Table.to_pyarrow

    def counted(table: ibis.Table, **more: Any) -> Any:
        rows = fetch(table, **more)
        fetched.append(rows.num_rows)
        return rows

    monkeypatch.setattr(ibis.Table, "to_pyarrow", counted)
    lines: list[Line] = [("Base", 100 + number, f"{number}.25") for number in range(1, 200)]
    assert sold(lines) == by_hand(lines)
    assert fetched[-1] == 1
