"""The worked examples of docs/recompute.md do what the page says; their published totals are plain arithmetic."""

from __future__ import annotations

import re
import shlex
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs/examples"
CONSOLE = re.findall(r"```console\n\$ (.+)\n((?:.+\n)+)```", (ROOT / "docs/recompute.md").read_text("utf-8"))

# The hash covers the engine's version too.
HASH = re.compile(r"(?<=result )[0-9a-f]{16}")


@pytest.mark.parametrize(("command", "expected"), CONSOLE, ids=["indicators", "sub-indices", "survey"])
def test_commands_print_what_the_page_says(
    command: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    python, manage, *arguments = shlex.split(command)
    assert (python, manage) == ("python", "manage.py")
    out = StringIO()

    call_command(*arguments, stdout=out)

    assert HASH.sub("", out.getvalue()) == HASH.sub("", expected)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_every_table_named_on_the_page_is_written(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    command = shlex.split(CONSOLE[2][0].replace("var/recomputed", str(tmp_path)))[2:]

    call_command(*command, "--format", form, stdout=StringIO())

    page = (ROOT / "docs/recompute.md").read_text("utf-8")
    section = page.partition("## What is written")[2].partition("## What is checked")[0]
    named = set(re.findall(r"`([a-z_]+)`", section)) - {"result"}
    assert {path.stem.removeprefix("dept_") for path in tmp_path.glob(f"dept_*.{form}")} == named
    read = pd.read_csv if form == "csv" else pd.read_json
    scores = read(tmp_path / f"dept_scores.{form}").set_index("unit")
    covariance = read(tmp_path / f"dept_covariance.{form}").set_index("unit")
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), scores.se, rtol=1e-12)
    assert (scores["rank"].between(scores.rank_lo, scores.rank_hi)).all()


def points(x: pd.Series, ends: pd.Series, *, negative: bool = False) -> pd.Series:
    up = 1 + 9 * (x - ends.min()) / (ends.max() - ends.min())
    return 11 - up if negative else up


def test_published_totals_of_indicators_follow_from_goalposts_of_three_years() -> None:
    years = {year: pd.read_csv(EXAMPLES / f"indicators/{year}.csv") for year in (2022, 2023, 2024)}
    now, all_years = years[2024], pd.concat(years.values())
    since = pd.concat([years[2023], years[2024]])
    time = (
        points(now.waiting_days, all_years.waiting_days, negative=True)
        + 2 * points(now.online_share, pd.Series([0, 1]))
    ) / 3
    integrity = (
        points(now.informal_cost_share, since.informal_cost_share, negative=True)
        + points(now.explained_well, since.explained_well)
    ) / 2
    total = 10 * (0.6 * time + 0.4 * integrity)
    np.testing.assert_allclose(now.total, total, atol=0.00501)
    assert list(now["rank"]) == list(total.rank(ascending=False))
    # The example shows something: each rule matters, and the envelope of the first indicator reaches back to 2022.
    assert years[2022].waiting_days.max() == all_years.waiting_days.max()
    assert since.explained_well.min() < now.explained_well.min()
    assert years[2022].informal_cost_share.max() > since.informal_cost_share.max()


def test_published_totals_of_the_survey_follow_from_plain_raking_means_shares_and_medians() -> None:
    people, margins, ratings = (
        pd.read_csv(EXAMPLES / f"survey/{name}.csv", na_values=["dk", "na"])
        for name in ("respondents", "margins", "ratings")
    )
    weight = people.base_weight.copy()
    for _ in range(200):
        for name, wanted in margins.groupby("margin", sort=False):
            found = weight.groupby(people[name]).sum()
            weight *= people[name].map(wanted.set_index("level").N / found)
    ratings["w"] = ratings.respondent.map(dict(zip(people.respondent, weight, strict=True)))
    totals = {}
    for unit, mine in ratings.groupby("unit"):
        explained, informal = mine.dropna(subset="explained"), mine.dropna(subset="informal")
        days = mine.dropna(subset="days").groupby("days").w.sum().cumsum()
        median = days.index[int((days > days.iloc[-1] / 2).argmax())]
        ease = 1 + 9 * (np.average(explained.explained, weights=explained.w) - 1) / 4
        speed = 10 - 9 * (median - 1) / 59
        clean = 1 + 9 * np.average(informal.informal.isin([3, 4]), weights=informal.w)
        totals[unit] = 10 * (0.7 * (ease + speed) / 2 + 0.3 * clean)
    published = pd.read_csv(EXAMPLES / "survey/published.csv").set_index("unit").total
    np.testing.assert_allclose(published, pd.Series(totals)[published.index], atol=0.00501)
