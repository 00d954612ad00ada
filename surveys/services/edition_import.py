"""Setting up an edition from its workbook. A draft's framework is replaced as a whole; nothing is half imported."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Province, User
from accounts.services import audit
from ddci.core.errors import NotNow
from surveys.enums import EditionState
from surveys.models import (
    AnswerScale,
    Block,
    BlockUnit,
    Edition,
    EligibilityRule,
    HardValue,
    Indicator,
    Margin,
    ProfileField,
    Question,
    QuestionnaireVersion,
    SubIndex,
    SubIndexWeight,
    Unit,
    UnitLineage,
)
from surveys.services.records import entry_of, records_put
from surveys.workbook import EditionContent, Fault, Workbook, WorkbookFaults, workbook_read, workbook_template
from surveys.workbook import workbook_write as _write
from surveys.workbook.rows import (
    EDITION_FIELDS,
    INDICATOR_FIELDS,
    QUESTION_FIELDS,
    SCALE_FIELDS,
    UNIT_FIELDS,
    content_of,
    picked,
    plain_number,
)

__all__ = ["EditionHasOpened", "WorkbookFaults", "edition_import", "workbook_export", "workbook_template"]
NAMES = ("kind", "name_vi", "name_en", "short_vi", "short_en")


class EditionHasOpened(NotNow):
    code = "edition_has_opened"
    sentence = gettext_lazy("“%(edition)s” is %(state)s. Its framework cannot be replaced any more.")


def workbook_export(edition: Edition) -> bytes:
    """The edition's framework as a workbook that can be imported again."""
    return _write(content_of(edition))


@transaction.atomic
def edition_import(*, workbook: bytes, province: Province, by: User | None, now: datetime) -> Edition:
    """Make the edition of the workbook's year, or replace its framework while it is in preparation.

    Units belong to the province and live longer than an edition: they are found by code, new ones are made. The name
    of a unit that an opened edition has rated stays; a renamed unit is a new one with a predecessor.

    Raises:
        WorkbookFaults: every fault at once; nothing was saved.
        EditionHasOpened: the edition of that year is not in preparation any more.
    """
    read = workbook_read(workbook)
    content = read.content
    edition, created = Edition.objects.select_for_update().get_or_create(
        province=province, year=content.edition.year, defaults=picked(content.edition, EDITION_FIELDS)
    )
    state = EditionState(edition.state)
    if state is not EditionState.DRAFT:
        raise EditionHasOpened(edition=edition.title, state=state.label.lower())
    units = _units_known(province, content)
    faults = [*_renamed(read, units), *_predecessors_unknown(read, units)]
    if faults:
        raise WorkbookFaults(faults)
    if not created:
        _framework_remove(edition)
        for name, value in picked(content.edition, EDITION_FIELDS).items():
            setattr(edition, name, value)
        edition.save()
    _framework_make(edition, content, _units_save(province, content, units))
    records_put(edition=edition, entries=[entry_of(facts) for facts in content.hard_data], by=by, now=now)
    audit(
        action="edition.import",
        subject=edition,
        by=by,
        now=now,
        province=province,
        note=f"SHA-256 {hashlib.sha256(workbook).hexdigest()}",
    )
    return edition


# --- units, which outlive the edition ---------------------------------------------------------------------------------
def _units_known(province: Province, content: EditionContent) -> dict[str, Unit]:
    """Units of the province that the workbook names, as rated, former or predecessor."""
    codes = {unit.code for unit in content.units} | {code for unit in content.units for code in unit.predecessors}
    return {unit.code: unit for unit in Unit.objects.filter(province=province, code__in=codes).order_by("code")}


def _renamed(read: Workbook, units: dict[str, Unit]) -> Iterator[Fault]:
    rated = set(
        BlockUnit.objects.filter(unit__in=units.values())
        .exclude(block__edition__state=EditionState.DRAFT)
        .order_by("unit_id")
        .values_list("unit_id", flat=True)
    )
    for facts in read.content.units:
        unit = units.get(facts.code)
        for name in NAMES if unit and unit.pk in rated else ():
            before = getattr(unit, name)
            if before != getattr(facts, name):
                sentence = _(
                    "“%(unit)s” was rated as “%(before)s” in an earlier edition. "
                    "Give a renamed unit a new code and name its predecessor."
                ) % {"unit": facts.code, "before": before}
                yield read.unit_fault(facts.code, name, sentence)


def _predecessors_unknown(read: Workbook, units: dict[str, Unit]) -> Iterator[Fault]:
    named = {unit.code for unit in read.content.units} | set(units)
    for facts in read.content.units:
        for code in facts.predecessors:
            if code not in named:
                sentence = _("The unit “%(code)s” is neither in this workbook nor in the database.") % {"code": code}
                yield read.unit_fault(facts.code, "predecessors", sentence)


def _units_save(province: Province, content: EditionContent, known: dict[str, Unit]) -> dict[str, Unit]:
    saved = dict(known)
    for facts in content.units:
        values = picked(facts, UNIT_FIELDS)
        saved[facts.code], _created = Unit.objects.update_or_create(province=province, code=facts.code, defaults=values)
    # Where there are predecessors, the reader has insisted on the day.
    steps = [(facts, code, facts.lineage_on) for facts in content.units for code in facts.predecessors]
    for facts, code, on in steps:
        if on is not None:
            UnitLineage.objects.update_or_create(
                predecessor=saved[code], successor=saved[facts.code], defaults={"kind": facts.lineage, "on": on}
            )
    return saved


# --- the framework ----------------------------------------------------------------------------------------------------
def _framework_remove(edition: Edition) -> None:
    """In the order in which rows protect each other."""
    HardValue.objects.filter(indicator__edition=edition).delete()
    Indicator.objects.filter(edition=edition).delete()
    Question.objects.filter(questionnaire__edition=edition).delete()
    for model in (QuestionnaireVersion, SubIndex, ProfileField, Block):
        model.objects.filter(edition=edition).delete()


@dataclass(frozen=True)
class _Made:
    """Rows that later rows point to, by code."""

    blocks: dict[str, Block]
    rated: dict[str, BlockUnit]
    sub_indices: dict[str, SubIndex]


def _framework_make(edition: Edition, content: EditionContent, units: dict[str, Unit]) -> None:
    blocks = {
        facts.code: Block.objects.create(
            edition=edition, position=position, **picked(facts, ("code", "name_vi", "name_en"))
        )
        for position, facts in enumerate(content.blocks)
    }
    rated = {
        facts.code: BlockUnit.objects.create(block=blocks[facts.block], unit=units[facts.code])
        for facts in content.units
        if facts.block
    }
    made = _Made(blocks, rated, _sub_indices_make(edition, content, blocks))
    questions = _questionnaire_make(edition, content, made)
    _indicators_make(edition, content, made, questions)
    _profile_make(edition, content)
    EligibilityRule.objects.bulk_create(
        EligibilityRule(block=blocks[rule.block], **picked(rule, ("respondent_type", "min_units", "max_units")))
        for rule in content.eligibility
    )


def _sub_indices_make(edition: Edition, content: EditionContent, blocks: dict[str, Block]) -> dict[str, SubIndex]:
    made = {}
    for position, facts in enumerate(content.sub_indices):
        names = picked(facts, ("code", "name_vi", "name_en", "meaning_vi", "meaning_en"))
        made[facts.code] = SubIndex.objects.create(edition=edition, position=position, **names)
        SubIndexWeight.objects.bulk_create(
            SubIndexWeight(sub_index=made[facts.code], block=blocks[block], weight=weight)
            for block, weight in facts.weights
        )
    return made


def _questionnaire_make(edition: Edition, content: EditionContent, made: _Made) -> dict[str, Question]:
    version = QuestionnaireVersion.objects.create(edition=edition)
    scales = {
        facts.code: AnswerScale.objects.create(
            questionnaire=version,
            options=[{"value": option.value, "vi": option.vi, "en": option.en} for option in facts.options],
            **picked(facts, SCALE_FIELDS),
        )
        for facts in content.scales
    }
    questions = {}
    for position, facts in enumerate(content.questions):
        condition = None
        if facts.shown_if:
            code, answers = facts.shown_if
            condition = {"question": code, "answers": [plain_number(answer) for answer in answers]}
        question = questions[facts.code] = Question.objects.create(
            questionnaire=version,
            sub_index=made.sub_indices[facts.sub_index],
            scale=scales[facts.scale],
            shown_if=condition,
            position=position,
            **picked(facts, QUESTION_FIELDS),
        )
        question.blocks.set([made.blocks[code] for code in facts.blocks])
    return questions


def _indicators_make(edition: Edition, content: EditionContent, made: _Made, questions: dict[str, Question]) -> None:
    for position, facts in enumerate(content.indicators):
        indicator = Indicator.objects.create(
            edition=edition,
            sub_index=made.sub_indices[facts.sub_index],
            question=questions.get(facts.question),
            weight=facts.weight,
            share_of=[plain_number(answer) for answer in facts.share_of],
            counted=list(facts.counted) or None,
            related=list(facts.related) or None,
            position=position,
            **picked(facts, INDICATOR_FIELDS),
        )
        indicator.blocks.set([made.blocks[code] for code in facts.blocks])


def _profile_make(edition: Edition, content: EditionContent) -> None:
    for position, facts in enumerate(content.profile):
        field = ProfileField.objects.create(
            edition=edition,
            options=[{"code": option.value, "vi": option.vi, "en": option.en} for option in facts.options],
            position=position,
            **picked(facts, ("code", "text_vi", "text_en")),
        )
        Margin.objects.bulk_create(
            Margin(field=field, level=margin.option, count=margin.count)
            for margin in content.margins
            if margin.field == facts.code
        )
