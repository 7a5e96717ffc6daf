"""The benchmark's own machinery: its cases are what they are called, its limit stops, its table has its columns."""

import numpy as np
import pandas as pd
import pytest

from coral_viz.cli.benchmarks import peers, pid_breadth, pid_extremes
from coral_viz.cli.benchmarks import solver_times as bench
from coral_viz.pid import gates


def test_cases_are_normalised_and_cover_every_gate():
    cases = dict(bench.certificate_cases(quick=True))
    assert {f"gate {name}" for name in gates.names()} < set(cases)
    for name, p in cases.items():
        np.testing.assert_allclose(p.sum((1, 2, 3)), 1, err_msg=name)
    assert (cases["4^3 without one value of x2"].sum((1, 3)) == 0).any(1).all()


def test_limit_stops_what_is_too_slow_and_nothing_else():
    finished = []
    with peers.cpu_limit(0.05):
        while True:
            sum(range(1000))
    with peers.cpu_limit(5.0):
        finished.append(True)
    assert finished


def test_dit_is_measured_with_its_atoms():
    pytest.importorskip("ecos")
    spent, atoms = peers.dit_broja(gates.gate("AND"), {"method": "cone"})
    assert spent > 0
    np.testing.assert_allclose(atoms, gates.GATES["AND"].known, atol=1e-5)


def test_sparse_cases_are_what_they_are_called():
    cases = {name: p for name, p, _ in pid_extremes.sparse_cases(quick=False)}
    assert cases["COPY 990x25"].shape == (990, 25, 24_750)
    for name, filled in (("COPY 20x10", 200), ("noisy COPY 20x20", 2 * 400 - 1)):
        assert np.count_nonzero(cases[name].toarray()) == pytest.approx(filled, abs=2)
        assert cases[name].sum() == pytest.approx(1)
    assert cases["500 counts in 20x20x20"].sum() == 500


def test_sparse_and_gaussian_rows_have_their_columns(monkeypatch):
    pytest.importorskip("ecos")
    monkeypatch.setattr(
        pid_extremes, "sparse_cases", lambda quick: [("COPY 3x3", pid_extremes.copy_table(3, 3), ("ecos",))]
    )
    rows = pd.DataFrame([*bench.sparse_times(True), *bench.gaussian_times(True)], columns=bench.COLUMNS)
    value = rows.set_index(["benchmark", "solver", "metric"])["value"]
    assert value["sparse", "ecos", "worst error"] < 1e-6
    assert value["gaussian", "coral_viz", "beyond the bounds of the search"] < 1e-9
    assert (rows["value"] >= 0).all()


def test_more_sources_and_samples_have_their_columns(monkeypatch):
    pytest.importorskip("ecos")
    (z1, z2, y), _ = pid_breadth.sample_cases(quick=True)["10 classes as boxes"]
    few = z1[:100], z2[:100], y[:100] % 2
    monkeypatch.setattr(pid_breadth, "sample_cases", lambda quick: {"halves": (few, np.array([0, 0, 1, 0]))})
    monkeypatch.setattr(pid_breadth, "DIT_LATTICES", {"i_min": "PID_WB"})  # dit's others take seconds
    parts = (bench.many_source_times, bench.correlation_times, bench.sample_times)
    rows = pd.DataFrame([row for part in parts for row in part(True)], columns=bench.COLUMNS)
    value = rows.set_index(["benchmark", "solver", "metric"])["value"]
    assert value["union", "ecos", "worst error"] < 1e-6
    assert value["lattice", "i_min", "difference from dit"] < 1e-9
    assert value["correlation", "o_information", "difference from dit"].max() < 1e-9
    assert value["samples", "posterior", "single"] > 0
    assert (rows["value"] >= 0).all()


def test_run_writes_its_table_and_protocol(tmp_path, monkeypatch):
    others = ("times", "measure_times", "sparse_times", "gaussian_times")
    for part in (*others, "many_source_times", "correlation_times", "sample_times"):
        monkeypatch.setattr(bench, part, lambda quick: [])
    monkeypatch.setattr(bench, "certificate_cases", lambda quick: [("gate XOR", gates.gate("XOR")[None])])
    found = bench.run(tmp_path / "out", quick=True)
    assert list(found.columns) == bench.COLUMNS
    assert found.set_index("metric")["value"]["within 1e-7 bit"] == 1
    assert len(pd.read_csv(tmp_path / "out" / "bench_pid.csv")) == len(found) == 4
    assert "seed 0" in (tmp_path / "out" / "bench_pid.txt").read_text()
