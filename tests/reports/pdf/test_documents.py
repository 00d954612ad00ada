"""The documents themselves, opened and read back."""

import io
import re
import subprocess
import zipfile
from dataclasses import dataclass
from hashlib import sha256

import pikepdf
import pytest
from django.utils import translation
from page import ValidationProfile, validate_pdf_bytes

from ddci.templatetags.ddci_format import write_number
from reports.enums import ReportKind
from reports.models import ReportFile
from reports.pdf.reading import reading_of
from reports.pdf.render import NotBundledError, pdf_render
from reports.pdf.scorecard import scorecard
from reports.services.publications import report_files_make
from scoring.models import Publication
from surveys.models import BlockUnit
from tests.factories.editions import NOW
from tests.factories.results import published_edition

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes) -> str:
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return found.stdout.decode()


def words_of(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", text_of(pdf))


WITHHELD = "so-tai-chinh"
STOPPED_AT = 5


@dataclass(frozen=True)
class Made:
    """What was made of one release, in two goes: the first was interrupted."""

    publication: Publication
    first: int
    second: int
    told: list[tuple[int, int, str]]
    files: dict[str, bytes]

    def book(self, language: str) -> bytes:
        (found,) = [content for name, content in self.files.items() if name.endswith(f"-book-{language}.pdf")]
        return found

    def scorecard(self, unit: str, language: str) -> bytes:
        (found,) = [content for name, content in self.files.items() if name.endswith(f"-{unit}-{language}.pdf")]
        return found


class Stop(Exception):
    """The machine was switched off."""


@pytest.fixture(scope="module")
def made(shared):
    publication = published_edition(units=3, responses=60, withheld=WITHHELD)
    told = []

    def stop_at_five(done, total, name):
        if done == STOPPED_AT:
            raise Stop

    with pytest.raises(Stop):
        report_files_make(publication=publication, now=NOW, progress=stop_at_five)
    first = ReportFile.objects.count()
    second = report_files_make(publication=publication, now=NOW, progress=lambda *step: told.append(step))
    files = {}
    for file in ReportFile.objects.filter(publication=publication):
        with file.file.open("rb") as stored:
            files[file.name] = stored.read()
    return Made(publication, first, second, told, files)


def faults_of(pdf: bytes, profile: ValidationProfile) -> set[str]:
    """What the validator finds, but for streams that happen to end in a carriage return: it counts them one short."""
    found = validate_pdf_bytes(pdf, profile=profile).failures
    return {failure.message for failure in found if not failure.rule_id.endswith("STREAM-LENGTH-001")}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_documents_conform_to_the_standards_that_they_claim(made, language):
    scorecards = [content for name, content in made.files.items() if name.endswith(f"-{language}.pdf")]
    scorecards.remove(made.book(language))
    assert len(scorecards) == 2 * 3 - 1
    for pdf in scorecards:
        assert faults_of(pdf, ValidationProfile.PDF_UA_1) == set()
    bound = made.book(language)
    assert faults_of(bound, ValidationProfile.PDF_A_3A) == set()
    # The book claims the archival standard only, yet leaves nothing out that a screen reader needs.
    accessible = faults_of(bound, ValidationProfile.PDF_UA_1)
    assert all(fault.startswith("XMP ") for fault in accessible)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_scorecard_says_the_unit_s_own_figures_on_four_pages(made, language):
    reading = reading_of(made.publication, language)
    result = reading.units[0]
    pdf = made.scorecard(result.row.code, language)
    words = words_of(pdf)
    score = made.publication.run.scores.get(block_unit_id=result.row.block_unit_id)
    with translation.override(language):
        expected = [write_number(score.total, 2), write_number(score.low, 1), write_number(score.high, 1)]
        cells = [write_number(part.cell.value, 2) for part in result.profile]
    assert len(pikepdf.open(io.BytesIO(pdf)).pages) == 4
    assert all(figure in words for figure in expected + cells)
    assert result.row.name in words
    assert {"vi": "Dữ liệu mô phỏng", "en": "Simulated data"}[language] in words


@pytest.mark.parametrize("language", ["vi", "en"])
def test_book_holds_every_unit_every_sub_index_and_the_method(made, language):
    reading = reading_of(made.publication, language)
    words = words_of(made.book(language))
    columns = {column.name for league in reading.tables.blocks for column in league.columns}
    assert all(unit.row.name in words for unit in reading.units)
    assert all(column in words for column in columns)
    assert all(step.title in words for step in reading.method.steps)
    assert made.publication.run.result_sha256 in words.replace(" ", "")


def test_every_page_after_the_cover_is_numbered_and_marked_as_simulated(made):
    pages = text_of(made.book("vi")).rstrip("\f").split("\f")
    assert len(pages) > 10
    for number, page in enumerate(pages[1:], start=2):
        assert f"{number} / {len(pages)}" in page
        assert "Dữ liệu mô phỏng" in page
    assert "Dữ liệu mô phỏng" in pages[0]


def test_contents_give_the_page_of_each_unit(made):
    reading = reading_of(made.publication, "vi")
    pages = text_of(made.book("vi")).rstrip("\f").split("\f")
    for unit in reading.units:
        listed = re.search(rf"{unit.row.name}\s+(\d+)", pages[1])
        assert listed
        head = pages[int(listed.group(1)) - 1].strip().splitlines()[:10]
        assert any(line.strip() == unit.row.name for line in head)


@pytest.mark.parametrize(("language", "title"), [("vi", "Phiếu điểm"), ("en", "Scorecard")])
def test_scorecard_is_tagged_titled_and_embeds_its_fonts(made, language, title):
    with pikepdf.open(io.BytesIO(made.scorecard("so-cong-thuong", language))) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == language
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert title in str(pdf.docinfo["/Title"])
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        descriptors = [
            font["/DescendantFonts"][0]["/FontDescriptor"]
            for page in pdf.pages
            for font in page.Resources.Font.values()
        ]
        assert all("/FontFile2" in descriptor for descriptor in descriptors)


def test_book_is_archival(made):
    with pikepdf.open(io.BytesIO(made.book("vi"))) as pdf, pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")


def test_same_release_gives_the_same_bytes(made):
    reading = reading_of(made.publication, "vi")
    again = scorecard(reading.units[0], reading)
    assert sha256(again).hexdigest() == sha256(made.scorecard(reading.units[0].row.code, "vi")).hexdigest()


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/x.png", "https://example.org/x.css", "file:///etc/passwd", "bundle:../manage.py", "x.png"],
)
def test_a_template_cannot_fetch_anything_from_outside(tmp_path, settings, address):
    (tmp_path / "bad.html").write_text(f'<html lang="vi"><title>x</title><img src="{address}" alt="x">')
    settings.TEMPLATES = [{**settings.TEMPLATES[-1], "DIRS": [tmp_path]}]
    with pytest.raises(NotBundledError):
        pdf_render(template="bad.html", context={}, language="vi", variant="pdf/ua-1")


def test_files_of_a_release_are_made_once_and_hashed_also_after_an_interruption(made):
    files = list(ReportFile.objects.filter(publication=made.publication))
    assert (made.first, made.first + made.second) == (STOPPED_AT, len(files))
    assert made.told[-1][:2] == (len(files), len(files))
    for file in files:
        content = made.files[file.name]
        assert (len(content), sha256(content).hexdigest()) == (file.size, file.sha256)
    assert {file.language for file in files if file.kind == ReportKind.SCORECARD} == {"vi", "en"}
    assert sum(file.kind == ReportKind.SCORECARD for file in files) == 2 * (2 * 3 - 1)
    assert report_files_make(publication=made.publication, now=NOW, progress=lambda *step: None) == 0


def test_archive_holds_every_file_but_the_charts(made):
    (name,) = [name for name in made.files if name.endswith(".zip")]
    with zipfile.ZipFile(io.BytesIO(made.files[name])) as content:
        held = {info.filename: sha256(content.read(info)).hexdigest() for info in content.infolist()}
    others = ReportFile.objects.exclude(kind__in=[ReportKind.ARCHIVE, ReportKind.CHART])
    assert held == dict(others.values_list("name", "sha256"))


def test_withheld_unit_has_no_scorecard_and_no_figures_in_the_book(made):
    unit = BlockUnit.objects.get(unit__code=WITHHELD)
    assert not ReportFile.objects.filter(block_unit=unit).exists()
    total = made.publication.run.scores.get(block_unit=unit).total
    words = words_of(made.book("vi"))
    assert unit.unit.name_vi in words
    assert total is None or write_number(total, 2) not in words
