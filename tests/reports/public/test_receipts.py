"""The public page of receipts: who was counted, and nothing else."""

from random import Random

import pytest
from django.test import Client
from django.urls import reverse

from surveys.models import Edition
from surveys.selectors.invitations import receipt_sha256
from surveys.services.answering import draft_save, response_submit
from surveys.services.editions import edition_close
from tests.factories.editions import NOW, edition_make
from tests.factories.respondents import edition_asking, invited, unit_key, whole_questionnaire

pytestmark = pytest.mark.django_db


def answered(count: int) -> tuple[Edition, list[str]]:
    edition, receipts = edition_asking(), []
    for _ in range(count):
        invitation = invited(edition)
        draft_save(invitation=invitation, pages=whole_questionnaire(unit_key(edition, "so-tai-chinh")), now=NOW)
        receipts.append(response_submit(invitation=invitation))
    return edition, receipts


def page(edition: Edition) -> str:
    return reverse("public:receipts", args=[edition.province.slug, edition.year])


def test_a_receipt_is_found_however_it_is_typed_and_no_cookie_is_set() -> None:
    edition, receipts = answered(3)
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))

    for typed in (receipts[0], receipts[1].lower(), f" {receipts[2].replace('-', ' ')} "):
        answer = Client().post(page(edition), {"code": typed})
        assert "Có. Mã này nằm trong danh sách" in answer.content.decode()
        assert (answer["Cache-Control"], answer.cookies.keys()) == ("no-store", set())
    strange = Client().post(page(edition), {"code": "ABCD-EFGH-JKMN"}).content.decode()
    assert "Mã này không có trong danh sách" in strange
    assert "Mã này" not in Client().post(page(edition), {"code": "   "}).content.decode()


def test_the_list_is_complete_sorted_and_says_nothing_else() -> None:
    edition, receipts = answered(4)
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))

    listed = Client().get(reverse("public:receipts-file", args=[edition.province.slug, edition.year]))

    assert listed.content.decode().split() == sorted(receipt_sha256(code) for code in receipts)


def test_the_list_appears_only_when_the_survey_has_closed() -> None:
    edition, receipts = answered(1)
    file = reverse("public:receipts-file", args=[edition.province.slug, edition.year])

    answer = Client().post(page(edition), {"code": receipts[0]})
    assert "Danh sách được công bố khi đợt khảo sát kết thúc" in answer.content.decode()
    assert "Có. Mã này" not in answer.content.decode()
    assert Client().get(file).status_code == 404


def test_an_edition_in_preparation_or_unknown_is_not_found() -> None:
    edition = edition_make()

    assert Client().get(page(edition)).status_code == 404
    assert Client().get(reverse("public:receipts", args=["thai-binh", 1999])).status_code == 404
