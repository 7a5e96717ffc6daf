"""What a method hides from its fusion in training, what the fusion then attends to, what turning that changes."""

from __future__ import annotations

import pandas as pd
import torch

from coral_viz import figures, style
from coral_viz.explore import finished, shipped
from coral_viz.explore.base import Explorer, choice, slider
from coral_viz.figures.turned import turned
from coral_viz.runs.spec import defaults

HIDDEN, TURNED = "what is hidden", "what turning it changes"
SWEEPS = "ablations.parquet"
SAMPLES = 20
"""Samples to choose from."""


class Masking(Explorer):
    """``explore.masking()``: masks and attention of a finished run, sample by sample, at any point of its training."""

    NAME = "masking"

    def controls(self):
        chosen, sweeps = finished.chooser(self, fused=True), _sweeps()
        knobs = sorted(_knobs(sweeps))
        widgets = chosen | {"picture": choice("picture", [HIDDEN, *([TURNED] if knobs else [])], HIDDEN)}
        widgets |= {
            "sample": slider("sample", 0, 0, SAMPLES - 1, 1),
            "progress": slider("progress of training", 1.0, 0.0, 1.0, 0.05),
            "draw_number": slider("draw of the masks", 0, 0, 99, 1),
        }
        return widgets | ({"knob": choice("knob", knobs, knobs[0])} if knobs else {})

    def compute(self, settings):
        run = finished.opened(settings["folder"], settings["run"])
        if settings["picture"] == TURNED:
            return run, _sweeps()
        batch = run.task.sample(SAMPLES, "train", run.spec.seed)[[settings["sample"]]]
        views = run.task.views(batch, torch.Generator().manual_seed(settings["draw_number"]))
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(settings["draw_number"])
            return run, run.method.explain(*views, progress=settings["progress"])

    def draw(self, computed, settings, look):
        run, shown = computed
        if settings["picture"] == TURNED:
            usual = defaults(run.spec.method, run.spec.task).get(settings["knob"])
            return turned(shown, run.spec.method, settings["knob"], usual, look=look)
        return figures.masks(shown, getattr(run.method, "tokens_of", ()), look=look)

    def caption(self, computed, settings):
        run, _ = computed
        if settings["picture"] == TURNED:
            return (
                f"Shipped runs of {style.method_style(run.spec.method).label}, the other knobs as they are by default."
            )
        words = SAID[run.spec.method](run.method, settings["progress"]) if run.spec.method in SAID else ""
        missing = (
            "" if _knobs(_sweeps()) else " How the masks' settings move R, U and S is not shown: no sweep ships here."
        )
        return f"{finished.title(run.spec)}. {words}{missing}".strip()


def _sweeps() -> pd.DataFrame:
    """The shipped runs with one knob turned; empty where none ship."""
    try:
        return shipped.table(SWEEPS)
    except ValueError:
        return pd.DataFrame({"knob": pd.Series(dtype=str)})


def _knobs(sweeps: pd.DataFrame) -> set[str]:
    """The knobs of masks that the table turns, one at a time."""
    single = [knob for knob in sweeps["knob"].unique() if knob.startswith("mask") and "," not in knob]
    return {knob.partition("=")[0] for knob in single}


def _coral(method, progress: float) -> str:
    return (
        f"View 1 loses tokens of odd modalities, view 2 of even ones, here each token with probability "
        f"{method.mask_probability(progress):.2f}, so that the shared path must fill in one modality from the other."
    )


def _infmasking(method, progress: float) -> str:
    kept = ", ".join(f"{kept} of {count}" for kept, count in zip(method.kept, method.tokens_of))
    return (
        f"Each of {method.knobs.masks} masks keeps {kept} tokens of the modalities and puts one learned token in place "
        f"of the rest; their spread counts {method.knobs.mask_weight * progress:.2f} at this point of training."
    )


def _comm(method, progress: float) -> str:
    return "Whole modalities are left out, in the same way throughout; each alone must agree with the fusion of all."


SAID = {"coral": _coral, "infmasking": _infmasking, "comm": _comm}
"""What a method hides, in words, from the method and the progress of training."""
