"""Which edition or unit an address means, for those who have a role in its province; for others it does not exist."""

from django.shortcuts import get_object_or_404

from accounts.selectors import roles_remember
from accounts.web.requests import StaffRequest
from surveys.models import Edition
from surveys.selectors.editions import editions_visible_to


def edition_or_404(request: StaffRequest, edition_id: int) -> Edition:
    """The edition with its province, and the person's roles loaded for all rules of the page."""
    return get_object_or_404(editions_visible_to(roles_remember(request.user)), pk=edition_id)
