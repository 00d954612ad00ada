"""The public pages. Each loads, asks one selector and renders; what is not published is not found."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Province
from reports.selectors.files import charts_stored, files_of, scorecards_of
from reports.selectors.methodology import methodology as methodology_of
from reports.selectors.publications import editions_public, province_public
from reports.selectors.ranking import ranking as ranking_of
from reports.selectors.unit_page import UnitNotRated, unit_result
from reports.web.public.downloads import downloads_of
from reports.web.public.frame import Crumb, plain_context, release_context, simulated_only
from reports.web.public.league import league_context
from reports.web.public.release import of_release
from reports.web.public.unit import unit_context
from scoring.models import Publication


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Provinces with their editions."""
    provinces = editions_public()
    context = {"provinces": provinces, "simulated": simulated_only(provinces)}
    return render(request, "reports/screen/home.html", plain_context(request) | context)


@require_safe
def province(request: HttpRequest, province: str) -> HttpResponse:
    """A province with its editions."""
    try:
        found = province_public(province)
    except Province.DoesNotExist as error:
        raise Http404 from error
    context = {"province": found, "simulated": simulated_only([found])}
    return render(request, "reports/screen/province.html", plain_context(request, Crumb(found.name)) | context)


@require_safe
@of_release
def ranking(request: HttpRequest, publication: Publication) -> HttpResponse:
    """The league tables, in the order that was asked for."""
    tables = ranking_of(publication)
    context = release_context(request, publication) | league_context(tables, request.GET)
    return render(request, "reports/screen/ranking.html", context)


@require_safe
@of_release
def unit(request: HttpRequest, publication: Publication, code: str) -> HttpResponse:
    """One unit's result."""
    try:
        result = unit_result(publication, code)
    except UnitNotRated as error:
        raise Http404 from error
    charts = charts_stored(publication, str(get_language()), [f"profile-{code}", f"trend-{code}"])
    context = release_context(request, publication, Crumb(result.row.name))
    context |= unit_context(result, charts, scorecards_of(publication, code))
    return render(request, "reports/screen/unit.html", context)


@require_safe
@of_release
def methodology(request: HttpRequest, publication: Publication) -> HttpResponse:
    """How the release was computed."""
    context = release_context(request, publication, Crumb(_("Method")))
    return render(request, "reports/screen/methodology.html", context | {"method": methodology_of(publication)})


@require_safe
@of_release
def downloads(request: HttpRequest, publication: Publication) -> HttpResponse:
    """The files of the release."""
    context = release_context(request, publication, Crumb(_("Downloads")))
    return render(request, "reports/screen/downloads.html", context | downloads_of(files_of(publication)))


@require_safe
def api_guide(request: HttpRequest) -> HttpResponse:
    """How programs read the results."""
    context = plain_context(request, Crumb(_("Data for programs")))
    context["example"] = request.build_absolute_uri(reverse("api:publication-list"))
    return render(request, "reports/screen/api.html", context)
