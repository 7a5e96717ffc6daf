"""The table of real data: a row with groups held out together and one without, from what is then estimated."""

import numpy as np
import pandas as pd
import pytest

from coral_viz import pid
from coral_viz.cli import benchmarks
from coral_viz.cli.benchmarks import real_estimates


def test_data_with_groups_are_estimated_with_and_without_them(tmp_path, monkeypatch):
    ends = [f"{atom}{end}" for atom in pid.NAMES for end in ("", "/low", "/high")]

    def estimated(data):
        return {label: dict.fromkeys(ends, 0.5 if data.groups is None else 0.25) for label in data.labels}

    monkeypatch.setattr(real_estimates, "estimated", estimated)
    benchmarks.run("real", tmp_path, quick=True)
    table = pd.read_csv(tmp_path / "bench_real.csv")
    assert table["task"].tolist() == ["digit-halves"] * 2
    assert table["groups"].tolist() == [13, 0]
    assert table["synergy/high"].tolist() == [0.25, 0.5]
    assert table["entropy"].tolist() == pytest.approx([np.log2(10)] * 2, abs=0.01)


def test_the_shipped_table_has_all_data_and_no_atom_outside_its_interval(request):
    table = pd.read_csv(request.config.rootpath / "data" / "results" / "bench_real.csv")
    assert list(table["task"].unique()) == list(real_estimates.NAMES)
    for atom in pid.NAMES:
        assert (table[f"{atom}/low"] <= table[atom]).all()
        assert (table[atom] <= table[f"{atom}/high"]).all()
    assert (table[list(pid.NAMES)].sum(axis=1) <= table["entropy"] + 1e-3).all()
