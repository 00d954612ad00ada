"""Invitations, found by the code that only their holders know."""

from hashlib import sha256

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from ddci.core.crypto import code_for, code_in_groups, code_normalised, derive, handle_of_code, letters
from ddci.core.errors import Refusal
from ddci.core.rows import Columns
from surveys.models import Draft, Invitation
from surveys.selectors.editions_kept import edition_kept

RECEIPT_LETTERS = 12
# Every page of a respondent begins with this one query.
INVITATION, DRAFT = Columns(Invitation, "i"), Columns(Draft, "d")
VISIT = f"""
    SELECT {INVITATION.sql}, {DRAFT.sql}, e.state
    FROM surveys_invitation i JOIN surveys_edition e ON e.id = i.edition_id
    LEFT JOIN surveys_draft d ON d.invitation_id = i.id WHERE i.handle = %s
"""  # noqa: S608 - made of names of columns alone


class UnknownCode(Refusal):
    """One sentence for every wrong code: it does not say whether such an invitation exists."""

    status = 404
    code = "unknown_code"
    sentence = _("This code is not known. Check it against the letter or the message.")


def code_of(invitation: Invitation) -> str:
    """The code of the link and of the printed letter: derived, never stored."""
    return code_for(settings.INVITATION_KEY, invitation.handle)


def invitation_by_code(typed: str) -> Invitation:
    """The invitation of a code as typed or as it stands in a link, with edition, province and draft in the same query.

    Raises:
        UnknownCode: no such code, or no such invitation any more.
    """
    handle = handle_of_code(settings.INVITATION_KEY, typed)
    if not handle:
        raise UnknownCode
    with connection.cursor() as cursor:
        cursor.execute(VISIT, [handle])
        row = cursor.fetchone()
    if row is None:
        raise UnknownCode
    found, draft = INVITATION.made(row), row[len(INVITATION) : -1]
    found.edition = edition_kept(found.edition_id, state=row[-1])
    draft_known(found, DRAFT.made(draft) if draft[0] is not None else None)
    return found


def draft_known(invitation: Invitation, draft: Draft | None) -> None:
    """The invitation with its draft, or with none, as it was read apart."""
    Invitation.draft.related.set_cached_value(invitation, draft)


def draft_key(invitation: Invitation) -> bytes:
    """The key that seals the draft: whoever has the database but not the invitation key cannot read it."""
    return derive(settings.INVITATION_KEY, "draft", code_of(invitation))


def receipt_of(invitation: Invitation) -> str:
    """The receipt code, in groups of four; derived, so that it can be shown again and need not be kept."""
    raw = derive(settings.INVITATION_KEY, "receipt", invitation.handle)
    return code_in_groups(letters(raw, RECEIPT_LETTERS))


def receipt_sha256(typed: str) -> str:
    """The fingerprint under which a receipt code stands in the published list; forgiving about how it is typed."""
    return sha256(code_normalised(typed).encode()).hexdigest()


def keepsake_of(invitation: Invitation) -> str:
    """A name under which a browser keeps unsent answers: tells nobody the code."""
    return derive(settings.INVITATION_KEY, "browser", invitation.handle).hex()[:16]
