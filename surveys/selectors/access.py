"""Reads of the public ways into an edition."""

from django.db.models import Q

from accounts.models import in_language
from surveys.models import Business, Edition, EditionAccess, Invitation, ProfileField

LOCALITY = "locality"


def access_of(edition: Edition) -> EditionAccess:
    """Which ways are open; an unsaved row with none where nothing was ever switched."""
    return EditionAccess.objects.filter(edition=edition).first() or EditionAccess(edition=edition)


def edition_to_join(slug: str, year: int) -> Edition | None:
    """The edition of a public address, if any way into it is open."""
    opened = Q(access__open_link=True) | Q(access__self_registration=True)
    found = Edition.objects.filter(opened, province__slug=slug, year=year)
    return found.select_related("province", "access").first()


def localities_asked(edition: Edition) -> list[tuple[str, str]]:
    """Code and name of the localities that a business can name; none where the edition does not ask."""
    field = ProfileField.objects.filter(edition=edition, code=LOCALITY).first()
    return [(each["code"], in_language(each["vi"], each.get("en", ""))) for each in (field.options if field else [])]


def business_of_code(edition: Edition, tax_code: str) -> Business | None:
    """The business of the frame with this tax code; of a merged row, the one that stayed."""
    found = Business.objects.filter(province=edition.province_id, tax_code=tax_code)
    business = found.select_related("merged_into").order_by("merged_into", "pk").first()
    return business.merged_into or business if business else None


def invitation_of_code(edition: Edition, tax_code: str, business: Business | None) -> Invitation | None:
    """The invitation that a business of this tax code has already, drawn or registered."""
    same = Q(registration__tax_code=tax_code)
    if business is not None:
        same |= Q(business=business) | Q(business__merged_into=business)
    found = Invitation.objects.filter(same, edition=edition).select_related("business", "registration")
    return found.order_by("pk").first()


def address_known(invitation: Invitation) -> str:
    """Where a link can be sent: what the invitation holds, else what the frame knows. Never what a stranger types."""
    return invitation.email or (invitation.business.email if invitation.business else "")
