"""A release read once in one language: what its book and all its scorecards are made from."""

from dataclasses import dataclass

from django.utils import translation

from reports.selectors.methodology import Methodology, methodology
from reports.selectors.ranking import Ranking, ranking
from reports.selectors.unit_page import UnitResult, unit_results
from scoring.models import Publication


@dataclass(frozen=True)
class Reading:
    """League tables, every unit's result in the order of the tables, and how it was computed; all texts in
    `language`.
    """

    language: str
    tables: Ranking
    units: tuple[UnitResult, ...]
    method: Methodology


def reading_of(publication: Publication, language: str) -> Reading:
    with translation.override(language):
        tables, units, method = ranking(publication), tuple(unit_results(publication)), methodology(publication)
    return Reading(language, tables, units, method)
