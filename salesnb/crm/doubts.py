"""What is read without an error and is probably not meant: words for nothing, headers again, statuses never met."""

from typing import TYPE_CHECKING

from salesnb.counting import counted
from salesnb.crm.convert import one_of_sql
from salesnb.crm.plan import Problem, TablePlan
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.sql import quote_literal
from salesnb.crm.staging import Staged, cell, shown

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["header_again", "like_nothing", "never_met", "probabilities", "totals"]

_WORDS = (
    "nan", "nat", "none", "null", "n/a", "na", "nil", "-", "?", "#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!",
    "#num!",
)  # fmt: skip
# So many headers in a row of data are no coincidence.
_ENOUGH = 4
_STAGES_SHOWN = 5
_TOTAL = (
    r"(grand |sub[- ]?)?totals?:?( \(.*\))?|sums?|count|averages?|avg|(gesamt|zwischen)?summen?:?|gesamt(ergebnis)?:?"
    r"|insgesamt:?|total général|somme"
)
_LEADING = 3
_HUNDREDTH = 0.01
# What a total lacks and a row of its own has, where it is mapped; looking there first spares reading every row.
_OWN = {"opportunities": "stage", "orders": "ordered_on"}


def header_again(staged: Staged) -> tuple[Problem, ...]:
    """Rule on rows that repeat the header, as files have that were put together from several."""
    same = " AND ".join(
        f"s_{cell(place)} = {quote_literal(name)}" for place, name in enumerate(staged.headers[:_ENOUGH])
    )
    first = quote_literal(staged.headers[0])
    return (Problem(field="", condition=same, reason="repeats the header", value=first),)


def totals(plan: TablePlan, staged: Staged) -> tuple[Problem, ...]:
    """Rule on rows that begin with a word such as Total and are mostly empty, as spreadsheets and reports have them."""
    own = _OWN.get(plan.table.name, "")
    if not own and plan.table.name != "reps":
        return ()
    cells = [f"nullif(trim(s_{cell(place)}), '')" for place in range(len(staged.headers))]
    first = f"coalesce({', '.join(cells[:_LEADING])})"
    filled = f"list_count([{', '.join(cells)}])"
    empty = f"{q('f_' + own)} IS NULL AND " if plan.has(own) else ""
    condition = (
        f"{empty}regexp_full_match(lower({first}), {quote_literal(_TOTAL)}) AND {filled} * 2 <= {len(cells)}"
    )
    return (Problem(field="", condition=condition, reason="looks like a total of other rows", value=first),)


def like_nothing(plan: TablePlan) -> tuple[tuple[str, str], ...]:
    """Keys that are a word for nothing: (what to say, condition). They are kept, for somebody may be called so."""
    return tuple(
        (
            f"{item.label} is a word such as 'None' or '#REF!'; where it means nothing, add it to missing in the mapping",
            one_of_sql(f"w.{q(item.field.name)}", _WORDS, fold=True),
        )
        for item in plan.fields
        if item.field.kind == "text" and (item.field.required or item.field.expected)
    )


def never_met(connection: "DuckDBPyConnection", plan: TablePlan, work: str) -> tuple[str, ...]:
    """Say which of won and lost no opportunity is: the words of another language or another file give no error."""
    if plan.table.name != "opportunities":
        return ()
    counts = connection.execute(
        f"SELECT count(*), count_if(status = 'won'), count_if(status = 'lost') FROM {q(work)} WHERE problem IS NULL"
    ).fetchone()
    rows, won, lost = counts or (0, 0, 0)
    words = " or ".join(name for name, count in (("won", won), ("lost", lost)) if not count)
    if not rows or not words:
        return ()
    advice = "Correct [opportunities.status] in the mapping if that is wrong."
    return (f"opportunities: no row is {words}.{_stages(connection, plan, work)} {advice}",)


def probabilities(connection: "DuckDBPyConnection", plan: TablePlan, work: str) -> tuple[str, ...]:
    """Say that probabilities are a hundredth of what they should be, or that open deals are as good as over."""
    if plan.table.name != "opportunities" or not plan.has("probability"):
        return ()
    row = connection.execute(
        f"SELECT max(probability), count_if(status = 'open' AND probability = 1) FROM {q(work)} WHERE problem IS NULL"
    ).fetchone()
    most, certain = row or (None, 0)
    said = []
    if most is not None and 0 < most <= _HUNDREDTH:
        advice = "If they are ratios and no per cents, take scale out of the mapping."
        said.append(f"opportunities: no probability is above 1 %. {advice}")
    if certain:
        rows = counted(certain, "deal is open with", "deals are open with")
        advice = "Correct [opportunities.status] in the mapping if they are won."
        said.append(f"opportunities: {rows} a probability of 100 %. {advice}")
    return tuple(said)


def _stages(connection: "DuckDBPyConnection", plan: TablePlan, work: str) -> str:
    if not plan.has("stage"):
        return ""
    rows = connection.execute(
        f"SELECT stage FROM {q(work)} WHERE problem IS NULL AND stage IS NOT NULL GROUP BY stage"
        f" ORDER BY count(*) DESC, stage LIMIT {_STAGES_SHOWN}"
    ).fetchall()
    return f" Stages are: {', '.join(repr(shown(str(row[0]))) for row in rows)}." if rows else ""
