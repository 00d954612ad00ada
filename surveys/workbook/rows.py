"""Between an edition's rows in the database and its content: the only module here that knows the models."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Prefetch

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
    SubIndex,
    SubIndexWeight,
    Unit,
    UnitLineage,
)
from surveys.workbook.content import (
    BlockFacts,
    EditionContent,
    EditionFacts,
    EligibilityFacts,
    HardFacts,
    IndicatorFacts,
    MarginFacts,
    OptionFacts,
    ProfileFacts,
    QuestionFacts,
    ScaleContent,
    SubIndexFacts,
    UnitFacts,
    ordered,
)

EDITION_FIELDS = tuple(EditionFacts.__dataclass_fields__)
SCALE_FIELDS = ("code", "kind", "minimum", "maximum", "decimals", "measure_vi", "measure_en")
QUESTION_FIELDS = ("code", "text_vi", "text_en", "help_vi", "help_en", "not_applicable", "dont_know")
INDICATOR_FIELDS = (
    "code", "name_vi", "name_en", "kind", "direction", "group", "statistic", "measure_vi", "measure_en",
    "scale_low", "scale_high", "minimum_n", "basis",
)  # fmt: skip
HARD_FIELDS = (
    "value", "dossiers", "period", "source_vi", "source_en", "handled", "early", "on_time", "late",
)  # fmt: skip
UNIT_FIELDS = ("code", "kind", "name_vi", "name_en", "short_vi", "short_en", "valid_from", "valid_to")


def picked(row: object, names: Iterable[str]) -> dict[str, Any]:
    """The named attributes of a row or of facts."""
    return {name: getattr(row, name) for name in names}


def plain_number(number: float) -> int | float:
    """Whole numbers without a decimal point: as options of a scale are written."""
    return int(number) if float(number).is_integer() else float(number)


def content_of(edition: Edition) -> EditionContent:
    """The framework of an edition as its rows say (the newest version of the questionnaire). Constant number of
    queries.
    """
    blocks = list(Block.objects.filter(edition=edition).order_by("position", "code"))
    version = edition.questionnaires.order_by("-number").first()
    at = [block.code for block in blocks]
    return ordered(
        EditionContent(
            edition=EditionFacts(**picked(edition, EDITION_FIELDS)),
            blocks=tuple(BlockFacts(block.code, block.name_vi, block.name_en) for block in blocks),
            units=_units(edition),
            sub_indices=_sub_indices(edition),
            scales=_scales(AnswerScale.objects.filter(questionnaire=version)),
            questions=_questions(Question.objects.filter(questionnaire=version), at),
            indicators=_indicators(edition, at),
            profile=_profile(edition),
            eligibility=_eligibility(edition),
            margins=_margins(edition),
            hard_data=_hard(edition),
        )
    )


def _units(edition: Edition) -> tuple[UnitFacts, ...]:
    """Rated units with their block, then former units that rated ones came from."""
    rated = BlockUnit.objects.filter(block__edition=edition).select_related("unit", "block").order_by("unit__code")
    block_of = {each.unit_id: each.block.code for each in rated}
    lineage: dict[int, list[UnitLineage]] = {}
    steps = UnitLineage.objects.filter(successor__in=block_of).select_related("predecessor")
    for step in steps.order_by("predecessor__code"):
        lineage.setdefault(step.successor_id, []).append(step)
    former = {step.predecessor_id: step.predecessor for steps_of in lineage.values() for step in steps_of}
    units = [each.unit for each in rated] + [unit for pk, unit in former.items() if pk not in block_of]
    return tuple(_unit(unit, block_of.get(unit.pk, ""), lineage.get(unit.pk, [])) for unit in units)


def _unit(unit: Unit, block: str, steps: list[UnitLineage]) -> UnitFacts:
    return UnitFacts(
        **picked(unit, UNIT_FIELDS),
        block=block,
        predecessors=tuple(step.predecessor.code for step in steps),
        lineage=steps[0].kind if steps else "",
        lineage_on=steps[0].on if steps else None,
    )


def _sub_indices(edition: Edition) -> tuple[SubIndexFacts, ...]:
    weights = SubIndexWeight.objects.select_related("block").order_by("block__position", "block__code")
    found = SubIndex.objects.filter(edition=edition).prefetch_related(Prefetch("weights", weights))
    return tuple(
        SubIndexFacts(
            **picked(each, ("code", "name_vi", "name_en", "meaning_vi", "meaning_en")),
            weights=tuple((weight.block.code, float(weight.weight)) for weight in each.weights.all()),
        )
        for each in found.order_by("position", "code")
    )


def _options(options: Iterable[Mapping[str, Any]], key: str) -> tuple[OptionFacts, ...]:
    return tuple(OptionFacts(option[key], option["vi"], option["en"]) for option in options)


def _scales(found: Iterable[AnswerScale]) -> tuple[ScaleContent, ...]:
    return tuple(
        ScaleContent(**picked(scale, SCALE_FIELDS), options=_options(scale.options, "value")) for scale in found
    )


def _in_order(blocks: Iterable[Block], at: list[str]) -> tuple[str, ...]:
    return tuple(sorted((block.code for block in blocks), key=at.index))


def _questions(found: Any, at: list[str]) -> tuple[QuestionFacts, ...]:
    questions = found.select_related("sub_index", "scale").prefetch_related("blocks")
    return tuple(
        QuestionFacts(
            **picked(each, QUESTION_FIELDS),
            sub_index=each.sub_index.code,
            scale=each.scale.code,
            blocks=_in_order(each.blocks.all(), at),
            shown_if=(each.shown_if["question"], tuple(each.shown_if["answers"])) if each.shown_if else None,
        )
        for each in questions.order_by("sub_index__position", "position", "code")
    )


def _indicators(edition: Edition, at: list[str]) -> tuple[IndicatorFacts, ...]:
    found = Indicator.objects.filter(edition=edition).select_related("sub_index", "question")
    return tuple(
        IndicatorFacts(
            **picked(each, INDICATOR_FIELDS),
            sub_index=each.sub_index.code,
            blocks=_in_order(each.blocks.all(), at),
            weight=float(each.weight),
            question=each.question.code if each.question else "",
            share_of=tuple(each.share_of),
            counted=tuple(each.counted or ()),
            related=tuple(each.related or ()),
        )
        for each in found.prefetch_related("blocks").order_by("sub_index__position", "position", "code")
    )


def _profile(edition: Edition) -> tuple[ProfileFacts, ...]:
    return tuple(
        ProfileFacts(field.code, field.text_vi, field.text_en, _options(field.options, "code"))
        for field in ProfileField.objects.filter(edition=edition).order_by("position", "code")
    )


def _eligibility(edition: Edition) -> tuple[EligibilityFacts, ...]:
    found = EligibilityRule.objects.filter(block__edition=edition).select_related("block")
    return tuple(
        EligibilityFacts(rule.block.code, rule.respondent_type, rule.min_units, rule.max_units)
        for rule in found.order_by("block__position", "respondent_type")
    )


def _margins(edition: Edition) -> tuple[MarginFacts, ...]:
    found = Margin.objects.filter(field__edition=edition).select_related("field")
    return tuple(MarginFacts(each.field.code, each.level, each.count) for each in found.order_by("field", "level"))


def _hard(edition: Edition) -> tuple[HardFacts, ...]:
    found = HardValue.objects.filter(indicator__edition=edition).select_related(
        "indicator", "block_unit__unit", "document"
    )
    return tuple(
        HardFacts(
            unit=each.block_unit.unit.code,
            indicator=each.indicator.code,
            **picked(each, HARD_FIELDS),
            document=each.document.title if each.document else "",
        )
        for each in found.order_by("indicator", "block_unit")
    )
