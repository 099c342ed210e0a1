"""What somebody expects a figure to be made of: the deals of a report that was downloaded from the CRM."""

from salesnb.crm.expected.deals import Expected, ExpectedDeal, ReadColumn, Wanted
from salesnb.crm.expected.ids import id_key
from salesnb.crm.expected.reading import read_expected

__all__ = ["Expected", "ExpectedDeal", "ReadColumn", "Wanted", "id_key", "read_expected"]
