"""Which edition or message an address means, for those who may write to businesses."""

from django.shortcuts import get_object_or_404

from accounts.rules import require
from accounts.web.requests import StaffRequest
from surveys.models import Campaign, Edition
from surveys.rules import may_invite
from surveys.selectors.campaigns import campaigns_of
from surveys.web.staff.doors import edition_or_404


def edition_of_manager(request: StaffRequest, edition_id: int) -> Edition:
    """The edition, for somebody who may write to its businesses."""
    edition = edition_or_404(request, edition_id)
    require(may_invite(request.user, edition))
    return edition


def campaign_or_404(request: StaffRequest, edition_id: int, campaign_id: int) -> Campaign:
    edition = edition_of_manager(request, edition_id)
    campaign = get_object_or_404(campaigns_of(edition), pk=campaign_id)
    campaign.edition = edition
    return campaign
