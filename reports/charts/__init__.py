"""Figures of a release as static SVG: drawn once, kept as files, shown on pages and in PDFs.

Altair writes the Vega-Lite specification, vl-convert draws it with the product's own font. Each drawing carries
`<title>` and `<desc>`; whoever shows it sets a table of the same numbers beside it.
"""

from reports.charts.files import ChartFile, charts_of

__all__ = ["ChartFile", "charts_of"]
