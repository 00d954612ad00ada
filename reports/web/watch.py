"""The watch list of an edition: what fell in edition after edition."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.rules import require
from accounts.selectors import roles_remember
from accounts.web.requests import StaffRequest
from reports.rules import may_preview_any_run
from reports.selectors import watch_words as words
from reports.selectors.watch import Line, run_watched, watch_list
from surveys.selectors.editions import editions_visible_to


@require_safe
def watch(request: StaffRequest, edition_id: int) -> HttpResponse:
    """What of each unit fell three editions in a row, or two while there are too few editions."""
    edition = get_object_or_404(editions_visible_to(roles_remember(request.user)), pk=edition_id)
    require(may_preview_any_run(request.user, edition))
    run = run_watched(edition)
    found = watch_list(run) if run else None
    context = {
        "edition": edition,
        "province": edition.province,
        "simulated": edition.is_simulated,
        "run": run,
        "reach": words.reach_sentences(found) if found else [],
        "watched": bool(found and found.times),
        "blocks": _blocks(found.lines) if found else [],
    }
    return render(request, "staff/watch.html", context)


def _blocks(lines: Sequence[Line]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Lines under the names of their blocks, in words."""
    return [
        (
            block,
            [
                {
                    "unit": line.unit_name,
                    "item": words.item_name(line),
                    "steps": words.steps(line),
                    "beyond": words.beyond_sentence(line),
                }
                for line in members
            ],
        )
        for block, members in groupby(lines, lambda line: line.block)
    ]
