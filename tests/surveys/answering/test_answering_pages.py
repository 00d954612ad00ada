"""The pages of respondents: what they show, what they keep, what they never do."""

from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from surveys.answers.drafts import SectionPage
from surveys.enums import EditionState, UnitKind
from surveys.models import BlockUnit, Draft, Edition, Invitation, Response, Unit
from surveys.selectors.answering import draft_content
from surveys.selectors.invitations import code_of, receipt_of
from surveys.services.answering import draft_save, response_submit
from surveys.services.editions import edition_open
from tests.factories.ballots import box_opened
from tests.factories.editions import NOW, edition_make
from tests.factories.people import province_make
from tests.factories.respondents import edition_asking, entry_pages, invited, unit_key, whole_questionnaire

pytestmark = pytest.mark.django_db


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    return {model._meta.label: sorted(model._default_manager.values_list(), key=repr) for model in apps.get_models()}


def addresses(code: str, unit: int) -> list[str]:
    """Every address of a respondent."""
    places = {"section": {"unit": unit, "section": "transparency"}, "overall": {"unit": unit}}
    names = ["start", "about", "discard", "profile", "units", "section", "overall", "review", "send", "receipt"]
    return [reverse(f"answering:{name}", kwargs={"code": code, **places.get(name, {})}) for name in names]


@pytest.fixture
def edition() -> Edition:
    return edition_asking()


@pytest.fixture
def finance(edition: Edition) -> int:
    return unit_key(edition, "so-tai-chinh")


def begun(edition: Edition, *units: int) -> Invitation:
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=entry_pages(*units), now=NOW)
    return invitation


def saved(invitation: Invitation) -> Any:
    return draft_content(Invitation.objects.get(pk=invitation.pk))


@pytest.mark.parametrize("stage", ["invited", "begun", "answered", "sent"])
def test_get_and_head_change_nothing(client: Client, edition: Edition, finance: int, stage: str) -> None:
    invitation = invited(edition)
    if stage != "invited":
        pages = entry_pages(finance) if stage == "begun" else whole_questionnaire(finance)
        draft_save(invitation=invitation, pages=pages, now=NOW)
    if stage == "sent":
        response_submit(invitation=invitation)
    before = everything()

    for address in [reverse("answering:enter"), *addresses(code_of(invitation), finance)]:
        for prefix in ("", "/en"):
            assert client.get(prefix + address).status_code in {200, 302, 410}
            assert client.head(prefix + address).status_code in {200, 302, 410}

    assert everything() == before


def test_every_answer_is_discreet(client: Client, edition: Edition, finance: int) -> None:
    invitation = begun(edition, finance)

    for address in [reverse("answering:enter"), *addresses(code_of(invitation), finance), "/s/WRONG/"]:
        answer = client.get(address)
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert not answer.cookies


def test_consent_is_asked_and_never_given_in_advance(client: Client, edition: Edition) -> None:
    invitation = invited(edition)
    address = reverse("answering:start", kwargs={"code": code_of(invitation)})

    page = client.get(address).content.decode()
    refused = client.post(address, {"go": "next"})

    assert 'name="consent" value="yes">' in page
    assert refused.status_code == 422
    assert "nếu chưa đồng ý" in refused.content.decode()
    assert not Draft.objects.exists()


def test_without_consent_no_further_page_opens(client: Client, edition: Edition, finance: int) -> None:
    code = code_of(invited(edition))
    about = reverse("answering:about", kwargs={"code": code})

    for name in ("profile", "units", "review"):
        assert client.get(reverse(f"answering:{name}", kwargs={"code": code}))["Location"] == about
    answer = client.post(reverse("answering:profile", kwargs={"code": code}), {"p-type": "enterprise", "go": "next"})
    assert answer.status_code == 409
    assert not Draft.objects.exists()


def test_the_journey_without_a_script(client: Client, edition: Edition, finance: int) -> None:
    invitation = invited(edition)
    code = code_of(invitation)

    def go_on(address: str, **fields: Any) -> str:
        answer = client.post(address, {"tab": "a", "turn": "0", "seen": "99", "go": "next", **fields})
        assert answer.status_code == 303
        return str(answer["Location"])

    typed = client.post(reverse("answering:enter"), {"code": code.lower()})
    place = go_on(typed["Location"], consent="yes")
    place = go_on(place, **{"p-type": "enterprise", "p-size": "micro"})
    place = go_on(place, unit=[finance])
    told = go_on(place, **{"q-MB1": "3", "q-MB2": "1"})
    assert told == f"{place}?open=1#told"
    assert "còn 1 câu chưa trả lời" in client.get(told).content.decode()
    place = go_on(place, **{"q-MB1": "3", "q-MB2": "1", "n-MB3": "12"})
    place = go_on(place, **{"q-TG1": "na", "n-TG1": ""})
    place = go_on(place, satisfaction="8", comment="Cán bộ nhiệt tình.")
    assert place.startswith(reverse("answering:review", kwargs={"code": code}))
    sent = client.post(reverse("answering:send", kwargs={"code": code}))

    assert receipt_of(invitation) in client.get(sent["Location"]).content.decode()
    again = client.post(reverse("answering:send", kwargs={"code": code}))
    assert again["Location"] == sent["Location"]
    assert box_opened(edition).responses == 1
    rating = Response.objects.get().ratings.get()
    assert (rating.answers, rating.satisfaction) == ({"MB1": 3, "MB2": 1, "MB3": 12, "TG1": "na"}, 8)


def section_address(code: str, unit: int, section: str = "transparency") -> str:
    return reverse("answering:section", kwargs={"code": code, "unit": unit, "section": section})


def test_a_condition_stands_in_words_and_hides_only_for_scripts(client: Client, edition: Edition, finance: int) -> None:
    page = client.get(section_address(code_of(begun(edition, finance)), finance)).content.decode()

    assert "Chỉ trả lời câu này nếu câu 2 trả lời là “Có”." in page
    assert 'data-depends-on="MB2" data-depends-answers="1"' in page


def test_a_number_that_cannot_be_taken_stays_in_its_field(client: Client, edition: Edition, finance: int) -> None:
    invitation = begun(edition, finance)
    fields = {"q-MB1": "3", "q-MB2": "1", "n-MB3": "1.000", "go": "next"}

    answer = client.post(section_address(code_of(invitation), finance), fields)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="1.000"' in page
    assert 'aria-invalid="true"' in page
    assert saved(invitation).ratings == {finance: {"MB1": 3, "MB2": 1}}


@pytest.mark.parametrize(
    ("stored", "fields", "kept"),
    [
        ({}, {"n-TG1": "5", "q-TG1": "na"}, 5),
        ({"TG1": "na"}, {"n-TG1": "5", "q-TG1": "na"}, 5),
        ({"TG1": "na"}, {"n-TG1": "5", "q-TG1": "dk"}, 5),
        ({"TG1": 5}, {"n-TG1": "5", "q-TG1": "dk"}, "dk"),
        ({"TG1": 5}, {"n-TG1": "", "q-TG1": "dk"}, "dk"),
        ({"TG1": 5}, {"n-TG1": ""}, None),
    ],
)
def test_of_a_number_and_not_applicable_the_changed_one_counts(
    client: Client, edition: Edition, finance: int, stored: dict[str, Any], fields: dict[str, str], kept: object
) -> None:
    invitation = begun(edition, finance)
    draft_save(invitation=invitation, pages=[SectionPage(finance, stored)], now=NOW)

    client.post(section_address(code_of(invitation), finance, "time_costs"), {**fields, "go": "next"})

    assert saved(invitation).ratings[finance].get("TG1") == kept


def test_an_autosave_answers_with_the_time_of_the_save(client: Client, edition: Edition, finance: int) -> None:
    invitation = begun(edition, finance)
    address = section_address(code_of(invitation), finance)

    fields = {"q-MB1": "3", "n-MB3": "x", "tab": "a", "turn": "1", "seen": "1", "go": "autosave"}
    told = client.post(address, fields).json()

    time = Draft.objects.get().saved_at.astimezone().strftime("%M")
    assert told["status"].startswith("Đã lưu ")
    assert told["status"].endswith(f":{time}")
    assert (told["revision"], list(told["faults"]), told["notice"]) == (2, ["MB3"], "")
    assert saved(invitation).at == f"rate/{finance}/transparency"


def test_a_page_saved_elsewhere_is_told_on_the_next_page(client: Client, edition: Edition, finance: int) -> None:
    invitation = begun(edition, finance)
    address = section_address(code_of(invitation), finance)
    client.post(address, {"q-MB1": "4", "q-MB2": "0", "tab": "a", "seen": "1", "go": "next"})

    answer = client.post(address, {"q-MB1": "1", "tab": "b", "seen": "1", "go": "next"})

    page = client.get(answer["Location"]).content.decode()
    assert "cũng đã được sửa ở một cửa sổ hoặc thiết bị khác" in page
    assert f'href="{address}"' in page
    assert saved(invitation).ratings == {finance: {"MB1": 1, "MB2": 0}}


def test_the_link_goes_on_where_it_stopped(client: Client, edition: Edition, finance: int) -> None:
    invitation = begun(edition, finance)
    address = section_address(code_of(invitation), finance)
    client.post(address, {"q-MB1": "4", "q-MB2": "0", "go": "next"})

    again = Client().get(reverse("answering:start", kwargs={"code": code_of(invitation)}))

    assert again["Location"] == section_address(code_of(invitation), finance, "time_costs")


def test_the_language_switch_saves_and_keeps_the_place(client: Client, edition: Edition, finance: int) -> None:
    invitation = begun(edition, finance)
    address = section_address(code_of(invitation), finance)

    answer = client.post(address, {"q-MB1": "4", "go": "lang:en"})

    assert answer["Location"] == f"/en{address}"
    assert "Received the information?" in client.get(answer["Location"]).content.decode()
    assert saved(invitation).ratings == {finance: {"MB1": 4}}
    assert client.post(address, {"go": "lang:xx"})["Location"] == address


def test_a_choice_beyond_the_rule_is_kept_and_explained(client: Client, edition: Edition) -> None:
    departments = list(BlockUnit.objects.filter(block__code="departments").values_list("pk", flat=True))
    invitation = begun(edition)
    address = reverse("answering:units", kwargs={"code": code_of(invitation)})

    answer = client.post(address, {"unit": departments, "go": "next"})

    assert answer["Location"] == f"{address}?open=1#told"
    assert "đã chọn 3 đơn vị; được đánh giá nhiều nhất 2" in client.get(answer["Location"]).content.decode()
    assert sorted(saved(invitation).units) == sorted(departments)


def test_units_of_another_edition_are_not_taken(client: Client, edition: Edition) -> None:
    foreign = unit_key(edition_make(province=province_make("hung-yen")), "so-tai-chinh")
    invitation = begun(edition)
    code = code_of(invitation)

    client.post(reverse("answering:units", kwargs={"code": code}), {"unit": [foreign], "go": "next"})

    assert saved(invitation).units == []
    assert client.get(section_address(code, foreign)).status_code == 404


def test_a_whole_page_costs_one_query_and_a_save_few(
    client: Client, edition: Edition, finance: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    code = code_of(begun(edition, finance))
    client.get(section_address(code, finance))

    for address in addresses(code, finance)[1:8]:
        with django_assert_num_queries(1):
            client.get(address)
    # The invitation with its draft; the draft replaced.
    with django_assert_num_queries(2):
        client.post(section_address(code, finance), {"q-MB1": "3", "go": "next"})


def test_two_hundred_units_cost_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    edition = edition_make()
    localities = edition.blocks.get(code="localities")
    units = [
        Unit(province=edition.province, code=f"xa-{n}", name_vi=f"Xã Đông Quan {n}", kind=UnitKind.COMMUNE)
        for n in range(200)
    ]
    BlockUnit.objects.bulk_create(BlockUnit(block=localities, unit=unit) for unit in Unit.objects.bulk_create(units))
    edition_open(edition=edition, by=None, now=NOW)
    address = reverse("answering:units", kwargs={"code": code_of(begun(edition))})
    client.get(address)

    with django_assert_num_queries(1):
        page = client.get(address).content.decode()

    assert page.count('name="unit"') == 206
    assert 'data-search="xa dong quan 7 ' in page


def kinds(client: Client, invitation: Invitation) -> set[int]:
    answers = [client.get(address) for address in addresses(code_of(invitation), 1)[:-2]]
    return {answer.status_code for answer in answers}


def test_each_state_has_its_own_page(client: Client, edition: Edition, finance: int) -> None:
    waiting = invited(edition_make(year=2030))
    sent = begun(edition, finance)
    draft_save(invitation=sent, pages=whole_questionnaire(finance), now=NOW)
    response_submit(invitation=sent)
    late = invited(edition)

    assert kinds(client, waiting) == {409}
    assert kinds(client, sent) == {410}
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.CLOSED)
    assert kinds(client, late) == {410}
    assert "Khảo sát đã kết thúc" in client.get(addresses(code_of(late), 1)[0]).content.decode()
    assert "Doanh nghiệp đã gửi phiếu" in client.get(addresses(code_of(sent), 1)[0]).content.decode()
    assert client.get("/s/ABCDEFGH12345678/").status_code == 404
    refused = client.post(addresses(code_of(late), finance)[3], {"go": "autosave"})
    assert (refused.status_code, refused.json()["code"]) == (410, "already_closed")


def test_withdrawing_asks_first_and_then_deletes(client: Client, edition: Edition, finance: int) -> None:
    code = code_of(begun(edition, finance))
    address = reverse("answering:discard", kwargs={"code": code})

    assert "Xóa các câu trả lời đã lưu?" in client.get(address).content.decode()
    client.post(address)

    assert not Draft.objects.exists()
    assert client.get(address)["Location"] == reverse("answering:start", kwargs={"code": code})


def test_simulated_editions_say_so_on_every_page(client: Client, edition: Edition, finance: int) -> None:
    real = edition_asking(year=2031, simulated=False)

    def banner(of: Edition) -> set[bool]:
        unit = unit_key(of, "so-tai-chinh")
        code = code_of(begun(of, unit))
        pages = [client.get(address).content.decode() for address in addresses(code, unit)[1:8]]
        return {"banner--simulated" in page for page in pages}

    assert (banner(edition), banner(real)) == ({True}, {False})


def test_wrong_typed_codes_are_limited_and_right_ones_then_too(client: Client, edition: Edition) -> None:
    code, address = code_of(invited(edition)), reverse("answering:enter")

    wrong = [client.post(address, {"code": f"ABCD{number}"}).status_code for number in range(10)]
    limited = client.post(address, {"code": code})

    assert wrong == [404] * 10
    assert (limited.status_code, limited["Retry-After"]) == (429, "900")
    # A valid link is no guess; another sender is not limited.
    assert client.get(reverse("answering:start", kwargs={"code": code})).status_code == 200
    assert client.get("/s/ABCD/").status_code == 429
    assert client.post(address, {"code": code}, REMOTE_ADDR="10.9.8.7").status_code == 302
