"""Sharing an account among places in the engine: exact whatever the size, and the same as splitting in plain Python."""

from collections import defaultdict
from random import Random
from typing import Any

import ibis

from salesnb.kpis.placing import placed, portion
from salesnb.money import split

PLACES = ("dim_team", "dim_product")
THEN = {
    "bucket": "int64",
    "account_id": "string",
    "dim_team": "string",
    "dim_product": "string",
    "amount": "int64",
}
NOW = {"bucket": "int64", "account_id": "string", "amount": "int64"}


def computed(expression: Any) -> list[dict[str, Any]]:
    return ibis.duckdb.connect().to_pyarrow(expression).to_pylist()


def test_a_portion_is_exact_up_to_the_largest_amounts() -> None:
    dice = Random(3)
    rows = []
    for _ in range(2000):
        weights = dice.randrange(1, 2 ** dice.randrange(1, 63))
        total = dice.randrange(2 ** dice.randrange(1, 51))
        rows.append({"total": total, "weight": dice.randrange(weights + 1), "weights": weights})
    rows += [
        {"total": 2**51 - 1, "weight": 3**39 - 1, "weights": 3**39},
        {"total": 2**62, "weight": 1, "weights": 2**62},
    ]
    table = ibis.memtable(rows, schema=dict.fromkeys(("total", "weight", "weights"), "int64"))
    units, rest = portion(table.total, table.weight, table.weights)
    found = computed(table.mutate(units=units, rest=rest))
    assert [(row["units"], row["rest"]) for row in found] == [
        divmod(row["total"] * row["weight"], row["weights"]) for row in found
    ]
    assert len(found) == len(rows)


def test_parts_are_those_of_a_split_in_plain_python() -> None:
    """Equal remainders and places without a name among them; what was only taken back gets nothing."""
    dice = Random(11)
    then = [
        {
            "bucket": bucket,
            "account_id": f"a{account}",
            "dim_team": team,
            "dim_product": product,
            "amount": dice.choice((-5, 0, 7, 7, 7, 100, 10**15 + 1)),
        }
        for bucket in range(2)
        for account in range(60)
        for team in ("North", "South", None)
        for product in ("Base", None)
        if dice.random() < 0.7
    ]
    now = [
        {"bucket": bucket, "account_id": f"a{account}", "amount": dice.choice((-11, 0, 1, 2, 10**16 + 7))}
        for bucket in range(2)
        for account in range(70)
        if dice.random() < 0.8
    ]
    found = computed(placed(ibis.memtable(then, schema=THEN), ibis.memtable(now, schema=NOW), PLACES))
    names = ("bucket", "account_id", *PLACES)
    told = {tuple(row[name] for name in names): (row["then"], row["now"], row["stayed"]) for row in found}
    assert told == by_hand(then, now)
    assert len(told) == len(found) > 200


def by_hand(then: list[dict[str, Any]], now: list[dict[str, Any]]) -> dict[Any, Any]:
    parts: dict[Any, dict[Any, int]] = defaultdict(dict)
    for row in then:
        parts[row["bucket"], row["account_id"]][row["dim_team"], row["dim_product"]] = row["amount"]
    bought = {(row["bucket"], row["account_id"]): row["amount"] for row in now}
    expected = {}
    for key, by_place in parts.items():
        whole = sum(by_place.values())
        if whole <= 0:
            continue
        places = [place for place, amount in by_place.items() if amount > 0]
        weights, names = [by_place[place] for place in places], [order(place) for place in places]
        later = bought.get(key, 0)
        amounts = zip(split(whole, weights, names), split(later, weights, names), strict=True)
        for place, (before, after) in zip(places, amounts, strict=True):
            expected[key + place] = (before, after, later > 0)
    return expected


def order(place: tuple[str | None, ...]) -> str:
    """Order as the engine does: by name, none last."""
    return "".join("~" if part is None else part for part in place)
