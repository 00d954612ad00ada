"""Where the review of answers stands, in sentences, for whoever is about to freeze the data."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.enums import Decision
from surveys.models import Edition
from surveys.selectors.quality import UNDECIDED, checks_of, decision_counts, exclusion_reasons


def review_notes(edition: Edition) -> list[str]:
    """Not checked, undecided, waiting for a second person, excluded: one sentence each, where there is something to
    say.
    """
    check = checks_of(edition).first()
    if check is None:
        return [_("The answers were not checked for carelessness and copies; all of them will count.")]
    decided, excluded = decision_counts(check), len(exclusion_reasons(edition))
    notes = []
    if decided[UNDECIDED]:
        sentence = ngettext(
            "%(count)d flagged response is undecided and will count.",
            "%(count)d flagged responses are undecided and will count.",
            decided[UNDECIDED],
        )
        notes.append(sentence % {"count": decided[UNDECIDED]})
    if decided[Decision.PROPOSE]:
        sentence = ngettext(
            "%(count)d exclusion waits for a second person; the response will count.",
            "%(count)d exclusions wait for a second person; the responses will count.",
            decided[Decision.PROPOSE],
        )
        notes.append(sentence % {"count": decided[Decision.PROPOSE]})
    if excluded:
        sentence = ngettext(
            "%(count)d response will be left out of the scores.",
            "%(count)d responses will be left out of the scores.",
            excluded,
        )
        notes.append(sentence % {"count": excluded})
    return notes
