"""Who sells, what, and to whom: reps against quota, products and segments against last year."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from salesnb.charts import Chart, bars, months_with_last_year, small_multiples, table
from salesnb.workbooks.findings_people import Value, total
from salesnb.workbooks.findings_words import capital, many
from salesnb.workbooks.review_goal import SERIES, monthly, partial_month
from salesnb.workbooks.review_text import Text, paragraph

if TYPE_CHECKING:
    from salesnb.workbooks.findings_reading import Reading

__all__ = ["rep_chart", "rep_table", "value_chart", "value_table", "value_trends"]

_SUMS = "Attainment in the last row is what those with a quota have, over the sum of their quotas."
_MOST_PANELS = 12
_MONTHS = 12


def rep_chart(reading: "Reading") -> Chart | Text:
    """Draw reps from the highest down, each with a tick at the quota."""
    at, team = reading.at, reading.reps
    if not team.reps or _idle(reading):
        alone = reading.extract.node.level == "rep"
        return paragraph(
            [
                "This review is about one rep."
                if alone
                else f"No rep closed or holds a deal in {reading.period}."
            ]
        )
    return bars(
        _rep_finding(reading),
        [(rep.name, rep.actual, rep.quota) for rep in team.reps],
        measure="Won" if at.kpi in {"won_amount", "won_count"} else at.label,
        fmt=reading.extract.fmt,
        unit=at.unit,
        subtitle=f"{at.label} by rep, {reading.period}{', against quota' if team.with_quota else ''}",
    )


def _idle(reading: "Reading") -> bool:
    """Tell whether reps have neither figures nor quotas."""
    team = reading.reps
    moving = any(
        rep.row.get(name) for rep in team.reps for name in ("closed_count", "open_count", "won_amount")
    )
    return not moving and not team.with_quota


def _rep_finding(reading: "Reading") -> str:
    at, team, say = reading.at, reading.reps, reading.say
    top, count = team.reps[0], len(team.with_quota)
    yet = "" if at.state == "over" else " yet"
    lead = f"{top.name} leads with {say.amount(top.actual, at.unit)}"
    if not top.actual:
        lead = f"Nobody has closed anything{yet}"
    if len(team.reps) == 1:
        lead = f"{top.name} has {say.amount(top.actual, at.unit)}"
    if not count:
        return f"{lead}."
    reached = say.fmt.count(team.at_quota) if team.at_quota else "none"
    of = f"{reached} of {say.count(count, 'rep')} {'have' if team.at_quota > 1 else 'has'} reached quota"
    if count == 1:
        of = "the quota is reached" if team.at_quota else f"the quota is not reached{yet}"
    return f"{lead}; {of}{_on_pace(reading)}."


def _on_pace(reading: "Reading") -> str:
    """Say how many more are on pace while the period runs."""
    team = reading.reps
    if reading.at.state != "running" or len(team.with_quota) < 2:
        return ""
    paced = sum(rep.on_pace for rep in team.with_quota)
    return (
        f", {reading.say.fmt.count(paced) if paced else 'none'} {'are' if paced > 1 else 'is'} on pace for it"
    )


def rep_table(reading: "Reading") -> Chart | Text:
    """Show reps with attainment; the team's is the ratio of sums."""
    at, team, kpis = reading.at, reading.reps, reading.extract.kpis
    if not team.reps or _idle(reading):
        return paragraph(["There are no figures by rep."])
    more = [
        kpis[name]
        for name in ("won_count", "win_rate", "average_deal", "open_amount")
        if name in kpis and name != at.kpi
    ]
    quotas = [("Quota", at.unit), ("Attainment", "ratio")] if team.with_quota else []
    rows = [
        [
            rep.name,
            rep.actual,
            *([rep.quota, _float(rep.attainment)] if quotas else []),
            *(rep.row.get(kpi.name) for kpi in more),
        ]
        for rep in team.reps
    ]
    several = len(rows) > 1
    if several:
        rows.append(_sums(reading, [kpi.name for kpi in more]))
    return table(
        _attainment(reading),
        [("Rep",), (at.label, at.unit, "bar"), *quotas, *((kpi.label, kpi.unit) for kpi in more)],
        rows,
        total=several,
        fmt=reading.extract.fmt,
        note=" ".join(filter(None, (_SUMS if several and quotas else "", _moved(reading)))),
    )


def _moved(reading: "Reading") -> str:
    """Name who was here for a part of the period: the quota is that of those days."""
    told = []
    for rep in reading.reps.reps:
        way, _, day = str(rep.row.get("moved") or "").partition(" ")
        if day:
            told.append(
                f"{rep.name} {'came on' if way == 'from' else 'was here to'} {reading.say.date(date.fromisoformat(day))}"
            )
    return f"{'; '.join(told)}: quota and figures are of the days here." if told else ""


def _attainment(reading: "Reading") -> str:
    team, say = reading.reps, reading.say
    if team.attainment is None:
        return "Reps, without quotas"
    if len(team.with_quota) == 1:
        return f"{team.with_quota[0].name} is at {say.share(team.attainment)} of the quota."
    share = Fraction(team.at_quota, len(team.with_quota))
    reached = f"{say.share(share)} of them have" if share else "none of them has"
    return f"Together the reps are at {say.share(team.attainment)} of their quotas; {reached} reached theirs."


def _sums(reading: "Reading", names: Sequence[str]) -> list[Any]:
    """Give the last row: sums, and ratios of sums where the parts are known."""
    team = reading.reps
    quota = sum(rep.quota or 0 for rep in team.with_quota) or None
    sums = {
        name: sum(int(rep.row.get(name) or 0) for rep in team.reps)
        for name in ("won_amount", "won_count", "closed_count", "open_amount")
    }
    known = {
        "won_count": sums["won_count"],
        "open_amount": sums["open_amount"],
        "won_amount": sums["won_amount"],
        "win_rate": sums["won_count"] / sums["closed_count"] if sums["closed_count"] else None,
        "average_deal": sums["won_amount"] / sums["won_count"] if sums["won_count"] else None,
    }
    actual = sum(rep.actual for rep in team.reps)
    share = [quota, _float(team.attainment)] if team.with_quota else []
    return ["All", actual, *share, *(known[name] for name in names)]


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def value_chart(reading: "Reading", found: Sequence[Value], noun: str) -> Chart | Text:
    """Draw products or segments from the highest won amount down."""
    if _is_blank(found):
        return _blank(reading, noun)
    known = [value for value in found if value.won]
    if not known:
        return paragraph([f"Nothing was won by {noun} in {reading.period}."])
    return bars(
        _value_finding(reading, found, noun),
        [(value.name, value.won) for value in known],
        measure="Won",
        fmt=reading.extract.fmt,
        subtitle=f"Won amount by {noun}, {reading.period}",
    )


def _is_blank(found: Sequence[Value]) -> bool:
    """Tell whether nothing says which value deals have: then a breakdown tells nothing."""
    return bool(found) and not any(value.given for value in found)


def _blank(reading: "Reading", noun: str) -> Text:
    return paragraph([f"The deals of {reading.period} have no {noun}."])


def _value_finding(reading: "Reading", found: Sequence[Value], noun: str) -> str:
    given = [value for value in found if value.given]
    say, top, whole = reading.say, given[0], total(found)
    first = capital(f"{top.name} brought {say.share(Fraction(top.won, whole))} of the won amount")
    if len(found) == 1:
        return f"Everything was won in one {noun}: {top.name}."
    falling = [value for value in given if (value.difference or 0) < 0]
    rising = [value for value in given if (value.difference or 0) > 0]
    then = reading.compared("last_year")
    if falling:
        worst = min(falling, key=lambda value: (value.difference or 0, value.name))
        return f"{first}; {worst.name} fell the most, {say.money(-(worst.difference or 0))} below {then}."
    if rising:
        best = max(rising, key=lambda value: (value.difference or 0, value.name))
        return f"{first}; {best.name} grew the most, {say.money(best.difference)} above {then}."
    return f"{first}."


def value_table(reading: "Reading", found: Sequence[Value], noun: str) -> Chart | Text:
    """Show products or segments with last year and their rates."""
    if not found:
        return paragraph([f"There are no figures by {noun}."])
    if _is_blank(found):
        # The chart says so; rates of all deals stand elsewhere.
        return Text(plain="", html="")
    kpis = reading.extract.kpis
    more = [kpis[name] for name in ("won_count", "win_rate", "average_deal", "open_amount") if name in kpis]
    past = [("Year before", "money"), ("Change", "money")] if reading.has_last_year else []
    rows = [
        [
            value.name,
            value.won,
            *([value.last_year, value.difference] if past else []),
            *(value.row.get(kpi.name) for kpi in more),
        ]
        for value in found
    ]
    note = f"Year before: {reading.compared('last_year')}." if past else ""
    columns = [
        (noun.capitalize(),),
        ("Won amount", "money", "bar"),
        *past,
        *((kpi.label, kpi.unit) for kpi in more),
    ]
    return table(_value_caption(reading, found, noun), columns, rows, fmt=reading.extract.fmt, note=note)


def _value_caption(reading: "Reading", found: Sequence[Value], noun: str) -> str:
    given = [value for value in found if value.given]
    if not reading.has_last_year or len(given) < 2:
        return f"{noun.capitalize()} by won amount"
    more = sum((value.difference or 0) > 0 for value in given)
    count = reading.say.fmt.count(more) if more else "None"
    return (
        f"{count} of {reading.say.count(len(given), noun)} won more than in {reading.compared('last_year')}."
    )


def value_trends(reading: "Reading", table_name: str, found: Sequence[Value], noun: str) -> Chart | Text:
    """Draw the last twelve months of each product or segment, side by side on one scale."""
    if _is_blank(found):
        return _blank(reading, noun)
    series: dict[str, list[tuple[str, int | None]]] = {}
    first = next((month for month, value in monthly(reading, "won_amount") if value is not None), "")
    for row in reading.extract.table(table_name):
        name = "Not given" if row["value"] in {None, ""} else str(row["value"])
        # Before the team's own history begins nothing is known, which is not the same as nothing won.
        amount = row["won_amount"] if str(row["month"]) >= first else None
        series.setdefault(name, []).append((str(row["month"]), amount))
    shown = [value for value in found if value.name in series][:_MOST_PANELS]
    if len(shown) < 2:
        return paragraph([f"There is no history by {noun} to draw."])
    return small_multiples(
        _value_finding(reading, found, noun)
        if total(found)
        else f"Won amount by month, {many(noun)} side by side",
        [(value.name, months_with_last_year(series[value.name], _MONTHS)) for value in shown],
        partial=partial_month(reading),
        names=SERIES,
        fmt=reading.extract.fmt,
        subtitle=f"Won amount by month and {noun}, on one scale",
    )
