"""From samples to atoms: two sources, given as embeddings or as symbols, and a label.

Embeddings are replaced by held-out class posteriors (``classifiers``), and the posteriors decomposed (``posteriors``).
A classifier fitted to n samples misses information, to first order in proportion to 1/n. So each is fitted to half of
its samples as well, and the estimate is the value at 1/n = 0 of the line through both: extrapolation as it is done for
tables (Strong et al., PRL 1998), applied to the learning curve. The uncorrected lower bounds are told beside it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.cluster import KMeans

from coral_viz.pid.atoms import Atoms
from coral_viz.pid.broja import broja
from coral_viz.pid.classifiers import HeldOut, cross_fit
from coral_viz.pid.inference import bias_corrected, check_interval, infer, infer_rows
from coral_viz.pid.posteriors import Informations, informations

METHODS = ("posterior", "kmeans")


def decompose(
    z1: np.ndarray,
    z2: np.ndarray,
    y: np.ndarray,
    *,
    joint: np.ndarray | None = None,
    method: str = "posterior",
    folds: int = 5,
    clusters: int = 8,
    replicates: int = 0,
    seed: int = 0,
) -> Atoms:
    """BROJA atoms, in bits, of what two sources tell about a label.

    Args:
        z1, z2: sources. Embeddings of shape (n, d1) and (n, d2); or symbols, one-dimensional arrays of integers, which
            are counted in a table and corrected for bias.
        y: labels (n,), integers or names.
        joint: features (n, d) of the two sources together where these are more than z1 and z2 side by side, such as an
            embedding that fuses both. Posterior method only.
        method: "posterior" (held-out posteriors; see the module), or "kmeans", the common plug-in: cluster each
            embedding, count, decompose the table. It is biased both ways whatever n: clusters follow the variance of an
            embedding and not the label, which loses R, U1 and U2, and sparse tables invent S.
        folds: of the cross-fit.
        clusters: of k-means, per source.
        replicates: bootstrap replicates for ``low`` and ``high`` (and, for symbols, the p-value of S = 0); 0 for none.
        seed: of folds, classifiers, clusters and bootstrap.

    Returns:
        Atoms whose ``source`` names the classifiers and their cross-entropy lower bounds on I1, I2 and I12.

    Raises:
        ValueError: for an unknown method, sources or labels of different length, NaN, a single class, too few samples
            for the folds, too few replicates, one source of symbols with one embedding, or ``joint`` where it has no
            meaning.

    Warns:
        UserWarning: if a table has fewer than 4 samples per cell.
    """
    if method not in METHODS:
        raise ValueError(f"There is no method {method!r}; there are {', '.join(METHODS)}.")
    if replicates:
        check_interval(0.95, replicates)
    y = _labels(y)
    symbols = [np.ndim(z) == 1 and np.asarray(z).dtype.kind in "iub" for z in (z1, z2)]
    if symbols[0] != symbols[1]:
        raise ValueError("The sources must be both embeddings or both symbols, but one is a 1-D array of integers.")
    if joint is not None and (symbols[0] or method != "posterior"):
        raise ValueError("Features of the joint source (joint=) have a meaning for the posteriors of embeddings only.")
    if symbols[0]:
        counts = _counts(_same_length(z1, y, "z1"), _same_length(z2, y, "z2"), y)
        return infer(counts, replicates=replicates, seed=seed) if replicates else bias_corrected(counts, seed=seed)
    z1, z2 = _embedding(z1, y, "z1"), _embedding(z2, y, "z2")
    if method == "kmeans":
        return _kmeans(z1, z2, y, clusters, seed)
    _enough(y, folds)
    together = [z1, z2] if joint is None else [_embedding(joint, y, "joint")]
    fits = [cross_fit(source, y, folds=folds, seed=seed) for source in ([z1], [z2], together)]
    return _from_posteriors(fits, y, replicates, seed)


def decompose_parts(parts: Mapping[str, np.ndarray], y: np.ndarray, *, sources: Sequence[str], **options) -> Atoms:
    """``decompose`` with named parts of an embedding, each (n, d), as sources.

    Args:
        parts: the parts by name.
        sources: two names, or one name to set that part against all others side by side.
        options: of ``decompose``.
    """
    unknown = [name for name in sources if name not in parts]
    if unknown:
        raise ValueError(f"There is no part {unknown[0]!r}; there are {', '.join(parts)}.")
    if len(sources) == 2:
        return decompose(parts[sources[0]], parts[sources[1]], y, **options)
    rest = [np.asarray(part) for name, part in parts.items() if name not in sources]
    if len(sources) != 1 or not rest:
        raise ValueError(f"Sources must be two parts, or one of several, not {list(sources)} of {list(parts)}.")
    return decompose(parts[sources[0]], np.concatenate(rest, axis=1), y, **options)


def _from_posteriors(fits: list[HeldOut], y: np.ndarray, replicates: int, seed: int) -> Atoms:
    def fitted(rows: np.ndarray | slice) -> Informations:
        return informations(*(fit.posterior[rows] for fit in fits), y[rows], seed=seed)

    def extrapolated(rows: np.ndarray | slice) -> Informations:
        full = fitted(rows)
        half = informations(*(fit.halved[rows] for fit in fits), y[rows], seed=seed)
        values = [2 * at_full - at_half for at_full, at_half in zip(full[:4], half[:4])]
        return Informations(*values, gap=2 * full.gap + half.gap)

    bounds = fitted(slice(None))
    classifiers = ", ".join(fit.classifier for fit in fits)
    told = f"I1, I2, I12 at least {bounds.first:.3f}, {bounds.second:.3f}, {bounds.joint:.3f} bit before extrapolation"
    source = f"BROJA of posteriors ({classifiers}); {told}"
    atoms = extrapolated(slice(None)).atoms(source)
    if not replicates:
        return atoms
    # The line through two points knows the first order in 1/n; what lies beyond may move an atom as far again.
    slack = np.abs(atoms.as_array() - bounds.atoms(source).as_array())
    return infer_rows(extrapolated, len(y), source, slack=slack, replicates=replicates, seed=seed)


def _kmeans(z1, z2, y, clusters: int, seed: int) -> Atoms:
    if not 2 <= clusters <= len(y):
        raise ValueError(f"The number of clusters must lie in 2..{len(y)} (samples), but is {clusters}.")
    found = [KMeans(clusters, n_init=3, random_state=seed).fit_predict(z) for z in (z1, z2)]
    atoms = broja(_counts(*found, y))
    return Atoms(**atoms.as_dict(), gap=atoms.gap, source=f"BROJA of {clusters} k-means clusters per source, plug-in")


def _counts(x1: np.ndarray, x2: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Table of counts (values of x1, values of x2, classes), with a warning where it is too sparse to trust."""
    codes = [np.unique(values, return_inverse=True)[1] for values in (x1, x2, y)]
    counts = np.zeros([code.max() + 1 for code in codes], dtype=int)
    np.add.at(counts, tuple(codes), 1)
    per_cell = len(y) / counts.size
    if per_cell < 4:
        shape = " x ".join(map(str, counts.shape))
        message = f"The table of {shape} has {per_cell:.2g} samples per cell; below 4 its synergy is mostly bias."
        warnings.warn(message, UserWarning, stacklevel=3)
    return counts


def _labels(y: np.ndarray) -> np.ndarray:
    """Labels as integers 0..C-1."""
    y = np.asarray(y)
    if y.ndim != 1:
        raise ValueError(f"Labels must have shape (n,), but have {y.shape}.")
    if y.dtype.kind == "f" and not (y == np.floor(y)).all():
        raise ValueError(f"Labels must be classes, but hold {y[y != np.floor(y)][0]}.")
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"Labels must have at least two classes, but have only {classes.tolist()}.")
    return codes


def _same_length(z: np.ndarray, y: np.ndarray, name: str) -> np.ndarray:
    z = np.asarray(z)
    if len(z) != len(y):
        raise ValueError(f"Source {name} has {len(z)} samples, but there are {len(y)} labels.")
    return z


def _embedding(z: np.ndarray, y: np.ndarray, name: str) -> np.ndarray:
    """An embedding as float64 (n, d), d >= 1."""
    z = _same_length(z, y, name)
    if z.dtype.kind == "c":
        raise ValueError(f"Source {name} must hold real numbers, but holds complex ones.")
    z = z.astype(float)
    z = z[:, None] if z.ndim == 1 else z
    if z.ndim != 2 or z.shape[1] == 0:
        raise ValueError(f"Source {name} must have shape (n, d), but has {z.shape}.")
    if not np.isfinite(z).all():
        row, column = np.argwhere(~np.isfinite(z))[0]
        raise ValueError(f"Source {name} must be finite, but holds {z[row, column]} in row {row}, column {column}.")
    return z


def _enough(y: np.ndarray, folds: int) -> None:
    """Every class needs two samples per fold, so that each half of each training set has some."""
    if folds < 2:
        raise ValueError(f"A cross-fit needs at least 2 folds, not {folds}.")
    rarest = np.bincount(y).min()
    if rarest < 2 * folds:
        raise ValueError(f"The rarest class has {rarest} samples, fewer than two for each of the {folds} folds.")
