"""One province with everything in it, and one person of every role: what tests of doors stand on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.enums import Role
from accounts.models import Job, Membership, Province, User
from scoring.models import Publication, ScoringRun
from surveys.enums import Secrecy
from surveys.models import (
    Assignment,
    BlockUnit,
    Business,
    Comment,
    DatasetExport,
    Duplicate,
    Edition,
    FrameImport,
    HardDocument,
    HardValue,
    KeyHolder,
    Unit,
    UnitReader,
)
from surveys.population.plan import Plan
from surveys.selectors.invitations import code_of
from surveys.services.frame_imports import frame_upload
from surveys.services.invitations import Guest, invitations_create
from surveys.services.samples import sample_draw
from tests.factories.editions import NOW, edition_answered, edition_closed, edition_make
from tests.factories.frames import business_row, frame_file, frame_imported, framed_edition
from tests.factories.people import province_make, user_make
from tests.factories.quality import edition_checked
from tests.factories.results import published_edition, scored_edition

ROLES = (
    "anonymous",
    "respondent",
    "stranger",
    "manager",
    "analyst",
    "approver",
    "moderator",
    "interviewer",
    "reader",
    "admin",
)


@dataclass(frozen=True)
class World:
    """Editions of one province in every state that has a page of its own."""

    province: Province
    people: dict[str, User]
    draft: Edition
    open: Edition
    closed: Edition
    run: ScoringRun
    publication: Publication
    unit: Unit
    reader: UnitReader
    comment: Comment
    block_unit: BlockUnit
    membership: Membership
    job: Job
    code: str
    checked: Edition
    frame_import: FrameImport
    frame_upload: FrameImport
    duplicate: Duplicate
    sampled: Edition
    holder: KeyHolder
    call: Assignment

    def client(self, role: str) -> Client:
        """A browser of this role: signed in, or (respondent) come by a link, or (anonymous) new."""
        client = Client(raise_request_exception=False)
        if role in self.people:
            client.force_login(self.people[role])
        elif role == "respondent":
            client.get(f"/s/{self.code}/")
        return client


def world_make() -> World:
    province = province_make()
    people = {role.value: user_make(role, province=province) for role in Role}
    people["stranger"] = user_make(*Role, province=province_make("nam-dinh"))
    people["reader"], people["admin"] = user_make(), user_make(superuser=True)
    open_edition = edition_answered(year=2023, responses=12)
    closed = edition_closed(year=2022, responses=12)
    run = scored_edition(year=2021, responses=30)
    publication = published_edition(year=2020, responses=30)
    rated = BlockUnit.objects.filter(block__edition=closed).select_related("unit").order_by("pk")[0]
    draft = framed_edition(year=2024, secrecy=Secrecy.SEALED)
    holder = KeyHolder.objects.create(edition=draft, user=people["moderator"])
    invited = invitations_create(edition=open_edition, guests=[Guest(name="Công ty Sao Mai")], by=None, now=NOW)
    frame_import = frame_imported(province, [business_row(number) for number in range(1, 61)] + [["", "Không mã"]])
    pair = Business.objects.filter(province=province).order_by("pk")[:2]
    waiting = frame_upload(province=province, name="a.csv", data=frame_file([business_row(1)]), by=None, now=NOW)
    sampled = edition_make(year=2025)
    sample_draw(edition=sampled, plan=Plan(size=30, smallest=5, reserve=0.2), by=None, now=NOW)
    return World(
        province=province,
        people=people,
        draft=draft,
        open=open_edition,
        closed=closed,
        run=run,
        publication=publication,
        unit=rated.unit,
        reader=UnitReader.objects.create(unit=rated.unit, user=people["reader"]),
        comment=Comment.objects.create(block_unit=rated, text="Hướng dẫn rõ ràng."),
        block_unit=rated,
        membership=Membership.objects.get(user=people["moderator"]),
        job=Job.objects.create(kind="scoring_run", province=province, created_at=NOW),
        code=code_of(invited[0]),
        checked=edition_checked(year=2019),
        frame_import=frame_import,
        frame_upload=waiting,
        sampled=sampled,
        duplicate=Duplicate.objects.create(first=pair[0], second=pair[1], kind="name_address", likeness=0.9),
        holder=holder,
        call=Assignment.objects.create(invitation=invited[0], interviewer=people["interviewer"]),
    )


def addresses(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    """The full names of all addresses; one without a name by its path."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name or pattern.pattern}"


def all_addresses() -> set[str]:
    return set(addresses(get_resolver().url_patterns))


def fitting_arguments(name: str) -> list[list[str]]:
    """Arguments with which this address of the administration can be written."""
    fitting = []
    for given in ([], ["1"], ["accounts"], ["1", "1"]):
        try:
            reverse(name, args=given)
        except NoReverseMatch:
            continue
        fitting.append(given)
    return fitting


def of_unit(world: World) -> list[Any]:
    return [world.closed.pk, world.block_unit.pk]


def of_value(world: World) -> list[Any]:
    """Another value each time: the one that was taken out is gone."""
    value = HardValue.objects.filter(block_unit__block__edition=world.closed).order_by("pk").first()
    return [world.closed.pk, value.pk if value else 0]


def of_document(world: World) -> list[Any]:
    document, _ = HardDocument.objects.get_or_create(
        edition=world.closed, title="12/BC", defaults={"added_at": NOW, "file": ContentFile(b"x", "a.pdf")}
    )
    return [world.closed.pk, document.pk]


def of_export(world: World) -> list[Any]:
    dataset = world.publication.run.dataset
    export, _ = DatasetExport.objects.get_or_create(
        dataset=dataset, kind="research", fewest=5, defaults={"made_at": NOW, "file": ContentFile(b"x", "a.zip")}
    )
    return [dataset.edition_id, export.pk]
