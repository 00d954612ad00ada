"""Freezing: the answers of a closed edition become one unchangeable file."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import Invalid, NotNow
from scoring.engine.checks import DatasetInvalid
from scoring.engine.dataset import dataset_write
from surveys.enums import NOT_CLOSED, EditionState
from surveys.frames import dataset_parts, framework_conflicts
from surveys.models import Dataset, Edition, ResponseDay, ResponseLink
from surveys.selectors.ballots import box_waits
from surveys.selectors.datasets import datasets_of, profile_codes, ratings_exist
from surveys.services.editions import edition_advance


class EditionStillOpen(NotNow):
    code = "edition_still_open"
    sentence = _("“%(edition)s” is not closed yet. Close it first; then its answers can be frozen.")


class AlreadyFrozen(NotNow):
    code = "already_frozen"
    sentence = _("The answers of “%(edition)s” are frozen already; they do not change any more.")


class BoxUnopened(NotNow):
    code = "box_unopened"
    sentence = _("The ballot box of “%(edition)s” has not been opened yet. A key holder opens it first.")


class NothingToFreeze(NotNow):
    code = "nothing_to_freeze"
    sentence = _("“%(edition)s” has no ratings yet, so there is nothing to freeze.")


class NotWritable(NotNow):
    code = "dataset_not_writable"
    sentence = _("The dataset of “%(edition)s” cannot be written. These names collide: %(names)s")


class NotFrozenYet(NotNow):
    code = "dataset_not_frozen_yet"
    sentence = _(
        "The answers of “%(edition)s” are not frozen yet; there is no dataset that a new version could follow."
    )


class RenewalReasonMissing(Invalid):
    code = "dataset_reason_missing"
    sentence = _("Say why a new version of the dataset is needed.")


class NothingChanged(NotNow):
    code = "dataset_nothing_changed"
    sentence = _("Nothing was decided since dataset %(number)d was written; a new version would be the same file.")


@transaction.atomic
def dataset_freeze(*, edition: Edition, by: User | None, now: datetime, reason: str = "") -> Dataset:
    """Freeze the answers of a closed edition into an unchangeable dataset and move the edition on.

    All responses are in it; those that people excluded carry their reason. The same rows and decisions give the same
    bytes and the same SHA-256.

    Raises:
        EditionStillOpen: in preparation or open for answers.
        AlreadyFrozen: this was done before.
        BoxUnopened: answers still lie sealed in the ballot box.
        NothingToFreeze: there is not one rating.
        NotWritable: a unit stands in two blocks, or a profile question has the name of a column of the dataset.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    _require_freezable(locked)
    # Check calls are over: from here on nobody needs to know whose answers they are, or when they came in.
    ResponseDay.objects.filter(response__edition=locked).delete()
    ResponseLink.objects.filter(response__edition=locked).delete()
    dataset = _stored(locked, _written(locked), by, now, reason)
    edition_advance(edition=edition, to=EditionState.FROZEN, by=by, now=now, note=reason)
    return dataset


@transaction.atomic
def dataset_renew(*, edition: Edition, by: User | None, now: datetime, reason: str) -> Dataset:
    """Write the frozen answers anew with the exclusions decided since: the next version of the dataset.

    Earlier versions, their runs and what was published from them stay as they are.

    Raises:
        NotFrozenYet: there is no dataset yet.
        RenewalReasonMissing: no reason was given.
        NothingChanged: the file would be the same as the latest.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    latest = datasets_of(locked).first()
    if latest is None:
        raise NotFrozenYet(edition=locked.title)
    if not reason.strip():
        raise RenewalReasonMissing
    content = _written(locked)
    if hashlib.sha256(content.bytes).hexdigest() == latest.sha256:
        raise NothingChanged(number=latest.number)
    return _stored(locked, content, by, now, reason.strip())


def _stored(edition: Edition, content: "_Content", by: User | None, now: datetime, reason: str) -> Dataset:
    digest = hashlib.sha256(content.bytes).hexdigest()
    number = datasets_of(edition).count() + 1
    dataset = Dataset(
        edition=edition,
        number=number,
        sha256=digest,
        responses=content.responses,
        ratings=content.ratings,
        excluded=content.excluded,
        excluded_ratings=content.excluded_ratings,
        reason=reason,
        frozen_by=by,
        frozen_at=now,
    )
    name = f"{edition.province.slug}-{edition.year}-{number}-{digest[:12]}.zip"
    dataset.file.save(name, ContentFile(content.bytes), save=False)
    dataset.save(force_insert=True)
    audit(action="dataset.freeze", subject=dataset, by=by, now=now, province=edition.province, note=digest)
    return dataset


def _require_freezable(edition: Edition) -> None:
    if edition.state in NOT_CLOSED:
        raise EditionStillOpen(edition=edition.title)
    if edition.state != EditionState.CLOSED:
        raise AlreadyFrozen(edition=edition.title)
    if box_waits(edition):
        raise BoxUnopened(edition=edition.title)
    if not ratings_exist(edition):
        raise NothingToFreeze(edition=edition.title)


@dataclass(frozen=True)
class _Content:
    bytes: bytes
    responses: int
    ratings: int
    excluded: int
    excluded_ratings: int


def _written(edition: Edition) -> _Content:
    parts = dataset_parts(edition)
    conflicts = framework_conflicts(parts.framework, profile_codes(edition))
    if conflicts:
        raise NotWritable(edition=edition.title, names=", ".join(conflicts))
    left_out = parts.respondents["respondent"][parts.respondents["excluded"] != ""]
    ratings_left_out = int(parts.ratings["respondent"].isin(left_out).sum())
    try:
        content = dataset_write(parts)
        return _Content(content, len(parts.respondents), len(parts.ratings), len(left_out), ratings_left_out)
    except DatasetInvalid as error:
        raise NotWritable(edition=edition.title, names=str(error)) from error
