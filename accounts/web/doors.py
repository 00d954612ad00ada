"""Which province an address means, for those who have a role there; for everybody else it does not exist."""

from django.shortcuts import get_object_or_404

from accounts.models import Province
from accounts.selectors import provinces_of, roles_remember
from accounts.web.requests import StaffRequest


def province_or_404(request: StaffRequest, slug: str) -> Province:
    """The province, with the person's roles loaded for all rules of the page."""
    return get_object_or_404(provinces_of(roles_remember(request.user)), slug=slug)
