"""What the platform administrator can look at; runs, scores and releases are never edited here."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from scoring.models import Publication, Recipe, RunApproval, RunDiagnostics, ScoringRun


@admin.register(Recipe)
class RecipeAdmin(ReadOnlyAdmin):
    list_display = ("edition", "number", "sha256", "made_by", "made_at", "reason")
    list_select_related = ("edition", "made_by")
    list_filter = ("edition",)


@admin.register(ScoringRun)
class ScoringRunAdmin(ReadOnlyAdmin):
    list_display = ("edition", "number", "state", "engine_version", "started_by", "started_at", "result_sha256")
    list_select_related = ("edition", "started_by")
    list_filter = ("state", "edition")


@admin.register(RunDiagnostics)
class RunDiagnosticsAdmin(ReadOnlyAdmin):
    list_display = ("run", "engine_version", "made_at", "sha256")
    list_select_related = ("run__edition",)
    list_filter = ("run__edition",)


@admin.register(RunApproval)
class RunApprovalAdmin(ReadOnlyAdmin):
    list_display = ("run", "verdict", "by", "at")
    list_select_related = ("run__edition", "by")
    list_filter = ("verdict",)


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    list_display = ("edition", "release", "run", "published_by", "published_at")
    list_select_related = ("edition", "run__edition", "published_by")
    list_filter = ("edition",)
