"""Rows behind the API: only what belongs to a publication, and nothing of withheld units but that they are withheld."""

from typing import TypeVar

from django.db.models import F, Model, Q, QuerySet

from accounts.models import Province
from reports.selectors.publications import publications_public
from scoring.enums import ScoreStatus
from scoring.models import IndicatorScore, Publication, Score, SubIndexScore
from scoring.selectors.contradictions import Contrast, contrasts_of
from surveys.models import Edition

Row = TypeVar("Row", bound=Model)


def provinces_published() -> QuerySet[Province]:
    return Province.objects.filter(editions__publications__isnull=False).distinct().order_by("slug")


def editions_published() -> QuerySet[Edition]:
    found = Edition.objects.filter(publications__isnull=False).distinct().select_related("province")
    return found.order_by("province__slug", "-year")


def publications_listed() -> QuerySet[Publication]:
    return publications_public()


def scores_of(publication: Publication) -> QuerySet[Score]:
    found = Score.objects.filter(run_id=publication.run_id).select_related("block", "block_unit__unit")
    return found.order_by("block__position", "block__code", F("rank").asc(nulls_last=True), "block_unit__unit__code")


def sub_index_scores_of(publication: Publication) -> QuerySet[SubIndexScore]:
    found = SubIndexScore.objects.filter(run_id=publication.run_id).exclude(_withheld(publication))
    return found.select_related("block_unit__block", "block_unit__unit", "sub_index").order_by(
        "block_unit__block__position",
        "block_unit__block__code",
        "block_unit__unit__code",
        "sub_index__position",
        "sub_index__code",
    )


def indicator_scores_of(publication: Publication) -> QuerySet[IndicatorScore]:
    found = IndicatorScore.objects.filter(run_id=publication.run_id).exclude(_withheld(publication))
    return found.select_related("block_unit__block", "block_unit__unit", "indicator__sub_index").order_by(
        "block_unit__block__position",
        "block_unit__block__code",
        "block_unit__unit__code",
        "indicator__sub_index__position",
        "indicator__position",
        "indicator__code",
    )


def contrasts_published(publication: Publication) -> list[Contrast]:
    """Where records and answers contradict each other, without units whose result is withheld."""
    withheld = Score.objects.filter(run_id=publication.run_id, status=ScoreStatus.WITHHELD)
    hidden = set(withheld.order_by().values_list("block_unit_id", flat=True))
    return [each for each in contrasts_of(publication.run) if each.soft.block_unit_id not in hidden]


def none_of(model: type[Row]) -> QuerySet[Row]:
    """No rows of a model: names the model where rows cannot be asked for yet."""
    return model._default_manager.none()


def _withheld(publication: Publication) -> Q:
    """Rows of units whose result is withheld in this run."""
    withheld = Score.objects.filter(run_id=publication.run_id, status=ScoreStatus.WITHHELD)
    return Q(block_unit_id__in=withheld.order_by().values("block_unit_id"))
