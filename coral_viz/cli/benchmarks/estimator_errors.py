"""How far estimated atoms are from exact ones, and how often their intervals hold.

    python -m coral_viz bench estimators     # ``run``: error against n, beside k-means   -> bench_estimators.csv
    python -m coral_viz bench dimensions     # ``dimensions``: error against dimension and noise -> bench_dimensions.csv
    python -m coral_viz bench coverage       # ``coverage``: intervals and tests          -> bench_coverage.csv

Truths are those of ``coral_viz.pid.truths``, hidden in 32 dimensions. Tables of 4 x 4 x 2 with atoms known to solver
precision are sampled for intervals and tests.
"""

from __future__ import annotations

import itertools
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from coral_viz.pid import truths
from coral_viz.pid.atoms import NAMES
from coral_viz.pid.broja_solver import broja
from coral_viz.pid.estimate import decompose
from coral_viz.pid.inference import infer

ESTIMATORS = {
    "posterior": {},
    "k-means 8": {"method": "kmeans", "clusters": 8},
    "k-means 20": {"method": "kmeans", "clusters": 20},
}

SHIFTS = {"redundant": truths.gaussian_shift, "xor": truths.noisy_xor}
NOISES, HIDDEN = (0.25, 0.5, 1.0), (2, 8, 32, 128)
"""Truths of adjustable noise; noises; dimensions that hide them."""


def run(out: Path, quick: bool = False) -> pd.DataFrame:
    """Mean absolute error over the four atoms, and bias of each, in bits, by estimator, truth and sample size.

    Writes ``out``/bench_estimators.csv after every cell; ``quick`` takes the smallest n and two seeds.
    """
    seeds = {1_000: 2} if quick else {1_000: 10, 10_000: 5, 100_000: 2}
    rows = []
    for n, repeats in seeds.items():
        for truth in truths.names():
            rows += [_error(truth, n, repeats, name, options) for name, options in ESTIMATORS.items()]
            table = _written(rows, out, "bench_estimators.csv")
    return table


def dimensions(out: Path, quick: bool = False) -> pd.DataFrame:
    """The same at n = 1 000, by the dimension that hides the sources and by their noise.

    Noise is the standard deviation of a source over the distance between its two means. Writes
    ``out``/bench_dimensions.csv after every cell; ``quick`` takes two seeds and leaves out 128 dimensions.
    """
    rows = []
    for (name, made), noise, across in itertools.product(SHIFTS.items(), NOISES, HIDDEN[:-1] if quick else HIDDEN):
        truth = made(1 / noise, 1 / noise)
        for estimator, options in ESTIMATORS.items():
            found = _errors(truth, 1_000, 2 if quick else 3, options, dimensions=across)
            rows.append(
                {"truth": name, "n": 1_000, "dimensions": across, "noise": noise, "estimator": estimator} | found
            )
        table = _written(rows, out, "bench_dimensions.csv")
    return table


def _error(truth: str, n: int, seeds: int, name: str, options: dict) -> dict:
    found = _errors(truths.load(truth), n, seeds, options)
    return {"truth": truth, "n": n, "estimator": name} | found


def _errors(exact: truths.Truth, n: int, seeds: int, options: dict, **hidden) -> dict:
    """Errors of an estimator over seeds; ``hidden`` says how the sources are (see ``Truth.sample``)."""
    errors, seconds = [], []
    for seed in range(seeds):
        sample = exact.sample(n, seed, **hidden)
        started = time.process_time()
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The table of", UserWarning)  # sparse tables are part of the comparison
            found = decompose(*sample, **options)
        seconds.append(time.process_time() - started)
        errors.append(found.as_array() - exact.atoms.as_array())
    bias = dict(zip((f"bias_{atom}" for atom in NAMES), np.mean(errors, axis=0)))
    error = np.abs(errors).mean(axis=1)
    spread = error.std(ddof=1) / np.sqrt(seeds)
    row = {"seeds": seeds, "mean_absolute_error": error.mean()}
    return row | {"standard_error": spread, **bias, "cpu_seconds": np.median(seconds)}


def coverage(out: Path, quick: bool = False) -> pd.DataFrame:
    """Share of samples in which a 95 % interval holds the exact atom, and in which S = 0 is rejected at .05.

    Rows of kind "table" sample tables of 4 x 4 x 2, and one of 10 x 10 x 2 from one sample a cell on; rows of kind
    "embedding" the binary truths in 32 dimensions. Writes ``out``/bench_coverage.csv after every cell; ``quick`` takes
    20 samples of each table and no embeddings.
    """
    rows = []
    for n in (200,) if quick else (200, 400, 800, 2_000):
        rows += _table_coverage("independent noise, 10 x 10", np.full((10, 10, 2), 1 / 200), n, 20 if quick else 500)
    for n in (1_000,) if quick else (300, 1_000, 3_000):
        for name, table in _tables():
            rows += _table_coverage(name, table, n, 20 if quick else 500)
            written = _written(rows, out, "bench_coverage.csv")
    for name in () if quick else ("redundant", "suppressor", "xor"):
        rows += _embedding_coverage(name, n=1_000, samples=60)
        written = _written(rows, out, "bench_coverage.csv")
    return written


def _table_coverage(name: str, table: np.ndarray, n: int, samples: int) -> list[dict]:
    exact = _exact_zeros(broja(table, tol=1e-9).as_array())
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The table of", UserWarning)  # sparse tables are what is tried
        found = [infer(rng.multinomial(n, table.ravel()).reshape(table.shape), seed=seed) for seed in range(samples)]
    rejected = np.mean(np.array([atoms.p for atoms in found])[:, 3] <= 0.05)
    return _coverage_rows("table", name, n, exact, found, rejected)


def _embedding_coverage(name: str, n: int, samples: int) -> list[dict]:
    truth = truths.load(name)
    found = [decompose(*truth.sample(n, seed), replicates=100, seed=seed) for seed in range(samples)]
    return _coverage_rows("embedding", name, n, _exact_zeros(truth.atoms.as_array()), found, np.nan)


def _coverage_rows(kind: str, name: str, n: int, exact, found, rejected) -> list[dict]:
    low, high = np.array([atoms.low for atoms in found]), np.array([atoms.high for atoms in found])
    held = ((low <= exact + 1e-9) & (exact <= high + 1e-9)).mean(0)
    width, bias = (high - low).mean(0), np.mean([atoms.as_array() for atoms in found], axis=0) - exact
    return [
        {
            "kind": kind,
            "distribution": name,
            "n": n,
            "samples": len(found),
            "atom": atom,
            "exact": exact[i],
            "bias": bias[i],
            "coverage": held[i],
            "width": width[i],
            "rejected": rejected if atom == "synergy" else np.nan,
        }
        for i, atom in enumerate(NAMES)
    ]


def _exact_zeros(atoms: np.ndarray) -> np.ndarray:
    """Atoms that the solver found to be 0 within rounding are 0."""
    return np.where(atoms < 1e-7, 0.0, atoms)


def _tables() -> Iterator[tuple[str, np.ndarray]]:
    """Named distributions of shape (4, 4, 2): all kinds of zeros, four tables without any, and synergy of .2 bit."""
    rng = np.random.default_rng(1)
    given_y, other = rng.dirichlet(np.ones(4), size=(2, 2))
    garbling = rng.dirichlet(np.ones(4), size=4)
    yield "independent noise", np.full((4, 4, 2), 1 / 32)
    yield "source 2 garbles source 1", np.einsum("yi,ij->ijy", given_y / 2, garbling)
    yield "only source 1 informs", np.einsum("yi,j->ijy", given_y / 2, np.full(4, 0.25))
    yield "conditionally independent", np.einsum("yi,yj->ijy", given_y / 2, other)
    yield "exclusive or, S = .2", _exclusive_or(flipped=0.2430)
    for number, table in enumerate(rng.dirichlet(np.ones(32), size=4).reshape(4, 4, 4, 2)):
        yield f"random {number}", table
        coupling = broja(table, tol=1e-9, coupling=True).coupling
        assert coupling is not None
        yield f"random {number} without synergy", coupling


def _exclusive_or(flipped: float) -> np.ndarray:
    """Each source has a fair bit and a nuisance bit; y is the exclusive or of the fair bits, sometimes flipped."""
    bit = np.arange(4) // 2
    agree = (bit[:, None] ^ bit)[..., None] == np.arange(2)
    return np.where(agree, 1 - flipped, flipped) / 16


def _written(rows: list[dict], out: Path, name: str) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    Path(out).mkdir(parents=True, exist_ok=True)
    table.to_csv(Path(out) / name, index=False, float_format="%.5f")
    return table
