"""How many responses hold neighbours in their order, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ddci.templatetags.ddci_format import write_number
from scoring.selectors.firmness import Firmness, Swap


def fragility_sentences(firmness: Firmness, names: Mapping[str, str], responses: int) -> list[str]:
    """What would swap the first two, and which neighbours the fewest responses hold apart. Empty if nothing is known.

    `names`: of units by code; `responses`: of the dataset.
    """
    if not firmness.swaps:
        return []
    first, closest = firmness.swaps[0], firmness.closest
    said = [_first_swap(first, names, responses)]
    if closest is not None and closest != first:
        facts = {"higher": names[closest.higher], "lower": names[closest.lower]}
        facts["count"] = write_number(closest.responses, 0)
        said.append(
            ngettext(
                "The closest neighbours are %(higher)s and %(lower)s: there, %(count)s response is enough.",
                "The closest neighbours are %(higher)s and %(lower)s: there, %(count)s responses are enough.",
                closest.responses,
            )
            % facts
        )
    return said


def _first_swap(swap: Swap, names: Mapping[str, str], responses: int) -> str:
    facts = {"higher": names[swap.higher], "lower": names[swap.lower], "all": write_number(responses, 0)}
    facts["count"] = write_number(swap.responses, 0)
    if not swap.responses:
        return _("No number of missing responses would make %(higher)s and %(lower)s swap ranks 1 and 2.") % facts
    return (
        ngettext(
            "%(count)s of %(all)s responses, the one most in favour of %(higher)s, would have to be missing for "
            "%(higher)s and %(lower)s to swap ranks 1 and 2.",
            "%(count)s of %(all)s responses, those most in favour of %(higher)s, would have to be missing for "
            "%(higher)s and %(lower)s to swap ranks 1 and 2.",
            swap.responses,
        )
        % facts
    )
