"""Every code that the engine can say has a sentence, and recipes read well in both languages."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from scoring import engine
from scoring.engine.checks import EngineError
from scoring.engine.normalise import GOALPOST_METHODS, NORMALISERS
from scoring.engine.pipeline import STEPS
from scoring.engine.recipe import DEFAULTS, recipe_complete
from scoring.engine.weight import WEIGHTERS
from scoring.frames.deep import PARTS as DIAGNOSTICS
from scoring.sentences import fault_sentence, notice_sentence, recipe_sentences, step_words
from scoring.sentences.diagnostics import PARTS as DIAGNOSTIC_WORDS
from scoring.sentences.faults import RECIPE_FAULTS, RUN_FAULTS
from scoring.sentences.faults import STEPS as STEP_WORDS
from scoring.sentences.notices import BANDS, NOTICES, REASONS
from scoring.sentences.recipe import MEANS, NORMALISED, WEIGHTS, plain_number

SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path(engine.__path__[0]).glob("*.py")))
PARAMS = {
    "levels": ["micro", "small"],
    "strata": ["a"],
    "total": 1200.0,
    "expected": 1000.0,
    "units": 3,
    "lo": 1.0,
    "hi": 2.5,
    "n": 4,
    "value": 3.0,
}


def engine_errors():
    found, open_ends = [], [EngineError]
    while open_ends:
        kinds = open_ends.pop().__subclasses__()
        found += kinds
        open_ends += kinds
    return {kind.code for kind in found}


def test_every_notice_of_the_engine_has_a_sentence():
    assert set(re.findall(r'Notice\(\s*"(\w+)"', SOURCE)) == set(NOTICES)


def test_every_error_of_the_engine_has_a_sentence():
    assert engine_errors() - set(RUN_FAULTS) == {"table_invalid"}  # tables from files alone are never a run


def test_every_fault_of_a_recipe_has_a_sentence():
    assert set(re.findall(r'Fault\(\s*"(\w+)"', SOURCE)) <= set(RECIPE_FAULTS)


def test_every_step_reason_band_and_method_has_words():
    reasons = set(re.findall(r'reasons\[.*\] = "(\w+)"', SOURCE))
    assert (set(STEPS), len(reasons)) == (set(STEP_WORDS), 5)
    assert set(DIAGNOSTICS) == set(DIAGNOSTIC_WORDS)
    assert reasons <= set(REASONS)
    assert {band["code"] for band in DEFAULTS["rank"]["bands"]} == set(BANDS)
    assert set(WEIGHTERS) == set(WEIGHTS)
    assert set(NORMALISERS) - {"minmax"} == set(NORMALISED)
    assert {"arithmetic", "geometric", "harmonic"} <= set(MEANS)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", sorted(NOTICES))
def test_notices_are_whole_sentences(code, language):
    with translation.override(language):
        text = notice_sentence(
            {"code": code, "path": "size", "params": PARAMS}, {"size": "Quy mô", "micro": "Siêu nhỏ"}
        )
    assert "%(" not in text
    assert text.endswith(".")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", sorted(RUN_FAULTS))
def test_faults_of_a_run_are_whole_sentences(code, language):
    with translation.override(language):
        text = fault_sentence({"code": code, "path": "size", "params": {}})
    assert "%(" not in text
    assert text.endswith(".")


def test_an_unknown_code_still_says_something():
    assert step_words("polish") == "polish"
    assert fault_sentence({"code": "brand_new"}) == fault_sentence({"code": "unexpected"})
    assert "brand_new" in notice_sentence({"code": "brand_new", "path": "x", "params": {}}, {})


def recipe(**parts):
    given = {name: {**DEFAULTS[name], **part} for name, part in parts.items()}
    return recipe_complete({"blocks": {"main": {"sub_indices": [], "indicators": []}}, **given})


def test_a_recipe_in_vietnamese_uses_its_numbers():
    content = recipe(
        weight={"method": "rake", "margins": ["size"], "trim": [0.25, 4], "collapse_below": 5},
        normalise={"goalposts": "pooled", "editions": ["2022", "2023"]},
        adjust={"max_bonus": 2.5, "max_penalty": 1, "points": [{"unit": "a", "points": 1, "reason": "x"}]},
    )
    text = "\n".join(recipe_sentences(content, {"size": "Quy mô"}))
    assert "theo “Quy mô” (hiệu chỉnh lặp từ trọng số thiết kế)" in text
    assert "nhỏ hơn 0,25 hoặc lớn hơn 4 lần trung vị" in text
    assert "các kỳ 2022, 2023 được 1, giá trị tốt nhất được 10" in text
    assert "tối đa 2,5 và điểm trừ tối đa 1" in text
    assert "(10.000 lần rút ngẫu nhiên)" in text


@pytest.mark.parametrize("method", sorted(NORMALISERS))
@pytest.mark.parametrize("goalposts", ["edition", "pooled", "envelope", "fixed"])
def test_every_normalisation_can_be_said(method, goalposts):
    with translation.override("en"):
        text = recipe_sentences(recipe(normalise={"method": method, "goalposts": goalposts}))
    assert [sentence for sentence in text if "%(" in sentence or not sentence.endswith(".")] == []
    assert (method in GOALPOST_METHODS) or "scale from" not in "\n".join(text)


def test_a_recipe_without_uncertainty_says_so():
    with translation.override("en"):
        assert recipe_sentences(recipe(uncertainty={"method": "none"}))[-1].startswith("No uncertainty is computed")


@pytest.mark.parametrize(("value", "vi", "en"), [(80, "80", "80"), (2.5, "2,5", "2.5"), (10_000, "10.000", "10,000")])
def test_numbers_in_sentences_have_the_decimals_they_need(value, vi, en):
    with translation.override("vi"):
        assert plain_number(value) == vi
    with translation.override("en"):
        assert plain_number(value) == en
