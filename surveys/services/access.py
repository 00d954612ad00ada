"""Public ways into an edition: an open link, and registration by tax code. Off unless a manager switches them on.

What both can and cannot prevent stands in decision 0055.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit, job_start
from ddci.core.errors import NotNow, Refusal, TooMany
from surveys.answers.routes import OUTSIDE
from surveys.enums import NOT_CLOSED, Channel, EditionState
from surveys.models import Business, Edition, EditionAccess, Invitation, Registration
from surveys.selectors.access import access_of, address_known, business_of_code, invitation_of_code
from surveys.services.answering import AlreadyClosed, NotOpenYet
from surveys.services.invitations import Guest, invitations_create

MAIL = "registration_mail"


class NoWayIn(Refusal):
    status = 404
    code = "no_way_in"
    sentence = _("This survey can only be answered with a personal link or code.")


class AccessSettled(NotNow):
    code = "access_settled"
    sentence = _("“%(edition)s” takes no more answers; its ways in cannot be changed any more.")


class TooManyToday(TooMany):
    code = "too_many_today"
    sentence = _("Many businesses have come today. Please try again tomorrow, or call the association.")


@dataclass(frozen=True)
class Ways:
    """Which public ways are open, and how many new links they give at most on one day."""

    open_link: bool
    self_registration: bool
    daily_limit: int


@dataclass(frozen=True)
class Application:
    """What a business says of itself, tax code, telephone and e-mail in their standard form (`population.cells`)."""

    tax_code: str
    name: str
    type: str
    locality: str = ""
    email: str = ""
    phone: str = ""


@transaction.atomic
def access_change(*, edition: Edition, ways: Ways, by: User | None, now: datetime) -> EditionAccess:
    """Switch the public ways on or off.

    Raises:
        AccessSettled: the edition has closed.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    if locked.state not in NOT_CLOSED:
        raise AccessSettled(edition=locked.title)
    access = access_of(locked)
    before = Ways(access.open_link, access.self_registration, access.daily_limit)
    if before == ways and access.pk:
        return access
    access.open_link, access.self_registration = ways.open_link, ways.self_registration
    access.daily_limit = ways.daily_limit
    access.save()
    note = "; ".join(f"{name}: {getattr(before, name)} → {value}" for name, value in vars(ways).items())
    audit(action="access.change", subject=locked, by=by, now=now, province=locked.province, note=note)
    return access


@transaction.atomic
def open_link_take(*, edition: Edition, now: datetime) -> Invitation:
    """A fresh invitation for somebody who says nothing of himself.

    Raises:
        NoWayIn: the open link is off.
        NotOpenYet, AlreadyClosed
        TooManyToday
    """
    _let_in(edition, "open_link", now)
    return _invited(edition, Channel.OPEN, Guest(name=""), now)


@transaction.atomic
def business_register(*, edition: Edition, application: Application, now: datetime) -> None:
    """Take a registration and mail the link. Says nothing of whether the business was invited or has answered.

    One invitation for each business: whoever has one already gets its link again, at the address that is known of it. A
    new one is made in the stratum of the self-registered. The link never goes to a typed address where the frame knows
    another, or anybody could answer for anybody whose tax code is known.

    Raises:
        NoWayIn: self-registration is off.
        NotOpenYet, AlreadyClosed
        TooManyToday
    """
    _let_in(edition, "self_registration", now)
    business = business_of_code(edition, application.tax_code)
    invitation = invitation_of_code(edition, application.tax_code, business)
    if invitation is None:
        invitation = _registered(edition, application, business, now)
    if address_known(invitation):
        job_start(kind=MAIL, arguments={"invitation": invitation.pk}, province=edition.province, by=None, now=now)


def _registered(edition: Edition, application: Application, business: Business | None, now: datetime) -> Invitation:
    guest = Guest(
        name=business.name if business else application.name,
        email=(business.email if business else "") or application.email,
        business=business.pk if business else None,
    )
    invitation = _invited(edition, Channel.SELF, guest, now)
    Registration.objects.create(
        invitation=invitation,
        edition=edition,
        tax_code=application.tax_code,
        type=application.type,
        locality=application.locality,
        phone=application.phone,
    )
    return invitation


def _invited(edition: Edition, channel: Channel, guest: Guest, now: datetime) -> Invitation:
    placed = Guest(name=guest.name, email=guest.email, stratum=OUTSIDE[channel], business=guest.business)
    return invitations_create(edition=edition, guests=[placed], by=None, now=now)[0]


def _let_in(edition: Edition, way: str, now: datetime) -> None:
    """Check the way and count one more of today; whoever waits here waits for the one before."""
    access = EditionAccess.objects.select_for_update().filter(edition=edition).first()
    if access is None or not getattr(access, way):
        raise NoWayIn
    if edition.state == EditionState.DRAFT:
        raise NotOpenYet
    if edition.state != EditionState.OPEN:
        raise AlreadyClosed
    today = timezone.localtime(now).date()
    counted = access.counted if access.counted_on == today else 0
    if counted >= access.daily_limit:
        raise TooManyToday
    access.counted_on, access.counted = today, counted + 1
    access.save(update_fields=["counted_on", "counted"])
