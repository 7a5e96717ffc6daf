"""How atoms read when they are printed: short, and nothing that is not there."""

import numpy as np

from coral_viz.pid import Atoms


def test_one_decomposition_is_one_short_line():
    atoms = Atoms(np.float64(0.31127812), -1e-17, 0.0, 0.5, gap=np.float64(3.2e-8), source="BROJA")
    said = "Atoms(redundancy=0.311, unique_1=0, unique_2=0, synergy=0.5, gap=3e-08, source='BROJA')"
    assert repr(atoms) == said


def test_intervals_and_p_values_are_there_if_they_were_asked_for():
    bounds = {"low": np.array([0, 0, 0, 0.4001]), "high": np.ones(4), "p": np.array([np.nan, np.nan, np.nan, 0.005])}
    said = "low=[0, 0, 0, 0.4], high=[1, 1, 1, 1], p=[nan, nan, nan, 0.005], source='')"
    assert repr(Atoms(0.0, 0.0, 0.0, 0.5, **bounds)).endswith(said)


def test_a_batch_shows_its_ends():
    atoms = Atoms(*np.arange(400.0).reshape(4, 100), gap=np.full(100, np.nan))
    assert "redundancy=[0, 1, ..., 98, 99], unique_1=[100, 101, ..., 198, 199]" in repr(atoms)
    assert "gap=[nan, nan, ..., nan, nan]" in repr(atoms)
