"""Shapes of the API. Codes name things; both languages stand side by side."""

from typing import Any

from django.utils.translation import override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Province
from reports.selectors.words import reason_sentence
from scoring.enums import ScoreStatus
from scoring.models import IndicatorScore, Publication, Score, SubIndexScore
from scoring.selectors.contradictions import Contrast
from scoring.selectors.exclusions import responses_used
from surveys.enums import IndicatorKind
from surveys.models import Edition


class ErrorSerializer(serializers.Serializer[dict[str, Any]]):
    """Every error: a stable code and a message."""

    code = serializers.CharField()
    message = serializers.JSONField()


class ProvinceSerializer(serializers.ModelSerializer[Province]):
    class Meta:
        model = Province
        fields = ("slug", "name_vi", "name_en", "association_vi", "association_en")


class EditionSerializer(serializers.ModelSerializer[Edition]):
    province = serializers.CharField(source="province.slug", read_only=True)

    class Meta:
        model = Edition
        fields = ("province", "year", "title_vi", "title_en", "decision_vi", "decision_en", "is_simulated")


class PublicationSerializer(serializers.ModelSerializer[Publication]):
    """A release: what it is and what it was made from."""

    province = serializers.CharField(source="edition.province.slug", read_only=True)
    year = serializers.IntegerField(source="edition.year", read_only=True)
    is_simulated = serializers.BooleanField(source="edition.is_simulated", read_only=True)
    responses = serializers.SerializerMethodField(help_text="Responses that count, without those left out.")
    ratings = serializers.SerializerMethodField(help_text="Ratings that count, without those left out.")
    result_sha256 = serializers.CharField(source="run.result_sha256", read_only=True)
    dataset_sha256 = serializers.CharField(source="run.dataset.sha256", read_only=True)
    recipe_sha256 = serializers.CharField(source="run.recipe.sha256", read_only=True)
    engine_version = serializers.CharField(source="run.engine_version", read_only=True)

    class Meta:
        model = Publication
        fields = (
            "id", "province", "year", "release", "reason", "published_at", "is_simulated", "responses", "ratings",
            "result_sha256", "dataset_sha256", "recipe_sha256", "engine_version",
        )  # fmt: skip

    def get_responses(self, publication: Publication) -> int:
        return responses_used(publication.run)[0]

    def get_ratings(self, publication: Publication) -> int:
        return responses_used(publication.run)[1]


class ScoreSerializer(serializers.ModelSerializer[Score]):
    """A unit's total. Figures of a unit that is not ranked are null."""

    block = serializers.CharField(source="block.code", read_only=True)
    unit = serializers.CharField(source="block_unit.unit.code", read_only=True)
    name_vi = serializers.CharField(source="block_unit.unit.name_vi", read_only=True)
    name_en = serializers.CharField(source="block_unit.unit.name_en", read_only=True)
    status = serializers.ChoiceField(choices=ScoreStatus.choices, read_only=True)
    reason_vi = serializers.SerializerMethodField()
    reason_en = serializers.SerializerMethodField()
    tied_with = serializers.ListField(child=serializers.CharField(), read_only=True)

    FIGURES = ("total", "se", "low", "high", "rank", "rank_low", "rank_high", "marginal_low", "marginal_high")

    class Meta:
        model = Score
        fields = (
            "block", "unit", "name_vi", "name_en", "status", "reason_vi", "reason_en", "n", "total", "se", "low",
            "high", "rank", "rank_low", "rank_high", "marginal_low", "marginal_high", "band", "tied_with",
            "adjustment",
        )  # fmt: skip

    def get_reason_vi(self, score: Score) -> str:
        return self._reason(score, "vi")

    def get_reason_en(self, score: Score) -> str:
        return self._reason(score, "en")

    @staticmethod
    def _reason(score: Score, language: str) -> str:
        with override(language):
            if score.status == ScoreStatus.WITHHELD:
                return score.block_unit.withheld_reason
            return reason_sentence(score.reason)

    def to_representation(self, instance: Score) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if instance.status == ScoreStatus.RANKED:
            return shown
        return {**shown, **dict.fromkeys(self.FIGURES), "band": "", "tied_with": [], "adjustment": 0.0}


class SubIndexScoreSerializer(serializers.ModelSerializer[SubIndexScore]):
    block = serializers.CharField(source="block_unit.block.code", read_only=True)
    unit = serializers.CharField(source="block_unit.unit.code", read_only=True)
    sub_index = serializers.CharField(source="sub_index.code", read_only=True)

    class Meta:
        model = SubIndexScore
        fields = ("block", "unit", "sub_index", "value", "se", "rank")


class IndicatorScoreSerializer(serializers.ModelSerializer[IndicatorScore]):
    """An indicator's measured value (a share as 0..1), its points, and what it cost in the total."""

    block = serializers.CharField(source="block_unit.block.code", read_only=True)
    unit = serializers.CharField(source="block_unit.unit.code", read_only=True)
    sub_index = serializers.CharField(source="indicator.sub_index.code", read_only=True)
    indicator = serializers.CharField(source="indicator.code", read_only=True)
    kind = serializers.ChoiceField(source="indicator.kind", choices=IndicatorKind.choices, read_only=True)
    reason = serializers.SerializerMethodField()

    class Meta:
        model = IndicatorScore
        fields = (
            "block", "unit", "sub_index", "indicator", "kind", "raw", "raw_se", "points", "lost", "lost_se", "n",
            "reason",
        )  # fmt: skip

    @extend_schema_field(
        serializers.CharField(help_text="Stable code of why a value is missing; empty if it is there.")
    )
    def get_reason(self, score: IndicatorScore) -> str:
        return score.reason


class ContradictionSerializer(serializers.Serializer[Contrast]):
    """A unit that stands at one end by a record and at the other by what businesses answered about the same matter."""

    block = serializers.CharField(source="soft.block_unit.block.code", read_only=True)
    unit = serializers.CharField(source="unit_code", read_only=True)
    record = serializers.CharField(source="hard.indicator.code", help_text="Indicator from records.", read_only=True)
    record_value = serializers.FloatField(source="hard.raw", read_only=True)
    record_rank = serializers.IntegerField(source="found.hard_rank", read_only=True)
    answers = serializers.CharField(source="soft.indicator.code", help_text="Indicator of the survey.", read_only=True)
    answers_value = serializers.FloatField(source="soft.raw", read_only=True)
    answers_rank = serializers.IntegerField(source="found.soft_rank", read_only=True)
    answers_n = serializers.IntegerField(source="soft.n", read_only=True)
    units = serializers.IntegerField(
        source="found.n_units", help_text="Units with both values, among which the ranks count.", read_only=True
    )
    records_better = serializers.BooleanField(source="found.records_better", read_only=True)


class RecipeSerializer(serializers.Serializer[dict[str, Any]]):
    """Everything that decides a score besides the answers (format ddci-recipe/1)."""

    sha256 = serializers.CharField()
    content = serializers.DictField()
