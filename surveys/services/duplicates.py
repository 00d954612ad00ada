"""Possible duplicates of the frame: found after every import, decided by a person."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Province, User
from accounts.services import audit
from ddci.core.errors import NotNow
from surveys.enums import DuplicateState
from surveys.models import Business, Duplicate
from surveys.population.likeness import Pair, pairs_alike
from surveys.selectors.frame import rows_to_compare

BATCH = 2000
# What the kept row takes over from the other where it has nothing itself.
FILLED = ("tax_code", "address", "sector", "size", "age", "phone", "email")


class DuplicateDecided(NotNow):
    code = "duplicate_decided"
    sentence = _("Somebody has decided about this pair already.")


def duplicates_find(*, province: Province) -> int:
    """Look through the frame and keep the pairs that are alike; a pair that was decided stays decided.

    Open pairs that are no longer alike are dropped. Returns how many pairs are open. The search itself takes seconds
    and holds no lock: businesses never vanish, and whoever decides about a pair meanwhile is heard.
    """
    return _pairs_keep(province, pairs_alike(list(rows_to_compare(province))))


@transaction.atomic
def _pairs_keep(province: Province, pairs: Sequence[Pair]) -> int:
    Province.objects.select_for_update().get(pk=province.pk)
    known = Duplicate.objects.filter(first__province=province)
    decided = {
        frozenset(ends)
        for ends in known.exclude(state=DuplicateState.OPEN).order_by("pk").values_list("first", "second")
    }
    known.filter(state=DuplicateState.OPEN).delete()
    rows = [
        Duplicate(first_id=pair.first, second_id=pair.second, kind=pair.kind, likeness=pair.likeness)
        for pair in pairs
        if frozenset((pair.first, pair.second)) not in decided
    ]
    return len(Duplicate.objects.bulk_create(rows, batch_size=BATCH))


@transaction.atomic
def duplicate_merge(*, duplicate: Duplicate, keep: Business, by: User | None, now: datetime) -> Business:
    """Keep one of the two rows; it takes over what it lacks, and units of both. The other one leaves the frame but
    stays known, so that the next import does not bring it back.

    Raises:
        DuplicateDecided: the pair is not open any more, or one of the rows was merged into a third.
    """
    locked = _locked(duplicate)
    kept, other = (locked.first, locked.second) if keep.pk == locked.first_id else (locked.second, locked.first)
    if kept.merged_into_id or other.merged_into_id:
        raise DuplicateDecided
    for name in FILLED:
        if not getattr(kept, name):
            setattr(kept, name, getattr(other, name))
    kept.units = sorted({*kept.units, *other.units})
    kept.save()
    other.merged_into = kept
    other.save(update_fields=["merged_into"])
    Business.objects.filter(merged_into=other).update(merged_into=kept)
    locked.state = DuplicateState.MERGED
    locked.save(update_fields=["state"])
    audit(action="frame.merge", subject=locked, by=by, now=now, province=kept.province)
    return kept


@transaction.atomic
def duplicate_keep_apart(*, duplicate: Duplicate, by: User | None, now: datetime) -> Duplicate:
    """They are two businesses; the pair is not offered again.

    Raises:
        DuplicateDecided
    """
    locked = _locked(duplicate)
    locked.state = DuplicateState.APART
    locked.save(update_fields=["state"])
    audit(action="frame.apart", subject=locked, by=by, now=now, province=locked.first.province)
    return locked


def _locked(duplicate: Duplicate) -> Duplicate:
    locked = (
        Duplicate.objects.select_for_update(of=("self",))
        .select_related("first__province", "second")
        .get(pk=duplicate.pk)
    )
    if locked.state != DuplicateState.OPEN:
        raise DuplicateDecided
    return locked
