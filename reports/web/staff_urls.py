"""Staff pages of this app."""

from django.urls import path

from reports.web import dashboard, letters, preview, publish, watch

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("editions/<int:edition_id>/", dashboard.edition, name="edition"),
    path("editions/<int:edition_id>/watch/", watch.watch, name="watch-list"),
    path("editions/<int:edition_id>/units/<slug:code>/preview/", preview.preview, name="unit-preview"),
    path("editions/<int:edition_id>/letters/", letters.letters, name="letters"),
    path("editions/<int:edition_id>/letters/new/", letters.letters_new, name="letters-new"),
    path("editions/<int:edition_id>/letters/file/", letters.letters_file, name="letters-file"),
    path("runs/<int:run_id>/publish/", publish.publish, name="publish"),
]
