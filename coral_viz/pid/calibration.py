"""Posteriors that mean what they say: recalibration on labels, alone or pooled.

Classifiers are over- or under-confident, and the posteriors of two sources disagree on p(y). A few parameters fitted to
the labels mend both, exactly enough for a decomposition to rest on them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coral_viz.pid.information import entropy


def implied_information(t: np.ndarray) -> float:
    """H(mean t) - mean H(t) in bits: the information of a calibrated posterior (n, C) about its label."""
    return float(entropy(t.mean(0)) - entropy(t).mean())


def recalibrate(posteriors: Sequence[np.ndarray], y: np.ndarray) -> np.ndarray:
    """Log-linear pool of posteriors on labels y: p(c) proportional to exp(b_c) * prod_k posteriors[k][c] ** s_k.

    The scales s_k >= 0 and offsets b_c minimise the log-loss. For one posterior this is bias-corrected temperature
    scaling (Alexandari et al., ICML 2020). At the optimum, setting the derivatives by b and s to zero gives

        mean posterior = label frequencies   and   mean entropy of the posterior = its cross-entropy.

    A scale that would be negative is 0: predictions worse than none are ignored, not turned around. As the pool of more
    posteriors contains that of fewer, its information is never lower.

    Args:
        posteriors: predictions, each (n, C) and positive.
        y: labels (n,), integers below C, every class present.

    Returns:
        The recalibrated posterior (n, C).
    """
    logs = np.stack([np.log(t) for t in posteriors])
    target = np.eye(logs.shape[2])[y]
    scale, offset = np.zeros(len(logs)), np.zeros(logs.shape[2])
    scale[0] = 1.0
    loss, t = _pool(logs, scale, offset, target)
    for _ in range(50):
        step_scale, step_offset, decrease = _newton_step(logs, t, target, scale)
        if decrease < 1e-10:
            break
        size = 1.0
        while size > 1e-6:
            trial = np.maximum(scale + size * step_scale, 0), offset + size * step_offset
            new_loss, new_t = _pool(logs, *trial, target)
            if new_loss <= loss - 1e-4 * size * decrease:
                break
            size /= 2
        else:
            break
        (scale, offset), loss, t = trial, new_loss, new_t
    return t


def _pool(logs, scale, offset, target) -> tuple[float, np.ndarray]:
    """Mean log-loss in nats of the pool, and the pooled posterior (n, C)."""
    score = np.tensordot(scale, logs, 1) + offset
    score -= score.max(1, keepdims=True)
    t = np.exp(score)
    total = t.sum(1, keepdims=True)
    return float(np.mean(np.log(total[:, 0]) - (score * target).sum(1))), t / total


def _newton_step(logs, t, target, scale) -> tuple[np.ndarray, np.ndarray, float]:
    """Newton step of scales and offsets, and the decrease it promises; scales held at 0 by their bound stay there."""
    n, pools = len(t), len(logs)
    residual = t - target
    gradient = np.concatenate([logs.reshape(pools, -1) @ residual.ravel(), residual.sum(0)]) / n
    centred = logs - (logs * t).sum(2, keepdims=True)
    weighted = centred * t
    among_scales = weighted.reshape(pools, -1) @ centred.reshape(pools, -1).T
    among_offsets = np.diag(t.sum(0)) - t.T @ t
    hessian = np.block([[among_scales, weighted.sum(1)], [weighted.sum(1).T, among_offsets]]) / n
    # Two directions may be flat: a constant in the offsets, and scales of posteriors that say the same.
    hessian += 1e-5 * np.eye(len(gradient))
    held = np.concatenate([(scale <= 0) & (gradient[:pools] > 0), np.zeros(t.shape[1], bool)])
    free = np.flatnonzero(~held)
    step = np.zeros(len(gradient))
    step[free] = -np.linalg.solve(hessian[np.ix_(free, free)], gradient[free])
    return step[:pools], step[pools:], float(-gradient @ step)
