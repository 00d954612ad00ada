"""Which sections stand on which page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scoring.selectors.diagnostics import BlockFacts
from scoring.tables import errors, raters, reliability, responses, scales, sensitivity, structure, weights
from scoring.tables.section import Section

Build = Callable[[BlockFacts], Section | None]


@dataclass(frozen=True)
class Topic:
    """A page of sections about one block."""

    key: str
    title: str | Promise
    builds: Sequence[Build]


TOPICS = (
    Topic("weights", _("Weights"), (weights.weighting, weights.margins, weights.distribution)),
    Topic("reliability", _("Reliability"), (reliability.signal, reliability.alpha, reliability.items)),
    Topic(
        "structure",
        _("Structure"),
        (structure.effective, structure.correlations, scales.goalposts, structure.leave_one_out),
    ),
    Topic("raters", _("Raters"), (raters.leniency, raters.drivers, responses.flagged)),
    Topic("sensitivity", _("Sensitivity"), (sensitivity.choices, sensitivity.ranges, errors.errors)),
)


def topic_of(key: str) -> Topic | None:
    return next((topic for topic in TOPICS if topic.key == key), None)


def sections_of(block: BlockFacts, topic: Topic) -> list[Section]:
    """The sections of a page that have something to say."""
    return [section for section in (build(block) for build in topic.builds) if section is not None]


def section_of(block: BlockFacts, key: str) -> Section | None:
    """The section of this key, on whichever page."""
    return next((section for topic in TOPICS for section in sections_of(block, topic) if section.key == key), None)
