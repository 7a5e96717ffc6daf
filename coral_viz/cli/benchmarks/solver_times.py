"""How exact and how fast the solvers are: certified gaps, and CPU time against those of others in the same run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from coral_viz import pid
from coral_viz.cli.benchmarks.peers import LIMIT, SOLVERS, cpu, dit_broja, timed
from coral_viz.cli.benchmarks.pid_breadth import correlation_times, many_source_times, sample_times
from coral_viz.cli.benchmarks.pid_extremes import gaussian_times, sparse_times
from coral_viz.pid import gates, measures
from coral_viz.pid.bridge import NODES

PROTOCOL = (
    "Random tables from Dirichlet distributions, seed 0. Certificates: every table solved with coupling=True, so by "
    "the interior-point method, and the marginals of its coupling compared. Times: CPU time of one thread, median; a "
    "batch is timed whole and divided by n; single calls and dit's take turns, one table each, and dit is stopped "
    "after {limit:g} s of CPU time a table ('at least'). COPY: Y = (X1, X2); noisy: in one of ten cases another value, "
    "one for each (x1, x2); counts: of uniform probabilities. ECOS: the cone programme of BROJA. Gaussian: three "
    "variables of d dimensions each; search: BFGS over couplings, its error the distance from its own lower bound. "
    "Cores of the machine: {cores}."
)
BUDGET = 15.0  # seconds of CPU time after which no further table is given to it
DIT_CLASSES = {"i_min": "PID_WB", "mmi": "PID_MMI", "i_sx": "PID_SX", "i_pm": "PID_PM"}
COLUMNS = ["benchmark", "case", "solver", "metric", "value", "unit", "bound", "n", "repetitions"]


def run(out, quick: bool = False) -> pd.DataFrame:
    """Benchmark the solvers of the PID engine, in about six minutes (``quick``: half a minute).

    Args:
        out: folder for ``bench_pid.csv`` and ``bench_pid.txt`` (the protocol); made where missing.
        quick: fewer tables, smaller sizes, no competitor beyond 3x3x3.

    Returns:
        One row a number: benchmark (certificate, time, measure, sparse, gaussian, union, lattice, correlation,
        samples), case, solver, metric, value, unit, bound ("" or "at least"), n (tables or samples), repetitions.
    """
    with threadpool_limits(1):
        tables = (certificates, times, measure_times, sparse_times, gaussian_times)
        parts = (*tables, many_source_times, correlation_times, sample_times)
        rows = [row for part in parts for row in part(quick)]
    found = pd.DataFrame(rows, columns=COLUMNS)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    found.to_csv(folder / "bench_pid.csv", index=False, float_format="%.6g")
    (folder / "bench_pid.txt").write_text(PROTOCOL.format(limit=LIMIT, cores=os.cpu_count()) + "\n", encoding="utf-8")
    return found


def certificates(quick: bool) -> Iterator[tuple]:
    """Share of tables within 1e-6 and 1e-7 bit, worst gap, worst error of a marginal, for every kind of table."""
    for case, p in certificate_cases(quick):
        atoms = pid.broja(p, coupling=True)
        assert atoms.coupling is not None
        gap = np.atleast_1d(atoms.gap)
        marginals = (np.abs(atoms.coupling.sum(axis) - p.sum(axis)).max() for axis in (-2, -3))
        for metric, value, unit in (
            ("within 1e-6 bit", np.mean(gap <= 1e-6), "share"),
            ("within 1e-7 bit", np.mean(gap <= 1e-7), "share"),
            ("worst gap", gap.max(), "bits"),
            ("worst marginal error", max(marginals), ""),
        ):
            yield "certificate", case, "coral_viz", metric, float(value), unit, "", len(gap), 1


def certificate_cases(quick: bool) -> Iterator[tuple[str, np.ndarray]]:
    """Named batches of tables."""
    for name in gates.names():
        yield f"gate {name}", gates.gate(name)[None]
    many = 50 if quick else 1000
    for concentration in (1.0, 0.1):
        for size in (2, 3, 4, 5, 8):
            yield f"{size}^3 Dirichlet({concentration:g})", random_tables((size,) * 3, many, concentration)
        yield f"16^3 Dirichlet({concentration:g})", random_tables((16,) * 3, 2 if quick else 100, concentration)
        for shape in ((2, 3, 4), (10, 2, 3), (2, 10, 3), (3, 3, 12), (20, 20, 2), (32, 3, 4)):
            name = "x".join(map(str, shape))
            yield f"{name} Dirichlet({concentration:g})", random_tables(shape, many // 5, concentration)
    for axis, name in enumerate(("x1", "x2", "y")):
        holes = random_tables((4, 4, 4), many // 5, 1.0)
        np.moveaxis(holes, axis + 1, 0)[1] = 0
        yield f"4^3 without one value of {name}", holes / holes.sum((1, 2, 3), keepdims=True)


def random_tables(shape: tuple[int, ...], n: int, concentration: float = 1.0) -> np.ndarray:
    """n tables from a symmetric Dirichlet distribution, the same for the same arguments."""
    rng = np.random.default_rng(0)
    return rng.dirichlet(np.full(np.prod(shape), concentration), size=n).reshape(n, *shape)


def times(quick: bool) -> Iterator[tuple]:
    """Milliseconds a table in a batch and alone, against dit's default and cone solvers, with their errors."""
    for size in (2, 3) if quick else (2, 3, 4, 5, 8):
        p = random_tables((size,) * 3, 100 if quick else 1000)
        case, repetitions = f"{size}^3", 3
        batch = np.median([cpu(pid.broja, p) for _ in range(repetitions)]) / len(p)
        singles, ours = [], pid.broja(p)
        competitors: dict[str, list[float]] = {solver: [] for solver in SOLVERS}
        errors = dict.fromkeys(SOLVERS, 0.0)
        for index, table in enumerate(p[:40]):
            singles += [cpu(pid.broja, table) for _ in range(repetitions)]
            for solver, options in SOLVERS.items():
                if index < 10 and sum(competitors[solver]) < BUDGET:
                    spent, atoms = dit_broja(table, options)
                    competitors[solver].append(spent)
                    if atoms is not None:
                        errors[solver] = max(errors[solver], np.abs(atoms - ours.as_array()[:, index]).max())
        single = np.median(singles)
        yield "time", case, "coral_viz", "batch", 1e3 * batch, "ms", "", len(p), repetitions
        yield "time", case, "coral_viz", "single", 1e3 * single, "ms", "", len(p[:40]), repetitions
        for solver, seconds in competitors.items():
            bound = "at least" if max(seconds) >= LIMIT else ""
            theirs, n = np.median(seconds), len(seconds)
            yield "time", case, solver, "single", 1e3 * theirs, "ms", bound, n, 1
            if not bound:
                yield "time", case, solver, "worst error", errors[solver], "bits", "", n, 1
            yield "time", case, f"coral_viz against {solver}", "batch", theirs / batch, "times faster", bound, n, 1
            yield "time", case, f"coral_viz against {solver}", "single", theirs / single, "times faster", bound, n, 1
    if not quick:
        yield from _other_times()


def _other_times() -> Iterator[tuple]:
    """Cases without a competitor that finishes: 16^3, the solver alone at 2^3, and the ROC hull of 10 000 points."""
    large, small = random_tables((16,) * 3, 5), random_tables((2,) * 3, 40)
    spent = np.median([cpu(pid.broja, table) for table in large])
    yield "time", "16^3", "coral_viz", "single", 1e3 * spent, "ms", "", len(large), 1
    spent = np.median([cpu(pid.broja, table, coupling=True) for table in small])
    yield "time", "2^3 with coupling", "coral_viz", "single", 1e3 * spent, "ms", "", len(small), 1
    scores = np.random.default_rng(0).beta(1, 1, size=(2, 10_000))
    first, second = (pid.posterior_table(score, 0.5) for score in scores)
    spent = np.median([cpu(pid.broja_binary, first, second) for _ in range(9)])
    yield "time", "binary target, 10 000 points a source", "coral_viz", "single", 1e3 * spent, "ms", "", 1, 9


def measure_times(quick: bool) -> Iterator[tuple]:
    """Closed forms of other measures against dit's, with the largest difference between the two."""
    import dit.pid

    for size in (2,) if quick else (2, 4):
        p = random_tables((size,) * 3, 1000)
        for name, class_name in DIT_CLASSES.items():
            batch = np.median([cpu(pid.decompose_pmf, p, name) for _ in range(5)]) / len(p)
            yield "measure", f"{size}^3", name, "batch", 1e3 * batch, "ms", "", len(p), 5
            few, spent, apart = 3 if size == 2 else 1, [], 0.0
            for table in p[:few]:
                seconds, found = timed(getattr(dit.pid, class_name), pid.to_dit(table))
                spent.append(seconds)
                theirs = [float(found[node]) for node in NODES]
                apart = max(apart, np.abs(measures.decompose_pmf(table, name).as_array() - theirs).max())
            yield "measure", f"{size}^3", name, "difference from dit", apart, "bits", "", few, 1
            ratio = np.median(spent) / batch
            yield "measure", f"{size}^3", f"{name} against dit", "batch", ratio, "times faster", "", few, 1
