"""Reads of published results, as frozen dataclasses in the active language.

Everything that shows results (pages, PDFs, tables, charts, API) reads them here, so that a number is the same
everywhere. Numbers leave in full precision; words are those of the language that is active when the selector is called.
"""
