"""The benchmark's own machinery: the plain views are views, its table has its rows and columns."""

import pandas as pd
import torch

from coral_viz import tasks
from coral_viz.cli.benchmarks import image_times as bench


def test_plain_views_are_those_of_the_task_in_kind():
    task = tasks.load("trifeature", seed=0, size=32, values=2, pairs=8)
    batch = task.sample(8, "train", 0)
    plain = bench.PlainViews(task, batch).views()
    ours = torch.stack([torch.cat(views) for views in task.views(batch, torch.Generator().manual_seed(0))])
    assert plain.shape == ours.shape == (2, 16, 3, 32, 32)
    assert not torch.equal(plain[0], plain[1])
    torch.testing.assert_close(plain.mean(), ours.mean(), atol=0.3, rtol=0)
    torch.testing.assert_close(plain.std(), ours.std(), atol=0.3, rtol=0)


def test_run_writes_a_row_for_each_size_and_for_rendering(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "SIZES", (16, 32, 32))
    monkeypatch.setattr(bench, "BATCH", 2)
    monkeypatch.setattr(bench, "TRAINED", (32,))
    trained = [f"{title} {part}" for title in ("CoMM", "COrAL", "InfMasking") for part in ("network", "step")]
    table = bench.run(tmp_path, quick=True)
    assert list(table["part"]) == ["views", "views", *trained, "rendering"]
    assert list(table["images"]) == [8] * 8 + [260]
    assert (table["ours_ms"] > 0).all()
    assert table["ratio"].isna().tolist() == [False] * 8 + [True]
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "bench_trifeature.csv"), table, check_exact=False)
