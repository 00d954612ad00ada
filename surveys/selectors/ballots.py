"""Reads of the ballot box: who holds its keys, how many boxes lie in it, whose receipts there are. Never an answer."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.enums import OFFICE
from accounts.models import User, in_language
from ddci.core.crypto import derive
from surveys.answers.coarse import CHANNEL
from surveys.enums import Channel, EditionState, Secrecy
from surveys.models import BallotBox, Edition, Envelope, KeyHolder, ProfileField, Receipt, SealedResponse
from surveys.selectors.invitations import code_of

FEWEST_HOLDERS = 2


@dataclass(frozen=True)
class BoxCount:
    """Answers locked away: `boxed` lie mixed in the box, `waiting` still in the tray."""

    boxed: int
    waiting: int

    @property
    def all(self) -> int:
        return self.boxed + self.waiting


def key_holders_of(edition: Edition) -> QuerySet[KeyHolder]:
    return KeyHolder.objects.filter(edition=edition).select_related("user").order_by("pk")


def holders_ready(edition: Edition) -> int:
    """How many key holders have set their passphrase."""
    return key_holders_of(edition).exclude(public_key=b"").count()


def holder_of(edition: Edition, person: User) -> KeyHolder | None:
    return key_holders_of(edition).filter(user=person).first()


def people_for_keys(edition: Edition) -> QuerySet[User]:
    """Members of the province who hold no key of the edition yet."""
    holds = KeyHolder.objects.filter(edition=edition, user=OuterRef("pk"))
    office = {"memberships__province": edition.province, "memberships__role__in": OFFICE}
    members = User.objects.filter(**office, is_active=True)
    return members.exclude(Exists(holds)).distinct().order_by("full_name", "email")


def ballot_box_of(edition: Edition) -> BallotBox | None:
    return BallotBox.objects.filter(edition=edition).select_related("opened_by").first()


def public_key_of(edition: Edition) -> bytes:
    """The key with which answers are locked; empty where the edition has no ballot box."""
    found = BallotBox.objects.filter(edition=edition).order_by("pk").values_list("public_key", flat=True)
    return bytes(next(iter(found), b""))


def may_hold_boxes(edition: Edition) -> bool:
    """Whether answers of this edition can be locked away now."""
    return edition.secrecy == Secrecy.SEALED and edition.state in {EditionState.OPEN, EditionState.CLOSED}


def boxes_of(edition: Edition) -> BoxCount:
    """No query where there can be none."""
    if not may_hold_boxes(edition):
        return BoxCount(0, 0)
    return BoxCount(
        boxed=SealedResponse.objects.filter(ballot__edition=edition).count(),
        waiting=Envelope.objects.filter(invitation__edition=edition).count(),
    )


def box_waits(edition: Edition) -> bool:
    """Whether the edition has closed and boxes lie unopened."""
    if edition.state != EditionState.CLOSED or not may_hold_boxes(edition):
        return False
    return SealedResponse.objects.filter(ballot__edition=edition).exists()


def fields_in_order(edition: Edition) -> list[str]:
    """Codes of the questions of the profile as they are asked."""
    return list(
        ProfileField.objects.filter(edition=edition).order_by("position", "code").values_list("code", flat=True)
    )


def merges_in_words(box: BallotBox) -> list[dict[str, Any]]:
    """What was made coarser, with the words of questions, bands and channels; of strata, `field` is empty."""
    fields = {field.code: field for field in ProfileField.objects.filter(edition=box.edition_id).order_by("position")}
    told = []
    for merge in box.merges:
        field = fields.get(merge["field"])
        options = field.options if field else []
        words = {option["code"]: in_language(option["vi"], option.get("en", "")) for option in options}
        title = field.text if field else ""
        if merge["field"] == CHANNEL:
            title, words = _("Channel"), {each.value: str(each.label) for each in Channel}
        levels = [words.get(level, level) or "–" for level in merge["levels"]]
        told.append({**merge, "field": title, "levels": levels})
    return told


def receipts_of(edition: Edition) -> list[str]:
    """SHA-256 of the receipt codes of everybody whose answers were taken, in alphabetical order."""
    return list(Receipt.objects.filter(edition=edition).order_by("code_sha256").values_list("code_sha256", flat=True))


def envelope_key(envelope: Envelope) -> bytes:
    """The key round an envelope: whoever has the database but not the invitation key cannot take the box out."""
    return derive(settings.INVITATION_KEY, "envelope", code_of(envelope.invitation))


def wrapping_key(ballot: BallotBox) -> bytes:
    """The key round the boxes: with a new wrapping each time, not even a box stays recognisable."""
    return derive(settings.INVITATION_KEY, "ballot-box", str(ballot.pk))
