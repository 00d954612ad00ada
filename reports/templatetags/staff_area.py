"""The row of links of the staff area, made from the page's own context: `{% staff_nav as items %}`; words for the audit
trail.
"""

from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import deed, job_words
from accounts.models import Province, User
from accounts.rules import may_see_audit, may_see_members
from accounts.selectors import roles_remember
from scoring.enums import RunState
from scoring.rules import may_see_runs
from surveys.enums import CommentState, Decision, EditionState
from surveys.models import Edition
from surveys.rules import (
    may_draw_sample,
    may_enter_records,
    may_export_data,
    may_interview,
    may_invite,
    may_keep_frame,
    may_moderate,
    may_open_ways,
    may_prepare_edition,
    may_see_edition,
    may_see_quality,
    may_see_units,
    may_share_out_calls,
)
from surveys.selectors.quality import UNDECIDED

register = template.Library()
register.filter("deed", deed)
register.filter("job_words", job_words)

STATES = {
    **{value: label for states in (EditionState, CommentState, RunState, Decision) for value, label in states.choices},
    UNDECIDED: _("Undecided"),
}


@register.filter
def state_words(state: str) -> str:
    """A state as it stands in the audit trail, in words."""
    return str(STATES.get(state, state))


@dataclass(frozen=True)
class Item:
    """A link of the row."""

    label: str | Promise
    url: str
    current: bool


# Names of addresses at which each link counts as the current one; the first is where it leads.
EDITION_PAGES = {
    "edition": (
        "edition",
        "edition-open",
        "edition-close",
        "edition-extend",
        "edition-freeze",
        "dataset-renew",
        "publish",
        "unit-preview",
    ),
    "responses": ("responses", "monitor", "monitor-plan", "monitor-strata"),
    "sample": ("sample", "sample-draw", "sample-members"),
    "invitations": ("invitations", "invitations-new", "invitations-codes", "letters"),
    "campaigns": (
        "campaigns",
        "message-wish",
        "campaign-new",
        "campaign",
        "campaign-text",
        "campaign-troubles",
        "campaign-trial",
    ),
    "access": ("access",),
    "calls": ("calls", "calls-give", "calls-export"),
    "my-calls": ("my-calls", "my-call"),
    "paper": ("paper", "paper-decide"),
    "ballot-box": ("ballot-box", "ballot-key", "ballot-open", "ballot-holder-add"),
    "records": ("records", "records-unit", "record-document"),
    "comments": ("comments",),
    "quality": ("quality", "quality-responses", "quality-response", "quality-copies"),
    "runs": (
        "runs",
        "run",
        "run-start",
        "run-approve",
        "recipe",
        "recipe-new",
        "recipe-import",
        "run-compare",
        "run-trial",
        "run-diagnostics",
        "run-diagnostics-part",
    ),
    "exports": ("exports", "export-new"),
    "edition-settings": ("edition-settings", "edition-withhold"),
}
PROVINCE_PAGES = {
    "frame": (
        "frame",
        "frame-businesses",
        "frame-duplicates",
        "frame-import",
        "frame-columns",
        "frame-import-result",
    ),
    "units": ("units", "unit", "unit-lineage", "unit-reader-add"),
    "members": ("members",),
    "audit": ("audit",),
    "edition-import": ("edition-import",),
}
LABELS = {
    "frame": _("Businesses"),
    "edition": _("Overview"),
    "responses": _("Fieldwork"),
    "sample": _("Sample"),
    "invitations": _("Invitations"),
    "campaigns": _("Messages"),
    "access": _("Ways in"),
    "calls": _("Call list"),
    "my-calls": _("My list"),
    "paper": _("Paper"),
    "ballot-box": _("Ballot box"),
    "records": _("Records"),
    "comments": _("Comments"),
    "quality": _("Quality of answers"),
    "runs": _("Scoring"),
    "exports": _("Data files"),
    "edition-settings": _("Settings"),
    "units": _("Units"),
    "members": _("Members"),
    "audit": _("Audit trail"),
    "edition-import": _("Import an edition"),
}


@register.simple_tag(takes_context=True)
def staff_nav(context: Context) -> list[Item]:
    """Links to the pages of the edition or province of this page that this person may open."""
    request: HttpRequest | None = context.get("request")
    if request is None or not isinstance(request.user, User):
        return []
    edition, province = context.get("edition"), context.get("province")
    if isinstance(edition, Edition):
        return _items(request, EDITION_PAGES, [edition.pk], _edition_doors(roles_remember(request.user), edition))
    if isinstance(province, Province):
        return _items(request, PROVINCE_PAGES, [province.slug], _province_doors(roles_remember(request.user), province))
    return []


def _items(
    request: HttpRequest, pages: dict[str, tuple[str, ...]], args: list[Any], doors: dict[str, bool]
) -> list[Item]:
    here = request.resolver_match.url_name if request.resolver_match else ""
    return [
        Item(LABELS[name], url, here in names)
        for name, names in pages.items()
        if doors[name] and (url := _address(name, args))
    ]


def _address(name: str, args: list[Any]) -> str:
    try:
        return reverse(f"staff:{name}", args=args)
    except NoReverseMatch:
        return ""


def _edition_doors(person: User, edition: Edition) -> dict[str, bool]:
    return {
        "edition": may_see_edition(person, edition),
        "responses": may_see_edition(person, edition),
        "sample": may_draw_sample(person, edition),
        "invitations": may_invite(person, edition),
        "campaigns": may_invite(person, edition),
        "access": may_open_ways(person, edition),
        "calls": may_share_out_calls(person, edition),
        "my-calls": may_interview(person, edition) and not person.is_superuser,
        "paper": may_interview(person, edition) and not person.is_superuser,
        "ballot-box": may_see_edition(person, edition),
        "records": may_enter_records(person, edition.province),
        "comments": may_moderate(person, edition),
        "quality": may_see_quality(person, edition),
        "runs": may_see_runs(person, edition.province),
        "exports": may_export_data(person, edition),
        "edition-settings": may_prepare_edition(person, edition.province),
    }


def _province_doors(person: User, province: Province) -> dict[str, bool]:
    return {
        "frame": may_keep_frame(person, province),
        "units": may_see_units(person, province),
        "members": may_see_members(person, province),
        "audit": may_see_audit(person, province),
        "edition-import": may_prepare_edition(person, province),
    }
