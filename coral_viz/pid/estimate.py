"""Atoms from samples of two sources, embeddings or symbols, and a label.

Embeddings are replaced by held-out class posteriors (``classifiers``), which are then decomposed (``posteriors``). A
classifier fitted to n samples misses information, to first order in proportion to 1/n. So each is also fitted to half
as many, and the estimate is the value at 1/n = 0 of the line through both, as is usual for tables (Strong et al., PRL
1998). The extrapolation is modified where the line would exceed the possible maximum. ``Atoms.source`` also states the
uncorrected lower bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.cluster import KMeans

from coral_viz.pid import samples
from coral_viz.pid.arguments import check_whole
from coral_viz.pid.atoms import Atoms
from coral_viz.pid.broja_solver import broja
from coral_viz.pid.calibration import recalibrate
from coral_viz.pid.classifiers import HeldOut, cross_fit
from coral_viz.pid.inference import (
    bias_corrected,
    check_interval,
    infer,
    infer_rows,
    largest_entropy,
    undetectable,
    undetectable_interaction,
    warn_if_sparse,
)
from coral_viz.pid.posteriors import (
    CELLS,
    GAP,
    Informations,
    informations,
    pointwise_information,
    relative,
    told_of_grouping,
)
from coral_viz.pid.scaling import deviations, standardised, without_outliers

METHODS = ("posterior", "kmeans")
# Cells of the largest table of symbols: beyond, no sample fills it and no memory holds it.
LARGEST_TABLE = 10**8


def decompose(
    z1: np.ndarray,
    z2: np.ndarray,
    y: np.ndarray,
    *,
    joint: np.ndarray | None = None,
    method: str = "posterior",
    groups: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    folds: int = 5,
    clusters: int = 8,
    replicates: int = 0,
    seed: int = 0,
) -> Atoms:
    """BROJA atoms in bits of two sources about a label.

    Args:
        z1, z2: sources. Embeddings of shape (n, d1) and (n, d2), whose columns may have any scale; or symbols,
            one-dimensional arrays of integers, names or categories, which are counted in a table and corrected for
            bias.
        y: labels (n,), integers or names.
        joint: features (n, d) of the two sources together where these are more than z1 and z2 side by side, such as an
            embedding that fuses both. Posterior method only.
        method: "posterior" (held-out posteriors; see the module), or "kmeans", the common plug-in estimator: cluster
            each embedding, count, decompose the table. The latter is biased for any n: clusters follow the variance of
            an embedding, not the label, so R, U1 and U2 are too low, and sparse tables make S too high.
        groups: (n,) integers or names. Samples of one group, such as one person or copies of one recording, are held
            out together, and resampled together by the bootstrap. Posterior method only.
        weights: (n,), weights of the samples, such as the inverse of their sampling probability. They enter the
            calibration and all means; classifiers are fitted without them. Posterior method only; for symbols, make a
            table of weighted frequencies for ``broja``.
        folds: of the cross-fit.
        clusters: of k-means, per source.
        replicates: bootstrap replicates for ``low`` and ``high`` (and, for symbols, the p-value of S = 0); 0 for none.
        seed: of folds, classifiers, clusters and bootstrap.

    Returns:
        Atoms whose ``source`` names the classifiers and their cross-entropy lower bounds on I1, I2 and I12. Atoms and
        ends of intervals do not exceed the label's entropy.

    Raises:
        ValueError: for an unknown method, sources or labels of different length, values that are missing, masked or no
            numbers, a sparse matrix, a single class, too few samples or groups for the folds, too few replicates, one
            source of symbols with one embedding, weights that are negative or none of a class, or ``joint``, ``groups``
            or ``weights`` where they have no meaning.

    Warns:
        UserWarning: if a table has fewer than 4 samples per cell, a value lies far from all others, or many samples are
            copies of others.
    """
    if method not in METHODS:
        raise ValueError(f"There is no method {method!r}; there are {', '.join(METHODS)}.")
    if replicates:
        check_interval(0.95, replicates)
    y = samples.labels(y)
    symbols = [samples.are_symbols(z, name) for name, z in (("z1", z1), ("z2", z2))]
    if symbols[0] != symbols[1]:
        raise ValueError("The sources must be both embeddings or both symbols, but one is a 1-D array of symbols.")
    for name, given in (("joint", joint), ("groups", groups), ("weights", weights)):
        if given is not None and (symbols[0] or method != "posterior"):
            raise ValueError(f"{name}= has a meaning for the posteriors of embeddings only.")
    if symbols[0]:
        x1, x2 = (samples.symbols(z, len(y), f"Source {name}") for name, z in (("z1", z1), ("z2", z2)))
        counts = _counts(x1, x2, y)
        return infer(counts, replicates=replicates, seed=seed) if replicates else bias_corrected(counts, seed=seed)
    if method == "kmeans":
        return _kmeans(samples.embedding(z1, len(y), "z1"), samples.embedding(z2, len(y), "z2"), y, clusters, seed)
    weights = relative(weights, y)
    sources = {"z1": z1, "z2": z2} | ({} if joint is None else {"joint": joint})
    (z1, z2, *fused), groups = prepared(sources, y, folds, groups)
    _enough_weight(weights, y, folds)
    fits = [cross_fit(x, y, folds=folds, seed=seed, groups=groups) for x in ([z1], [z2], fused or [z1, z2])]
    return _from_posteriors(fits, y, replicates, seed, groups, weights)


def pointwise_of_samples(
    z1: np.ndarray, z2: np.ndarray, y: np.ndarray, *, groups: np.ndarray | None = None, folds: int = 5, seed: int = 0
) -> np.ndarray:
    """Pointwise information of two embeddings about the label of each sample, such as to find synergistic samples.

    Arguments, errors and warnings as for ``decompose``.

    Returns:
        Bits (3, n), log2 p(y_i | z_i) / p(y_i) for source 1, source 2 and both, from cross-fitted, calibrated
        classifiers; negative if the prediction is misleading. Their means are mutual informations without
        extrapolation.
    """
    y = samples.labels(y)
    (z1, z2), groups = prepared({"z1": z1, "z2": z2}, y, folds, groups)
    t1, t2, t12 = (cross_fit(x, y, folds=folds, seed=seed, groups=groups).posterior for x in ([z1], [z2], [z1, z2]))
    calibrated = [recalibrate([t1], y), recalibrate([t2], y), recalibrate([t12, t1, t2], y)]
    return np.stack([pointwise_information(t, y) for t in calibrated])


def decompose_parts(
    parts: Mapping[str, np.ndarray], y: np.ndarray, *, sources: Sequence[str] | str, **options
) -> Atoms:
    """``decompose`` with named parts of an embedding, each (n, d), as sources.

    Args:
        parts: the parts by name.
        sources: two names; or one name, to decompose between this part and all others, concatenated.
        options: of ``decompose``.
    """
    sources = [sources] if isinstance(sources, str) else sources
    unknown = [name for name in sources if name not in parts]
    if unknown:
        raise ValueError(f"There is no part {unknown[0]!r}; there are {', '.join(parts)}.")
    if len(sources) == 2:
        return decompose(parts[sources[0]], parts[sources[1]], y, **options)
    n = len(samples.labels(y))
    rest = [samples.embedding(part, n, name) for name, part in parts.items() if name not in sources]
    if len(sources) != 1 or not rest:
        raise ValueError(f"Sources must be two parts, or one of several, not {list(sources)} of {list(parts)}.")
    return decompose(parts[sources[0]], np.concatenate(rest, axis=1), y, **options)


def _from_posteriors(fits: list[HeldOut], y: np.ndarray, replicates: int, seed: int, groups, weights) -> Atoms:
    def fitted(rows: np.ndarray | slice, kind: str, **grouping) -> Informations:
        t1, t2, t12 = (getattr(fit, kind)[rows] for fit in fits)
        return informations(t1, t2, t12, y[rows], weights=weights[rows], seed=seed, **grouping)

    def coarse(rows: np.ndarray) -> Informations:
        return _extrapolated(*(fitted(rows, kind, cells=CELLS // 2) for kind in ("posterior", "halved")))

    # The gap counts twice for full training sets and once for half ones.
    full, half = (fitted(slice(None), kind, gap=GAP / 3) for kind in ("posterior", "halved"))
    found = _extrapolated(full, half)
    classifiers = ", ".join(fit.classifier for fit in fits)
    told = f"I1, I2, I12 at least {full.first:.3f}, {full.second:.3f}, {full.joint:.3f} bit before extrapolation"
    source = f"BROJA of posteriors ({classifiers}); {told}{told_of_grouping(found)}"
    atoms = found.atoms(source)
    if not replicates:
        return atoms
    size = weights.sum() ** 2 / (weights**2).sum()  # equally weighted samples that would tell as much (Kish 1965)
    parameters = [fit.parameters for fit in fits]
    weak = undetectable(np.array(parameters), size)
    hidden = undetectable_interaction(parameters[0], parameters[1], size)
    return infer_rows(
        coarse,
        len(y),
        source,
        point=atoms,
        slack=_slack(full, found, np.abs(atoms.as_array() - full.atoms(source).as_array())),
        floor=np.array([weak[:2].min(), *weak[:2], max(weak[2], hidden)]),
        ceiling=largest_entropy(np.bincount(y, weights * size / len(y)), 0.95),
        replicates=replicates,
        seed=seed,
        groups=groups,
    )


def _extrapolated(full: Informations, half: Informations) -> Informations:
    """Informations at 1/n = 0 from those of full and of half training sets (``at_infinity``)."""
    most = full.entropy
    first, second, union, joint = (at_infinity(*pair, most) for pair in zip(full[:4], half[:4]))
    high, low = (at_infinity(full.union + sign * full.gap, half.union - sign * half.gap, most) for sign in (1, -1))
    gap = max(high - union, union - low)
    return Informations(first, second, union, joint, gap, full.entropy, full.needed if gap > GAP else 0.0)


def at_infinity(full, half, most):
    """A mutual information extrapolated to 1/n = 0 from full and half training sets, given its maximum ``most``.

    The missing information, ``most`` minus the value, is multiplied by 2 - 1/r, where r is the ratio of its values with
    full and half training sets. For steep curves, which are not linear in 1/n, this would be almost zero or negative.
    Then, from r = .618 down, where both are equal, the factor is r^2. The missing information never increases.
    """
    left = most - full
    ratio = np.maximum(left / np.maximum(most - half, 1e-12), 1e-12)
    return most - left * np.minimum(np.maximum(2 - 1 / ratio, ratio**2), 1.0)


def _slack(full: Informations, found: Informations, moved: np.ndarray) -> np.ndarray:
    """What may be wrong with extrapolated atoms (4,) that no resampling shows, given how far each was ``moved``.

    The line through two points knows the first order in 1/n; what lies beyond may move an atom as far again. Where an
    atom stood still because the informations it is made of moved alike, half of what they moved may be wrong with it.
    """
    first, second, union, joint = np.abs(np.subtract(found[:4], full[:4]))
    made_of = np.array([first + second + union, second + union, first + union, union + joint])
    return np.maximum(moved, made_of / 2)


def prepared(sources: Mapping[str, np.ndarray], y: np.ndarray, folds: int, groups) -> tuple[list[np.ndarray], Any]:
    """Embeddings (n, d) by name as standardised features, and groups as numbers; for labels (n,) in 0..C-1.

    Raises:
        ValueError: as ``decompose``, for what the sources and groups are.

    Warns:
        UserWarning: of copies and outliers.
    """
    checked = {name: samples.embedding(z, len(y), name) for name, z in sources.items()}
    groups = None if groups is None else samples.symbols(groups, len(y), "The list of groups")
    _enough(y, folds, groups)
    for name, z in checked.items():
        samples.warn_of_copies(z, y, name, groups)
    return [standardised(without_outliers(z, deviations(z), name)) for name, z in checked.items()], groups


def _kmeans(z1, z2, y, clusters: int, seed: int) -> Atoms:
    if not (isinstance(clusters, int | np.integer) and 2 <= clusters <= len(y)):
        raise ValueError(f"The number of clusters must lie in 2..{len(y)} (samples), but is {clusters}.")
    x1, x2 = (KMeans(clusters, n_init=3, random_state=seed).fit_predict(z) for z in (z1, z2))
    counts = _counts(x1, x2, y)
    warn_if_sparse(counts)
    atoms = broja(counts)
    return Atoms(**atoms.as_dict(), gap=atoms.gap, source=f"BROJA of {clusters} k-means clusters per source, plug-in")


def _counts(x1: np.ndarray, x2: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Table of counts (values of x1, values of x2, classes)."""
    shape = x1.max() + 1, x2.max() + 1, y.max() + 1
    if np.prod(shape, dtype=float) > LARGEST_TABLE:
        raise ValueError(
            f"A table of {' x '.join(map(str, shape))} is too large: are the symbols numbers of an embedding?"
        )
    counts = np.zeros(shape, dtype=int)
    np.add.at(counts, (x1, x2, y), 1)
    return counts


def _enough(y: np.ndarray, folds: int, groups) -> None:
    """Every class needs two samples per fold, so that each half of each training set has some."""
    check_whole(folds, 2, "A cross-fit needs at least 2 folds")
    if groups is not None and groups.max() + 1 < folds:
        raise ValueError(f"There are {groups.max() + 1} groups, fewer than the {folds} folds.")
    rarest = np.bincount(y).min()
    if rarest < 2 * folds:
        raise ValueError(f"The rarest class has {rarest} samples, fewer than two for each of the {folds} folds.")


def _enough_weight(weights: np.ndarray, y: np.ndarray, folds: int) -> None:
    """The same of weighted samples, each class counted as the equally weighted ones that would tell as much."""
    least = (np.bincount(y, weights) ** 2 / np.bincount(y, weights**2)).min()
    if least < min(2 * folds, np.bincount(y).min()):
        raise ValueError(
            f"Weights leave a class as much as {least:.2g} equally weighted samples, fewer than two for each of the "
            f"{folds} folds."
        )
