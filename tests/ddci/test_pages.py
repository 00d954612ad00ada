import gzip

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError, connection
from django.test import Client
from django.urls import path

from ddci.core.crypto import code_for
from ddci.core.errors import Forbidden, Invalid, NotNow, TooMany
from ddci.urls import urlpatterns as product_urls


class Refused(NotNow):
    code = "test_refused"
    sentence = "“%(thing)s” is closed."


REFUSALS = {"400": Invalid, "403": Forbidden, "409": NotNow, "429": TooMany}


@login_not_required
def refuse(request, status):
    error = type("Refusal", (REFUSALS[status],), {"code": "test", "sentence": "“%(thing)s” is closed."})
    raise error(thing="DDCI")


@login_not_required
def fail(request):
    raise RuntimeError("a fault")


urlpatterns = [path("refuse/<status>", refuse), path("fail", fail), *product_urls]


@pytest.mark.django_db
@pytest.mark.urls("tests.ddci.test_pages")
@pytest.mark.parametrize("status", ["400", "403", "409", "429"])
def test_refusals_become_pages_with_their_sentence(client, status):
    response = client.get(f"/refuse/{status}")
    assert response.status_code == int(status)
    assert "“DDCI” is closed." in response.content.decode()
    assert '<html lang="vi"' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.urls("tests.ddci.test_pages")
def test_faults_become_a_page_that_names_no_detail(client):
    client.raise_request_exception = False
    response = client.get("/fail")
    assert response.status_code == 500
    assert "a fault" not in response.content.decode()


@pytest.mark.django_db
def test_unknown_address_has_a_page(client):
    response = client.get("/nowhere/at/all/")
    assert response.status_code == 404
    assert '<html lang="vi"' in response.content.decode()


@pytest.mark.django_db
def test_health_is_ok_while_the_database_answers(client):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_pages_forbid_scripts_of_others_and_framing(client):
    policy = client.get("/nowhere/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_error_sentence_fills_its_placeholders():
    assert str(Refused(thing="DDCI 2024")) == "“DDCI 2024” is closed."


@pytest.mark.parametrize("address", ["/s/ABCDEFGHJKMNPQRS/nowhere/", "/en/s/ABCDEFGHJKMNPQRS/nowhere/", "/s/ABCDEFGH"])
def test_an_address_with_a_code_is_told_to_nobody_even_where_no_page_is(client, address):
    response = client.get(address)

    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_pages_are_packed_for_who_can_unpack_them_and_never_to_the_same_length(client: Client) -> None:
    plain = client.get("/s/")
    packed = [client.get("/s/", headers={"Accept-Encoding": "br, gzip"}) for _ in range(8)]

    assert "Content-Encoding" not in plain
    assert {gzip.decompress(each.content) for each in packed} == {plain.content}
    assert all(int(each["Content-Length"]) == len(each.content) < 0.8 * len(plain.content) for each in packed)
    assert {each["Vary"] for each in packed} == {plain["Vary"]}
    # Whoever can have something written into a page learns nothing from how well it is compressed.
    assert len({len(each.content) for each in packed}) > 1


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_told_as_such(client: Client) -> None:
    def away(*_anything: object) -> None:
        raise OperationalError("the connection is gone")

    client.get("/")
    with connection.execute_wrapper(away):
        code = code_for(settings.INVITATION_KEY, "ABCDEF")
        answers = [client.get(address) for address in ("/", "/s/ABCDEF/", f"/s/{code}/")]

    assert [answer.status_code for answer in answers] == [503, 404, 503]
    assert [answer.headers.get("Retry-After") for answer in answers] == ["30", None, "30"]
    assert "chưa được lưu" in answers[0].content.decode()
    assert "Hệ thống hiện chưa trả lời" in answers[2].content.decode()
