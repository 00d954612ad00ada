"""Read-only views of what is published. A release never changes, so its pages carry an ETag of their own."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Province
from reports.api import filters
from reports.api.serializers import (
    ContradictionSerializer,
    EditionSerializer,
    ErrorSerializer,
    IndicatorScoreSerializer,
    ProvinceSerializer,
    PublicationSerializer,
    RecipeSerializer,
    ScoreSerializer,
    SubIndexScoreSerializer,
)
from reports.selectors import published
from reports.selectors.publications import publication_by_id
from scoring.models import IndicatorScore, Publication, Score, SubIndexScore
from surveys.models import Edition

NOT_FOUND = OpenApiResponse(ErrorSerializer, description="Nothing of this number is published.")
BAD_REQUEST = OpenApiResponse(ErrorSerializer, description="A filter has a value it cannot have.")
NO_PAGE = OpenApiResponse(ErrorSerializer, description="There is no such page.")
TOO_MANY = OpenApiResponse(
    ErrorSerializer, description="Asked too often; the header Retry-After says when to ask again."
)
BIGGEST_ID = 2**63 - 1
View = TypeVar("View", bound=Callable[..., Response])


def _list_of(serializer: Any, summary: str) -> Callable[[View], View]:
    answers = {200: serializer(many=True), 400: BAD_REQUEST, 404: NO_PAGE, 429: TOO_MANY}
    described: Callable[[View], View] = extend_schema(summary=summary, responses=answers)
    return described


@extend_schema(tags=["Editions"])
class ProvinceList(generics.ListAPIView[Province]):
    queryset = published.provinces_published()
    serializer_class = ProvinceSerializer

    @_list_of(ProvinceSerializer, "Provinces that have published an edition")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


@extend_schema(tags=["Editions"])
class EditionList(generics.ListAPIView[Edition]):
    queryset = published.editions_published()
    serializer_class = EditionSerializer
    filterset_class = filters.EditionFilter

    @_list_of(EditionSerializer, "Published editions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


@extend_schema(tags=["Releases"])
class PublicationList(generics.ListAPIView[Publication]):
    queryset = published.publications_listed()
    serializer_class = PublicationSerializer
    filterset_class = filters.PublicationFilter

    @_list_of(PublicationSerializer, "Releases of editions, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class NothingHere(APIView):
    """Any other address under the API: an error in the API's own shape, not a page."""

    schema = None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise Http404


class OfPublication(generics.GenericAPIView[Any]):
    """Views of one release: 404 unless published, 304 if the client has the answer."""

    def publication(self) -> Publication:
        number = self.kwargs["pk"]
        try:
            return publication_by_id(number if number <= BIGGEST_ID else 0)
        except Publication.DoesNotExist as error:
            raise Http404 from error

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        finished = super().finalize_response(request, response, *args, **kwargs)
        if finished.status_code != 200:
            return finished
        etag = self._etag(request)
        finished.headers["ETag"] = etag
        patch_cache_control(finished, public=True, max_age=0, must_revalidate=True)
        return get_conditional_response(request._request, etag=etag, response=finished) or finished

    def _etag(self, request: Request) -> str:
        found = self.publication()
        seen = f"{request.get_full_path()} {found.pk} {found.run.result_sha256} {found.edition.title_vi}"
        return quote_etag(hashlib.sha256(seen.encode()).hexdigest()[:32])


@extend_schema(tags=["Releases"])
class PublicationDetail(OfPublication):
    serializer_class = PublicationSerializer

    @extend_schema(summary="One release", responses={200: PublicationSerializer, 404: NOT_FOUND, 429: TOO_MANY})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(PublicationSerializer(self.publication()).data)


@extend_schema(tags=["Releases"])
class PublicationRecipe(OfPublication):
    serializer_class = RecipeSerializer

    @extend_schema(summary="The recipe of a release", responses={200: RecipeSerializer, 404: NOT_FOUND, 429: TOO_MANY})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        recipe = self.publication().run.recipe
        return Response(RecipeSerializer({"sha256": recipe.sha256, "content": recipe.content}).data)


@extend_schema(tags=["Results"])
class ScoreList(OfPublication, generics.ListAPIView[Score]):
    queryset = published.none_of(Score)
    serializer_class = ScoreSerializer
    filterset_class = filters.ScoreFilter

    def get_queryset(self) -> QuerySet[Score]:
        return published.scores_of(self.publication())

    @_list_of(ScoreSerializer, "Scores with intervals, ranks and rank ranges")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


@extend_schema(tags=["Results"])
class SubIndexScoreList(OfPublication, generics.ListAPIView[SubIndexScore]):
    queryset = published.none_of(SubIndexScore)
    serializer_class = SubIndexScoreSerializer
    filterset_class = filters.SubIndexScoreFilter

    def get_queryset(self) -> QuerySet[SubIndexScore]:
        return published.sub_index_scores_of(self.publication())

    @_list_of(SubIndexScoreSerializer, "Scores of sub-indices")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


@extend_schema(tags=["Results"])
class IndicatorScoreList(OfPublication, generics.ListAPIView[IndicatorScore]):
    queryset = published.none_of(IndicatorScore)
    serializer_class = IndicatorScoreSerializer
    filterset_class = filters.IndicatorScoreFilter

    def get_queryset(self) -> QuerySet[IndicatorScore]:
        return published.indicator_scores_of(self.publication())

    @_list_of(IndicatorScoreSerializer, "Measured values, points and points lost of indicators")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


@extend_schema(tags=["Results"])
class ContradictionList(OfPublication, generics.ListAPIView[Any]):
    queryset = published.none_of(IndicatorScore)
    serializer_class = ContradictionSerializer
    filter_backends = ()

    def get_queryset(self) -> Any:
        return published.contrasts_published(self.publication())

    @_list_of(ContradictionSerializer, "Where records and what businesses answered contradict each other")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
