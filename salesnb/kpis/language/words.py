"""The words of the language in which an analyst writes a KPI, and how much of it one text may hold."""

__all__ = [
    "AGGREGATES",
    "DATES",
    "KEYWORDS",
    "LONGEST",
    "MOST_AGGREGATES",
    "MOST_NESTED",
    "MOST_STEPS",
    "STATUSES",
]

AGGREGATES = ("sum", "count", "count_distinct", "median", "quantile", "mean", "min", "max")
STATUSES = ("open", "won", "lost")
# What may stand after ``at``: the date by which the deals of an aggregate are told.
DATES = ("closed_on", "created_on", "as_of", "at_start")
KEYWORDS = frozenset({"and", "or", "not", "in", "is", "null", "where", "at", "days", *AGGREGATES, *STATUSES})

# Far beyond what a person can read, and far below what would bring down a parser, an engine or a reader.
LONGEST = 4_000
MOST_NESTED = 30
MOST_STEPS = 100
MOST_AGGREGATES = 30
