"""Small but whole editions: two blocks, three sub-indices, five indicators, every kind of answer scale.

`edition_make` gives an edition in preparation; `edition_opened`, `edition_answered`, `edition_closed` take it on
through
the real services. Later steps (frozen, scored, published) stand in tests/factories/results.py.
"""

from datetime import UTC, datetime
from random import Random

import numpy as np

from accounts.models import Province
from surveys.answers.ballot import Ballot, Rated
from surveys.enums import (
    Direction,
    EditionState,
    IndicatorKind,
    RespondentType,
    ScaleKind,
    Secrecy,
    Statistic,
    UnitKind,
)
from surveys.models import (
    AnswerScale,
    Block,
    BlockUnit,
    Edition,
    EligibilityRule,
    HardValue,
    Indicator,
    Margin,
    ProfileField,
    Question,
    QuestionnaireVersion,
    Rating,
    SubIndex,
    SubIndexWeight,
    Unit,
)
from surveys.services.ballot_opening import rating_rows, response_row
from surveys.services.editions import edition_advance, edition_close, edition_open
from tests.factories.ballots import ballots_put, key_holders_make
from tests.factories.people import province_make

NOW = datetime(2024, 11, 23, 7, 30, tzinfo=UTC)
AGREE = [
    (1, "Hoàn toàn không đồng ý", "Strongly disagree"),
    (2, "Không đồng ý", "Disagree"),
    (3, "Đồng ý", "Agree"),
    (4, "Hoàn toàn đồng ý", "Strongly agree"),
]
PROFILE = {
    "type": [
        ("enterprise", "Doanh nghiệp", "Enterprise"),
        ("cooperative", "Hợp tác xã", "Cooperative"),
        ("household", "Hộ kinh doanh", "Household business"),
    ],
    "size": [("micro", "Dưới 10 lao động", "Fewer than 10 workers"), ("small", "Từ 10 lao động", "10 workers or more")],
}
MARGINS = {"type": {"enterprise": 600, "cooperative": 100, "household": 300}, "size": {"micro": 700, "small": 300}}
NAMES = [
    ("so-cong-thuong", "Sở Công Thương", "Department of Industry and Trade"),
    ("so-tai-chinh", "Sở Tài chính", "Department of Finance"),
    ("so-xay-dung", "Sở Xây dựng", "Department of Construction"),
    ("so-noi-vu", "Sở Nội vụ", "Department of Home Affairs"),
    ("so-y-te", "Sở Y tế", "Department of Health"),
]
LOCALITIES = [
    ("tp-thai-binh", "Thành phố Thái Bình", "Thái Bình City"),
    ("quynh-phu", "Quỳnh Phụ", "Quỳnh Phụ"),
    ("dong-hung", "Đông Hưng", "Đông Hưng"),
    ("vu-thu", "Vũ Thư", "Vũ Thư"),
    ("tien-hai", "Tiền Hải", "Tiền Hải"),
]


def edition_make(
    *,
    province: Province | None = None,
    year: int = 2024,
    units: int = 3,
    simulated: bool = True,
    secrecy: Secrecy = Secrecy.CONFIDENTIAL,
) -> Edition:
    """An edition in preparation with `units` (1 to 5) departments and as many localities.

    Confidential, because most tests look at answers while the edition is open; tests of answering and of the ballot box
    ask for a sealed one, which comes with two key holders.
    """
    province = province or province_make()
    edition = Edition.objects.create(
        province=province,
        year=year,
        title_vi=f"DDCI {province.name_vi} {year}",
        title_en=f"DDCI {province.name_en} {year}",
        decision_vi="Quyết định thử nghiệm",
        decision_en="Trial decision",
        is_simulated=simulated,
        secrecy=secrecy,
        minimum_ratings=5,
    )
    departments = _block(edition, "departments", "Sở, ban, ngành", "Departments and agencies", 0)
    localities = _block(edition, "localities", "Địa phương", "Localities", 1)
    _units(departments, NAMES[:units], UnitKind.DEPARTMENT)
    _units(localities, LOCALITIES[:units], UnitKind.DISTRICT)
    _profile(edition)
    _framework(edition, departments, localities)
    if secrecy == Secrecy.SEALED:
        key_holders_make(edition)
    return edition


def _block(edition: Edition, code: str, vi: str, en: str, position: int) -> Block:
    block = Block.objects.create(edition=edition, code=code, name_vi=vi, name_en=en, position=position)
    for kind in RespondentType:
        EligibilityRule.objects.create(block=block, respondent_type=kind, min_units=0, max_units=2)
    return block


def _units(block: Block, names: list[tuple[str, str, str]], kind: UnitKind) -> None:
    for code, vi, en in names:
        unit, _ = Unit.objects.get_or_create(
            province=block.edition.province, code=code, defaults={"kind": kind, "name_vi": vi, "name_en": en}
        )
        BlockUnit.objects.create(block=block, unit=unit)


def _profile(edition: Edition) -> None:
    for position, (code, options) in enumerate(PROFILE.items()):
        field = ProfileField.objects.create(
            edition=edition,
            code=code,
            text_vi={"type": "Loại hình", "size": "Quy mô"}[code],
            text_en={"type": "Type of business", "size": "Size"}[code],
            options=[{"code": option, "vi": vi, "en": en} for option, vi, en in options],
            position=position,
        )
        for level, population in MARGINS[code].items():
            Margin.objects.create(field=field, level=level, count=population)


def _framework(edition: Edition, departments: Block, localities: Block) -> None:
    version = QuestionnaireVersion.objects.create(edition=edition)
    agree = AnswerScale.objects.create(
        questionnaire=version,
        code="agree4",
        kind=ScaleKind.ORDINAL,
        options=[{"value": value, "vi": vi, "en": en} for value, vi, en in AGREE],
    )
    yesno = AnswerScale.objects.create(
        questionnaire=version,
        code="yesno",
        kind=ScaleKind.YESNO,
        options=[{"value": 1, "vi": "Có", "en": "Yes"}, {"value": 0, "vi": "Không", "en": "No"}],
    )
    days = AnswerScale.objects.create(
        questionnaire=version,
        code="days",
        kind=ScaleKind.NUMBER,
        minimum=0,
        maximum=365,
        measure_vi="ngày",
        measure_en="days",
    )
    both = [departments, localities]
    transparency = _sub_index(edition, "transparency", "Minh bạch", "Transparency", both, 60, 0)
    time_costs = _sub_index(edition, "time_costs", "Chi phí thời gian", "Time costs", both, 40, 1)
    land = _sub_index(edition, "land", "Tiếp cận đất đai", "Land access", [localities], 20, 2)
    _soft(
        version,
        transparency,
        agree,
        both,
        "MB1",
        "Thủ tục được niêm yết đầy đủ",
        "Procedures are listed",
        Statistic.SHARE,
    )
    _soft(
        version, transparency, yesno, both, "MB2", "Đã nhận được thông tin", "Received the information", Statistic.SHARE
    )
    _soft(version, time_costs, days, both, "TG1", "Số ngày chờ", "Days waited", Statistic.MEDIAN, negative=True)
    _soft(version, land, agree, [localities], "DD1", "Dễ tiếp cận mặt bằng", "Land is easy to get", Statistic.MEAN)
    _hard(edition, time_costs, both)


def _sub_index(
    edition: Edition, code: str, vi: str, en: str, blocks: list[Block], weight: int, position: int
) -> SubIndex:
    sub_index = SubIndex.objects.create(edition=edition, code=code, name_vi=vi, name_en=en, position=position)
    for block in blocks:
        SubIndexWeight.objects.create(sub_index=sub_index, block=block, weight=weight)
    return sub_index


def _soft(
    version: QuestionnaireVersion,
    sub_index: SubIndex,
    scale: AnswerScale,
    blocks: list[Block],
    code: str,
    vi: str,
    en: str,
    statistic: Statistic,
    negative: bool = False,
) -> None:
    question = Question.objects.create(
        questionnaire=version, sub_index=sub_index, scale=scale, code=code, text_vi=f"{vi}?", text_en=f"{en}?"
    )
    question.blocks.set(blocks)
    low, high = (0, 100) if statistic == Statistic.SHARE else (0, 60) if scale.kind == ScaleKind.NUMBER else (1, 4)
    indicator = Indicator.objects.create(
        edition=version.edition,
        sub_index=sub_index,
        code=code,
        name_vi=vi,
        name_en=en,
        kind=IndicatorKind.SOFT,
        direction=Direction.NEGATIVE if negative else Direction.POSITIVE,
        statistic=statistic,
        share_of=([3, 4] if scale.code == "agree4" else [1]) if statistic == Statistic.SHARE else [],
        question=question,
        scale_low=low,
        scale_high=high,
        minimum_n=3,
    )
    indicator.blocks.set(blocks)


def _hard(edition: Edition, sub_index: SubIndex, blocks: list[Block]) -> None:
    indicator = Indicator.objects.create(
        edition=edition,
        sub_index=sub_index,
        code="TG2",
        name_vi="Tỷ lệ hồ sơ đúng hạn",
        name_en="Share of dossiers on time",
        kind=IndicatorKind.HARD,
        direction=Direction.POSITIVE,
        statistic=Statistic.VALUE,
        scale_low=0,
        scale_high=100,
        minimum_n=10,
    )
    indicator.blocks.set(blocks)
    rated = BlockUnit.objects.filter(block__in=blocks).order_by("block__position", "unit__code")
    for place, block_unit in enumerate(rated):
        HardValue.objects.create(
            block_unit=block_unit,
            indicator=indicator,
            value=80 + 3.5 * place,
            dossiers=100,
            period="2024",
            source_vi="Báo cáo thử nghiệm",
            source_en="Trial report",
        )


def edition_opened(**facts: object) -> Edition:
    """An edition that is open for answers."""
    edition = edition_make(**facts)  # type: ignore[arg-type]
    return edition_open(edition=edition, by=None, now=NOW)


def edition_answered(*, responses: int = 40, seed: int = 1, **facts: object) -> Edition:
    """An open edition with responses, each rating two departments and one locality (fewer where fewer exist)."""
    edition = edition_opened(**facts)
    answer(edition, responses=responses, seed=seed)
    return edition


def answer(edition: Edition, *, responses: int, seed: int) -> None:
    """Responses with answers drawn from unit-dependent distributions; about 5 % not applicable, 5 % don't know. In a
    sealed edition they lie in its ballot box.
    """
    rng = np.random.default_rng(seed)
    version = edition.questionnaires.get()
    rated = list(BlockUnit.objects.filter(block__edition=edition).select_related("block").order_by("id"))
    by_block = {code: [unit for unit in rated if unit.block.code == code] for code in ("departments", "localities")}
    ballots = []
    for _ in range(responses):
        profile = {code: str(rng.choice([option[0] for option in options])) for code, options in PROFILE.items()}
        chosen = _pick(rng, by_block["departments"], 2) + _pick(rng, by_block["localities"], 1)
        ratings = [Rated(u.pk, _answers(rng, u, rated.index(u)), int(rng.integers(1, 11))) for u in chosen]
        ballots.append(Ballot(version.pk, profile, ratings, {}, stratum=profile["size"]))
    if edition.secrecy == Secrecy.SEALED:
        ballots_put(edition, ballots)
        return
    for ballot in ballots:
        response = response_row(edition=edition, ballot=ballot)
        response.save(force_insert=True)
        Rating.objects.bulk_create(rating_rows(response=response, ballot=ballot))


def _pick(rng: np.random.Generator, units: list[BlockUnit], count: int) -> list[BlockUnit]:
    return [units[place] for place in rng.permutation(len(units))[:count]]


def _answers(rng: np.random.Generator, unit: BlockUnit, place: int) -> dict[str, int | str]:
    lean = 0.45 + 0.08 * (place % 5)
    drawn: dict[str, int | str] = {
        "MB1": int(1 + rng.binomial(3, lean)),
        "MB2": int(rng.random() < lean),
        "TG1": int(rng.poisson(4 + 2 * (place % 5))),
    }
    if unit.block.code == "localities":
        drawn["DD1"] = int(1 + rng.binomial(3, lean))
    for code in drawn:
        chance = rng.random()
        if chance < 0.1:
            drawn[code] = "na" if chance < 0.05 else "dk"
    return drawn


def edition_closed(*, withheld: str = "", **facts: object) -> Edition:
    """An answered edition, closed; the unit of code `withheld` is withheld."""
    edition = edition_answered(**facts)  # type: ignore[arg-type]
    BlockUnit.objects.filter(block__edition=edition, unit__code=withheld).update(
        withheld=True, withheld_reason_vi="Đang xác minh", withheld_reason_en="Under review"
    )
    return edition_close(edition=edition, by=None, now=NOW, rng=Random(1))


def edition_in_state(state: EditionState, **facts: object) -> Edition:
    """An edition moved to `state` without data (for rules and pages that depend on the state only)."""
    edition = edition_opened(**facts) if state != EditionState.DRAFT else edition_make(**facts)  # type: ignore[arg-type]
    order = list(EditionState)
    for step in order[2 : order.index(state) + 1]:
        edition = edition_advance(edition=edition, to=step, by=None, now=NOW)
    return edition
