"""Figures of the diagnostics against a second way of working them out, from the frozen file and the stored scores."""

import csv
import io
import zipfile
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from django.urls import reverse
from scipy.stats import f as f_distribution

from accounts.enums import Role
from accounts.services import job_execute
from scoring.models import IndicatorScore, ScoringRun, SubIndexScore
from scoring.selectors.diagnostics import diagnostics_job
from tests.factories.results import scored_edition
from tests.scoring.web.visits import client_of

pytestmark = pytest.mark.django_db
# What the edition of the factories measures in its departments.
MEMBERS = {"transparency": ["MB1", "MB2"], "time_costs": ["TG1", "TG2"]}
WEIGHTS = {"transparency": 0.6, "time_costs": 0.4}


@pytest.fixture
def run() -> ScoringRun:
    made = scored_edition(responses=160, units=5)
    job_execute(str(diagnostics_job(made).pk))
    return made


def sheet(run: ScoringRun, key: str) -> list[dict[str, str]]:
    answer = client_of(Role.ANALYST).get(reverse("staff:run-diagnostics-csv", args=[run.pk, "departments", key]))
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def stored(file, member: str) -> pd.DataFrame:
    with file.open("rb") as opened, zipfile.ZipFile(opened) as archive:
        return pd.read_csv(io.BytesIO(archive.read(member)), dtype={"respondent": str})


def weights_of(run: ScoringRun) -> dict[str, float]:
    table = stored(run.tables, "departments/weights.csv")
    return dict(zip(table["respondent"], table["weight"], strict=True))


def scores(run: ScoringRun) -> pd.DataFrame:
    """Sub-index scores of the departments, one row per unit."""
    rows = SubIndexScore.objects.filter(run=run, block_unit__block__code="departments")
    table = pd.DataFrame(rows.values_list("block_unit__unit__code", "sub_index__code", "value"))
    return table.pivot_table(index=0, columns=1, values=2)


def test_effective_number_is_kishs(run: ScoringRun) -> None:
    w = list(weights_of(run).values())
    facts = {row["key"]: float(row["value"]) for row in sheet(run, "weighting")}
    assert facts["respondents"] == len(w) == 160
    assert facts["kish_n"] == pytest.approx(sum(w) ** 2 / sum(each * each for each in w))
    assert facts["design_effect"] == pytest.approx(160 / facts["kish_n"])
    assert sum(int(row["responses"]) for row in sheet(run, "distribution")) == 160


def test_alpha_over_responses_is_worked_out_from_the_frozen_answers(run: ScoringRun) -> None:
    ratings, w = stored(run.dataset.file, "ratings.csv"), weights_of(run)
    units = {score.block_unit.unit.code for score in run.scores.filter(block__code="departments")}
    rows = ratings[ratings["unit"].isin(units)]
    x = rows[["MB1", "MB2"]].apply(pd.to_numeric, errors="coerce").to_numpy()
    mass = np.array([w[respondent] for respondent in rows["respondent"]])
    covariance = np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            both = ~np.isnan(x[:, i]) & ~np.isnan(x[:, j])
            a, b, m = x[both, i], x[both, j], mass[both]
            centred = (a - np.average(a, weights=m)) * (b - np.average(b, weights=m))
            covariance[i, j] = np.average(centred, weights=m) * both.sum() / (both.sum() - 1)
    alpha = 2 * (1 - np.trace(covariance) / covariance.sum())
    n = len(rows)
    low = 1 - (1 - alpha) * f_distribution.ppf(0.975, n - 1, n - 1)

    found = next(row for row in sheet(run, "alpha") if row["sub_index"] == "transparency")

    assert int(found["responses_n"]) == n
    assert float(found["responses_alpha"]) == pytest.approx(alpha, rel=1e-6)
    assert float(found["responses_low"]) == pytest.approx(low, rel=1e-6)


def test_acting_weights_are_shares_of_the_variance_of_the_total(run: ScoringRun) -> None:
    table = scores(run)
    total = sum(table[code] * weight for code, weight in WEIGHTS.items())
    found = {row["sub_index"]: row for row in sheet(run, "effective")}
    for code, weight in WEIGHTS.items():
        share = np.cov(table[code] * weight, total)[0, 1] / np.var(total, ddof=1)
        assert float(found[code]["effective_weight"]) == pytest.approx(share, rel=1e-6)
        assert float(found[code]["nominal_weight"]) == pytest.approx(weight)


def test_ranks_without_an_indicator_are_those_of_its_siblings_points(run: ScoringRun) -> None:
    points = defaultdict(dict)
    for row in IndicatorScore.objects.filter(run=run, block_unit__block__code="departments"):
        points[row.block_unit.unit.code][row.indicator.code] = row.points
    found = defaultdict(dict)
    for row in sheet(run, "leave-one-out"):
        found[row["indicator"]][row["unit"]] = int(row["rank_without"])

    assert set(found) == {"MB1", "MB2", "TG1", "TG2"}
    moved = 0
    for left_out, ranks in found.items():
        totals = {}
        for unit, known in points.items():
            kept = {sub: [known[code] for code in codes if code != left_out] for sub, codes in MEMBERS.items()}
            totals[unit] = sum(WEIGHTS[sub] * sum(values) / len(values) for sub, values in kept.items())
        expected = {unit: 1 + sum(other > total for other in totals.values()) for unit, total in totals.items()}
        assert ranks == expected
        official = {score.block_unit.unit.code: score.rank for score in run.scores.filter(block__code="departments")}
        moved += expected != official
    assert moved > 0


def test_correlations_are_pearsons(run: ScoringRun) -> None:
    rows = IndicatorScore.objects.filter(run=run, block_unit__block__code="departments")
    table = pd.DataFrame(rows.values_list("block_unit__unit__code", "indicator__code", "points"))
    points = table.pivot_table(index=0, columns=1, values=2)
    parts = scores(run)
    for row in sheet(run, "correlations"):
        sub_index = next(sub for sub, codes in MEMBERS.items() if row["indicator"] in codes)
        expected = np.corrcoef(points[row["indicator"]], parts[sub_index])[0, 1]
        assert row["own_sub_index"] == sub_index
        assert float(row[sub_index]) == pytest.approx(expected, rel=1e-6)


def test_shares_of_the_scale_are_distances_from_the_next_unit(run: ScoringRun) -> None:
    raw = defaultdict(list)
    for row in IndicatorScore.objects.filter(run=run, block_unit__block__code="departments"):
        raw[row.indicator.code].append(row.raw)
    for row in sheet(run, "goalposts"):
        values = sorted(raw[row["indicator"]])
        length = values[-1] - values[0]
        assert float(row["lower"]) == pytest.approx((values[1] - values[0]) / length, rel=1e-6, abs=1e-9)
        assert float(row["upper"]) == pytest.approx((values[-1] - values[-2]) / length, rel=1e-6, abs=1e-9)


def test_errors_by_formula_are_those_of_the_scores(run: ScoringRun) -> None:
    errors = {score.block_unit.unit.code: score.se for score in run.scores.filter(block__code="departments")}
    rows = sheet(run, "errors")
    assert rows
    for row in rows:
        assert float(row["linearised"]) == pytest.approx(errors[row["unit"]], rel=1e-6)
        assert float(row["ratio"]) == pytest.approx(float(row["linearised"]) / float(row["bootstrap"]), rel=1e-6)
