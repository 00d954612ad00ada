"""What moves units between two rankings, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from ddci.templatetags.ddci_format import signed
from scoring.selectors.compare import BlockShifts

CAUSES: dict[str, str | Promise] = {
    "values": pgettext_lazy("cause", "the measured values"),
    "goalposts": pgettext_lazy("cause", "the goalposts"),
    "weights": pgettext_lazy("cause", "weights and means"),
    "adjustment": pgettext_lazy("cause", "bonus and penalty points"),
    "exclusions": pgettext_lazy("cause", "the responses left out"),
}


def largest_shift_sentence(block: BlockShifts) -> str:
    """Which unit moves by most ranks, and why; empty where none moves."""
    row = block.largest
    if row is None:
        return ""
    facts: dict[str, object] = {"name": row.name, "from": row.before.rank, "to": row.after.rank}
    facts["difference"] = signed(row.difference, 2)
    if row.cause is None or not row.cause.main:
        return _("%(name)s moves most: from rank %(from)s to rank %(to)s (%(difference)s points).") % facts
    facts |= {"cause": CAUSES[row.cause.main], "part": signed(row.cause.most, 2)}
    return (
        _(
            "%(name)s moves most: from rank %(from)s to rank %(to)s (%(difference)s points), most of all by %(cause)s "
            "(%(part)s)."
        )
        % facts
    )
