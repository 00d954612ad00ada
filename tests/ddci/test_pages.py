import pytest
from django.contrib.auth.decorators import login_not_required
from django.urls import path

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
