"""The staff area under /staff/: each app adds the pages of its own step of the year."""

from django.urls import include, path

app_name = "staff"
urlpatterns = [
    path("", include("reports.web.staff_urls")),
    path("", include("scoring.web.staff_urls")),
    path("", include("surveys.web.staff.urls")),
    path("", include("accounts.web.urls")),
]
