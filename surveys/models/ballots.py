"""The sealed ballot box of an edition, built like a postal vote.

An answer that is sent in lies first as an `Envelope` in the tray: it says who sent it, and holds a locked box that the
edition's key holders alone can open. When enough envelopes lie there, all boxes of the edition are put into new
wrappings and written anew in random order (`SealedResponse`), and the envelopes are deleted. So participation
(`Invitation`, `Envelope`, `Receipt`) and boxes never share a key, an order, a time or a transaction number.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models.answers import Invitation, Response
from surveys.models.editions import BlockUnit, Edition


class KeyHolder(models.Model):
    """A person who can open the ballot box. The own secret key is locked with a passphrase that is kept nowhere;
    `sealed_key`, the edition's secret key locked with the holder's public one, exists from opening the edition on until
    the box has been opened.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="key_holders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ballot_keys")
    public_key = models.BinaryField(default=bytes)
    locked_secret = models.BinaryField(default=bytes)
    salt = models.BinaryField(default=bytes)
    passes = models.PositiveIntegerField(default=0)
    memory = models.PositiveBigIntegerField(default=0)
    sealed_key = models.BinaryField(default=bytes)

    class Meta:
        ordering: ClassVar = ["edition", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "user"], name="key_holder_once")]
        verbose_name = _("key holder")
        verbose_name_plural = _("key holders")

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_ready(self) -> bool:
        """Whether the passphrase has been set."""
        return bool(self.public_key)


class BallotBox(models.Model):
    """The public key of an edition, and once the box has been opened, by whom and what was made coarser for it.

    `merges`: list of {"field", "levels", "into", "responses"}: what fewer than `fewest` had.
    `damaged`: boxes that somebody changed, so that they cannot be read.
    """

    edition = models.OneToOneField(Edition, on_delete=models.CASCADE, related_name="ballot_box")
    public_key = models.BinaryField()
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    boxes = models.PositiveIntegerField(null=True)
    damaged = models.PositiveIntegerField(null=True)
    fewest = models.PositiveSmallIntegerField(null=True)
    merges = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["edition"]
        verbose_name = _("ballot box")
        verbose_name_plural = _("ballot boxes")

    def __str__(self) -> str:
        return str(self.edition)


class Envelope(models.Model):
    """An answer in the tray: locked for the key holders, and once more with a key from the respondent's code."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="envelope")
    box = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["invitation"]
        verbose_name = _("envelope")
        verbose_name_plural = _("envelopes")

    def __str__(self) -> str:
        return str(self.invitation_id)


class SealedResponse(models.Model):
    """A box: a random identifier and locked bytes of a fixed length, nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ballot = models.ForeignKey(BallotBox, on_delete=models.CASCADE, related_name="sealed")
    box = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("sealed response")
        verbose_name_plural = _("sealed responses")

    def __str__(self) -> str:
        return str(self.id)


class UnitCounter(models.Model):
    """How many boxes rate a unit, for the fieldwork monitor. Raised by whole trays, never by one answer."""

    block_unit = models.OneToOneField(BlockUnit, on_delete=models.CASCADE, related_name="counter")
    ratings = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["block_unit"]
        verbose_name = _("counter of a unit")
        verbose_name_plural = _("counters of units")

    def __str__(self) -> str:
        return f"{self.block_unit_id}: {self.ratings}"


class ResponseLink(models.Model):
    """In a confidential edition only (trigger): which business gave a response, for check calls. Goes with freezing."""

    response = models.OneToOneField(Response, on_delete=models.CASCADE, related_name="link")
    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="link")

    class Meta:
        ordering: ClassVar = ["invitation"]
        verbose_name = _("link to a response")
        verbose_name_plural = _("links to responses")

    def __str__(self) -> str:
        return str(self.invitation_id)


class ResponseDay(models.Model):
    """In a confidential edition only (trigger): the day, never the time, on which a response came in, to see whether a
    unit's ratings came all at once. Goes with freezing, as the link does.
    """

    response = models.OneToOneField(Response, primary_key=True, on_delete=models.CASCADE, related_name="came_in")
    day = models.DateField(_("day"))

    class Meta:
        ordering: ClassVar = ["response"]
        verbose_name = _("day of a response")
        verbose_name_plural = _("days of responses")

    def __str__(self) -> str:
        return str(self.response_id)
