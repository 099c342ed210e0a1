"""Quotas are held against the totals of their own file; what looks like a slip is named and taken as it stands."""

import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.crm.quotas import Directory, Hints, Owner, read_quotas

HEAD = "Rep,2024-01,2024-02,2024-03,2024-Q1,Total\n"


def test_sums_that_agree_are_no_quotas_and_nothing_is_said(read, taken):
    reading = read(HEAD + "Ann Lee,1,2,3,6,6\nRobert Smith,4,5,6,15,15\nTotal,5,7,9,21,21\n")
    assert len(taken(reading)) == 6
    assert (reading.disagreements, reading.rejected) == ((), ())


def test_a_column_of_sums_that_disagrees_is_listed_with_both_figures(read):
    reading = read(HEAD + "Ann Lee,1,2,3,7,6\n")
    assert reading.disagreements == ("quotas.csv, row 2, 2024-Q1: Ann Lee has $7, the parts add up to $6.",)
    assert len(reading.quotas) == 3


def test_a_row_of_totals_that_disagrees_is_listed_with_both_figures(read):
    reading = read(HEAD + "Ann Lee,1,2,3,6,6\nTotal,1,2,3.50,6,6\n")
    assert reading.disagreements == (
        "quotas.csv, row 3, 2024-03: 'Total' has $3.50, the quotas add up to $3.",
    )


def test_a_total_of_a_team_counts_its_own_rows(read):
    rows = "Ann Lee,1,2,3\nRobert Smith,1,2,3\nEast total,2,4,7\nZoë Brandt,5,5,5\nWest total,5,5,5\nGrand total,7,9,11\n"
    reading = read("Rep,2024-01,2024-02,2024-03\n" + rows)
    assert [text.split(": ")[1] for text in reading.disagreements] == [
        "'East total' has $7, the quotas add up to $6."
    ]


def test_a_team_whose_reps_all_have_quotas_makes_way_for_them(read, taken):
    rows = "West,30,30\nJohn Li,10,10\nZoë Brandt,20,25\n"
    reading = read("Team and rep,2024-01,2024-02\n" + rows, names={"John Li": "rep:4"})
    assert taken(reading) == {
        ("4", "2024-01"): 1000, ("4", "2024-02"): 1000, ("5", "2024-01"): 2000, ("5", "2024-02"): 2500,
    }  # fmt: skip
    assert reading.disagreements == (
        "quotas.csv, row 2, 2024-02: West has $30, its reps add up to $35; theirs count.",
    )


def test_a_team_of_which_some_reps_have_no_quota_keeps_its_own(read, taken):
    reading = read("Rep,2024-01,2024-02\nWest,30,30\nZoë Brandt,20,25\n")
    assert taken(reading)["West", "2024-01"] == 30_00


def test_a_figure_a_hundred_times_its_neighbours_is_named_and_taken_as_it_stands(read, taken):
    heads = ",".join(f"2024-{month:02d}" for month in range(1, 7))
    reading = read(f"Rep,{heads}\nAnn Lee,100,110,11000,105,100,95\n")
    assert reading.outliers == (
        "quotas.csv, row 2, 2024-03: Ann Lee has $11,000, 107.3 times its neighbours.",
    )
    assert taken(reading)["1", "2024-03"] == 11_000_00


def test_a_slip_makes_no_other_figure_look_like_one(read):
    heads = ",".join(f"2024-{month:02d}" for month in range(1, 4))
    reading = read(f"Rep,{heads}\nAnn Lee,50,5000,60\n")
    assert ["5,000" in text for text in reading.outliers] == [True]


def test_a_single_figure_is_held_against_those_of_others(read):
    reading = read("Rep,2024-Q1,2024-Q2\nAnn Lee,100,\nRobert Smith,120,\nZoë Brandt,15000,\n")
    assert [text.split(": ")[1] for text in reading.outliers] == [
        "Zoë Brandt has $15,000, 136.4 times what others have."
    ]


def test_figures_that_grow_are_no_slips(read):
    heads = ",".join(f"2024-{month:02d}" for month in range(1, 7))
    assert read(f"Rep,{heads}\nAnn Lee,10,20,40,80,160,320\n").outliers == ()


def test_the_slips_of_a_real_file_of_targets_are_named_and_all_its_figures_taken(shared_data):
    file = shared_data / "pl300_targets" / "ResellerSalesTargets.csv"
    rows = [line.split(",") for line in file.read_text("utf-16").splitlines()[1:]]
    people = [
        Owner(id=f"rep:{number}", name=number, level="rep", aliases=(number,), above=("company",))
        for number in sorted({row[1] for row in rows})
    ]
    directory = Directory((Owner(id="company", name="All", level="company"), *people))
    reading = read_quotas(file, directory, Hints(calendar=FiscalCalendar()))
    figures = sum(int(cell) for row in rows for cell in row[2:] if cell != "-")
    assert (sum(q.amount for q in reading.quotas), reading.rejected) == (figures * 100, ())
    for slip in (
        "row 49, M09: 112432117 has $33,000",
        "row 33, M08: 139397894 has $9,000",
        "758596752 has $10,",
    ):
        assert any(slip in text for text in reading.outliers), slip
    assert len(reading.outliers) < 15


@pytest.mark.parametrize(
    ("corners", "wrong"),
    [("21,22", "Total: 'Total' has $22"), ("20,21", "2024-Q1: 'Total' has $20"), ("21,21", "")],
)
def test_the_corner_of_a_row_and_a_column_of_totals_is_checked(read, corners, wrong):
    reading = read(HEAD + f"Ann Lee,1,2,3,6,6\nRobert Smith,4,5,6,15,15\nTotal,5,7,9,{corners}\n")
    assert reading.disagreements == (
        (f"quotas.csv, row 4, {wrong}, the quotas add up to $21.",) if wrong else ()
    )


def test_the_total_below_a_list_is_checked(read):
    rows = "Ann Lee,2024-01,10\nAnn Lee,2024-02,20\nTotal,,{total}\n"
    assert read("Rep,Month,Quota\n" + rows.format(total=30)).disagreements == ()
    (said,) = read("Rep,Month,Quota\n" + rows.format(total=31)).disagreements
    assert said.endswith("'Total' has $31, the quotas add up to $30.")


def test_a_total_of_one_period_in_a_list_counts_that_period_alone(read):
    rows = "Ann Lee,2024-01,10\nAnn Lee,2024-02,20\nZoë Brandt,2024-02,5\nEast total,2024-02,20\n"
    assert read("Rep,Month,Quota\n" + rows).disagreements == ()


TEAMS = "Team,Rep,2024-01,2024-02\nEast,Ann Lee,1,2\nEast,Bobby S,3,4\n{total}\nWest,Zoë Brandt,5,5\n"


@pytest.mark.parametrize("total", ["East,Total East,4,6", "East,Total,4,6", "East total,,4,6"])
def test_a_total_counts_names_that_nobody_has(read, total):
    reading = read(TEAMS.format(total=total))
    assert [name.text for name in reading.unknown] == ["Bobby S"]
    assert (reading.disagreements, [said for said in reading.notices if "checked" in said]) == ((), [])


def test_a_total_that_may_be_of_names_that_nobody_has_waits_for_them(read):
    table = TEAMS.format(total="East,Total East,9,9")
    reading = read(table)
    assert reading.disagreements == ()
    assert reading.notices == ("quotas.csv: not checked before all names are known: 'Total East'.",)
    for names in ({"Bobby S": "rep:2"}, {"Bobby S": ""}):
        later = read(table, names=names)
        assert later.notices == ()
        assert [text.split(": ")[1] for text in later.disagreements] == [
            "'Total East' has $9, the quotas add up to $4.",
            "'Total East' has $9, the quotas add up to $6.",
        ]
