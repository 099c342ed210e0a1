"""The language in which an analyst writes a KPI: text that is parsed and compiled, and never run as code."""
