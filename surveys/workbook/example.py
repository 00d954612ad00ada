"""The small edition that the template shows: it can be imported as it stands."""

from datetime import date
from typing import Any

from surveys.enums import Direction, IndicatorKind, RespondentType, ScaleKind, Statistic, UnitKind
from surveys.workbook.content import (
    BlockFacts,
    EditionContent,
    EditionFacts,
    EligibilityFacts,
    HardFacts,
    IndicatorFacts,
    MarginFacts,
    OptionFacts,
    ProfileFacts,
    QuestionFacts,
    ScaleContent,
    SubIndexFacts,
    UnitFacts,
)

BOTH = ("departments", "localities")
SHARE: dict[str, Any] = {
    "statistic": Statistic.SHARE.value,
    "measure_vi": "%",
    "measure_en": "%",
    "scale_low": 0.0,
    "scale_high": 100.0,
}
SOFT: dict[str, Any] = {
    "kind": IndicatorKind.SOFT.value,
    "group": "",
    "weight": 1.0,
    "basis": "",
    "minimum_n": 5,
    "blocks": BOTH,
}
PLAIN: dict[str, Any] = {
    "help_vi": "",
    "help_en": "",
    "not_applicable": True,
    "dont_know": True,
    "shown_if": None,
    "blocks": BOTH,
}
LIFE: dict[str, Any] = {"valid_from": None, "valid_to": None, "predecessors": (), "lineage": "", "lineage_on": None}

EXAMPLE = EditionContent(
    edition=EditionFacts(
        year=2027,
        title_vi="DDCI năm 2027",
        title_en="DDCI 2027",
        decision_vi="Quyết định số …/QĐ-UBND ngày …",
        decision_en="Decision No. …/QĐ-UBND of …",
        is_simulated=False,
        readers_first=False,
        opens_on=date(2027, 9, 1),
        closes_on=date(2027, 10, 31),
        minutes_to_answer=10,
        minimum_ratings=30,
    ),
    blocks=(
        BlockFacts("departments", "Sở, ban, ngành", "Departments and agencies"),
        BlockFacts("localities", "Địa phương", "Localities"),
    ),
    units=(
        UnitFacts(
            "so-cong-thuong", UnitKind.DEPARTMENT.value, "Sở Công Thương", "Department of Industry and Trade",
            "Công Thương", "Industry and Trade", "departments", **LIFE,
        ),
        UnitFacts(
            "phuong-tran-lam", UnitKind.WARD.value, "Phường Trần Lãm", "Trần Lãm Ward",
            "P. Trần Lãm", "Trần Lãm", "localities", **LIFE,
        ),
    ),
    sub_indices=(
        SubIndexFacts(
            "transparency", "Minh bạch", "Transparency", "Doanh nghiệp tìm được thông tin cần thiết.",
            "Businesses find the information they need.", (("departments", 60.0), ("localities", 50.0)),
        ),
        SubIndexFacts(
            "time_costs", "Chi phí thời gian", "Time costs", "Thủ tục không làm mất nhiều thời gian.",
            "Procedures take little time.", (("departments", 40.0), ("localities", 50.0)),
        ),
    ),
    scales=(
        ScaleContent(
            "agree4", ScaleKind.ORDINAL.value,
            (
                OptionFacts(1, "Hoàn toàn không đồng ý", "Strongly disagree"),
                OptionFacts(2, "Không đồng ý", "Disagree"),
                OptionFacts(3, "Đồng ý", "Agree"),
                OptionFacts(4, "Hoàn toàn đồng ý", "Strongly agree"),
            ),
            None, None, 0, "", "",
        ),
        ScaleContent("days", ScaleKind.NUMBER.value, (), 0.0, 365.0, 0, "ngày", "days"),
    ),
    questions=(
        QuestionFacts(
            code="MB1", sub_index="transparency", scale="agree4", **PLAIN,
            text_vi="Thủ tục của đơn vị được niêm yết đầy đủ.",
            text_en="The unit publishes all its procedures.",
        ),
        QuestionFacts(
            code="TG1", sub_index="time_costs", scale="days", **PLAIN,
            text_vi="Lần gần nhất, doanh nghiệp chờ bao nhiêu ngày để có kết quả?",
            text_en="How many days did you wait for the result last time?",
        ),
    ),
    indicators=(
        IndicatorFacts(
            code="MB1", sub_index="transparency", **SOFT, **SHARE, direction=Direction.POSITIVE.value,
            name_vi="Tỷ lệ doanh nghiệp đồng ý rằng thủ tục được niêm yết đầy đủ",
            name_en="Share of businesses that find all procedures published",
            question="MB1", share_of=(3.0, 4.0),
        ),
        IndicatorFacts(
            code="TG1", sub_index="time_costs", **SOFT, direction=Direction.NEGATIVE.value,
            name_vi="Số ngày chờ kết quả (trung vị)", name_en="Days waited for the result (median)",
            question="TG1", share_of=(), statistic=Statistic.MEDIAN.value,
            measure_vi="ngày", measure_en="days", scale_low=0.0, scale_high=60.0,
        ),
        IndicatorFacts(
            code="TG2", sub_index="time_costs", direction=Direction.POSITIVE.value,
            **{**SOFT, "kind": IndicatorKind.HARD.value, "blocks": ("departments",)},
            name_vi="Tỷ lệ hồ sơ giải quyết trước hạn và đúng hạn", name_en="Share of dossiers early or on time",
            question="", share_of=(), statistic=Statistic.VALUE.value,
            measure_vi="%", measure_en="%", scale_low=0.0, scale_high=100.0,
        ),
    ),
    profile=(
        ProfileFacts(
            "type", "Loại hình của doanh nghiệp", "Type of business",
            (
                OptionFacts("enterprise", "Doanh nghiệp", "Enterprise"),
                OptionFacts("cooperative", "Hợp tác xã", "Cooperative"),
                OptionFacts("household", "Hộ kinh doanh", "Household business"),
            ),
        ),
        ProfileFacts(
            "size", "Số lao động", "Number of workers",
            (
                OptionFacts("under-10", "Dưới 10", "Fewer than 10"),
                OptionFacts("from-10", "Từ 10 trở lên", "10 or more"),
            ),
        ),
    ),
    eligibility=tuple(
        EligibilityFacts(block, kind, 0, 1 if block == "localities" else 2)
        for block in BOTH
        for kind in RespondentType.values
    ),
    margins=(MarginFacts("size", "under-10", 9200), MarginFacts("size", "from-10", 2900)),
    hard_data=(
        HardFacts(
            "so-cong-thuong", "TG2", 97.5, 1240, "2027",
            "Trung tâm Phục vụ hành chính công tỉnh", "Provincial Public Administration Service Centre",
        ),
    ),
)  # fmt: skip
