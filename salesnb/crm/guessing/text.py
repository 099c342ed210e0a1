"""A mapping as text, with a comment at each guess."""

from collections.abc import Mapping as Pairs
from collections.abc import Sequence

from salesnb.crm.mapping import Alternatives, ColumnRule, Join, Mapping, StatusRule, TableMapping
from salesnb.crm.tables import table_named
from salesnb.crm.toml_values import quoted

__all__ = ["mapping_text"]

_WIDE = 34
_SHOWN = 50


def mapping_text(
    mapping: Mapping,
    source: str,
    profile: str,
    samples: Pairs[tuple[str, str], Sequence[str]],
    further: Pairs[str, Sequence[str]],
    status: Sequence[str],
    missing: Sequence[str],
) -> str:
    """Write a mapping file.

    Parameters
    ----------
    samples
        Some values of each column: (table, our column) -> values.
    further
        Columns of each table that are kept as dimensions.
    status
        What the values of the status mean, as said to people.
    missing
        What people have to fill in.
    """
    by = f"the profile {profile}" if profile else "names, types and values"
    lines = [
        f"# How the columns of {_plain(source)} become salesnb's: guessed by {by}.",
        "# Correct what is wrong; `salesnb import` reads it again.",
        *(f"# TO FILL IN: {_plain(said)}" for said in missing),
        "",
    ]
    if mapping.ids:
        lines += [f"ids = {quoted(mapping.ids)}", ""]
    for table in mapping.tables:
        lines += _table(table, samples, further.get(table.table, ()), status)
    return "\n".join(lines).rstrip() + "\n"


def _table(
    table: TableMapping,
    samples: Pairs[tuple[str, str], Sequence[str]],
    further: Sequence[str],
    status: Sequence[str],
) -> list[str]:
    lines = [f"[{table.table}]"]
    if table.file or table.files:
        lines.append(f"file = {quoted(table.file) if table.file else _list(table.files)}")
    lines += [f"{key} = {quoted(value)}" for key, value in _texts(table) if value]
    if table.header_row != 1:
        lines.append(f"header_row = {table.header_row}")
    lines += [f"{key} = true" for key in ("skip_footer", "distinct", "late_entries") if getattr(table, key)]
    if table.missing:
        lines.append(f"missing = {_list(table.missing)}")
    if table.leave_out:
        lines.append(f"leave_out = {_conditions(table.leave_out)}")
    if table.ignore:
        lines.append(f"ignore = {_list(table.ignore)}")
    if further:
        canonical = table_named(table.table)
        fate = "kept as dimensions" if canonical and canonical.takes_extras else "not kept"
        lines.append(f"# Not mapped, and {fate}: {_plain(', '.join(further))}")
    lines.append(f"[{table.table}.columns]")
    for field, rule in table.columns:
        text = f"{_key(field)} = {_rule(rule)}"
        shown = _samples(samples.get((table.table, field), ()))
        lines.append(f"{text.ljust(_WIDE)}  # {shown}" if shown else text)
    for join in table.joins:
        lines += _join(table.table, join)
    lines += _status(table, status)
    for field, pairs in table.repair:
        lines.append(f"[{table.table}.repair.{_key(field)}]  # value as found = value meant")
        lines += [f"{quoted(old)} = {quoted(new)}" for old, new in pairs]
    return [*lines, ""]


def _samples(values: Sequence[str]) -> str:
    """Give as many values as fit behind a line; a single long one is cut."""
    shown = _plain(values[0])[:_SHOWN] if values else ""
    for value in values[1:]:
        longer = f"{shown}, {_plain(value)}"
        if len(longer) > _SHOWN:
            break
        shown = longer
    return shown


def _texts(table: TableMapping) -> tuple[tuple[str, str], ...]:
    keys = ("sheet", "skip_rows_matching", "encoding", "delimiter", "decimal", "date_order")
    return tuple((key, getattr(table, key)) for key in keys)


def _rule(rule: ColumnRule) -> str:
    column = _choices(rule.alternatives) if rule.alternatives else quoted(rule.column)
    more = {key: getattr(rule, key) for key in ("via", "take", "format", "time_zone")}
    parts = [f"{key} = {quoted(value)}" for key, value in more.items() if value]
    parts += [f"scale = {rule.scale}"] if rule.scale else []
    return f"{{ {', '.join((f'column = {column}', *parts))} }}" if parts else column


def _choices(choices: Alternatives) -> str:
    return f"[{', '.join(quoted(names[0]) if len(names) == 1 else _list(names) for names in choices)}]"


def _join(table: str, join: Join) -> list[str]:
    lines = [f"[[{table}.join]]", f"name = {quoted(join.name)}", f"file = {quoted(join.file)}"]
    lines += [f"sheet = {quoted(join.sheet)}"] if join.sheet else []
    lines += [f"on = {quoted(join.on[0][0])}", f"key = {quoted(join.key[0][0])}"]
    return [*lines, *([f"where = {_conditions(join.where)}"] if join.where else [])]


def _status(table: TableMapping, said: Sequence[str]) -> list[str]:
    rule = table.status
    comments = [f"# {_plain(text)}" for text in said]
    if rule is None:
        asked = [
            "# [opportunities.status]  # everything else is open",
            *comments,
            '# won = ["…"]',
            '# lost = ["…"]',
        ]
        return asked if table.table == "opportunities" else []
    lines = [f"[{table.table}.status]  # everything else is open", *comments]
    if _one_column(rule):
        column = rule.won[0][0] or (rule.lost[0][0] if rule.lost else "")
        lines += [f"column = {quoted(column)}"] if column else []
        lines += [f"{key} = {_list(values)}" for key, ((_, values),) in _given(rule)]
        return lines
    return [*lines, *(f"{key} = {_conditions(conditions)}" for key, conditions in _given(rule))]


def _given(rule: StatusRule) -> list[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]]:
    return [(key, found) for key, found in (("won", rule.won), ("lost", rule.lost)) if found]


def _one_column(rule: StatusRule) -> bool:
    columns = {column for column, _ in (*rule.won, *rule.lost)}
    return len(columns) == 1 and len(rule.won) <= 1 and len(rule.lost) <= 1


def _conditions(conditions: Sequence[tuple[str, Sequence[str]]]) -> str:
    return f"{{ {', '.join(f'{_key(column)} = {_list(values)}' for column, values in conditions)} }}"


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else quoted(name)


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(quoted(value) for value in values)}]"


def _plain(text: str) -> str:
    """Bring a text to one line that can stand in a comment."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
