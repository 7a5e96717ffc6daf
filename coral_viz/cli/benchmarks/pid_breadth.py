"""How fast the rest of ``coral_viz.pid`` is: more sources, variables without a target, and samples of embeddings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np

from coral_viz import pid
from coral_viz.cli.benchmarks.peers import ecos_union, timed
from coral_viz.pid import measures, truths

DIT_LATTICES = {"i_min": "PID_WB", "i_sx": "PID_SX"}


def many_source_times(quick: bool) -> Iterator[tuple]:
    """Milliseconds of the union of three sources, with the gap, against ECOS; of their lattice, against dit."""
    for size in (2,) if quick else (2, 3, 4):
        p = np.random.default_rng(0).dirichlet(np.ones(size**4), size=5).reshape(5, *(size,) * 4)
        spent, found = zip(*(timed(pid.union_information, table) for table in p))
        theirs, unions = zip(*(timed(ecos_union, table) for table in p))
        case, ours = f"three sources, {size}^4", np.median(spent)
        yield "union", case, "coral_viz", "single", 1e3 * ours, "ms", "", len(p), 1
        yield "union", case, "coral_viz", "worst gap", max(union.gap for union in found), "bits", "", len(p), 1
        yield "union", case, "ecos", "single", 1e3 * np.median(theirs), "ms", "", len(p), 1
        apart = np.abs(np.subtract(unions, [union.information for union in found])).max()
        yield "union", case, "ecos", "worst error", apart, "bits", "", len(p), 1
        ratio = np.median(theirs) / ours
        yield "union", case, "coral_viz against ecos", "single", ratio, "times faster", "", len(p), 1
    yield from _lattice_times(p=np.random.default_rng(0).dirichlet(np.ones(16), size=100).reshape(100, 2, 2, 2, 2))


def _lattice_times(p: np.ndarray) -> Iterator[tuple]:
    import dit.pid

    lattice, case = pid.redundancy_lattice(3), "three sources, 2^4"
    for name, theirs in DIT_LATTICES.items():
        spent, found = timed(lattice.decompose, p, measures.CLOSED_FORMS[name])
        seconds, result = timed(getattr(dit.pid, theirs), pid.to_dit(p[0]))
        apart = max(abs(float(result[node]) - value) for node, value in zip(lattice.nodes, found[0]))
        yield "lattice", case, name, "batch", 1e3 * spent / len(p), "ms", "", len(p), 1
        yield "lattice", case, name, "difference from dit", apart, "bits", "", 1, 1
        yield "lattice", case, f"{name} against dit", "batch", seconds / spent * len(p), "times faster", "", 1, 1


def correlation_times(quick: bool) -> Iterator[tuple]:
    """Milliseconds of total correlation, dual total correlation and O-information, against dit."""
    import dit.multivariate

    for variables in (3,) if quick else (3, 6):
        p = np.random.default_rng(0).dirichlet(np.ones(2**variables), size=20).reshape(20, *(2,) * variables)
        for name in ("total_correlation", "dual_total_correlation", "o_information"):
            ours, theirs = getattr(pid, name), getattr(dit.multivariate, name)
            spent, found = zip(*(timed(ours, table) for table in p))
            seconds, known = zip(*(timed(theirs, pid.to_dit(table)) for table in p))
            case, mean = f"{variables} variables", np.mean(spent)
            apart = np.abs(np.subtract(found, known)).max()
            yield "correlation", case, name, "single", 1e3 * mean, "ms", "", len(p), 1
            yield "correlation", case, name, "difference from dit", apart, "bits", "", len(p), 1
            ratio = np.mean(seconds) / mean
            yield "correlation", case, f"{name} against dit", "single", ratio, "times faster", "", len(p), 1


def sample_times(quick: bool) -> Iterator[tuple]:
    """Seconds of ``decompose`` with the worst error of an atom where it is known, beside clustering and counting."""
    for case, (sources, exact) in sample_cases(quick).items():
        for solver, options in {"posterior": {}, "k-means 20": {"method": "kmeans", "clusters": 20}}.items():
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "The table of", UserWarning)  # clusters leave sparse tables
                spent, atoms = timed(pid.decompose, *sources, **options)
            yield "samples", case, solver, "single", spent, "s", "", len(sources[2]), 1
            if exact is not None:
                error = np.abs(atoms.as_array() - exact).max()
                yield "samples", case, solver, "worst error", error, "bits", "", len(sources[2]), 1


def sample_cases(quick: bool) -> dict[str, tuple]:
    """Named samples (z1, z2, y), with the atoms where they are known."""
    cases: dict[str, tuple] = {}
    n = 400 if quick else 2_000
    rng = np.random.default_rng(0)
    y = rng.integers(10, size=n)
    means = rng.normal(size=(2, 10, 50)) * 3 / np.sqrt(50)
    cases["10 classes as shifts"] = (*(mean[y] + rng.normal(size=(n, 50)) for mean in means), y), None
    z1, z2 = rng.normal(size=(2, n, 50))
    fifth = (5 * np.argsort(np.argsort(z1[:, 0]))) // n
    cases["10 classes as boxes"] = (z1, z2, 2 * fifth + (z2[:, 0] > 0)), np.array([0, np.log2(5), 1, 0])
    if not quick:
        truth = truths.load("suppressor")
        cases["2 classes, 32 dimensions"] = truth.sample(100_000, 0), truth.atoms.as_array()
    return cases
