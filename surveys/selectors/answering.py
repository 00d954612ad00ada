"""What answering reads: the questionnaire of an edition, a respondent's draft."""

import time
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from ddci.core.crypto import unsealed
from ddci.core.errors import NotNow
from ddci.core.text import vietnamese_sort_key, without_marks
from surveys.answers.drafts import DraftContent
from surveys.answers.questionnaire import (
    Allowance,
    BlockSheet,
    Condition,
    Item,
    Option,
    ProfileItem,
    Questionnaire,
    RatedUnit,
    Scale,
    Section,
    Words,
)
from surveys.enums import ScaleKind
from surveys.models import AnswerScale, Block, Edition, Invitation, ProfileField, Question, QuestionnaireVersion, Unit
from surveys.selectors.invitations import draft_key

# A locked version cannot change (trigger), names of units can: they are read again after this many seconds.
FRESH_FOR = 60.0
_kept: dict[int, tuple[float, Questionnaire]] = {}


class NoQuestionnaire(NotNow):
    code = "no_questionnaire"
    sentence = _("“%(edition)s” has no questionnaire yet.")


def questionnaire_asked(edition: Edition) -> Questionnaire:
    """Everything asked in the edition: its newest locked version (before opening, its newest).

    Kept in the process while the version is locked, so that a page costs one query instead of nine.

    Raises:
        NoQuestionnaire: the edition has none.
    """
    kept = _kept.get(edition.pk)
    if kept and time.monotonic() - kept[0] < FRESH_FOR:
        return kept[1]
    version = QuestionnaireVersion.objects.filter(edition=edition).order_by("-locked", "-number").first()
    if version is None:
        raise NoQuestionnaire(edition=edition.title)
    made = _questionnaire(version)
    if version.locked:
        _kept[edition.pk] = (time.monotonic(), made)
    return made


@receiver(post_save, sender=QuestionnaireVersion)
@receiver(post_save, sender=Edition)
@receiver(post_save, sender=Unit)
def questionnaires_forget(**_signal: Any) -> None:
    """What was changed in this process is seen in it at once; others follow within `FRESH_FOR` seconds."""
    _kept.clear()


def _questionnaire(version: QuestionnaireVersion) -> Questionnaire:
    blocks = (
        Block.objects.filter(edition_id=version.edition_id)
        .prefetch_related("block_units__unit", "eligibility_rules", _questions(version))
        .order_by("position", "code")
    )
    fields = ProfileField.objects.filter(edition_id=version.edition_id).order_by("position", "code")
    return Questionnaire(
        edition=version.edition_id,
        version=version.pk,
        profile=tuple(_profile_item(field) for field in fields),
        blocks=tuple(_block_sheet(block) for block in blocks),
    )


def _questions(version: QuestionnaireVersion) -> "Prefetch[str, QuerySet[Question], str]":
    asked = (
        Question.objects.filter(questionnaire=version)
        .select_related("scale", "sub_index")
        .order_by("sub_index__position", "sub_index__code", "position", "code")
    )
    return Prefetch("questions", queryset=asked, to_attr="questions_asked")


def _profile_item(field: ProfileField) -> ProfileItem:
    options = tuple((str(option["code"]), Words(option["vi"], option.get("en", ""))) for option in field.options)
    return ProfileItem(code=field.code, text=Words(field.text_vi, field.text_en), options=options)


def _block_sheet(block: Any) -> BlockSheet:
    places = sorted(block.block_units.all(), key=lambda place: vietnamese_sort_key(place.unit.name_vi))
    rules = {rule.respondent_type: Allowance(rule.min_units, rule.max_units) for rule in block.eligibility_rules.all()}
    return BlockSheet(
        code=block.code,
        name=Words(block.name_vi, block.name_en),
        units=tuple(
            RatedUnit(
                key=place.pk,
                name=Words(place.unit.name_vi, place.unit.name_en),
                short=Words(place.unit.short_vi or place.unit.name_vi, place.unit.short_en or place.unit.name_en),
                search=without_marks(f"{place.unit.name_vi} {place.unit.short_vi} {place.unit.name_en}"),
            )
            for place in places
        ),
        sections=_sections(block.questions_asked),
        allowances=rules,
    )


def _sections(questions: list[Question]) -> tuple[Section, ...]:
    pages: dict[int, list[Question]] = {}
    for question in questions:
        pages.setdefault(question.sub_index_id, []).append(question)
    return tuple(
        Section(
            code=asked[0].sub_index.code,
            name=Words(asked[0].sub_index.name_vi, asked[0].sub_index.name_en),
            meaning=Words(asked[0].sub_index.meaning_vi, asked[0].sub_index.meaning_en),
            items=tuple(_item(question) for question in asked),
        )
        for asked in pages.values()
    )


def _item(question: Question) -> Item:
    asked_if = question.shown_if
    return Item(
        code=question.code,
        text=Words(question.text_vi, question.text_en),
        hint=Words(question.help_vi, question.help_en),
        scale=_scale(question.scale),
        not_applicable=question.not_applicable,
        dont_know=question.dont_know,
        condition=Condition(asked_if["question"], frozenset(asked_if["answers"])) if asked_if else None,
    )


def _scale(scale: AnswerScale) -> Scale:
    options = () if scale.kind == ScaleKind.NUMBER else scale.options
    return Scale(
        code=scale.code,
        kind=ScaleKind(scale.kind),
        options=tuple(Option(int(each["value"]), Words(each["vi"], each.get("en", ""))) for each in options),
        minimum=scale.minimum or 0.0,
        maximum=scale.maximum or 0.0,
        decimals=scale.decimals,
        measure=Words(scale.measure_vi, scale.measure_en),
    )


def has_draft(invitation: Invitation) -> bool:
    """Whether something is saved; costs no query where the draft was loaded with the invitation."""
    return hasattr(invitation, "draft")


def draft_content(invitation: Invitation) -> DraftContent:
    """What is saved so far; an empty draft where nothing is.

    Raises:
        SealBrokenError: the draft was sealed with another invitation key.
    """
    if not has_draft(invitation):
        return DraftContent()
    return DraftContent.from_bytes(unsealed(draft_key(invitation), bytes(invitation.draft.box)))


def draft_revision(invitation: Invitation) -> int:
    return invitation.draft.revision if has_draft(invitation) else 0
