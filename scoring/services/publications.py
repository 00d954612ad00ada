"""Publication: an approved run becomes the next release of its edition."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import Invalid, NotNow
from scoring.models import Publication, ScoringRun
from scoring.selectors.runs import is_approved, keys_by_block, releases_of
from surveys.enums import EditionState
from surveys.models import Edition
from surveys.services.editions import edition_advance


class NotApproved(NotNow):
    code = "not_approved"
    sentence = _("Only an approved run can be published. Ask an approver for a verdict.")


class ReasonMissing(Invalid):
    code = "reason_missing"
    sentence = _("This edition is published already. Say why there is a new release; the reason will be public.")


class WithheldChanged(NotNow):
    code = "withheld_changed"
    sentence = _("Other units are withheld now than in this run. Start a new run and have it approved.")


class AlreadyReleased(NotNow):
    code = "already_released"
    sentence = _("This run was released with this very reason just before; nothing was published twice.")


@transaction.atomic
def publication_create(*, run: ScoringRun, reason: str, by: User, now: datetime) -> Publication:
    """Release an approved run; the first release moves the edition on to published.

    Raises:
        NotApproved: not complete, without verdict, or sent back.
        WithheldChanged: a unit was withheld, or released again, after the run was computed.
        ReasonMissing: a later release without a reason.
        AlreadyReleased: the newest release is of this run with this reason (a form that was sent twice).
    """
    edition = Edition.objects.select_for_update().select_related("province").get(pk=run.edition_id)
    locked = ScoringRun.objects.select_for_update().get(pk=run.pk)
    if not is_approved(locked):
        raise NotApproved
    if _withheld_now(edition) != locked.diagnostics["inputs"]["withheld"]:
        raise WithheldChanged
    newest = releases_of(edition).first()
    if newest is not None and not reason.strip():
        raise ReasonMissing
    if newest is not None and (newest.run_id, newest.reason) == (run.pk, reason.strip()):
        raise AlreadyReleased
    release = newest.release + 1 if newest else 1
    publication = Publication.objects.create(
        edition=edition, release=release, run=run, reason=reason.strip(), published_by=by, published_at=now
    )
    audit(
        action="publication.create", subject=publication, by=by, now=now, province=edition.province, note=reason.strip()
    )
    if edition.state == EditionState.SCORED:
        edition_advance(edition=edition, to=EditionState.PUBLISHED, by=by, now=now)
    return publication


def _withheld_now(edition: Edition) -> dict[str, list[str]]:
    """By block, as a run keeps it."""
    return {block: list(known.withheld) for block, known in keys_by_block(edition).items()}
