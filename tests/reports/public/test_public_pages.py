"""Public pages: the numbers of the rows, both languages, nothing that is not published."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Role
from scoring.models import Publication, Score
from surveys.models import BlockUnit, Comment
from tests.factories.people import province_make, user_make
from tests.factories.results import published_edition, scored_edition
from tests.reports.public.reading import PAGES, text_of
from tests.reports.releases import (
    REASON,
    THIN,
    WITHHELD,
    correction_of,
    release_with_gaps,
    store,
    store_charts_and_tables,
)

pytestmark = pytest.mark.django_db


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_unranked_units_stand_in_the_table_with_their_reason(client: Client) -> None:
    release_with_gaps()

    page = text_of(client, "/thai-binh/2024/")

    for code, reason in ((WITHHELD, REASON), (THIN, "Đơn vị có số lượt đánh giá thấp hơn mức tối thiểu.")):
        row = re.search(rf'<tr class="league-unranked" data-unit="{code}".*?</tr>', page, re.S)
        assert row is not None
        assert reason in row.group()


def test_withheld_unit_has_a_page_without_figures(client: Client) -> None:
    publication = release_with_gaps()
    score = Score.objects.get(run=publication.run, block_unit__unit__code=WITHHELD)
    assert score.total is not None

    page = text_of(client, f"/thai-binh/2024/units/{WITHHELD}/")

    assert REASON in page
    assert f"{score.total:.2f}".replace(".", ",") not in page
    assert "<table" not in page


def test_simulated_data_is_marked_and_real_data_is_not(client: Client) -> None:
    published_edition(province=province_make("thai-binh"), simulated=True)
    published_edition(province=province_make("nam-dinh"), simulated=False)

    for path in PAGES:
        assert "banner--simulated" in text_of(client, f"/thai-binh/2024/{path}")
        assert "banner--simulated" not in text_of(client, f"/nam-dinh/2024/{path}")


def test_comment_waits_for_approval(client: Client) -> None:
    publication = published_edition()
    block_unit = BlockUnit.objects.get(block__edition=publication.edition, unit__code="so-cong-thuong")
    Comment.objects.create(block_unit=block_unit, text="chưa duyệt <b>", state="pending")
    Comment.objects.create(block_unit=block_unit, text="x", shown_text="đã duyệt <b>", state="edited")

    page = text_of(client, "/thai-binh/2024/units/so-cong-thuong/")

    assert "chưa duyệt" not in page
    assert "đã duyệt &lt;b&gt;" in page


def test_pages_name_themselves_and_their_other_language(client: Client, settings: object) -> None:
    published_edition()

    page = text_of(client, "/en/thai-binh/2024/methodology/")

    site = "http://127.0.0.1:8000"
    assert f'<link rel="canonical" href="{site}/en/thai-binh/2024/methodology/">' in page
    assert f'hreflang="vi" href="{site}/thai-binh/2024/methodology/"' in page
    assert f'hreflang="x-default" href="{site}/thai-binh/2024/methodology/"' in page
    assert "<title>DDCI Thai Binh 2024: how the scores are computed · DDCI</title>" in page


def test_stored_charts_are_drawn_in_the_readers_theme(client: Client) -> None:
    publication = published_edition()
    before = text_of(client, "/thai-binh/2024/units/so-cong-thuong/")
    store_charts_and_tables(publication)

    after = text_of(client, "/thai-binh/2024/units/so-cong-thuong/")

    assert 'id="profile-so-cong-thuong-title"' not in before
    assert 'id="profile-so-cong-thuong-title"' in after
    assert 'fill="var(--accent)"' in after
    assert "style=" not in after


# --- order -----------------------------------------------------------------------------------------------------------


def order_of(page: str, block: str) -> list[str]:
    table = page[page.index(f'id="{block}-table"') :]
    return re.findall(r'data-unit="([^"]+)"', table[: table.index("</table>")])


def test_table_sorts_by_link_without_script(client: Client) -> None:
    publication = published_edition(units=5, responses=80)
    stored = Score.objects.filter(run=publication.run, block__code="departments")
    by_n = [score.block_unit.unit.code for score in sorted(stored, key=lambda score: (-score.n, score.rank))]
    by_rank = [score.block_unit.unit.code for score in sorted(stored, key=lambda score: score.rank)]

    assert order_of(text_of(client, "/thai-binh/2024/"), "departments") == by_rank
    assert order_of(text_of(client, "/thai-binh/2024/?sort=rank&order=desc"), "departments") == by_rank[::-1]
    assert order_of(text_of(client, "/thai-binh/2024/?sort=n"), "departments") == by_n
    assert order_of(text_of(client, "/thai-binh/2024/?sort=nothing&order=x"), "departments") == by_rank


def test_names_sort_as_vietnamese_readers_expect(client: Client) -> None:
    published_edition(units=5, responses=80)

    page = text_of(client, "/thai-binh/2024/?sort=name")

    assert order_of(page, "localities") == ["dong-hung", "quynh-phu", "tp-thai-binh", "tien-hai", "vu-thu"]


# --- what is not published -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/thai-binh/", *(f"/thai-binh/2024/{path}" for path in PAGES)])
def test_nothing_is_found_before_publication(client: Client, path: str) -> None:
    scored_edition()

    assert client.get(path).status_code == 404
    assert "thai-binh" not in text_of(client, "/")


# --- releases --------------------------------------------------------------------------------------------------------


def test_correction_is_explained_and_the_first_release_stays(client: Client) -> None:
    correction_of(published_edition(), "Sửa số liệu hành chính.")

    newest, first = text_of(client, "/thai-binh/2024/"), text_of(client, "/thai-binh/2024/?release=1")

    assert "Sửa số liệu hành chính." in newest
    assert '<meta name="robots" content="noindex">' in first
    assert '<meta name="robots" content="noindex">' not in newest
    assert "đã được đính chính bằng lần công bố 2" in first
    assert "units/so-cong-thuong/?release=1" in first


# --- speed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_pages_need_as_many_queries_for_four_units_as_for_two(client: Client, path: str) -> None:
    counts = []
    for slug, units in (("two", 2), ("four", 4)):
        published_edition(province=province_make(slug), units=units)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            text_of(client, f"/{slug}/2024/{path}")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_reader_who_has_the_page_gets_304_until_something_is_new(client: Client) -> None:
    publication = published_edition()
    first = client.get("/thai-binh/2024/downloads/")
    etag = first.headers["ETag"]

    assert client.get("/thai-binh/2024/downloads/", headers={"If-None-Match": etag}).status_code == 304
    assert client.get("/thai-binh/2024/downloads/", headers={"If-None-Match": '"other"'}).status_code == 200
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    store(publication, "new.csv", b"a,b")
    again = client.get("/thai-binh/2024/downloads/", headers={"If-None-Match": etag})
    assert again.status_code == 200
    assert b"new.csv" in again.content


def test_an_edited_name_shows_after_an_hour(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    publication: Publication = published_edition()
    text_of(client, "/thai-binh/2024/")
    type(publication.edition).objects.filter(pk=publication.edition.pk).update(title_vi="DDCI, tên mới")
    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: later)

    assert "DDCI, tên mới" in text_of(client, "/thai-binh/2024/")


def test_what_is_said_to_one_person_does_not_stand_in_a_page_kept_for_all(client: Client) -> None:
    province = published_edition(responses=30).edition.province
    staff = Client()
    staff.force_login(user_make(Role.MANAGER, province=province))
    mail = {"email": "moi@example.vn", "full_name": "Trần Thị Mới", "role": "analyst"}
    staff.post(f"/staff/provinces/{province.slug}/members/", mail)

    assert "Trần Thị Mới" not in text_of(staff, "/thai-binh/2024/")
    assert "Trần Thị Mới" not in text_of(client, "/thai-binh/2024/")
