"""The linkage audit: everything an operator has finds no answer of a participant, before and after opening; and each
planted leak is found by the same search.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.enums import Role
from ddci.core.crypto import unsealed
from ddci.core.linkage import Attempt, Traces, attempts
from ddci.core.sealing import secret_unlocked, unpadded, unsealed_by
from surveys.answers.ballot import Ballot
from surveys.answers.drafts import SectionPage
from surveys.enums import Channel, InvitationState, MessageKind
from surveys.management.commands.linkage_audit import DECLARED, findings
from surveys.models import (
    BlockUnit,
    Business,
    Edition,
    Invitation,
    Rating,
    Response,
    SampleMember,
    SealedResponse,
    UnitCounter,
)
from surveys.population.plan import Plan
from surveys.selectors.ballots import BoxCount, boxes_of, wrapping_key
from surveys.selectors.linkage import BOXES, RESPONSES, Evidence, evidence_of
from surveys.services.answering import draft_save, response_submit
from surveys.services.ballot_keys import locked_secret_of
from surveys.services.fieldwork import fieldwork_look_after
from surveys.services.samples import sample_draw, sample_invite
from surveys.services.sittings import sitting_start
from tests.factories.ballots import PASSPHRASES, box_opened
from tests.factories.editions import NOW
from tests.factories.frames import business_make
from tests.factories.messages import messages_go
from tests.factories.people import user_make
from tests.factories.respondents import ANSWERS, edition_asking, entry_pages, unit_key

# Six trays are emptied on the way, four answers stay in the tray.
PEOPLE, WAITING, CLASSES, TOGETHER = 64, 4, 6, 10
Sent = dict[int, str]


def drawn(edition: Edition) -> list[Invitation]:
    """`PEOPLE` businesses of the frame in two strata, all drawn and invited; the frame says what size and type they are
    (three are of a rare type) and with which units they dealt.
    """
    for at in range(PEOPLE):
        size = "micro" if at % 3 else "small"
        kind = "cooperative" if at in {8, 9, 20} else "enterprise" if at % 2 else "household"
        business_make(edition.province, at, type=kind, size=size, units=["so-tai-chinh", "so-y-te"][: 1 + at % 2])
    plan = Plan(size=PEOPLE, variables=("size",), smallest=5, seed=4)
    sample = sample_draw(edition=edition, plan=plan, by=None, now=NOW)
    return sample_invite(sample=sample, wave=0, by=None, now=NOW)


def voted(edition: Edition) -> Sent:
    """Everybody drawn is invited by mail, reminded and votes, each saying a number of its own (MB3), in an order that
    is none of names or keys; gives the invitation of each number, in the order of voting. Every fourth is called by an
    interviewer.
    """
    interviewer = user_make(Role.INTERVIEWER)
    finance = unit_key(edition, "so-tai-chinh")
    numbers: Sent = {}
    rng = Random(7)
    order, said = drawn(edition), rng.sample(range(366), PEOPLE)
    rng.shuffle(order)
    messages_go(edition, MessageKind.INVITATION)
    for at, (number, invitation) in enumerate(zip(said, order, strict=True)):
        if at == PEOPLE // 2:  # goes only to those who have not voted, in the midst of it
            messages_go(edition, MessageKind.REMINDER_1)
        business = Business.objects.get(pk=invitation.business_id)
        profile = {"type": business.type, "size": business.size}
        pages = [*entry_pages(finance, profile=profile), SectionPage(finance, {**ANSWERS, "MB3": number})]
        now, call = NOW + timedelta(minutes=at), {"invitation": invitation, "channel": Channel.PHONE, "by": interviewer}
        sitting = None if at % 4 else sitting_start(**call, now=now)
        draft_save(invitation=invitation, pages=pages, now=now, sitting=sitting)
        before = counters()
        response_submit(invitation=invitation, sitting=sitting, day=now.date())
        # No counter of a unit moves with one submission: they rise for a whole tray at once, all written anew.
        assert counters() == before
        fieldwork_look_after(edition=edition, today=now.date())
        assert sum(counters().values()) - sum(before.values()) in {0, TOGETHER}
        numbers[number] = str(invitation.pk)
    return numbers


def counters() -> dict[int, int]:
    return dict(UnitCounter.objects.values_list("block_unit", "ratings"))


def truth_of_boxes(edition: Edition, numbers: Sent) -> dict[str, str]:
    """The strongest operator of all: one who has talked a key holder into giving the passphrase away."""
    holder = edition.key_holders.order_by("pk")[0]
    own = secret_unlocked(locked_secret_of(holder), PASSPHRASES[0])
    secret, key = unsealed_by(own, bytes(holder.sealed_key)), wrapping_key(edition.ballot_box)
    truth = {}
    for box in SealedResponse.objects.all():
        ballot = Ballot.from_bytes(unpadded(unsealed_by(secret, unsealed(key, bytes(box.box)))))
        truth[numbers[int(ballot.ratings[0].answers["MB3"])]] = box.pk.hex
    return truth


def truth_of_responses(numbers: Sent) -> dict[str, str]:
    rows = Response.objects.prefetch_related("ratings")
    return {numbers[int(row.ratings.all()[0].answers["MB3"])]: row.pk.hex for row in rows}


def tried(evidence: Evidence, truth: dict[str, str]) -> list[Attempt]:
    found = attempts(evidence.participants, evidence.answers, truth, evidence.strata)
    return [each for each in found if (each.left, each.right) not in DECLARED]


def leaks(evidence: Evidence, truth: dict[str, str]) -> list[str]:
    return [f"{each.manner} {each.left} {each.right}" for each in tried(evidence, truth) if each.leaks]


def dump() -> dict[str, str]:
    """A dump of the database as PostgreSQL's own tool writes it, where the tool is at hand."""
    found = connection.settings_dict
    if connection.vendor != "postgresql" or not shutil.which("pg_dump"):
        return {}
    address = f"postgresql://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    made = subprocess.run(["pg_dump", "--data-only", address], capture_output=True, text=True, check=False)
    return {"dump": made.stdout} if made.returncode == 0 else {}


@pytest.mark.django_db(transaction=True)
def test_everything_an_operator_has_finds_nobody_before_or_after_opening(capfd: pytest.CaptureFixture[str]) -> None:
    edition = edition_asking()
    numbers = voted(edition)
    edition = Edition.objects.get(pk=edition.pk)
    assert boxes_of(edition) == BoxCount(PEOPLE - WAITING, WAITING)
    logs = capfd.readouterr()
    documents = {"log": logs.err + logs.out, **dump()}

    shut = evidence_of(edition, answers=BOXES, documents=documents)
    truth = truth_of_boxes(edition, numbers)
    assert (len(shut.participants.owners), len(truth)) == (PEOPLE, PEOPLE - WAITING)
    assert len(shut.participants.values) >= 15
    assert (shut.direct, findings(shut), leaks(shut, truth)) == ([], [], [])

    box_opened(edition)
    edition = Edition.objects.get(pk=edition.pk)
    opened = evidence_of(edition, answers=RESPONSES, documents=dump())
    truth = truth_of_responses(numbers)
    assert len(truth) == PEOPLE
    assert (opened.direct, findings(opened), leaks(opened, truth)) == ([], [], [])
    seen = {name.partition(".")[0] for name in opened.participants.values}
    assert seen >= {"surveys_business", "surveys_samplemember", "surveys_receipt"}
    # Luck is right once in each class of stratum, size and type; of a thousand attempts the best may be right a few
    # times more (more than 20 times: about once in a million attempts).
    assert len(set(opened.strata.values())) == CLASSES
    assert max(each.hits for each in tried(opened, truth)) <= 20
    call_command("linkage_audit", "--edition", "thai-binh/2024")


@contextmanager
def column_planted(kind: str, values: dict[Any, Any], table: str = "surveys_response") -> Iterator[None]:
    """A column that a careless programmer might add, of responses or another table."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN planted {kind}")
        for key, value in values.items():
            cursor.execute(f"UPDATE {table} SET planted = %s WHERE id = %s", [value, key])
        yield
        cursor.execute(f"ALTER TABLE {table} DROP COLUMN planted")


@contextmanager
def table_planted(handle: str, answer: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE planted (invitation varchar(40), note varchar(80))")
        cursor.execute("INSERT INTO planted VALUES (%s, %s)", [handle, answer])
        yield
        cursor.execute("DROP TABLE planted")


@contextmanager
def calls_planted(turns: dict[int, int]) -> Iterator[None]:
    """A table that points at businesses of the sample only."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE calls (member_id bigint REFERENCES surveys_samplemember (id), turn integer)")
        for member, turn in turns.items():
            cursor.execute("INSERT INTO calls VALUES (%s, %s)", [member, turn])
        yield
        cursor.execute("DROP TABLE calls")


def written_with_invitations(truth: dict[str, str]) -> None:
    """The design that suggests itself: one transaction marks the invitation and stores the answer."""
    for owner in sorted(truth, key=int):
        with transaction.atomic():
            response = Response.objects.get(pk=truth[owner])
            ratings = list(response.ratings.all())
            response.delete()
            response.pk = truth[owner]
            response.save(force_insert=True)
            Rating.objects.bulk_create(ratings)
            Invitation.objects.filter(pk=owner).update(state=InvitationState.DONE)


def leaks_through_the_business(order: dict[str, int], truth: dict[str, str]) -> None:
    """What a careless programmer might write beside the frame, the sample, or by a name alone."""
    business_of = dict(Invitation.objects.values_list("pk", "business"))
    turns = {business_of[int(owner)]: order[answer] for owner, answer in truth.items()}
    members = {member.pk: turns[member.business_id] for member in SampleMember.objects.all()}
    edition = Edition.objects.get()
    with (
        column_planted("integer", {key: 5000 + at for key, at in order.items()}),
        column_planted("integer", turns, "surveys_business"),
        calls_planted(members),
    ):
        found = leaks(evidence_of(edition), truth)
        assert "order surveys_business.planted surveys_response.planted" in found
        assert "order calls.turn surveys_response.planted" in found
    owner, answer = next(iter(truth.items()))
    business = Business.objects.get(pk=business_of[int(owner)])
    knowns = (business.tax_code, business.name.upper(), business.address, business.phone, business.email)
    lines = {known: f'called "{known}" about {answer}' for known in knowns}
    with table_planted(business.tax_code, answer):
        direct = evidence_of(edition, documents={**lines, "half": f"called {answer[:12]}"}).direct
    assert direct == sorted(["table planted", *(f"text {known}" for known in knowns)])
    # The units in the frame went with closing; were they still there, few answers would rate none but these. A band of
    # its own in the frame and in one answer is found as well, without any truth at hand.
    assert not Business.objects.exclude(units=[]).exists()
    Rating.objects.filter(response=answer).update(block_unit=unit_key(edition, "so-cong-thuong"))
    Response.objects.filter(pk=answer).update(profile={"type": business.type, "size": "lonely"})
    Business.objects.filter(pk=business.pk).update(units=["so-cong-thuong"], size="lonely")
    told = findings(evidence_of(edition))
    assert "The units that the frame names leave 1 participants fewer than 5 answers." in told
    assert any("surveys_business.bands" in line for line in told)


def a_counter_that_rises_with_a_submission(edition: Edition) -> None:
    """PostgreSQL says which rows were written together; of SQLite `voted` shows that no counter moves alone."""
    invitation = Invitation.objects.filter(edition=edition).order_by("pk")[0]
    unit = BlockUnit.objects.filter(block__edition=edition).order_by("pk")[0]
    with transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(state=InvitationState.DONE)
        UnitCounter.objects.create(block_unit=unit, ratings=1)
    found = evidence_of(edition).direct
    assert found == (["transaction surveys_unitcounter"] if connection.vendor == "postgresql" else [])
    UnitCounter.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_every_planted_leak_is_found() -> None:
    edition = edition_asking()
    numbers = voted(edition)
    box_opened(edition)
    truth = truth_of_responses(numbers)
    handles = {str(key): handle for key, handle in Invitation.objects.values_list("pk", "handle")}
    order = {truth[owner]: at for at, owner in enumerate(numbers.values())}
    visits = "\n".join(f"sent {handles[owner]}" for owner in numbers.values())
    (owner, answer), *_others = truth.items()

    def found(**documents: str) -> list[str]:
        return leaks(evidence_of(edition, documents=documents), truth)

    assert found(visits=visits) == []
    with column_planted("timestamp", {key: NOW + timedelta(minutes=at, seconds=20) for key, at in order.items()}):
        assert "order text visits.line surveys_response.planted" in found(visits=visits)
    with column_planted("integer", {key: 5000 + at for key, at in order.items()}):
        assert "order text visits.line surveys_response.planted" in found(visits=visits)
    writes = "\n".join(f"wrote {key}" for key in sorted(order, key=lambda key: order[key]))
    assert "order text visits.line text writes.line" in found(visits=visits, writes=writes)
    line = {"log": f'{{"event": "stored", "of": "{handles[owner]}", "as": "{answer}"}}'}
    assert evidence_of(edition, documents=line).direct == ["text log"]
    with table_planted(handles[owner], answer):
        assert evidence_of(edition).direct == ["table planted"]
        with pytest.raises(CommandError):
            call_command("linkage_audit", "--edition", "thai-binh/2024")
    cache.set("seen", f"{handles[owner]} {answer}")
    assert evidence_of(edition).direct == ["text cache"]
    cache.clear()

    leaks_through_the_business(order, truth)
    a_counter_that_rises_with_a_submission(edition)
    written_with_invitations(truth)
    by_transaction = "equal surveys_invitation.xmin surveys_response.xmin"
    by_place = "order surveys_invitation.id surveys_response.ctid"
    assert (by_transaction if connection.vendor == "postgresql" else by_place) in found()


def test_luck_is_told_from_a_leak() -> None:
    rng = Random(3)
    owners = [f"p{at}" for at in range(80)]
    partners = [f"a{at}" for at in range(80)]
    truth = dict(zip(owners, partners, strict=True))
    noise = [rng.random() for _ in owners]
    left = Traces(owners, {"time": [float(at) for at in range(80)], "batch": [str(at // 10) for at in range(80)]})
    clean = Traces(partners, {"place": noise, "batch": [str(rng.randrange(8)) for _ in owners]})
    leaky = Traces(
        partners, {"place": [at + 6 * noise[at] for at in range(80)], "batch": [str(at // 10) for at in range(80)]}
    )

    assert not any(each.leaks for each in attempts(left, clean, truth, {}))
    found = {(each.manner, each.left, each.right) for each in attempts(left, leaky, truth, {}) if each.leaks}
    assert found >= {("order", "time", "place"), ("equal", "batch", "batch"), ("order", "time", "batch")}
