"""Who shares in a deal: what is refused, what stays with the owner, and that parts add up to the whole."""

from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesnb.money import split

# Every test imports data.
pytestmark = pytest.mark.slow


SECTION = (
    '[credits]\nfile = "c.csv"\ncolumns = { opportunity_id = "deal", rep_id = "who", share = "share"%s }\n'
)
PARTS = "SELECT opportunity_id, rep_id, kind, amount FROM credited ORDER BY kind DESC, opportunity_id, rep_id"


def credits_of(source, *rows, kind=True):
    """Give the source credits; without kinds all are revenue."""
    source.mapping(sections=SECTION % (', kind = "kind"' if kind else ""))
    header = "deal,who,share,kind" if kind else "deal,who,share"
    return source.file("c.csv", "\n".join((header, *rows)) + "\n")


def test_revenue_is_the_kind_of_a_credit_that_names_none(source):
    credits_of(source, "D1,Ann,0.5", "D1,Bob,0.5", kind=False).load()
    assert source.query("SELECT rep_id, share, kind FROM credits ORDER BY 1") == [
        ("Ann", 0.5, "revenue"),
        ("Bob", 0.5, "revenue"),
    ]
    assert source.query(PARTS) == [("D1", "Ann", "revenue", 5000), ("D1", "Bob", "revenue", 5000)]


def test_shares_above_one_are_set_aside_and_the_first_stay(source):
    credits_of(source, "D1,Ann,0.5,", "D1,Bob,0.6,Revenue", "D1,Bob,0.5,revenue")
    report = source.load()
    assert source.counts(report, "credits") == (3, 2, 1, 0, 0)
    assert source.rejected() == [
        ("credits", "c.csv", "3", "share", "adds up to more than 1 with earlier rows", "0.6")
    ]
    assert any("1 row set aside: shares add up to more than 1" in notice for notice in report.notices)
    assert source.query("SELECT rep_id, share FROM credits ORDER BY 1") == [("Ann", 0.5), ("Bob", 0.5)]


def test_what_shares_leave_of_one_stays_with_the_owner(source):
    report = credits_of(source, "D1,Bob,0.25,", "D2,Ann,0.4,", "D2,Bob,0.1,").load()
    assert source.query(PARTS) == [
        ("D1", "Ann", "revenue", 7500),
        ("D1", "Bob", "revenue", 2500),
        ("D2", "Ann", "revenue", 0),
        ("D2", "Bob", "revenue", 0),
    ]
    assert source.query("SELECT share FROM credited WHERE opportunity_id = 'D2' ORDER BY rep_id") == [
        (0.4,),
        (0.6,),
    ]
    assert source.counts(report, "credits") == (3, 3, 0, 0, 3)
    assert any(
        "2 opportunities have shares that add up to less than 1" in notice for notice in report.notices
    )


def test_thirds_written_with_six_digits_are_whole(source):
    report = credits_of(source, "D1,Ann,0.333333,", "D1,Bob,0.333333,", "D1,Ann,0.333333,").load()
    assert source.counts(report, "credits") == (3, 3, 0, 0, 0)
    assert source.query(PARTS) == [("D1", "Ann", "revenue", 6667), ("D1", "Bob", "revenue", 3333)]


def test_overlays_stand_apart_and_take_nothing_from_anybody(source):
    report = credits_of(source, "D1,Ann,1,overlay", "D1,Bob,1,overlay", "D1,Bob,0.5,").load()
    assert source.counts(report, "credits")[:3] == (3, 3, 0)
    assert source.query(PARTS) == [
        ("D1", "Ann", "revenue", 5000),
        ("D1", "Bob", "revenue", 5000),
        ("D1", "Ann", "overlay", 10000),
        ("D1", "Bob", "overlay", 10000),
    ]


def test_nobody_overlays_a_deal_with_more_than_one(source):
    report = credits_of(source, "D1,Ann,0.8,overlay", "D1,Ann,0.8,overlay").load()
    assert source.counts(report, "credits")[:3] == (2, 1, 1)


def test_a_deal_without_credits_has_no_parts(source):
    credits_of(source, "D1,Ann,1,").load()
    assert source.query("SELECT DISTINCT opportunity_id FROM credited") == [("D1",)]


def test_a_share_of_nothing_is_no_part(source):
    credits_of(source, "D1,Ann,1,", "D1,Bob,0,").load()
    assert source.query("SELECT rep_id FROM credited") == [("Ann",)]


@pytest.mark.parametrize(
    ("row", "field", "reason", "value"),
    [
        ("D9,Ann,1,", "opportunity_id", "is not in opportunities", "D9"),
        ("D1,Eve,1,", "rep_id", "is not in reps", "Eve"),
        ("D1,Ann,1,commission", "kind", "is not revenue or overlay", "commission"),
        ("D1,Ann,1.5,", "share", None, "1.5"),
        ("D1,Ann,,", "share", None, ""),
        (",Ann,1,", "opportunity_id", None, ""),
    ],
)
def test_a_credit_that_cannot_count_is_set_aside(source, row, field, reason, value):
    report = credits_of(source, "D1,Bob,0.5,", row).load()
    assert source.counts(report, "credits") == (2, 1, 1, 0, 1)
    found = source.rejected()[0]
    assert (found[0], found[2], found[3], found[5]) == ("credits", "3", field, value)
    assert reason is None or found[4] == reason


def test_orders_take_credits_where_there_are_no_opportunities(source):
    source.file("orders.csv", "id,rep,day,amount\nO1,Ann,2024-01-02,-0.05\n").file(
        "c.csv", "deal,who,share\nO1,Zoe,0.5\n"
    )
    orders = '[orders]\nfile = "orders.csv"\ncolumns = { order_id = "id", rep_id = "rep", ordered_on = "day", amount = "amount" }\n'
    source.file("mapping.toml", orders + SECTION % "").load()
    assert source.query(PARTS) == [("O1", "Ann", "revenue", -3), ("O1", "Zoe", "revenue", -2)]
    assert source.query("SELECT rep_id FROM rep_nodes ORDER BY 1") == [("Ann",), ("Zoe",)]


shares = st.lists(
    st.tuples(st.sampled_from(("D1", "D2", "D3")), st.sampled_from(("Ann", "Bob")), st.integers(0, 1000)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shares=shares, amounts=st.lists(st.integers(0, 10**12), min_size=3, max_size=3))
def test_the_parts_of_a_deal_are_as_split_in_plain_python(make_source, shares, amounts):
    source = make_source()
    source.deals(
        *(
            f"D{n},Ann,Acme,Pump,Won,{amount / 100:.2f},2024-01-02,2024-02-03"
            for n, amount in enumerate(amounts, 1)
        )
    )
    credits_of(source, *(f"{deal},{rep},{parts / 1000}" for deal, rep, parts in shares), kind=False)
    report = source.load()
    expected, kept = expected_parts(shares, {f"D{n}": amount for n, amount in enumerate(amounts, 1)})
    found = {(deal, rep): amount for deal, rep, _, amount in source.query(PARTS)}
    assert found == expected
    assert source.counts(report, "credits")[:3] == (len(shares), kept, len(shares) - kept)


def expected_parts(shares, amounts):
    """Give each rep's part of each deal, and how many credits fit; Ann owns all deals."""
    given = defaultdict(lambda: defaultdict(Fraction))
    kept = 0
    for deal, rep, parts in shares:
        if sum(given[deal].values()) + Fraction(parts, 1000) <= 1:
            given[deal][rep] += Fraction(parts, 1000)
            kept += 1
    parts = {}
    for deal, reps in given.items():
        reps["Ann"] += 1 - sum(reps.values())
        having = sorted(rep for rep in reps if reps[rep])
        for rep, amount in zip(
            having, split(amounts[deal], [reps[rep] for rep in having], having), strict=True
        ):
            parts[deal, rep] = amount
    return parts, kept
