"""Calibration of posteriors on labels, of one classifier or a pool.

Classifiers are over- or under-confident, and the posteriors of two sources imply different p(y). A few parameters
fitted to the labels correct both.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coral_viz.pid.information import entropy


def implied_information(t: np.ndarray, weights: np.ndarray | None = None) -> float:
    """H(mean t) - mean H(t) in bits: the information of a calibrated posterior (n, C) about its label."""
    return float(entropy(np.average(t, 0, weights)) - np.average(entropy(t), weights=weights))


def recalibrate(posteriors: Sequence[np.ndarray], y: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Log-linear pool of posteriors on labels y: p(c) proportional to ``exp(b_c) * prod_k posteriors[k][c] ** s_k``.

    The scales s_k >= 0 and offsets b_c minimise the log-loss. For one posterior this is bias-corrected temperature
    scaling (Alexandari et al., ICML 2020). At the optimum, setting the derivatives by b and s to zero gives

        mean posterior = label frequencies   and   mean entropy of the posterior = its cross-entropy.

    A scale that would be negative is 0, so predictions worse than none are ignored, not inverted. A pool of more
    posteriors contains every pool of fewer, so its information is never lower.

    Args:
        posteriors: predictions, each (n, C) and positive.
        y: labels (n,), integers below C, every class present.
        weights: of the samples (n,), with mean 1; every mean above is then a weighted one.

    Returns:
        The recalibrated posterior (n, C).
    """
    logs = np.stack([np.log(t.T) for t in posteriors])  # classes before samples: sums over classes go along memory
    target = np.eye(logs.shape[1])[:, y]
    weights = np.ones(len(y)) if weights is None else weights
    scale, offset = np.zeros(len(logs)), np.zeros(logs.shape[1])
    scale[0] = 1.0
    loss, t = _pool(logs, scale, offset, target, weights)
    for _ in range(50):
        step_scale, step_offset, decrease = _newton_step(logs, t, target, scale, weights)
        if decrease < 1e-10:
            break
        size = 1.0
        while size > 1e-6:
            trial = np.maximum(scale + size * step_scale, 0), offset + size * step_offset
            new_loss, new_t = _pool(logs, *trial, target, weights)
            if new_loss <= loss - 1e-4 * size * decrease:
                break
            size /= 2
        else:
            break
        (scale, offset), loss, t = trial, new_loss, new_t
    return np.ascontiguousarray(t.T)


def _pool(logs, scale, offset, target, weights) -> tuple[float, np.ndarray]:
    """Mean log-loss in nats of the pool, and the pooled posterior (C, n)."""
    score = (scale @ logs.reshape(len(logs), -1)).reshape(target.shape) + offset[:, None]
    score -= score.max(0)
    t = np.exp(score)
    total = t.sum(0)
    return float(np.mean(weights * (np.log(total) - (score * target).sum(0)))), t / total


def _newton_step(logs, t, target, scale, weights) -> tuple[np.ndarray, np.ndarray, float]:
    """Newton step of scales and offsets, and the decrease it promises; scales held at 0 by their bound stay there."""
    pools, n = len(logs), t.shape[1]
    residual = (t - target) * weights
    gradient = np.concatenate([logs.reshape(pools, -1) @ residual.ravel(), residual.sum(1)]) / n
    centred = logs - (logs * t).sum(1, keepdims=True)
    weighted = centred * t * weights
    hessian = np.empty((len(gradient), len(gradient)))
    hessian[:pools, :pools] = weighted.reshape(pools, -1) @ centred.reshape(pools, -1).T
    hessian[:pools, pools:] = weighted.sum(2)
    hessian[pools:, :pools] = hessian[:pools, pools:].T
    hessian[pools:, pools:] = np.diag((t * weights).sum(1)) - (t * weights) @ t.T
    hessian /= n
    # Two directions may be flat: a constant in the offsets, and scales of posteriors that say the same.
    hessian.flat[:: len(gradient) + 1] += 1e-5
    held = np.flatnonzero((scale <= 0) & (gradient[:pools] > 0))
    hessian[held] = hessian[:, held] = 0
    hessian[held, held] = 1
    gradient[held] = 0
    step = -np.linalg.solve(hessian, gradient)
    return step[:pools], step[pools:], float(-gradient @ step)
