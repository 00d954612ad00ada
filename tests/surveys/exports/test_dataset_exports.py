"""Files made from a frozen dataset, read back by pyreadstat and pandas as a statistician would."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import Role
from accounts.models import AuditEntry
from accounts.services import job_execute
from surveys.enums import ExportKind
from surveys.models import DatasetExport
from surveys.services.dataset_exports import ExportNotReady, GroupTooSmall, export_hand_out, export_start
from surveys.services.datasets import NotFrozenYet, dataset_freeze
from tests.factories.editions import NOW, edition_closed
from tests.factories.people import user_make

pytestmark = pytest.mark.django_db
RESPONSES = 60


@pytest.fixture
def archives(tmp_path: Path) -> dict[str, Path]:
    """The full version and the one for researchers of one edition, unpacked."""
    edition = edition_closed(responses=RESPONSES)
    with pytest.raises(NotFrozenYet):
        export_start(edition=edition, kind=ExportKind.FULL, fewest=None, language="vi", by=None, now=NOW)
    dataset_freeze(edition=edition, by=None, now=NOW)
    with pytest.raises(GroupTooSmall):
        export_start(edition=edition, kind=ExportKind.RESEARCH, fewest=4, language="vi", by=None, now=NOW)
    folders = {}
    for kind in ExportKind:
        export = export_start(edition=edition, kind=kind, fewest=5, language="vi", by=None, now=NOW)
        if not export.file:
            with pytest.raises(ExportNotReady):
                export_hand_out(export=export, by=None, now=NOW)
        job_execute(str(export.job_id))
        export.refresh_from_db()
        folders[kind.value] = tmp_path / kind.value
        with export.file.open("rb") as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
            archive.extractall(folders[kind.value])
    return folders


def test_files_tell_the_same_whoever_reads_them(archives: dict[str, Path], client: Client) -> None:
    for folder in archives.values():
        agree(folder)
    whole, told = archives["full"], archives["research"]
    codes = pd.read_csv(whole / "ratings.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert set(codes["MB1"]) <= {"1", "2", "3", "4", "na", "dk", ""}
    assert len(pd.read_csv(whole / "respondents.csv")) == RESPONSES
    words = pd.read_csv(whole / "ratings-words.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert {"Đồng ý", "Không áp dụng", "Không biết"} <= set(words["MB1"])
    assert set(words["unit"]) >= {"Sở Công Thương", "Đông Hưng"}
    assert "respondent" not in pd.read_csv(told / "ratings.csv").columns
    assert (told / "changes.csv").exists()
    page = (told / "codebook.html").read_text()
    assert "Thủ tục được niêm yết đầy đủ?" in page
    assert "Procedures are listed?" in page
    book = load_workbook(whole / "codebook.xlsx")["codebook"]
    rows = list(book.iter_rows(min_row=2, values_only=True))
    found = [row for row in rows if row[1] == "MB1" and row[4] is not None]
    counted = codes["MB1"].value_counts()
    assert {row[5]: row[8] for row in found} == {
        code: counted.get(code, 0) for code in ("1", "2", "3", "4", "na", "dk")
    }
    doors_keep(client)


def agree(folder: Path) -> None:
    """CSV, XLSX, SPSS and Stata hold the same cells."""
    for name in ("respondents", "ratings"):
        codes = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
        words = pd.read_csv(folder / f"{name}-words.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
        spss, about = pyreadstat.read_sav(folder / f"{name}.sav", user_missing=True)
        hidden, _about = pyreadstat.read_sav(folder / f"{name}.sav")
        stata, stata_about = pyreadstat.read_dta(folder / f"{name}.dta", user_missing=True)
        # Stata's file may begin with other rows (see `_telling_first`); its rows are found again by all that they hold.
        numbers = pd.read_stata(folder / f"{name}.dta", convert_categoricals=False)
        order = stata_order(spss, numbers)
        stata = stata.iloc[order].reset_index(drop=True)
        assert list(codes) == list(spss) == list(stata)
        assert len(codes) == len(spss) == len(stata) == len(words)
        for column in codes:
            labels = about.variable_value_labels.get(column, {})
            assert about.column_names_to_labels[column]
            if not pd.api.types.is_numeric_dtype(spss[column]):
                assert list(spss[column]) == list(codes[column]) == list(stata[column])
                continue
            spoken = ["" if np.isnan(n) else labels.get(n, f"{n:.12g}") for n in spss[column]]
            assert spoken == list(words[column])
            missing = codes[column].isin(["na", "dk", "*", ""])
            assert (hidden[column].isna() == missing).all()
            letters = {"na": "a", "dk": "b", "*": "c"}
            plain = (
                pd.read_stata(folder / f"{name}.dta", convert_categoricals=False, columns=[column])[column]
                .iloc[order]
                .reset_index(drop=True)
            )
            assert (plain.isna() == missing).all()
            assert np.allclose(plain[~missing].astype(float), spss[column][~missing])
            for code, letter in letters.items():
                assert {stata[column][at] for at in codes.index[codes[column] == code]} <= {letter}
            if labels:
                assert set(stata_about.variable_value_labels[column].values()) == set(labels.values())
    sheets = load_workbook(folder / "data.xlsx", read_only=True)
    assert len(list(sheets["Lượt đánh giá"].iter_rows())) == len(codes) + 1


def stata_order(spss: pd.DataFrame, stata: pd.DataFrame) -> list[int]:
    """Where each row of SPSS' file stands in Stata's, by its number (and unit)."""
    keys = [name for name in ("respondent", "rating", "unit") if name in spss]
    place = {tuple(row): at for at, row in enumerate(stata[keys].itertuples(index=False))}
    return [place[tuple(row)] for row in spss[keys].itertuples(index=False)]


def doors_keep(client: Client) -> None:
    """A manager takes the version for researchers only; an analyst both; each time stands in the audit trail."""
    research, whole = (DatasetExport.objects.get(kind=kind) for kind in (ExportKind.RESEARCH, ExportKind.FULL))
    edition = whole.dataset.edition
    for role, expected in ((Role.MANAGER, (200, 403)), (Role.ANALYST, (200, 200)), (Role.APPROVER, (403, 403))):
        client.force_login(user_make(role, province=edition.province))
        taken = [client.post(reverse("staff:export-file", args=[edition.pk, each.pk])) for each in (research, whole)]
        assert tuple(answer.status_code for answer in taken) == expected
        for answer in taken:
            assert answer.status_code == 403 or b"".join(answer.streaming_content)[:2] == b"PK"
    assert AuditEntry.objects.filter(action="dataset.download").count() == 3
    client.force_login(user_make(Role.MANAGER, province=edition.province))
    wanted = {"kind": "full", "fewest": 5, "language": "vi"}
    assert client.post(reverse("staff:export-new", args=[edition.pk]), wanted).status_code == 422
    assert DatasetExport.objects.count() == 2
