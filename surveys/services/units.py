"""Changing units: their names and days, what became of them, who reads their feedback, which are withheld."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import user_by_email
from accounts.services import NameNeeded, audit
from ddci.core.errors import Invalid
from surveys.enums import LineageKind
from surveys.models import BlockUnit, Unit, UnitLineage, UnitReader


class LineageInvalid(Invalid):
    code = "lineage_invalid"
    sentence = _("A unit cannot become itself, and its fate can be recorded only once for each other unit.")


class ReasonNeeded(Invalid):
    code = "reason_needed"
    sentence = _("Give the reason in Vietnamese: it is published with the unit.")


@dataclass(frozen=True)
class UnitFacts:
    """What of a unit can be changed; its code and province stay."""

    kind: str
    name_vi: str
    name_en: str
    short_vi: str
    short_en: str
    valid_from: date | None
    valid_to: date | None


@transaction.atomic
def unit_change(*, unit: Unit, facts: UnitFacts, by: User | None, now: datetime) -> Unit:
    """Correct a unit's names, kind and days; the audit trail names the fields that changed."""
    locked = Unit.objects.select_for_update().select_related("province").get(pk=unit.pk)
    changed = [each.name for each in fields(facts) if getattr(locked, each.name) != getattr(facts, each.name)]
    if not changed:
        return locked
    for name in changed:
        setattr(locked, name, getattr(facts, name))
    locked.save(update_fields=changed)
    audit(action="unit.change", subject=locked, by=by, now=now, province=locked.province, note=", ".join(changed))
    return locked


@transaction.atomic
def lineage_add(
    *, predecessor: Unit, successor: Unit, kind: LineageKind, on: date, by: User | None, now: datetime
) -> UnitLineage:
    """Record that a unit was renamed, merged or split into another.

    Raises:
        LineageInvalid: into itself, into a unit of another province, or recorded already.
    """
    known = UnitLineage.objects.filter(predecessor=predecessor, successor=successor)
    if predecessor.pk == successor.pk or predecessor.province_id != successor.province_id or known.exists():
        raise LineageInvalid
    lineage = UnitLineage.objects.create(predecessor=predecessor, successor=successor, kind=kind, on=on)
    audit(action="unit.lineage", subject=lineage, by=by, now=now, province=predecessor.province)
    return lineage


@transaction.atomic
def reader_grant(
    *, unit: Unit, email: str, by: User | None, now: datetime, full_name: str = ""
) -> tuple[UnitReader, bool]:
    """Let whoever signs in with this address read the unit's feedback; make the account where there is none.

    Returns the reader and whether the account is new.

    Raises:
        NameNeeded: the account would be new and nobody said whose it is.
    """
    user = user_by_email(email)
    created = user is None
    if user is None:
        if not full_name.strip():
            raise NameNeeded
        user = User.objects.create_user(email.strip(), full_name=full_name.strip())
        audit(action="user.create", subject=user, by=by, now=now, province=unit.province)
    reader, fresh = UnitReader.objects.get_or_create(unit=unit, user=user)
    if fresh:
        audit(action="reader.grant", subject=reader, by=by, now=now, province=unit.province)
    return reader, created


@transaction.atomic
def reader_revoke(*, reader: UnitReader, by: User | None, now: datetime) -> None:
    """The person no longer reads the unit's feedback before others."""
    audit(action="reader.revoke", subject=reader, by=by, now=now, province=reader.unit.province)
    reader.delete()


@transaction.atomic
def unit_withhold(
    *, block_unit: BlockUnit, withheld: bool, by: User | None, now: datetime, reason_vi: str = "", reason_en: str = ""
) -> BlockUnit:
    """Withhold a unit's result, with a reason that is published, or release it. The next scoring run follows it.

    Raises:
        ReasonNeeded: withheld without a reason.
    """
    if withheld and not reason_vi.strip():
        raise ReasonNeeded
    locked = BlockUnit.objects.select_for_update().select_related("block__edition__province").get(pk=block_unit.pk)
    locked.withheld = withheld
    locked.withheld_reason_vi = reason_vi.strip() if withheld else ""
    locked.withheld_reason_en = reason_en.strip() if withheld else ""
    locked.save(update_fields=["withheld", "withheld_reason_vi", "withheld_reason_en"])
    action = "unit.withhold" if withheld else "unit.release"
    province = locked.block.edition.province
    audit(action=action, subject=locked, by=by, now=now, province=province, note=locked.withheld_reason_vi)
    return locked
