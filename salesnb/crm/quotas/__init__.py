"""Quotas from files as people keep them: read, checked against their own totals, and kept beside the data."""

from salesnb.crm.quotas.keeping import KeptQuota, keep_quotas, kept_quotas, unclaimed_quotas
from salesnb.crm.quotas.owners import Directory, Owner
from salesnb.crm.quotas.periods import YearHint, read_period
from salesnb.crm.quotas.reading import (
    GivenQuota,
    Reading,
    Rejected,
    UnknownOwner,
    holds_quotas,
    read_quotas,
)
from salesnb.crm.quotas.sheet_reader import Hints

__all__ = [
    "Directory",
    "GivenQuota",
    "Hints",
    "KeptQuota",
    "Owner",
    "Reading",
    "Rejected",
    "UnknownOwner",
    "YearHint",
    "holds_quotas",
    "keep_quotas",
    "kept_quotas",
    "read_period",
    "read_quotas",
    "unclaimed_quotas",
]
