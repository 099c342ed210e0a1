"""The words of the language in which an analyst writes a KPI."""

__all__ = ["AGGREGATES", "DATES", "KEYWORDS", "STATUSES"]

AGGREGATES = ("sum", "count", "count_distinct", "median", "quantile", "mean", "min", "max")
STATUSES = ("open", "won", "lost")
# What may stand after ``at``: the date by which the deals of an aggregate are told.
DATES = ("closed_on", "created_on", "as_of", "at_start")
KEYWORDS = frozenset({"and", "or", "not", "in", "is", "null", "where", "at", "days", *AGGREGATES, *STATUSES})
