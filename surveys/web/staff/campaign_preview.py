"""What a message looks like, and the list of those that were not delivered. For managers only."""

import csv
from dataclasses import dataclass
from uuid import UUID

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accounts.web.requests import StaffRequest
from ddci.core.text import csv_cell
from surveys.enums import MessageState
from surveys.messages.parcels import Parcel
from surveys.messages.short import Length, length_of
from surveys.models import Campaign
from surveys.selectors.campaigns import messages_in_trouble
from surveys.services.campaigns import troubles_hand_out
from surveys.services.message_texts import parcel_make, recipient_example
from surveys.web.staff.campaign_doors import campaign_or_404
from surveys.web.staff.campaign_forms import TroubleFilterForm

ROWS_ON_A_PAGE = 50
NOBODY = "example@example.com"
NAMELESS = UUID(int=0)
MAIL_SHOWN = {"style-src": [UNSAFE_INLINE], "frame-ancestors": [SELF], "script-src": [NONE]}


@dataclass(frozen=True)
class Preview:
    """The message as an imagined business would get it. `length` for text messages."""

    subject: str
    text: str
    length: Length | None


def parcel_example(campaign: Campaign) -> Parcel:
    """The message to nobody."""
    with translation.override("vi"):
        recipient = recipient_example()
    return parcel_make(campaign=campaign, recipient=recipient, to=NOBODY, token=NAMELESS)


def preview_of(campaign: Campaign) -> Preview:
    parcel = parcel_example(campaign)
    if parcel.mail is not None:
        return Preview(str(parcel.mail.subject), parcel.text.strip(), None)
    return Preview("", parcel.text, length_of(parcel.text))


@require_safe
@xframe_options_sameorigin
@csp_replace(MAIL_SHOWN)  # type: ignore[arg-type]  # it knows plain requests only
def campaign_html(request: StaffRequest, edition_id: int, campaign_id: int) -> HttpResponse:
    """The e-mail as a mail program shows it, for the frame on its page: styles stand in the mail itself."""
    mail = parcel_example(campaign_or_404(request, edition_id, campaign_id)).mail
    return HttpResponse(str(mail.alternatives[0][0]) if mail is not None else "")


@require_safe
def campaign_troubles(request: StaffRequest, edition_id: int, campaign_id: int) -> HttpResponse:
    """Every message that was not delivered, with the reason; those of unclear fate wait for a decision."""
    campaign = campaign_or_404(request, edition_id, campaign_id)
    form = TroubleFilterForm(request.GET)
    page = Paginator(messages_in_trouble(campaign, form.wanted()), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "edition": campaign.edition,
        "province": campaign.edition.province,
        "campaign": campaign,
        "form": form,
        "page_obj": page,
        "query": query.urlencode(),
        "unclear": MessageState.UNCLEAR,
    }
    return render(request, "staff/campaigns/troubles.html", context)


@require_POST
@cache_control(no_store=True)
def campaign_troubles_csv(request: StaffRequest, edition_id: int, campaign_id: int) -> HttpResponse:
    """The same list as a file. It is recorded."""
    campaign = campaign_or_404(request, edition_id, campaign_id)
    rows = troubles_hand_out(campaign=campaign, by=request.user, now=timezone.now())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"messages-{campaign.edition.province.slug}-{campaign.edition.year}-{campaign.pk}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([_("Business"), _("State"), _("Reason"), _("Reply"), _("Tries")])
    writer.writerows([csv_cell(row.name), row.state, row.reason, row.status, row.tries] for row in rows)
    return response
