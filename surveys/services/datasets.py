"""Freezing: the answers of a closed edition become one unchangeable file."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import NotNow
from scoring.engine.checks import DatasetInvalid
from scoring.engine.dataset import dataset_write
from surveys.enums import EditionState
from surveys.frames import dataset_parts, framework_conflicts
from surveys.models import Dataset, Edition, ResponseLink
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


@transaction.atomic
def dataset_freeze(*, edition: Edition, by: User | None, now: datetime, reason: str = "") -> Dataset:
    """Freeze the answers of a closed edition into an unchangeable dataset and move the edition on.

    The same rows give the same bytes and the same SHA-256.

    Raises:
        EditionStillOpen: in preparation or open for answers.
        AlreadyFrozen: this was done before.
        BoxUnopened: answers still lie sealed in the ballot box.
        NothingToFreeze: there is not one rating.
        NotWritable: a unit stands in two blocks, or a profile question has the name of a column of the dataset.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    _require_freezable(locked)
    # Check calls are over: from here on nobody needs to know whose answers they are.
    ResponseLink.objects.filter(response__edition=locked).delete()
    content = _written(locked)
    digest = hashlib.sha256(content.bytes).hexdigest()
    number = datasets_of(locked).count() + 1
    dataset = Dataset(
        edition=locked,
        number=number,
        sha256=digest,
        responses=content.responses,
        ratings=content.ratings,
        reason=reason,
        frozen_by=by,
        frozen_at=now,
    )
    name = f"{locked.province.slug}-{locked.year}-{number}-{digest[:12]}.zip"
    dataset.file.save(name, ContentFile(content.bytes), save=False)
    dataset.save(force_insert=True)
    audit(action="dataset.freeze", subject=dataset, by=by, now=now, province=locked.province, note=digest)
    edition_advance(edition=edition, to=EditionState.FROZEN, by=by, now=now, note=reason)
    return dataset


def _require_freezable(edition: Edition) -> None:
    if edition.state in {EditionState.DRAFT, EditionState.OPEN}:
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


def _written(edition: Edition) -> _Content:
    parts = dataset_parts(edition)
    conflicts = framework_conflicts(parts.framework, profile_codes(edition))
    if conflicts:
        raise NotWritable(edition=edition.title, names=", ".join(conflicts))
    try:
        return _Content(dataset_write(parts), len(parts.respondents), len(parts.ratings))
    except DatasetInvalid as error:
        raise NotWritable(edition=edition.title, names=str(error)) from error
