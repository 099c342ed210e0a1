"""Pages from finished notebooks: one file, readable when mailed alone, offline, on a phone and on paper."""

from salesnb.workbooks.html.page import PageInfo, environment, render

__all__ = ["PageInfo", "environment", "render"]
