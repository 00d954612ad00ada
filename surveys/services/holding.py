"""Holding an invitation: nobody else sends in, withdraws or closes before the transaction ends."""

from django.db import connection

from ddci.core.rows import Columns
from surveys.models import Edition, Invitation
from surveys.selectors.invitations import DRAFT, INVITATION, draft_known

EDITION = Columns(Edition, "e")
EDITION_HELD = f"SELECT {EDITION.sql} FROM surveys_edition e WHERE e.id = %s"  # noqa: S608 - names of columns alone
INVITATION_LOCKED = f"SELECT {INVITATION.sql} FROM surveys_invitation i WHERE i.id = %s"  # noqa: S608
DRAFT_LOCKED = f"SELECT {DRAFT.sql} FROM surveys_draft d WHERE d.invitation_id = %s"  # noqa: S608


def invitation_held(invitation: Invitation) -> Invitation:
    """The invitation as it is now with its draft, both locked, and with its edition, whose state cannot change before
    this transaction ends.

    The edition's lock is shared by many respondents, and closing waits for it: foreign keys are checked only on commit,
    so rows that point at the edition do not hold it before. SQLite lets one transaction write at a time anyway.
    """
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(EDITION_HELD + (" FOR SHARE" if postgresql else ""), [invitation.edition_id])
        edition = EDITION.made(cursor.fetchone())
        cursor.execute(INVITATION_LOCKED + (" FOR UPDATE" if postgresql else ""), [invitation.pk])
        locked = INVITATION.made(cursor.fetchone())
        cursor.execute(DRAFT_LOCKED + (" FOR UPDATE" if postgresql else ""), [invitation.pk])
        draft = cursor.fetchone()
    locked.edition = edition
    draft_known(locked, DRAFT.made(draft) if draft else None)
    return locked
