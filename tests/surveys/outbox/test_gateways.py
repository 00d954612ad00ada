"""SMS and Zalo: a real HTTP server as gateway; the file for trying out; texts and their length."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project

from surveys.messages.gateways import Gateway, HttpCarrier
from surveys.messages.parcels import Outcome, Parcel, Result
from surveys.messages.short import Length, length_of, plain
from surveys.messages.texts import filled, paragraphs, text_faults
from surveys.selectors.invitations import code_of
from tests.surveys.outbox.test_returns import sms_sent

PARCEL = Parcel(to="+84912345678", token="t-1", text="Kính mời: x", values={"code": "ABCD"})


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        content = self.rfile.read(int(self.headers["Content-Length"]))
        server.asked.append((self.path, dict(self.headers), json.loads(content)))
        status, body = server.replies.pop(0)
        if status == 0:  # says nothing and hangs up
            self.close_connection = True
            return
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_facts: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    made: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made.asked, made.replies = [], []
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def gateway(server: Any, **facts: Any) -> Gateway:
    template = {"phone": "{to_84}", "data": {"code": "{code}", "other": "{other}"}, "text": "{text}", "kind": 2}
    return Gateway("sms", f"http://127.0.0.1:{server.server_port}/send?v=1", template, timeout=2, **facts)


def test_a_gateway_is_asked_in_its_own_words_and_with_a_name_for_the_message(server: Any) -> None:
    server.replies = [(202, b"{}")]

    outcome = HttpCarrier(gateway(server, headers={"Authorization": "Bearer x"})).send(PARCEL)

    assert outcome == Outcome(Result.ACCEPTED, "202")
    path, headers, sent = server.asked[0]
    assert (path, headers["Idempotency-Key"], headers["Authorization"]) == ("/send?v=1", "t-1", "Bearer x")
    data = {"code": "ABCD", "other": "{other}"}
    assert sent == {"phone": "84912345678", "data": data, "text": "Kính mời: x", "kind": 2}


@pytest.mark.parametrize(
    ("reply", "facts", "expected"),
    [
        ((429, b""), {}, (Result.LATER, "429")),
        ((400, b"no such number +84912345678"), {}, (Result.REFUSED, "400")),
        ((401, b""), {}, (Result.LOST, "401")),
        ((302, b""), {}, (Result.LOST, "302")),
        ((502, b""), {}, (Result.UNCLEAR, "502")),
        ((502, b""), {"repeats": True}, (Result.LATER, "502")),
        ((0, b""), {}, (Result.UNCLEAR, "")),
        ((0, b""), {"repeats": True}, (Result.LATER, "")),
        ((200, b'{"error": 0}'), {"error_field": "error"}, (Result.ACCEPTED, "200")),
        ((200, b'{"error": -124, "message": "+84912345678"}'), {"error_field": "error"}, (Result.REFUSED, "200 -124")),
        ((200, b"<html>"), {"error_field": "error"}, (Result.UNCLEAR, "200")),
    ],
)
def test_what_a_gateway_replies_is_judged(server: Any, reply: Any, facts: Any, expected: Any) -> None:
    server.replies = [reply]

    outcome = HttpCarrier(gateway(server, **facts)).send(PARCEL)

    assert (outcome.result, outcome.status) == expected


def test_a_gateway_that_is_not_there_has_got_nothing(server: Any) -> None:
    gone = Gateway("sms", "http://127.0.0.1:1/", {"text": "{text}"}, timeout=1)

    assert HttpCarrier(gone).send(PARCEL) == Outcome(Result.LOST)


@pytest.mark.django_db
def test_a_text_message_goes_to_the_mobile_of_the_frame_with_the_link(settings: Any) -> None:
    path = Path(project.VAR_DIR) / "messages" / "sms.jsonl"
    path.unlink(missing_ok=True)

    campaign = sms_sent(settings)

    message = campaign.messages.select_related("invitation").get()
    (line,) = path.read_text(encoding="utf-8").splitlines()
    sent = json.loads(line)
    assert (sent["to"], sent["id"]) == ("+84912345678", str(message.token))
    assert f"{settings.SITE_URL}/s/{code_of(message.invitation)}/" in sent["text"]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_a_land_line_takes_no_text_message(settings: Any) -> None:
    campaign = sms_sent(settings, phone="+842273831234")

    assert list(campaign.messages.values_list("state", "reason")) == [("suppressed", "no_contact")]


def test_segments_are_counted_as_networks_do() -> None:
    assert length_of("a" * 160) == Length(160, 1, False)
    assert length_of("a" * 161) == Length(161, 2, False)
    assert length_of("[" * 80) == Length(160, 1, False)
    assert length_of("đ" * 70) == Length(70, 1, True)
    assert length_of("đ" * 71) == Length(71, 2, True)
    assert length_of("😀") == Length(2, 1, True)
    assert plain("Kính mời “Đông Hưng” – Hiệp hội…") == 'Kinh moi "Dong Hung" - Hiep hoi...'


def test_faults_of_a_text_are_told_with_their_place() -> None:
    faults = text_faults("Xin chào {busines},\nmã {code} }")

    assert len(faults) == 3
    assert "1" in faults[0]
    assert "10" in faults[0]
    assert "{busines}" in faults[0]
    assert "2" in faults[1]
    assert text_faults("{link}") == []


def test_braces_and_tags_in_a_name_stay_what_they_are() -> None:
    values = {"business": "A {link} <b>", "link": "https://x/s/1/"}

    assert filled("{business}: {link}", values) == "A {link} <b>: https://x/s/1/"
    assert paragraphs("a {business}\n\n{link}\n\nb {link}.", values) == [
        [("text", "a A {link} <b>")],
        [("button", "https://x/s/1/")],
        [("text", "b "), ("link", "https://x/s/1/"), ("text", ".")],
    ]
