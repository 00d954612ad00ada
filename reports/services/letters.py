"""Letters to print: asked for, taken by whoever asked, forgotten. Making them stands in `letter_making`."""

from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit, job_start
from ddci.core.crypto import derive, unsealed
from ddci.core.errors import NotNow
from reports.selectors.letters import invitations_for_letters, letter_file_by_id, letter_files_expired, letter_files_of
from surveys.enums import EditionState
from surveys.models import Edition, LetterFile
from surveys.services.editions import WrongState

KIND = "letters_make"
LIVE = {EditionState.DRAFT, EditionState.OPEN}


class NobodyToWriteTo(NotNow):
    code = "nobody_to_write_to"
    sentence = _("There is nobody to write to: nobody is invited, or all have completed or want no letters.")


class LettersGone(NotNow):
    code = "letters_gone"
    sentence = _("These letters were taken or deleted already. Make them anew.")


def letters_key(file: LetterFile) -> bytes:
    """What a file of letters is locked with while it waits: it holds codes."""
    return derive(settings.INVITATION_KEY, "letters", str(file.pk))


@transaction.atomic
def letters_start(*, edition: Edition, audience: str, by: User, now: datetime) -> LetterFile:
    """Begin to make letters for all who have not completed; earlier ones of the same person are deleted.

    Raises:
        WrongState: the edition takes no more answers.
        NobodyToWriteTo
    """
    locked = Edition.objects.select_for_update(of=("self",)).select_related("province").get(pk=edition.pk)
    state = EditionState(locked.state)
    if state not in LIVE:
        raise WrongState(edition=locked.title, state=state.label.lower())
    count = invitations_for_letters(locked, audience).count()
    if not count:
        raise NobodyToWriteTo
    for old in letter_files_of(locked, by, now):
        _remove(old)
    file = LetterFile.objects.create(edition=locked, by=by, made_at=now)
    arguments = {"letters": file.pk, "audience": audience}
    file.job = job_start(kind=KIND, arguments=arguments, province=locked.province, by=by, now=now)
    file.save(update_fields=["job"])
    province, note = locked.province, str(count)
    audit(action="invitations.letters", subject=locked, by=by, now=now, province=province, note=note)
    return file


@transaction.atomic
def letters_take(*, file: LetterFile, by: User, now: datetime) -> bytes:
    """The PDF, for the person who asked for it. It is recorded; call `letters_forget` once it has been handed over.

    Raises:
        LettersGone: not made, taken already, or another person's.
    """
    found = letter_file_by_id(file.pk)
    if found is None or not found.file or found.by_id != by.pk:
        raise LettersGone
    with found.file.open("rb") as kept:
        content = unsealed(letters_key(found), kept.read())
    edition, note = found.edition, str(found.letters)
    audit(action="invitations.letters_taken", subject=edition, by=by, now=now, province=edition.province, note=note)
    return content


@transaction.atomic
def letters_forget(*, file: LetterFile) -> None:
    _remove(file)


@transaction.atomic
def letters_expire(*, now: datetime) -> int:
    """Delete what nobody took within a day."""
    old = letter_files_expired(now)
    for file in old:
        _remove(file)
    return len(old)


def _remove(file: LetterFile) -> None:
    if file.file:
        transaction.on_commit(partial(file.file.storage.delete, str(file.file.name)))
    LetterFile.objects.filter(pk=file.pk).delete()
