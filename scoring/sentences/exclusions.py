"""Which responses a run leaves out, why, and what that does, in sentences."""

from collections.abc import Iterator
from dataclasses import asdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ddci.templatetags.ddci_format import write_number
from scoring.engine.thresholds import Thresholds
from scoring.selectors.exclusions import BothInBlock, RunExclusions
from surveys.sentences import threshold_words


def exclusion_sentences(found: RunExclusions | None) -> Iterator[str]:
    """How many of how many, by reason; that every response counts where nobody was excluded."""
    if found is None or not found.excluded:
        yield _("Every response counts; none was left out.")
        yield from _checked(found)
        return
    words = {
        "excluded": write_number(found.excluded, 0),
        "all": write_number(found.responses, 0),
        "reasons": ", ".join(f"{reason.lower()} ({write_number(n, 0)})" for reason, n in found.reasons),
    }
    if found.leaves_out:
        sentence = ngettext(
            "Of %(all)s responses %(excluded)s was left out after a review: %(reasons)s.",
            "Of %(all)s responses %(excluded)s were left out after a review: %(reasons)s.",
            found.excluded,
        )
    else:
        sentence = ngettext(
            "All %(all)s responses count, also the %(excluded)s that was excluded in the review: %(reasons)s.",
            "All %(all)s responses count, also the %(excluded)s that were excluded in the review: %(reasons)s.",
            found.excluded,
        )
    yield sentence % words
    for name in found.failed:
        yield _("%(block)s cannot be scored with the other choice of responses.") % {"block": name}
    yield from _checked(found)


def _checked(found: RunExclusions | None) -> Iterator[str]:
    """By which thresholds the responses were flagged, where they were checked."""
    if found is None or found.check is None:
        return
    usual = asdict(Thresholds())
    other = {name: value for name, value in found.thresholds.items() if value != usual.get(name)}
    if not other:
        yield _("Signs of careless or copied answers were looked for with the usual thresholds.")
        return
    words = "; ".join(f"{label[:1].lower()}{label[1:]} {value}" for label, value in threshold_words(other))
    yield _("Signs of careless or copied answers were looked for with other thresholds than usual: %(words)s.") % {
        "words": words
    }


def shift_sentence(block: BothInBlock) -> str:
    """What leaving them out does to the ranks of a block."""
    far = block.farthest
    if far is None:
        return _("Leaving these responses out changes no rank.")
    sentence = ngettext(
        "Leaving these responses out moves the rank of %(moved)d of %(all)d units, farthest %(unit)s: from %(before)d"
        " to %(after)d.",
        "Leaving these responses out moves the ranks of %(moved)d of %(all)d units, farthest %(unit)s: from %(before)d"
        " to %(after)d.",
        block.moved,
    )
    words = {"moved": block.moved, "all": len(block.rows), "unit": far.name}
    return sentence % {**words, "before": far.rank_all or 0, "after": far.rank or 0}
