"""Alarms of the diagnostics that an approver must see among the checks of a run."""

from django.urls import reverse
from django.utils.translation import gettext as _

from scoring.models import ScoringRun
from scoring.selectors.diagnostics import blocks_diagnosed, diagnostics_of
from scoring.selectors.names import EditionNames
from scoring.tables.raters import leniency
from scoring.tables.section import WARN


def run_alarms(run: ScoringRun, names: EditionNames) -> list[dict[str, str]]:
    """A check for every block whose ranks would leave their ranges, or rest on trust, with raters told apart. One
    query.
    """
    found = []
    for block in blocks_diagnosed(run, diagnostics_of(run), names):
        section = leniency(block)
        if section is None or section.state != WARN:
            continue
        address = reverse("staff:run-diagnostics-part", args=[run.pk, block.code, "raters"])
        title = _("%(block)s: kind and severe raters matter.") % {"block": block.name}
        found.append(
            {"state": WARN, "title": title, "reason": section.finding, "url": address, "action": _("To the figures")}
        )
    return found
