"""One module for each kind of figure; each has `spec`, the Vega-Lite specification, and the words that go with it."""

from reports.charts.figures import intervals, profile, trend

ROWS_A_CHART = intervals.ROWS_A_CHART

__all__ = ["ROWS_A_CHART", "intervals", "profile", "trend"]
