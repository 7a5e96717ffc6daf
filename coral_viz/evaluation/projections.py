"""Two-dimensional maps of embeddings: principal components, or UMAP if it is installed."""

from __future__ import annotations

import importlib.util
import warnings

import numpy as np


def names() -> list[str]:
    """The projections there are: PCA, and UMAP if the package ``umap-learn`` is installed."""
    return ["PCA", "UMAP"] if importlib.util.find_spec("umap") else ["PCA"]


def project(z: np.ndarray, how: str = "PCA", seed: int = 0) -> tuple[np.ndarray, tuple[str, str]]:
    """A map (n, 2) of an embedding (n, width), and the names of its two axes.

    PCA has the two directions of largest variance, with signs such that the largest loading is positive. UMAP (McInnes
    et al. 2018, arXiv 1802.03426) preserves neighbourhoods; sizes of groups and distances between them mean little.

    Raises:
        ValueError: an unknown projection, fewer than 3 samples, NaN.
    """
    if how not in names():
        raise ValueError(f"projection {how!r} does not exist here; choose one of {', '.join(names())}.")
    z = np.asarray(z, dtype=float)
    if z.ndim != 2 or len(z) < 3 or not np.isfinite(z).all():
        raise ValueError(f"only a finite embedding (n, width) of n >= 3 samples has a map, not one of shape {z.shape}.")
    return _umap(z, seed) if how == "UMAP" else _pca(z)


def _pca(z: np.ndarray) -> tuple[np.ndarray, tuple[str, str]]:
    centred = z - z.mean(0)
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    axes = np.pad(axes, ((0, 1), (0, 0)))[:2]
    axes = axes * np.where(np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1) < 0, -1, 1)
    shares = np.pad(values**2 / max((values**2).sum(), np.finfo(float).tiny), (0, 1))
    return centred @ axes.T, (f"first component ({shares[0]:.0%})", f"second component ({shares[1]:.0%})")


def _umap(z: np.ndarray, seed: int) -> tuple[np.ndarray, tuple[str, str]]:
    import umap

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # umap says that a seed costs it its threads
        return umap.UMAP(random_state=seed).fit_transform(z), ("UMAP 1", "UMAP 2")
