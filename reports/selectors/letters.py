"""Who gets a letter, and the file of letters that waits for whoever asked for it."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from surveys.enums import Audience, MessageChannel, MessageState
from surveys.models import Edition, Invitation, LetterFile, OutboxMessage
from surveys.selectors.calls import still_asked

KEPT = timedelta(hours=24)


def invitations_for_letters(edition: Edition, audience: str) -> QuerySet[Invitation]:
    """Who is still asked, by name, with what frame and registration know of the business; on request only those whom no
    e-mail reached. Who wants no messages is among them: only the keyed hashes of addresses tell.
    """
    found = still_asked(edition)
    if audience == Audience.UNREACHED:
        reached = OutboxMessage.objects.filter(
            invitation=OuterRef("pk"), campaign__channel=MessageChannel.EMAIL, state=MessageState.SENT
        )
        found = found.filter(~Exists(reached))
    return found.select_related("business", "registration").order_by("name", "handle")


def without_address(edition: Edition) -> int:
    """How many letters would show only a name in their window."""
    return still_asked(edition).filter(Q(business=None) | Q(business__address="")).count()


def letter_files_of(edition: Edition, user: User, now: datetime) -> QuerySet[LetterFile]:
    """The files of this person alone that have not expired."""
    found = LetterFile.objects.filter(edition=edition, by=user, made_at__gt=now - KEPT)
    return found.select_related("edition__province", "job").order_by("-made_at", "-pk")


def letter_file_by_id(pk: int) -> LetterFile | None:
    return LetterFile.objects.filter(pk=pk).select_related("edition__province", "by").first()


def letter_files_expired(now: datetime) -> list[LetterFile]:
    return list(LetterFile.objects.filter(made_at__lte=now - KEPT).order_by("pk"))
