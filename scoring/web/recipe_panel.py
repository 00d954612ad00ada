"""What stands beside a recipe that is not saved yet: what it would do, what is different, what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.web.requests import StaffRequest
from scoring.engine.recipe_diff import recipe_differences
from scoring.frames.consequence import BlockConsequence, NotComputable, consequence
from scoring.selectors.names import EditionNames, names_in
from scoring.sentences import fault_sentence, notice_sentence
from scoring.sentences.recipe_places import place_words, value_words
from surveys.models import Dataset, Edition
from surveys.selectors.datasets import dataset_latest

Content = Mapping[str, Any]
Context = dict[str, Any]


def panel(edition: Edition, names: EditionNames, *, start: Content, content: Content) -> Context:
    """The consequence of `content` against `start` on the last dataset, with every difference in words."""
    dataset = dataset_latest(edition)
    found = differences(start, content, names)
    context: Context = {"tried": True, "differences": found, "dataset": dataset}
    if dataset is None or not found:
        return context
    result = consequence(dataset, before=start, after=content)
    if isinstance(result, NotComputable):
        return {**context, "refusal": fault_sentence(result.fault)}
    return {**context, "blocks_moved": _named(result, dataset, edition, names), "own": dataset.edition_id == edition.pk}


def differences(start: Content, content: Content, names: EditionNames) -> list[dict[str, str]]:
    """Place, before and after, in words."""
    return [
        {
            "place": place_words(each.place, names, content),
            "before": value_words(each.place, each.before, names),
            "after": value_words(each.place, each.after, names),
        }
        for each in recipe_differences(start, content)
    ]


def _named(
    result: Sequence[BlockConsequence], dataset: Dataset, edition: Edition, names: EditionNames
) -> list[dict[str, Any]]:
    """Codes replaced by the names of the edition whose answers were used."""
    own = names if dataset.edition_id == edition.pk else names_in(dataset.edition)
    return [
        {
            "name": own.blocks.get(block.block, block.block),
            "facts": block,
            "moves": [{"name": own.units.get(move.unit, move.unit), "move": move} for move in block.moves],
            "farthest": own.units.get(block.farthest.unit) if block.farthest else "",
            "largest": own.units.get(block.largest.unit) if block.largest else "",
            "unranked": [own.units.get(code, code) for code in block.unranked],
            "notices": [notice_sentence(notice, own.all) for notice in block.notices],
        }
        for block in result
    ]


def wants_fragment(request: StaffRequest) -> bool:
    """Whether a script asks for the panel alone."""
    return request.headers.get("HX-Request") == "true"
