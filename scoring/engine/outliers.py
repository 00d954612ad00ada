"""Outliers: how far a row of answers lies from the usual pattern, when hardly a row is complete. Flags only."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from scoring.engine.blocks import by_blocks
from scoring.engine.coded import Answers
from scoring.engine.types import FloatArray, IntArray

ROWS_AT_ONCE = 1024
LEAST_PAIRS = 20
SMALLEST_EIGENVALUE = 1e-3


def available_covariance(answers: Answers) -> tuple[FloatArray, FloatArray]:
    """Mean (k,) and covariance (k, k) from the rows in which both answers are there (n, k; NaN = no answer).

    Such a matrix need not be positive definite; eigenvalues under a thousandth of the mean variance are raised to it.
    Pairs answered together by fewer than 20 rows count as unrelated.

    Unit: that of the answers, squared. Raises nothing. Source: Little and Rubin, Statistical Analysis with Missing
    Data, 2019, chapter 3 (available cases); Rousseeuw and Molenberghs 1993 for the repair.

    >>> rows = np.repeat([[1.0, 2.0], [3.0, np.nan], [3.0, 4.0]], 20, axis=0)
    >>> mean, covariance = available_covariance(rows)
    >>> mean.round(2).tolist(), covariance.shape
    ([2.33, 3.0], (2, 2))
    """
    return _moments(answers)[:2]


def _moments(answers: Answers) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean, covariance, and how many rows (k, k) answer both."""
    sums = by_blocks(len(answers), lambda rows: np.nansum(answers[rows], axis=0))
    count = np.sum(by_blocks(len(answers), lambda rows: (~np.isnan(answers[rows])).sum(axis=0)), axis=0)
    mean = np.divide(np.sum(sums, axis=0), count, out=np.zeros(answers.shape[1]), where=count > 0)
    found = by_blocks(len(answers), lambda rows: _products(answers[rows], mean))
    products, pairs = (np.sum(each, axis=0) for each in zip(*found, strict=True))
    covariance = np.divide(products, pairs, out=np.zeros_like(pairs), where=pairs >= LEAST_PAIRS)
    values, vectors = np.linalg.eigh(covariance)
    floor = SMALLEST_EIGENVALUE * max(float(np.trace(covariance)) / max(len(covariance), 1), 1e-12)
    return mean, (vectors * np.maximum(values, floor)) @ vectors.T, pairs


def _products(cells: FloatArray, mean: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sums of products of deviations (k, k) of some rows, and how many rows gave both answers (k, k)."""
    there = ~np.isnan(cells)
    deviation, mass = np.where(there, cells - mean, 0.0), there.astype(np.float64)
    return deviation.T @ deviation, mass.T @ mass


def available_distance(answers: Answers) -> tuple[FloatArray, FloatArray]:
    """Squared Mahalanobis distance (n,) of the answers that are there, and its upper tail probability (n,).

    d² = (x_o − μ_o)′ Σ_oo⁻¹ (x_o − μ_o) over the items o that the row answers, compared with χ² of as many degrees of
    freedom. ``clean.mahalanobis`` takes its covariance from complete rows; here few rows or none need be complete.
    Rows without answers: distance 0, probability 1. NaN for a row with two answers that fewer than 20 rows give
    together: too little is known of how they go together.

    Raises nothing. Source: Mahalanobis 1936; Little and Rubin, Statistical Analysis with Missing Data, 2019, chapter 3.

    >>> rows = np.random.default_rng(1).normal(size=(200, 3))
    >>> rows[0], rows[1, 2] = [6.0, -6.0, 6.0], np.nan
    >>> bool(available_distance(rows)[1][0] < 1e-6)
    True
    """
    mean, covariance, pairs = _moments(answers)
    rare = (pairs < LEAST_PAIRS).astype(np.float64)
    found = by_blocks(len(answers), lambda rows: _distance(answers[rows], mean, covariance, rare), ROWS_AT_ONCE)
    distance, given = (np.concatenate(each) for each in zip(*found, strict=True))
    return distance, np.asarray(chi2.sf(distance, np.maximum(given, 1)), dtype=np.float64)


def _distance(
    cells: FloatArray, mean: FloatArray, covariance: FloatArray, rare: FloatArray
) -> tuple[FloatArray, IntArray]:
    """Squared distance (m,) of some rows, NaN where two of its answers are a rare pair, and how many answers it has."""
    there = ~np.isnan(cells)
    deviation = np.where(there, cells - mean, 0.0)
    part = np.where(there[:, :, None] & there[:, None, :], covariance, np.eye(len(covariance)))
    solved = np.linalg.solve(part, deviation[:, :, None])[:, :, 0]
    known = ((there @ rare) * there).sum(axis=1) == 0
    return np.where(known, (deviation * solved).sum(axis=1), np.nan), there.sum(axis=1)
