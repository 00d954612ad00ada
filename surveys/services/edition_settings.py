"""What of an edition can still be changed after its workbook was imported, and until when."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import Invalid, NotNow
from surveys.enums import EditionState
from surveys.models import Edition

# Where a setting no longer has any effect, changing it would only mislead.
_FIELDWORK = {EditionState.DRAFT, EditionState.OPEN}
_BEFORE_SCORES = {*_FIELDWORK, EditionState.CLOSED, EditionState.FROZEN}
CHANGEABLE: dict[str, frozenset[EditionState]] = {
    "opens_on": frozenset(_FIELDWORK),
    # Of an open edition the last day is moved with a reason: `surveys.services.fieldwork.edition_extend`.
    "closes_on": frozenset({EditionState.DRAFT}),
    "minutes_to_answer": frozenset(_FIELDWORK),
    "minimum_ratings": frozenset(_BEFORE_SCORES),
    "readers_first": frozenset({*_BEFORE_SCORES, EditionState.SCORED}),
}


class SettingSettled(NotNow):
    code = "setting_settled"
    sentence = _("“%(edition)s” is %(state)s; this setting cannot be changed any more.")


class EndsBeforeStart(Invalid):
    code = "ends_before_start"
    sentence = _("The last day must not come before the first.")


@dataclass(frozen=True)
class Settings:
    opens_on: date | None
    closes_on: date | None
    minutes_to_answer: int
    minimum_ratings: int
    readers_first: bool


@transaction.atomic
def edition_settings_change(*, edition: Edition, settings: Settings, by: User | None, now: datetime) -> Edition:
    """Change the settings that differ; the audit trail names each with its old and new value.

    Raises:
        EndsBeforeStart: the last day of answering comes before the first.
        SettingSettled: one of them cannot be changed in the state of the edition.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    if settings.opens_on and settings.closes_on and settings.closes_on < settings.opens_on:
        raise EndsBeforeStart
    changes = {
        each.name: (getattr(locked, each.name), getattr(settings, each.name))
        for each in fields(settings)
        if getattr(locked, each.name) != getattr(settings, each.name)
    }
    state = EditionState(locked.state)
    if any(state not in CHANGEABLE[name] for name in changes):
        raise SettingSettled(edition=locked.title, state=state.label.lower())
    if not changes:
        return locked
    for name, (_before, after) in changes.items():
        setattr(locked, name, after)
    locked.save(update_fields=list(changes))
    note = "; ".join(f"{name}: {before} → {after}" for name, (before, after) in changes.items())
    audit(action="edition.settings", subject=locked, by=by, now=now, province=locked.province, note=note)
    return locked
