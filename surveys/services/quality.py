"""The review of an edition's answers: asking for a check, and how many persons an exclusion needs."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Job, User
from accounts.selectors import jobs_unfinished
from accounts.services import audit, job_start
from ddci.core.errors import NotNow
from scoring.engine.thresholds import Thresholds
from surveys.enums import NOT_CLOSED, NOT_FROZEN
from surveys.models import Edition, QualityRules
from surveys.selectors.quality import thresholds_of, two_persons_needed

KIND = "quality_check"


class ReviewNotYet(NotNow):
    code = "review_not_yet"
    sentence = _("“%(edition)s” is not closed yet. Its answers are looked at once nobody can answer any more.")


class CheckUnderway(NotNow):
    code = "check_underway"
    sentence = _("The answers of “%(edition)s” are being checked already. Wait for the result.")


class RulesSettled(NotNow):
    code = "review_rules_settled"
    sentence = _("The data of “%(edition)s” are frozen; how its responses are reviewed cannot be changed any more.")


@transaction.atomic
def quality_check_start(*, edition: Edition, by: User | None, now: datetime) -> Job:
    """Check the answers of an edition in the background.

    Raises:
        ReviewNotYet: businesses can still answer, or cannot yet.
        CheckUnderway: the same is being done at this moment.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    if locked.state in NOT_CLOSED:
        raise ReviewNotYet(edition=locked.title)
    if jobs_unfinished().filter(kind=KIND, arguments__edition=locked.pk).exists():
        raise CheckUnderway(edition=locked.title)
    return job_start(kind=KIND, arguments={"edition": edition.pk}, province=edition.province, by=by, now=now)


@transaction.atomic
def quality_thresholds_change(*, edition: Edition, values: Mapping[str, float], by: User, now: datetime) -> None:
    """Decide when a sign becomes a flag. It counts from the next check on; earlier checks keep their own thresholds.

    Args:
        values: by the names of scoring.engine.thresholds; what is not named is as usual.

    Raises:
        RulesSettled: the data are frozen.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    if locked.state not in NOT_FROZEN:
        raise RulesSettled(edition=locked.title)
    before, after = asdict(thresholds_of(locked)), asdict(Thresholds(**values))  # type: ignore[arg-type]
    changed = [f"{name}: {before[name]} → {after[name]}" for name in after if after[name] != before[name]]
    if not changed:
        return
    QualityRules.objects.update_or_create(edition=locked, defaults={"thresholds": after})
    audit(
        action="quality.thresholds", subject=locked, by=by, now=now, province=locked.province, note=", ".join(changed)
    )


@transaction.atomic
def quality_rules_change(*, edition: Edition, two_persons: bool, by: User, now: datetime) -> None:
    """Decide whether an exclusion needs a second person. What was decided before stays as it is.

    Raises:
        RulesSettled: the data are frozen.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    if locked.state not in NOT_FROZEN:
        raise RulesSettled(edition=locked.title)
    before = two_persons_needed(locked)
    if before == two_persons:
        return
    QualityRules.objects.update_or_create(edition=locked, defaults={"two_persons": two_persons})
    note = f"two_persons: {before} → {two_persons}"
    audit(action="quality.rules", subject=locked, by=by, now=now, province=locked.province, note=note)
