"""Making letters: rendered in pieces, so that thousands need no more memory than hundreds, joined, locked, kept."""

import io
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from pypdf import PdfWriter

from accounts.services import Progress
from ddci.core.crypto import code_in_groups, sealed
from reports.pdf.letters import Sender, Sheet, letters_pdf
from reports.selectors.letters import invitations_for_letters, letter_file_by_id
from reports.services.letters import LettersGone, NobodyToWriteTo, letters_key
from surveys.models import Edition, Invitation, LetterFile
from surveys.selectors.contacts import opt_out_marks, wants_no_messages
from surveys.selectors.frame import band_options
from surveys.selectors.invitations import code_of
from surveys.services.message_texts import link_of, site_address

PIECE = 200


def letters_make(*, letters: int, audience: str, progress: Progress) -> int:
    """Render, join and keep the letters to all but those that want no messages. Returns how many.

    Raises:
        LettersGone: nobody waits for them any more.
        NobodyToWriteTo: all of them want no messages.
    """
    file = letter_file_by_id(letters)
    if file is None or file.file:
        raise LettersGone
    with translation.override("vi"):
        found = list(invitations_for_letters(file.edition, audience))
        sheets = _sheets(file.edition, found)
        sender = Sender(file.edition, file.edition.province, site_address(reverse("answering:enter")))
    if not sheets:
        raise NobodyToWriteTo
    pieces = PdfWriter()
    for at in range(0, len(sheets), PIECE):
        progress(at, len(sheets), _("Writing letters"))
        piece = letters_pdf(sender=sender, sheets=sheets[at : at + PIECE])
        pieces.append(io.BytesIO(piece), import_outline=False)
    progress(len(sheets), len(sheets), _("Joining the pieces"))
    whole = io.BytesIO()
    pieces.write(whole)
    _keep(file, whole.getvalue(), letters=len(sheets), left_out=len(found) - len(sheets))
    return len(sheets)


@transaction.atomic
def _keep(file: LetterFile, content: bytes, *, letters: int, left_out: int) -> None:
    locked = LetterFile.objects.select_for_update().filter(pk=file.pk).first()
    if locked is None:
        raise LettersGone
    locked.letters, locked.left_out = letters, left_out
    locked.file.save(f"letters-{locked.pk}", ContentFile(sealed(letters_key(locked), content)), save=False)
    locked.save(update_fields=["letters", "left_out", "file"])


def _sheets(edition: Edition, invitations: Iterable[Invitation]) -> list[Sheet]:
    """A sheet for each business but those that want no messages."""
    places = band_options(edition.province).get("locality", {})
    marks = opt_out_marks(edition.province)
    return [
        _sheet(edition, invitation, places)
        for invitation in invitations
        if not wants_no_messages(invitation, edition.province, marks)
    ]


def _sheet(edition: Edition, invitation: Invitation, places: dict[str, str]) -> Sheet:
    code = code_of(invitation)
    name = " ".join(invitation.name.split()) or str(_("To the management"))
    return Sheet(name, _address(edition, invitation, places), link_of(code), code_in_groups(code))


def _address(edition: Edition, invitation: Invitation, places: dict[str, str]) -> tuple[str, ...]:
    """The address as the frame has it; locality and province are added where it does not name them."""
    business = invitation.business
    if business is None:
        return ()
    written = " ".join(business.address.split())
    rest = [places.get(business.locality, ""), edition.province.name_vi]
    known = written.casefold()
    return tuple(line for line in (written, *(part for part in rest if part.casefold() not in known)) if line)
