"""What the sections of the diagnostics say about figures that small editions seldom have."""

from dataclasses import replace

import pytest
from django.utils.translation import override

from scoring.frames.deep import PARTS
from scoring.selectors.diagnostics import BlockFacts
from scoring.selectors.names import EditionNames
from scoring.sentences.diagnostics import HOW, TITLES
from scoring.sentences.diagnostics import PARTS as PART_WORDS
from scoring.tables import TOPICS, section_csv, section_of, sections_of
from scoring.tables.section import OK, WARN, Column, Plot, PlotRow, Span, Table
from scoring.templatetags.diagnostics import drawing, table_rows

UNITS = ("a", "b", "c", "d", "e", "f")
NAMES = EditionNames(
    blocks={"main": "Khối"},
    units={code: f"Sở {code.upper()}" for code in UNITS},
    sub_indices={"s": "Minh bạch", "t": "Thời gian"},
    indicators={"k": "Niêm yết", "l": "Số ngày"},
    fields={"size": "Quy mô"},
    levels={("size", "micro"): "Siêu nhỏ", ("size", "small"): "Nhỏ"},
)
RECIPE = {"blocks": {"main": {"indicators": [{"code": "k", "sub_index": "s"}, {"code": "l", "sub_index": "t"}]}}}
RUN = {
    "weights": {
        "method": "design", "respondents": 100.0, "population": 1000.0, "kish_n": 40.0, "base_kish_n": 40.0,
        "design_effect": 2.5, "lowest": 1.0, "median": 8.0, "highest": 60.0, "trimmed": 0.0, "iterations": 0.0,
        "worst_margin_gap": 0.0,
    },
    "margins": [],
    "goalposts": [{"indicator": "k", "lower_unit": "a", "upper_unit": "f"}, {"indicator": "l"}],
    "signal_reliability": 0.45,
    "sub_indices": [
        {"code": "s", "nominal": 0.6, "effective": 0.9, "alpha": None},
        {"code": "t", "nominal": 0.4, "effective": 0.1, "alpha": None},
    ],
    "correlations": [
        {"indicator": "k", "s": 0.9, "t": 0.1, "total": 0.8},
        {"indicator": "l", "s": 0.2, "t": -0.3, "total": 0.1},
    ],
}  # fmt: skip


def units(**changes):
    return [
        {
            "unit": code, "n": 50, "score": 80.0 - place, "se": 1.0, "rank": place + 1, "rank_low": max(1, place),
            "rank_high": min(6, place + 2), "own_low": place + 1, "own_high": place + 1, "status": "ranked",
        }
        | changes
        for place, code in enumerate(UNITS)
    ]  # fmt: skip


def block(run=None, **deep):
    facts = {"units": units()} | deep
    return BlockFacts("main", "Khối", NAMES, RECIPE, RUN | (run or {}), facts)


LENIENT = {
    "firm_share": 0.5, "connected": True, "score": [78.0] * 6, "rank": [4, 1, 2, 3, 5, 6], "part": [0] * 6,
    "alarm": [True, False, False, False, False, False],
}  # fmt: skip


def test_every_section_and_every_part_of_the_work_has_words():
    assert set(TITLES) == set(HOW)
    assert set(PARTS) == set(PART_WORDS)


def test_an_alarm_names_the_unit_and_is_marked_in_the_drawing():
    section = section_of(block(leniency=LENIENT), "leniency")
    assert section.state == WARN
    assert section.finding == (
        "Cảnh báo: khi tách người chấm dễ và chấm chặt, Sở A ra ngoài khoảng hạng chính thức."
        " 50% chênh lệch giữa các lượt đánh giá cùng một đơn vị là do người đánh giá."
    )
    assert [row.warn for row in section.plot.rows] == [True, False, False, False, False, False]
    assert section_csv(section.file).decode("utf-8-sig").splitlines()[1] == "a,Sở A,50,80.0,78.0,1,4,1,2,1,true"


def test_without_rank_ranges_leniency_says_how_far_ranks_move():
    bare = replace(block(leniency=LENIENT | {"alarm": [False] * 6}))
    bare.deep["units"] = units(rank_low=0, rank_high=0)
    assert "hạng đổi nhiều nhất 3 bậc; không có khoảng hạng" in section_of(bare, "leniency").finding


def test_flagged_and_excluded_responses_are_compared_unit_by_unit():
    facts = {
        "check": 1,
        "responses": 120,
        "without": {
            "responses": 100, "n": [40, 50, 45, 50, 50, 50], "score": [75.0, 79.5, 78, 77, 76, 75],
            "rank": [6, 1, 2, 3, 4, 0],
        },
    }  # fmt: skip
    section = section_of(block(flagged=facts), "flagged")
    assert section.finding == "Khi bỏ 20 phiếu nghi vấn trên 120 phiếu, 6 đơn vị đổi hạng."
    assert section.table.rows[0] == ("a", "Sở A", 50, 80.0, 1, 40, 75.0, 6)
    assert section.table.rows[5][-1] is None
    assert [row.figure for row in section.plot.rows][::5] == ["1 → 6", "6 → –"]
    same = {"responses": 123, "n": [51] * 6, "score": [80.0] * 6, "rank": [1, 2, 3, 4, 5, 6]}
    both = section_of(block(flagged=facts | {"all": same}), "flagged")
    assert both.finding.startswith("Khi tính lại 3 phiếu đã bị loại, 0 đơn vị đổi hạng. Khi bỏ")
    assert both.table.rows[0] == ("a", "Sở A", 50, 80.0, 1, 51, 80.0, 1, 40, 75.0, 6)
    alone = section_of(block(flagged={"check": None, "responses": 120, "all": same}), "flagged")
    assert (alone.state, alone.plot.legend[1][1]) == ("ok", "có cả phiếu đã bị loại")


def test_without_flagged_responses_there_is_nothing_to_show_and_a_fault_is_told():
    fault = {"code": "not_enough_data", "path": "", "params": {}}
    assert section_of(block(flagged={}), "flagged") is None
    assert section_of(block(flagged={"missing": fault}), "flagged").state == "none"


def test_heavy_weighting_noise_and_a_weight_off_its_mark_are_to_be_looked_at():
    found = {section.key: section for topic in TOPICS for section in sections_of(block(), topic)}
    states = {key: section.state for key, section in found.items()}
    assert states == {"weighting": WARN, "signal": WARN, "effective": WARN, "correlations": WARN}
    assert found["weighting"].finding == "100 phiếu có giá trị như 40 phiếu cùng trọng số (hiệu ứng thiết kế 2,50)."
    assert found["effective"].finding == "“Minh bạch” lệch xa trọng số nhất: quy định 60%, thực tế 90%."
    assert found["correlations"].finding.endswith("của mình: l Số ngày.")


def test_unmet_margins_are_to_be_looked_at():
    rows = [
        {"margin": "size", "level": "micro", "respondents": 30, "population": 70.0, "before": 30.0, "after": 60.0},
        {"margin": "size", "level": "small", "respondents": 70, "population": 30.0, "before": 70.0, "after": 40.0},
    ]
    section = section_of(block({"margins": rows}), "margins")
    assert section.state == WARN
    assert "chiếm 30,0% số phiếu, 70,0% tổng số doanh nghiệp; sau gia quyền là 60,0%" in section.finding
    met = [row | {"after": row["population"]} for row in rows]
    assert section_of(block({"margins": met}), "margins").state == OK


def choices(first, whole, sampling):
    return {
        "names": ["weights", "normalise"], "first": [[first, 0.0]] * 6, "whole": [[whole, 0.0]] * 6,
        "shift_first": [0.5, 0.0], "shift_whole": [0.7, 0.0], "low": [1.0] * 6, "high": [6.0] * 6,
        "spread": [2.0] * 6, "sampling": [sampling] * 6,
    }  # fmt: skip


def test_decisions_and_sampling_stand_on_one_axis_of_ranks():
    section = section_of(block(choices=choices(0.25, 1.0, 1.5)), "choices")
    assert section.state == WARN
    assert "nhiều hơn do sai số mẫu (1,5 bậc)" in section.finding
    rows = {row[0]: row[2:4] for row in section.table.rows}
    assert rows["weights"] == (pytest.approx(1.0), pytest.approx(2.0))  # √(share x 2²)
    assert rows["sampling"] == (None, pytest.approx(1.5))
    assert section_of(block(choices=choices(0.25, 1.0, 2.5)), "choices").state == OK
    assert "Thứ hạng dịch chuyển nhiều nhất do" in section_of(block(choices=choices(0.2, 1.0, None)), "choices").finding
    assert section_of(block(choices=choices(0.0, 0.0, 1.0)), "choices").finding.startswith("Không lựa chọn")


DRAWN = {"draws": 10, "low": [1.0, 1.0, 1.0, 4.0, 4.0, 4.0], "high": [3.0, 3.0, 3.0, 6.0, 6.0, 6.0], "first": [0.2] * 6}


def test_weights_that_matter_more_than_the_sample_are_to_be_looked_at():
    section = section_of(block(drawn_weights=DRAWN), "ranges")
    assert section.state == WARN
    assert "hạng trải qua 1 bậc do sai số mẫu và 3 bậc khi đổi trọng số; ở 6 trên 6 đơn vị" in section.finding
    bare = block(drawn_weights=DRAWN)
    bare.deep["units"] = units(own_low=0, own_high=0)
    assert section_of(bare, "ranges").finding == "Trung vị các đơn vị: hạng trải qua 3 bậc khi đổi trọng số."


def test_an_outlier_that_sets_the_scale_is_named():
    facts = {
        "k": {"lower": 0.1, "upper": 0.5, "places": [0.0, 0.1, 0.2, 0.3, 0.5, 1.0]},
        "l": {"lower": None, "upper": None, "places": [None] * 6},
    }
    section = section_of(block(goalposts=facts), "goalposts")
    assert section.state == WARN
    assert section.finding.endswith("nhiều nhất ở “k Niêm yết”: Sở F (50%).")
    fixed = {"l": facts["l"]}
    assert "các mốc cố định" in section_of(block(goalposts=fixed), "goalposts").finding


def test_errors_that_differ_are_named():
    facts = {"replicates": 100, "unmet": 3, "linear": [1.3, 1.0, 1.0, 1.0, 1.0, None], "bootstrap": [1.0] * 6}
    section = section_of(block(errors=facts), "errors")
    assert (section.state, len(section.table.rows)) == (WARN, 5)
    assert section.finding.endswith("Ở 1 trên 5 đơn vị, hai sai số chênh nhau hơn một phần năm: Sở A.")


def test_without_errors_by_formula_those_by_resampling_stand_alone():
    facts = {"replicates": 100, "unmet": 0, "linear": [None] * 6, "bootstrap": [1.0, 1.5, 2.0, None, 3.0, 4.0]}
    section = section_of(block(errors=facts), "errors")
    assert section.finding == (
        "Cách tính này không có sai số theo công thức; lấy mẫu lại cho sai số trung vị 2,0 điểm (từ 1,0 đến 4,0)."
    )
    assert [row.figure for row in section.plot.rows] == ["1,00", "1,50", "2,00", "3,00", "4,00"]
    nothing = facts | {"bootstrap": [None] * 6}
    assert section_of(block(errors=nothing), "errors").finding == "Không có sai số nào để so sánh."


@pytest.mark.parametrize(
    ("name", "key", "missing", "said"),
    [
        ("drivers", "drivers", ("shape_mismatch", "drivers"), "With more than 12 sub-indices"),
        ("drivers", "drivers", ("not_enough_data", "drivers"), "Overall satisfaction was not asked."),
        ("drivers", "drivers", ("not_enough_data", "answers"), "There is too little data"),
        ("leniency", "leniency", ("not_enough_data", "answers"), "There are no answers to single questions"),
        ("choices", "choices", ("method_unknown", "aggregate.total"), "Sensitivity is not worked out"),
        ("choices", "choices", ("goalposts_missing", "k"), "Goalposts are missing"),
        ("errors", "errors", ("not_enough_data", "bootstrap"), "There is too little data"),
    ],
)
def test_what_cannot_be_had_is_said(name, key, missing, said):
    facts = {"missing": {"code": missing[0], "path": missing[1], "params": {}}}
    with override("en"):
        section = section_of(block(**{name: facts}), key)
        assert section.finding.startswith(said)
    assert (section.table, section.plot, section.file) == (None, None, None)


def test_drawings_are_within_their_axis_and_use_a_decimal_point():
    row = PlotRow("x", "1", (Span("bar", 0, 3.333), Span("interval", None, 2)))
    drawn = drawing(row, Plot(0, 2, [row], lines=(0.5,)))
    assert drawn.count("<rect") == 1
    assert 'width="100%"' in drawn
    assert 'x1="25%"' in drawn


def test_tables_write_figures_as_the_reader_does_and_escape_texts():
    table = Table(
        (Column("a", "A"), Column("b", "B & C", "percent", 1), Column("d", "D", "yes")), [("<b>", 0.256, True)]
    )
    assert table_rows(table) == (
        '<tr><th scope="row">&lt;b&gt;</th><td class="num" data-value="0.256" data-label="B &amp; C">25,6%</td>'
        '<td data-label="D">có</td></tr>'
    )
