"""Widgets: views on the model for JupyterLab, Notebook and Voila. What they decide is decided in ``salesnb.actions``."""

from salesnb.widgets.allocation_sliders import AllocationSliders

__all__ = ["AllocationSliders"]
