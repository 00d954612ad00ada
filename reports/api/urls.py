"""The read-only API, version 1."""

from django.urls import path, re_path

from reports.api import views

app_name = "api"
urlpatterns = [
    path("provinces/", views.ProvinceList.as_view(), name="province-list"),
    path("editions/", views.EditionList.as_view(), name="edition-list"),
    path("publications/", views.PublicationList.as_view(), name="publication-list"),
    path("publications/<int:pk>/", views.PublicationDetail.as_view(), name="publication-detail"),
    path("publications/<int:pk>/recipe/", views.PublicationRecipe.as_view(), name="publication-recipe"),
    path("publications/<int:pk>/scores/", views.ScoreList.as_view(), name="score-list"),
    path("publications/<int:pk>/sub-index-scores/", views.SubIndexScoreList.as_view(), name="sub-index-score-list"),
    path("publications/<int:pk>/indicator-scores/", views.IndicatorScoreList.as_view(), name="indicator-score-list"),
    path("publications/<int:pk>/contradictions/", views.ContradictionList.as_view(), name="contradiction-list"),
    re_path(r"^(?!schema/)", views.NothingHere.as_view(), name="nothing"),
]
