"""Staff pages of this app."""

from django.urls import path

from reports.web import dashboard, publish

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("editions/<int:edition_id>/", dashboard.edition, name="edition"),
    path("runs/<int:run_id>/publish/", publish.publish, name="publish"),
]
