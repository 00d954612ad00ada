"""Records against answers in a whole run: the page of the run, the page of the unit, what the workbook links."""

from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from reports.pdf.reading import reading_of
from reports.pdf.scorecard import scorecard_context
from scoring.enums import Verdict
from scoring.selectors.contradictions import contrasts_of
from scoring.sentences import contrast_sentence
from scoring.services.publications import publication_create
from scoring.services.runs import run_approve
from surveys.enums import UnitKind
from surveys.models import BlockUnit, HardValue, Indicator, Unit
from surveys.services.datasets import dataset_freeze
from surveys.services.editions import edition_close, edition_open
from tests.factories.editions import NOW, answer, edition_make
from tests.factories.people import user_make
from tests.factories.results import run_of, scored_edition
from tests.scoring.web.visits import client_of

pytestmark = pytest.mark.django_db
SLOW = ("so-y-te", "so-them-5")


def contrasted_run(related=None, withheld=()):
    """Ten departments; the two where businesses wait longest have the best share of dossiers on time."""
    edition = edition_make(units=5)
    block = edition.blocks.get(code="departments")
    hard = Indicator.objects.get(code="TG2")
    Indicator.objects.filter(pk=hard.pk).update(related=related)
    for number in range(1, 6):
        code = f"so-them-{number}"
        unit = Unit.objects.create(
            province=edition.province, code=code, kind=UnitKind.DEPARTMENT, name_vi=f"Sở Thêm {number}", name_en=code
        )
        rated = BlockUnit.objects.create(block=block, unit=unit)
        HardValue.objects.create(
            block_unit=rated, indicator=hard, value=80 + number, period="2024", source_vi="Báo cáo"
        )
    HardValue.objects.filter(block_unit__unit__code__in=SLOW).update(value=99.5)
    BlockUnit.objects.filter(block=block, unit__code__in=withheld).update(withheld=True, withheld_reason_vi="Sáp nhập")
    edition_open(edition=edition, by=None, now=NOW)
    answer(edition, responses=300, seed=3)
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    dataset = dataset_freeze(edition=edition, by=None, now=NOW)
    return run_of(dataset, by=user_make(Role.ANALYST))


def test_units_good_in_the_records_and_slow_for_businesses_are_pointed_out():
    run = contrasted_run()
    found = [each for each in contrasts_of(run) if each.found.records_better]
    assert {(each.unit_code, each.hard.indicator.code, each.soft.indicator.code) for each in found} == {
        (code, "TG2", "TG1") for code in SLOW
    }
    sentence = contrast_sentence(found[0])
    assert "Theo hồ sơ: Tỷ lệ hồ sơ đúng hạn 99,5, hạng 1 trên 10." in sentence
    assert "Theo khảo sát: Số ngày chờ" in sentence
    page = client_of(Role.APPROVER).get(reverse("staff:run", args=[run.pk])).content.decode()
    assert "Số liệu hồ sơ và câu trả lời trái ngược nhau" in page
    assert sentence in page


def test_the_workbook_says_what_is_compared():
    found = contrasts_of(contrasted_run(related=["MB1"]))
    assert {each.soft.indicator.code for each in found} <= {"MB1"}


def test_a_quarter_of_few_units_says_nothing():
    assert contrasts_of(scored_edition(responses=40)) == []


def test_pages_papers_and_the_api_tell_it_in_careful_words_and_never_of_a_withheld_unit():
    run = contrasted_run(withheld=["so-them-5"])
    approver, manager = user_make(Role.APPROVER), user_make(Role.MANAGER)
    run_approve(run=run, verdict=Verdict.APPROVED, note="", by=approver, now=NOW)
    publication = publication_create(run=run, reason="", by=manager, now=NOW)
    client, counts = Client(), []
    for code in ("so-y-te", "so-xay-dung"):
        with CaptureQueriesContext(connection) as seen:
            page = client.get(f"/thai-binh/2024/units/{code}/").content.decode()
        counts.append(len(seen))
        assert ("Nơi hồ sơ và doanh nghiệp khác nhau" in page) == (code == "so-y-te")
        assert ("không chứng tỏ nguồn nào sai" in page) == (code == "so-y-te")
    assert counts[0] == counts[1]
    assert {each.unit_code for each in contrasts_of(run) if each.found.records_better} == set(SLOW)
    rows = client.get(f"/api/v1/publications/{publication.pk}/contradictions/").json()["results"]
    told = {(row["unit"], row["record"], row["answers"], row["records_better"]) for row in rows}
    assert ("so-y-te", "TG2", "TG1", True) in told
    assert "so-them-5" not in {row["unit"] for row in rows}
    assert all({row["record_rank"], row["answers_rank"]} <= set(range(1, row["units"] + 1)) for row in rows)
    reading = reading_of(publication, "vi")
    papers = {result.row.code: scorecard_context(result, reading)["contrasts"] for result in reading.units}
    assert any("Theo hồ sơ: Tỷ lệ hồ sơ đúng hạn 99,5" in sentence for sentence in papers["so-y-te"])
    assert papers["so-them-5"] == []
