"""File names are plain, and no two ids share one."""

import re

from hypothesis import given
from hypothesis import strategies as st

from salesnb.workbooks.paths import slug


@given(st.text(max_size=200), st.text(max_size=40))
def test_a_slug_is_a_plain_short_file_name_whatever_the_name(name, identity):
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*-[0-9a-f]{6}", slug(name, identity))
    assert len(slug(name, identity)) <= 67


def test_two_teams_of_one_name_do_not_share_a_file():
    assert slug("Ann Lee", "West/Ann Lee") != slug("Ann Lee", "East/Ann Lee")


def test_letters_are_folded_to_ascii():
    assert slug("Weiß, Ängström & Söhne", "x").startswith("weiss-angstrom-sohne-")
