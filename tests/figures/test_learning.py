import numpy as np
import pandas as pd
import pytest

from coral_viz import style
from coral_viz.figures.course.probe_curves import learning
from coral_viz.runs import Budget, RunSpec
from coral_viz.runs.replay import Replay

LABELS = ("redundancy", "unique_1", "unique_2", "synergy")
STEPS = (0, 10, 100, 1000, 4000)


def recorded(method, task="factors", steps=STEPS):
    """A recording whose accuracy of the k-th label is .1 k + step / 10 000, and bits ten times that."""
    rows = [
        {"label": label, "metric": metric, "step": step, "value": scale * (0.1 * k + step / 10_000)}
        for k, label in enumerate(LABELS)
        for metric, scale in (("balanced_accuracy", 1), ("bits", 10))
        for step in steps
    ]
    spec = RunSpec.make(method, task, 41, budget=Budget(steps=steps[-1]))
    known = {"truth": dict.fromkeys(LABELS, 2.0), "chance": dict.fromkeys(LABELS, 0.25)}
    maps = {"maps": np.zeros((len(steps), 3, 2)), "explained": (0.5, 0.5), "labels": {}}
    return Replay(spec=spec, losses=pd.DataFrame({"all": [1.0]}), probes=pd.DataFrame(rows), **known, **maps)


@pytest.mark.parametrize("look", [style.paper(columns=2), style.screen(), style.talk()])
@pytest.mark.parametrize("metric", ["balanced_accuracy", "bits"])
def test_a_line_per_run_in_a_panel_per_label(assert_legible, face, look, metric):
    figure = learning([recorded("coral"), recorded("cross", steps=STEPS[:4])], metric=metric, look=look | face)
    assert_legible(figure)
    assert [ax.get_title(loc="left") for ax in figure.axes] == [style.label_style(label).name for label in LABELS]
    scale, bound = (1, 0.25) if metric == "balanced_accuracy" else (10, 2.0)
    for k, ax in enumerate(figure.axes):
        cross, coral, limit = ax.lines
        assert coral.get_xydata()[:, 0].tolist() == [100, 1000, 4000]  # from a fiftieth of the longest on
        assert cross.get_xydata() == pytest.approx(np.array([(s, scale * (0.1 * k + s / 1e4)) for s in (100, 1000)]))
        assert cross.get_color() == style.method_style("cross").colour
        assert set(limit.get_ydata()) == {bound}
    assert "COrAL, unbiased, seed 41 after 4000 steps: redundancy" in figure.alt


def test_curves_may_stand_over_seconds(assert_legible):
    coral, cross = recorded("coral"), recorded("cross", steps=STEPS[:4])
    figure = learning([coral, cross], seconds={coral.spec.id: 80.0, cross.spec.id: 5.0}, look=style.paper(columns=2))
    assert_legible(figure)
    (fast, slow, _), ax = figure.axes[0].lines, figure.axes[0]
    assert slow.get_xdata().tolist() == pytest.approx([2, 20, 80])
    assert fast.get_xdata()[-1] == pytest.approx(5)
    assert ax.get_xlabel() == "seconds"
    assert "shared out evenly among its steps" in figure.texts[0].get_text().replace("\n", " ")
    with pytest.raises(ValueError, match=f"seconds says nothing of run '{cross.spec.id}'"):
        learning([coral, cross], seconds={coral.spec.id: 80.0})


def test_what_cannot_be_shown_is_a_sentence():
    with pytest.raises(ValueError, match="metric = 'loss' was not recorded"):
        learning([recorded("cross")], metric="loss")
    with pytest.raises(ValueError, match=r"2 tasks \(factors, trifeature-32\)"):
        learning([recorded("cross"), recorded("cross", "trifeature-32")])
    with pytest.raises(ValueError, match="of 0 tasks"):
        learning([])
