"""A mapping guessed from names, types and values, and written so that people can correct it."""

from salesnb.crm.guessing.draft import Draft, Line, draft_mapping

__all__ = ["Draft", "Line", "draft_mapping"]
