"""Drawing a sample from the frame, inviting it wave by wave, giving it up while nobody was invited."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import NotNow
from surveys.enums import NOT_CLOSED, NOT_FROZEN, InvitationState
from surveys.models import Edition, Invitation, Margin, ProfileField, Sample, SampleMember, SampleStratum
from surveys.population.drawing import stratum_drawn
from surveys.population.plan import Plan
from surveys.population.strata import Cell
from surveys.selectors.frame import businesses_of
from surveys.selectors.samples import businesses_invited, population_counts, sample_of, strata_of_sample, waves_of
from surveys.services.editions import edition_held
from surveys.services.invitations import Guest, invitations_create
from surveys.services.sampling import Assessment, plan_assess, precision_as_data

BATCH = 2000


class SampleDrawn(NotNow):
    code = "sample_drawn"
    sentence = _("A sample was drawn already. Discard it first, as long as nobody of it is invited.")


class SampleInvited(NotNow):
    code = "sample_invited"
    sentence = _("Businesses of this sample are invited already, so it stays as it is.")


class NoSuchWave(NotNow):
    code = "no_such_wave"
    sentence = _("The waves of a sample are invited in their order, each once.")


@transaction.atomic
def sample_draw(*, edition: Edition, plan: Plan, by: User | None, now: datetime) -> Sample:
    """Draw a stratified random sample with its reserve. The same frame, plan and seed give the same businesses.

    Strata, design weights and what is expected of every unit are kept with it.

    Raises:
        WrongState: the edition takes no more answers.
        SampleDrawn: there is a sample already.
        FrameEmpty, NoSpreadKnown, SampleTooLarge, SampleTooSmall, FloorsTooHigh: see `plan_assess`.
    """
    locked = edition_held(edition=edition, states=NOT_CLOSED)
    if sample_of(locked):
        raise SampleDrawn
    # Names of strata go with the answers into the dataset: in Vietnamese, whatever language the member of staff reads.
    with translation.override("vi"):
        assessment = plan_assess(edition=locked, plan=plan)
    people = _people(locked, plan)
    sample = Sample.objects.create(
        edition=locked,
        seed=plan.seed,
        plan=plan.as_data(),
        precision=precision_as_data(assessment),
        frame_sha256=_fingerprint(people),
        population=assessment.population,
        drawn_by=by,
        drawn_at=now,
    )
    SampleMember.objects.bulk_create(_members(sample, assessment, people), batch_size=BATCH)
    note = (
        f"n={plan.size}; N={assessment.population}; {len(assessment.strata)} strata; seed {plan.seed}; "
        f"frame SHA-256 {sample.frame_sha256}"
    )
    audit(action="sample.draw", subject=locked, by=by, now=now, province=locked.province, note=note)
    return sample


def _people(edition: Edition, plan: Plan) -> dict[str, tuple[int, Cell]]:
    """By key of the business: its row and its cell."""
    rows = businesses_of(edition.province).order_by("key").values_list("key", "pk", *plan.variables)
    return {key: (pk, tuple(cell)) for key, pk, *cell in rows.iterator(5000)}


def _fingerprint(people: Mapping[str, tuple[int, Cell]]) -> str:
    """SHA-256 of who was in the frame and in which cell, in the order of the keys."""
    digest = hashlib.sha256()
    for key in sorted(people):
        digest.update(f"{key}|{'|'.join(people[key][1])}\n".encode())
    return digest.hexdigest()


def _members(sample: Sample, assessment: Assessment, people: Mapping[str, tuple[int, Cell]]) -> list[SampleMember]:
    plan = assessment.plan
    strata = SampleStratum.objects.bulk_create(
        SampleStratum(
            sample=sample,
            position=place,
            name=each.name,
            cells=[list(cell) for cell in each.stratum.cells],
            population=each.population,
            drawn=each.drawn,
            reserve=each.reserve,
            issued=each.drawn,
        )
        for place, each in enumerate(assessment.strata)
    )
    place_of = {cell: place for place, each in enumerate(assessment.strata) for cell in each.stratum.cells}
    keys: list[list[str]] = [[] for _stratum in strata]
    for key, (_pk, cell) in people.items():
        keys[place_of[cell]].append(key)
    members = []
    for place, (row, each) in enumerate(zip(strata, assessment.strata, strict=True)):
        drawn = stratum_drawn(keys[place], each.drawn, each.reserve, plan.waves, (plan.seed, place))
        members += [
            SampleMember(sample=sample, stratum=row, business_id=people[keys[place][at]][0], wave=wave)
            for at, wave in drawn
        ]
    return members


@transaction.atomic
def sample_discard(*, sample: Sample, by: User | None, now: datetime) -> None:
    """Forget a sample of which nobody is invited; that it was drawn, and with which seed, stays in the audit trail.

    Raises:
        SampleInvited
    """
    locked = Sample.objects.select_for_update().select_related("edition__province").get(pk=sample.pk)
    if locked.invited:
        raise SampleInvited
    edition, note = locked.edition, f"seed {locked.seed}"
    audit(action="sample.discard", subject=edition, by=by, now=now, province=edition.province, note=note)
    SampleMember.objects.filter(sample=locked).delete()
    locked.delete()


@transaction.atomic
def sample_invite(*, sample: Sample, wave: int, by: User | None, now: datetime) -> list[Invitation]:
    """Invite a wave: 0 is the main sample, then the reserves in their order.

    A reserve enlarges its strata: the design weight of each, population ÷ issued, becomes smaller for all of the
    stratum, also for those invited before. When the data are frozen, the weight that the stratum has then is used for
    every response. Whoever of the sample has an invitation already is not invited twice.

    Raises:
        NoSuchWave: it is not the next one.
        WrongState: the edition takes no more answers.
    """
    edition = edition_held(edition=sample.edition, states=NOT_CLOSED)
    locked = Sample.objects.select_for_update().get(pk=sample.pk)
    if wave != next_wave(locked):
        raise NoSuchWave
    members = SampleMember.objects.filter(sample=locked, wave=wave).select_related("business", "stratum")
    rows = list(members.order_by("stratum__position", "pk"))
    strata = _strata_issued(locked, wave, rows)
    known = businesses_invited(edition)
    guests = [
        Guest(
            name=row.business.name,
            email=row.business.email,
            stratum=strata[row.stratum_id].name,
            design_weight=strata[row.stratum_id].weight,
            business=row.business_id,
        )
        for row in rows
        if row.business_id not in known
    ]
    made = invitations_create(edition=edition, guests=guests, by=by, now=now)
    _into_their_strata(edition, [row for row in rows if row.business_id in known], strata)
    Sample.objects.filter(pk=locked.pk).update(invited=True)
    note = f"{wave}: {len(made)}"
    audit(action="sample.invite", subject=edition, by=by, now=now, province=edition.province, note=note)
    return made


def _into_their_strata(edition: Edition, rows: list[SampleMember], strata: dict[int, SampleStratum]) -> None:
    """Who was invited by another way before belongs to the stratum it was drawn from, unless it has begun to answer."""
    for row in rows:
        stratum = strata[row.stratum_id]
        waiting = Invitation.objects.filter(edition=edition, business=row.business_id, state=InvitationState.SENT)
        waiting.update(stratum=stratum.name, design_weight=stratum.weight)


def next_wave(sample: Sample) -> int | None:
    """The wave that is to be invited next; None when all are."""
    if not sample.invited:
        return 0
    issued = sum(each.issued for each in strata_of_sample(sample))
    counted = 0
    for wave, size in sorted(waves_of(sample).items()):
        if counted >= issued:
            return wave
        counted += size
    return None


def _strata_issued(sample: Sample, wave: int, rows: list[SampleMember]) -> dict[int, SampleStratum]:
    """The strata with the wave issued; who was invited before gets the weight that is now that of the stratum."""
    strata = {each.pk: each for each in strata_of_sample(sample)}
    if wave == 0:
        return strata
    for row in rows:
        strata[row.stratum_id].issued += 1
    for each in strata.values():
        each.save(update_fields=["issued"])
        invited = Invitation.objects.filter(edition=sample.edition_id, stratum=each.name)
        invited.update(design_weight=each.weight)
    return strata


@transaction.atomic
def margins_from_frame(*, edition: Edition, by: User | None, now: datetime) -> int:
    """Take the population counts of the profile questions from the frame. Returns how many questions have counts now.

    A question of which the frame knows less than every business is left as it is.

    Raises:
        WrongState: the data are frozen.
    """
    locked = edition_held(edition=edition, states=NOT_FROZEN)
    counted = 0
    fields = ("type", "locality", "sector", "size", "age")
    for field in ProfileField.objects.filter(edition=locked, code__in=fields).order_by("position", "code"):
        counts = population_counts(locked.province, field.code)
        levels = {str(option["code"]) for option in field.options}
        if not counts or not set(counts) <= levels:
            continue
        Margin.objects.filter(field=field).delete()
        Margin.objects.bulk_create(Margin(field=field, level=level, count=n) for level, n in sorted(counts.items()))
        counted += 1
    audit(action="edition.margins", subject=locked, by=by, now=now, province=locked.province, note=str(counted))
    return counted
