"""Reads for files made from datasets: labels of bands, what was made."""

from django.db.models import QuerySet
from django.utils import translation

from surveys.enums import Channel
from surveys.models import DatasetExport, Edition, ProfileField

Words = tuple[str, str]


def profile_described(edition: Edition) -> list[tuple[str, Words, tuple[tuple[str, Words], ...]]]:
    """(code, question, bands as (code, words)) in the order of the questionnaire, each in Vietnamese and English."""
    fields = ProfileField.objects.filter(edition=edition).order_by("position", "code")
    return [
        (
            field.code,
            (field.text_vi, field.text_en or field.text_vi),
            tuple((str(each["code"]), (each["vi"], each.get("en") or each["vi"])) for each in field.options),
        )
        for field in fields
    ]


def channels_described() -> list[tuple[str, Words]]:
    found = []
    for channel in Channel:
        words = []
        for language in ("vi", "en"):
            with translation.override(language):
                words.append(str(channel.label))
        found.append((channel.value, (words[0], words[1])))
    return found


def exports_of(edition: Edition) -> QuerySet[DatasetExport]:
    """The files made from the datasets of an edition, newest first."""
    found = DatasetExport.objects.filter(dataset__edition=edition)
    return found.select_related("dataset", "job", "made_by").order_by("-made_at", "-pk")


def export_with_edition(export_id: int) -> DatasetExport:
    return DatasetExport.objects.select_related("dataset__edition__province", "made_by").get(pk=export_id)
