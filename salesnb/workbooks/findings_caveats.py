"""What a review does not know: data set aside, short history, dates that are missing."""

from collections.abc import Iterator

from salesnb.workbooks.findings_need import Need
from salesnb.workbooks.findings_reading import Reading
from salesnb.workbooks.findings_words import plural
from salesnb.workbooks.review_text import Point

__all__ = ["caveats"]

_YEAR = 12


def caveats(reading: Reading) -> tuple[Point, ...]:
    """List what limits the figures of the page."""
    return (
        *_set_aside(reading),
        *_history(reading),
        *_target(reading),
        *_elsewhere(reading),
        *_dates(reading),
        *_coverage(reading),
    )


def _set_aside(reading: Reading) -> Iterator[Point]:
    origin, fmt = reading.extract.origin, reading.extract.fmt
    if origin.rejected:
        verb = "was" if origin.rejected == 1 else "were"
        yield Point(
            what=f"{plural(origin.rejected, 'row', fmt)} {verb} set aside at import.",
            detail="They are in no figure here; data/rejected.csv of the workspace says why.",
        )
    if origin.repaired:
        verb = "was" if origin.repaired == 1 else "were"
        yield Point(
            what=f"{plural(origin.repaired, 'row', fmt)} {verb} repaired at import.",
            detail="Known misspellings and the like, corrected by the mapping; counted over all teams.",
        )
    if origin.warned:
        verb = "has" if origin.warned == 1 else "have"
        yield Point(
            what=f"{plural(origin.warned, 'row', fmt)} {verb} a gap or a reference without partner.",
            detail="They count where their figures are known; counted over all teams.",
        )


def _history(reading: Reading) -> Iterator[Point]:
    months = [
        row
        for row in reading.extract.table("by_month")
        if row.get("closed_count") or row.get("created_count")
    ]
    if not reading.has_last_year:
        yield Point(
            what=f"Nothing closed in {reading.compared('last_year')}, as far as the data goes.",
            detail="Comparisons are with the period before, and the season is not this team's own.",
        )
    elif len(months) < 2 * _YEAR:
        known = plural(len(months), "month", reading.extract.fmt)
        yield Point(
            what=f"The history is short: {known} with deals.",
            detail="One year before is one example, not a season.",
        )


def _target(reading: Reading) -> Iterator[Point]:
    at, team = reading.at, reading.reps
    if at.target is None:
        yield Point(
            what="No goal is set for this period.", detail="Attainment, pace and coverage are left out."
        )
    elif not at.seasonal:
        yield Point(what="The goal has no milestones.", detail="Pace is measured against an even one by day.")
    without = [rep.name for rep in team.reps if not rep.quota]
    if team.with_quota and without:
        verb = "has" if len(without) == 1 else "have"
        yield Point(
            what=f"{plural(len(without), 'rep', reading.extract.fmt)} {verb} no quota.",
            detail="What they won counts for the team, and not in the share of reps at quota.",
        )


def _elsewhere(reading: Reading) -> Iterator[Point]:
    for one in reading.extract.elsewhere:
        yield Point(
            what=f"The plan has {one.name} at {one.planned} from {reading.say.date(one.on)}, the data at {one.known}.",
            detail=f"The quota counts at {one.planned}, deals count at {one.known} until memberships say otherwise.",
        )


def _dates(reading: Reading) -> Iterator[Point]:
    facts, fmt, open_ = reading.extract.pipeline, reading.extract.fmt, reading.pipeline
    missing = facts.without_expected_close_count
    if missing and open_.count:
        of = plural(open_.count, "open deal", fmt)
        which = f"{fmt.count(missing)} of {of} {'has' if missing == 1 else 'have'} no expected close date."
        yield Point(
            what=f"None of {of} has an expected close date." if missing >= open_.count > 1 else which,
            detail="They are taken as able to close in the period." if reading.at.state == "running" else "",
        )
    undated = facts.without_created_count
    if undated:
        verb = "has" if undated == 1 else "have"
        yield Point(
            what=f"{plural(undated, 'open deal', fmt)} {verb} no creation date.",
            detail="Such a deal is open at every date until it closes, and has no age.",
        )


def _coverage(reading: Reading) -> Iterator[Point]:
    open_ = reading.pipeline
    if open_.coverage is None or reading.at.state == "over":
        return
    if open_.need is not None:
        yield _need(open_.need, reading)
    elif open_.required is not None:
        why = reading.extract.need.why_not(reading.say) if reading.extract.need else ""
        yield Point(
            what="Coverage is a rule of thumb.",
            detail=f"One over the win rate ({open_.rate_basis}) is about what wins the rest in the middle case"
            + (f"; what a safe coverage is cannot be told: {why}." if why else "."),
        )


def _need(need: Need, reading: Reading) -> Point:
    """Say what the needed coverage leaves out."""
    fmt = reading.extract.fmt
    left_out = [
        f"{plural(need.undated, 'open deal', fmt)} without a creation date left out" if need.undated else "",
        f"{plural(need.older, 'open deal', fmt)} older than the curve tells, taken as not won in time"
        if need.older
        else "",
    ]
    more = "; ".join(filter(None, left_out))
    return Point(
        what="The coverage that is needed takes deals as independent of each other.",
        detail="What all share, such as a bad quarter, makes more of it needed; deals that are still to be created make "
        f"less of it needed{'; ' + more if more else ''}.",
    )
