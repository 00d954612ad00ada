"""The diagnostics of a run: what the pages say, when they say it, and to whom."""

import csv
import hashlib
import io
import re
from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import JobState, Role
from accounts.models import Job
from accounts.services import job_execute
from scoring.selectors.diagnostics import diagnostics_job
from scoring.tables import TOPICS
from surveys.models import BlockUnit, Rating, Unit
from surveys.services.datasets import dataset_freeze
from surveys.services.editions import edition_close
from tests.factories.editions import NOW, edition_answered
from tests.factories.people import province_make, user_make
from tests.factories.results import edition_frozen, run_of, scored_edition
from tests.scoring.web.visits import client_of, started

pytestmark = pytest.mark.django_db
READING = {Role.MANAGER, Role.ANALYST, Role.APPROVER}


def diagnosed(**facts):
    run = scored_edition(**facts)
    job_execute(str(diagnostics_job(run).pk))
    return run


def part(run, topic, block="departments"):
    return reverse("staff:run-diagnostics-part", args=[run.pk, block, topic])


def overview(run):
    return reverse("staff:run-diagnostics", args=[run.pk])


def sheet(client, run, key, block="departments"):
    answer = client.get(reverse("staff:run-diagnostics-csv", args=[run.pk, block, key]))
    assert answer.status_code == 200, key
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def shown(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_overview_leads_to_every_section_of_every_block():
    run, client = diagnosed(responses=120, units=5), client_of(Role.APPROVER)
    page = shown(client, overview(run))
    for block in ("departments", "localities"):
        for topic in TOPICS:
            sections = client.get(part(run, topic.key, block)).context["sections"]
            assert sections
            for section in sections:
                assert f'href="{part(run, topic.key, block)}#{section.key}"' in page
                assert str(section.title) in page
    assert run.deep.sha256[:12] in page
    assert f'<a href="{reverse("staff:runs", args=[run.edition_id])}" aria-current="page">' in page


def test_every_section_has_its_finding_its_drawing_its_table_and_its_file():
    run, client = diagnosed(responses=150, units=5), client_of(Role.ANALYST)
    keys = []
    for topic in TOPICS:
        answer = client.get(part(run, topic.key))
        page = answer.content.decode()
        for section in answer.context["sections"]:
            keys.append(section.key)
            assert f'id="{section.key}"' in page
            assert section.finding
            assert section.plot.rows, section.key
            rows = sheet(client, run, section.key)
            assert len(rows) >= len(section.table.rows) > 0, section.key
    assert keys == [
        "weighting", "margins", "distribution", "signal", "alpha", "items", "effective", "correlations", "goalposts",
        "leave-one-out", "leniency", "drivers", "choices", "ranges", "errors",
    ]  # fmt: skip


def test_the_page_says_the_figures_of_the_file():
    run, client = diagnosed(responses=120), client_of(Role.ANALYST)
    page = shown(client, part(run, "weights"))
    facts = {row["key"]: float(row["value"]) for row in sheet(client, run, "weighting")}
    kish = f"{facts['kish_n']:.0f}"
    effect = f"{facts['design_effect']:.2f}".replace(".", ",")
    assert f"120 phiếu có giá trị như {kish} phiếu cùng trọng số (hiệu ứng thiết kế {effect})." in page


def test_the_hash_on_the_page_is_that_of_the_document():
    run, client = diagnosed(responses=60), client_of(Role.MANAGER)
    address = reverse("staff:run-diagnostics-json", args=[run.pk])
    answer = client.get(address)
    assert hashlib.sha256(answer.content).hexdigest() == run.deep.sha256
    assert set(answer.json()["blocks"]) == {"departments", "localities"}
    page = shown(client, overview(run))
    assert f'href="{address}"' in page
    assert f'title="{run.deep.sha256}"' in page


def test_without_them_the_page_shows_what_the_run_knows_and_how_to_get_the_rest():
    run = scored_edition(responses=40)
    Job.objects.filter(pk=diagnostics_job(run).pk).update(state=JobState.INTERRUPTED)
    analyst, manager = client_of(Role.ANALYST), client_of(Role.MANAGER)
    sections = analyst.get(part(run, "structure")).context["sections"]
    assert [section.key for section in sections] == ["effective", "correlations"]
    start = reverse("staff:run-diagnostics-start", args=[run.pk])
    page = shown(analyst, part(run, "sensitivity"))
    assert f'action="{start}"' in page
    assert "Máy chủ đã dừng" in page
    assert f'action="{start}"' not in shown(manager, overview(run))
    assert "Người phân tích hoặc người phê duyệt có thể cho tính." in shown(manager, overview(run))


def test_they_are_started_watched_and_there(django_capture_on_commit_callbacks):
    run = scored_edition(responses=40)
    Job.objects.all().delete()
    client = client_of(Role.APPROVER)
    answer = client.post(reverse("staff:run-diagnostics-start", args=[run.pk]))
    assert (answer.status_code, answer.url) == (302, overview(run))
    progress = reverse("staff:run-diagnostics-progress", args=[run.pk])
    assert f'hx-get="{progress}"' in shown(client, overview(run))
    assert "HX-Refresh" not in client.get(progress)
    job_execute(str(diagnostics_job(run).pk))
    assert client.get(progress)["HX-Refresh"] == "true"
    assert progress not in shown(client, overview(run))


def test_a_run_without_result_has_no_diagnostics():
    run, client = started(edition_frozen(responses=20)), client_of(Role.ANALYST)
    assert client.get(overview(run)).status_code == 404
    assert client.post(reverse("staff:run-diagnostics-start", args=[run.pk])).status_code == 409


def test_addresses_of_nothing_lead_nowhere():
    run, client = diagnosed(responses=40), client_of(Role.ANALYST)
    for block, topic in (("departments", "no-such"), ("no-such", "weights")):
        assert client.get(part(run, topic, block)).status_code == 404
    for block, key in (("departments", "no-such"), ("no-such", "weighting"), ("departments", "flagged")):
        assert client.get(reverse("staff:run-diagnostics-csv", args=[run.pk, block, key])).status_code == 404


@pytest.mark.parametrize("role", Role)
def test_who_reads_runs_reads_their_diagnostics(role):
    run = diagnosed(responses=30)
    client = client_of(role)
    file = reverse("staff:run-diagnostics-csv", args=[run.pk, "departments", "signal"])
    pages = [overview(run), part(run, "weights"), file]
    assert {client.get(page).status_code for page in pages} == ({200} if role in READING else {403})
    stranger = client_of(*Role, province=province_make("hung-yen"))
    assert {stranger.get(page).status_code for page in pages} == {404}
    assert {Client().get(page).status_code for page in pages} == {302}


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_pages_ask_as_often_for_five_units_as_for_two():
    small, large = (diagnosed(responses=60, units=units, year=2019 + units) for units in (2, 5))
    client = client_of(Role.ANALYST)
    for topic in ("structure", "sensitivity"):
        assert queries(client, part(small, topic)) == queries(client, part(large, topic)) <= 15
    assert queries(client, overview(small)) == queries(client, overview(large)) <= 15


def test_no_cell_of_a_file_is_a_formula():
    run, client = diagnosed(responses=60), client_of(Role.ANALYST)
    Unit.objects.filter(code="so-tai-chinh").update(name_vi="=HYPERLINK(1)")
    names = [row["name"] for row in sheet(client, run, "ranges")]
    assert "'=HYPERLINK(1)" in names
    assert "=HYPERLINK(1)" not in names
    assert '<th scope="row">=HYPERLINK(1)</th>' in shown(client, part(run, "sensitivity"))


def test_names_are_escaped():
    run, client = diagnosed(responses=60), client_of(Role.ANALYST)
    Unit.objects.filter(code="so-tai-chinh").update(name_vi="<script>x</script>")
    page = shown(client, part(run, "sensitivity"))
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_english_says_it_in_english():
    run, client = diagnosed(responses=60), client_of(Role.ANALYST)
    page = shown(client, f"/en{part(run, 'weights')}")
    assert "responses of equal weight (design effect 1." in page


# --- where something cannot be had -----------------------------------------------------------------------------------


def changed(change, *, responses, **facts):
    """The diagnosed run of an edition whose answers were changed before it was closed."""
    edition = edition_answered(responses=responses, **facts)
    change(edition)
    edition = edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    run = run_of(dataset_freeze(edition=edition, by=None, now=NOW), by=user_make(Role.ANALYST))
    job_execute(str(diagnostics_job(run).pk))
    return run


def keep_apart(edition):
    """Nobody rates one of the first two departments together with one of the others."""
    first, second, *_ = BlockUnit.objects.filter(block__edition=edition, block__code="departments").order_by("pk")
    ours = Rating.objects.filter(block_unit__in=[first, second])
    others = Rating.objects.filter(block_unit__block__code="departments").exclude(block_unit__in=[first, second])
    others.filter(response__in=list(ours.values_list("response", flat=True))).delete()


def findings(run, topic, block="departments"):
    sections = client_of(Role.ANALYST).get(part(run, topic, block)).context["sections"]
    return {section.key: section for section in sections}


def test_a_block_of_one_unit_says_what_it_lacks():
    run = diagnosed(responses=60, units=1)
    found = findings(run, "sensitivity")
    assert found["choices"].finding == "Chưa đủ hai đơn vị có hạng nên không hạng nào có thể đổi."
    assert set(found) == {"choices", "errors"}
    raters = findings(run, "raters")
    assert raters["leniency"].finding.startswith("Không có doanh nghiệp nào đánh giá hai đơn vị")
    assert {section.table for section in [*raters.values(), *found.values()]} == {None}
    assert client_of(Role.ANALYST).get(overview(run)).status_code == 200


def test_units_that_share_no_raters_are_named():
    run = changed(keep_apart, responses=240, units=4)
    section = findings(run, "raters")["leniency"]
    assert section.state == "warn"
    assert "việc so sánh chỉ dựa trên lòng tin" in section.finding
    parts = {row["unit"]: row["part"] for row in sheet(client_of(Role.ANALYST), run, "leniency")}
    assert len(set(parts.values())) == 2
    apart = {unit for unit, number in parts.items() if number == "2"}
    assert apart in ({"so-cong-thuong", "so-tai-chinh"}, {"so-xay-dung", "so-noi-vu"})


def test_an_approver_sees_among_the_checks_that_units_share_no_raters():
    run = changed(keep_apart, responses=240, units=4)
    page = shown(client_of(Role.APPROVER), reverse("staff:run-approve", args=[run.pk]))
    assert "Sở, ban, ngành: cần lưu ý người chấm dễ và người chấm chặt." in page
    assert f'href="{part(run, "raters")}"' in page
    calm = diagnosed(responses=60, year=2023)
    assert "cần lưu ý người chấm dễ" not in shown(client_of(Role.ANALYST), reverse("staff:run", args=[calm.pk]))


def test_satisfaction_that_was_not_asked_has_no_drivers():
    run = changed(lambda edition: Rating.objects.update(satisfaction=None), responses=60)
    section = findings(run, "raters")["drivers"]
    assert (section.state, section.table) == ("none", None)
    said = "Quá ít lượt đánh giá trả lời đủ các chỉ số thành phần và mức hài lòng chung (n = 0)."
    assert section.finding == said
