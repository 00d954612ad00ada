"""What lists can be narrowed to."""

import django_filters

from scoring.enums import ScoreStatus
from scoring.models import IndicatorScore, Publication, Score, SubIndexScore
from surveys.models import Edition


class EditionFilter(django_filters.FilterSet):  # type: ignore[misc] # ships no annotations
    province = django_filters.CharFilter(field_name="province__slug")
    year = django_filters.NumberFilter(field_name="year", min_value=0, max_value=9999)

    class Meta:
        model = Edition
        fields = ("province", "year")


class PublicationFilter(django_filters.FilterSet):  # type: ignore[misc] # ships no annotations
    province = django_filters.CharFilter(field_name="edition__province__slug")
    year = django_filters.NumberFilter(field_name="edition__year", min_value=0, max_value=9999)
    release = django_filters.NumberFilter(field_name="release", min_value=0, max_value=9999)

    class Meta:
        model = Publication
        fields = ("province", "year", "release")


class ScoreFilter(django_filters.FilterSet):  # type: ignore[misc] # ships no annotations
    block = django_filters.CharFilter(field_name="block__code")
    unit = django_filters.CharFilter(field_name="block_unit__unit__code")
    status = django_filters.ChoiceFilter(choices=ScoreStatus.choices)

    class Meta:
        model = Score
        fields = ("block", "unit", "status")


class SubIndexScoreFilter(django_filters.FilterSet):  # type: ignore[misc] # ships no annotations
    block = django_filters.CharFilter(field_name="block_unit__block__code")
    unit = django_filters.CharFilter(field_name="block_unit__unit__code")
    sub_index = django_filters.CharFilter(field_name="sub_index__code")

    class Meta:
        model = SubIndexScore
        fields = ("block", "unit", "sub_index")


class IndicatorScoreFilter(django_filters.FilterSet):  # type: ignore[misc] # ships no annotations
    block = django_filters.CharFilter(field_name="block_unit__block__code")
    unit = django_filters.CharFilter(field_name="block_unit__unit__code")
    sub_index = django_filters.CharFilter(field_name="indicator__sub_index__code")
    indicator = django_filters.CharFilter(field_name="indicator__code")

    class Meta:
        model = IndicatorScore
        fields = ("block", "unit", "sub_index", "indicator")
