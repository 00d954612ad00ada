"""Files are sent as they were stored, for ever the same."""

import pytest
from django.test import Client

from tests.factories.people import province_make
from tests.factories.results import published_edition
from tests.reports.releases import correction_of, store

pytestmark = pytest.mark.django_db
ADDRESS = "/thai-binh/2024/files/ddci-thai-binh-2024-r1-scores.csv"


def test_file_comes_with_its_bytes_size_hash_and_name(client: Client) -> None:
    kept = store(published_edition(), "ddci-thai-binh-2024-r1-scores.csv", b"a,b\n1,2\n")

    response = client.get(ADDRESS)

    assert b"".join(response.streaming_content) == b"a,b\n1,2\n"
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == ("attachment; filename*=UTF-8''ddci-thai-binh-2024-r1-scores.csv")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["ETag"] == f'"{kept.sha256}"'


def test_known_file_is_not_sent_again(client: Client) -> None:
    kept = store(published_edition(), "ddci-thai-binh-2024-r1-scores.csv", b"a,b\n")

    response = client.get(ADDRESS, headers={"If-None-Match": f'"{kept.sha256}"'})

    assert response.status_code == 304


def test_packed_file_keeps_its_size_for_a_browser_that_takes_gzip(client: Client) -> None:
    content = b"%PDF-1.7 " * 400
    store(published_edition(), "book.pdf", content, kind="book", format="pdf", language="vi")

    response = client.get("/thai-binh/2024/files/book.pdf", headers={"Accept-Encoding": "gzip"})

    assert response.headers["Content-Length"] == str(len(content))
    assert b"".join(response.streaming_content) == content


def test_file_of_a_corrected_release_keeps_its_address(client: Client) -> None:
    first = published_edition()
    store(first, "ddci-thai-binh-2024-r1-scores.csv", b"old")
    correction_of(first, "Sửa.")

    assert b"".join(client.get(ADDRESS).streaming_content) == b"old"


def test_file_of_another_province_is_not_found_here(client: Client) -> None:
    published_edition()
    other = published_edition(province=province_make("nam-dinh"))
    store(other, "ddci-nam-dinh-2024-r1-scores.csv", b"x")

    assert client.get("/thai-binh/2024/files/ddci-nam-dinh-2024-r1-scores.csv").status_code == 404


def test_downloads_page_lists_size_and_hash_and_says_when_files_are_missing(client: Client) -> None:
    publication = published_edition()
    kept = store(publication, "ddci-thai-binh-2024-r1-scores.csv", b"a,b\n")
    waiting = client.get("/thai-binh/2024/downloads/").content.decode()
    store(publication, "ddci-thai-binh-2024-r1-all.zip", b"PK", kind="archive", format="zip")

    ready = client.get("/thai-binh/2024/downloads/").content.decode()

    assert "đang được chuẩn bị" in waiting
    assert "đang được chuẩn bị" not in ready
    assert kept.sha256 in ready
    assert "ddci-thai-binh-2024-r1-all.zip" in ready


def test_a_name_that_no_database_holds_is_not_found(client: Client) -> None:
    published_edition(responses=30)

    assert client.get("/thai-binh/2024/files/a%00b.pdf").status_code == 404
