"""Charts: described once by form, finding and data; drawn as static SVG for workbooks, pages and print.

Each form is one function: `bullet`, `trend`, `stages`, `bars`, `waterfall`, `sparkline`, `small_multiples`,
`pacing`, `curve`, `response`, `distribution`, `tornado` and `table`. `FORMS` knows them all; a package adds its own through the entry point group
``salesnb.charts``.
"""

from salesnb.charts.bars import Bar, bars
from salesnb.charts.bullet import Measure, bullet
from salesnb.charts.chart import FORMS, MIME, Chart, Form
from salesnb.charts.curve import Aged, Line, curve, marked_ages
from salesnb.charts.distribution import Reached, distribution
from salesnb.charts.pacing import Point, pacing
from salesnb.charts.response import Responded, response
from salesnb.charts.small_multiples import Panel, small_multiples
from salesnb.charts.sparkline import sparkline
from salesnb.charts.stages import Stage, stages
from salesnb.charts.table import Column, Indented, Link, table
from salesnb.charts.theme import css_variables
from salesnb.charts.tornado import Swing, tornado
from salesnb.charts.trend import Month, months_with_last_year, trend
from salesnb.charts.waterfall import Step, waterfall

__all__ = [
    "FORMS",
    "MIME",
    "Aged",
    "Bar",
    "Chart",
    "Column",
    "Form",
    "Indented",
    "Line",
    "Link",
    "Measure",
    "Month",
    "Panel",
    "Point",
    "Reached",
    "Responded",
    "Stage",
    "Step",
    "Swing",
    "bars",
    "bullet",
    "css_variables",
    "curve",
    "distribution",
    "marked_ages",
    "months_with_last_year",
    "pacing",
    "response",
    "small_multiples",
    "sparkline",
    "stages",
    "table",
    "tornado",
    "trend",
    "waterfall",
]
