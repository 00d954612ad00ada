"""Publication: an approved run becomes the next release of its edition."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import Invalid, NotNow
from scoring.models import Publication, ScoringRun
from scoring.selectors.runs import is_approved, releases_of
from surveys.enums import EditionState
from surveys.models import Edition
from surveys.services.editions import edition_advance


class NotApproved(NotNow):
    code = "not_approved"
    sentence = _("Only an approved run can be published. Ask an approver for a verdict.")


class ReasonMissing(Invalid):
    code = "reason_missing"
    sentence = _("This edition is published already. Say why there is a new release; the reason will be public.")


@transaction.atomic
def publication_create(*, run: ScoringRun, reason: str, by: User, now: datetime) -> Publication:
    """Release an approved run; the first release moves the edition on to published.

    Raises:
        NotApproved: not complete, without verdict, or sent back.
        ReasonMissing: a later release without a reason.
    """
    edition = Edition.objects.select_for_update().select_related("province").get(pk=run.edition_id)
    if not is_approved(ScoringRun.objects.select_for_update().get(pk=run.pk)):
        raise NotApproved
    release = releases_of(edition).count() + 1
    if release > 1 and not reason.strip():
        raise ReasonMissing
    publication = Publication.objects.create(
        edition=edition, release=release, run=run, reason=reason.strip(), published_by=by, published_at=now
    )
    audit(
        action="publication.create", subject=publication, by=by, now=now, province=edition.province, note=reason.strip()
    )
    if edition.state == EditionState.SCORED:
        edition_advance(edition=edition, to=EditionState.PUBLISHED, by=by, now=now)
    return publication
