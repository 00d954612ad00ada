"""Diagnostics of a run as sections of a page: a sentence, a drawing, a table, a file to download."""

from scoring.tables.page import TOPICS, Topic, section_of, sections_of, topic_of
from scoring.tables.section import Section, section_csv

__all__ = ["TOPICS", "Section", "Topic", "section_csv", "section_of", "sections_of", "topic_of"]
