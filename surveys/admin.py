"""Administration pages of the surveys: what an edition consists of, to be looked at. Editions are changed in the staff
area, where every change is recorded; answers, comments, drafts and invitations are not registered and readable nowhere.
"""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from surveys.models import (
    Block,
    BlockUnit,
    Dataset,
    Edition,
    Indicator,
    Question,
    SubIndex,
    Unit,
    UnitLineage,
    UnitReader,
)


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ("title_vi", "province", "year", "state", "is_simulated", "opens_on", "closes_on")
    list_filter = ("province", "state", "year")
    list_select_related = ("province",)


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    list_display = ("name_vi", "code", "edition", "position")
    list_filter = ("edition__province", "edition__year")
    list_select_related = ("edition",)


@admin.register(BlockUnit)
class BlockUnitAdmin(ReadOnlyAdmin):
    list_display = ("unit", "block", "withheld")
    list_filter = ("withheld", "block__edition__province", "block__edition__year")
    list_select_related = ("unit", "block")


@admin.register(Unit)
class UnitAdmin(ReadOnlyAdmin):
    list_display = ("name_vi", "code", "kind", "province", "valid_from", "valid_to")
    list_filter = ("province", "kind")
    search_fields = ("name_vi", "name_en", "code")
    list_select_related = ("province",)


@admin.register(UnitLineage)
class UnitLineageAdmin(ReadOnlyAdmin):
    list_display = ("predecessor", "kind", "successor", "on")
    list_filter = ("kind", "predecessor__province")
    list_select_related = ("predecessor", "successor")


@admin.register(UnitReader)
class UnitReaderAdmin(ReadOnlyAdmin):
    list_display = ("user", "unit")
    list_filter = ("unit__province",)
    list_select_related = ("user", "unit")


@admin.register(SubIndex)
class SubIndexAdmin(ReadOnlyAdmin):
    list_display = ("name_vi", "code", "edition", "position")
    list_filter = ("edition__province", "edition__year")
    list_select_related = ("edition",)


@admin.register(Indicator)
class IndicatorAdmin(ReadOnlyAdmin):
    list_display = ("code", "name_vi", "kind", "direction", "statistic", "edition")
    list_filter = ("kind", "direction", "edition__province", "edition__year")
    search_fields = ("code", "name_vi")
    list_select_related = ("edition",)


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    list_display = ("code", "text_vi", "sub_index", "scale")
    list_filter = ("questionnaire__edition__province", "questionnaire__edition__year")
    search_fields = ("code", "text_vi")
    list_select_related = ("sub_index", "scale")


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyAdmin):
    """Facts about the file; the file itself holds answers and is not offered here."""

    list_display = ("edition", "number", "responses", "ratings", "frozen_at", "sha256")
    fields = ("edition", "number", "responses", "ratings", "sha256", "reason", "frozen_by", "frozen_at")
    list_filter = ("edition__province",)
    list_select_related = ("edition",)
