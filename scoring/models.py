"""What the answers mean: recipes, runs with all intermediate tables, scores, approvals, publications."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from scoring.enums import Exclusions, RunState, ScoreStatus, Verdict
from surveys.models import Block, BlockUnit, Dataset, Edition, Indicator, SubIndex


class Recipe(models.Model):
    """How an edition is scored, as explicit data (scoring.engine.recipe). Unchangeable (trigger); an edit is a new
    number.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="recipes")
    number = models.PositiveSmallIntegerField(_("number"))
    content = models.JSONField(_("content"))
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made at"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    starts_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("starts from")
    )

    class Meta:
        ordering: ClassVar = ["edition", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "number"], name="recipe_number_once")]
        verbose_name = _("recipe")
        verbose_name_plural = _("recipes")

    def __str__(self) -> str:
        return f"{self.edition} · {self.number}"


class ScoringRun(models.Model):
    """A pure function of dataset, recipe, exclusions, seed and engine version, with every intermediate table kept in
    `tables`. `exclusions`: whether the responses that people excluded are left out (None: before there were any).
    `responses_counted`, `ratings_counted`: what was scored after exclusions and channels (None: of an older run).

    Once complete, a run and its scores are unchangeable (triggers).
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveSmallIntegerField(_("number"))
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="runs")
    recipe = models.ForeignKey(Recipe, on_delete=models.PROTECT, related_name="runs")
    seed = models.PositiveBigIntegerField(_("seed"), default=1)
    exclusions = models.CharField(_("exclusions"), max_length=10, choices=Exclusions, null=True)  # noqa: DJ001
    responses_counted = models.PositiveIntegerField(_("responses"), null=True)
    ratings_counted = models.PositiveIntegerField(_("ratings"), null=True)
    engine_version = models.CharField(_("engine version"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.WAITING)
    job_id = models.UUIDField(null=True)
    started_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("started at"))
    completed_at = models.DateTimeField(_("completed at"), null=True)
    diagnostics = models.JSONField(_("diagnostics"), default=dict)
    tables = models.FileField(_("tables"), upload_to="runs", blank=True)
    tables_sha256 = models.CharField(max_length=64, blank=True)
    result_sha256 = models.CharField(_("hash of the result"), max_length=64, blank=True)
    fault = models.TextField(_("fault"), blank=True)

    class Meta:
        ordering: ClassVar = ["edition", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "number"], name="run_number_once")]
        verbose_name = _("scoring run")
        verbose_name_plural = _("scoring runs")

    def __str__(self) -> str:
        return f"{self.edition} · {self.number}"


class Score(models.Model):
    """A unit's total in a run: full precision, never rounded.

    Total on 10..100 for a 1..10 scale. `low`/`high` are the ends of the 95 % interval, `rank_low`/`rank_high` the
    simultaneous rank
    set, `marginal_*` the unit's own; `tied_with` the codes of units that cannot be told apart from it.
    """

    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="scores")
    block_unit = models.ForeignKey(BlockUnit, on_delete=models.PROTECT, related_name="scores")
    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="scores")
    status = models.CharField(_("status"), max_length=12, choices=ScoreStatus)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    n = models.PositiveIntegerField(_("ratings"))
    total = models.FloatField(_("score"), null=True)
    se = models.FloatField(_("standard error"), null=True)
    low = models.FloatField(_("lower end"), null=True)
    high = models.FloatField(_("upper end"), null=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True)
    rank_low = models.PositiveSmallIntegerField(_("best rank"), null=True)
    rank_high = models.PositiveSmallIntegerField(_("worst rank"), null=True)
    marginal_low = models.PositiveSmallIntegerField(_("best rank, unit alone"), null=True)
    marginal_high = models.PositiveSmallIntegerField(_("worst rank, unit alone"), null=True)
    band = models.CharField(_("band"), max_length=20, blank=True)
    tied_with = models.JSONField(_("not distinguishable from"), default=list)
    adjustment = models.FloatField(_("bonus or penalty"), default=0.0)

    class Meta:
        ordering: ClassVar = ["run", "block__position", models.F("rank").asc(nulls_last=True), "block_unit__unit__code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "block_unit"], name="score_once"),
            models.CheckConstraint(
                condition=models.Q(status=ScoreStatus.RANKED, rank__isnull=False, total__isnull=False)
                | (~models.Q(status=ScoreStatus.RANKED) & models.Q(rank__isnull=True)),
                name="score_ranked_has_rank",
            ),
        ]
        verbose_name = _("score")
        verbose_name_plural = _("scores")

    def __str__(self) -> str:
        return f"{self.block_unit}: {self.total}"


class SubIndexScore(models.Model):
    """A unit's score on a sub-index, on the scale of the recipe (1..10 by default)."""

    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="sub_index_scores")
    block_unit = models.ForeignKey(BlockUnit, on_delete=models.PROTECT, related_name="sub_index_scores")
    sub_index = models.ForeignKey(SubIndex, on_delete=models.PROTECT, related_name="scores")
    value = models.FloatField(_("score"), null=True)
    se = models.FloatField(_("standard error"), null=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True)

    class Meta:
        ordering: ClassVar = ["run", "block_unit", "sub_index__position", "sub_index__code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "block_unit", "sub_index"], name="sub_index_score_once"),
        ]
        verbose_name = _("sub-index score")
        verbose_name_plural = _("sub-index scores")

    def __str__(self) -> str:
        return f"{self.block_unit} · {self.sub_index}: {self.value}"


class IndicatorScore(models.Model):
    """An indicator's raw value, points and what it cost the unit in the total."""

    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="indicator_scores")
    block_unit = models.ForeignKey(BlockUnit, on_delete=models.PROTECT, related_name="indicator_scores")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="scores")
    raw = models.FloatField(_("measured value"), null=True)
    raw_se = models.FloatField(_("standard error of the measured value"), null=True)
    points = models.FloatField(_("points"), null=True)
    lost = models.FloatField(_("points lost in the total"), null=True)
    lost_se = models.FloatField(_("standard error of the points lost"), null=True)
    n = models.PositiveIntegerField(_("valid answers"))
    reason = models.CharField(_("why missing"), max_length=60, blank=True)

    class Meta:
        ordering: ClassVar = [
            "run",
            "block_unit",
            "indicator__sub_index__position",
            "indicator__position",
            "indicator__code",
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "block_unit", "indicator"], name="indicator_score_once"),
        ]
        verbose_name = _("indicator score")
        verbose_name_plural = _("indicator scores")

    def __str__(self) -> str:
        return f"{self.block_unit} · {self.indicator.code}: {self.points}"


class RunDiagnostics(models.Model):
    """What a second job finds out about a complete run: written once, unchangeable (trigger).

    `content` is plain data by block (scoring.frames.deep); `sha256` is that of its canonical JSON.
    """

    run = models.OneToOneField(ScoringRun, on_delete=models.PROTECT, related_name="deep")
    content = models.JSONField(_("content"))
    sha256 = models.CharField(max_length=64)
    engine_version = models.CharField(_("engine version"), max_length=20)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        ordering: ClassVar = ["run"]
        verbose_name = _("diagnostics of a run")
        verbose_name_plural = _("diagnostics of runs")

    def __str__(self) -> str:
        return str(self.run)


class RunApproval(models.Model):
    """The second person's verdict on a complete run (append-only; the author of the run cannot give it)."""

    run = models.ForeignKey(ScoringRun, on_delete=models.PROTECT, related_name="approvals")
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering: ClassVar = ["run", "at", "id"]
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")

    def __str__(self) -> str:
        return f"{self.run} · {self.get_verdict_display()}"


class Publication(models.Model):
    """A release of an approved run. Unchangeable (trigger); a correction is the next release, with a reason that is
    shown.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="publications")
    release = models.PositiveSmallIntegerField(_("release"))
    run = models.ForeignKey(ScoringRun, on_delete=models.PROTECT, related_name="publications")
    reason = models.CharField(_("reason for this release"), max_length=300, blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        ordering: ClassVar = ["edition", "-release"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "release"], name="publication_release_once"),
        ]
        verbose_name = _("publication")
        verbose_name_plural = _("publications")

    def __str__(self) -> str:
        return f"{self.edition} · {self.release}"
