"""Geometric similarity of two parts of an embedding, in [0, 1], without any labels.

Each measure takes two arrays (n, width) of the same n samples. They ask whether the parts have the same direction
sample by sample, whether linear maps of them agree, and whether samples are close to each other in both.
"""

from __future__ import annotations

import numpy as np

# singular values below this share of the largest span nothing but rounding
RANK = 1e-6


def mean_cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Mean over samples of |cos(a_i, b_i)|, which orthogonality losses penalise; zero vectors count as orthogonal.

    Two independent directions of width d give about sqrt(2 / (pi d)), not 0.

    Raises:
        ValueError: widths or lengths that differ, NaN.
    """
    a, b = _checked(a, b)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"a cosine needs parts of one width, not {a.shape[1]} and {b.shape[1]}.")
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return float(np.mean(np.abs((a * b).sum(1)) / np.where(lengths > 0, lengths, 1)))


def principal_angles(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Principal angles between linear functions of a and of b, in radians, ascending: (min of the two ranks,).

    The subspaces are the spans of the centred columns in the space of the n samples (Björck and Golub 1973). So widths
    may differ, and the cosines are the canonical correlations (Hotelling 1936). ValueError as ``linear_cka``.
    """
    bases = [_basis(z - z.mean(0)) for z in _checked(a, b)]
    cosines = np.linalg.svd(bases[0].T @ bases[1], compute_uv=False)
    return np.arccos(np.clip(cosines, 0, 1))


def subspace_overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Mean squared cosine of the principal angles: 1 if the narrower part is a linear function of the other.

    Chance level is about (larger width) / (n - 1). All directions have equal weight, whatever their variance. It is 0
    if a part is constant. ValueError as ``linear_cka``.
    """
    angles = principal_angles(a, b)
    return float(np.mean(np.cos(angles) ** 2)) if len(angles) else 0.0


def linear_cka(a: np.ndarray, b: np.ndarray) -> float:
    """Linear centred kernel alignment |A^T B|^2 / (|A^T A| |B^T B|), Kornblith et al. 2019 (arXiv 1905.00414).

    Invariant to rotation and scale; directions are weighted by their variance. It is 0 if a part is constant.

    Raises:
        ValueError: lengths that differ, fewer than 2 samples, NaN.
    """
    a, b = (z - z.mean(0) for z in _checked(a, b))
    own = np.linalg.norm(a.T @ a) * np.linalg.norm(b.T @ b)
    return float(np.linalg.norm(a.T @ b) ** 2 / own) if own > 0 else 0.0


MEASURES = {"mean |cosine|": mean_cosine, "subspace overlap": subspace_overlap, "linear CKA": linear_cka}
"""The measures by the name to show."""


def between(parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every measure between every two parts, (parts, parts) each; NaN where widths must be equal and are not."""
    tables = {}
    for name, measure in MEASURES.items():
        table = np.eye(len(parts))
        for (i, a), (j, b) in _pairs(parts):
            fits = measure is not mean_cosine or a.shape[1] == b.shape[1]
            table[i, j] = table[j, i] = measure(a, b) if fits else np.nan
        tables[name] = table
    return tables


def _pairs(parts: dict[str, np.ndarray]):
    every = list(enumerate(parts.values()))
    return [(one, two) for one in every for two in every[: one[0]]]


def _basis(centred: np.ndarray) -> np.ndarray:
    """Orthonormal columns that span those of ``centred``."""
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    return left[:, values > RANK * max(values[0], np.finfo(float).tiny)]


def _checked(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.ndim != 2 or b.ndim != 2 or len(a) != len(b) or len(a) < 2:
        raise ValueError(f"parts must be (n, width) of the same n >= 2 samples, not {a.shape} and {b.shape}.")
    if not (a.shape[1] and b.shape[1]):
        raise ValueError(f"a part of width 0 cannot be compared: the parts are {a.shape} and {b.shape}.")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("a part holds NaN or infinite numbers, so nothing can be compared with it.")
    return a, b
