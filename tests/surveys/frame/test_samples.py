"""Drawing a sample and inviting it: repeatable, weighted, wave by wave, and never joined to an answer."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from accounts.models import AuditEntry, Province
from scoring.engine.dataset import dataset_read
from scoring.models import Score
from surveys.enums import Allocation, Channel, DuplicateState, EditionState
from surveys.models import (
    BlockUnit,
    Business,
    Comment,
    Dataset,
    Duplicate,
    Edition,
    EligibilityRule,
    Invitation,
    Margin,
    Rating,
    Response,
    Sample,
    SampleMember,
    SampleStratum,
)
from surveys.population.allocation import SampleTooLarge
from surveys.population.plan import Plan
from surveys.population.precision import Spread, half_widths
from surveys.selectors.evidence import evidence_for
from surveys.selectors.samples import sample_of
from surveys.services.datasets import dataset_freeze
from surveys.services.duplicates import duplicate_merge
from surveys.services.editions import WrongState, edition_advance, edition_open
from surveys.services.invitations import Guest, invitations_create
from surveys.services.samples import (
    NoSuchWave,
    SampleDrawn,
    SampleInvited,
    margins_from_frame,
    next_wave,
    sample_discard,
    sample_draw,
    sample_invite,
)
from surveys.services.sampling import FrameEmpty, NoSpreadKnown, plan_assess, sizes_compared
from tests.factories.editions import NOW
from tests.factories.frames import HEADINGS, business_row, frame_imported, framed_edition
from tests.factories.people import province_make
from tests.factories.results import edition_frozen, scored_edition

pytestmark = pytest.mark.django_db

PLAN = Plan(size=60, smallest=10, response_rate=0.5, reserve=0.5, waves=2, seed=7)


def edition_with_frame(count: int = 300, province: Province | None = None, **facts: Any) -> Edition:
    edition = framed_edition(province=province, **facts)
    frame_imported(edition.province, [business_row(number) for number in range(1, count + 1)])
    return edition


def drawn(edition: Edition, plan: Plan = PLAN) -> Sample:
    return sample_draw(edition=edition, plan=plan, by=None, now=NOW)


def names(sample: Sample) -> list[tuple[str, int]]:
    rows = SampleMember.objects.filter(sample=sample).order_by("business__name")
    return list(rows.values_list("business__name", "wave"))


def test_every_stratum_has_its_share_and_its_weight() -> None:
    edition = edition_with_frame()

    sample = drawn(edition)

    strata = list(SampleStratum.objects.filter(sample=sample).order_by("position"))
    assert len(strata) == 9
    assert (sum(each.population for each in strata), sum(each.drawn for each in strata)) == (300, 60)
    assert sum(each.weight * each.drawn for each in strata) == pytest.approx(300)
    assert max(each.weight for each in strata) == pytest.approx(5, rel=0.1)
    for each in strata:
        cells = {tuple(cell) for cell in each.cells}
        members = SampleMember.objects.filter(stratum=each).select_related("business").order_by("pk")
        assert {(member.business.type, member.business.locality) for member in members} <= cells
        assert Counter(member.wave for member in members)[0] == each.drawn
    assert Counter(wave for _name, wave in names(sample)).keys() == {0, 1, 2}


def test_the_same_seed_and_frame_give_the_same_businesses_whatever_their_rows() -> None:
    first, second = edition_with_frame(), framed_edition(province=province_make("ha-tinh"))
    frame_imported(second.province, [business_row(number) for number in range(300, 0, -1)])

    one, two = drawn(first), drawn(second)

    assert names(one) == names(two)
    assert one.frame_sha256 == two.frame_sha256
    sample_discard(sample=two, by=None, now=NOW)
    assert names(drawn(second, Plan(**{**PLAN.__dict__, "seed": 8}))) != names(one)


def test_strata_are_named_in_vietnamese_whoever_draws() -> None:
    with translation.override("en"):
        sample = drawn(edition_with_frame(60), Plan(size=20, smallest=5))

    assert SampleStratum.objects.filter(sample=sample, name__startswith="Doanh nghiệp · Huyện").exists()


def test_merged_and_departed_businesses_are_never_drawn() -> None:
    edition = edition_with_frame(40)
    frame_imported(edition.province, [business_row(number) for number in range(1, 40)])
    ends = Business.objects.filter(present=True).order_by("pk")[:2]
    pair = Duplicate.objects.create(first=ends[0], second=ends[1], kind="name_address", likeness=0.9)
    duplicate_merge(duplicate=pair, keep=ends[0], by=None, now=NOW)

    sample = drawn(edition, Plan(size=38, smallest=2, seed=1))

    assert sample.population == 38
    assert not SampleMember.objects.filter(business__merged_into__isnull=False).exists()
    assert not SampleMember.objects.filter(business__present=False).exists()
    assert Duplicate.objects.get(pk=pair.pk).state == DuplicateState.MERGED


def test_waves_are_invited_in_order_and_a_reserve_makes_all_weights_of_its_strata_smaller() -> None:
    edition = edition_with_frame()
    sample = drawn(edition)
    with pytest.raises(NoSuchWave):
        sample_invite(sample=sample, wave=1, by=None, now=NOW)

    main = sample_invite(sample=sample, wave=0, by=None, now=NOW)
    assert len(main) == 60
    assert all(each.business_id for each in main)
    before = dict(Invitation.objects.values_list("stratum", "design_weight"))
    sample.refresh_from_db()
    with pytest.raises(NoSuchWave):
        sample_invite(sample=sample, wave=0, by=None, now=NOW)
    reserve = sample_invite(sample=sample, wave=1, by=None, now=NOW)

    after = dict(Invitation.objects.values_list("stratum", "design_weight"))
    weights = {each.name: each.weight for each in SampleStratum.objects.filter(sample=sample)}
    assert after == pytest.approx(weights)
    assert any(after[name] < before[name] for name in before)
    assert sum(after[name] * Invitation.objects.filter(stratum=name).count() for name in after) == pytest.approx(300)
    assert next_wave(sample) == 2
    assert not {each.business_id for each in main} & {each.business_id for each in reserve}


def test_who_is_invited_already_is_not_invited_twice_and_joins_its_stratum() -> None:
    edition = edition_with_frame()
    sample = drawn(edition)
    member = SampleMember.objects.filter(sample=sample, wave=0).select_related("stratum").order_by("pk")[0]
    invitations_create(edition=edition, guests=[Guest(name="Đã mời", business=member.business_id)], by=None, now=NOW)

    made = sample_invite(sample=sample, wave=0, by=None, now=NOW)

    assert len(made) == 59
    known = Invitation.objects.get(business=member.business_id)
    assert (known.stratum, known.design_weight) == (member.stratum.name, pytest.approx(member.stratum.weight))


def test_a_frozen_dataset_has_the_weights_that_the_strata_have_in_the_end() -> None:
    edition = edition_with_frame()
    sample = drawn(edition)
    edition = edition_open(edition=edition, by=None, now=NOW)
    sample_invite(sample=sample, wave=0, by=None, now=NOW)
    version = edition.questionnaires.get()
    for each in Invitation.objects.order_by("pk")[:20]:
        Response.objects.create(
            edition=edition, questionnaire=version, channel=Channel.INVITED, stratum=each.stratum,
            design_weight=each.design_weight, profile={"type": "enterprise", "size": "micro", "locality": "dong-hung"},
        )  # fmt: skip
    sample.refresh_from_db()
    sample_invite(sample=sample, wave=1, by=None, now=NOW)
    edition = edition_advance(edition=edition, to=EditionState.CLOSED, by=None, now=NOW)
    _rate_everything(edition)

    dataset = dataset_freeze(edition=edition, by=None, now=NOW)

    with dataset.file.open("rb") as file:
        people = dataset_read(file.read()).respondents
    weights = {each.name: each.weight for each in SampleStratum.objects.filter(sample=sample)}
    assert people["base_weight"].tolist() == pytest.approx([weights[name] for name in people["stratum"]])


def _rate_everything(edition: Edition) -> None:
    unit = BlockUnit.objects.filter(block__edition=edition).order_by("pk")[0]
    for response in Response.objects.filter(edition=edition):
        Rating.objects.create(response=response, block_unit=unit, answers={"MB1": 3})


def test_a_sample_is_drawn_once_and_discarded_only_before_anybody_is_invited() -> None:
    edition = edition_with_frame()
    sample = drawn(edition)
    with pytest.raises(SampleDrawn):
        drawn(edition)

    sample_discard(sample=sample, by=None, now=NOW)
    again = drawn(edition)
    sample_invite(sample=again, wave=0, by=None, now=NOW)
    with pytest.raises(SampleInvited):
        sample_discard(sample=again, by=None, now=NOW)

    notes = AuditEntry.objects.filter(action__startswith="sample.").order_by("id").values_list("action", "note")
    assert [action for action, _note in notes] == ["sample.draw", "sample.discard", "sample.draw", "sample.invite"]
    assert "seed 7" in notes[0][1]


@pytest.mark.parametrize(
    ("model", "change"),
    [(Sample, {"seed": 1}), (SampleStratum, {"drawn": 2}), (SampleMember, {"wave": 4})],
)
def test_what_was_drawn_cannot_be_changed_by_anybody(model: Any, change: dict[str, int]) -> None:
    sample_invite(sample=drawn(edition_with_frame(60), Plan(size=20, smallest=5)), wave=0, by=None, now=NOW)

    def refused(write: Callable[[], object]) -> None:
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            write()

    refused(lambda: model.objects.update(**change))
    refused(lambda: model.objects.all()._raw_delete("default"))


def test_a_closed_edition_draws_nothing() -> None:
    edition = edition_with_frame(60)
    edition_open(edition=edition, by=None, now=NOW)
    edition_advance(edition=edition, to=EditionState.CLOSED, by=None, now=NOW)

    with pytest.raises(WrongState):
        drawn(edition, Plan(size=20))
    assert sample_of(edition) is None


def test_plans_that_cannot_be_are_refused() -> None:
    empty = framed_edition(province=province_make("ha-tinh"))
    with pytest.raises(FrameEmpty):
        plan_assess(edition=empty, plan=PLAN)
    edition = edition_with_frame(50)
    with pytest.raises(SampleTooLarge):
        plan_assess(edition=edition, plan=Plan(size=51))
    with pytest.raises(NoSpreadKnown):
        plan_assess(edition=edition, plan=Plan(size=20, allocation=Allocation.NEYMAN))


# --- precision --------------------------------------------------------------------------------------------------------
def test_localities_are_rated_by_their_own_and_departments_as_the_rules_let() -> None:
    edition = edition_with_frame()

    departments, localities = plan_assess(edition=edition, plan=PLAN).blocks

    assert (departments.source, localities.source) == ("even", "own")
    # 60 drawn, half answer; between 0 and 2 of 3 departments each; 20 businesses drawn in each locality.
    assert [unit.ratings for unit in departments.units] == pytest.approx([10, 10, 10])
    assert [unit.ratings for unit in localities.units] == pytest.approx([10, 10, 10], rel=0.06)
    assert departments.spread == Spread()
    # 1.96 · 14 ÷ √10, the weights being nearly equal.
    assert departments.units[0].half_width == pytest.approx(8.68, rel=0.01)


def test_the_units_that_the_list_names_decide_where_it_names_any() -> None:
    edition = framed_edition()
    rows = [[*business_row(number), "Sở Công Thương" if number % 3 else "Sở Công Thương; Sở Tài chính; Sở Xây dựng"]
            for number in range(1, 301)]  # fmt: skip
    frame_imported(edition.province, rows, headings=[*HEADINGS, "Cơ quan đã làm việc"])
    EligibilityRule.objects.filter(block__code="departments").update(max_units=2)

    departments = plan_assess(edition=edition, plan=PLAN).blocks[0]

    assert departments.source == "list"
    ratings = {unit.code: unit.ratings for unit in departments.units}
    # 30 answer: two thirds dealt with one department and rate it, a third with three, of whom they rate two.
    assert ratings["so-cong-thuong"] == pytest.approx(30 * (2 / 3 + 1 / 3 * 2 / 3), rel=0.03)
    assert ratings["so-tai-chinh"] == pytest.approx(30 * 1 / 3 * 2 / 3, rel=0.08)


def test_the_last_edition_tells_spread_demand_and_response(django_assert_max_num_queries: Any) -> None:
    dataset: Dataset = edition_frozen(year=2022, responses=120)
    edition = edition_with_frame(200, province=dataset.edition.province, year=2024)

    evidence = evidence_for(edition, ("type", "locality"))
    departments = plan_assess(edition=edition, plan=PLAN).blocks[0]

    assert evidence is not None
    assert (evidence.year, evidence.responses) == (2022, 120)
    assert departments.source == "last"
    assert departments.spread == evidence.spread["departments"]
    assert 5 < departments.spread.within < 45
    assert sum(evidence.rated[unit.code] for unit in departments.units) == pytest.approx(2, abs=0.2)
    with django_assert_max_num_queries(1):
        evidence_for(edition, ("type", "locality"))
    neyman = plan_assess(edition=edition, plan=Plan(size=60, allocation=Allocation.NEYMAN, smallest=10))
    assert sum(each.drawn for each in neyman.strata) == 60


def test_what_is_expected_before_the_draw_is_what_the_scores_then_show() -> None:
    run = scored_edition(year=2022, responses=300, units=5)
    evidence = evidence_for(framed_edition(province=run.edition.province, year=2024), ("type",))
    assert evidence is not None
    spread = evidence.spread["departments"]

    # The lowest and the highest unit on every indicator have no error on the edition's own goalposts.
    scores = list(Score.objects.filter(run=run, block_unit__block__code="departments", se__gt=1).order_by("pk"))

    expected = half_widths(np.array([float(each.n) for each in scores]), np.ones(len(scores)), spread)
    found = np.array([1.96 * float(each.se or 0) for each in scores])
    # The run takes its goalposts from the lowest and the highest unit.
    assert spread.stretch is not None
    assert len(scores) >= 3
    assert np.median(expected * spread.stretch / found) == pytest.approx(1, abs=0.4)


def test_floors_reach_every_locality_and_unit() -> None:
    edition = framed_edition()
    rows = [business_row(number, Huyện="Huyện Đông Hưng") for number in range(1, 281)]
    rows += [business_row(number, Huyện="Huyện Quỳnh Phụ") for number in range(281, 321)]
    frame_imported(edition.province, rows)
    plan = Plan(
        size=80, variables=("type", "locality"), smallest=5, allocation=Allocation.FLOOR, locality_floor=25,
        unit_floor=12, response_rate=0.5,
    )  # fmt: skip

    assessment = plan_assess(edition=edition, plan=plan)

    by_locality: Counter[str] = Counter()
    for each in assessment.strata:
        by_locality[each.stratum.cells[0][1]] += each.drawn
    assert by_locality["quynh-phu"] >= 25
    assert by_locality.total() == 80


def test_more_businesses_mean_more_precision_in_the_comparison_of_sizes() -> None:
    assessment = plan_assess(edition=edition_with_frame(), plan=PLAN)

    points = sizes_compared(assessment=assessment, block=assessment.blocks[0])

    assert [point.size for point in points] == [15, 30, 45, 60, 90, 120]
    assert np.all(np.diff([point.half_width for point in points]) < 0)
    assert np.all(np.diff([point.ranks for point in points]) <= 0)


def test_population_counts_come_from_the_frame_where_it_knows_every_business() -> None:
    edition = edition_with_frame(100)
    Business.objects.filter(name__endswith="00001").update(size="")

    counted = margins_from_frame(edition=edition, by=None, now=NOW)

    assert counted == 2
    sums = Counter(Margin.objects.filter(field__edition=edition).values_list("field__code", flat=True))
    assert sums["locality"] == 3
    kinds = dict(Margin.objects.filter(field__code="type").values_list("level", "count"))
    assert kinds == {"enterprise": 60, "household": 20, "cooperative": 20}


def test_nothing_of_an_answer_points_at_a_business() -> None:
    for model in (Response, Rating, Comment):
        related = {field.related_model for field in model._meta.get_fields() if field.is_relation}
        assert not related & {Business, Invitation, SampleMember, SampleStratum, Sample}
