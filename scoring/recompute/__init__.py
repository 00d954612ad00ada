"""Recompute a published table from files alone: no database, no web framework.

Three forms of table: (a) units x indicators, (b) units x sub-indices, (c) respondents, ratings and margins.
See docs/recompute.md for a worked example of each.
"""
