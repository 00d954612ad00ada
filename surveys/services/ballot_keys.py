"""Who can open the ballot box. Each holder makes a key pair and locks its secret half with a passphrase; opening the
edition makes the edition's key pair and locks its secret half for every holder. Neither secret is ever stored in the
clear, and neither is logged.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules import is_member
from accounts.services import audit
from ddci.core.errors import Invalid, NotNow
from ddci.core.sealing import Cost, LockedSecret, key_pair_new, recovery_code, sealed_for, secret_locked
from surveys.enums import NOT_CLOSED, EditionState, Secrecy
from surveys.models import BallotBox, Edition, KeyHolder
from surveys.selectors.ballots import FEWEST_HOLDERS, ballot_box_of, key_holders_of

PASSPHRASE_LETTERS = 14


class KeysSettled(NotNow):
    code = "keys_settled"
    sentence = _("The ballot box of “%(edition)s” has its key already; the key holders cannot change any more.")


class SecrecySettled(NotNow):
    code = "secrecy_settled"
    sentence = _("“%(edition)s” has opened; what was promised about its answers cannot be changed any more.")


class NotAMember(Invalid):
    code = "not_a_member"
    sentence = _("Only a member of the province can hold a key.")


class PassphraseShort(Invalid):
    code = "passphrase_short"
    sentence = _("A passphrase needs at least %(letters)s characters; several words in a row are easy to remember.")


class PassphrasesDiffer(Invalid):
    code = "passphrases_differ"
    sentence = _("The two passphrases are not the same.")


class NoBallotBox(NotNow):
    code = "no_ballot_box"
    sentence = _("The ballot box of this survey is not ready yet. Please try again later; what is saved stays saved.")


def _changeable(edition: Edition) -> Edition:
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    early = locked.state in NOT_CLOSED
    if not early or locked.secrecy != Secrecy.SEALED or ballot_box_of(locked) is not None:
        raise KeysSettled(edition=locked.title)
    return locked


@transaction.atomic
def secrecy_choose(*, edition: Edition, secrecy: Secrecy, by: User | None, now: datetime) -> Edition:
    """Decide between sealed and confidential while the edition is in preparation; afterwards a trigger refuses it too.

    Raises:
        SecrecySettled: the edition has opened.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    if locked.state != EditionState.DRAFT:
        raise SecrecySettled(edition=locked.title)
    before, locked.secrecy = locked.secrecy, secrecy.value
    if before != locked.secrecy:
        locked.save(update_fields=["secrecy"])
        note = f"{before} → {locked.secrecy}"
        audit(action="edition.secrecy", subject=locked, by=by, now=now, province=locked.province, note=note)
    return locked


@transaction.atomic
def key_holder_name(*, edition: Edition, person: User, by: User | None, now: datetime) -> KeyHolder:
    """Name somebody who shall be able to open the ballot box; the person then sets a passphrase.

    Raises:
        KeysSettled: the box has its key, or the edition is not sealed.
        NotAMember: of the province.
    """
    locked = _changeable(edition)
    if not is_member(person, locked.province):
        raise NotAMember
    holder, created = KeyHolder.objects.get_or_create(edition=locked, user=person)
    if created:
        _recorded("ballot.holder_name", locked, person, by, now)
    return holder


@transaction.atomic
def key_holder_drop(*, holder: KeyHolder, by: User | None, now: datetime) -> None:
    """Take a key holder off the list, before the box has its key.

    Raises:
        KeysSettled
    """
    locked = _changeable(holder.edition)
    _recorded("ballot.holder_drop", locked, holder.user, by, now)
    holder.delete()


@transaction.atomic
def key_holder_enrol(*, holder: KeyHolder, passphrase: str, now: datetime) -> str:
    """Make the holder's own key, locked with a passphrase, and give the recovery code, which is shown this once.

    Done again, it replaces key and code. Where the edition is open already and has no box, the second holder's key
    makes the box.

    Raises:
        KeysSettled
        PassphraseShort
    """
    locked = _changeable(holder.edition)
    if len(passphrase.strip()) < PASSPHRASE_LETTERS:
        raise PassphraseShort(letters=PASSPHRASE_LETTERS)
    pair = key_pair_new()
    found = secret_locked(pair.secret, passphrase, Cost(*settings.PASSPHRASE_COST))
    KeyHolder.objects.filter(pk=holder.pk).update(
        public_key=pair.public,
        locked_secret=found.locked,
        salt=found.salt,
        passes=found.cost.passes,
        memory=found.cost.memory,
    )
    _recorded("ballot.key_set", locked, holder.user, holder.user, now)
    if locked.state == EditionState.OPEN and _ready(locked).count() >= FEWEST_HOLDERS:
        ballot_box_make(edition=locked, now=now)
    return recovery_code(pair.secret)


def _ready(edition: Edition) -> QuerySet[KeyHolder]:
    return key_holders_of(edition).exclude(public_key=b"")


@transaction.atomic
def ballot_box_make(*, edition: Edition, now: datetime) -> BallotBox:
    """The edition's key pair: the public key is kept, the secret one only locked for each key holder.

    Holders without a passphrase leave the list: nothing can be locked for them any more.
    """
    pair = key_pair_new()
    for holder in _ready(edition):
        holder.sealed_key = sealed_for(bytes(holder.public_key), pair.secret)
        holder.save(update_fields=["sealed_key"])
    KeyHolder.objects.filter(edition=edition, public_key=b"").delete()
    return BallotBox.objects.create(edition=edition, public_key=pair.public, made_at=now)


def locked_secret_of(holder: KeyHolder) -> LockedSecret:
    return LockedSecret(bytes(holder.locked_secret), bytes(holder.salt), Cost(holder.passes, holder.memory))


def _recorded(action: str, edition: Edition, person: User, by: User | None, now: datetime) -> None:
    audit(action=action, subject=edition, by=by, now=now, province=edition.province, note=person.email)
