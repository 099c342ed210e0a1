"""Whose a quota is: ids, names as people write them, places, and what was said before."""

import pytest

HEAD = "Rep,2024-01,2024-02\n"


@pytest.mark.parametrize(
    "text", ["Ann Lee", '"Lee, Ann"', "ann  LEE", "1", "rep:1", "ann@acme.example", " Ann Lee "]
)
def test_a_rep_is_found_by_id_name_or_address(read, taken, text):
    assert ("1", "2024-01") in taken(read(f"{HEAD}{text},1,2\n"))


def test_accents_and_their_absence_are_the_same(read, taken):
    assert ("5", "2024-01") in taken(read(f"{HEAD}Zoe Brandt,1,2\n"))


def test_a_name_that_nobody_has_comes_with_the_nearest_and_counts_nothing(read):
    reading = read(f"{HEAD}Bob Smith,1,2\nAnn Lee,1,2\n")
    (unknown,) = reading.unknown
    assert (unknown.text, unknown.quotas, unknown.nearest[0].name) == ("Bob Smith", 2, "Robert Smith")
    assert [item.reason for item in reading.rejected] == ["nobody is called 'Bob Smith'"] * 2


def test_what_was_said_of_a_name_counts(read, taken):
    assert ("2", "2024-02") in taken(read(f"{HEAD}Bob Smith,1,2\n", names={"bob smith": "rep:2"}))


def test_a_name_that_was_said_to_be_nobody_is_left_out_without_asking(read):
    reading = read(f"{HEAD}Vacancy,1,2\nAnn Lee,1,2\n", names={"Vacancy": ""})
    assert reading.unknown == ()
    assert [item.reason for item in reading.rejected] == ["'Vacancy' was left out"] * 2


def test_of_two_people_of_one_name_the_place_beside_it_decides(read, taken):
    reading = read("Team,Rep,2024-01,2024-02\nEast,John Li,1,2\nWest,John Li,3,4\n")
    assert taken(reading) == {
        ("3", "2024-01"): 100, ("3", "2024-02"): 200, ("4", "2024-01"): 300, ("4", "2024-02"): 400,
    }  # fmt: skip


def test_of_two_people_of_one_name_the_place_above_decides(read, taken):
    reading = read(f"{HEAD}West,,\nJohn Li,3,4\nZoë Brandt,1,2\n")
    assert taken(reading)["4", "2024-01"] == 3_00


def test_two_people_of_one_name_are_not_guessed_between(read):
    reading = read(f"{HEAD}John Li,3,4\nAnn Lee,1,1\n")
    assert [item.reason for item in reading.rejected] == ["2 are called 'John Li'"] * 2
    assert [owner.id for owner in reading.unknown[0].nearest] == ["rep:3", "rep:4"]


def test_a_place_has_a_quota_of_its_own(read, taken):
    assert ("East", "2024-01") in taken(read("Team,2024-01,2024-02\nEast,1,2\nWest,1,2\n"))


def test_quotas_of_people_that_nobody_knows_never_count_for_their_team(read, taken):
    reading = read("Team,Rep,2024-01,2024-02\nEast,Nobody One,1,2\nEast,Nobody Two,3,4\n")
    assert (taken(reading), len(reading.rejected)) == ({}, 4)


def test_a_sheet_called_as_a_person_or_place_is_theirs(read, taken):
    rows = [["", "Jan 2024", "Feb 2024", "Mar 2024"], ["Quota", 1, 2, 3]]
    assert ("1", "2024-01") in taken(read({"Ann Lee": rows}, name="quotas.xlsx"))
