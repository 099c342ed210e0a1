"""The data: canonical tables, sources, mappings, import with its checks, and the sample that is generated."""
