"""The frozen dataset as one archive of labelled files: a full version, and one for researchers that protects
respondents.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import groupby
from random import Random

from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import Progress, audit, job_start
from ddci.core.errors import Invalid, NotNow
from scoring.engine.dataset import dataset_read
from surveys.enums import ExportKind
from surveys.exports import files
from surveys.exports.codebook import Entry, codebook_of, codebook_xlsx
from surveys.exports.columns import Field, Table, tables_of
from surveys.exports.disclosure import SMALLEST_FEWEST, Change, controlled, full
from surveys.models import Dataset, DatasetExport, Edition
from surveys.selectors.datasets import dataset_bytes, datasets_of
from surveys.selectors.exports import channels_described, export_with_edition, profile_described
from surveys.sentences import change_sentence
from surveys.services.datasets import NotFrozenYet

LARGEST_FEWEST = 100
LANGUAGES = ("vi", "en")


class GroupTooSmall(Invalid):
    code = "export_group_too_small"
    sentence = _("Groups have at least %(least)d and at most %(most)d responses.")


class ExportNotReady(NotNow):
    code = "export_not_ready"
    sentence = _("These files have not been written yet.")


@transaction.atomic
def export_start(
    *, edition: Edition, kind: ExportKind, fewest: int | None, language: str, by: User | None, now: datetime
) -> DatasetExport:
    """Have files made from the latest dataset; a job writes them.

    Args:
        fewest: the smallest group of the version for researchers; not used for the full one.

    Raises:
        NotFrozenYet: there is no dataset.
        GroupTooSmall: `fewest` is under 5 or over 100.
    """
    dataset = datasets_of(edition).first()
    if dataset is None:
        raise NotFrozenYet(edition=edition.title)
    wanted = None if kind == ExportKind.FULL else fewest or 0
    if wanted is not None and not SMALLEST_FEWEST <= wanted <= LARGEST_FEWEST:
        raise GroupTooSmall(least=SMALLEST_FEWEST, most=LARGEST_FEWEST)
    export = DatasetExport.objects.create(
        dataset=dataset, kind=kind, fewest=wanted, language=language, made_by=by, made_at=now
    )
    arguments = {"export": export.pk}
    export.job = job_start(kind="dataset_export", arguments=arguments, province=edition.province, by=by, now=now)
    export.save(update_fields=["job"])
    note = f"{kind}; {language}" + (f"; k={wanted}" if wanted else "")
    audit(action="dataset.export", subject=dataset, by=by, now=now, province=edition.province, note=note)
    return export


def export_write(*, export_id: int, rng: Random, progress: Progress) -> DatasetExport:
    """Write the archive of an export that was started."""
    export = export_with_edition(export_id)
    edition = export.dataset.edition
    described = profile_described(edition)
    fields = [Field(*facts) for facts in described]
    dataset = dataset_read(dataset_bytes(export.dataset))
    changes: tuple[Change, ...] = ()
    if export.kind == ExportKind.FULL:
        release = full(dataset)
    else:
        release, changes = controlled(dataset, [field.code for field in fields], export.fewest or 0, rng)
    tables = tables_of(release, dataset.framework, fields, channels_described())
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, (name, data) in enumerate(_members(export, tables, changes)):
            archive.writestr(name, data)
            progress(done + 1, 12, name)
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    with transaction.atomic():
        name = f"{edition.province.slug}-{edition.year}-{export.dataset.number}-{export.kind}-{digest[:12]}.zip"
        export.file.save(name, ContentFile(content.getvalue()), save=False)
        export.sha256, export.changes = digest, [each.as_plain() for each in changes]
        export.save(update_fields=["file", "sha256", "changes"])
    return export


def _members(
    export: DatasetExport, tables: tuple[Table, Table], changes: tuple[Change, ...]
) -> Iterator[tuple[str, bytes]]:
    language, entries = export.language, codebook_of(tables)
    for table in tables:
        yield f"{table.name}.csv", files.csv_codes(table)
        yield f"{table.name}-words.csv", files.csv_words(table, language)
        yield f"{table.name}.sav", files.written(partial(files.sav, table, language), "sav")
        yield f"{table.name}.dta", files.written(partial(files.dta, table, language), "dta")
    yield "data.xlsx", files.written(partial(files.xlsx, tables, language), "xlsx")
    yield "codebook.xlsx", files.written(partial(codebook_xlsx, entries), "xlsx")
    yield "codebook.html", _codebook_page(export, entries, changes)
    if export.kind == ExportKind.RESEARCH:
        yield "changes.csv", _changes_csv(changes)


def _codebook_page(export: DatasetExport, entries: list[Entry], changes: tuple[Change, ...]) -> bytes:
    context: dict[str, object] = {
        "export": export,
        "dataset": export.dataset,
        "edition": export.dataset.edition,
        "language": export.language,
        "groups": [
            (table.title[LANGUAGES.index(export.language)], table.name, len(table.cells), list(found))
            for table, found in groupby(entries, lambda entry: entry.table)
        ],
    }
    with translation.override(export.language):
        context["changes"] = [change_sentence(**each.as_plain()) for each in changes]
        return render_to_string("staff/exports/codebook.html", context).encode()


def _changes_csv(changes: tuple[Change, ...]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["kind", "table", "name", "rows", "of"])
    writer.writeheader()
    writer.writerows(each.as_plain() for each in changes)
    return text.getvalue().encode("utf-8-sig")


@transaction.atomic
def export_hand_out(*, export: DatasetExport, by: User | None, now: datetime) -> None:
    """Note in the audit trail that somebody takes the files away.

    Raises:
        ExportNotReady: they are not written yet.
    """
    if not export.file:
        raise ExportNotReady
    dataset: Dataset = export.dataset
    note = f"{export.kind}; SHA-256 {export.sha256}"
    audit(action="dataset.download", subject=dataset, by=by, now=now, province=dataset.edition.province, note=note)
