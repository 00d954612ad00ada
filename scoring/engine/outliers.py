"""Outliers: how far a row of answers lies from the usual pattern, when hardly a row is complete. Flags only."""

from __future__ import annotations

import numpy as np
from scipy.stats import chi2

from scoring.engine.types import FloatArray

ROWS_AT_ONCE = 4096
LEAST_PAIRS = 20
SMALLEST_EIGENVALUE = 1e-3


def available_covariance(answers: FloatArray) -> tuple[FloatArray, FloatArray]:
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
    there = ~np.isnan(answers)
    count = there.sum(axis=0)
    mean = np.divide(np.nansum(answers, axis=0), count, out=np.zeros(answers.shape[1]), where=count > 0)
    deviation, mass = np.where(there, answers - mean, 0.0), there.astype(np.float64)
    pairs = mass.T @ mass
    covariance = np.divide(deviation.T @ deviation, pairs, out=np.zeros_like(pairs), where=pairs >= LEAST_PAIRS)
    values, vectors = np.linalg.eigh(covariance)
    floor = SMALLEST_EIGENVALUE * max(float(np.trace(covariance)) / max(len(covariance), 1), 1e-12)
    return mean, (vectors * np.maximum(values, floor)) @ vectors.T


def available_distance(answers: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Squared Mahalanobis distance (n,) of the answers that are there, and its upper tail probability (n,).

    d² = (x_o − μ_o)′ Σ_oo⁻¹ (x_o − μ_o) over the items o that the row answers, compared with χ² of as many degrees of
    freedom. ``clean.mahalanobis`` takes its covariance from complete rows; here few rows or none need be complete.
    Rows without answers: distance 0, probability 1.

    Raises nothing. Source: Mahalanobis 1936; Little and Rubin, Statistical Analysis with Missing Data, 2019, chapter 3.

    >>> rows = np.random.default_rng(1).normal(size=(200, 3))
    >>> rows[0], rows[1, 2] = [6.0, -6.0, 6.0], np.nan
    >>> bool(available_distance(rows)[1][0] < 1e-6)
    True
    """
    mean, covariance = available_covariance(answers)
    there = ~np.isnan(answers)
    deviation = np.where(there, answers - mean, 0.0)
    distance = np.zeros(len(answers))
    for start in range(0, len(answers), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        both = there[rows, :, None] & there[rows, None, :]
        part = np.where(both, covariance, np.eye(len(covariance)))
        solved = np.linalg.solve(part, deviation[rows, :, None])[:, :, 0]
        distance[rows] = (deviation[rows] * solved).sum(axis=1)
    tail = chi2.sf(distance, np.maximum(there.sum(axis=1), 1))
    return distance, np.asarray(tail, dtype=np.float64)
